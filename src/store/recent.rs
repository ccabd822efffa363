//! Requests that were asked, changed or read a moment ago. Where a request stood at one of its versions
//! never changes, so what is kept of it can't become wrong. Which version is the newest only its row says,
//! unless it is certain: then it is here as every commit left it up to an end of the log that is noted
//! here, too.
//!
//! Invariant: what is certain of a request holds for every moment at which the log ended where it ends
//! here. All that moves this end is done under one lock with it. What this gate commits is put in place
//! together with the end that it made; what others committed is heard entry by entry, and of the request
//! that an entry is about nothing is certain from then on. So whoever knows that since their call began
//! the log didn't end beyond the end noted here may have what is certain: it is as new as the row. A commit
//! of this gate's own that others see already, and it not yet, ends beyond it. Where nobody knows whether a
//! commit was made, nothing that it touched is certain. After a new connection, which may lead to a
//! database that was restored, nothing is.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use super::encode::read_word;
use super::rows::{Kept, PartyRow, RequestRow, Rows};
use super::{Attention, Beside, Change, Courtesy, Payload, Seen, StoreError, Stored};
use crate::domain::digest::Digest;
use crate::domain::event::{Fact, SharedAsked};
use crate::domain::id::RequestId;
use crate::domain::lifecycle::Standing;
use crate::domain::raw::RawJson;
use crate::domain::request::Asked;
use crate::domain::time::At;

/// How many are kept: those that calls go on about, not those that wait.
const MOST: usize = 256;
/// The most bytes that were written of one that is kept.
const LARGEST: usize = 16 * 1024;
/// The most who have a part in one of which their parts are kept.
const PARTIES: usize = 16;
/// The most recipients that are kept, and the longest of them.
const RECIPIENTS: usize = 1024;
const LONGEST: usize = 256;

/// The requests of a moment ago; all clones are the same.
#[derive(Clone, Default)]
pub(super) struct Recent {
    shelf: Arc<Mutex<Shelf>>,
}

#[derive(Default)]
struct Shelf {
    /// Where the log ended when all that is certain here was so.
    end: u64,
    kept: HashMap<RequestId, Known>,
    /// The longest kept first.
    order: VecDeque<RequestId>,
    /// Recipients to whom something was let through; nothing takes that back.
    acquaintances: HashSet<String>,
}

/// A request at one of its versions.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) asked: Arc<Asked>,
    pub(super) standing: Arc<Standing>,
    pub(super) created_at: At,
    /// How long the texts are that it was read or folded from.
    pub(super) bytes: usize,
    /// Parameters that it has, or had before an edit: with their digest they never change either.
    pub(super) params: Option<(Digest, RawJson)>,
    /// Whether there is a checkpoint, where that is certain.
    checkpoint: Option<bool>,
    /// The rest of its row, where this is certainly the newest version of it.
    newest: Option<Rest>,
}

type Parties = Arc<Vec<(String, PartyRow)>>;

/// What changes of a request besides where it stands.
#[derive(Clone)]
struct Rest {
    /// What everybody has to do with it, if that is known.
    parties: Option<Parties>,
    updated_at: At,
    decided_at: Option<At>,
    decided_by: Option<String>,
    told_at: Option<At>,
    claimed_by: Option<String>,
    claimed_at: Option<At>,
}

impl Known {
    /// A request as it was read.
    pub(super) fn of(stored: &Stored, bytes: usize) -> Self {
        Self {
            asked: Arc::clone(&stored.asked),
            standing: Arc::clone(&stored.standing),
            created_at: stored.created_at,
            bytes,
            params: None,
            checkpoint: None,
            newest: None,
        }
    }

    /// The request as it was when the log ended there, if that is certain.
    fn stored(&self, end: u64) -> Option<Stored> {
        let rest = self.newest.as_ref()?;
        let by = rest.claimed_by.as_deref().map(str::parse).transpose();
        Some(Stored {
            asked: Arc::clone(&self.asked),
            standing: Arc::clone(&self.standing),
            created_at: self.created_at,
            updated_at: rest.updated_at,
            told_at: rest.told_at,
            claim: by
                .ok()?
                .zip(rest.claimed_at)
                .map(|(by, heard_at)| Courtesy { by, heard_at }),
            as_of: Some(end),
        })
    }

