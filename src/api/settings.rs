//! Integrations, actions and preferences.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::execution::Executor;
use crate::domain::id::{ActionName, AgentId, IntegrationName};
use crate::domain::risk::Risk;
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;

pub use crate::domain::people::{Integration, PatchAction, PatchIntegration};

/// An action as `GET /v1/actions` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ActionView {
    pub name: ActionName,
    pub integration: IntegrationName,
    pub enabled: bool,
    pub read_only: bool,
    pub needs_approval: bool,
    pub auto_approval_allowed: bool,
    pub default_risk: Risk,
    pub executor: Executor,
    pub idempotent: bool,
    pub recipient_params: Vec<String>,
    pub opted_in: OptedInCount,
}

/// How many people let it through: whom locking it would touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct OptedInCount {
    pub always: usize,
    pub conversation: usize,
}

/// One's own choice for one action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "mode", rename_all = "lowercase", deny_unknown_fields)]
pub enum Choice {
    Manual {},
    Always {},
    Conversation {
        agent: AgentId,
        conversation: Untrusted,
    },
}

/// A choice as `GET /v1/preferences` shows it. Actions without one are decided by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Preference {
    pub action: ActionName,
    #[serde(flatten)]
    pub choice: Choice,
    /// When it was last made use of, or chosen.
    pub last_used: At,
    /// When it ends unless it is used again; `always` doesn't.
    pub ends_at: Option<At>,
}
