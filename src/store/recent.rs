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

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use super::encode::read_word;
use super::rows::{Kept, PartyRow, RequestRow, Rows};
use super::{Attention, Beside, Change, Courtesy, Payload, Seen, StoreError, Stored};
use crate::domain::digest::Digest;
use crate::domain::event::Fact;
use crate::domain::id::RequestId;
use crate::domain::lifecycle::Standing;
use crate::domain::raw::RawJson;
use crate::domain::request::Asked;
use crate::domain::time::At;

/// How many are kept: those that calls go on about, not those that wait.
const MOST: usize = 256;
/// The most bytes that were written of one that is kept.
const LARGEST: usize = 16 * 1024;
/// The most who looked at one, or put it off, of whom it is kept.
const LOOKERS: usize = 16;

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

/// What changes of a request besides where it stands.
#[derive(Clone)]
struct Rest {
    /// Who looked at it and who put it off, if that is known.
    attention: Option<Vec<Attention>>,
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

    /// What goes with it at this digest, if all of it is certain.
    fn beside(&self, digest: Digest, with_checkpoint: bool) -> Option<Beside> {
        let (of, params) = self.params.as_ref()?;
        let none_there = !with_checkpoint || self.checkpoint == Some(false);
        (*of == digest && none_there).then_some(())?;
        Some(Beside {
            payload: Some(Payload {
                request: self.asked.id,
                digest,
                params: params.clone(),
            }),
            checkpoint: None,
            attention: self.attention()?,
        })
    }

