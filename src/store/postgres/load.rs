//! The rows that a batch reads, asked for together before it is carried out. The few that can't be
//! foreseen are asked for one by one.

use std::collections::{BTreeMap, BTreeSet};

use tokio::runtime::Runtime;
use tokio_postgres::Row;

use super::positive;
use super::save::signed;
use super::session::{Params, Session};
use crate::domain::id::{ActionName, PersonId, RequestId};
use crate::domain::people::Holder;
use crate::domain::time::At;
use crate::store::encode::{id, key26, read_json, read_word};
use crate::store::project::{reads_records, reads_requests, reads_seen};
use crate::store::recent::Recent;
use crate::store::rows::{PartyRow, RecordKey, RequestRow, Source};
use crate::store::{Change, Claim, StoreError};

const REQUESTS: &str = "SELECT id, waiting, standing, updated_at, decided_at, decided_by, told_at, \
     claimed_by, claimed_at FROM requests WHERE id = ANY($1)";
const PARTIES: &str = "SELECT request, person, reviews, urgency, decided_at, snoozed_until, opened_at, \
     opened_digest, seen FROM parties WHERE request = ANY($1)";
const RECORDS: &str = "SELECT r.kind, r.id, r.body FROM unnest($1::text[], $2::text[]) AS k (kind, id) \
     JOIN records r ON r.kind = k.kind AND r.id = k.id";
const CLAIMS: &str = "SELECT c.holder, c.key, c.fingerprint, c.target, c.at \
     FROM unnest($1::text[], $2::text[]) AS k (holder, key) \
     JOIN claims c ON c.holder = k.holder AND c.key = k.key";
const SEEN: &str = "SELECT who, seen FROM tallies WHERE who = ANY($1)";
const RUNG: &str = "SELECT count(*) FROM notifications WHERE person = $1 AND position > $2";
const OPT_INS: &str =
    "SELECT id FROM records WHERE kind = 'opt_in' AND body::json ->> 'action' = $1";

/// The statements by which that is asked for which can be foreseen.
pub(super) const FORESEEN: [&str; 5] = [REQUESTS, PARTIES, RECORDS, CLAIMS, SEEN];

/// What a batch is going to read.
pub(super) struct Wanted {
    requests: BTreeSet<RequestId>,
    records: BTreeSet<RecordKey>,
    claims: Vec<(String, String)>,
    seen: BTreeSet<PersonId>,
}

/// What was there of it.
#[derive(Default)]
pub(super) struct Found {
    requests: BTreeMap<RequestId, RequestRow>,
    parties: BTreeMap<RequestId, Vec<(String, PartyRow)>>,
    records: BTreeMap<(String, String), String>,
    claims: BTreeMap<(String, String), (Vec<u8>, String, i64)>,
    seen: BTreeMap<PersonId, u64>,
}

impl Wanted {
    /// Requests of which all is known already are not read.
    pub(super) fn by(batch: &[Change], recent: &Recent) -> Self {
        let claims = batch.iter().filter_map(|change| change.claim.as_ref());
        Self {
            requests: batch
                .iter()
                .flat_map(reads_requests)
                .filter(|id| !recent.has_rows(*id))
                .collect(),
            records: batch.iter().flat_map(reads_records).collect(),
            seen: batch.iter().flat_map(reads_seen).cloned().collect(),
            claims: claims
                .map(|claim| (holder(&claim.holder), claim.key.clone()))
                .collect(),
        }
    }

    /// Asks for all of it at once.
    pub(super) async fn find(&self, session: &Session) -> Result<Found, StoreError> {
        let ids: Vec<&[u8]> = self.requests.iter().map(|id| &id.as_bytes()[..]).collect();
        let (kinds, names): (Vec<&str>, Vec<&str>) = self
            .records
            .iter()
            .map(|(kind, id)| (*kind, id.as_str()))
            .unzip();
        let (holders, keys): (Vec<&str>, Vec<&str>) = self
            .claims
            .iter()
            .map(|(holder, key)| (holder.as_str(), key.as_str()))
            .unzip();
        let people: Vec<&str> = self.seen.iter().map(PersonId::as_str).collect();
        let by_person: Params<'_> = &[&people];
        let by_id: Params<'_> = &[&ids];
        let by_name: Params<'_> = &[&kinds, &names];
        let by_key: Params<'_> = &[&holders, &keys];
        let (requests, parties, records, claims, seen) = tokio::try_join!(
            biased;
            unless(ids.is_empty(), session, REQUESTS, by_id),
            unless(ids.is_empty(), session, PARTIES, by_id),
            unless(kinds.is_empty(), session, RECORDS, by_name),
            unless(keys.is_empty(), session, CLAIMS, by_key),
            unless(people.is_empty(), session, SEEN, by_person),
        )?;
        let mut found = Found::default();
        for row in &requests {
            found.requests.insert(id(row.try_get(0)?)?, request(row)?);
        }
        for row in &parties {
            let parties = found.parties.entry(id(row.try_get(0)?)?).or_default();
            parties.push((row.try_get(1)?, party(row)?));
        }
        for row in &records {
            let key = (row.try_get(0)?, row.try_get(1)?);
            found.records.insert(key, row.try_get(2)?);
        }
        for row in &claims {
            let claim = (row.try_get(2)?, row.try_get(3)?, row.try_get(4)?);
            found
                .claims
                .insert((row.try_get(0)?, row.try_get(1)?), claim);
        }
        for row in &seen {
            let position = positive(row.try_get(1)?)?;
            found.seen.insert(read_word(row.try_get(0)?)?, position);
        }
        Ok(found)
    }
}