    /// What it has or had at this digest, if that is known.
    fn payload(&self, digest: Digest) -> Option<Payload> {
        let (of, params) = self.params.as_ref()?;
        (*of == digest).then(|| Payload {
            request: self.asked.id,
            digest,
            params: params.clone(),
        })
    }

    /// What goes with it at this digest, if all of it is certain.
    fn beside(&self, digest: Digest, with_checkpoint: bool) -> Option<Beside> {
        let there_is_none = self.checkpoint == Some(false);
        (!with_checkpoint || there_is_none).then_some(())?;
        Some(Beside {
            payload: Some(self.payload(digest)?),
            checkpoint: None,
            attention: attention(self.parties()?)?,
        })
    }

    fn parties(&self) -> Option<&Parties> {
        self.newest.as_ref()?.parties.as_ref()
    }

    /// Its row as it is now, if that is certain.
    fn row(&self) -> Option<RequestRow> {
        let rest = self.newest.clone()?;
        Some(RequestRow {
            waiting: self.asked.waiting,
            standing: Standing::clone(&self.standing),
            updated_at: rest.updated_at,
            decided_at: rest.decided_at,
            decided_by: rest.decided_by,
            told_at: rest.told_at,
            claimed_by: rest.claimed_by,
            claimed_at: rest.claimed_at,
            begun: None,
        })
    }
}

impl Recent {
    /// Where the log ended when what is certain here was so.
    pub(super) fn end(&self) -> u64 {
        self.with(|shelf| shelf.end)
    }

    /// Begins anew at this end of the log.
    pub(super) fn begin(&self, end: u64) {
        self.with(|shelf| {
            *shelf = Shelf {
                end,
                ..Shelf::default()
            }
        });
    }

    /// Keeps nothing any more: this may be another database than it was.
    pub(super) fn forget(&self) {
        self.with(|shelf| {
            *shelf = Shelf {
                end: shelf.end,
                ..Shelf::default()
            }
        });
    }

    /// Whether it is certain how a request was when the log ended where it ends here.
    pub(super) fn is_certain(&self, id: RequestId) -> bool {
        self.with(|shelf| shelf.certain(id, 0).is_some())
    }

    /// Whether all that a batch reads of a request is certain.
    pub(super) fn has_rows(&self, id: RequestId) -> bool {
        self.with(|shelf| {
            shelf
                .certain(id, 0)
                .is_some_and(|it| it.parties().is_some())
        })
    }

    /// A request as it was when the log ended there or later, if that is certain without looking.
    pub(super) fn stored(&self, id: RequestId, since: u64) -> Option<Stored> {
        self.with(|shelf| shelf.certain(id, since)?.stored(shelf.end))
    }

    /// What goes with a request at this digest, likewise.
    pub(super) fn beside(
        &self,
        id: RequestId,
        digest: Digest,
        with_checkpoint: bool,
        since: u64,
    ) -> Option<Beside> {
        self.with(|shelf| shelf.certain(id, since)?.beside(digest, with_checkpoint))
    }

    /// The row of a request as it is now, likewise, for whoever alone can change it now.
    pub(super) fn row(&self, id: RequestId) -> Option<RequestRow> {
        self.with(|shelf| shelf.kept.get(&id)?.row())
    }

    /// What everybody has to do with it, likewise.
    pub(super) fn parties(&self, id: RequestId) -> Option<Vec<(String, PartyRow)>> {
        self.with(|shelf| Some(Vec::clone(shelf.kept.get(&id)?.parties()?)))
    }

    /// A request at the newest version that was seen of it.
    pub(super) fn find(&self, id: RequestId) -> Option<Known> {
        self.with(|shelf| shelf.kept.get(&id).cloned())
    }

    /// Keeps one that was read.
    pub(super) fn keep(&self, known: Known) {
        self.with(|shelf| shelf.keep(known));
    }