    fn attention(&self) -> Option<Vec<Attention>> {
        self.newest.as_ref()?.attention.clone()
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
            shelf.kept.clear();
            shelf.order.clear();
        });
    }

    /// Whether it is certain how a request was when the log ended where it ends here.
    pub(super) fn is_certain(&self, id: RequestId) -> bool {
        self.with(|shelf| {
            shelf
                .kept
                .get(&id)
                .is_some_and(|known| known.newest.is_some())
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

    /// A request at the newest version that was seen of it.
    pub(super) fn find(&self, id: RequestId) -> Option<Known> {
        self.with(|shelf| shelf.kept.get(&id).cloned())
    }

    /// Keeps one that was read.
    pub(super) fn keep(&self, known: Known) {
        self.with(|shelf| shelf.keep(known));
    }

    /// The parameters with which a request has this digest.
    pub(super) fn params(&self, id: RequestId, digest: Digest) -> Option<RawJson> {
        self.with(|shelf| {
            let (of, params) = shelf.kept.get(&id)?.params.as_ref()?;
            (*of == digest).then(|| params.clone())
        })
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
            parties,
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
                let attention = match parties.get(&id) {
                    Some(parties) => attention(parties),
                    None => before.as_ref().and_then(Known::attention),
                };
                let newest = Some(Rest {
                    attention,
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
                        asked: Arc::new(asked.clone()),
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
    asked: Option<(&'b Asked, At, Option<&'b Payload>)>,
    bytes: usize,
}

/// Who looked at a request and who put it off, unless they are too many.
fn attention(parties: &BTreeMap<String, Kept<PartyRow>>) -> Option<Vec<Attention>> {
    let noted = parties
        .iter()
        .filter(|(_, kept)| kept.row.snoozed_until.is_some() || kept.row.opened_at.is_some());
    let noted: Vec<_> = noted.take(LOOKERS + 1).collect();
    (noted.len() <= LOOKERS).then_some(())?;
    let one = |(who, kept): (&String, &Kept<PartyRow>)| -> Result<Attention, StoreError> {
        let row = &kept.row;
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
    // Whoever reads it from its table says what is wrong with it.
    noted.into_iter().map(one).collect::<Result<_, _>>().ok()
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
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::actor::Actor;
    use crate::domain::event::{Event, Reminded};

    fn known(id: RequestId, version: u32, bytes: usize) -> Known {
        let asked = json!({
            "id": id, "agent": "outreach", "action": "email.send", "kind": "tool_call",
            "digest": Digest::of_bytes(b""), "headline": "", "trigger": "api", "recipients": [],
            "waiting": false, "executor": "agent", "risk": {"level": "low", "reasons": []},
            "verdict": {"effect": "ask", "rung": "ask", "text": ""}, "trace": [], "parties": [],
            "on_timeout": "reject",
        });
        let asked: Asked = serde_json::from_value(asked).unwrap();
        let at = At::from_millis(0);
        Known {
            standing: Arc::new(Standing {
                version,
                ..Standing::new(&asked, at)
            }),
            asked: Arc::new(asked),
            created_at: at,
            bytes,
            params: None,
            checkpoint: None,
            newest: None,
        }
    }

    fn version(recent: &Recent, id: RequestId) -> Option<u32> {
        recent.find(id).map(|known| known.standing.version)
    }

    #[test]
    fn what_was_read_before_a_change_takes_no_place_of_what_it_made() {
        let (recent, id) = (Recent::default(), RequestId::generate());
        recent.keep(known(id, 2, 1));
        recent.keep(known(id, 1, 1));
        assert_eq!(version(&recent, id), Some(2));
        recent.keep(known(id, 3, 1));
        assert_eq!(version(&recent, id), Some(3));
    }

    #[test]
    fn parameters_are_those_of_their_digest_alone() {
        let (recent, id) = (Recent::default(), RequestId::generate());
        let [one, other] = [&b"1"[..], b"2"].map(Digest::of_bytes);
        let params = RawJson::from_text("{\"a\": 1}".to_owned()).unwrap();
        recent.keep_params(id, one, Some(&params));
        assert_eq!(
            recent.params(id, one),
            None,
            "nothing is known of the request"
        );
        recent.keep(known(id, 1, 1));
        recent.keep_params(id, one, Some(&params));
        assert_eq!(recent.params(id, other), None);
        recent.keep(known(id, 2, 1));
        assert_eq!(
            recent.params(id, one),
            Some(params),
            "another version has them too"
        );
    }

    /// What a batch made of one request.
    fn committed(recent: &Recent, known: &Known, fact: Fact, params: &RawJson) {
        let (id, digest) = (known.asked.id, known.standing.digest);
        let row = RequestRow {
            waiting: false,
            standing: Standing::clone(&known.standing),
            updated_at: known.created_at,
            decided_at: None,
            decided_by: None,
            told_at: None,
            claimed_by: None,
            claimed_at: None,
            begun: None,
        };
        let event = Event {
            at: known.created_at,
            actor: Actor::Clock,
            request: Some(id),
            fact,
            told: Vec::new(),
        };
        let change = Change {
            events: vec![event.record()],
            payload: Some(Payload {
                request: id,
                digest,
                params: params.clone(),
            }),
            ..Change::default()
        };
        let mut rows = Rows::default();
        rows.requests.insert(id, Kept::new(row));
        recent.committed(&[change], rows, 1);
    }

    /// An edit may go back to what was asked and write it otherwise; what was there first stays.
    #[test]
    fn of_a_request_that_is_asked_its_parameters_are_kept_and_of_an_edit_none() {
        let (recent, id) = (Recent::default(), RequestId::generate());
        let params = |text: &str| RawJson::from_text(text.to_owned()).unwrap();
        let (first, other) = (params("{\"a\": 1}"), params("{\"a\":1}"));
        let asked = known(id, 1, 1);
        let digest = asked.standing.digest;
        let fact = Fact::Asked(Box::new(Asked::clone(&asked.asked)));
        committed(&recent, &asked, fact, &first);
        assert_eq!(version(&recent, id), Some(1));
        assert_eq!(recent.params(id, digest), Some(first.clone()));

        let edit = Fact::Reminded(Reminded { times: 1 });
        committed(&recent, &known(id, 2, 1), edit.clone(), &other);
        assert_eq!(version(&recent, id), Some(2));
        assert_eq!(recent.params(id, digest), Some(first));

        let unknown = RequestId::generate();
        committed(&recent, &known(unknown, 2, 1), edit, &other);
        assert_eq!(
            version(&recent, unknown),
            None,
            "nobody read how it was asked"
        );
    }

    #[test]
    fn so_many_are_kept_and_none_that_is_large() {
        let recent = Recent::default();
        let ids: Vec<RequestId> = (0..=MOST).map(|_| RequestId::generate()).collect();
        for id in &ids {
            recent.keep(known(*id, 1, LARGEST));
        }
        assert_eq!(version(&recent, ids[0]), None);
        assert_eq!(version(&recent, ids[1]), Some(1));
        // It has grown.
        recent.keep(known(ids[1], 2, LARGEST + 1));
        assert_eq!(version(&recent, ids[1]), None);
    }
}
