//! Who is who: people, agents, teams, groups and tokens.

use serde::{Deserialize, Serialize};

use crate::domain::actor::Actor;
use crate::domain::id::{AgentId, PersonId, TokenId};
use crate::domain::people::{Holder, Role};
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;

pub use crate::domain::people::{
    Agent, Group, NewAgent, NewGroup, NewPerson, NewTeam, Person, Team,
};

/// `POST /v1/tokens`: for a person or for an agent.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
    /// The nodes that the agent may ask from with it: `*` stands for any characters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<String>,
}

/// A token as a list shows it; `token` is there only in the answer that made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenView {
    pub id: TokenId,
    #[serde(flatten)]
    pub holder: Holder,
    pub issued_by: Actor,
    pub issued_at: At,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<String>,
    pub revoked: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// `GET /v1/me`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    pub kind: MeKind,
    pub id: String,
    pub name: Untrusted,
    /// What a person may do; agents have none.
    pub role: Option<Role>,
    /// Whom an agent belongs to; people have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<PersonId>,
    pub token: TokenId,
    pub version: String,
}

/// What sort of caller it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MeKind {
    Person,
    Agent,
}
