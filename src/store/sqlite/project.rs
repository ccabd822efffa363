//! Events into tables. Each function takes one fact to the rows that it changes. What follows from no
//! event (payloads, idempotency keys, the head of the log) is written in `write.rs`.

use rusqlite::{Transaction, params};
use serde::Serialize;

use super::rows::{json, read_json, urgency_key, word};
use crate::domain::event::{Event, Fact, OptedOut, Started, TokenRevoked};
use crate::domain::execution::{Attempt, ExecutionState, Report};
use crate::domain::id::{ActionName, PersonId, RequestId};
use crate::domain::lifecycle::{Decision, Settlement, Standing, State, Status};
use crate::domain::people::{Action, Token};
use crate::domain::request::Asked;
use crate::domain::review::{OptIn, OptInScope, Reviewer, Vote};
use crate::domain::time::At;
use crate::store::StoreError;

type Written = Result<(), StoreError>;

/// Writes what an event changes. `position` is its place in the log.
pub(super) fn event(to: &Transaction<'_>, position: u64, event: &Event) -> Written {
    match (&event.fact, event.request) {
        (Fact::Asked(asked), _) => asked_request(to, position, asked, event.at),
        (Fact::Voted(vote), Some(id)) => voted(to, id, vote),
        (Fact::Settled(settlement), Some(id)) => settled(to, id, settlement),
        (Fact::Started(started), Some(id)) => begun(to, id, started, event.at),
        (Fact::Reported(report), Some(id)) => reported(to, id, report, event.at),
        (Fact::Lapsed(_), Some(id)) => ended(to, id, ExecutionState::Lapsed, event.at),
        (Fact::Revoked(_), Some(id)) => ended(to, id, ExecutionState::Revoked, event.at),
        (Fact::NoticeTaken(_), Some(id)) => notice_taken(to, id, event.at),
        (Fact::PersonSaved(person), _) => record(to, "person", person.id.as_str(), person),
        (Fact::AgentSaved(agent), _) => record(to, "agent", agent.id.as_str(), agent),
        (Fact::TeamSaved(team), _) => record(to, "team", team.id.as_str(), team),
        (Fact::TeamRemoved(removed), _) => forget(to, "team", removed.id.as_str()),
        (Fact::GroupSaved(group), _) => record(to, "group", group.id.as_str(), group),
        (Fact::GroupRemoved(removed), _) => forget(to, "group", removed.id.as_str()),
        (Fact::TokenIssued(token), _) => record(to, "token", &token.id.to_string(), token),
        (Fact::TokenRevoked(revoked), _) => token_revoked(to, revoked),
        (Fact::IntegrationSaved(integration), _) => {
            record(to, "integration", integration.name.as_str(), integration)
        }
        (Fact::ActionSaved(action), _) => action_saved(to, action),
        (Fact::OptedIn(opt_in), _) => opted_in(to, opt_in),
        (Fact::OptedOut(opted_out), _) => opted_out_of(to, opted_out),
        (fact, None) => Err(StoreError::Damaged(format!(
            "a {} event names no request",
            fact.kind()
        ))),
    }
}

