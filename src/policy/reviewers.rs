//! Who reviews: the plan that is fixed when a request is asked, who of it may vote now, and where it goes when nobody
//! of it can.
//!
//! Invariant: a list without anybody in it stays empty, so that its request can only expire.

mod availability;
mod named;
mod seat;

use std::collections::BTreeSet;

use crate::domain::id::{AgentId, PersonId, TeamId};
use crate::domain::request::Trigger;
use crate::domain::review::{Plan, Resolver, Stage};
use crate::domain::risk::Risk;
use crate::domain::time::{At, Span};
use crate::domain::untrusted::Untrusted;
use crate::domain::workspace::Workspace;

use super::document::{Policy, Review};
use super::ladder::Question;

pub use availability::{is_stranded, next_opening};
pub use seat::{Matter, NoSeat, place, seat, watchers};

/// Those whose request it is.
#[derive(Debug, Clone, Copy)]
struct Parties<'a> {
    agent: &'a AgentId,
    owners: &'a [PersonId],
    team: Option<&'a TeamId>,
    /// The user acted for.
    user: Option<&'a PersonId>,
}

impl<'a> Parties<'a> {
    fn of(question: &Question<'a>) -> Self {
        Self {
            agent: &question.agent.id,
            owners: &question.agent.owners,
            team: question.agent.team.as_ref(),
            user: question.on_behalf_of.map(|user| &user.id),
        }
    }

    /// The user acted for and the agent's owners, who don't count where a review is separate.
    fn themselves(&self) -> BTreeSet<PersonId> {
        self.user.into_iter().chain(self.owners).cloned().collect()
    }
}

/// The plan for a question that has to be asked on the terms of `review`, which are those of `rule`, a rule or a
/// capability, where it isn't the mode that asks. `wanted` is how long the agent wants to wait at most.
///
/// Every stage is resolved to people as they are now; those that can't decide are skipped and say why. Where all are,
/// all are open and nobody is asked: [`undecidable`] tells.
pub fn plan(
    question: &Question,
    review: &Review,
    rule: Option<&Untrusted>,
    wanted: Option<Span>,
    policy: &Policy,
    workspace: &Workspace,
    now: At,
) -> Plan {
    let excluded: Vec<PersonId> = match review.separate {
        true => Parties::of(question).themselves().into_iter().collect(),
        false => Vec::new(),
    };
    let resolvers = resolvers(review);
    let stage = |(index, resolver): (usize, &Resolver)| {
        let asked = availability::Asked {
            question,
            review,
            excluded: &excluded,
            is_fallback: index > 0,
        };
        availability::stage(resolver, &asked, workspace, now)
    };
    let stages: Vec<Stage> = resolvers.iter().enumerate().map(stage).collect();
    let available = stages.iter().position(|stage| stage.skipped.is_none());
    let opened = available.map_or(stages.len(), |index| index + 1);
    Plan {
        revision: 1,
        policy_version: policy.version,
        rule: rule.cloned(),
        opened: count(opened),
        stages,
        needed: needed(review),
        separate: review.separate,
        excluded,
        agent_max_risk: review.agent_max_risk,
        escalate_after: review.escalate_after,
        on_timeout: review.on_timeout,
        lasts: lasts(review, policy, question.trigger, question.risk, wanted),
        guidance: review.guidance.clone(),
    }
}

/// The primary one, its fallbacks, at last the workspace admins.
fn resolvers(review: &Review) -> Vec<Resolver> {
    let mut resolvers = vec![review.resolver.clone()];
    resolvers.extend(review.fallbacks.iter().cloned());
    if !resolvers.contains(&Resolver::WORKSPACE_ADMINS) {
        resolvers.push(Resolver::WORKSPACE_ADMINS);
    }
    resolvers
}

/// Fewer than one is never *none needed*.
fn needed(review: &Review) -> u32 {
    review.approvals.max(1)
}

fn count(stages: usize) -> u32 {
    u32::try_from(stages).unwrap_or(u32::MAX)
}

/// How long each stage has to decide; without a length, for ever. What the agent wants can only make it shorter.
fn lasts(
    review: &Review,
    policy: &Policy,
    trigger: Trigger,
    risk: Risk,
    wanted: Option<Span>,
) -> Option<Span> {
    let given = review.expires_in.unwrap_or_else(|| match trigger {
        Trigger::Voice => policy.timeouts.voice,
        Trigger::Chat | Trigger::Schedule | Trigger::Email | Trigger::Webhook | Trigger::Api => {
            policy.timeouts.of(risk)
        }
    });
    match (given.span(), wanted) {
        (Some(given), Some(wanted)) => Some(given.min(wanted)),
        (given, wanted) => given.or(wanted),
    }
}

/// Why nobody can decide about a request with this plan, if nobody can: it will expire.
pub fn undecidable(plan: &Plan) -> Option<Untrusted> {
    if plan.stages.iter().any(|stage| stage.skipped.is_none()) {
        return None;
    }
    let reasons = plan.stages.iter().map(|stage| {
        let why = stage.skipped.as_ref().map(Untrusted::raw_for_execution);
        format!("{}: {}", stage.resolver, why.unwrap_or_default())
    });
    let reasons: Vec<String> = reasons.collect();
    Some(Untrusted::from(format!(
        "nobody may decide it ({}); it will expire",
        reasons.join("; ")
    )))
}

/// The plan that follows from edited parameters, where it has to replace the one in force.
///
/// One that a later policy brings needs no fewer approvals, and those whose request it is have no say in it: whoever
/// changed the rules meanwhile could approve their own request with it.
pub fn replacement(old: &Plan, new: &Plan) -> Option<Plan> {
    let rules_changed = new.policy_version != old.policy_version;
    let held = match rules_changed {
        true => Plan {
            needed: new.needed.max(old.needed),
            separate: true,
            excluded: either(&old.excluded, &new.excluded),
            ..new.clone()
        },
        false => new.clone(),
    };
    stricter(old, new).then_some(held)
}

fn either(some: &[PersonId], others: &[PersonId]) -> Vec<PersonId> {
    let both: BTreeSet<&PersonId> = some.iter().chain(others).collect();
    both.into_iter().cloned().collect()
}

/// Whether the plan that follows from edited parameters has to replace the one in force: it asks somebody whom the old
/// one doesn't, or more people, or forbids what that allowed, or asks nobody at all, or only the old one approves by
/// itself, or sooner.
fn stricter(old: &Plan, new: &Plan) -> bool {
    let asked = new.reviewers();
    let sooner = match (old.delay(), new.delay()) {
        (Some(old), Some(new)) => old < new,
        (old, _) => old.is_some(),
    };
    asked.is_empty()
        || asked.iter().any(|reviewer| !old.asks(reviewer))
        || new.needed > old.needed
        || new.separate && !old.separate
        || new
            .excluded
            .iter()
            .any(|person| !old.excluded.contains(person))
        || sooner
}

#[cfg(test)]
mod tests;
