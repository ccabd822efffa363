//! The words for where a request stands: the state of its review, and the one status that people see.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::execution::ExecutionState;

/// Where the review of a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Allowed,
    Denied,
    Pending,
    Approved,
    Rejected,
    Answered,
    Expired,
    Cancelled,
}

/// What people and the API see: a function of a request's and its execution's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Allowed,
    Denied,
    Pending,
    Approved,
    Executing,
    Executed,
    Failed,
    Unknown,
    Rejected,
    Answered,
    Expired,
    Cancelled,
    Revoked,
    Lapsed,
}

impl Status {
    /// Every status.
    pub const ALL: [Status; 14] = [
        Status::Allowed,
        Status::Denied,
        Status::Pending,
        Status::Approved,
        Status::Executing,
        Status::Executed,
        Status::Failed,
        Status::Unknown,
        Status::Rejected,
        Status::Answered,
        Status::Expired,
        Status::Cancelled,
        Status::Revoked,
        Status::Lapsed,
    ];

    /// The one place where both states become one word.
    pub const fn of(state: State, execution: Option<ExecutionState>) -> Self {
        match (state, execution) {
            (State::Denied, _) => Status::Denied,
            (State::Pending, _) => Status::Pending,
            (State::Rejected, _) => Status::Rejected,
            (State::Answered, _) => Status::Answered,
            (State::Expired, _) => Status::Expired,
            (State::Cancelled, _) => Status::Cancelled,
            (_, Some(ExecutionState::Running)) => Status::Executing,
            (_, Some(ExecutionState::Executed)) => Status::Executed,
            (_, Some(ExecutionState::Failed)) => Status::Failed,
            (_, Some(ExecutionState::Unknown)) => Status::Unknown,
            (_, Some(ExecutionState::Revoked)) => Status::Revoked,
            (_, Some(ExecutionState::Lapsed)) => Status::Lapsed,
            (State::Allowed, _) => Status::Allowed,
            (State::Approved, _) => Status::Approved,
        }
    }

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Status::Allowed => "allowed",
            Status::Denied => "denied",
            Status::Pending => "pending",
            Status::Approved => "approved",
            Status::Executing => "executing",
            Status::Executed => "executed",
            Status::Failed => "failed",
            Status::Unknown => "unknown",
            Status::Rejected => "rejected",
            Status::Answered => "answered",
            Status::Expired => "expired",
            Status::Cancelled => "cancelled",
            Status::Revoked => "revoked",
            Status::Lapsed => "lapsed",
        }
    }

    /// Whether the review is over.
    pub const fn decided(self) -> bool {
        !matches!(self, Status::Pending)
    }

    /// Whether nothing more will happen by itself: the execution, if there is one, has ended too.
    pub const fn done(self) -> bool {
        !matches!(self, Status::Pending | Status::Approved | Status::Executing)
    }
}

/// How a review ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    Approved,
    Rejected,
    Answered,
    Expired,
    Cancelled,
}

impl Decision {
    /// The kind of event that says so.
    pub const fn event_kind(self) -> &'static str {
        match self {
            Decision::Approved => "request.approved",
            Decision::Rejected => "request.rejected",
            Decision::Answered => "request.answered",
            Decision::Expired => "request.expired",
            Decision::Cancelled => "request.cancelled",
        }
    }

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Decision::Approved => "approved",
            Decision::Rejected => "rejected",
            Decision::Answered => "answered",
            Decision::Expired => "expired",
            Decision::Cancelled => "cancelled",
        }
    }

    /// The state of a request that ended so.
    pub const fn state(self) -> State {
        match self {
            Decision::Approved => State::Approved,
            Decision::Rejected => State::Rejected,
            Decision::Answered => State::Answered,
            Decision::Expired => State::Expired,
            Decision::Cancelled => State::Cancelled,
        }
    }
}
