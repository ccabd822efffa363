//! `GET /v1/stats`: how the queue does.

pub use crate::domain::stats::{Decided, HourOfDecisions, Stats, Waiting};
