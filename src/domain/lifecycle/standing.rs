//! Where a request stands: everything about it that can change, and how each fact changes it.

use serde::{Deserialize, Serialize};

use super::status::{Decision, State, Status};
use crate::domain::actor::Actor;
use crate::domain::digest::Digest;
use crate::domain::event::{Edited, Fact, RouteReason, Routed, Started};
use crate::domain::execution::{Attempt, ExecutionState, Executor, Lease, Outcome, Report};
use crate::domain::id::{AgentId, PersonId};
use crate::domain::request::Asked;
use crate::domain::review::{Plan, Reviewer, Vote};
use crate::domain::risk::Assessment;
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;
use crate::domain::verdict::Effect;

/// The end of a review: who or what settled it, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    pub decision: Decision,
    pub by: Actor,
    pub at: At,
    pub reason: Option<Untrusted>,
    /// What the agent gets instead of a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Untrusted>,
    /// Whether the agent is told.
    pub notify_agent: bool,
    /// When an approval that nobody uses lapses.
    pub lapses_at: Option<At>,
    /// Until when the approval can be taken back before anything runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_until: Option<At>,
}

/// What happened after a request was approved or allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution {
    pub state: ExecutionState,
    pub executor: Executor,
    pub epoch: u32,
    pub lapses_at: Option<At>,
    /// It isn't given out before that: while an approval may be taken back, or between two tries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_until: Option<At>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_by: Option<Actor>,
    pub attempts: Vec<Attempt>,
}

impl Execution {
    fn ready(executor: Executor, lapses_at: Option<At>, held_until: Option<At>) -> Self {
        Self {
            state: ExecutionState::Ready,
            executor,
            epoch: 0,
            lapses_at,
            held_until,
            lease: None,
            revoked_by: None,
            attempts: Vec::new(),
        }
    }

    fn start(&mut self, started: &Started, at: At) {
        self.state = ExecutionState::Running;
        self.epoch = started.epoch;
        self.lease.clone_from(&started.lease);
        self.held_until = None;
        self.attempts.push(Attempt {
            epoch: started.epoch,
            started_at: at,
            ended_at: None,
            outcome: None,
            observed: None,
            error: None,
            result: None,
            worker: started.lease.as_ref().map(|lease| lease.worker.clone()),
        });
    }

    fn end(&mut self, report: &Report, at: At) {
        self.state = report.outcome.state();
        self.lease = None;
        if let Some(attempt) = self.attempts.last_mut() {
            attempt.ended_at = Some(at);
            attempt.outcome = Some(report.outcome);
            attempt.observed = Some(report.observed);
            attempt.error.clone_from(&report.error);
            attempt.result.clone_from(&report.result);
        }
    }

    fn again(&mut self, held_until: Option<At>, lapses_at: Option<At>) {
        self.state = ExecutionState::Ready;
        self.lease = None;
        self.held_until = held_until;
        self.lapses_at = lapses_at;
    }

    fn settle(&mut self, outcome: Outcome) {
        self.state = outcome.state();
    }

    fn revoke(&mut self, by: Option<Actor>) {
        self.state = ExecutionState::Revoked;
        self.revoked_by = by;
    }
}

/// Where a request stands: everything about it that can change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Counts the changes; a change is made only to the version that it was meant for.
    pub version: u32,
    pub state: State,
    pub agent: AgentId,
    /// The digest in force.
    pub digest: Digest,
    /// What it would do, by the parameters in force.
    pub headline: Untrusted,
    pub recipients: Vec<Untrusted>,
    pub recipients_claimed: bool,
    pub risk: Assessment,
    /// Who changed the parameters, the last one last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edited_by: Vec<PersonId>,
    pub plan: Option<Plan>,
    /// Everybody who may decide.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub watchers: Vec<PersonId>,
    /// When the deadline began to run.
    pub runs_since: At,
    pub expires_at: Option<At>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalates_at: Option<At>,
    /// When it approves by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approves_at: Option<At>,
    /// How often the reviewers were reminded of this deadline.
    #[serde(default)]
    pub reminders: u32,
    pub votes: Vec<Vote>,
    pub settled: Option<Settlement>,
    pub execution: Option<Execution>,
    pub executor: Executor,
    /// Whether there is something to run: a step does nothing outside.
    pub runs: bool,
    /// Whether running it twice is harmless.
    #[serde(default)]
    pub idempotent: bool,
    /// The agent hears of the outcome whatever the reviewer chooses.
    pub tells_agent: bool,
}

