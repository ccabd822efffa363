//! Who is who and what is allowed: small, kept as one body for each thing, read whole at the start.

use serde::Serialize;

use super::Written;
use crate::domain::event::{Fact, OptedOut};
use crate::domain::id::{ActionName, PersonId};
use crate::domain::pattern::{PatternRef, PatternState};
use crate::domain::people::{Action, Token};
use crate::domain::review::{OptIn, OptInScope};
use crate::domain::time::At;
use crate::domain::tool::Tool;
use crate::domain::untrusted::Untrusted;
use crate::store::StoreError;
use crate::store::batch::Batch;
use crate::store::encode::{json, read_json};
use crate::store::rows::{Kept, RecordKey, Source};

pub(super) fn write<S: Source>(to: &mut Batch<'_, S>, fact: &Fact) -> Written {
    match fact {
        Fact::PersonSaved(person) => record(to, "person", person.id.as_str(), person),
        Fact::AgentSaved(agent) => record(to, "agent", agent.id.as_str(), agent),
        Fact::TeamSaved(team) => record(to, "team", team.id.as_str(), team),
        Fact::TeamRemoved(removed) => forget(to, "team", removed.id.as_str()),
        Fact::GroupRemoved(removed) => forget(to, "group", removed.id.as_str()),
        Fact::GroupSaved(group) => record(to, "group", group.id.as_str(), group),
        Fact::TokenIssued(token) => record(to, "token", &token.id.to_string(), token),
        Fact::TokenRevoked(revoked) => change(to, "token", revoked.id.to_string(), |token| Token {
            revoked: true,
            ..token
        }),
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
        Fact::ToolChanged(changed) => change(to, "tool", changed.action.to_string(), |tool| Tool {
            changed: Some(changed.definition.clone()),
            ..tool
        }),
        Fact::ToolAccepted(accepted) => {
            change(to, "tool", accepted.action.to_string(), |mut tool: Tool| {
                tool.accept(accepted.hash);
                tool
            })
        }
        Fact::PatternResumed(resumed) => suspend(to, &resumed.pattern, None),
        other => Err(StoreError::Damaged(format!(
            "a {} event changes no record",
            other.kind()
        ))),
    }
}

/// The record that a fact reads before it writes it; one that can't be named is read when its time comes.
pub(super) fn reads(fact: &Fact) -> Option<RecordKey> {
    let pattern = |pattern: &PatternRef| Some(("pattern", json(pattern).ok()?));
    match fact {
        Fact::TokenRevoked(revoked) => Some(("token", revoked.id.to_string())),
        Fact::ToolChanged(changed) => Some(("tool", changed.action.to_string())),
        Fact::ToolAccepted(accepted) => Some(("tool", accepted.action.to_string())),
        Fact::PatternSuspended(suspended) => pattern(&suspended.pattern),
        Fact::PatternResumed(resumed) => pattern(&resumed.pattern),
        Fact::Asked(asked) => pattern(&asked.pattern.as_ref()?.pattern),
        _ => None,
    }
}

fn record<S: Source>(
    to: &mut Batch<'_, S>,
    kind: &'static str,
    id: &str,
    body: &impl Serialize,
) -> Written {
    let body = Kept::new(Some(json(body)?));
    to.rows.records.insert((kind, id.to_owned()), body);
    Ok(())
}

fn forget<S: Source>(to: &mut Batch<'_, S>, kind: &'static str, id: &str) -> Written {
    to.rows
        .records
        .insert((kind, id.to_owned()), Kept::new(None));
    Ok(())
}

/// The body of a record as it is by now.
fn body<S: Source>(to: &mut Batch<'_, S>, key: &RecordKey) -> Result<Option<String>, StoreError> {
    if let Some(kept) = to.rows.records.get(key) {
        return Ok(kept.row.clone());
    }
    let read = to.source.record(key)?;
    to.rows
        .records
        .insert(key.clone(), Kept::read(read.clone()));
    Ok(read)
}

fn change<S: Source, T: Serialize + serde::de::DeserializeOwned>(
    to: &mut Batch<'_, S>,
    kind: &'static str,
    id: String,
    change: impl FnOnce(T) -> T,
) -> Written {
    let key = (kind, id);
    let body = body(to, &key)?;
    let body = body.ok_or_else(|| StoreError::Damaged(format!("there is no {kind} {}", key.1)))?;
    let changed = change(read_json(&body)?);
    record(to, kind, &key.1, &changed)
}

/// Locking an action ends every opt-in for it, for good.
fn action_saved<S: Source>(to: &mut Batch<'_, S>, action: &Action) -> Written {
    record(to, "action", action.name.as_str(), action)?;
    if action.auto_approval_allowed {
        return Ok(());
    }
    for id in to.source.opt_ins(&action.name)? {
        forget(to, "opt_in", &id)?;
    }
    for ((kind, _), kept) in &mut to.rows.records {
        if let ("opt_in", Some(body)) = (*kind, &kept.row)
            && read_json::<OptIn>(body)?.action == action.name
        {
            *kept.change() = None;
        }
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

pub(super) fn opted_in<S: Source>(to: &mut Batch<'_, S>, opt_in: &OptIn) -> Written {
    let id = opt_in_id(&opt_in.action, &opt_in.person, &opt_in.scope)?;
    record(to, "opt_in", &id, opt_in)
}

fn opted_out_of<S: Source>(to: &mut Batch<'_, S>, opted_out: &OptedOut) -> Written {
    let id = opt_in_id(&opted_out.action, &opted_out.person, &opted_out.scope)?;
    forget(to, "opt_in", &id)
}

fn pattern<S: Source>(
    to: &mut Batch<'_, S>,
    pattern: &PatternRef,
    change: impl FnOnce(&mut PatternState),
) -> Written {
    let key = ("pattern", json(pattern)?);
    let (_, mut state): (PatternRef, PatternState) = match body(to, &key)? {
        Some(body) => read_json(&body)?,
        None => (pattern.clone(), PatternState::default()),
    };
    change(&mut state);
    record(to, "pattern", &key.1, &(pattern, &state))
}

/// A request was let through by this pattern.
pub(super) fn pattern_used<S: Source>(to: &mut Batch<'_, S>, used: &PatternRef, at: At) -> Written {
    pattern(to, used, |state| state.note_use(at))
}

/// A version of the policy that this person saved brings this pattern.
pub(super) fn pattern_brought<S: Source>(
    to: &mut Batch<'_, S>,
    brought: &PatternRef,
    by: &PersonId,
) -> Written {
    pattern(to, brought, |state| state.author = Some(by.clone()))
}

fn suspend<S: Source>(
    to: &mut Batch<'_, S>,
    about: &PatternRef,
    why: Option<Untrusted>,
) -> Written {
    pattern(to, about, |state| state.suspended = why)
}