    /// The parameters with which a request has this digest: with it they never change.
    pub(super) fn payload(&self, id: RequestId, digest: Digest) -> Option<Payload> {
        self.with(|shelf| shelf.kept.get(&id)?.payload(digest))
    }

    /// The same, without what they belong to.
    pub(super) fn params(&self, id: RequestId, digest: Digest) -> Option<RawJson> {
        Some(self.payload(id, digest)?.params)
    }

    /// Keeps parameters that were read of a request that is kept.
    pub(super) fn keep_params(&self, id: RequestId, digest: Digest, params: Option<&RawJson>) {
        if let Some(params) = params.filter(|params| params.text().len() <= LARGEST) {
            self.with(|shelf| {
                if let Some(known) = shelf.kept.get_mut(&id) {
                    known.params = Some((digest, params.clone()));
                }
            });
        }
    }

    /// Those of these recipients of whom it isn't known that something was let through to them.
    pub(super) fn unacquainted(&self, recipients: &[String]) -> Vec<String> {
        self.with(|shelf| {
            let unknown = |recipient: &&String| !shelf.acquaintances.contains(*recipient);
            recipients.iter().filter(unknown).cloned().collect()
        })
    }

    /// Something was let through to these, as was read.
    pub(super) fn acquainted<'r>(&self, recipients: impl Iterator<Item = &'r String>) {
        self.with(|shelf| {
            for recipient in recipients.filter(|recipient| recipient.len() <= LONGEST) {
                if shelf.acquaintances.len() >= RECIPIENTS {
                    shelf.acquaintances.clear();
                }
                shelf.acquaintances.insert(recipient.clone());
            }
        });
    }

    /// An entry of the log was heard of, which somebody else has committed.
    pub(super) fn heard(&self, position: u64, about: Option<RequestId>) {
        self.with(|shelf| {
            if let Some(known) = about.and_then(|id| shelf.kept.get_mut(&id)) {
                (known.newest, known.checkpoint) = (None, None);
            }
            shelf.end = position;
        });
    }

    /// A batch is about to be committed, or may have been: of what it changes nothing is certain.
    pub(super) fn unsure(&self, rows: &Rows<'_>) {
        let moved = rows.requests.iter().filter(|(_, kept)| kept.changed);
        let moved = moved.map(|(id, _)| id);
        self.with(|shelf| {
            for id in moved
                .chain(rows.parties.keys())
                .chain(rows.checkpoints.keys())
            {
                if let Some(known) = shelf.kept.get_mut(id) {
                    known.newest = None;
                }
            }
            for id in rows.checkpoints.keys() {
                if let Some(known) = shelf.kept.get_mut(id) {
                    known.checkpoint = None;
                }
            }
        });
    }

    /// Keeps what a batch made of requests, which has to be committed by now; it made the log end there.
    pub(super) fn committed(&self, batch: &[Change], rows: Rows<'_>, end: u64) {
        let mut written: HashMap<RequestId, Written<'_>> = HashMap::new();
        for change in batch {
            for recorded in &change.events {
                let Some(id) = recorded.event.request else {
                    continue;
                };
                let written = written.entry(id).or_default();
                written.bytes += recorded.body.text().len();
                if let Fact::Asked(asked) = &recorded.event.fact {
                    // Of an edit nothing is kept: where the digest was there before, so were its bytes.
                    written.asked = Some((asked, recorded.event.at, change.payload.as_ref()));
                }
            }
        }
        let Rows {
            requests,
            mut parties,
            checkpoints,
            ..
        } = rows;
        self.with(|shelf| {
            // Of what the batch touched without reading where it stands, nothing is certain any more.
            let others = parties.keys().chain(checkpoints.keys());
            for id in others.filter(|id| !requests.contains_key(id)) {
                if let Some(known) = shelf.kept.get_mut(id) {
                    (known.newest, known.checkpoint) = (None, None);
                }
            }
            for (id, kept) in requests {
                let Written { asked, bytes } = written.remove(&id).unwrap_or_default();
                let before = shelf.kept.get(&id).cloned();
                let row = kept.row;
                let standing = Arc::new(row.standing);
                let parties = match parties.remove(&id) {
                    Some(parties) => few(parties),
                    None => before.as_ref().and_then(Known::parties).cloned(),
                };
                let newest = Some(Rest {
                    parties,
                    updated_at: row.updated_at,
                    decided_at: row.decided_at,
                    decided_by: row.decided_by,
                    told_at: row.told_at,
                    claimed_by: row.claimed_by,
                    claimed_at: row.claimed_at,
                });
                let checkpoint = match (checkpoints.contains_key(&id), &before) {
                    (true, _) => Some(true),
                    (false, Some(before)) if asked.is_none() => before.checkpoint,
                    (false, _) => asked.map(|_| false),
                };
                let known = match (asked, before) {
                    (Some((asked, created_at, payload)), _) => Known {
                        asked: asked.share(),
                        standing,
                        created_at,
                        bytes,
                        params: payload.and_then(params),
                        checkpoint,
                        newest,
                    },
                    (None, Some(before)) => Known {
                        standing,
                        bytes: before.bytes + bytes,
                        checkpoint,
                        newest,
                        ..before
                    },
                    (None, None) => continue,
                };
                shelf.keep(known);
            }
            shelf.end = end;
        });
    }

    fn with<T>(&self, work: impl FnOnce(&mut Shelf) -> T) -> T {
        // It is whole after every operation, and what is missing in it is read.
        work(&mut self.shelf.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What the events of a batch say of one request.
#[derive(Default)]
struct Written<'b> {
    asked: Option<(&'b SharedAsked, At, Option<&'b Payload>)>,
    bytes: usize,
}

/// What everybody has to do with a request, unless they are too many.
fn few(parties: BTreeMap<String, Kept<PartyRow>>) -> Option<Parties> {
    let few = parties.len() <= PARTIES;
    few.then(|| {
        Arc::new(
            parties
                .into_iter()
                .map(|(who, kept)| (who, kept.row))
                .collect(),
        )
    })
}

/// Who looked at a request and who put it off. Where that can't be read nothing is said: whoever reads it
/// from its table says what is wrong with it.
fn attention(parties: &Parties) -> Option<Vec<Attention>> {
    let noted = parties
        .iter()
        .filter(|(_, row)| row.snoozed_until.is_some() || row.opened_at.is_some());
    let one = |(who, row): &(String, PartyRow)| -> Result<Attention, StoreError> {
        let digest = row.opened_digest.as_deref().map(read_word).transpose()?;
        Ok(Attention {
            person: read_word(who)?,
            snoozed_until: row.snoozed_until,
            opened: row.opened_at.zip(digest).map(|(at, digest)| Seen {
                at,
                digest,
                seen: row.seen.unwrap_or(0),
            }),
        })
    };
    noted.map(one).collect::<Result<_, _>>().ok()
}

fn params(payload: &Payload) -> Option<(Digest, RawJson)> {
    let fits = payload.params.text().len() <= LARGEST;
    fits.then(|| (payload.digest, payload.params.clone()))
}

impl Shelf {
    /// A request of which it is certain how it was when the log ended there, or later.
    fn certain(&self, id: RequestId, since: u64) -> Option<&Known> {
        let known = self.kept.get(&id).filter(|_| since <= self.end)?;
        known.newest.as_ref().map(|_| known)
    }

    fn keep(&mut self, known: Known) {
        let id = known.asked.id;
        if known.bytes > LARGEST {
            self.kept.remove(&id);
            return;
        }
        match self.kept.get_mut(&id) {
            // Somebody who read slowly has an older one than is here by now, or what is certain here.
            Some(kept) if kept.standing.version > known.standing.version => {}
            Some(kept) if kept.newest.is_some() && known.newest.is_none() => {}
            Some(kept) => {
                let params = known.params.or(kept.params.take());
                let checkpoint = known.checkpoint.or(kept.checkpoint);
                *kept = Known {
                    params,
                    checkpoint,
                    ..known
                };
            }
            None => {
                self.kept.insert(id, known);
                self.order.push_back(id);
            }
        }
        while self.order.len() > MOST {
            if let Some(oldest) = self.order.pop_front() {
                self.kept.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests;
