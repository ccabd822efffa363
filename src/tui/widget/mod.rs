//! Pieces of a screen that know nothing about it.

pub mod line;
pub mod text;
