//! Who has to say yes: the plan that is fixed when a request is created, and the votes under it.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use super::actor::Actor;
use super::digest::Digest;
use super::id::{ActionName, AgentId, BadId, GroupId, PersonId, TokenId};
use super::people::Role;
use super::request::OnTimeout;
use super::risk::Risk;
use super::time::{At, Span};
use super::untrusted::Untrusted;

/// How reviewers are found.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub enum Resolver {
    /// The user on whose behalf the agent acts; without one its owners, then its team's admins.
    Requester,
    Person(PersonId),
    /// The manager of the user acted for.
    Manager,
    /// Admin includes owners; every other role means that role exactly.
    Role(Role),
    Group(GroupId),
    /// Whom the agent names as the owner of the resource: its claim.
    RecordOwner,
    AgentOwner,
    Agent(AgentId),
    /// Approves by itself when nobody rejected for that long.
    AutoAfter(Span),
}

impl Resolver {
    /// Where every plan ends.
    pub const WORKSPACE_ADMINS: Resolver = Resolver::Role(Role::Admin);

    /// Whether it is addressed to certain people, whose delegates answer for them, rather than to a
    /// role or a group, whose other members answer.
    pub const fn is_personal(&self) -> bool {
        matches!(
            self,
            Resolver::Requester
                | Resolver::Person(_)
                | Resolver::Manager
                | Resolver::RecordOwner
                | Resolver::AgentOwner
        )
    }
}

impl fmt::Display for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Resolver::Requester => f.write_str("requester"),
            Resolver::Person(id) => write!(f, "user:{id}"),
            Resolver::Manager => f.write_str("manager"),
            Resolver::Role(role) => write!(f, "role:{}", role.word()),
            Resolver::Group(id) => write!(f, "group:{id}"),
            Resolver::RecordOwner => f.write_str("record_owner"),
            Resolver::AgentOwner => f.write_str("agent_owner"),
            Resolver::Agent(id) => write!(f, "agent:{id}"),
            Resolver::AutoAfter(delay) => write!(f, "auto_after:{delay}"),
        }
    }
}

impl FromStr for Resolver {
    type Err = UnknownResolver;

    fn from_str(text: &str) -> Result<Self, UnknownResolver> {
        let unknown = || UnknownResolver(Untrusted::from(text));
        let (kind, argument) = match text.split_once(':') {
            None => (text, None),
            Some((kind, argument)) => (kind, Some(argument)),
        };
        let resolver = match (kind, argument) {
            ("requester", None) => Ok(Resolver::Requester),
            ("manager", None) => Ok(Resolver::Manager),
            ("record_owner", None) => Ok(Resolver::RecordOwner),
            ("agent_owner", None) => Ok(Resolver::AgentOwner),
            ("user", Some(id)) => id.parse().map(Resolver::Person).map_err(drop),
            ("group", Some(id)) => id.parse().map(Resolver::Group).map_err(drop),
            ("agent", Some(id)) => id.parse().map(Resolver::Agent).map_err(drop),
            ("role", Some(word)) => Role::from_word(word).map(Resolver::Role).ok_or(()),
            ("auto_after", Some(delay)) => delay.parse().map(Resolver::AutoAfter).map_err(drop),
            _ => Err(()),
        };
        resolver.map_err(|()| unknown())
    }
}

impl Serialize for Resolver {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl TryFrom<String> for Resolver {
    type Error = UnknownResolver;

    fn try_from(text: String) -> Result<Self, UnknownResolver> {
        text.parse()
    }
}

/// A text that names no resolver.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "“{}” is not a resolver; expected requester, user:ID, manager, role:ROLE, group:ID, record_owner, \
     agent_owner, agent:ID or auto_after:DURATION",
    .0.plain_line()
)]
pub struct UnknownResolver(Untrusted);

/// Somebody who may be asked to decide: a person by their bare id, or an agent as `agent:ID`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub enum Reviewer {
    Person(PersonId),
    Agent(AgentId),
}

impl Reviewer {
    /// The person, if it is one.
    pub const fn person(&self) -> Option<&PersonId> {
        match self {
            Reviewer::Person(id) => Some(id),
            Reviewer::Agent(_) => None,
        }
    }

    /// The same one, as the log names them.
    pub fn actor(&self) -> Actor {
        match self {
            Reviewer::Person(id) => Actor::Person(id.clone()),
            Reviewer::Agent(id) => Actor::Agent(id.clone()),
        }
    }
}

impl fmt::Display for Reviewer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reviewer::Person(id) => f.pad(id.as_str()),
            Reviewer::Agent(id) => write!(f, "agent:{id}"),
        }
    }
}

impl FromStr for Reviewer {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        match text.strip_prefix("agent:") {
            Some(agent) => agent.parse().map(Reviewer::Agent),
            None => text.parse().map(Reviewer::Person),
        }
    }
}

impl Serialize for Reviewer {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self {
            Reviewer::Person(id) => id.serialize(out),
            Reviewer::Agent(_) => out.collect_str(self),
        }
    }
}

impl TryFrom<String> for Reviewer {
    type Error = BadId;

    fn try_from(text: String) -> Result<Self, BadId> {
        text.parse()
    }
}

/// One stage of a plan: the primary resolver or a fallback, and whom it stood for when the request was
/// asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    pub resolver: Resolver,
    /// In the order in which the resolver names them.
    pub reviewers: Vec<Reviewer>,
    /// Why it was passed over, if it was: nobody such, too few, excluded, too grave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<Untrusted>,
}

