//! The life of a request, as a pure function: [`step`] takes where a request stands and what somebody
//! wants of it, and gives either the facts that follow or the reason why not. [`Standing::apply`]
//! folds a fact into where it stands. Nothing else moves a request.
//!
//! Invariants: at most one settlement; a settled state never changes; epochs strictly rise; a refusal
//! leaves everything as it was, and names the winner where there was one.

mod status;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::digest::Digest;
use super::event::{Fact, Lapsed, Revoked, Started};
use super::execution::{Attempt, ExecutionState, Executor, Report};
use super::id::AgentId;
use super::request::Asked;
use super::review::{Plan, Reviewer, Vote, Word};
use super::time::{At, Span};
use super::untrusted::Untrusted;
use super::verdict::Effect;

pub use status::{Decision, State, Status};

/// The end of a review: who or what settled it, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    pub decision: Decision,
    pub by: Actor,
    pub at: At,
    pub reason: Option<Untrusted>,
    /// Whether the agent is told.
    pub notify_agent: bool,
    /// When an approval that nobody uses lapses.
    pub lapses_at: Option<At>,
}

/// What happened after a request was approved or allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution {
    pub state: ExecutionState,
    pub executor: Executor,
    pub epoch: u32,
    pub lapses_at: Option<At>,
    pub attempts: Vec<Attempt>,
}

impl Execution {
    fn ready(executor: Executor, lapses_at: Option<At>) -> Self {
        Self {
            state: ExecutionState::Ready,
            executor,
            epoch: 0,
            lapses_at,
            attempts: Vec::new(),
        }
    }
}

/// Where a request stands: everything about it that can change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Counts the changes; a change is made only to the version that it was meant for.
    pub version: u32,
    pub state: State,
    pub agent: AgentId,
    pub digest: Digest,
    pub plan: Option<Plan>,
    pub expires_at: Option<At>,
    pub votes: Vec<Vote>,
    pub settled: Option<Settlement>,
    pub execution: Option<Execution>,
    pub executor: Executor,
    /// The agent hears of the outcome whatever the reviewer chooses.
    pub tells_agent: bool,
}

/// What somebody, or the clock, wants of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// `eligible`: the voter is still active and still may decide for this plan.
    Vote {
        ballot: Ballot,
        eligible: bool,
        use_within: Span,
    },
    Cancel {
        agent: AgentId,
    },
    Expire,
    Start,
    /// Without an epoch it is for the run that is due.
    Report {
        report: Report,
        epoch: Option<u32>,
    },
    Lapse,
    /// Its agent, integration or action was disabled by somebody.
    Stop {
        by: Actor,
    },
}

/// A vote as it was cast, before it is known to count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ballot {
    pub vote: Vote,
    /// The digest they name; required to approve.
    pub digest: Option<Digest>,
    /// The plan they name, if they do.
    pub plan: Option<u32>,
}

/// Why nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("already {} by {} at {}", .0.decision.word(), .0.by, .0.at)]
    AlreadyDecided(Box<Settlement>),
    #[error("policy had already {} this request; there is nothing to decide", by_policy(*.0))]
    NeverPending(Status),
    #[error("the request expired at {0}; the agent has to ask again")]
    Expired(At),
    #[error("you have already {} this request, and it is still pending", .0.past())]
    AlreadyVoted(Word),
    #[error("you are not among the reviewers of this request")]
    NotAReviewer,
    #[error(
        "the digest you name is not the one in force, which is {0}; look again before you decide"
    )]
    StaleDigest(Digest),
    #[error("an approval has to name the digest of the parameters that were seen")]
    NoDigest,
    #[error("the review plan has changed to revision {0}; look again before you decide")]
    StalePlan(u32),
    #[error("the request is {} and can't be started", .0.word())]
    NotReady(Status),
    #[error("the execution had already started (epoch {0})")]
    AlreadyStarted(u32),
    #[error("the approval lapsed at {0} because nobody used it; the agent has to ask again")]
    Lapsed(At),
    #[error("the approval was revoked before it was used; the agent has to ask again")]
    Revoked,
    #[error("the report is for epoch {given}, the execution is at epoch {current}")]
    OldEpoch { given: u32, current: u32 },
    #[error("the report names another digest than the approved one, {0}")]
    WrongDigest(Digest),
    #[error("the execution had already ended as {}", .0.word())]
    AlreadyReported(Status),
    #[error("its time has not come")]
    NotDue,
}

