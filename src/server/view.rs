//! What is stored, as it goes over the wire to one caller.

use std::collections::BTreeSet;

use crate::api::request::{
    ClaimView, DecisionRecord, ExecutionView, Notice, Original, Request, Review, Settled,
    StageView, You,
};
use crate::domain::lifecycle::{Settlement, Standing, State};
use crate::domain::people::Holder;
use crate::domain::raw::RawJson;
use crate::domain::review::{Plan, Resolver, Stage, Vote, Word};
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;
use crate::gate::{Caller, Gate, claim_ends_at, live_claim, looking};
use crate::store::{Attention, Checkpoint, Stored};

/// What goes with a request that is read, and not only found.
#[derive(Default)]
pub(super) struct Beside {
    pub(super) params: Option<RawJson>,
    /// The parameters as they were asked, where others are in force.
    pub(super) asked_params: Option<RawJson>,
    pub(super) checkpoint: Option<Checkpoint>,
    pub(super) attention: Vec<Attention>,
}

/// A request as this caller sees it; a list is for finding a request, not for reading it, and has nothing
/// beside it.
pub(super) fn request(
    gate: &Gate,
    caller: &Caller,
    stored: Stored,
    beside: Option<Beside>,
) -> Request {
    let whole = beside.is_some();
    let beside = beside.unwrap_or_default();
    let you = you(gate, caller, &stored, &beside.attention);
    let now = gate.now();
    let claim = live_claim(&stored, now).map(|claim| ClaimView {
        by: claim.by.clone(),
        until: claim_ends_at(claim),
    });
    let me = caller.person().ok();
    let looking = looking(&beside.attention, now).filter(|person| Some(*person) != me);
    let looking = looking.cloned().collect();
    let checkpoint = own_state(caller, &stored, beside.checkpoint);
    let Stored {
        asked,
        standing,
        created_at,
        updated_at,
        told_at,
        ..
    } = stored;
    let status = standing.status();
    let review = review(&standing);
    let mut execution = execution(&standing);
    if !whole {
        for attempt in &mut execution.attempts {
            attempt.result = None;
        }
    }
    let decisions = decisions(&standing);
    let original = (asked.digest != standing.digest).then_some(Original {
        digest: asked.digest,
        params: beside.asked_params,
    });
    Request {
        id: asked.id,
        status,
        version: standing.version,
        digest: standing.digest,
        created_at,
        updated_at,
        action: asked.action.clone(),
        agent: asked.agent.clone(),
        kind: asked.kind,
        headline: standing.headline.clone(),
        title: asked.title.clone(),
        reason: asked.reason.clone(),
        trigger: asked.trigger,
        conversation: asked.conversation.clone(),
        node: asked.node.clone(),
        on_behalf_of: asked.on_behalf_of.clone(),
        resource: asked.resource.clone(),
        recipients: standing.recipients.clone(),
        recipients_claimed: standing.recipients_claimed,
        params: beside.params,
        original,
        edited_by: standing.edited_by.clone(),
        checkpoint,
        context: asked.context.clone().filter(|_| whole),
        waiting: asked.waiting,
        voice: asked.voice.clone(),
        risk: standing.risk.clone(),
        verdict: asked.verdict.clone(),
        review,
        expires_at: standing.expires_at,
        on_timeout: asked.on_timeout,
        decisions,
        settled: standing
            .settled
            .clone()
            .map(|settlement| settled(settlement, told_at)),
        execution,
        claim,
        looking,
        you,
    }
}

/// The agent's own state goes to the agent alone. One that isn't JSON is taken from its own path.
fn own_state(caller: &Caller, stored: &Stored, checkpoint: Option<Checkpoint>) -> Option<RawJson> {
    let own = caller.holder == Holder::Agent(stored.asked.agent.clone());
    let state = checkpoint.filter(|state| own && state.media == "application/json")?;
    let text = String::from_utf8(state.bytes.to_vec()).ok()?;
    RawJson::from_text(text).ok()
}

fn settled(settlement: Settlement, told_at: Option<At>) -> Settled {
    Settled {
        decision: settlement.decision,
        by: settlement.by,
        at: settlement.at,
        reason: settlement.reason,
        answer: settlement.answer,
        notify_agent: settlement.notify_agent,
        agent_told_at: told_at,
    }
}

