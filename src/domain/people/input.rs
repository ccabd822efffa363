//! What may be said of people, agents, teams, groups and actions: to add them, and to change them.
//! Of a change, what is left out stays as it is; `null` clears what may be absent, and is refused
//! anywhere else.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::{Away, Quiet, Role, UserRef};
use crate::domain::execution::Executor;
use crate::domain::id::{AgentId, GroupId, PersonId, TeamId};
use crate::domain::risk::Risk;
use crate::domain::untrusted::Untrusted;

/// A field that was given; `null` only where `T` itself may be nothing.
fn given<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(from).map(Some)
}

/// A person to add.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
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

/// An agent to add.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
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
    /// Where the agent would be told; only its absence is accepted so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "()")]
    pub callback_url: Option<Untrusted>,
    #[serde(default)]
    pub enabled: Option<bool>,
}

/// A team to add.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTeam {
    pub id: TeamId,
    #[serde(default)]
    pub name: Option<Untrusted>,
    #[serde(default)]
    pub admins: Vec<PersonId>,
}

/// A group to add.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    pub id: GroupId,
    #[serde(default)]
    pub name: Option<Untrusted>,
}

/// A change of a person.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PatchPerson {
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Untrusted")]
    pub name: Option<Untrusted>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Untrusted>")]
    pub email: Option<Option<Untrusted>>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Role")]
    pub role: Option<Role>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<PersonId>")]
    pub manager: Option<Option<PersonId>>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<GroupId>")]
    pub groups: Option<Vec<GroupId>>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<TeamId>")]
    pub team: Option<Option<TeamId>>,
    /// False ends their tokens and their opt-ins too, and true brings none of them back.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "bool")]
    pub active: Option<bool>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Away>")]
    pub away: Option<Option<Away>>,
}

/// A change of an agent.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PatchAgent {
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Untrusted")]
    pub name: Option<Untrusted>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<PersonId>")]
    pub owners: Option<Vec<PersonId>>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<UserRef>")]
    pub users: Option<Vec<UserRef>>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<TeamId>")]
    pub team: Option<Option<TeamId>>,
    /// Where the agent would be told; only its absence is accepted so far.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "()")]
    pub callback_url: Option<Option<Untrusted>>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "bool")]
    pub enabled: Option<bool>,
}

/// A change of a team.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PatchTeam {
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Untrusted")]
    pub name: Option<Untrusted>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<PersonId>")]
    pub admins: Option<Vec<PersonId>>,
}

/// A change of a group. Who is in it is said of each person.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PatchGroup {
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Untrusted")]
    pub name: Option<Untrusted>,
}

/// What people change of themselves.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PatchMe {
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Away>")]
    pub away: Option<Option<Away>>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PatchNotifications")]
    pub notifications: Option<PatchNotifications>,
}

/// A change of how somebody is told.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PatchNotifications {
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "bool")]
    pub email: Option<bool>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "bool")]
    pub slack: Option<bool>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Quiet>")]
    pub quiet: Option<Option<Quiet>>,
}

/// A change of an action.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PatchAction {
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "bool")]
    pub auto_approval_allowed: Option<bool>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "bool")]
    pub needs_approval: Option<bool>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Risk")]
    pub default_risk: Option<Risk>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Executor")]
    pub executor: Option<Executor>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "bool")]
    pub read_only: Option<bool>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "bool")]
    pub idempotent: Option<bool>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<String>")]
    pub recipient_params: Option<Vec<String>>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "bool")]
    pub enabled: Option<bool>,
}

/// A change of an integration.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PatchIntegration {
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "bool")]
    pub enabled: Option<bool>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<UserRef>")]
    pub users: Option<Vec<UserRef>>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "bool")]
    pub trust_read_only_hints: Option<bool>,
}
