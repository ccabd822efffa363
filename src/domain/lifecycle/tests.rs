//! The life of a request: an example for each sentence of 01, and what holds in every generated history.

mod deciding;
mod editing;
mod histories;
mod invariants;
mod lacking;
mod running;
mod sample;
mod timing;
mod undoing;
mod world;
