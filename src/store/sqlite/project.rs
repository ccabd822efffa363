//! Events into tables. Where a request stands is read, folded and written whole; the columns beside it
//! follow from that. What follows from no event (payloads, idempotency keys, the head of the log) is
//! written in `write.rs`.

mod bells;
mod records;

use rusqlite::{Transaction, params};

use super::rows::{json, read_json, urgency_key, word};
use crate::domain::event::{Event, Fact, Opened, PolicySaved, Snoozed};
use crate::domain::execution::{ExecutionState, Executor};
use crate::domain::id::{PersonId, RequestId};
use crate::domain::lifecycle::{Decision, Standing, State};
use crate::domain::request::Asked;
use crate::domain::review::{OptIn, Plan};
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;
use crate::store::StoreError;

type Written = Result<(), StoreError>;

/// Writes what an event of the log changes, where no change says which version it was meant for.
pub(super) fn again(to: &Transaction<'_>, position: u64, event: &Event) -> Written {
    if let (true, Some(id)) = (event.fact.moves_request(), event.request) {
        to.prepare_cached("UPDATE requests SET version = version + 1 WHERE id = ?")?
            .execute([id.as_bytes()])?;
    }
    self::event(to, position, event)
}

/// Writes what an event changes. `position` is its place in the log.
pub(super) fn event(to: &Transaction<'_>, position: u64, event: &Event) -> Written {
    changed(to, position, event)?;
    bells::ring(to, position, event)
}

fn changed(to: &Transaction<'_>, position: u64, event: &Event) -> Written {
    let at = event.at;
    match (&event.fact, event.request) {
        (Fact::Asked(asked), _) => asked_request(to, position, asked, at),
        (fact, Some(id)) if fact.moves_request() => moved(to, id, fact, at),
        (Fact::Opened(opened), Some(id)) => seen(to, id, opened, at),
        (Fact::Claimed(claimed), Some(id)) => claimed_by(to, id, Some(&claimed.by), at),
        (Fact::Released(_), Some(id)) => claimed_by(to, id, None, at),
        (Fact::Snoozed(snoozed), Some(id)) => put_off(to, id, snoozed),
        // The bytes of a checkpoint are beside the log, and that a value was shown is in it.
        (Fact::CheckpointSaved(_) | Fact::Revealed(_), Some(_)) => Ok(()),
        (Fact::NotificationsSeen(seen), _) => bells::seen(to, seen),
        (Fact::PolicySaved(saved), _) => policy_saved(to, saved, at),
        (fact, _) if fact.changes_workspace() => records::write(to, fact),
        (fact, _) => Err(StoreError::Damaged(format!(
            "a {} event names no request",
            fact.kind()
        ))),
    }
}

fn asked_request(to: &Transaction<'_>, position: u64, asked: &Asked, at: At) -> Written {
    let standing = Standing::new(asked, at);
    to.prepare_cached(
        "INSERT INTO requests (id, version, asked, standing, status, agent, action, risk, trigger, waiting,
             on_behalf_of, conversation, node, rule, created_at, updated_at)
         VALUES (?1, ?2, ?3, '', '', ?4, ?5, 0, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12)",
    )?
    .execute(params![
        asked.id.as_bytes(),
        standing.version,
        position,
        asked.agent.as_str(),
        asked.action.as_str(),
        word(&asked.trigger)?,
        asked.waiting,
        asked.on_behalf_of.as_ref().map(PersonId::as_str),
        asked.conversation.as_ref().map(Untrusted::raw_for_execution),
        asked.node.as_ref().map(Untrusted::raw_for_execution),
        asked.verdict.rule.as_ref().map(Untrusted::raw_for_execution),
        at.millis(),
    ])?;
    for person in &asked.parties {
        add_party(to, asked.id, person.as_str())?;
    }
    save_standing(to, asked.id, asked.waiting, &standing, at)?;
    match standing.state {
        State::Pending => count_pending(to, asked.id, 1)?,
        _ => decided(to, asked.id, None, at)?,
    }
    save_recipients(to, asked.id, &standing)?;
    if let Some(resource) = &asked.resource
        && let Some(owner) = &resource.owner
    {
        to.prepare_cached(
            "INSERT OR REPLACE INTO owners (kind, id, owner, at) VALUES (?, ?, ?, ?)",
        )?
        .execute(params![
            resource.kind.raw_for_execution(),
            resource.id.raw_for_execution(),
            owner.as_str(),
            at.millis()
        ])?;
    }
    if let Some(used) = &asked.pattern {
        records::pattern_used(to, &used.pattern, at)?;
    }
    match (&asked.opt_in, &asked.on_behalf_of) {
        (Some(scope), Some(person)) => records::opted_in(
            to,
            &OptIn {
                person: person.clone(),
                action: asked.action.clone(),
                scope: scope.clone(),
                since: at,
            },
        ),
        _ => Ok(()),
    }
}

