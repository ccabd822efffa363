//! Outcomes that an agent is to be told, kept until it says that it has them.

use std::time::Duration;

use super::{Caller, Gate, GateError, Once, TRIES, claim, nobody, record};
use crate::domain::event::{Fact, NoticeTaken};
use crate::domain::id::RequestId;
use crate::store::{Change, Expect, Outcome, Stored};

/// The most notices in one answer.
const PAGE: u32 = 100;
/// Among how many of its agent's a token that is bound to nodes finds those of its own.
const AMONG: u32 = 10_000;

impl Gate {
    /// What the calling agent is to be told, waiting up to `at_most` for something.
    pub async fn notices(
        &self,
        caller: &Caller,
        at_most: Duration,
    ) -> Result<Vec<Stored>, GateError> {
        let agent = caller.agent()?;
        let end = tokio::time::Instant::now() + at_most;
        let bell = self.news().agents().listen(agent.clone());
        let mut over = at_most.is_zero();
        let most = match self.is_bound(caller) {
            true => AMONG,
            false => PAGE,
        };
        loop {
            let ring = bell.next_ring();
            let mut notices = self.read().notices(agent, most).await?;
            notices.retain(|stored| !self.is_elsewhere(caller, stored));
            notices.truncate(PAGE as usize);
            caller.speaks_in(&self.workspace())?;
            if over || !notices.is_empty() {
                return Ok(notices);
            }
            drop(notices);
            over = tokio::time::timeout_at(end, ring).await.is_err();
        }
    }

    /// Notes that the calling agent has the outcome of a request.
    pub async fn take_notice(
        &self,
        caller: &Caller,
        id: RequestId,
        once: Option<&Once>,
    ) -> Result<Stored, GateError> {
        caller.agent()?;
        if let Some(earlier) = self.earlier(caller, once).await? {
            return self.repeated(caller, &earlier, once).await;
        }
        for _ in 0..TRIES {
            let stored = self.request(caller, id).await?;
            let told = stored
                .standing
                .settled
                .as_ref()
                .is_some_and(|settled| settled.notify_agent);
            if !told {
                return Err(GateError::NotFound {
                    what: "notice",
                    id: id.to_string(),
                });
            }
            if stored.told_at.is_some() {
                return Ok(stored);
            }
            let now = self.now();
            let change = Change {
                expect: vec![Expect::Request {
                    id,
                    version: stored.standing.version,
                }],
                events: record(
                    now,
                    &caller.actor(),
                    Some(id),
                    [Fact::NoticeTaken(NoticeTaken {})],
                    nobody,
                ),
                claim: once.map(|once| claim(caller, once, id.to_string(), now)),
                ..Change::default()
            };
            match self.commit(change).await? {
                Outcome::Done { .. } => return self.existing(id).await,
                Outcome::Lost => {}
                Outcome::Repeated(earlier) => return self.repeated(caller, &earlier, once).await,
            }
        }
        Err(GateError::Busy)
    }
}
