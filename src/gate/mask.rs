//! What is hidden of a request, and from whom.

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::{Caller, Gate, GateError, Once, claim, nobody, record};
use crate::domain::event::{Fact, Revealed};
use crate::domain::hidden;
use crate::domain::id::RequestId;
use crate::domain::json::Json;
use crate::domain::people::Holder;
use crate::domain::raw::RawJson;
use crate::domain::untrusted::Untrusted;
use crate::policy::document::Policy;
use crate::policy::mask;
use crate::store::{Change, Outcome, Stored};

impl Gate {
    /// The parameters of a request as this caller is shown them.
    pub fn shown(&self, caller: &Caller, stored: &Stored, params: RawJson) -> RawJson {
        let own = caller.holder == Holder::Agent(stored.asked.agent.clone());
        if own || matches!(caller.holder, Holder::Worker(_)) {
            return params;
        }
        self.masked(&self.snapshot().policy, "params", params)
    }

    /// Whether the policy hides anything.
    pub fn hides_anything(&self) -> bool {
        !self.snapshot().policy.mask.is_empty()
    }

    /// A value without what the policy hides of it; the very text where that is nothing.
    pub(super) fn masked(&self, policy: &Policy, root: &str, value: RawJson) -> RawJson {
        if policy.mask.is_empty() {
            return value;
        }
        // What was let in is JSON; were it ever not, nothing of it is shown.
        let Ok(mut tree) = value.tree() else {
            return RawJson::null();
        };
        match mask::hide(&mut tree, &policy.mask, root, &|hidden| self.mark(hidden)) {
            false => value,
            true => RawJson::of(&tree),
        }
    }

    /// Edited parameters with the hidden values that the editor left alone.
    pub(super) fn unmasked(&self, edited: RawJson, tree: Json, original: &Json) -> (RawJson, Json) {
        let policy = &self.snapshot().policy;
        let mut restored = tree.clone();
        let mark = |hidden: &Json| self.mark(hidden);
        mask::restore(&mut restored, original, &policy.mask, "params", &mark);
        match restored == tree {
            true => (edited, tree),
            false => (RawJson::of(&restored), restored),
        }
    }

    /// What stands for a hidden value: how long it is, and a fingerprint by which two are told apart. Its
    /// key never leaves the gate, so a short value can't be guessed from it.
    fn mark(&self, hidden: &Json) -> String {
        let text = hidden.to_text();
        let characters = hidden.as_str().unwrap_or(&text).chars().count();
        let mut hasher = Sha256::new();
        hasher.update(self.inner.log_key.secret_for(b"mask"));
        hasher.update(text.as_bytes());
        let fingerprint = HEXLOWER.encode(&hasher.finalize()[..4]);
        hidden::mark(characters, &fingerprint)
    }

    /// Shows one hidden value to somebody who may decide, and notes in the log that it was.
    pub async fn reveal(
        &self,
        caller: &Caller,
        id: RequestId,
        pointer: &Untrusted,
        once: Option<&Once>,
    ) -> Result<RawJson, GateError> {
        let person = caller.person()?;
        let stored = self.request(caller, id).await?;
        if let Some(why) = self.why_not(caller, &stored) {
            return Err(GateError::Forbidden(why));
        }
        let payload = self.sealed_payload(&stored).await?;
        let policy = &self.snapshot().policy;
        let tree = payload.params.tree().map_err(|_| not_hidden())?;
        let at = pointer.raw_for_execution();
        let found = mask::reveal(&tree, &policy.mask, "params", at).ok_or_else(not_hidden)?;
        if self.earlier(caller, once).await?.is_none() {
            let now = self.now();
            let revealed = Fact::Revealed(Revealed {
                by: person.clone(),
                pointer: pointer.clone(),
            });
            let change = Change {
                events: record(now, &caller.actor(), Some(id), [revealed], nobody),
                claim: once.map(|once| claim(caller, once, id.to_string(), now)),
                ..Change::default()
            };
            if let Outcome::Repeated(earlier) = self.commit(change).await? {
                self.repeated(caller, &earlier, once).await?;
            }
        }
        Ok(RawJson::of(found))
    }
}

fn not_hidden() -> GateError {
    GateError::invalid(
        "/pointer",
        "no hidden value is there; it is a JSON pointer into the parameters, like /card/number",
    )
}
