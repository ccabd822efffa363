//! The semantics (01), sentence by sentence where no other test holds one, over HTTP: a file for each of its sections.

mod batch;
mod ladder;
mod policy;
mod reviews;
mod running;
mod time;
