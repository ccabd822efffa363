//! What things are. Pure: no I/O, no clock, no async.

pub mod digest;
pub mod json;
pub mod recipient;
pub mod untrusted;
