//! Waiting for a decision. The wait looks at the request itself every time it is woken, so it gives
//! the same answer whether it began before, during or after the decision.

use std::time::Duration;

use super::{Caller, Gate, GateError};
use crate::domain::id::RequestId;
use crate::store::Stored;

/// How long a wait goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Until somebody, or the clock, has decided.
    Decided,
    /// Until the execution has ended too.
    Done,
}

impl Until {
    fn reached(self, stored: &Stored) -> bool {
        match self {
            Until::Decided => stored.standing.status().decided(),
            Until::Done => stored.standing.is_done(),
        }
    }
}

impl Gate {
    /// The request once it has come that far, or as it is when the time is over.
    pub async fn wait(
        &self,
        caller: &Caller,
        id: RequestId,
        until: Until,
        at_most: Duration,
    ) -> Result<Stored, GateError> {
        let end = tokio::time::Instant::now() + at_most;
        let bell = self.news().requests().listen(id);
        let mut over = at_most.is_zero();
        let mut since = None;
        loop {
            let ring = bell.next_ring();
            let stored = self.request_since(caller, id, since).await?;
            caller.speaks_in(&self.workspace())?;
            if over || until.reached(&stored) {
                return Ok(stored);
            }
            // Callers wait by the thousand: none of them holds a whole request meanwhile.
            let as_of = stored.as_of;
            drop(stored);
            over = tokio::time::timeout_at(end, ring).await.is_err();
            // What rang is known here, and the end of the log that was seen first lies within this call.
            // After a silence nothing says that everything was heard.
            since = as_of.filter(|_| !over);
        }
    }
}
