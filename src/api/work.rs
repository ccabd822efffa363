//! Work for workers: `POST /v1/work/lease` and what goes with it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::digest::Digest;
use crate::domain::id::{ActionName, AgentId, RequestId};
use crate::domain::raw::RawJson;
use crate::domain::time::At;

/// What a worker wants.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaseWork {
    /// All that its token is bound to, when none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<ActionName>,
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub max: u32,
    /// How many seconds to wait when nothing is there.
    #[serde(default)]
    #[schemars(range(max = 300))]
    pub wait: u16,
    #[serde(default = "a_minute")]
    #[schemars(range(min = 1, max = 3_600))]
    pub lease_seconds: u32,
}

const fn one() -> u32 {
    1
}

const fn a_minute() -> u32 {
    60
}

/// What a worker has now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Work {
    pub items: Vec<LeasedWork>,
}

/// One request to run: its very bytes, and the epoch to report with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeasedWork {
    pub id: RequestId,
    pub epoch: u32,
    pub lease_until: Option<At>,
    pub digest: Digest,
    pub action: ActionName,
    pub agent: AgentId,
    pub params: RawJson,
}

/// `POST /v1/work/{id}/renew`
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RenewLease {
    pub epoch: u32,
    #[serde(default = "a_minute")]
    #[schemars(range(min = 1, max = 3_600))]
    pub lease_seconds: u32,
}

/// A lease that goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RenewedLease {
    pub id: RequestId,
    pub epoch: u32,
    pub lease_until: Option<At>,
}
