//! Events: every change to anything is one event in one append-only log, and nothing changes outside
//! it. A [`Fact`] says what happened; folding the facts gives the current state of everything.
//! Parameters live beside the log; the facts carry their digests.

use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use super::actor::Actor;
use super::digest::Digest;
use super::execution::{Lease, Outcome, Report};
use super::id::{ActionName, GroupId, PersonId, RequestId, TeamId, TokenId};
use super::lifecycle::Settlement;
use super::merkle;
use super::pattern::PatternRef;
use super::people::{Action, Agent, Group, Integration, Person, Team, Token};
use super::raw::RawJson;
use super::request::Asked;
use super::review::{OptIn, OptInScope, Plan, Reviewer, Vote};
use super::risk::Assessment;
use super::time::At;
use super::tool::{Definition, Tool};
use super::untrusted::Untrusted;
use super::verdict::Effect;

/// One entry of the log, before it has its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub at: At,
    pub actor: Actor,
    /// The request that it is about, if it is about one.
    pub request: Option<RequestId>,
    pub fact: Fact,
    /// Whose bell it rings.
    pub told: Vec<PersonId>,
}

/// What a fact changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Changes {
    /// It is how a request begins.
    Begins,
    /// Where a request stands: its next version.
    Request,
    /// Who looks at what; no version moves.
    Beside,
    /// Who is who or what is allowed, and so every verdict after it.
    Workspace,
}

/// What is fixed when a request is asked, shared by all who keep it: it is large, and never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedAsked(Arc<Asked>);

impl SharedAsked {
    /// The same, to be kept.
    pub fn share(&self) -> Arc<Asked> {
        Arc::clone(&self.0)
    }
}

impl From<Asked> for SharedAsked {
    fn from(asked: Asked) -> Self {
        Self(Arc::new(asked))
    }
}

impl Deref for SharedAsked {
    type Target = Asked;

    fn deref(&self) -> &Asked {
        &self.0
    }
}

impl Serialize for SharedAsked {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_ref().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for SharedAsked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Asked::deserialize(deserializer).map(Self::from)
    }
}

