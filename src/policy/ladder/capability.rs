//! Capabilities: one agent's way with one action. If several match, the strictest answer counts.

use super::{Question, Recipients};
use crate::domain::recipient::{Kind, Recipient};
use crate::domain::untrusted::Untrusted;
use crate::policy::document::{Allowed, Capability, Inside, Outside, Policy, Terms};

/// What a capability says of a question, the freest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    Send,
    Ask,
    Block,
}

/// What one capability said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) way: Way,
    pub(super) name: String,
    /// Why, as the end of a sentence.
    pub(super) reason: String,
}

/// The strictest answer of the capabilities that match; of several the one that is written first.
pub(super) fn strictest(question: &Question, policy: &Policy) -> Option<Said> {
    let (agent, action) = (question.agent.id.as_str(), question.action.name.as_str());
    let matching = policy
        .capabilities
        .iter()
        .filter(|capability| capability.agent.matches(agent) && capability.action.matches(action));
    let said = matching.map(|capability| of(capability, question.recipients));
    said.reduce(|strictest, next| match next.way > strictest.way {
        true => next,
        false => strictest,
    })
}

fn of(capability: &Capability, recipients: &Recipients) -> Said {
    let (way, reason) = match &capability.terms {
        Terms::AskAlways => (Way::Ask, "it asks before every action".to_owned()),
        Terms::AskNever => (Way::Send, "it never asks".to_owned()),
        Terms::Recipients {
            allowed,
            inside,
            outside,
        } => match (outsider(recipients, allowed), inside, outside) {
            (Some(why), _, Outside::Block) => (Way::Block, why),
            (Some(why), _, Outside::Ask) => (Way::Ask, why),
            (None, Inside::Ask, _) => (
                Way::Ask,
                "every recipient is on its list, which asks".to_owned(),
            ),
            (None, Inside::Send, _) => (Way::Send, "every recipient is on its list".to_owned()),
        },
    };
    Said {
        way,
        name: format!(
            "capability {} {}",
            capability.agent.as_str(),
            capability.action.as_str()
        ),
        reason,
    }
}

/// Why a request isn't wholly within a list. Only recipients that its parameters name can be inside; what the agent
/// declares can only put it outside, as does having none.
fn outsider(recipients: &Recipients, allowed: &[Allowed]) -> Option<String> {
    let found = &recipients.found.recipients;
    let declared: Vec<Recipient> = match recipients.claimed {
        true => recipients
            .normal
            .iter()
            .map(|text| Recipient::parse(text))
            .collect(),
        false => Vec::new(),
    };
    let outside = |recipient: &&Recipient| !allowed.iter().any(|entry| entry.covers(recipient));
    if let Some(recipient) = found.iter().chain(&declared).find(outside) {
        let shown = Untrusted::from(recipient.normal()).plain_line();
        return Some(match recipient.kind() {
            Kind::Unparsable => format!("“{shown}” can't be read as a recipient"),
            _ => format!("{shown} is not on its list"),
        });
    }
    found
        .is_empty()
        .then(|| "its parameters name no recipient".to_owned())
}

#[cfg(test)]
mod tests;
