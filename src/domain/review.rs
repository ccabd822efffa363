//! Who has to say yes: the plan that is fixed when a request is created, and the votes under it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::id::{ActionName, AgentId, PersonId, TokenId};
use super::time::{At, Span};
use super::untrusted::Untrusted;

/// How reviewers are found.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Resolver {
    /// The user on whose behalf the agent acts; without one its owners, then its team's admins.
    Requester,
    /// The people with role admin or owner: where every plan ends.
    WorkspaceAdmins,
}

impl fmt::Display for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Resolver::Requester => "requester",
            Resolver::WorkspaceAdmins => "role:admin",
        })
    }
}

impl FromStr for Resolver {
    type Err = UnknownResolver;

    fn from_str(text: &str) -> Result<Self, UnknownResolver> {
        match text {
            "requester" => Ok(Resolver::Requester),
            "role:admin" => Ok(Resolver::WorkspaceAdmins),
            _ => Err(UnknownResolver),
        }
    }
}

impl From<Resolver> for String {
    fn from(resolver: Resolver) -> String {
        resolver.to_string()
    }
}

impl TryFrom<String> for Resolver {
    type Error = UnknownResolver;

    fn try_from(text: String) -> Result<Self, UnknownResolver> {
        text.parse()
    }
}

/// A text that names no resolver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a resolver: requester or role:admin")]
pub struct UnknownResolver;

/// One step of a plan: these people, that many of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub resolver: Resolver,
    /// Never empty but when nobody at all may decide; then the request can only expire.
    pub reviewers: Vec<PersonId>,
    pub needed: u32,
}

/// The review plan: a snapshot; later changes of policy touch new requests only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Counts the plans of a request; a vote may name the one that it was made for.
    pub revision: u32,
    pub policy_version: u64,
    pub steps: Vec<Step>,
    pub separate: bool,
    pub guidance: Option<Untrusted>,
}

impl Plan {
    /// Whether this person is among those asked.
    pub fn asks(&self, person: &PersonId) -> bool {
        self.steps
            .iter()
            .any(|step| step.reviewers.contains(person))
    }
}

/// A reviewer's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Word {
    Approve,
    Reject,
}

impl Word {
    /// The decision as it reads afterwards.
    pub const fn past(self) -> &'static str {
        match self {
            Word::Approve => "approved",
            Word::Reject => "rejected",
        }
    }
}

/// How long an approval is to be remembered as the reviewer's own opt-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
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
    pub by: PersonId,
    /// The token that spoke for them.
    pub token: TokenId,
    pub word: Word,
    /// The digest that they saw.
    pub digest: Digest,
    pub plan: u32,
    pub step: u32,
    pub reason: Option<Untrusted>,
    pub notify_agent: bool,
    pub remember: Remember,
    pub at: At,
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