async fn unless(
    nothing: bool,
    session: &Session,
    sql: &str,
    params: Params<'_>,
) -> Result<Vec<Row>, tokio_postgres::Error> {
    if nothing {
        return Ok(Vec::new());
    }
    let statement = session.prepared(sql).await?;
    session.client.query(&statement, params).await
}

/// What was found, and where to ask for what wasn't foreseen.
pub(super) struct Loaded<'a> {
    pub(super) runtime: &'a Runtime,
    pub(super) session: &'a Session,
    pub(super) recent: &'a Recent,
    pub(super) wanted: &'a Wanted,
    pub(super) found: Found,
}

impl Loaded<'_> {
    fn ask(&self, sql: &str, params: Params<'_>) -> Result<Vec<Row>, StoreError> {
        let rows = unless(false, self.session, sql, params);
        Ok(self.runtime.block_on(rows)?)
    }
}

impl Source for Loaded<'_> {
    fn request(&mut self, id: RequestId) -> Result<Option<RequestRow>, StoreError> {
        if self.wanted.requests.contains(&id) {
            return Ok(self.found.requests.remove(&id));
        }
        // Everything up to the head, which is held, has been heard: what is certain still is so now.
        if let Some(row) = self.recent.row(id) {
            return Ok(Some(row));
        }
        let rows = self.ask(REQUESTS, &[&vec![&id.as_bytes()[..]]])?;
        rows.first().map(request).transpose()
    }

    fn parties(&mut self, id: RequestId) -> Result<Vec<(String, PartyRow)>, StoreError> {
        if self.wanted.requests.contains(&id) {
            return Ok(self.found.parties.remove(&id).unwrap_or_default());
        }
        if let Some(parties) = self.recent.parties(id) {
            return Ok(parties);
        }
        let rows = self.ask(PARTIES, &[&vec![&id.as_bytes()[..]]])?;
        rows.iter()
            .map(|row| Ok((row.try_get(1)?, party(row)?)))
            .collect()
    }

    fn record(&mut self, key: &RecordKey) -> Result<Option<String>, StoreError> {
        let (kind, id) = key;
        if self.wanted.records.contains(key) {
            let found = &mut self.found.records;
            return Ok(found.remove(&((*kind).to_owned(), id.clone())));
        }
        let rows = self.ask(RECORDS, &[&vec![*kind], &vec![id.as_str()]])?;
        rows.first()
            .map(|row| row.try_get(2))
            .transpose()
            .map_err(Into::into)
    }

    fn opt_ins(&mut self, action: &ActionName) -> Result<Vec<String>, StoreError> {
        let rows = self.ask(OPT_INS, &[&action.as_str()])?;
        let ids: Result<_, _> = rows.iter().map(|row| row.try_get(0)).collect();
        Ok(ids?)
    }

    fn seen(&mut self, person: &PersonId) -> Result<Option<u64>, StoreError> {
        if self.wanted.seen.contains(person) {
            return Ok(self.found.seen.get(person).copied());
        }
        let rows = self.ask(SEEN, &[&vec![person.as_str()]])?;
        let position = |row: &Row| positive(row.try_get(1)?);
        rows.first().map(position).transpose()
    }

    fn rung_after(&mut self, person: &PersonId, position: u64) -> Result<u64, StoreError> {
        let rows = self.ask(RUNG, &[&person.as_str(), &signed(position)])?;
        let count = rows.first().map_or(Ok(0), |row| row.try_get(0))?;
        positive(count)
    }

    /// Every claim was foreseen.
    fn claim(&mut self, like: &Claim) -> Result<Option<Claim>, StoreError> {
        let key = (holder(&like.holder), like.key.clone());
        let Some((fingerprint, target, at)) = self.found.claims.get(&key) else {
            return Ok(None);
        };
        let fingerprint = fingerprint.as_slice().try_into();
        Ok(Some(Claim {
            holder: like.holder.clone(),
            key: key.1,
            fingerprint: fingerprint
                .map_err(|_| StoreError::Damaged("a fingerprint has 32 bytes".to_owned()))?,
            target: target.clone(),
            at: At::from_millis(*at),
        }))
    }
}

/// How a holder of keys is written.
pub(super) fn holder(holder: &Holder) -> String {
    holder.actor().to_string()
}

pub(super) fn at(row: &Row, index: usize) -> Result<Option<At>, tokio_postgres::Error> {
    let millis: Option<i64> = row.try_get(index)?;
    Ok(millis.map(At::from_millis))
}

fn request(row: &Row) -> Result<RequestRow, StoreError> {
    Ok(RequestRow {
        waiting: row.try_get(1)?,
        standing: read_json(row.try_get(2)?)?,
        updated_at: At::from_millis(row.try_get(3)?),
        decided_at: at(row, 4)?,
        decided_by: row.try_get(5)?,
        told_at: at(row, 6)?,
        claimed_by: row.try_get(7)?,
        claimed_at: at(row, 8)?,
        begun: None,
    })
}

fn party(row: &Row) -> Result<PartyRow, StoreError> {
    let urgency: Option<&[u8]> = row.try_get(3)?;
    let seen: Option<i64> = row.try_get(8)?;
    Ok(PartyRow {
        reviews: row.try_get(2)?,
        urgency: urgency.map(key26).transpose()?,
        decided_at: at(row, 4)?,
        snoozed_until: at(row, 5)?,
        opened_at: at(row, 6)?,
        opened_digest: row.try_get(7)?,
        seen: seen
            .map(u32::try_from)
            .transpose()
            .map_err(|_| StoreError::Damaged("what was seen is no share".to_owned()))?,
    })
}
