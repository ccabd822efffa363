//! Running what was approved or allowed: taken once for each epoch, reported by whoever took it, tried
//! again or settled by a person.

use super::Runner;
use super::refusal::Refusal;
use super::standing::{Execution, Standing};
use super::status::{Decision, State};
use super::vote::{require_pending, settle_without_reason};
use crate::domain::actor::Actor;
use crate::domain::event::{Fact, Renewed, Retried, Revoked, RunSettled, Started};
use crate::domain::execution::{ExecutionState, Executor, Lease, Outcome, Report};
use crate::domain::id::WorkerId;
use crate::domain::time::{At, Span};
use crate::domain::untrusted::Untrusted;

pub(super) fn start(standing: &Standing, by: &Runner, now: At) -> Result<Vec<Fact>, Refusal> {
    let execution = startable(standing, now)?;
    require_runner(execution, by)?;
    Ok(vec![started(execution, by)])
}

fn started(execution: &Execution, by: &Runner) -> Fact {
    Fact::Started(Started {
        epoch: execution.epoch + 1,
        lease: match by {
            Runner::Agent => None,
            Runner::Worker { id, until } => Some(Lease {
                worker: id.clone(),
                until: *until,
            }),
        },
    })
}

fn require_runner(execution: &Execution, by: &Runner) -> Result<(), Refusal> {
    match (execution.executor, by) {
        (Executor::Agent, Runner::Agent) | (Executor::Queue, Runner::Worker { .. }) => Ok(()),
        (executor, _) => Err(Refusal::OtherRunner(executor)),
    }
}

fn startable(standing: &Standing, now: At) -> Result<&Execution, Refusal> {
    let execution = existing(standing)?;
    match (execution.state, execution.lapses_at) {
        (ExecutionState::Ready, Some(lapse)) if now >= lapse => Err(Refusal::Lapsed(lapse)),
        (ExecutionState::Ready, _) => match execution.held_until {
            Some(until) if now < until => Err(Refusal::Held(until)),
            _ => Ok(execution),
        },
        (ExecutionState::Lapsed, Some(lapse)) => Err(Refusal::Lapsed(lapse)),
        (ExecutionState::Revoked, _) => Err(Refusal::Revoked(execution.revoked_by.clone())),
        _ => Err(Refusal::AlreadyStarted(execution.epoch)),
    }
}

fn existing(standing: &Standing) -> Result<&Execution, Refusal> {
    standing
        .execution
        .as_ref()
        .ok_or(Refusal::NotReady(standing.status()))
}

impl Standing {
    /// When it lapses if nobody starts it. What policy allowed and its agent runs needs no report, and
    /// so doesn't lapse.
    pub(super) fn lapses_unused(&self, use_within: Span, now: At) -> Option<At> {
        let reported = self.state == State::Approved || self.executor == Executor::Queue;
        reported.then(|| now.plus(use_within))
    }
}

/// A report ends the run that was started; without any start before it starts and ends in one.
pub(super) fn report(
    standing: &Standing,
    by: &Runner,
    report: &Report,
    epoch: Option<u32>,
    now: At,
) -> Result<Vec<Fact>, Refusal> {
    let execution = existing(standing)?;
    require_runner(execution, by)?;
    if report.digest != standing.digest {
        return Err(Refusal::WrongDigest(standing.digest));
    }
    let due = match execution.state {
        ExecutionState::Ready => execution.epoch + 1,
        _ => execution.epoch,
    };
    if execution.epoch == 0 {
        startable(standing, now)?;
    }
    // Without an epoch it is about the last run there was, and before the first about that.
    let given = epoch.unwrap_or(execution.epoch.max(1));
    if given != due {
        return Err(Refusal::OldEpoch {
            given,
            current: due,
        });
    }
    if let Runner::Worker { id, .. } = by {
        require_last_worker(execution, id, due)?;
    }
    let reported = Fact::Reported(Report {
        epoch: due,
        ..report.clone()
    });
    match execution.state {
        ExecutionState::Running => Ok(vec![reported]),
        ExecutionState::Ready | ExecutionState::Lapsed | ExecutionState::Revoked => {
            let execution = startable(standing, now)?;
            Ok(vec![started(execution, by), reported])
        }
        ended if ended == report.outcome.state() => Ok(Vec::new()),
        _ => Err(Refusal::AlreadyReported(standing.status())),
    }
}

/// A worker reports only what it leased, and only as long as nobody else has leased it since.
fn require_last_worker(execution: &Execution, worker: &WorkerId, due: u32) -> Result<(), Refusal> {
    let last = execution.attempts.last();
    match last
        .is_some_and(|attempt| attempt.epoch == due && attempt.worker.as_ref() == Some(worker))
    {
        true => Ok(()),
        false => Err(Refusal::OldEpoch {
            given: due,
            current: execution.epoch,
        }),
    }
}

pub(super) fn renew(
    standing: &Standing,
    worker: &WorkerId,
    epoch: u32,
    until: At,
    now: At,
) -> Result<Vec<Fact>, Refusal> {
    let execution = existing(standing)?;
    let old = Refusal::OldEpoch {
        given: epoch,
        current: execution.epoch,
    };
    let lease = execution
        .lease
        .as_ref()
        .filter(|lease| lease.worker == *worker);
    match lease {
        Some(lease) if execution.epoch == epoch && now < lease.until => {
            Ok(vec![Fact::Renewed(Renewed { epoch, until })])
        }
        _ => Err(old),
    }
}

fn require_failed(standing: &Standing) -> Result<&Execution, Refusal> {
    let execution = existing(standing)?;
    match execution.state {
        ExecutionState::Failed | ExecutionState::Unknown => Ok(execution),
        _ => Err(Refusal::NotFailed(standing.status())),
    }
}

pub(super) fn retry(
    standing: &Standing,
    reason: &Untrusted,
    use_within: Span,
    now: At,
) -> Result<Vec<Fact>, Refusal> {
    require_failed(standing)?;
    Ok(vec![Fact::Retried(Retried {
        reason: Some(reason.clone()),
        again_at: None,
        lapses_at: standing.lapses_unused(use_within, now),
    })])
}

pub(super) fn settle(
    standing: &Standing,
    outcome: Outcome,
    reason: &Untrusted,
) -> Result<Vec<Fact>, Refusal> {
    require_failed(standing)?;
    Ok(vec![Fact::RunSettled(RunSettled {
        outcome,
        reason: reason.clone(),
    })])
}

/// What waits is cancelled, what was let through and isn't started is revoked. An agent that was allowed
/// something runs it without a word, so that stays as it is, and only its start is refused.
pub(super) fn stop(standing: &Standing, by: &Actor, now: At) -> Result<Vec<Fact>, Refusal> {
    let ready = standing
        .execution
        .as_ref()
        .is_some_and(|execution| execution.state == ExecutionState::Ready);
    let unused = standing.state == State::Approved || standing.executor == Executor::Queue;
    if standing.state == State::Pending {
        require_pending(standing, now)?;
        let (decision, told) = (Decision::Cancelled, standing.tells_agent);
        return Ok(vec![settle_without_reason(decision, by.clone(), now, told)]);
    }
    Ok(match ready && unused {
        true => vec![Fact::Revoked(Revoked {
            by: Some(by.clone()),
        })],
        false => Vec::new(),
    })
}