fn add_party(to: &Transaction<'_>, id: RequestId, who: &str) -> Written {
    to.prepare_cached("INSERT OR IGNORE INTO parties (request, person, reviews) VALUES (?, ?, 0)")?
        .execute(params![id.as_bytes(), who])?;
    Ok(())
}

/// A fact moves a request on: where it stands, and all that follows from it.
fn moved(to: &Transaction<'_>, id: RequestId, fact: &Fact, at: At) -> Written {
    let (waiting, standing): (bool, String) = to
        .prepare_cached("SELECT waiting, standing FROM requests WHERE id = ?")?
        .query_row([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut standing: Standing = read_json(&standing)?;
    standing.apply(fact, at);
    save_standing(to, id, waiting, &standing, at)?;
    match fact {
        Fact::Settled(settlement) => {
            decided(to, id, Some(&settlement.by.to_string()), settlement.at)?;
            count_pending(to, id, -1)?;
            if settlement.decision == Decision::Approved {
                save_recipients(to, id, &standing)?;
            }
            if settlement.notify_agent {
                add_notice(to, id)?;
            }
            Ok(())
        }
        Fact::Edited(_) => save_recipients(to, id, &standing),
        // Taken back before it ran: the agent that was told yes is told so too.
        Fact::Revoked(_) if standing.settled.as_ref().is_some_and(|s| s.notify_agent) => {
            to.prepare_cached("UPDATE requests SET told_at = NULL WHERE id = ?")?
                .execute([id.as_bytes()])?;
            add_notice(to, id)
        }
        Fact::NoticeTaken(_) => notice_taken(to, id, at),
        _ => Ok(()),
    }
}

/// Where a request stands, and the columns by which it is found.
fn save_standing(
    to: &Transaction<'_>,
    id: RequestId,
    waiting: bool,
    standing: &Standing,
    at: At,
) -> Written {
    let pending = standing.state == State::Pending;
    let urgency = pending.then(|| urgency_key(id, waiting, standing));
    to.prepare_cached(
        "UPDATE requests SET standing = ?2, status = ?3, risk = ?4, updated_at = ?5, due = ?6,
             leasable_at = ?7, urgency = ?8 WHERE id = ?1",
    )?
    .execute(params![
        id.as_bytes(),
        json(standing)?,
        standing.status().word(),
        standing.risk.level as u8,
        at.millis(),
        standing.due().map(At::millis),
        leasable_at(standing, at).map(At::millis),
        urgency,
    ])?;
    to.prepare_cached("UPDATE parties SET urgency = ?2, reviews = 0 WHERE request = ?1")?
        .execute(params![id.as_bytes(), urgency])?;
    for who in reviewers(standing).iter().filter(|_| pending) {
        add_party(to, id, who)?;
        to.prepare_cached(
            "UPDATE parties SET reviews = 1, urgency = ?3 WHERE request = ?1 AND person = ?2",
        )?
        .execute(params![id.as_bytes(), who, urgency])?;
    }
    Ok(())
}

/// Everybody whose turn it is: people, and the agents that a plan names.
fn reviewers(standing: &Standing) -> Vec<String> {
    let asked = standing.plan.iter().flat_map(Plan::reviewers);
    let agents = asked.filter(|reviewer| reviewer.person().is_none());
    let people = standing.watchers.iter().map(ToString::to_string);
    people.chain(agents.map(ToString::to_string)).collect()
}

fn leasable_at(standing: &Standing, at: At) -> Option<At> {
    let execution = standing.execution.as_ref()?;
    let waits = execution.executor == Executor::Queue && execution.state == ExecutionState::Ready;
    waits.then(|| execution.held_until.unwrap_or(at))
}

fn decided(to: &Transaction<'_>, id: RequestId, by: Option<&str>, at: At) -> Written {
    to.prepare_cached("UPDATE requests SET decided_at = ?2, decided_by = ?3 WHERE id = ?1")?
        .execute(params![id.as_bytes(), at.millis(), by])?;
    to.prepare_cached("UPDATE parties SET decided_at = ?2 WHERE request = ?1")?
        .execute(params![id.as_bytes(), at.millis()])?;
    Ok(())
}

/// One more or one less of its agent's requests waits.
fn count_pending(to: &Transaction<'_>, id: RequestId, more: i64) -> Written {
    to.prepare_cached(
        "INSERT INTO loads (agent, pending) SELECT agent, ?2 FROM requests WHERE id = ?1
         ON CONFLICT (agent) DO UPDATE SET pending = pending + excluded.pending",
    )?
    .execute(params![id.as_bytes(), more])?;
    Ok(())
}

/// Whom it reaches by the parameters in force, and whether it was let through.
fn save_recipients(to: &Transaction<'_>, id: RequestId, standing: &Standing) -> Written {
    let granted = matches!(standing.state, State::Allowed | State::Approved);
    to.prepare_cached("DELETE FROM recipients WHERE request = ?")?
        .execute([id.as_bytes()])?;
    for recipient in &standing.recipients {
        to.prepare_cached(
            "INSERT OR IGNORE INTO recipients (recipient, request, granted) VALUES (?, ?, ?)",
        )?
        .execute(params![
            recipient.raw_for_execution(),
            id.as_bytes(),
            granted
        ])?;
    }
    Ok(())
}

fn add_notice(to: &Transaction<'_>, id: RequestId) -> Written {
    to.prepare_cached(
        "INSERT OR IGNORE INTO notices (agent, request) SELECT agent, id FROM requests WHERE id = ?",
    )?
    .execute([id.as_bytes()])?;
    Ok(())
}

fn notice_taken(to: &Transaction<'_>, id: RequestId, at: At) -> Written {
    to.prepare_cached("DELETE FROM notices WHERE request = ?")?
        .execute([id.as_bytes()])?;
    to.prepare_cached("UPDATE requests SET told_at = ?2 WHERE id = ?1")?
        .execute(params![id.as_bytes(), at.millis()])?;
    Ok(())
}

fn seen(to: &Transaction<'_>, id: RequestId, opened: &Opened, at: At) -> Written {
    add_party(to, id, opened.by.as_str())?;
    to.prepare_cached(
        "UPDATE parties SET seen = CASE WHEN opened_digest = ?4 THEN max(seen, ?5) ELSE ?5 END,
             opened_at = ?3, opened_digest = ?4 WHERE request = ?1 AND person = ?2",
    )?
    .execute(params![
        id.as_bytes(),
        opened.by.as_str(),
        at.millis(),
        opened.digest.to_string(),
        opened.seen
    ])?;
    to.prepare_cached("UPDATE requests SET claimed_at = ?3 WHERE id = ?1 AND claimed_by = ?2")?
        .execute(params![id.as_bytes(), opened.by.as_str(), at.millis()])?;
    Ok(())
}

fn claimed_by(to: &Transaction<'_>, id: RequestId, by: Option<&PersonId>, at: At) -> Written {
    to.prepare_cached("UPDATE requests SET claimed_by = ?2, claimed_at = ?3 WHERE id = ?1")?
        .execute(params![
            id.as_bytes(),
            by.map(PersonId::as_str),
            by.map(|_| at.millis())
        ])?;
    Ok(())
}

fn put_off(to: &Transaction<'_>, id: RequestId, snoozed: &Snoozed) -> Written {
    add_party(to, id, snoozed.by.as_str())?;
    to.prepare_cached("UPDATE parties SET snoozed_until = ?3 WHERE request = ?1 AND person = ?2")?
        .execute(params![
            id.as_bytes(),
            snoozed.by.as_str(),
            snoozed.until.millis()
        ])?;
    Ok(())
}

fn policy_saved(to: &Transaction<'_>, saved: &PolicySaved, at: At) -> Written {
    to.prepare_cached("INSERT INTO policies (version, at, by, text) VALUES (?, ?, ?, ?)")?
        .execute(params![
            saved.version,
            at.millis(),
            saved.by.as_str(),
            saved.text.raw_for_execution()
        ])?;
    for pattern in &saved.brings {
        records::pattern_brought(to, pattern, &saved.by)?;
    }
    Ok(())
}
