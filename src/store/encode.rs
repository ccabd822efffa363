//! How values stand in columns: the same in every database.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::StoreError;
use crate::domain::id::RequestId;
use crate::domain::lifecycle::Standing;
use crate::domain::raw::RawJson;
use crate::domain::time::At;

/// A value as JSON text.
pub(super) fn json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(unreadable)
}

/// A value from its JSON text.
pub(super) fn read_json<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(unreadable)
}

/// A value whose JSON is one string, without the quotes.
pub(super) fn word(value: &impl Serialize) -> Result<String, StoreError> {
    Ok(json(value)?.trim_matches('"').to_owned())
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
