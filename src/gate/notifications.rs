//! The bell: what each person was told, and what they have seen of it.

use super::{Caller, Gate, GateError, Once, claim, nobody, record};
use crate::domain::event::{Fact, NotificationsSeen};
use crate::store::{Bell, Change};

/// What is remembered under a key that was used for this.
const TARGET: &str = "notifications";

impl Gate {
    /// What the caller's bell tells them, from before a position of the log.
    pub async fn bell(
        &self,
        caller: &Caller,
        only_unseen: bool,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Bell, GateError> {
        let person = caller.person()?;
        Ok(self.read().bell(person, only_unseen, before, limit).await?)
    }

    /// Notes that the caller has seen everything up to a position of the log.
    pub async fn bell_seen(
        &self,
        caller: &Caller,
        through: u64,
        once: Option<&Once>,
    ) -> Result<Bell, GateError> {
        let by = caller.person()?.clone();
        if self.earlier(caller, once).await?.is_none() {
            let bell = self.bell(caller, true, None, 0).await?;
            let head = self.read().head().await?;
            if through > head {
                return Err(GateError::invalid(
                    "/through",
                    format!("the log ends at {head}; say the id of what was seen last"),
                ));
            }
            if through > bell.seen || once.is_some() {
                let now = self.now();
                let seen = Fact::NotificationsSeen(NotificationsSeen { by, through });
                self.commit(Change {
                    events: record(now, &caller.actor(), None, [seen], nobody),
                    claim: once.map(|once| claim(caller, once, TARGET.to_owned(), now)),
                    ..Change::default()
                })
                .await?;
            }
        }
        self.bell(caller, true, None, 0).await
    }
}
