//! The rows that a batch has changed, into their tables.

use rusqlite::{Transaction, params};

use crate::domain::id::RequestId;
use crate::domain::merkle::Frontier;
use crate::domain::time::At;
use crate::store::batch::Head;
use crate::store::encode::json;
use crate::store::rows::{Begun, Recipients, RequestRow, Rows};
use crate::store::{Claim, StoreError};

type Written = Result<(), StoreError>;

/// Writes everything that was changed.
pub(super) fn rows(to: &Transaction<'_>, rows: &Rows<'_>) -> Written {
    log(to, rows)?;
    for (id, kept) in rows.requests.iter().filter(|(_, kept)| kept.changed) {
        match &kept.row.begun {
            Some(begun) => new_request(to, *id, &kept.row, begun)?,
            None => request(to, *id, &kept.row)?,
        }
    }
    parties(to, rows)?;
    for (id, reached) in &rows.recipients {
        recipients(to, *id, reached)?;
    }
    for recipient in &rows.acquaintances {
        to.prepare_cached("INSERT OR IGNORE INTO acquaintances (recipient) VALUES (?)")?
            .execute([recipient])?;
    }
    tallies(to, rows)?;
    standing_facts(to, rows)?;
    bells(to, rows)?;
    beside(to, rows)
}

/// Where the log ends, and the tree over it.
pub(super) fn head(to: &Transaction<'_>, head: Head, tree: &Frontier) -> Written {
    to.prepare_cached("UPDATE head SET position = ?, revision = ?, size = ?, frontier = ?")?
        .execute(params![
            head.position,
            head.revision,
            tree.size(),
            tree.to_bytes()
        ])?;
    Ok(())
}

fn log(to: &Transaction<'_>, rows: &Rows<'_>) -> Written {
    let mut statement =
        to.prepare_cached("INSERT INTO log (position, body, leaf, root) VALUES (?, ?, ?, ?)")?;
    for row in &rows.log {
        statement.execute(params![row.position, row.body, row.leaf, row.root])?;
    }
    Ok(())
}

fn new_request(to: &Transaction<'_>, id: RequestId, row: &RequestRow, begun: &Begun) -> Written {
    to.prepare_cached(
        "INSERT INTO requests (id, version, asked, standing, status, agent, action, risk, trigger, waiting,
             on_behalf_of, conversation, node, rule, created_at, updated_at, decided_at, decided_by,
             told_at, claimed_by, claimed_at, due, leasable_at, urgency)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        id.as_bytes(),
        row.standing.version,
        begun.asked,
        json(&row.standing)?,
        row.standing.status().word(),
        row.standing.agent.as_str(),
        begun.action,
        row.standing.risk.level as u8,
        begun.trigger,
        row.waiting,
        begun.on_behalf_of,
        begun.conversation,
        begun.node,
        begun.rule,
        begun.created_at.millis(),
        row.updated_at.millis(),
        row.decided_at.map(At::millis),
        row.decided_by,
        row.told_at.map(At::millis),
        row.claimed_by,
        row.claimed_at.map(At::millis),
        row.standing.due().map(At::millis),
        row.leasable_at().map(At::millis),
        row.urgency(id),
    ])?;
    Ok(())
}

fn request(to: &Transaction<'_>, id: RequestId, row: &RequestRow) -> Written {
    to.prepare_cached(
        "UPDATE requests SET version = ?2, standing = ?3, status = ?4, risk = ?5, updated_at = ?6,
             decided_at = ?7, decided_by = ?8, told_at = ?9, claimed_by = ?10, claimed_at = ?11,
             due = ?12, leasable_at = ?13, urgency = ?14 WHERE id = ?1",
    )?
    .execute(params![
        id.as_bytes(),
        row.standing.version,
        json(&row.standing)?,
        row.standing.status().word(),
        row.standing.risk.level as u8,
        row.updated_at.millis(),
        row.decided_at.map(At::millis),
        row.decided_by,
        row.told_at.map(At::millis),
        row.claimed_by,
        row.claimed_at.map(At::millis),
        row.standing.due().map(At::millis),
        row.leasable_at().map(At::millis),
        row.urgency(id),
    ])?;
    Ok(())
}

fn parties(to: &Transaction<'_>, rows: &Rows<'_>) -> Written {
    let mut statement = to.prepare_cached(
        "INSERT INTO parties (request, person, reviews, urgency, decided_at, snoozed_until, opened_at,
             opened_digest, seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (request, person) DO UPDATE SET reviews = excluded.reviews,
             urgency = excluded.urgency, decided_at = excluded.decided_at,
             snoozed_until = excluded.snoozed_until, opened_at = excluded.opened_at,
             opened_digest = excluded.opened_digest, seen = excluded.seen",
    )?;
    for (id, parties) in &rows.parties {
        for (who, kept) in parties.iter().filter(|(_, kept)| kept.changed) {
            let row = &kept.row;
            statement.execute(params![
                id.as_bytes(),
                who,
                row.reviews,
                row.urgency,
                row.decided_at.map(At::millis),
                row.snoozed_until.map(At::millis),
                row.opened_at.map(At::millis),
                row.opened_digest,
                row.seen,
            ])?;
        }
    }
    Ok(())
}

