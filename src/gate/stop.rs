//! Disabling an agent, an integration or an action ends what is open of it: what is pending is
//! cancelled, what is approved and not started is revoked. Carried out after the change and again at
//! every start, so a crash between the two leaves nothing open.

use super::run::is_off;
use super::{Gate, GateError, Move};
use crate::domain::actor::Actor;
use crate::domain::lifecycle::{Command, Refusal};

/// How many are looked at at once.
const PAGE: u32 = 256;

impl Gate {
    pub(super) async fn stop_disabled(&self, by: &Actor) -> Result<(), GateError> {
        let mut after = None;
        loop {
            let open = self.read().open_requests(after, PAGE).await?;
            let Some(last) = open.last() else {
                return Ok(());
            };
            after = Some(last.asked.id);
            let workspace = self.workspace();
            let stopped = open
                .iter()
                .filter(|stored| is_off(&stored.asked, &workspace))
                .map(|stored| self.stop(stored.asked.id, by));
            futures_util::future::try_join_all(stopped).await?;
        }
    }

    async fn stop(&self, id: crate::domain::id::RequestId, by: &Actor) -> Result<(), GateError> {
        let command = |_: &_, _: &_, _| Ok(Command::Stop { by: by.clone() });
        match self.advance(Move::plain(id, by, None, command)).await {
            Ok(_) | Err(GateError::Refused(Refusal::AlreadyDecided(_))) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
