//! Looking at requests without deciding them: having one on the screen, taking it on, putting it off.
//! None of it moves a request or stops its deadline.

use super::{Caller, Gate, GateError, MeantFor, Once, Tag, claim, nobody, record};
use crate::domain::digest::Digest;
use crate::domain::event::{Claimed, Fact, Opened, Released, Snoozed};
use crate::domain::id::{PersonId, RequestId};
use crate::domain::lifecycle::State;
use crate::domain::time::{At, Span};
use crate::store::{Attention, Beside, Change, Courtesy, Expect, Outcome, Stored};

/// A claim ends that long after the last sign of its claimer.
const CLAIM_RESTS: Span = Span::from_secs(15 * 60);
/// How long others are shown that somebody has a request open.
const LOOKS_FOR: Span = Span::from_secs(30);

/// What a reviewer does with a request besides deciding it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Look {
    /// They have it on their screen, and have seen that much of it, in thousandths.
    Open {
        digest: Digest,
        seen: u32,
    },
    Claim,
    Release,
    /// Until then, or no longer.
    Snooze {
        until: Option<At>,
    },
}

impl Gate {
    /// Notes what a reviewer does with a request besides deciding it.
    pub async fn look(
        &self,
        caller: &Caller,
        id: RequestId,
        look: Look,
        once: Option<&Once>,
        meant_for: &MeantFor,
    ) -> Result<Stored, GateError> {
        let person = caller.person()?;
        let stored = self.request(caller, id).await?;
        if let Some(earlier) = self.earlier(caller, once).await? {
            return self.repeated(caller, &earlier, once).await;
        }
        meant_for.check("request", &Tag::of_version(stored.standing.version))?;
        let now = self.now();
        let Some(fact) = self.fact(person, caller, &stored, look, now)? else {
            return Ok(stored);
        };
        let unchanged = Expect::Request {
            id,
            version: stored.standing.version,
        };
        let change = Change {
            expect: match meant_for {
                MeantFor::Anything => Vec::new(),
                MeantFor::Seen(_) => vec![unchanged],
            },
            events: record(now, &caller.actor(), Some(id), [fact], nobody),
            claim: once.map(|once| claim(caller, once, id.to_string(), now)),
            ..Change::default()
        };
        match self.commit(change).await? {
            Outcome::Repeated(earlier) => self.repeated(caller, &earlier, once).await,
            Outcome::Lost if *meant_for != MeantFor::Anything => Err(GateError::Changed("request")),
            Outcome::Done { position } => self.existing_since(id, position).await,
            Outcome::Lost => self.existing(id).await,
        }
    }

    fn fact(
        &self,
        person: &PersonId,
        caller: &Caller,
        stored: &Stored,
        look: Look,
        now: At,
    ) -> Result<Option<Fact>, GateError> {
        let by = person.clone();
        if let Look::Open { digest, seen } = look {
            if digest != stored.standing.digest && digest != stored.asked.digest {
                return Err(
                    crate::domain::lifecycle::Refusal::StaleDigest(stored.standing.digest).into(),
                );
            }
            return Ok(Some(Fact::Opened(Opened { by, digest, seen })));
        }
        if let Some(why) = self.why_not(caller, stored) {
            return Err(match stored.standing.state {
                State::Pending => GateError::Forbidden(why),
                _ => GateError::NotPending(why),
            });
        }
        let claim = live_claim(stored, now);
        let mine = claim.is_some_and(|claim| claim.by == by);
        Ok(match look {
            Look::Open { .. } => None,
            Look::Claim => Some(Fact::Claimed(Claimed { by })),
            // What isn't claimed by the caller is nothing to give back.
            Look::Release => mine.then_some(Fact::Released(Released { by })),
            Look::Snooze { until: Some(until) } if until <= now => {
                return Err(GateError::invalid("/until", "that moment has passed"));
            }
            Look::Snooze { until: Some(until) } => Some(Fact::Snoozed(Snoozed {
                by,
                until: latest_snooze(stored).map_or(until, |latest| until.min(latest)),
            })),
            Look::Snooze { until: None } => Some(Fact::Snoozed(Snoozed { by, until: now })),
        })
    }

    /// What goes with a request as it stands; its agent's own state only where that is wanted.
    pub async fn beside(
        &self,
        stored: &Stored,
        with_checkpoint: bool,
    ) -> Result<Beside, GateError> {
        Ok(self.read().beside(stored, with_checkpoint).await?)
    }
}

/// A snooze ends at nine tenths of the request's time at the latest.
fn latest_snooze(stored: &Stored) -> Option<At> {
    let since = stored.standing.runs_since;
    let whole = stored.standing.expires_at?.since(since).millis();
    Some(since.plus(Span::from_millis(whole / 10 * 9)))
}

/// The claim on a request that holds now.
pub fn live_claim(stored: &Stored, now: At) -> Option<&Courtesy> {
    stored
        .claim
        .as_ref()
        .filter(|claim| now < claim.heard_at.plus(CLAIM_RESTS))
}

/// When a claim ends unless its claimer is heard of again.
pub fn claim_ends_at(claim: &Courtesy) -> At {
    claim.heard_at.plus(CLAIM_RESTS)
}

/// Those who have a request on their screen now.
pub fn looking(attention: &[Attention], now: At) -> impl Iterator<Item = &PersonId> {
    let open = move |attention: &&Attention| {
        let opened = attention.opened.as_ref();
        opened.is_some_and(|opened| now < opened.at.plus(LOOKS_FOR))
    };
    attention
        .iter()
        .filter(open)
        .map(|attention| &attention.person)
}
