//! What is read beside requests: who looked at them, whom they reach, who may take them, the saved
//! versions of the policy.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::domain::digest::Digest;
use crate::domain::id::{ActionName, PersonId, RequestId};
use crate::domain::request::Resource;
use crate::domain::review::Reviewer;
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;
use crate::store::encode::{raw, read_word};
use crate::store::recent::Recent;
use crate::store::{Attention, Beside, Checkpoint, Payload, PolicyVersion, Seen, StoreError};

/// Everything beside one request, in one look. Parameters that are known are not read.
pub(super) fn beside(
    from: &Connection,
    recent: &Recent,
    id: RequestId,
    digest: Digest,
    with_checkpoint: bool,
) -> Result<Beside, StoreError> {
    let known = recent.params(id, digest);
    let read_digest = known.is_none().then(|| digest.to_string());
    let mut statement = from.prepare_cached(
        "SELECT p.params, c.media, c.body, a.person, a.snoozed_until, a.opened_at, a.opened_digest, a.seen
         FROM (SELECT 1) LEFT JOIN payloads p ON p.request = ?1 AND p.digest = ?2
             LEFT JOIN checkpoints c ON ?3 AND c.request = ?1
             LEFT JOIN parties a ON a.request = ?1
                 AND (a.snoozed_until IS NOT NULL OR a.opened_at IS NOT NULL)",
    )?;
    let mut rows = statement.query(params![id.as_bytes(), read_digest, with_checkpoint])?;
    let mut beside = Beside::default();
    let mut params = known;
    while let Some(row) = rows.next()? {
        if params.is_none() {
            let read: Option<String> = row.get(0)?;
            params = read.map(raw).transpose()?;
            recent.keep_params(id, digest, params.as_ref());
        }
        if beside.checkpoint.is_none()
            && let Some(media) = row.get(1)?
        {
            beside.checkpoint = Some(Checkpoint {
                media,
                bytes: row.get::<_, Vec<u8>>(2)?.into(),
            });
        }
        beside.attention.extend(attention(row)?);
    }
    beside.payload = params.map(|params| Payload {
        request: id,
        digest,
        params,
    });
    let by_person = |one: &Attention, other: &Attention| one.person.cmp(&other.person);
    beside.attention.sort_unstable_by(by_person);
    Ok(beside)
}

/// What somebody has to do with the request, if there is anything.
fn attention(row: &Row<'_>) -> Result<Option<Attention>, StoreError> {
    let Some(person) = row.get::<_, Option<String>>(3)? else {
        return Ok(None);
    };
    let opened_at: Option<i64> = row.get(5)?;
    let digest: Option<String> = row.get(6)?;
    let digest = digest.as_deref().map(read_word).transpose()?;
    let seen = row.get::<_, Option<u32>>(7)?.unwrap_or(0);
    Ok(Some(Attention {
        person: read_word(&person)?,
        snoozed_until: row.get::<_, Option<i64>>(4)?.map(At::from_millis),
        opened: opened_at.zip(digest).map(|(at, digest)| Seen {
            at: At::from_millis(at),
            digest,
            seen,
        }),
    }))
}

pub(super) fn strangers(
    from: &Connection,
    recipients: &[String],
) -> Result<Vec<String>, StoreError> {
    let mut known = from.prepare_cached("SELECT 1 FROM acquaintances WHERE recipient = ?")?;
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
