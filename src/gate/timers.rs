//! The clock's own decisions: what nobody decided in time expires, what nobody used lapses. One task
//! sleeps until the next deadline that the store knows; nothing is kept in memory, so a restart
//! forgets nothing, and what fell due meanwhile is settled before anything else is served.

use std::pin::Pin;
use std::time::Duration;

use super::decide::terms;
use super::reroute::next_opening;
use super::{Gate, GateError, Move, Snapshot};
use crate::domain::actor::Actor;
use crate::domain::id::RequestId;
use crate::domain::lifecycle::{Command, Refusal};
use crate::domain::time::{At, Span};
use crate::store::Stored;

/// How many are settled at once; they share commits.
const TOGETHER: u32 = 128;
/// The longest sleep: a wall clock may be set forward meanwhile.
const LONGEST_SLEEP: Duration = Duration::from_secs(20);
/// How long to wait after the store failed.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// How often somebody else looks at the clock's work.
const AUDITS_EVERY: Duration = Duration::from_secs(60);
/// How late the clock may be: longer than its longest sleep.
const GRACE: Span = Span::from_secs(30);

pub(super) type Settling<'a> = Pin<Box<dyn Future<Output = Result<bool, GateError>> + Send + 'a>>;

pub(super) async fn run(gate: Gate) {
    loop {
        let pause = match gate.see_to_everything().await {
            Ok(next) => until(next, gate.now()),
            Err(error) => {
                tracing::error!(%error, "could not settle what is due; trying again");
                AFTER_FAILURE
            }
        };
        let earlier = gate.news().alarm().earlier.notified();
        // Sleep or ring, what is due is looked up again.
        drop(tokio::time::timeout(pause, earlier).await);
    }
}

/// Looks every minute for what is overdue although the clock runs. Finding one means that something is
/// wrong with the gate, so it is said loudly; the clock is rung to settle it.
pub(super) async fn audit(gate: Gate) {
    loop {
        tokio::time::sleep(AUDITS_EVERY).await;
        let grace = At::from_millis(gate.now().millis() - GRACE.millis());
        match gate.read().due(grace, TOGETHER).await {
            Ok(overdue) if overdue.is_empty() => {}
            Ok(overdue) => {
                gate.metrics().overdue.add_some([], overdue.len() as u64);
                tracing::error!(count = overdue.len(), first = %overdue[0], "requests are overdue");
                gate.news().alarm().earlier.notify_one();
            }
            Err(error) => tracing::error!(%error, "could not look for what is overdue"),
        }
    }
}

fn until(next: Option<At>, now: At) -> Duration {
    next.map_or(LONGEST_SLEEP, |next| {
        Duration::from_millis(next.since(now).millis().unsigned_abs()).min(LONGEST_SLEEP)
    })
}

impl Gate {
    /// Settles everything that is due, and says when the next thing will be.
    pub(super) async fn settle_due(&self) -> Result<Option<At>, GateError> {
        self.news().alarm().look();
        let mut before = Vec::new();
        loop {
            let due = self.read().due(self.now(), TOGETHER).await?;
            if due.is_empty() {
                let next = self.read().next_due().await?;
                return Ok(self.news().alarm().set(next));
            }
            let settled = due.iter().map(|id| self.settle(*id));
            let settled = futures_util::future::try_join_all(settled).await?;
            // Others may have settled all of them just now; then the next look finds none of them.
            if !settled.contains(&true) && due == before {
                return Err(GateError::Overdue(due[0]));
            }
            before = due;
        }
    }

    /// Carries out what is due of one request; false if it turns out that nothing is. Boxed, because an
    /// operation that comes too late has this done first, and this is one itself.
    pub(super) fn settle(&self, id: RequestId) -> Settling<'_> {
        let command = |stored: &Stored, snapshot: &Snapshot, now: At| {
            Ok(Command::Tick {
                next: next_opening(stored, snapshot, now),
                terms: terms(stored, snapshot),
            })
        };
        Box::pin(async move {
            let settled = self
                .advance(Move::plain(id, &Actor::Clock, None, command))
                .await;
            match settled {
                Ok(_) => Ok(true),
                // Somebody else was faster, and the list of what is due is out of date.
                Err(GateError::Refused(
                    Refusal::AlreadyDecided(_)
                    | Refusal::Expired(_)
                    | Refusal::NeverPending(_)
                    | Refusal::NotDue,
                )) => Ok(false),
                Err(error) => Err(error),
            }
        })
    }

    /// What is due, and those who came or went. Says when to look again.
    async fn see_to_everything(&self) -> Result<Option<At>, GateError> {
        let due = self.settle_due().await?;
        let change = self.reroute_moved().await?;
        Ok(due.into_iter().chain(change).min())
    }
}
