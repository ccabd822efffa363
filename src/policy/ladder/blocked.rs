//! Rung 2, *blocked*: what a rule, a mode section or a capability forbids. No mode, pattern or person lets it through.

use super::answer::RungAnswer;
use super::capability::{self, Way};
use super::fit::{Sight, because, fit};
use super::{Question, mode};
use crate::policy::document::{Policy, Rule, Says};

pub(super) fn answer(
    question: &Question,
    policy: &Policy,
    about: &[&Rule],
    sight: &Sight<'_>,
) -> RungAnswer {
    denied(question, about, sight)
        .or_else(|| blocked_tool(question, policy))
        .or_else(|| blocked_recipient(question, policy))
        .unwrap_or_else(|| {
            RungAnswer::pass("no rule denies it; no mode section and no capability blocks it")
        })
}

fn denied(question: &Question, about: &[&Rule], sight: &Sight<'_>) -> Option<RungAnswer> {
    let mut deny = about.iter().filter(|rule| matches!(rule.says, Says::Deny));
    deny.find_map(|rule| {
        let clause = fit(&rule.scope, question, sight).restricting()?;
        let text = because(format!("{} denies it", quoted(rule)), &clause);
        Some(RungAnswer::deny(text).by(rule.name.clone()))
    })
}

/// A rule as sentences name it.
pub(super) fn quoted(rule: &Rule) -> String {
    format!("rule “{}”", rule.name.raw_for_execution())
}

/// Any section that matches may block, also where a more specific one has another mode.
fn blocked_tool(question: &Question, policy: &Policy) -> Option<RungAnswer> {
    let action = question.action.name.as_str();
    let mut sections = mode::sections(question, policy);
    sections.find_map(|section| {
        let mut blocked = section.blocked_tools.iter();
        let glob = blocked.find(|glob| glob.matches(action))?;
        let name = mode::section_name(section);
        let text = format!("{name} blocks {} in every mode", glob.as_str());
        Some(RungAnswer::deny(text).by(name))
    })
}

fn blocked_recipient(question: &Question, policy: &Policy) -> Option<RungAnswer> {
    let said = capability::strictest(question, policy).filter(|said| said.way == Way::Block)?;
    let text = format!("{} blocks it: {}", said.name, said.reason);
    Some(RungAnswer::deny(text).by(said.name))
}

#[cfg(test)]
mod tests;
