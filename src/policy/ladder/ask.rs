//! Rung 6, *ask*: who has to be asked is decided here. It always answers.

use super::Question;
use super::answer::RungAnswer;
use super::capability::{self, Way};
use super::fit::{Fit, Sight, because, fit};
use super::mode::Freedom;
use crate::domain::review::Resolver;
use crate::policy::document::{Mode, Policy, Review, Rule, Says};

/// The first rule that asks answers, else a capability, else the mode. A rule of which nobody can tell whether it
/// matches answers as well, but never lets through what is asked about without it.
pub(super) fn answer(
    question: &Question,
    policy: &Policy,
    about: &[&Rule],
    sight: &Sight<'_>,
    freedom: &Freedom,
) -> RungAnswer {
    let (in_doubt, certain) = by_rules(question, about, sight);
    let certain = certain
        .or_else(|| by_capability(question, policy))
        .unwrap_or_else(|| by_mode(question, freedom));
    let stricter = |said, doubtful| Doubtful::or_stricter(doubtful, said);
    in_doubt.into_iter().rev().fold(certain, stricter)
}

/// A rule of which nobody can tell whether it matches, on its own terms.
struct Doubtful<'a> {
    rule: &'a Rule,
    clause: String,
    said: RungAnswer,
}

impl Doubtful<'_> {
    /// Its answer, held to what would be said without it: a delay isn't taken for a person's word, nor one's own
    /// review for somebody else's.
    fn or_stricter(self, without: RungAnswer) -> RungAnswer {
        if without.review.is_none() {
            return self.said;
        }
        let own = self.said.own && without.own;
        let sooner = match (self.said.delay(), without.delay()) {
            (Some(delay), Some(other)) => delay < other,
            (delay, _) => delay.is_some(),
        };
        let mut said = match sooner {
            true => {
                let (name, clause) = (self.rule.name.raw_for_execution(), self.clause);
                without.noting(&format!(
                    "rule “{name}” lets nothing through by itself {clause}"
                ))
            }
            false => self.said,
        };
        said.own = own;
        said
    }
}

/// The first rule that surely asks, and those above it of which nobody can tell; a locked one that matched has
/// answered above.
fn by_rules<'a>(
    question: &Question<'_>,
    about: &[&'a Rule],
    sight: &Sight<'_>,
) -> (Vec<Doubtful<'a>>, Option<RungAnswer>) {
    let mut in_doubt = Vec::new();
    let certain = about.iter().find_map(|&rule| {
        let Says::Ask {
            locked: false,
            review,
        } = &rule.says
        else {
            return None;
        };
        let fit = fit(&rule.scope, question, sight);
        let reason = match &fit {
            Fit::CannotTell(reason) => Some(reason.clone()),
            Fit::No | Fit::Yes(_) => None,
        };
        let said = asked_by(rule, review, &fit.restricting()?, "rule");
        let Some(clause) = reason else {
            return Some(said);
        };
        in_doubt.push(Doubtful { rule, clause, said });
        None
    });
    (in_doubt, certain)
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
    } else if let Some(doubt) = question.unseen() {
        let text = format!("{name} needs no approval, but a person looks at this: {doubt}");
        RungAnswer::ask(text, Review::default())
    } else {
        RungAnswer::allow(format!("{name} needs no approval"))
    }
}

#[cfg(test)]
mod tests;
