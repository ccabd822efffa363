//! Rung 3, *locked*: what a locked rule has a person asked for. Nothing below can waive it.

use super::Question;
use super::answer::RungAnswer;
use super::ask::asked_by;
use super::fit::{Sight, fit};
use crate::policy::document::{Rule, Says};

/// The first locked rule that matches, also where an ask rule without a lock stands before it.
pub(super) fn answer(question: &Question, about: &[&Rule], sight: &Sight<'_>) -> RungAnswer {
    let said = about.iter().find_map(|rule| {
        let Says::Ask {
            locked: true,
            review,
        } = &rule.says
        else {
            return None;
        };
        let clause = fit(&rule.scope, question, sight).restricting()?;
        Some(asked_by(rule, review, &clause, "locked rule"))
    });
    said.unwrap_or_else(|| RungAnswer::pass("no locked rule asks for it"))
}

#[cfg(test)]
mod tests;
