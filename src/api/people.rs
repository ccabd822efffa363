//! Who is who: people, agents, teams, groups and tokens.

use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::domain::actor::Actor;
use crate::domain::id::{ActionPattern, AgentId, PersonId, TokenId, WorkerId};
use crate::domain::people::{Holder, Role};
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;

pub use crate::domain::people::{
    Agent, Away, Group, NewAgent, NewGroup, NewPerson, NewTeam, Notifications, PatchAgent,
    PatchGroup, PatchMe, PatchNotifications, PatchPerson, PatchTeam, Person, Quiet, Team,
};

/// An agent after a change; `stopped` is there where the change disabled it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AgentChanged {
    #[serde(flatten)]
    pub agent: Agent,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Stopped>,
}

/// What ended because something was disabled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stopped {
    /// Requests that nobody had decided.
    pub cancelled: usize,
    /// Approvals that nobody had used.
    pub revoked: usize,
}

/// `POST /v1/tokens`: for a person, for an agent or for a worker.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = for_one)]
pub struct NewToken {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<WorkerId>,
    /// The nodes that the agent may ask from with it: `*` stands for any characters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<String>,
    /// What the worker may run with it: actions, or patterns in which `*` stands for any characters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<ActionPattern>,
}

/// For exactly one, and with what goes with that one.
fn for_one(schema: &mut Schema) {
    let only = |holder: &str| {
        let other = |name: &str| if name == holder { "string" } else { "null" };
        json!({"required": [holder], "properties": {
            "person": {"type": other("person")},
            "agent": {"type": other("agent")},
            "worker": {"type": other("worker")},
            "nodes": if holder == "agent" { json!({}) } else { json!({"maxItems": 0}) },
            "actions": match holder {
                "worker" => json!({"minItems": 1}),
                _ => json!({"maxItems": 0}),
            },
        }})
    };
    let mut each = vec![only("person"), only("agent"), only("worker")];
    each[2]["required"] = json!(["worker", "actions"]);
    schema.insert("oneOf".to_owned(), each.into());
}

/// A token as a list shows it; `token` is there only in the answer that made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TokenView {
    pub id: TokenId,
    #[serde(flatten)]
    pub holder: Holder,
    pub issued_by: Actor,
    pub issued_at: At,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<ActionPattern>,
    pub revoked: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// `GET /v1/me`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Me {
    pub kind: MeKind,
    pub id: String,
    pub name: Untrusted,
    /// What a person may do; programs have none.
    pub role: Option<Role>,
    /// Whom an agent belongs to; people have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<PersonId>,
    /// What a worker may run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<ActionPattern>,
    /// When a person is not there, and who answers for them meanwhile.
    #[serde(default)]
    pub away: Option<Away>,
    /// How a person is told of what waits for them; programs have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notifications: Option<Notifications>,
    pub token: TokenId,
    pub version: String,
}

/// What sort of caller it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MeKind {
    Person,
    Agent,
    Worker,
}
