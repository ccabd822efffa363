//! One event of the stream `GET /v1/events`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::actor::Actor;
use crate::domain::id::{PersonId, RequestId};
use crate::domain::raw::RawJson;
use crate::domain::time::At;

/// An event of the log, with its position.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LogEvent {
    pub position: u64,
    pub at: At,
    /// `noun.verb`
    pub kind: String,
    pub actor: Actor,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestId>,
    /// Whose bell it rings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<PersonId>,
    pub data: RawJson,
}
