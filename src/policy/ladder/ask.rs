//! Rung 6, *ask*: who has to be asked is decided here. It always answers.

use super::Question;
use super::answer::RungAnswer;
use super::capability::{self, Way};
use super::fit::{because, fit, scene};
use super::mode::Freedom;
use crate::domain::review::Resolver;
use crate::domain::time::At;
use crate::policy::document::{Mode, Policy, Review, Rule, Says};

pub(super) fn answer(
    question: &Question,
    policy: &Policy,
    freedom: &Freedom,
    now: At,
) -> RungAnswer {
    by_rule(question, policy, now)
        .or_else(|| by_capability(question, policy))
        .unwrap_or_else(|| by_mode(question, freedom))
}

/// The first rule that asks; a locked one that matched has answered above.
fn by_rule(question: &Question, policy: &Policy, now: At) -> Option<RungAnswer> {
    let (action, agent) = (question.action.name.as_str(), question.agent.id.as_str());
    let scene = scene(question, now);
    policy.rules.about(action, agent).find_map(|rule| {
        let Says::Ask {
            locked: false,
            review,
        } = &rule.says
        else {
            return None;
        };
        let clause = fit(&rule.scope, question, &scene).restricting()?;
        Some(asked_by(rule, review, &clause, "rule"))
    })
}

/// The answer of a rule that asks, on its terms.
pub(super) fn asked_by(rule: &Rule, review: &Review, clause: &str, kind: &str) -> RungAnswer {
    let name = rule.name.raw_for_execution();
    let asks = match &review.resolver {
        Resolver::AutoAfter(delay) => {
            format!("{kind} “{name}” approves it after {delay} if nobody rejects it")
        }
        resolver => format!("{kind} “{name}” asks {}", whom(resolver)),
    };
    RungAnswer::ask(because(asks, clause), review.clone()).by(rule.name.clone())
}

fn whom(resolver: &Resolver) -> String {
    match resolver {
        Resolver::Requester => "the requester".to_owned(),
        Resolver::Person(person) => person.to_string(),
        Resolver::Manager => "the requester's manager".to_owned(),
        Resolver::Role(role) => format!("those with the role {}", role.word()),
        Resolver::Group(group) => format!("group {group}"),
        Resolver::RecordOwner => "the record owner".to_owned(),
        Resolver::AgentOwner => "the agent's owners".to_owned(),
        Resolver::Agent(agent) => format!("agent {agent}"),
        Resolver::AutoAfter(delay) => format!("nobody for {delay}"),
    }
}

fn by_capability(question: &Question, policy: &Policy) -> Option<RungAnswer> {
    let said = capability::strictest(question, policy).filter(|said| said.way != Way::Send)?;
    let text = format!("{} asks: {}", said.name, said.reason);
    Some(RungAnswer::ask(text, Review::default()).by(said.name))
}

fn by_mode(question: &Question, freedom: &Freedom) -> RungAnswer {
    let name = &question.action.name;
    if freedom.mode == Mode::Blocking {
        let text = format!("{} asks for every request", freedom.name());
        RungAnswer::ask(text, Review::default())
    } else if question.action.needs_approval {
        RungAnswer::ask(format!("{name} needs approval"), Review::default())
    } else {
        RungAnswer::allow(format!("{name} needs no approval"))
    }
}

#[cfg(test)]
mod tests;
