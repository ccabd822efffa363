//! Disabling an agent, an integration or an action ends what is open of it: what is pending is
//! cancelled, what is approved and not started is revoked. Carried out after the change, and looked for again
//! at every start, so a crash between the two leaves nothing open.

use super::run::is_off;
use super::{Gate, GateError, Move};
use crate::domain::actor::Actor;
use crate::domain::id::RequestId;
use crate::domain::lifecycle::{Command, Refusal, Status};

/// How many are looked at at once.
const PAGE: u32 = 256;

/// What ended because something was disabled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stopped {
    /// Requests that nobody had decided.
    pub cancelled: usize,
    /// Approvals that nobody had used.
    pub revoked: usize,
}

impl Gate {
    pub(super) async fn stop_disabled(&self, by: &Actor) -> Result<Stopped, GateError> {
        let mut stopped = Stopped::default();
        let mut after = None;
        loop {
            let open = self.read().open_requests(after, PAGE).await?;
            let Some(last) = open.last() else {
                return Ok(stopped);
            };
            after = Some(last.asked.id);
            let workspace = self.workspace();
            let stops = open
                .iter()
                .filter(|stored| is_off(&stored.asked, &workspace))
                .map(|stored| self.stop(stored.asked.id, by));
            for status in futures_util::future::try_join_all(stops).await? {
                match status {
                    Some(Status::Cancelled) => stopped.cancelled += 1,
                    Some(Status::Revoked) => stopped.revoked += 1,
                    _ => {}
                }
            }
        }
    }

    /// What became of it; nothing if somebody else was faster.
    pub(super) async fn stop(
        &self,
        id: RequestId,
        by: &Actor,
    ) -> Result<Option<Status>, GateError> {
        let command = |_: &_, _: &_, _| Ok(Command::Stop { by: by.clone() });
        match self.advance(Move::plain(id, by, None, command)).await {
            Ok(stored) => Ok(Some(stored.standing.status())),
            Err(GateError::Refused(Refusal::AlreadyDecided(_))) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