fn asked_request(to: &Transaction<'_>, position: u64, asked: &Asked, at: At) -> Written {
    let standing = Standing::new(asked);
    let pending = standing.state == State::Pending;
    let urgency = pending.then(|| urgency_key(asked));
    to.prepare_cached(
        "INSERT INTO requests (id, version, asked, state, status, digest, agent, action, risk, on_behalf_of,
             conversation, created_at, updated_at, decided_at, expires_at, due, urgency, executor)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12, ?13, ?14, ?15, ?16, ?17)",
    )?
    .execute(params![
        asked.id.as_bytes(),
        standing.version,
        position,
        word(&standing.state)?,
        standing.status().word(),
        asked.digest.to_string(),
        asked.agent.as_str(),
        asked.action.as_str(),
        asked.risk.level as u8,
        asked.on_behalf_of.as_ref().map(PersonId::as_str),
        asked.conversation.as_ref().map(|text| text.raw_for_execution()),
        at.millis(),
        (!pending).then(|| at.millis()),
        asked.expires_at.map(At::millis),
        asked.expires_at.filter(|_| pending).map(At::millis),
        urgency,
        word(&asked.executor)?,
    ])?;
    for person in &asked.parties {
        let reviews = asked
            .plan
            .as_ref()
            .is_some_and(|plan| plan.asks(&Reviewer::Person(person.clone())));
        to.prepare_cached(
            "INSERT INTO parties (request, person, reviews, urgency, decided_at) VALUES (?, ?, ?, ?, ?)",
        )?
        .execute(params![
            asked.id.as_bytes(),
            person.as_str(),
            reviews,
            urgency,
            (!pending).then(|| at.millis())
        ])?;
    }
    if let Some(plan) = &asked.plan {
        to.prepare_cached("INSERT INTO plans (request, revision, body) VALUES (?, ?, ?)")?
            .execute(params![asked.id.as_bytes(), plan.revision, json(plan)?])?;
    }
    if standing.execution.is_some() {
        add_execution(to, asked.id, None)?;
    }
    match (&asked.opt_in, &asked.on_behalf_of) {
        (Some(scope), Some(person)) => used_opt_in(to, &asked.action, person, scope, at),
        _ => Ok(()),
    }
}

fn add_execution(to: &Transaction<'_>, id: RequestId, lapses_at: Option<At>) -> Written {
    to.prepare_cached(
        "INSERT INTO executions (request, state, executor, epoch, lapses_at)
         SELECT id, ?2, executor, 0, ?3 FROM requests WHERE id = ?1",
    )?
    .execute(params![
        id.as_bytes(),
        word(&ExecutionState::Ready)?,
        lapses_at.map(At::millis)
    ])?;
    Ok(())
}

fn voted(to: &Transaction<'_>, id: RequestId, vote: &Vote) -> Written {
    to.prepare_cached(
        "INSERT INTO votes (request, plan, step, voter, at, body) VALUES (?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        id.as_bytes(),
        vote.plan,
        0,
        vote.by.to_string(),
        vote.at.millis(),
        json(vote)?
    ])?;
    to.prepare_cached("UPDATE requests SET updated_at = ?2 WHERE id = ?1")?
        .execute(params![id.as_bytes(), vote.at.millis()])?;
    Ok(())
}

fn settled(to: &Transaction<'_>, id: RequestId, settlement: &Settlement) -> Written {
    let approved = settlement.decision == Decision::Approved;
    let state = settlement.decision.state();
    let execution = approved.then_some(ExecutionState::Ready);
    to.prepare_cached(
        "UPDATE requests SET state = ?2, status = ?3, decided_at = ?4, updated_at = ?4, decided_by = ?5,
             settlement = ?6, due = ?7, urgency = NULL WHERE id = ?1",
    )?
    .execute(params![
        id.as_bytes(),
        word(&state)?,
        Status::of(state, execution).word(),
        settlement.at.millis(),
        settlement.by.to_string(),
        json(settlement)?,
        settlement.lapses_at.map(At::millis),
    ])?;
    to.prepare_cached("UPDATE parties SET urgency = NULL, decided_at = ?2 WHERE request = ?1")?
        .execute(params![id.as_bytes(), settlement.at.millis()])?;
    if approved {
        add_execution(to, id, settlement.lapses_at)?;
    }
    if settlement.notify_agent {
        to.prepare_cached(
            "INSERT INTO notices (agent, request) SELECT agent, id FROM requests WHERE id = ?",
        )?
        .execute([id.as_bytes()])?;
    }
    Ok(())
}

fn begun(to: &Transaction<'_>, id: RequestId, started: &Started, at: At) -> Written {
    let attempt = Attempt {
        epoch: started.epoch,
        started_at: at,
        ended_at: None,
        outcome: None,
        observed: None,
        error: None,
    };
    to.prepare_cached("INSERT INTO attempts (request, epoch, body) VALUES (?, ?, ?)")?
        .execute(params![id.as_bytes(), started.epoch, json(&attempt)?])?;
    to.prepare_cached("UPDATE executions SET epoch = ?2 WHERE request = ?1")?
        .execute(params![id.as_bytes(), started.epoch])?;
    ended(to, id, ExecutionState::Running, at)
}