fn decisions(standing: &Standing) -> Vec<DecisionRecord> {
    let counting: Vec<&Vote> = standing.counting().collect();
    let record = |vote: &Vote| DecisionRecord {
        by: vote.by.clone(),
        stands_for: vote.stands_for.clone(),
        token: Some(vote.token),
        counts: counting.contains(&vote),
        decision: vote.word,
        digest: vote.digest,
        plan: vote.plan,
        reason: vote.reason.clone(),
        notify_agent: vote.notify_agent,
        remember: vote.remember,
        at: vote.at,
    };
    standing.votes.iter().map(record).collect()
}

fn execution(standing: &Standing) -> ExecutionView {
    let execution = standing.execution.as_ref();
    ExecutionView {
        executor: standing.executor,
        state: execution.map(|execution| execution.state),
        epoch: execution.map_or(0, |execution| execution.epoch),
        lapses_at: execution.and_then(|execution| execution.lapses_at),
        held_until: execution.and_then(|execution| execution.held_until),
        lease: execution.and_then(|execution| execution.lease.clone()),
        revoked_by: execution.and_then(|execution| execution.revoked_by.clone()),
        attempts: execution.map_or_else(Vec::new, |execution| execution.attempts.clone()),
    }
}

fn review(standing: &Standing) -> Option<Review> {
    let plan = standing.plan.as_ref()?;
    let given: BTreeSet<_> = standing
        .counting()
        .filter(|vote| vote.word == Word::Approve)
        .map(Vote::principal)
        .collect();
    let pending = standing.state == State::Pending;
    let nobody = pending && standing.watchers.is_empty();
    let agents = plan
        .reviewers()
        .iter()
        .any(|reviewer| reviewer.person().is_none());
    Some(Review {
        given: u32::try_from(given.len()).unwrap_or(u32::MAX),
        fallback_at: standing.escalates_at.filter(|_| pending),
        approves_at: standing.approves_at.filter(|_| pending),
        undecidable: (nobody && !agents).then(|| undecidable(plan)),
        ..planned(plan)
    })
}

/// A plan under which nobody has voted.
pub(super) fn planned(plan: &Plan) -> Review {
    let first = plan.open_stages().next().or_else(|| plan.stages.last());
    let stage = |(index, stage): (usize, &Stage)| StageView {
        resolver: stage.resolver.clone(),
        reviewers: stage.reviewers.clone(),
        open: index < plan.opened as usize && stage.skipped.is_none(),
        skipped: stage.skipped.clone(),
    };
    Review {
        resolver: first.map_or(Resolver::WORKSPACE_ADMINS, |stage| stage.resolver.clone()),
        reviewers: plan.reviewers().into_iter().cloned().collect(),
        needed: plan.needed,
        given: 0,
        plan: plan.revision,
        fallback_at: None,
        approves_at: None,
        stages: plan.stages.iter().enumerate().map(stage).collect(),
        separate: plan.separate,
        guidance: plan.guidance.clone(),
        undecidable: plan.reviewers().is_empty().then(|| undecidable(plan)),
    }
}

fn undecidable(plan: &Plan) -> Untrusted {
    let why = plan.stages.iter().filter_map(|stage| {
        let why = stage.skipped.as_ref()?;
        Some(format!("{}: {}", stage.resolver, why.raw_for_execution()))
    });
    let why: Vec<String> = why.collect();
    Untrusted::from(match why.is_empty() {
        true => "nobody may decide it; it will expire".to_owned(),
        false => format!("nobody may decide it ({}); it will expire", why.join("; ")),
    })
}

fn you(gate: &Gate, caller: &Caller, stored: &Stored, attention: &[Attention]) -> Option<You> {
    let person = caller.person().ok()?;
    let why_not = gate.why_not(caller, stored);
    let mine = attention
        .iter()
        .find(|attention| attention.person == *person);
    let now = gate.now();
    Some(You {
        may_decide: why_not.is_none(),
        remember: match why_not {
            None => gate.may_remember(person, stored),
            Some(_) => Vec::new(),
        },
        together: why_not.is_none() && gate.approves_together(stored),
        why_not,
        notify_always: stored.standing.tells_agent,
        may_undo: gate.may_take_back(caller, stored),
        snoozed_until: mine
            .and_then(|attention| attention.snoozed_until)
            .filter(|until| now < *until),
        opened_at: mine
            .and_then(|attention| attention.opened.as_ref())
            .filter(|opened| opened.digest == stored.standing.digest)
            .map(|opened| opened.at),
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
