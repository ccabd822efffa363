//! Rung 3, *locked*: what a locked rule has a person asked for. Nothing below can waive it.

use super::Question;
use super::answer::RungAnswer;
use crate::policy::document::Policy;

/// A policy holds no locked rules.
pub(super) fn answer(_question: &Question, _policy: &Policy) -> RungAnswer {
    RungAnswer::pass("no locked rule asks for it")
}