/// Makes the facts, and how they are named, written and read, from the one list below.
macro_rules! facts {
    ($($(#[$doc:meta])* $name:ident($data:ty): $changes:ident, $($kind:literal)|+;)+) => {
        /// What happened.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Fact {
            $($(#[$doc])* $name($data),)+
        }

        impl Fact {
            /// The kinds by which each is stored; most have one.
            const fn kinds(&self) -> &'static [&'static str] {
                match self {
                    $(Fact::$name(_) => &[$($kind),+],)+
                }
            }

            const fn changes(&self) -> Changes {
                match self {
                    $(Fact::$name(_) => Changes::$changes,)+
                }
            }

            /// The body of the event that it is.
            fn write(&self, event: &Event) -> Result<Box<RawValue>, serde_json::Error> {
                match self {
                    $(Fact::$name(data) => to_raw_value(&Written::new(event, data)),)+
                }
            }

            fn read(kind: &str, data: &str) -> Result<Self, BadEvent> {
                Ok(match kind {
                    $($($kind)|+ => Fact::$name(serde_json::from_str(data)?),)+
                    other => return Err(BadEvent::UnknownKind(other.to_owned())),
                })
            }
        }
    };
}

facts! {
    /// A request was asked; its verdict says whether it waits, was allowed or was denied.
    Asked(SharedAsked): Begins, "request.asked" | "request.allowed" | "request.denied";
    Voted(Vote): Request, "request.voted";
    VoteTakenBack(VoteTakenBack): Request, "request.vote_taken_back";
    Edited(Box<Edited>): Request, "request.edited";
    /// Others are asked now, or as well.
    Routed(Routed): Request, "request.escalated";
    Reminded(Reminded): Request, "request.reminded";
    /// A request reached the end of its review.
    Settled(Settlement): Request,
        "request.approved" | "request.rejected" | "request.answered" | "request.expired" | "request.cancelled";
    Started(Started): Request, "execution.started";
    Renewed(Renewed): Request, "execution.renewed";
    LeaseLost(LeaseLost): Request, "execution.lease_lost";
    Reported(Report): Request, "execution.reported";
    Retried(Retried): Request, "execution.retried";
    /// A person said what became of a run.
    RunSettled(RunSettled): Request, "execution.settled";
    Lapsed(Lapsed): Request, "execution.lapsed";
    Revoked(Revoked): Request, "execution.revoked";
    NoticeTaken(NoticeTaken): Request, "notice.taken";
    CheckpointSaved(CheckpointSaved): Beside, "request.checkpoint_saved";
    Opened(Opened): Beside, "request.opened";
    Claimed(Claimed): Beside, "request.claimed";
    Released(Released): Beside, "request.released";
    Snoozed(Snoozed): Beside, "request.snoozed";
    /// A masked value was shown to somebody.
    Revealed(Revealed): Beside, "request.revealed";
    NotificationsSeen(NotificationsSeen): Beside, "notifications.seen";
    PersonSaved(Person): Workspace, "person.saved";
    AgentSaved(Agent): Workspace, "agent.saved";
    TeamSaved(Team): Workspace, "team.saved";
    TeamRemoved(TeamRemoved): Workspace, "team.removed";
    GroupSaved(Group): Workspace, "group.saved";
    GroupRemoved(GroupRemoved): Workspace, "group.removed";
    TokenIssued(Token): Workspace, "token.issued";
    TokenRevoked(TokenRevoked): Workspace, "token.revoked";
    IntegrationSaved(Integration): Workspace, "integration.saved";
    ActionSaved(Action): Workspace, "action.saved";
    OptedIn(OptIn): Workspace, "preference.opted_in";
    OptedOut(OptedOut): Workspace, "preference.opted_out";
    PolicySaved(PolicySaved): Workspace, "policy.saved";
    PatternSuspended(PatternSuspended): Workspace, "pattern.suspended";
    PatternResumed(PatternResumed): Workspace, "pattern.resumed";
    ToolPinned(Tool): Workspace, "tool.pinned";
    ToolChanged(ToolChanged): Workspace, "tool.changed";
    ToolAccepted(ToolAccepted): Workspace, "tool.accepted";
}

/// A reviewer took their vote back while others were still asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoteTakenBack {
    pub by: Reviewer,
}

/// A reviewer changed the parameters: everything about the request that follows from them. Votes for the
/// earlier ones are void.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edited {
    pub by: PersonId,
    pub digest: Digest,
    pub headline: Untrusted,
    pub recipients: Vec<Untrusted>,
    pub recipients_claimed: bool,
    pub risk: Assessment,
    /// The plan in force from now on: the stricter one, with the next revision.
    pub plan: Plan,
    pub watchers: Vec<PersonId>,
    pub expires_at: Option<At>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalates_at: Option<At>,
}

/// Why a request is put to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RouteReason {
    /// Nobody decided within `escalate_after`.
    Escalated,
    /// Nobody decided by the deadline.
    TimedOut,
    /// Nobody who was asked can decide any more.
    Unavailable,
    /// Somebody stands in for somebody who is away, or doesn't any more.
    Delegated,
}

/// Others are asked now, or as well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routed {
    pub why: RouteReason,
    /// How many stages of the plan are open now.
    pub opened: u32,
    /// Everybody who may decide now.
    pub watchers: Vec<PersonId>,
    pub expires_at: Option<At>,
    pub escalates_at: Option<At>,
}

/// Reviewers are reminded that the deadline comes closer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminded {
    /// How often they have been, for this deadline.
    pub times: u32,
}

/// An execution began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    pub epoch: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
}

/// A worker goes on with what it leased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renewed {
    pub epoch: u32,
    pub until: At,
}

/// A worker wasn't heard of in time; the action is harmless to run twice, and is given out again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaseLost {
    pub epoch: u32,
    /// Not before that.
    pub again_at: At,
    pub lapses_at: Option<At>,
}

/// A run is tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retried {
    pub reason: Option<Untrusted>,
    /// Not before that.
    pub again_at: Option<At>,
    pub lapses_at: Option<At>,
}

/// A person said what became of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSettled {
    pub outcome: Outcome,
    pub reason: Untrusted,
}

/// An approval was not used in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lapsed {}

/// An approval was taken back before it was used; the event's actor is who did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revoked {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Actor>,
}

/// The agent has the outcome that it was to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeTaken {}

/// An agent left its state at the gate; the state itself is kept beside the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointSaved {
    pub digest: Digest,
    pub bytes: u64,
}

