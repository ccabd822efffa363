//! Rung 2, *blocked*: what a rule denies. No mode, pattern or person lets it through.

use super::Question;
use super::answer::RungAnswer;
use crate::policy::document::Policy;

/// A policy holds no deny rules.
pub(super) fn answer(_question: &Question, _policy: &Policy) -> RungAnswer {
    RungAnswer::pass("no rule denies it")
}
