//! Who is who: people, agents, teams, groups, and the tokens that speak for them.
//! Everything is matched by id, never by display name.

mod input;
mod notifications;

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::id::{
    ActionName, ActionPattern, AgentId, BadId, GroupId, PersonId, TeamId, TokenId, WorkerId,
};
use super::time::At;
use super::untrusted::Untrusted;

pub use input::{
    NewAgent, NewGroup, NewPerson, NewTeam, PatchAction, PatchAgent, PatchGroup, PatchIntegration,
    PatchMe, PatchNotifications, PatchPerson, PatchTeam,
};
pub use notifications::{BadHour, Hour, Notifications, Quiet, Zone};

/// What a person may do in the workspace.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    #[default]
    Member,
    Manager,
    Admin,
    Owner,
}

impl Role {
    /// Rules, actions, members, tokens.
    pub const fn manages(self) -> bool {
        matches!(self, Role::Admin | Role::Owner)
    }

    /// The history of everything, not only of one's own.
    pub const fn sees_everything(self) -> bool {
        !matches!(self, Role::Member)
    }

    /// Every role, the least first.
    pub const ALL: [Role; 4] = [Role::Member, Role::Manager, Role::Admin, Role::Owner];

    /// The role with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Role::Member => "member",
            Role::Manager => "manager",
            Role::Admin => "admin",
            Role::Owner => "owner",
        }
    }
}

/// Somebody who decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    pub id: PersonId,
    pub name: Untrusted,
    pub email: Option<Untrusted>,
    pub role: Role,
    pub manager: Option<PersonId>,
    pub groups: Vec<GroupId>,
    pub team: Option<TeamId>,
    pub active: bool,
    /// When they are not there, and who answers for them meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub away: Option<Away>,
    /// How they are told of what waits for them, besides in the inbox.
    #[serde(default)]
    pub notifications: Notifications,
}

impl Person {
    /// The absence that this moment falls into.
    pub fn away_at(&self, now: At) -> Option<&Away> {
        self.away.as_ref().filter(|away| away.covers(now))
    }
}

/// An absence, from one moment to just before another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Away {
    pub from: At,
    pub until: At,
    /// Who answers what is addressed to them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegate: Option<PersonId>,
}

impl Away {
    /// Whether this moment falls into it.
    pub fn covers(&self, now: At) -> bool {
        self.from <= now && now < self.until
    }
}

/// A program that acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Agent {
    pub id: AgentId,
    pub name: Untrusted,
    pub owners: Vec<PersonId>,
    /// Who may use it, and therefore whom it may name in `on_behalf_of`.
    pub users: Vec<UserRef>,
    pub team: Option<TeamId>,
    pub enabled: bool,
}

/// People who work together; its admins answer for agents that nobody owns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Team {
    pub id: TeamId,
    pub name: Untrusted,
    pub admins: Vec<PersonId>,
}

/// People with something in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Group {
    pub id: GroupId,
    pub name: Untrusted,
}

/// Some people, as lists of users name them: an id, `group:ID`, `team:ID` or `*`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum UserRef {
    Person(PersonId),
    Group(GroupId),
    Team(TeamId),
    Everybody,
}

impl UserRef {
    /// Whether this person is one of them.
    pub fn covers(&self, person: &Person) -> bool {
        match self {
            UserRef::Person(id) => *id == person.id,
            UserRef::Group(id) => person.groups.contains(id),
            UserRef::Team(id) => person.team.as_ref() == Some(id),
            UserRef::Everybody => true,
        }
    }
}

impl fmt::Display for UserRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UserRef::Person(id) => write!(f, "{id}"),
            UserRef::Group(id) => write!(f, "group:{id}"),
            UserRef::Team(id) => write!(f, "team:{id}"),
            UserRef::Everybody => f.write_str("*"),
        }
    }
}

impl FromStr for UserRef {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        if text == "*" {
            Ok(UserRef::Everybody)
        } else if let Some(group) = text.strip_prefix("group:") {
            group.parse().map(UserRef::Group)
        } else if let Some(team) = text.strip_prefix("team:") {
            team.parse().map(UserRef::Team)
        } else {
            text.parse().map(UserRef::Person)
        }
    }
}

impl From<UserRef> for String {
    fn from(user: UserRef) -> String {
        user.to_string()
    }
}

impl TryFrom<String> for UserRef {
    type Error = BadId;

    fn try_from(text: String) -> Result<Self, BadId> {
        text.parse()
    }
}

/// Whom a token speaks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Holder {
    Person(PersonId),
    Agent(AgentId),
    Worker(WorkerId),
}

impl Holder {
    /// The same one, as the log names them.
    pub fn actor(&self) -> Actor {
        match self {
            Holder::Person(id) => Actor::Person(id.clone()),
            Holder::Agent(id) => Actor::Agent(id.clone()),
            Holder::Worker(id) => Actor::Worker(id.clone()),
        }
    }

    /// Whose its tokens are, as a sentence says it.
    pub const fn whose(&self) -> &'static str {
        match self {
            Holder::Person(_) => "a person's",
            Holder::Agent(_) => "an agent's",
            Holder::Worker(_) => "a worker's",
        }
    }
}

/// A bearer token: its hash is kept, the secret is shown once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    pub id: TokenId,
    pub holder: Holder,
    pub issued_by: Actor,
    pub issued_at: At,
    /// SHA-256 of the secret, in hexadecimal.
    pub hash: String,
    /// The nodes that an agent may ask from with it, as patterns; from anywhere when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<String>,
    /// What a worker may run with it: nothing when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<ActionPattern>,
    pub revoked: bool,
}

/// A system with actions in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Integration {
    pub name: super::id::IntegrationName,
    pub enabled: bool,
    /// Who may act through it.
    pub users: Vec<UserRef>,
    /// Whether a tool of it that calls itself read-only is believed.
    #[serde(default)]
    pub trust_read_only_hints: bool,
}

/// What the workspace holds about one action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    pub name: ActionName,
    pub enabled: bool,
    pub read_only: bool,
    pub needs_approval: bool,
    /// The admin's unlock: people may opt in to letting it through. It changes nobody by itself.
    pub auto_approval_allowed: bool,
    pub default_risk: super::risk::Risk,
    pub executor: super::execution::Executor,
    pub idempotent: bool,
    /// Where recipients stand in its parameters.
    pub recipient_params: Vec<String>,
    /// The agent that was the first to ask for it, where it isn't a shipped one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learnt_from: Option<AgentId>,
}