impl Standing {
    /// Where a request stands right after it was asked, at `at`.
    pub fn new(asked: &Asked, at: At) -> Self {
        let state = match asked.verdict.effect {
            Effect::Allow => State::Allowed,
            Effect::Deny => State::Denied,
            Effect::Ask => State::Pending,
        };
        let pending = state == State::Pending;
        let plan = asked.plan.clone();
        Self {
            version: 1,
            state,
            agent: asked.agent.clone(),
            digest: asked.digest,
            headline: asked.headline.clone(),
            recipients: asked.recipients.clone(),
            recipients_claimed: asked.recipients_claimed,
            risk: asked.risk.clone(),
            edited_by: Vec::new(),
            watchers: asked.watchers.clone(),
            runs_since: at,
            expires_at: asked.expires_at,
            escalates_at: asked.escalates_at,
            approves_at: plan
                .as_ref()
                .and_then(Plan::delay)
                .map(|delay| at.plus(delay))
                .filter(|_| pending),
            reminders: 0,
            plan,
            votes: Vec::new(),
            settled: None,
            execution: (state == State::Allowed && asked.runs())
                .then(|| Execution::ready(asked.executor, asked.lapses_at, None)),
            executor: asked.executor,
            runs: asked.runs(),
            idempotent: asked.idempotent,
            tells_agent: asked.tells_agent(),
        }
    }

    /// Both states in one word.
    pub fn status(&self) -> Status {
        Status::of(self.state, self.execution.as_ref().map(|e| e.state))
    }

    /// Whether nothing more will happen by itself: it is decided, and what there was to run has ended.
    pub fn is_done(&self) -> bool {
        let nothing_to_run = self.state == State::Approved && self.execution.is_none();
        self.status().done() || nothing_to_run
    }

    /// The votes that count: for the parameters in force, under the plan in force.
    pub fn counting(&self) -> impl Iterator<Item = &Vote> {
        let revision = self.plan.as_ref().map_or(0, |plan| plan.revision);
        self.votes
            .iter()
            .filter(move |vote| vote.digest == self.digest && vote.plan == revision)
    }

    /// This one's vote, if it counts.
    pub fn vote_of(&self, reviewer: &Reviewer) -> Option<&Vote> {
        self.counting().find(|vote| vote.by == *reviewer)
    }

    /// The state after this fact, which happened at `at`.
    pub fn apply(&mut self, fact: &Fact, at: At) {
        if !fact.moves_request() {
            return;
        }
        self.version += 1;
        match fact {
            Fact::Voted(vote) => self.votes.push(vote.clone()),
            Fact::VoteTakenBack(back) => {
                let counting = self.vote_of(&back.by).cloned();
                self.votes.retain(|vote| Some(vote) != counting.as_ref());
            }
            Fact::Edited(edited) => self.edit(edited),
            Fact::Routed(routed) => self.route(routed, at),
            Fact::Reminded(reminded) => self.reminders = reminded.times,
            Fact::Settled(settlement) => self.settle(settlement),
            fact => {
                if let Some(execution) = &mut self.execution {
                    run(execution, fact, at);
                }
            }
        }
    }

    fn edit(&mut self, edited: &Edited) {
        self.digest = edited.digest;
        self.headline.clone_from(&edited.headline);
        self.recipients.clone_from(&edited.recipients);
        self.recipients_claimed = edited.recipients_claimed;
        self.risk.clone_from(&edited.risk);
        self.edited_by.push(edited.by.clone());
        self.plan = Some(edited.plan.clone());
        self.watchers.clone_from(&edited.watchers);
        self.expires_at = edited.expires_at;
        self.escalates_at = edited.escalates_at;
        // A delay was granted to other parameters.
        self.approves_at = None;
    }

    fn route(&mut self, routed: &Routed, at: At) {
        if let Some(plan) = &mut self.plan {
            plan.opened = routed.opened;
        }
        if self.expires_at != routed.expires_at {
            self.runs_since = at;
            self.reminders = 0;
        }
        self.expires_at = routed.expires_at;
        self.escalates_at = routed.escalates_at;
        if routed.why == RouteReason::Unavailable {
            // Silence is no consent where nobody was left who could have said no.
            self.approves_at = None;
        }
        self.watchers.clone_from(&routed.watchers);
    }

    fn settle(&mut self, settlement: &Settlement) {
        self.state = settlement.decision.state();
        self.execution = (settlement.decision == Decision::Approved && self.runs)
            .then(|| Execution::ready(self.executor, settlement.lapses_at, settlement.held_until));
        self.settled = Some(settlement.clone());
    }
}

fn run(execution: &mut Execution, fact: &Fact, at: At) {
    match fact {
        Fact::Started(started) => execution.start(started, at),
        Fact::Renewed(renewed) => {
            if let Some(lease) = &mut execution.lease {
                lease.until = renewed.until;
            }
        }
        Fact::Reported(report) => execution.end(report, at),
        Fact::LeaseLost(lost) => execution.again(Some(lost.again_at), lost.lapses_at),
        Fact::Retried(retried) => execution.again(retried.again_at, retried.lapses_at),
        Fact::RunSettled(settled) => execution.settle(settled.outcome),
        Fact::Revoked(revoked) => execution.revoke(revoked.by.clone()),
        Fact::Lapsed(_) => execution.state = ExecutionState::Lapsed,
        // That the agent knows moves nothing but the version: of several who say so, one is the first.
        _ => {}
    }
}
