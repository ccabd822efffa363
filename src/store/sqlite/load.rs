//! The rows that a batch reads.

use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::rows::find_claim;
use crate::domain::id::{ActionName, PersonId, RequestId};
use crate::domain::lifecycle::Standing;
use crate::domain::time::At;
use crate::store::encode::read_json;
use crate::store::recent::Recent;
use crate::store::rows::{PartyRow, RecordKey, RequestRow, Source};
use crate::store::{Claim, StoreError};

/// The tables, and what is known of requests.
pub(super) struct Tables<'t, 'c> {
    pub(super) from: &'t Transaction<'c>,
    pub(super) recent: &'t Recent,
}

impl Source for Tables<'_, '_> {
    fn request(&mut self, id: RequestId) -> Result<Option<RequestRow>, StoreError> {
        if let Some(row) = self.recent.row(id) {
            return Ok(Some(row));
        }
        if let Some(known) = self.recent.find(id) {
            let mut statement = self.from.prepare_cached(
                "SELECT waiting, updated_at, decided_at, decided_by, told_at, claimed_by, claimed_at
                 FROM requests WHERE id = ? AND version = ?",
            )?;
            let mut rows = statement.query(params![id.as_bytes(), known.standing.version])?;
            if let Some(row) = rows.next()? {
                let standing = Standing::clone(&known.standing);
                return Ok(Some(request(row, standing)?));
            }
        }
        let mut statement = self.from.prepare_cached(
            "SELECT waiting, updated_at, decided_at, decided_by, told_at, claimed_by, claimed_at, standing
             FROM requests WHERE id = ?",
        )?;
        let mut rows = statement.query([id.as_bytes()])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let standing = row.get_ref(7)?.as_str().map_err(rusqlite::Error::from)?;
        Ok(Some(request(row, read_json(standing)?)?))
    }

    fn parties(&mut self, id: RequestId) -> Result<Vec<(String, PartyRow)>, StoreError> {
        if let Some(parties) = self.recent.parties(id) {
            return Ok(parties);
        }
        let mut statement = self.from.prepare_cached(
            "SELECT person, reviews, urgency, decided_at, snoozed_until, opened_at, opened_digest, seen
             FROM parties WHERE request = ?",
        )?;
        let rows = statement.query_map([id.as_bytes()], party)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn record(&mut self, (kind, id): &RecordKey) -> Result<Option<String>, StoreError> {
        Ok(self
            .from
            .prepare_cached("SELECT body FROM records WHERE kind = ? AND id = ?")?
            .query_row([kind, id.as_str()], |row| row.get(0))
            .optional()?)
    }

    fn opt_ins(&mut self, action: &ActionName) -> Result<Vec<String>, StoreError> {
        let mut statement = self.from.prepare_cached(
            "SELECT id FROM records WHERE kind = 'opt_in' AND json_extract(body, '$.action') = ?",
        )?;
        let ids = statement.query_map([action.as_str()], |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    fn seen(&mut self, person: &PersonId) -> Result<Option<u64>, StoreError> {
        Ok(self
            .from
            .prepare_cached("SELECT seen FROM tallies WHERE who = ?")?
            .query_row([person.as_str()], |row| row.get(0))
            .optional()?)
    }

    fn rung_after(&mut self, person: &PersonId, position: u64) -> Result<u64, StoreError> {
        // No column holds a larger number than this one.
        let position = position.min(i64::MAX as u64);
        Ok(self
            .from
            .prepare_cached("SELECT count(*) FROM notifications WHERE person = ? AND position > ?")?
            .query_row(params![person.as_str(), position], |row| row.get(0))?)
    }

    fn claim(&mut self, like: &Claim) -> Result<Option<Claim>, StoreError> {
        find_claim(self.from, &like.holder, &like.key)
    }
}

fn at(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<At>> {
    let millis: Option<i64> = row.get(index)?;
    Ok(millis.map(At::from_millis))
}

fn request(row: &Row<'_>, standing: Standing) -> rusqlite::Result<RequestRow> {
    Ok(RequestRow {
        waiting: row.get(0)?,
        standing,
        updated_at: At::from_millis(row.get(1)?),
        decided_at: at(row, 2)?,
        decided_by: row.get(3)?,
        told_at: at(row, 4)?,
        claimed_by: row.get(5)?,
        claimed_at: at(row, 6)?,
        begun: None,
    })
}

fn party(row: &Row<'_>) -> rusqlite::Result<(String, PartyRow)> {
    let party = PartyRow {
        reviews: row.get(1)?,
        urgency: row.get(2)?,
        decided_at: at(row, 3)?,
        snoozed_until: at(row, 4)?,
        opened_at: at(row, 5)?,
        opened_digest: row.get(6)?,
        seen: row.get(7)?,
    };
    Ok((row.get(0)?, party))
}
