//! What things are. Pure: no I/O, no clock, no async.

pub mod actor;
pub mod checkpoint;
pub mod diff;
pub mod digest;
pub mod event;
pub mod execution;
pub mod id;
pub mod json;
pub mod lifecycle;
pub mod merkle;
pub mod near;
pub mod pattern;
pub mod people;
pub mod raw;
pub mod recipient;
pub mod request;
pub mod review;
pub mod risk;
pub mod schema;
pub mod stats;
pub mod telling;
pub mod time;
pub mod tool;
pub mod untrusted;
pub mod verdict;
pub mod workspace;
