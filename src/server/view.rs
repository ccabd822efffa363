//! What is stored, as it goes over the wire to one caller.

use crate::api::request::{DecisionRecord, ExecutionView, Notice, Request, Review, Settled, You};
use crate::domain::people::Holder;
use crate::domain::review::{Resolver, Word};
use crate::gate::{Caller, Gate};
use crate::store::{Payload, Stored};

/// A request as this caller sees it. The agent's own state goes to the agent alone.
pub(super) fn request(
    gate: &Gate,
    caller: &Caller,
    stored: Stored,
    payload: Option<Payload>,
) -> Request {
    let you = you(gate, caller, &stored);
    let is_its_agent = matches!(caller.holder, Holder::Agent(_));
    // A list is for finding a request, not for reading it.
    let whole = payload.is_some();
    let (params, checkpoint) = match payload {
        Some(payload) => (
            Some(payload.params),
            payload.checkpoint.filter(|_| is_its_agent),
        ),
        None => (None, None),
    };
    let Stored {
        asked,
        standing,
        created_at,
        updated_at,
        told_at,
    } = stored;
    let review = standing
        .plan
        .as_ref()
        .map(|plan| review(plan, &standing.votes));
    let settled = standing.settled.as_ref().map(|settlement| Settled {
        decision: settlement.decision,
        by: settlement.by.clone(),
        at: settlement.at,
        reason: settlement.reason.clone(),
        notify_agent: settlement.notify_agent,
        agent_told_at: told_at,
    });
    let decisions = standing.votes.iter().map(|vote| DecisionRecord {
        by: vote.by.clone(),
        decision: vote.word,
        digest: vote.digest,
        plan: vote.plan,
        reason: vote.reason.clone(),
        notify_agent: vote.notify_agent,
        remember: vote.remember,
        at: vote.at,
    });
    let decisions = decisions.collect();
    let status = standing.status();
    let execution = standing.execution.as_ref();
    Request {
        id: asked.id,
        status,
        version: standing.version,
        digest: standing.digest,
        created_at,
        updated_at,
        action: asked.action,
        agent: asked.agent,
        kind: asked.kind,
        headline: asked.headline,
        title: asked.title,
        reason: asked.reason,
        trigger: asked.trigger,
        conversation: asked.conversation,
        node: asked.node,
        on_behalf_of: asked.on_behalf_of,
        resource: asked.resource,
        recipients: asked.recipients,
        recipients_claimed: asked.recipients_claimed,
        params,
        checkpoint,
        context: asked.context.filter(|_| whole),
        waiting: asked.waiting,
        voice: asked.voice,
        risk: asked.risk,
        verdict: asked.verdict,
        review,
        expires_at: standing.expires_at,
        on_timeout: asked.on_timeout,
        decisions,
        settled,
        execution: ExecutionView {
            executor: asked.executor,
            state: execution.map(|execution| execution.state),
            epoch: execution.map_or(0, |execution| execution.epoch),
            lapses_at: execution.and_then(|execution| execution.lapses_at),
            attempts: execution.map_or_else(Vec::new, |execution| execution.attempts.clone()),
        },
        you,
    }
}

fn review(plan: &crate::domain::review::Plan, votes: &[crate::domain::review::Vote]) -> Review {
    let given = votes
        .iter()
        .filter(|vote| vote.word == Word::Approve && vote.plan == plan.revision)
        .count();
    let first = plan.open_stages().next().or_else(|| plan.stages.last());
    Review {
        resolver: first.map_or(Resolver::WORKSPACE_ADMINS, |stage| stage.resolver.clone()),
        reviewers: plan.reviewers().into_iter().cloned().collect(),
        needed: plan.needed,
        given: u32::try_from(given).unwrap_or(u32::MAX),
        plan: plan.revision,
        fallback_at: None,
        separate: plan.separate,
        guidance: plan.guidance.clone(),
    }
}

fn you(gate: &Gate, caller: &Caller, stored: &Stored) -> Option<You> {
    let Holder::Person(person) = &caller.holder else {
        return None;
    };
    let why_not = gate.why_not(person, stored);
    Some(You {
        may_decide: why_not.is_none(),
        remember: match why_not {
            None => gate.may_remember(person, stored),
            Some(_) => Vec::new(),
        },
        why_not,
        notify_always: stored.asked.tells_agent(),
    })
}

/// An outcome that an agent is to be told; nothing while there is none.
pub(super) fn notice(stored: &Stored) -> Option<Notice> {
    let settled = stored.standing.settled.as_ref()?;
    Some(Notice {
        id: stored.asked.id,
        status: stored.standing.status(),
        decision: settled.decision,
        reason: settled.reason.clone(),
        at: settled.at,
    })
}
