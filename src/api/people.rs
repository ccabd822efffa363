//! Who is who: people, agents, teams, groups and tokens.

use serde::{Deserialize, Serialize};

use crate::domain::actor::Actor;
use crate::domain::id::{AgentId, GroupId, PersonId, TeamId, TokenId};
use crate::domain::people::{Holder, Role, UserRef};
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;

pub use crate::domain::people::{Agent, Group, Person, Team};

/// `POST /v1/people`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    pub id: PersonId,
    #[serde(default)]
    pub name: Option<Untrusted>,
    #[serde(default)]
    pub email: Option<Untrusted>,
    #[serde(default)]
    pub role: Role,
    #[serde(default)]
    pub manager: Option<PersonId>,
    #[serde(default)]
    pub groups: Vec<GroupId>,
    #[serde(default)]
    pub team: Option<TeamId>,
}

/// `POST /v1/agents`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAgent {
    pub id: AgentId,
    #[serde(default)]
    pub name: Option<Untrusted>,
    #[serde(default)]
    pub owners: Vec<PersonId>,
    /// Its owners, when nothing is said.
    #[serde(default)]
    pub users: Option<Vec<UserRef>>,
    #[serde(default)]
    pub team: Option<TeamId>,
    #[serde(default)]
    pub enabled: Option<bool>,
}

/// `POST /v1/teams`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewTeam {
    pub id: TeamId,
    #[serde(default)]
    pub name: Option<Untrusted>,
    #[serde(default)]
    pub admins: Vec<PersonId>,
}

/// `POST /v1/groups`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    pub id: GroupId,
    #[serde(default)]
    pub name: Option<Untrusted>,
}

/// `POST /v1/tokens`: for a person or for an agent.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
}

/// A token as a list shows it; `token` is there only in the answer that made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenView {
    pub id: TokenId,
    #[serde(flatten)]
    pub holder: Holder,
    pub issued_by: Actor,
    pub issued_at: At,
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