fn reported(to: &Transaction<'_>, id: RequestId, report: &Report, at: At) -> Written {
    let body: String = to
        .prepare_cached("SELECT body FROM attempts WHERE request = ? AND epoch = ?")?
        .query_row(params![id.as_bytes(), report.epoch], |row| row.get(0))?;
    let attempt = Attempt {
        ended_at: Some(at),
        outcome: Some(report.outcome),
        observed: Some(report.observed),
        error: report.error.clone(),
        ..read_json(&body)?
    };
    to.prepare_cached("UPDATE attempts SET body = ?3 WHERE request = ?1 AND epoch = ?2")?
        .execute(params![id.as_bytes(), report.epoch, json(&attempt)?])?;
    ended(to, id, report.outcome.state(), at)
}

/// Moves an execution on, and with it the status that people see. Nothing is due any more: a started
/// execution doesn't lapse.
fn ended(to: &Transaction<'_>, id: RequestId, state: ExecutionState, at: At) -> Written {
    to.prepare_cached("UPDATE executions SET state = ?2 WHERE request = ?1")?
        .execute(params![id.as_bytes(), word(&state)?])?;
    to.prepare_cached(
        "UPDATE requests SET status = ?2, updated_at = ?3, due = NULL WHERE id = ?1",
    )?
    .execute(params![
        id.as_bytes(),
        Status::of(State::Approved, Some(state)).word(),
        at.millis()
    ])?;
    Ok(())
}

fn notice_taken(to: &Transaction<'_>, id: RequestId, at: At) -> Written {
    to.prepare_cached("DELETE FROM notices WHERE request = ?")?
        .execute([id.as_bytes()])?;
    to.prepare_cached("UPDATE requests SET told_at = ?2, updated_at = ?2 WHERE id = ?1")?
        .execute(params![id.as_bytes(), at.millis()])?;
    Ok(())
}

fn record(to: &Transaction<'_>, kind: &str, id: &str, body: &impl Serialize) -> Written {
    to.prepare_cached("INSERT OR REPLACE INTO records (kind, id, body) VALUES (?, ?, ?)")?
        .execute(params![kind, id, json(body)?])?;
    Ok(())
}

fn forget(to: &Transaction<'_>, kind: &str, id: &str) -> Written {
    to.prepare_cached("DELETE FROM records WHERE kind = ? AND id = ?")?
        .execute([kind, id])?;
    Ok(())
}

fn token_revoked(to: &Transaction<'_>, revoked: &TokenRevoked) -> Written {
    let id = revoked.id.to_string();
    let body: String = to
        .prepare_cached("SELECT body FROM records WHERE kind = 'token' AND id = ?")?
        .query_row([&id], |row| row.get(0))?;
    let token = Token {
        revoked: true,
        ..read_json(&body)?
    };
    record(to, "token", &id, &token)
}

/// Locking an action ends every opt-in for it, for good.
fn action_saved(to: &Transaction<'_>, action: &Action) -> Written {
    record(to, "action", action.name.as_str(), action)?;
    if !action.auto_approval_allowed {
        to.prepare_cached(
            "DELETE FROM records WHERE kind = 'opt_in' AND json_extract(body, '$.action') = ?",
        )?
        .execute([action.name.as_str()])?;
    }
    Ok(())
}

fn opt_in_id(
    action: &ActionName,
    person: &PersonId,
    scope: &OptInScope,
) -> Result<String, StoreError> {
    json(&(action, person, scope))
}

fn opted_in(to: &Transaction<'_>, opt_in: &OptIn) -> Written {
    let id = opt_in_id(&opt_in.action, &opt_in.person, &opt_in.scope)?;
    record(to, "opt_in", &id, opt_in)
}

fn used_opt_in(
    to: &Transaction<'_>,
    action: &ActionName,
    person: &PersonId,
    scope: &OptInScope,
    at: At,
) -> Written {
    opted_in(
        to,
        &OptIn {
            person: person.clone(),
            action: action.clone(),
            scope: scope.clone(),
            since: at,
        },
    )
}

fn opted_out_of(to: &Transaction<'_>, opted_out: &OptedOut) -> Written {
    let id = opt_in_id(&opted_out.action, &opted_out.person, &opted_out.scope)?;
    forget(to, "opt_in", &id)
}
