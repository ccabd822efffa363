//! Events: every change to anything is one event in one append-only log, and nothing changes outside
//! it. A [`Fact`] says what happened; folding the facts gives the current state of everything.
//! Parameters live beside the log; the facts carry their digests.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::actor::Actor;
use super::execution::Report;
use super::id::{ActionName, GroupId, PersonId, RequestId, TeamId, TokenId};
use super::lifecycle::Settlement;
use super::people::{Action, Agent, Group, Integration, Person, Team, Token};
use super::raw::RawJson;
use super::request::Asked;
use super::review::{OptIn, OptInScope, Vote};
use super::time::At;
use super::verdict::Effect;

/// One entry of the log, before it has its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub at: At,
    pub actor: Actor,
    /// The request that it is about, if it is about one.
    pub request: Option<RequestId>,
    pub fact: Fact,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// A request was asked; its verdict says whether it waits, was allowed or was denied.
    Asked(Box<Asked>),
    Voted(Vote),
    /// A request reached the end of its review.
    Settled(Settlement),
    Started(Started),
    Reported(Report),
    Lapsed(Lapsed),
    Revoked(Revoked),
    NoticeTaken(NoticeTaken),
    PersonSaved(Person),
    AgentSaved(Agent),
    TeamSaved(Team),
    TeamRemoved(TeamRemoved),
    GroupSaved(Group),
    GroupRemoved(GroupRemoved),
    TokenIssued(Token),
    TokenRevoked(TokenRevoked),
    IntegrationSaved(Integration),
    ActionSaved(Action),
    OptedIn(OptIn),
    OptedOut(OptedOut),
}

/// An execution began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    pub epoch: u32,
}

/// An approval was not used in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lapsed {}

/// An approval was taken back before it was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revoked {}

/// The agent has the outcome that it was to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeTaken {}

/// A token speaks for nobody from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRevoked {
    pub id: TokenId,
}

/// A team that nobody belonged to is no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamRemoved {
    pub id: TeamId,
}

/// A group that nobody was in is no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRemoved {
    pub id: GroupId,
}

/// A person wants to be asked again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptedOut {
    pub person: PersonId,
    pub action: ActionName,
    pub scope: OptInScope,
}

/// What a stored event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// `noun.verb`
    pub kind: String,
    pub actor: Actor,
    pub request: Option<RequestId>,
}

/// The stored form: what a leaf hash covers.
#[derive(Serialize, Deserialize)]
struct Body {
    at: At,
    kind: String,
    actor: Actor,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request: Option<RequestId>,
    data: Box<RawValue>,
}

/// A stored event that can't be read back: the log was written by something else, or damaged.
#[derive(Debug, thiserror::Error)]
pub enum BadEvent {
    #[error("the log has an event of unknown kind “{0}”; was it written by a newer version?")]
    UnknownKind(String),
    #[error("the log has an event that can't be read")]
    Malformed(#[from] serde_json::Error),
}

impl Fact {
    /// `noun.verb`, as the stream and the log name it.
    pub fn kind(&self) -> &'static str {
        match self {
            Fact::Asked(asked) => match asked.verdict.effect {
                Effect::Ask => "request.asked",
                Effect::Allow => "request.allowed",
                Effect::Deny => "request.denied",
            },
            Fact::Voted(_) => "request.voted",
            Fact::Settled(settlement) => settlement.decision.event_kind(),
            Fact::Started(_) => "execution.started",
            Fact::Reported(_) => "execution.reported",
            Fact::Lapsed(_) => "execution.lapsed",
            Fact::Revoked(_) => "execution.revoked",
            Fact::NoticeTaken(_) => "notice.taken",
            Fact::PersonSaved(_) => "person.saved",
            Fact::AgentSaved(_) => "agent.saved",
            Fact::TeamSaved(_) => "team.saved",
            Fact::TeamRemoved(_) => "team.removed",
            Fact::GroupSaved(_) => "group.saved",
            Fact::GroupRemoved(_) => "group.removed",
            Fact::TokenIssued(_) => "token.issued",
            Fact::TokenRevoked(_) => "token.revoked",
            Fact::IntegrationSaved(_) => "integration.saved",
            Fact::ActionSaved(_) => "action.saved",
            Fact::OptedIn(_) => "preference.opted_in",
            Fact::OptedOut(_) => "preference.opted_out",
        }
    }

    /// Whether it changes who is who or what is allowed, and so every verdict after it.
    pub fn changes_workspace(&self) -> bool {
        matches!(
            self,
            Fact::PersonSaved(_)
                | Fact::AgentSaved(_)
                | Fact::TeamSaved(_)
                | Fact::TeamRemoved(_)
                | Fact::GroupSaved(_)
                | Fact::GroupRemoved(_)
                | Fact::TokenIssued(_)
                | Fact::TokenRevoked(_)
                | Fact::IntegrationSaved(_)
                | Fact::ActionSaved(_)
                | Fact::OptedIn(_)
                | Fact::OptedOut(_)
        )
    }