/// What policy said of a request that it didn't ask about, however far its run has come since.
const fn by_policy(status: Status) -> &'static str {
    match status {
        Status::Denied => "denied",
        _ => "allowed",
    }
}

/// What follows from a command; an empty list means that it had been carried out before.
pub fn step(standing: &Standing, command: &Command, now: At) -> Result<Vec<Fact>, Refusal> {
    match command {
        Command::Vote {
            ballot,
            eligible,
            use_within,
        } => vote(standing, ballot, *eligible, *use_within, now),
        Command::Cancel { agent } => cancel(standing, agent, now),
        Command::Expire => expire(standing, now),
        Command::Start => start(standing, now),
        Command::Report { report, epoch } => report_end(standing, report, *epoch, now),
        Command::Lapse => lapse(standing, now),
        Command::Stop { by } => Ok(stop(standing, by, now)),
    }
}

fn vote(
    standing: &Standing,
    ballot: &Ballot,
    eligible: bool,
    use_within: Span,
    now: At,
) -> Result<Vec<Fact>, Refusal> {
    let vote = &ballot.vote;
    if let Some(mine) = standing.votes.iter().find(|v| v.by == vote.by) {
        let same_digest = match (vote.word, ballot.digest) {
            (_, Some(digest)) => digest == mine.digest,
            (word, None) => word == Word::Reject,
        };
        if mine.word == vote.word && same_digest {
            return Ok(Vec::new());
        }
        if standing.state == State::Pending {
            return Err(Refusal::AlreadyVoted(mine.word));
        }
    }
    require_pending(standing, now)?;
    let plan = match &standing.plan {
        Some(plan) if eligible => plan,
        _ => return Err(Refusal::NotAReviewer),
    };
    if ballot.digest.is_some_and(|seen| seen != standing.digest) {
        return Err(Refusal::StaleDigest(standing.digest));
    }
    if ballot
        .plan
        .is_some_and(|revision| revision != plan.revision)
    {
        return Err(Refusal::StalePlan(plan.revision));
    }
    if ballot.digest.is_none() && vote.word == Word::Approve {
        return Err(Refusal::NoDigest);
    }

    let counted = Vote {
        digest: standing.digest,
        plan: plan.revision,
        at: now,
        ..vote.clone()
    };
    let settlement = match vote.word {
        Word::Reject | Word::Respond => Some(Decision::Rejected),
        Word::Approve if satisfied(plan, &standing.votes, &counted) => Some(Decision::Approved),
        Word::Approve => None,
    }
    .map(|decision| Settlement {
        decision,
        by: vote.by.actor(),
        at: now,
        reason: vote.reason.clone(),
        notify_agent: vote.notify_agent || standing.tells_agent,
        lapses_at: (decision == Decision::Approved).then(|| now.plus(use_within)),
    });
    let mut facts = vec![Fact::Voted(counted)];
    facts.extend(settlement.map(Fact::Settled));
    Ok(facts)
}

/// Whether there are as many distinct approvals as the plan needs once `new` is counted.
fn satisfied(plan: &Plan, votes: &[Vote], new: &Vote) -> bool {
    let counted = votes.iter().chain([new]).filter(|vote| {
        vote.word == Word::Approve && vote.plan == plan.revision && vote.digest == new.digest
    });
    let approvers: BTreeSet<Reviewer> = counted.map(Vote::principal).collect();
    plan.needed > 0 && approvers.len() >= plan.needed as usize
}