/// The review plan: a snapshot; later changes of policy touch new requests only.
///
/// Stages open one after the other: the first that isn't skipped when the request is asked, the next one
/// when it is escalated. Opening another stage takes nothing from those before it, and is no change of
/// plan; only an edit brings a new one, with the next revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Counts the plans of a request; a vote may name the one that it was made for.
    pub revision: u32,
    pub policy_version: u64,
    /// The rule or capability that asks, by name; without one it is the mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Untrusted>,
    /// The primary one, its fallbacks, at last the workspace admins.
    #[serde(alias = "steps")]
    pub stages: Vec<Stage>,
    /// How many of the stages have been opened, skipped ones among them.
    #[serde(default = "one")]
    pub opened: u32,
    /// How many different people have to approve.
    #[serde(default = "one")]
    pub needed: u32,
    /// Whether those on whose behalf it happens don't count.
    pub separate: bool,
    /// Those people: the user acted for and the agent's owners. Nobody where it isn't separate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excluded: Vec<PersonId>,
    /// The highest risk that an agent may decide about.
    #[serde(default = "low")]
    pub agent_max_risk: Risk,
    /// How long a stage is asked alone before the next one opens as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalate_after: Option<Span>,
    #[serde(default)]
    pub on_timeout: OnTimeout,
    /// How long each stage has to decide; for ever where there is no length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Span>,
    pub guidance: Option<Untrusted>,
}

const fn one() -> u32 {
    1
}

const fn low() -> Risk {
    Risk::Low
}

impl Plan {
    /// The stages that are open and not skipped: those whose reviewers are asked.
    pub fn open_stages(&self) -> impl Iterator<Item = &Stage> {
        let opened = self.stages.iter().take(self.opened as usize);
        opened.filter(|stage| stage.skipped.is_none())
    }

    /// Whom it asks now, each once, in the order of the plan.
    pub fn reviewers(&self) -> Vec<&Reviewer> {
        let mut asked: Vec<&Reviewer> = Vec::new();
        for reviewer in self.open_stages().flat_map(|stage| &stage.reviewers) {
            if !asked.contains(&reviewer) {
                asked.push(reviewer);
            }
        }
        asked
    }

    /// Whether this one is among those asked.
    pub fn asks(&self, reviewer: &Reviewer) -> bool {
        self.open_stages()
            .any(|stage| stage.reviewers.contains(reviewer))
    }

    /// The next stage that would open, by its index; skipped ones are passed over.
    pub fn next_stage(&self) -> Option<usize> {
        let rest = self.stages.iter().enumerate().skip(self.opened as usize);
        rest.filter(|(_, stage)| stage.skipped.is_none())
            .map(|(index, _)| index)
            .next()
    }

    /// When another stage opens as well, where there is one after these many, if nobody decides before.
    pub fn escalates_at(&self, opened: u32, now: At) -> Option<At> {
        let mut rest = self.stages.iter().skip(opened as usize);
        let another = rest.any(|stage| stage.skipped.is_none());
        let after = self.escalate_after.filter(|_| another)?;
        Some(now.plus(after))
    }

    /// The delay after which it approves by itself, if one is running.
    pub fn delay(&self) -> Option<Span> {
        self.open_stages().find_map(|stage| match stage.resolver {
            Resolver::AutoAfter(delay) => Some(delay),
            _ => None,
        })
    }
}

/// A reviewer's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Word {
    Approve,
    Reject,
    /// Answers the agent in words instead of letting the action run.
    Respond,
}

impl Word {
    /// The decision as it reads afterwards.
    pub const fn past(self) -> &'static str {
        match self {
            Word::Approve => "approved",
            Word::Reject => "rejected",
            Word::Respond => "answered",
        }
    }
}

/// How long an approval is to be remembered as the reviewer's own opt-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Remember {
    #[default]
    Once,
    Conversation,
    Always,
}

/// One reviewer's word on one request, with what they saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vote {
    pub by: Reviewer,
    /// The absent person whom they stand in for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_for: Option<PersonId>,
    /// The token that spoke for them.
    pub token: TokenId,
    pub word: Word,
    /// The digest that they saw.
    pub digest: Digest,
    pub plan: u32,
    pub reason: Option<Untrusted>,
    pub notify_agent: bool,
    pub remember: Remember,
    pub at: At,
}

impl Vote {
    /// The one whose word it counts as: a person and whoever stands in for them are one.
    pub fn principal(&self) -> Reviewer {
        match &self.stands_for {
            Some(absent) => Reviewer::Person(absent.clone()),
            None => self.by.clone(),
        }
    }
}

/// A person's standing choice to let an action through without being asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptIn {
    pub person: PersonId,
    pub action: ActionName,
    pub scope: OptInScope,
    pub since: At,
}

impl OptInScope {
    /// An opt-in for a conversation ends that long after its last use.
    const CONVERSATION_RESTS: Span = Span::from_hours(12);

    /// When an opt-in that was last used at this moment ends, unless it is used again.
    pub fn ends_at(&self, last_use: At) -> Option<At> {
        match self {
            OptInScope::Always => None,
            OptInScope::Conversation { .. } => Some(last_use.plus(Self::CONVERSATION_RESTS)),
        }
    }

    /// Whether an opt-in that was last used at this moment still holds.
    pub fn holds(&self, last_use: At, now: At) -> bool {
        self.ends_at(last_use).is_none_or(|end| now < end)
    }
}

/// What an opt-in covers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "scope", rename_all = "lowercase")]
pub enum OptInScope {
    Always,
    Conversation {
        agent: AgentId,
        conversation: Untrusted,
    },
}
