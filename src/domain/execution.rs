//! What happens after a request was approved or allowed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::id::WorkerId;
use super::raw::RawJson;
use super::time::At;
use super::untrusted::Untrusted;

/// Who runs an approved action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Executor {
    /// The agent waits, starts, runs and reports.
    #[default]
    Agent,
    /// Workers lease it and report with the lease's epoch.
    Queue,
}

/// A worker's hold on one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Lease {
    pub worker: WorkerId,
    /// Not heard of by then, it has lost it.
    pub until: At,
}

/// Where an execution stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExecutionState {
    Ready,
    Running,
    Executed,
    Failed,
    Unknown,
    Revoked,
    Lapsed,
}

/// How a run ended, as reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Executed,
    Failed,
    Unknown,
}

impl Outcome {
    /// The state that an execution is in after this report.
    pub const fn state(self) -> ExecutionState {
        match self {
            Outcome::Executed => ExecutionState::Executed,
            Outcome::Failed => ExecutionState::Failed,
            Outcome::Unknown => ExecutionState::Unknown,
        }
    }
}

/// What a report says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub outcome: Outcome,
    pub digest: Digest,
    pub epoch: u32,
    pub result: Option<RawJson>,
    pub error: Option<Untrusted>,
    /// False: handed to the agent, the result was not seen.
    pub observed: bool,
}

/// One try at running.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attempt {
    pub epoch: u32,
    pub started_at: At,
    pub ended_at: Option<At>,
    pub outcome: Option<Outcome>,
    pub observed: Option<bool>,
    pub error: Option<Untrusted>,
    /// What came of it, as it was reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<RawJson>,
    /// The worker that has it, where one has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<WorkerId>,
}