fn require_pending(standing: &Standing, now: At) -> Result<(), Refusal> {
    match (&standing.settled, standing.state) {
        (Some(settled), _) if settled.decision == Decision::Expired => {
            Err(Refusal::Expired(settled.at))
        }
        (Some(settled), _) => Err(Refusal::AlreadyDecided(Box::new(settled.clone()))),
        (None, State::Pending) => match standing.expires_at {
            Some(deadline) if now >= deadline => Err(Refusal::Expired(deadline)),
            _ => Ok(()),
        },
        (None, _) => Err(Refusal::NeverPending(standing.status())),
    }
}

fn cancel(standing: &Standing, agent: &AgentId, now: At) -> Result<Vec<Fact>, Refusal> {
    let repeated = standing.settled.as_ref().is_some_and(|settled| {
        settled.decision == Decision::Cancelled && settled.by == Actor::Agent(agent.clone())
    });
    if repeated {
        return Ok(Vec::new());
    }
    require_pending(standing, now)?;
    Ok(vec![settle_without_reason(
        Decision::Cancelled,
        Actor::Agent(agent.clone()),
        now,
        false,
    )])
}

fn expire(standing: &Standing, now: At) -> Result<Vec<Fact>, Refusal> {
    match (standing.state, standing.expires_at) {
        (State::Pending, Some(deadline)) if now >= deadline => Ok(vec![settle_without_reason(
            Decision::Expired,
            Actor::Clock,
            now,
            standing.tells_agent,
        )]),
        (State::Pending, _) => Err(Refusal::NotDue),
        _ => require_pending(standing, now).map(|()| Vec::new()),
    }
}

fn settle_without_reason(decision: Decision, by: Actor, at: At, notify_agent: bool) -> Fact {
    Fact::Settled(Settlement {
        decision,
        by,
        at,
        reason: None,
        notify_agent,
        lapses_at: None,
    })
}

fn start(standing: &Standing, now: At) -> Result<Vec<Fact>, Refusal> {
    let execution = startable(standing, now)?;
    Ok(vec![Fact::Started(Started {
        epoch: execution.epoch + 1,
    })])
}

fn startable(standing: &Standing, now: At) -> Result<&Execution, Refusal> {
    let execution = existing(standing)?;
    match (execution.state, execution.lapses_at) {
        (ExecutionState::Ready, Some(lapse)) if now >= lapse => Err(Refusal::Lapsed(lapse)),
        (ExecutionState::Ready, _) => Ok(execution),
        (ExecutionState::Lapsed, Some(lapse)) => Err(Refusal::Lapsed(lapse)),
        (ExecutionState::Revoked, _) => Err(Refusal::Revoked),
        _ => Err(Refusal::AlreadyStarted(execution.epoch)),
    }
}

fn existing(standing: &Standing) -> Result<&Execution, Refusal> {
    standing
        .execution
        .as_ref()
        .ok_or(Refusal::NotReady(standing.status()))
}

/// A report ends the run that was started; without a start it starts and ends in one.
fn report_end(
    standing: &Standing,
    report: &Report,
    epoch: Option<u32>,
    now: At,
) -> Result<Vec<Fact>, Refusal> {
    let execution = existing(standing)?;
    if report.digest != standing.digest {
        return Err(Refusal::WrongDigest(standing.digest));
    }
    let due = match execution.state {
        ExecutionState::Ready => execution.epoch + 1,
        _ => execution.epoch,
    };
    if let Some(given) = epoch.filter(|given| *given != due) {
        return Err(Refusal::OldEpoch {
            given,
            current: due,
        });
    }
    let reported = Fact::Reported(Report {
        epoch: due,
        ..report.clone()
    });
    match execution.state {
        ExecutionState::Running => Ok(vec![reported]),
        ExecutionState::Ready | ExecutionState::Lapsed | ExecutionState::Revoked => {
            startable(standing, now)?;
            Ok(vec![Fact::Started(Started { epoch: due }), reported])
        }
        ended if ended == report.outcome.state() => Ok(Vec::new()),
        _ => Err(Refusal::AlreadyReported(standing.status())),
    }
}

