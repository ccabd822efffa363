//! How the queue does, as far as the caller may see it.

use super::{Caller, Gate, GateError};
use crate::domain::stats::{Decided, Stats, WINDOW, Waiting};
use crate::domain::time::At;
use crate::store::Audience;

impl Gate {
    /// What waits, and what was decided of late.
    pub async fn stats(&self, caller: &Caller) -> Result<Stats, GateError> {
        let audience = caller.audience()?;
        let now = self.now();
        let since = At::from_millis(now.millis() - WINDOW.millis());
        let waiting = self.read().waiting(audience.clone(), now).await?;
        let decisions = self.read().decisions(audience, since).await?;
        Ok(Stats {
            at: now,
            waiting,
            decided: Decided::sum_up(&decisions.made, decisions.since, now),
        })
    }

    /// What waits, whoever may see it: numbers only.
    pub async fn waiting(&self) -> Result<Waiting, GateError> {
        Ok(self.read().waiting(Audience::Everybody, self.now()).await?)
    }
}