/// A reviewer has a request on their screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    pub by: PersonId,
    pub digest: Digest,
    /// How much of it they have seen, in thousandths.
    pub seen: u32,
}

/// A reviewer takes a request on: others are warned, not barred.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claimed {
    pub by: PersonId,
}

/// A reviewer gives a request back that they had taken on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Released {
    pub by: PersonId,
}

/// A reviewer doesn't want to see a request for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snoozed {
    pub by: PersonId,
    pub until: At,
}

/// A masked value was shown to somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revealed {
    pub by: PersonId,
    /// RFC 6901, into the request.
    pub pointer: Untrusted,
}

/// A person has seen what their bell told them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationsSeen {
    pub by: PersonId,
    /// Everything up to this position of the log.
    pub through: u64,
}

/// A version of the policy was saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicySaved {
    pub version: u64,
    /// The document.
    pub text: Untrusted,
    pub by: PersonId,
    /// The trusted patterns that it brings: who saved it is their author.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub brings: Vec<PatternRef>,
}

/// A trusted pattern matches nothing until an admin resumes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatternSuspended {
    pub pattern: PatternRef,
    pub why: Untrusted,
}

/// The tool behind an action is said to be another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolChanged {
    pub action: ActionName,
    pub definition: Definition,
}

/// An admin accepts what a tool is now said to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolAccepted {
    pub action: ActionName,
    pub hash: Digest,
}

/// A suspended pattern matches again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatternResumed {
    pub pattern: PatternRef,
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

/// A token speaks for nobody from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRevoked {
    pub id: TokenId,
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
    pub told: Vec<PersonId>,
}

/// The stored form: what a leaf hash covers.
#[derive(Deserialize)]
struct Body<'b> {
    at: At,
    kind: String,
    actor: Actor,
    #[serde(default)]
    request: Option<RequestId>,
    #[serde(default)]
    told: Vec<PersonId>,
    #[serde(borrow)]
    data: &'b RawValue,
}

/// The stored form, on its way there.
#[derive(Serialize)]
struct Written<'e, D> {
    at: At,
    kind: &'static str,
    actor: &'e Actor,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<RequestId>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    told: &'e [PersonId],
    data: &'e D,
}

impl<'e, D> Written<'e, D> {
    fn new(event: &'e Event, data: &'e D) -> Self {
        Self {
            at: event.at,
            kind: event.fact.kind(),
            actor: &event.actor,
            request: event.request,
            told: &event.told,
            data,
        }
    }
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
            Fact::Settled(settlement) => settlement.decision.event_kind(),
            fact => fact.kinds()[0],
        }
    }

    /// Whether it changes who is who or what is allowed, and so every verdict after it. A use of a
    /// pattern with a limited number of them does: the next one may be one too many.
    pub fn changes_workspace(&self) -> bool {
        match self {
            Fact::Asked(asked) => asked.pattern.as_ref().is_some_and(|used| used.limited),
            fact => fact.changes() == Changes::Workspace,
        }
    }

    /// Whether it moves the request that it is about on to its next version.
    pub fn moves_request(&self) -> bool {
        self.changes() == Changes::Request
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
        let written = self.fact.write(&self);
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
            told,
            ..
        } = serde_json::from_str(body)?;
        Ok(Outline {
            kind,
            actor,
            request,
            told,
        })
    }

    /// Reads a body back.
    pub fn from_body(body: &str) -> Result<Self, BadEvent> {
        let body: Body<'_> = serde_json::from_str(body)?;
        Ok(Self {
            at: body.at,
            actor: body.actor,
            request: body.request,
            told: body.told,
            fact: Fact::read(&body.kind, body.data.get())?,
        })
    }
}

/// One entry is one line, whatever white space an agent put between its tokens: in a string a line
/// break is always escaped.
fn one_line(body: Box<RawValue>) -> Box<RawValue> {
    const BREAKS: [u8; 2] = *b"\n\r";
    let bytes = body.get().as_bytes();
    if !BREAKS.iter().any(|end| bytes.contains(end)) {
        return body;
    }
    RawValue::from_string(body.get().replace(BREAKS.map(char::from), " "))
        .expect("white space for white space leaves JSON what it is")
}

/// The leaf hash of RFC 6962 over a stored body.
pub fn leaf_hash(body: &str) -> [u8; 32] {
    merkle::leaf(body.as_bytes())
}