fn stop(standing: &Standing, by: &Actor, now: At) -> Vec<Fact> {
    let ready = standing
        .execution
        .as_ref()
        .is_some_and(|execution| execution.state == ExecutionState::Ready);
    match standing.state {
        State::Pending => vec![settle_without_reason(
            Decision::Cancelled,
            by.clone(),
            now,
            standing.tells_agent,
        )],
        State::Approved if ready => vec![Fact::Revoked(Revoked {})],
        _ => Vec::new(),
    }
}

fn lapse(standing: &Standing, now: At) -> Result<Vec<Fact>, Refusal> {
    match standing.execution.as_ref() {
        Some(Execution {
            state: ExecutionState::Ready,
            lapses_at: Some(lapse),
            ..
        }) if now >= *lapse => Ok(vec![Fact::Lapsed(Lapsed {})]),
        _ => Err(Refusal::NotDue),
    }
}

impl Standing {
    /// Where a request stands right after it was asked.
    pub fn new(asked: &Asked) -> Self {
        let state = match asked.verdict.effect {
            Effect::Allow => State::Allowed,
            Effect::Deny => State::Denied,
            Effect::Ask => State::Pending,
        };
        Self {
            version: 1,
            state,
            agent: asked.agent.clone(),
            digest: asked.digest,
            plan: asked.plan.clone(),
            expires_at: asked.expires_at,
            votes: Vec::new(),
            settled: None,
            execution: (state == State::Allowed).then(|| Execution::ready(asked.executor, None)),
            executor: asked.executor,
            tells_agent: asked.tells_agent(),
        }
    }

    /// Both states in one word.
    pub fn status(&self) -> Status {
        Status::of(self.state, self.execution.as_ref().map(|e| e.state))
    }

    /// The state after this fact, which happened at `at`.
    pub fn apply(&mut self, fact: &Fact, at: At) {
        match fact {
            Fact::Voted(vote) => self.votes.push(vote.clone()),
            Fact::Settled(settlement) => {
                self.state = settlement.decision.state();
                self.execution = (settlement.decision == Decision::Approved)
                    .then(|| Execution::ready(self.executor, settlement.lapses_at));
                self.settled = Some(settlement.clone());
            }
            Fact::Started(started) => {
                if let Some(execution) = &mut self.execution {
                    execution.state = ExecutionState::Running;
                    execution.epoch = started.epoch;
                    execution.attempts.push(Attempt {
                        epoch: started.epoch,
                        started_at: at,
                        ended_at: None,
                        outcome: None,
                        observed: None,
                        error: None,
                    });
                }
            }
            Fact::Reported(report) => {
                if let Some(execution) = &mut self.execution {
                    execution.state = report.outcome.state();
                    if let Some(attempt) = execution.attempts.last_mut() {
                        attempt.ended_at = Some(at);
                        attempt.outcome = Some(report.outcome);
                        attempt.observed = Some(report.observed);
                        attempt.error = report.error.clone();
                    }
                }
            }
            Fact::Revoked(_) => {
                if let Some(execution) = &mut self.execution {
                    execution.state = ExecutionState::Revoked;
                }
            }
            Fact::Lapsed(_) => {
                if let Some(execution) = &mut self.execution {
                    execution.state = ExecutionState::Lapsed;
                }
            }
            // It moves nothing but the version: of several who say that they know, one is the first.
            Fact::NoticeTaken(_) => {}
            _ => return,
        }
        self.version += 1;
    }
}

#[cfg(test)]
mod tests;
