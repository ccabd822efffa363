//! The bell: what each person is told of.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::id::RequestId;
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;

/// One thing that the caller is told of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Notification {
    /// The position in the log of what happened: the same on every channel, and later ones are greater.
    pub id: u64,
    /// `noun.verb`, as in the log.
    pub kind: String,
    /// The request that it is about, if it is about one.
    pub request: Option<RequestId>,
    pub text: Untrusted,
    pub at: At,
    pub seen: bool,
}

/// What the caller's bell tells, the newest first: `GET /v1/notifications`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Notifications {
    pub items: Vec<Notification>,
    /// Where the next page begins; nothing at the end.
    pub next_cursor: Option<String>,
    /// How many of all of them the caller hasn't seen.
    pub unseen: u64,
}

/// What the caller has seen: `POST /v1/notifications/seen`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeenThrough {
    /// The id of the last one.
    pub through: u64,
}

/// How many are left after that.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Unseen {
    pub unseen: u64,
}