    /// Whether it moves the request that it is about on to its next version.
    pub fn moves_request(&self) -> bool {
        matches!(
            self,
            Fact::Voted(_)
                | Fact::Settled(_)
                | Fact::Started(_)
                | Fact::Reported(_)
                | Fact::Lapsed(_)
                | Fact::Revoked(_)
                | Fact::NoticeTaken(_)
        )
    }

    fn data(&self) -> Result<Box<RawValue>, serde_json::Error> {
        use serde_json::value::to_raw_value as raw;
        match self {
            Fact::Asked(data) => raw(data),
            Fact::Voted(data) => raw(data),
            Fact::Settled(data) => raw(data),
            Fact::Started(data) => raw(data),
            Fact::Reported(data) => raw(data),
            Fact::Lapsed(data) => raw(data),
            Fact::Revoked(data) => raw(data),
            Fact::NoticeTaken(data) => raw(data),
            Fact::PersonSaved(data) => raw(data),
            Fact::AgentSaved(data) => raw(data),
            Fact::TeamSaved(data) => raw(data),
            Fact::TeamRemoved(data) => raw(data),
            Fact::GroupSaved(data) => raw(data),
            Fact::GroupRemoved(data) => raw(data),
            Fact::TokenIssued(data) => raw(data),
            Fact::TokenRevoked(data) => raw(data),
            Fact::IntegrationSaved(data) => raw(data),
            Fact::ActionSaved(data) => raw(data),
            Fact::OptedIn(data) => raw(data),
            Fact::OptedOut(data) => raw(data),
        }
    }

    fn read(kind: &str, data: &str) -> Result<Self, BadEvent> {
        use serde_json::from_str as read;
        Ok(match kind {
            "request.asked" | "request.allowed" | "request.denied" => Fact::Asked(read(data)?),
            "request.voted" => Fact::Voted(read(data)?),
            "request.approved" | "request.rejected" | "request.expired" | "request.cancelled" => {
                Fact::Settled(read(data)?)
            }
            "execution.started" => Fact::Started(read(data)?),
            "execution.reported" => Fact::Reported(read(data)?),
            "execution.lapsed" => Fact::Lapsed(read(data)?),
            "execution.revoked" => Fact::Revoked(read(data)?),
            "notice.taken" => Fact::NoticeTaken(read(data)?),
            "person.saved" => Fact::PersonSaved(read(data)?),
            "agent.saved" => Fact::AgentSaved(read(data)?),
            "team.saved" => Fact::TeamSaved(read(data)?),
            "team.removed" => Fact::TeamRemoved(read(data)?),
            "group.saved" => Fact::GroupSaved(read(data)?),
            "group.removed" => Fact::GroupRemoved(read(data)?),
            "token.issued" => Fact::TokenIssued(read(data)?),
            "token.revoked" => Fact::TokenRevoked(read(data)?),
            "integration.saved" => Fact::IntegrationSaved(read(data)?),
            "action.saved" => Fact::ActionSaved(read(data)?),
            "preference.opted_in" => Fact::OptedIn(read(data)?),
            "preference.opted_out" => Fact::OptedOut(read(data)?),
            other => return Err(BadEvent::UnknownKind(other.to_owned())),
        })
    }
}

/// An event in the form that the log keeps: written once, hashed once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    pub event: Event,
    /// What the leaf hash covers. The position is not part of it.
    pub body: RawJson,
    pub leaf: [u8; 32],
}

impl Event {
    /// Writes it down.
    pub fn record(self) -> Recorded {
        let written = self.fact.data().and_then(|data| {
            serde_json::value::to_raw_value(&Body {
                at: self.at,
                kind: self.fact.kind().to_owned(),
                actor: self.actor.clone(),
                request: self.request,
                data,
            })
        });
        let body = written.expect("facts are plain data with string keys, which always serialises");
        let body = one_line(body);
        Recorded {
            leaf: leaf_hash(body.get()),
            body: RawJson::from(body),
            event: self,
        }
    }

    /// Reads of a body what it is about, without what it says.
    pub fn outline(body: &str) -> Result<Outline, BadEvent> {
        let Body {
            kind,
            actor,
            request,
            ..
        } = serde_json::from_str(body)?;
        Ok(Outline {
            kind,
            actor,
            request,
        })
    }

    /// Reads a body back.
    pub fn from_body(body: &str) -> Result<Self, BadEvent> {
        let body: Body = serde_json::from_str(body)?;
        Ok(Self {
            at: body.at,
            actor: body.actor,
            request: body.request,
            fact: Fact::read(&body.kind, body.data.get())?,
        })
    }
}

/// One entry is one line, whatever white space an agent put between its tokens: in a string a line
/// break is always escaped.
fn one_line(body: Box<RawValue>) -> Box<RawValue> {
    const BREAKS: [char; 2] = ['\n', '\r'];
    if !body.get().contains(BREAKS) {
        return body;
    }
    RawValue::from_string(body.get().replace(BREAKS, " "))
        .expect("white space for white space leaves JSON what it is")
}

/// The leaf hash of RFC 6962 over a stored body.
pub fn leaf_hash(body: &str) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update([0x00]);
    hasher.update(body.as_bytes());
    hasher.finalize().into()
}
