//! The agent's own state, kept untouched until it comes back for it, hours or days later.

use super::{Caller, Gate, GateError, Once, claim, nobody, record};
use crate::domain::digest::Digest;
use crate::domain::event::{CheckpointSaved, Fact};
use crate::domain::id::RequestId;
use crate::store::{Change, Checkpoint, Outcome};

/// The most that an agent may leave with one request.
pub const LARGEST_CHECKPOINT: usize = 8 << 20;

impl Gate {
    /// Keeps the calling agent's state with its request, in place of what was kept before.
    pub async fn save_checkpoint(
        &self,
        caller: &Caller,
        id: RequestId,
        checkpoint: Checkpoint,
        once: Option<&Once>,
    ) -> Result<(), GateError> {
        self.own_request(caller, id).await?;
        if self.earlier(caller, once).await?.is_some() {
            return Ok(());
        }
        let now = self.now();
        let saved = Fact::CheckpointSaved(CheckpointSaved {
            digest: Digest::of_bytes(&checkpoint.bytes),
            bytes: checkpoint.bytes.len() as u64,
        });
        let change = Change {
            events: record(now, &caller.actor(), Some(id), [saved], nobody),
            checkpoint: Some((id, checkpoint)),
            claim: once.map(|once| claim(caller, once, id.to_string(), now)),
            ..Change::default()
        };
        match self.commit(change).await? {
            Outcome::Done { .. } | Outcome::Lost => Ok(()),
            Outcome::Repeated(earlier) => self.repeated(caller, &earlier, once).await.map(drop),
        }
    }

    /// What the calling agent left with its request, if it left anything.
    pub async fn own_checkpoint(
        &self,
        caller: &Caller,
        id: RequestId,
    ) -> Result<Option<Checkpoint>, GateError> {
        self.own_request(caller, id).await?;
        self.checkpoint(id).await
    }
}
