//! What is read beside requests: who looked at them, whom they reach, who may take them, the saved
//! versions of the policy.

use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::id::{ActionName, PersonId, RequestId};
use crate::domain::request::Resource;
use crate::domain::review::Reviewer;
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;
use crate::store::encode::read_word;
use crate::store::{Attention, PolicyVersion, Seen, StoreError};

pub(super) fn attention(from: &Connection, id: RequestId) -> Result<Vec<Attention>, StoreError> {
    let mut statement = from.prepare_cached(
        "SELECT person, snoozed_until, opened_at, opened_digest, seen FROM parties
         WHERE request = ? AND (snoozed_until IS NOT NULL OR opened_at IS NOT NULL) ORDER BY person",
    )?;
    let mut rows = statement.query([id.as_bytes()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let opened_at: Option<i64> = row.get(2)?;
        let digest: Option<String> = row.get(3)?;
        let digest = digest.as_deref().map(read_word).transpose()?;
        let seen = row.get::<_, Option<u32>>(4)?.unwrap_or(0);
        found.push(Attention {
            person: read_word(&row.get::<_, String>(0)?)?,
            snoozed_until: row.get::<_, Option<i64>>(1)?.map(At::from_millis),
            opened: opened_at.zip(digest).map(|(at, digest)| Seen {
                at: At::from_millis(at),
                digest,
                seen,
            }),
        });
    }
    Ok(found)
}

pub(super) fn strangers(
    from: &Connection,
    recipients: &[String],
) -> Result<Vec<String>, StoreError> {
    let mut known = from
        .prepare_cached("SELECT 1 FROM recipients WHERE recipient = ? AND granted = 1 LIMIT 1")?;
    let mut strangers = Vec::new();
    for recipient in recipients {
        if !known.exists([recipient])? {
            strangers.push(recipient.clone());
        }
    }
    Ok(strangers)
}

pub(super) fn other_owner(
    from: &Connection,
    resource: &Resource,
    owner: &PersonId,
    since: At,
) -> Result<bool, StoreError> {
    Ok(from
        .prepare_cached(
            "SELECT 1 FROM owners WHERE kind = ? AND id = ? AND owner <> ? AND at >= ?",
        )?
        .exists(params![
            resource.kind.raw_for_execution(),
            resource.id.raw_for_execution(),
            owner.as_str(),
            since.millis()
        ])?)
}

pub(super) fn waiting_for(
    from: &Connection,
    reviewer: &Reviewer,
    after: Option<RequestId>,
    limit: u32,
) -> Result<Vec<RequestId>, StoreError> {
    let after = after.map_or(Vec::new(), |id| id.as_bytes().to_vec());
    let mut statement = from.prepare_cached(
        "SELECT request FROM parties WHERE person = ? AND urgency IS NOT NULL AND reviews = 1
             AND request > ? ORDER BY request LIMIT ?",
    )?;
    let ids = statement
        .query_map(params![reviewer.to_string(), after, limit], |row| {
            row.get(0).map(RequestId::from_bytes)
        })?
        .collect::<Result<_, _>>()?;
    Ok(ids)
}

pub(super) fn leasable(
    from: &Connection,
    actions: &[ActionName],
    now: At,
    limit: u32,
) -> Result<Vec<RequestId>, StoreError> {
    let mut statement = from.prepare_cached(
        "SELECT id, leasable_at FROM requests WHERE action = ? AND leasable_at IS NOT NULL AND leasable_at <= ?
         ORDER BY leasable_at LIMIT ?",
    )?;
    let mut found: Vec<(i64, RequestId)> = Vec::new();
    for action in actions {
        let rows = statement.query_map(params![action.as_str(), now.millis(), limit], |row| {
            Ok((row.get(1)?, RequestId::from_bytes(row.get(0)?)))
        })?;
        for row in rows {
            found.push(row?);
        }
    }
    found.sort_unstable();
    found.truncate(limit as usize);
    Ok(found.into_iter().map(|(_, id)| id).collect())
}

pub(super) fn next_leasable(
    from: &Connection,
    actions: &[ActionName],
    now: At,
) -> Result<Option<At>, StoreError> {
    let mut statement = from.prepare_cached(
        "SELECT min(leasable_at) FROM requests WHERE action = ? AND leasable_at IS NOT NULL AND leasable_at > ?",
    )?;
    let mut next: Option<i64> = None;
    for action in actions {
        let at: Option<i64> = statement
            .query_row(params![action.as_str(), now.millis()], |row| row.get(0))
            .optional()?
            .flatten();
        next = next.into_iter().chain(at).min();
    }
    Ok(next.map(At::from_millis))
}

pub(super) fn policies(
    from: &Connection,
    before: u64,
    limit: u32,
) -> Result<Vec<PolicyVersion>, StoreError> {
    // No column holds a larger number than this one.
    let before = before.min(i64::MAX as u64);
    let mut statement = from.prepare_cached(
        "SELECT version, at, by, text FROM policies WHERE version < ? ORDER BY version DESC LIMIT ?",
    )?;
    let mut rows = statement.query(params![before, limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(PolicyVersion {
            version: row.get(0)?,
            at: At::from_millis(row.get(1)?),
            by: read_word(&row.get::<_, String>(2)?)?,
            text: Untrusted::from(row.get::<_, String>(3)?),
        });
    }
    Ok(found)
}
