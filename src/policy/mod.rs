//! What the rules say. Pure: no I/O, no clock; what happens now is handed in as a value.
//!
//! [`document::Policy`] is what an administrator has laid down, [`condition`] its conditions and
//! [`allow`] its allow-lists; [`ladder::evaluate`] finds the verdict on a request, [`reviewers`] whom it waits for and how long,
//! [`risk`] how much harm it could do; [`catalogue`] knows the actions that ship with the gate.

pub mod allow;
pub mod catalogue;
pub mod condition;
pub mod document;
pub mod glob;
pub mod ladder;
pub mod mask;
pub mod reviewers;
pub mod risk;

mod excerpt;
mod unseen;

#[cfg(test)]
mod fixtures;
