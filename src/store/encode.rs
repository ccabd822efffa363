//! How values stand in columns: the same in every database.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{PolicyVersion, StoreError};
use crate::domain::event::{Fact, PolicySaved};
use crate::domain::id::RequestId;
use crate::domain::json::text_of;
use crate::domain::lifecycle::Standing;
use crate::domain::raw::RawJson;
use crate::domain::time::At;
use crate::domain::workspace::Workspace;

/// Room for most texts, so that they are written without moving.
const USUAL_TEXT: usize = 1024;

/// A value as JSON text.
pub(super) fn json(value: &impl Serialize) -> Result<String, StoreError> {
    let text = text_of(value, USUAL_TEXT).map_err(unreadable)?;
    Ok(String::from_utf8(text).expect("JSON is put together from texts"))
}

/// A value from its JSON text.
pub(super) fn read_json<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(unreadable)
}

/// A value whose JSON is one string, without the quotes.
pub(super) fn word(value: &impl Serialize) -> Result<String, StoreError> {
    let text = serde_json::to_string(value).map_err(unreadable)?;
    Ok(text.trim_matches('"').to_owned())
}

pub(super) fn read_word<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    read_json(&format!("\"{text}\""))
}

/// JSON that is handed on as it is.
pub(super) fn raw(text: String) -> Result<RawJson, StoreError> {
    RawJson::from_text(text).map_err(|error| StoreError::Damaged(error.to_string()))
}

fn unreadable(error: serde_json::Error) -> StoreError {
    StoreError::Damaged(error.to_string())
}

/// The place of a request among what waits, as bytes that sort: waiting callers first, then risk,
/// then deadline (none last), then age.
pub(super) fn urgency_key(id: RequestId, waiting: bool, standing: &Standing) -> [u8; 26] {
    let mut key = [0; 26];
    key[0] = u8::from(!waiting);
    key[1] = u8::MAX - standing.risk.level as u8;
    let deadline = standing.expires_at.map_or(i64::MAX, At::millis);
    key[2..10].copy_from_slice(&deadline.to_be_bytes());
    key[10..].copy_from_slice(id.as_bytes());
    key
}

/// Adds what a record says of who is who and what is allowed.
pub(super) fn add_record(
    workspace: &mut Workspace,
    kind: &str,
    body: &str,
) -> Result<(), StoreError> {
    let fact = match kind {
        "person" => Fact::PersonSaved(read_json(body)?),
        "agent" => Fact::AgentSaved(read_json(body)?),
        "team" => Fact::TeamSaved(read_json(body)?),
        "group" => Fact::GroupSaved(read_json(body)?),
        "token" => Fact::TokenIssued(read_json(body)?),
        "integration" => Fact::IntegrationSaved(read_json(body)?),
        "action" => Fact::ActionSaved(read_json(body)?),
        "opt_in" => Fact::OptedIn(read_json(body)?),
        "tool" => Fact::ToolPinned(read_json(body)?),
        "pattern" => {
            let (pattern, state) = read_json(body)?;
            workspace.patterns.insert(pattern, state);
            return Ok(());
        }
        other => {
            return Err(StoreError::Damaged(format!(
                "a record of unknown kind “{other}”"
            )));
        }
    };
    workspace.apply(&fact, At::from_millis(0));
    Ok(())
}

/// The newest version of the policy, as the workspace holds it.
pub(super) fn in_force(newest: PolicyVersion) -> Arc<PolicySaved> {
    Arc::new(PolicySaved {
        version: newest.version,
        text: newest.text,
        by: newest.by,
        // What it brought is with the patterns.
        brings: Vec::new(),
    })
}

/// An id from its bytes.
pub(super) fn id(bytes: &[u8]) -> Result<RequestId, StoreError> {
    let bytes = bytes.try_into();
    let bytes = bytes.map_err(|_| StoreError::Damaged("an id has 16 bytes".to_owned()))?;
    Ok(RequestId::from_bytes(bytes))
}

/// The place of a request among what waits, from its bytes.
pub(super) fn key26(bytes: &[u8]) -> Result<[u8; 26], StoreError> {
    let key = bytes.try_into();
    key.map_err(|_| StoreError::Damaged("an urgency has 26 bytes".to_owned()))
}
