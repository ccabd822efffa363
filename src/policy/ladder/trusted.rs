//! Rung 5, *trusted*: what a pattern or a capability lets through.

use super::Question;
use super::answer::RungAnswer;
use super::capability::{self, Way};
use super::fit::{Fit, Sight, because, fit};
use crate::domain::pattern::PatternRef;
use crate::domain::time::At;
use crate::domain::workspace::Workspace;
use crate::policy::document::{Policy, Trusted};

/// Its answer, and the patterns that would have matched but for their limits.
pub(super) fn answer(
    question: &Question,
    policy: &Policy,
    workspace: &Workspace,
    sight: &Sight<'_>,
    now: At,
) -> (RungAnswer, Vec<PatternRef>) {
    if let Some(doubt) = question.doubt() {
        let text = format!("no pattern and no capability lets it through: {doubt}");
        return (RungAnswer::pass(text), Vec::new());
    }
    let mut passed_over = Vec::new();
    let mut remarks = Vec::new();
    for trusted in &policy.trusted {
        let name = trusted.pattern.name.raw_for_execution();
        match says(trusted, question, sight, workspace, now) {
            Word::Nothing => {}
            Word::Matches(clause) => {
                let state = workspace.patterns.get(&trusted.pattern);
                let author = state.and_then(|state| state.author.as_ref());
                let by = author.map_or_else(String::new, |author| format!(", by {author},"));
                let text = format!("trusted pattern “{name}”{by} lets it through");
                let text = because(text, &clause);
                let said = RungAnswer::allow(text)
                    .by(trusted.pattern.name.clone())
                    .with_pattern(trusted.pattern.clone());
                return (said, passed_over);
            }
            Word::Limited(why) => {
                passed_over.push(trusted.pattern.clone());
                remarks.push(format!(
                    "trusted pattern “{name}” would let it through, but {why}"
                ));
            }
            Word::Mute(why) => remarks.push(format!("trusted pattern “{name}” {why}")),
        }
    }
    (by_capability(question, policy, remarks), passed_over)
}

/// What one pattern says.
enum Word {
    /// It is about something else.
    Nothing,
    Matches(String),
    /// It would match but for its limits.
    Limited(String),
    /// It can't speak, and says why.
    Mute(String),
}

fn says(
    trusted: &Trusted,
    question: &Question,
    sight: &Sight<'_>,
    workspace: &Workspace,
    now: At,
) -> Word {
    let clause = match fit(&trusted.scope, question, sight) {
        Fit::No => return Word::Nothing,
        Fit::CannotTell(clause) => {
            return Word::Mute(format!("doesn't match, {clause}"));
        }
        Fit::Yes(clause) => clause,
    };
    let state = workspace.patterns.get(&trusted.pattern);
    if let Some(why) = state.and_then(|state| state.suspended.as_ref()) {
        return Word::Mute(format!("is suspended: {}", why.raw_for_execution()));
    }
    let uses = state.map_or(0, |state| state.uses);
    let limit = if question.risk > trusted.max_risk {
        let (risk, most) = (question.risk.word(), trusted.max_risk.word());
        Some(format!("the risk is {risk} and its limit {most}"))
    } else if let Some(until) = trusted.until.filter(|until| now >= *until) {
        Some(format!("it ended at {until}"))
    } else {
        let most = trusted.uses.filter(|most| uses >= *most);
        most.map(|most| format!("its {most} uses are used up"))
    };
    limit.map_or(Word::Matches(clause), Word::Limited)
}

fn by_capability(question: &Question, policy: &Policy, mut remarks: Vec<String>) -> RungAnswer {
    match capability::strictest(question, policy) {
        Some(said) if said.way == Way::Send => {
            let text = format!("{} lets it through: {}", said.name, said.reason);
            return RungAnswer::allow(text).by(said.name);
        }
        Some(said) => remarks.push(format!(
            "{} doesn't let it through: {}",
            said.name, said.reason
        )),
        None if remarks.is_empty() => {
            remarks.push("no trusted pattern and no capability lets it through".to_owned());
        }
        None => {}
    }
    RungAnswer::pass(remarks.join("; "))
}

#[cfg(test)]
mod tests;