fn recipients(to: &Transaction<'_>, id: RequestId, reached: &Recipients) -> Written {
    for recipient in &reached.before {
        to.prepare_cached("DELETE FROM recipients WHERE recipient = ? AND request = ?")?
            .execute(params![recipient, id.as_bytes()])?;
    }
    for recipient in &reached.now {
        to.prepare_cached("INSERT OR IGNORE INTO recipients (recipient, request) VALUES (?, ?)")?
            .execute(params![recipient, id.as_bytes()])?;
    }
    Ok(())
}

/// What is counted. It comes before [`bells`], which say what is so whatever was counted.
fn tallies(to: &Transaction<'_>, rows: &Rows<'_>) -> Written {
    let mut statement = to.prepare_cached(
        "INSERT INTO tallies (who, pending, parties, reviews, seen, unseen) VALUES (?, ?, ?, ?, 0, ?)
         ON CONFLICT (who) DO UPDATE SET pending = pending + excluded.pending,
             parties = parties + excluded.parties, reviews = reviews + excluded.reviews,
             unseen = unseen + excluded.unseen",
    )?;
    for (who, more) in &rows.tallies {
        statement.execute(params![
            who,
            more.pending,
            more.parties,
            more.reviews,
            more.unseen
        ])?;
    }
    Ok(())
}

/// What goes on beyond single requests.
fn standing_facts(to: &Transaction<'_>, rows: &Rows<'_>) -> Written {
    for ((kind, id, owner), at) in &rows.owners {
        to.prepare_cached(
            "INSERT OR REPLACE INTO owners (kind, id, owner, at) VALUES (?, ?, ?, ?)",
        )?
        .execute(params![kind, id, owner, at.millis()])?;
    }
    for ((agent, id), there) in &rows.notices {
        let sql = match there {
            true => "INSERT OR IGNORE INTO notices (agent, request) VALUES (?, ?)",
            false => "DELETE FROM notices WHERE agent = ? AND request = ?",
        };
        to.prepare_cached(sql)?
            .execute(params![agent.as_str(), id.as_bytes()])?;
    }
    for policy in &rows.policies {
        to.prepare_cached("INSERT INTO policies (version, at, by, text) VALUES (?, ?, ?, ?)")?
            .execute(params![
                policy.version,
                policy.at.millis(),
                policy.by.as_str(),
                policy.text.raw_for_execution()
            ])?;
    }
    for ((kind, id), kept) in rows.records.iter().filter(|(_, kept)| kept.changed) {
        match &kept.row {
            Some(body) => to
                .prepare_cached("INSERT OR REPLACE INTO records (kind, id, body) VALUES (?, ?, ?)")?
                .execute(params![kind, id, body])?,
            None => to
                .prepare_cached("DELETE FROM records WHERE kind = ? AND id = ?")?
                .execute(params![kind, id])?,
        };
    }
    Ok(())
}

fn bells(to: &Transaction<'_>, rows: &Rows<'_>) -> Written {
    for row in &rows.notifications {
        to.prepare_cached(
            "INSERT INTO notifications (person, position, request) VALUES (?, ?, ?)",
        )?
        .execute(params![
            row.person.as_str(),
            row.position,
            row.request.as_ref().map(RequestId::as_bytes)
        ])?;
    }
    for (person, bell) in &rows.bells {
        to.prepare_cached(
            "INSERT INTO tallies (who, pending, parties, reviews, seen, unseen) VALUES (?, 0, 0, 0, ?, ?)
             ON CONFLICT (who) DO UPDATE SET seen = excluded.seen, unseen = excluded.unseen",
        )?
        .execute(params![person.as_str(), bell.seen, bell.unseen])?;
    }
    Ok(())
}

/// What is kept beside the log.
fn beside(to: &Transaction<'_>, rows: &Rows<'_>) -> Written {
    for payload in &rows.payloads {
        // Going back to parameters that were there before, byte for byte or not, keeps the first ones.
        to.prepare_cached(
            "INSERT OR IGNORE INTO payloads (request, digest, params) VALUES (?, ?, ?)",
        )?
        .execute(params![
            payload.request.as_bytes(),
            payload.digest.to_string(),
            payload.params.text(),
        ])?;
    }
    for (id, checkpoint) in &rows.checkpoints {
        to.prepare_cached(
            "INSERT OR REPLACE INTO checkpoints (request, media, body) VALUES (?, ?, ?)",
        )?
        .execute(params![
            id.as_bytes(),
            checkpoint.media,
            &checkpoint.bytes[..]
        ])?;
    }
    for kept in rows.claims.iter().filter(|kept| kept.changed) {
        claim(to, &kept.row)?;
    }
    Ok(())
}

fn claim(to: &Transaction<'_>, claim: &Claim) -> Written {
    to.prepare_cached(
        "INSERT OR REPLACE INTO claims (holder, key, fingerprint, target, at) VALUES (?, ?, ?, ?, ?)",
    )?
    .execute(params![
        claim.holder.actor().to_string(),
        claim.key,
        claim.fingerprint,
        claim.target,
        claim.at.millis()
    ])?;
    Ok(())
}
