//! Who reviews: the people whom a resolver stands for, the plan that is fixed when a request is asked,
//! whether somebody in it may still vote, and how long it waits.
//!
//! Invariant: a list without anybody in it stays empty, so that its request can only expire.

use crate::domain::id::PersonId;
use crate::domain::people::Role;
use crate::domain::request::Trigger;
use crate::domain::review::{Plan, Resolver, Reviewer, Stage};
use crate::domain::risk::Risk;
use crate::domain::time::Span;
use crate::domain::workspace::Workspace;

use super::document::{Policy, Review};
use super::ladder::Question;

/// The people whom a resolver stands for, all of them active and each named once. Owners and team
/// admins come in the order in which they are listed, others by id.
pub fn resolve(resolver: &Resolver, question: &Question, workspace: &Workspace) -> Vec<PersonId> {
    match resolver {
        Resolver::Requester => requester(question, workspace),
        _ => {
            let people = workspace.people.values();
            people
                .filter(|person| person.active && person.role.manages())
                .map(|person| person.id.clone())
                .collect()
        }
    }
}

/// The user acted for; without one the agent's owners, and if none is left its team's admins.
fn requester(question: &Question, workspace: &Workspace) -> Vec<PersonId> {
    if let Some(user) = question.on_behalf_of {
        return active(std::slice::from_ref(&user.id), workspace);
    }
    let owners = active(&question.agent.owners, workspace);
    let team = question.agent.team.as_ref();
    match team.and_then(|team| workspace.teams.get(team)) {
        Some(team) if owners.is_empty() => active(&team.admins, workspace),
        _ => owners,
    }
}

fn active(people: &[PersonId], workspace: &Workspace) -> Vec<PersonId> {
    let mut found: Vec<PersonId> = Vec::with_capacity(people.len());
    for person in people {
        if workspace.role(person).is_some() && !found.contains(person) {
            found.push(person.clone());
        }
    }
    found
}

/// The plan for a question that has to be asked. Where the resolver has too few people for the number
/// of approvals the workspace admins review; where they are too few as well it stays undecidable.
pub fn plan(question: &Question, review: &Review, policy: &Policy, workspace: &Workspace) -> Plan {
    let enough =
        |people: &Vec<PersonId>| !people.is_empty() && people.len() >= review.approvals as usize;
    let primary = resolve(&review.resolver, question, workspace);
    let (resolver, reviewers) = if enough(&primary) {
        (review.resolver.clone(), primary)
    } else {
        let admins = Resolver::WORKSPACE_ADMINS;
        let people = resolve(&admins, question, workspace);
        (admins, people)
    };
    Plan {
        revision: 1,
        policy_version: policy.version,
        rule: None,
        stages: vec![Stage {
            resolver,
            reviewers: reviewers.into_iter().map(Reviewer::Person).collect(),
            skipped: None,
        }],
        opened: 1,
        needed: review.approvals,
        separate: review.separate,
        excluded: Vec::new(),
        agent_max_risk: review.agent_max_risk,
        escalate_after: None,
        on_timeout: review.on_timeout,
        lasts: None,
        guidance: None,
    }
}

/// Whether somebody may vote under a plan now: still active, among those it asks, and, where it asks a
/// role, still in that role.
pub fn may_vote(plan: &Plan, person: &PersonId, workspace: &Workspace) -> bool {
    workspace.role(person).is_some_and(|role| {
        let person = Reviewer::Person(person.clone());
        plan.open_stages()
            .any(|stage| stage.reviewers.contains(&person) && still_is(&stage.resolver, role))
    })
}

fn still_is(resolver: &Resolver, role: Role) -> bool {
    match resolver {
        Resolver::Role(_) => role.manages(),
        _ => true,
    }
}

/// How long a request waits for a decision; without a length, for ever. What the agent wants can only
/// make it shorter.
pub fn expiry(
    policy: &Policy,
    trigger: Trigger,
    risk: Risk,
    expires_in: Option<Span>,
) -> Option<Span> {
    let given = match trigger {
        Trigger::Voice => policy.timeouts.voice.span(),
        Trigger::Chat | Trigger::Schedule | Trigger::Email | Trigger::Webhook | Trigger::Api => {
            policy.timeouts.of(risk).span()
        }
    };
    match (given, expires_in) {
        (Some(given), Some(wanted)) => Some(given.min(wanted)),
        (given, wanted) => given.or(wanted),
    }
}

#[cfg(test)]
mod tests;
