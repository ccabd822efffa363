//! Work for workers: what was approved or allowed and is run by whoever leases it. A lease has an epoch;
//! whoever was given an older one can't report any more.

use std::time::Duration;

use super::run::{refuse_if_off, refuse_if_other};
use super::{Caller, Gate, GateError, MeantFor, Move, Once, Snapshot};
use crate::domain::execution::Report;
use crate::domain::id::{ActionName, RequestId};
use crate::domain::lifecycle::{Command, Refusal, Runner};
use crate::domain::time::{At, Span};
use crate::policy::glob;
use crate::store::{Payload, Stored};

/// The most that is leased in one call.
const MOST: u32 = 100;
/// The longest lease, and renewal.
const LONGEST_LEASE: u32 = 3_600;

/// What a worker wants.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// All that its token is bound to, when none is named.
    pub actions: Vec<ActionName>,
    pub max: u32,
    pub wait: Duration,
    pub lease_seconds: u32,
}

/// A request that a worker has, with its bytes.
#[derive(Debug, Clone)]
pub struct Leased {
    pub stored: Stored,
    pub payload: Payload,
}

impl Gate {
    /// Gives a worker what it may run, waiting for something if nothing is there.
    pub async fn lease(&self, caller: &Caller, wanted: &Wanted) -> Result<Vec<Leased>, GateError> {
        caller.worker()?;
        let lease = lease_span(wanted.lease_seconds)?;
        let end = tokio::time::Instant::now() + wanted.wait;
        let bell = self.news().work().listen(());
        loop {
            let ring = bell.next_ring();
            caller.speaks_in(&self.workspace())?;
            let actions = self.runnable(caller, &wanted.actions)?;
            let leased = self
                .lease_now(caller, &actions, wanted.max.clamp(1, MOST), lease)
                .await?;
            if !leased.is_empty() {
                return Ok(leased);
            }
            // What is held back for now comes without a ring.
            let now = self.now();
            let next = self.read().next_leasable(actions, now).await?;
            let until_next = next.map_or(wanted.wait, |at| {
                Duration::from_millis(at.since(now).millis().unsigned_abs())
            });
            let look_again = (tokio::time::Instant::now() + until_next).min(end);
            let timed_out = tokio::time::timeout_at(look_again, ring).await.is_err();
            if timed_out && look_again >= end {
                return Ok(Vec::new());
            }
        }
    }

    async fn lease_now(
        &self,
        caller: &Caller,
        actions: &[ActionName],
        max: u32,
        lease: Span,
    ) -> Result<Vec<Leased>, GateError> {
        let now = self.now();
        // More than is wanted: what can't be given out doesn't stand in the way of what can.
        let found = self.read().leasable(actions.to_vec(), now, MOST).await?;
        let mut leased = Vec::new();
        let mut broken = None;
        for id in found {
            if leased.len() >= max as usize {
                break;
            }
            let payload = match self.sealed_payload(&self.existing(id).await?).await {
                Err(error @ GateError::BrokenSeal(_)) => {
                    broken = Some(error);
                    continue;
                }
                payload => payload?,
            };
            let command = |stored: &Stored, snapshot: &Snapshot, now: At| {
                refuse_if_off(stored, &snapshot.workspace)?;
                refuse_if_other(stored, &payload)?;
                Ok(Command::Start {
                    by: runner(caller, now.plus(lease))?,
                })
            };
            match self
                .advance(Move::plain(id, &caller.actor(), None, command))
                .await
            {
                Ok(stored) => leased.push(Leased { stored, payload }),
                // Another worker was faster, or it is held, revoked or lapsed just now.
                Err(GateError::Refused(
                    Refusal::AlreadyStarted(_)
                    | Refusal::Held(_)
                    | Refusal::Lapsed(_)
                    | Refusal::Revoked(_),
                )) => {}
                Err(error) => return Err(error),
            }
        }
        match broken {
            Some(error) if leased.is_empty() => Err(error),
            _ => Ok(leased),
        }
    }

    /// Goes on with what a worker has.
    pub async fn renew(
        &self,
        caller: &Caller,
        id: RequestId,
        epoch: u32,
        lease_seconds: u32,
        once: Option<&Once>,
        meant_for: &MeantFor,
    ) -> Result<Stored, GateError> {
        let worker = caller.worker()?.clone();
        let lease = lease_span(lease_seconds)?;
        self.workable(caller, id).await?;
        let command = |_: &Stored, _: &Snapshot, now: At| {
            Ok(Command::Renew {
                worker: worker.clone(),
                epoch,
                until: now.plus(lease),
            })
        };
        let once = once.map(|once| (caller, once));
        self.advance(Move::plain(id, &caller.actor(), once, command).meant_for(meant_for))
            .await
    }

    /// Says how a leased run ended.
    pub async fn report_work(
        &self,
        caller: &Caller,
        id: RequestId,
        report: &Report,
        epoch: Option<u32>,
        once: Option<&Once>,
        meant_for: &MeantFor,
    ) -> Result<Stored, GateError> {
        self.workable(caller, id).await?;
        let command = |_: &Stored, _: &Snapshot, now: At| {
            Ok(Command::Report {
                by: runner(caller, now)?,
                report: report.clone(),
                epoch,
            })
        };
        let once = once.map(|once| (caller, once));
        self.advance(Move::plain(id, &caller.actor(), once, command).meant_for(meant_for))
            .await
    }

    /// A request whose action the calling worker may run.
    pub(super) async fn workable(
        &self,
        caller: &Caller,
        id: RequestId,
    ) -> Result<Stored, GateError> {
        caller.worker()?;
        let found = self.read().request(id).await?;
        found
            .filter(|stored| self.is_bound_to(caller, &stored.asked.action))
            .ok_or_else(|| GateError::NotFound {
                what: "request",
                id: id.to_string(),
            })
    }

    /// The actions that a worker asks for and may run; it learns which of them it may not.
    fn runnable(
        &self,
        caller: &Caller,
        asked: &[ActionName],
    ) -> Result<Vec<ActionName>, GateError> {
        if let Some(other) = asked
            .iter()
            .find(|action| !self.is_bound_to(caller, action))
        {
            return Err(GateError::Forbidden(format!(
                "this token is not bound to {other}; an admin makes one that is"
            )));
        }
        if !asked.is_empty() {
            return Ok(asked.to_vec());
        }
        let workspace = self.workspace();
        let all = workspace.actions.keys();
        Ok(all
            .filter(|action| self.is_bound_to(caller, action))
            .cloned()
            .collect())
    }

    fn is_bound_to(&self, caller: &Caller, action: &ActionName) -> bool {
        let workspace = self.workspace();
        let token = workspace.tokens.get(&caller.token);
        token.is_some_and(|token| {
            token
                .actions
                .iter()
                .any(|pattern| glob::matches(pattern.as_str(), action.as_str()))
        })
    }
}

fn runner(caller: &Caller, until: At) -> Result<Runner, GateError> {
    Ok(Runner::Worker {
        id: caller.worker()?.clone(),
        until,
    })
}

fn lease_span(seconds: u32) -> Result<Span, GateError> {
    match seconds {
        1..=LONGEST_LEASE => Ok(Span::from_secs(seconds.into())),
        _ => Err(GateError::invalid(
            "/lease_seconds",
            format!("from 1 to {LONGEST_LEASE}; a worker that goes on renews"),
        )),
    }
}
