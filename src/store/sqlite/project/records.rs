//! Who is who and what is allowed: small, kept as one body for each thing, read whole at the start.

use rusqlite::{OptionalExtension, Transaction, params};
use serde::Serialize;

use super::Written;
use crate::domain::event::{Fact, OptedOut, TokenRevoked};
use crate::domain::id::{ActionName, PersonId};
use crate::domain::pattern::{PatternRef, PatternState};
use crate::domain::people::{Action, Token};
use crate::domain::review::{OptIn, OptInScope};
use crate::domain::time::At;
use crate::domain::tool::Tool;
use crate::domain::untrusted::Untrusted;
use crate::store::StoreError;
use crate::store::sqlite::rows::{json, read_json};

pub(super) fn write(to: &Transaction<'_>, fact: &Fact) -> Written {
    match fact {
        Fact::PersonSaved(person) => record(to, "person", person.id.as_str(), person),
        Fact::AgentSaved(agent) => record(to, "agent", agent.id.as_str(), agent),
        Fact::TeamSaved(team) => record(to, "team", team.id.as_str(), team),
        Fact::TeamRemoved(removed) => forget(to, "team", removed.id.as_str()),
        Fact::GroupRemoved(removed) => forget(to, "group", removed.id.as_str()),
        Fact::GroupSaved(group) => record(to, "group", group.id.as_str(), group),
        Fact::TokenIssued(token) => record(to, "token", &token.id.to_string(), token),
        Fact::TokenRevoked(revoked) => token_revoked(to, revoked),
        Fact::IntegrationSaved(integration) => {
            record(to, "integration", integration.name.as_str(), integration)
        }
        Fact::ActionSaved(action) => action_saved(to, action),
        Fact::OptedIn(opt_in) => opted_in(to, opt_in),
        Fact::OptedOut(opted_out) => opted_out_of(to, opted_out),
        Fact::PatternSuspended(suspended) => {
            suspend(to, &suspended.pattern, Some(suspended.why.clone()))
        }
        Fact::ToolPinned(tool) => record(to, "tool", tool.action.as_str(), tool),
        Fact::ToolChanged(changed) => tool(to, &changed.action, |tool| {
            tool.changed = Some(changed.definition.clone());
        }),
        Fact::ToolAccepted(accepted) => {
            tool(to, &accepted.action, |tool| tool.accept(accepted.hash))
        }
        Fact::PatternResumed(resumed) => suspend(to, &resumed.pattern, None),
        other => Err(StoreError::Damaged(format!(
            "a {} event changes no record",
            other.kind()
        ))),
    }
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

pub(super) fn opted_in(to: &Transaction<'_>, opt_in: &OptIn) -> Written {
    let id = opt_in_id(&opt_in.action, &opt_in.person, &opt_in.scope)?;
    record(to, "opt_in", &id, opt_in)
}

fn opted_out_of(to: &Transaction<'_>, opted_out: &OptedOut) -> Written {
    let id = opt_in_id(&opted_out.action, &opted_out.person, &opted_out.scope)?;
    to.prepare_cached("DELETE FROM records WHERE kind = 'opt_in' AND id = ?")?
        .execute([id])?;
    Ok(())
}

fn tool(to: &Transaction<'_>, action: &ActionName, change: impl FnOnce(&mut Tool)) -> Written {
    let body: String = to
        .prepare_cached("SELECT body FROM records WHERE kind = 'tool' AND id = ?")?
        .query_row([action.as_str()], |row| row.get(0))?;
    let mut tool: Tool = read_json(&body)?;
    change(&mut tool);
    record(to, "tool", action.as_str(), &tool)
}

fn pattern(
    to: &Transaction<'_>,
    pattern: &PatternRef,
    change: impl FnOnce(&mut PatternState),
) -> Written {
    let id = json(pattern)?;
    let body: Option<String> = to
        .prepare_cached("SELECT body FROM records WHERE kind = 'pattern' AND id = ?")?
        .query_row([&id], |row| row.get(0))
        .optional()?;
    let (_, mut state): (PatternRef, PatternState) = match body {
        Some(body) => read_json(&body)?,
        None => (pattern.clone(), PatternState::default()),
    };
    change(&mut state);
    record(to, "pattern", &id, &(pattern, &state))
}

/// A request was let through by this pattern.
pub(super) fn pattern_used(to: &Transaction<'_>, used: &PatternRef, at: At) -> Written {
    pattern(to, used, |state| state.note_use(at))
}

/// A version of the policy that this person saved brings this pattern.
pub(super) fn pattern_brought(
    to: &Transaction<'_>,
    brought: &PatternRef,
    by: &PersonId,
) -> Written {
    pattern(to, brought, |state| state.author = Some(by.clone()))
}

fn suspend(to: &Transaction<'_>, about: &PatternRef, why: Option<Untrusted>) -> Written {
    pattern(to, about, |state| state.suspended = why)
}
