//! Rung 5, *trusted*: what a pattern or a capability lets through.

use super::Question;
use super::answer::RungAnswer;
use crate::policy::document::Policy;

/// A policy holds no trusted patterns and no capabilities.
pub(super) fn answer(_question: &Question, _policy: &Policy) -> RungAnswer {
    RungAnswer::pass("no trusted pattern and no capability lets it through")
}
