//! Asking, deciding and running, as they go over the wire.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};

use crate::domain::actor::Actor;
use crate::domain::digest::Digest;
use crate::domain::execution::{Attempt, ExecutionState, Executor, Lease, Outcome};
use crate::domain::id::{ActionName, AgentId, PersonId, RequestId, TokenId};
use crate::domain::lifecycle::{Decision, Status};
use crate::domain::raw::RawJson;
pub use crate::domain::request::Ask;
use crate::domain::request::{Kind, OnTimeout, Resource, Trigger, Voice};
use crate::domain::review::{Remember, Resolver, Reviewer, Word};
use crate::domain::risk::Assessment;
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;
use crate::domain::verdict::{Rung, Verdict};

/// A request as everybody who may see it sees it. Lists leave `params` and
/// `context` out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Request {
    pub id: RequestId,
    pub status: Status,
    pub version: u32,
    pub digest: Digest,
    pub created_at: At,
    pub updated_at: At,
    pub action: ActionName,
    pub agent: AgentId,
    pub kind: Kind,
    /// What it would do, made from the parameters.
    pub headline: Untrusted,
    /// The agent's own words.
    pub title: Option<Untrusted>,
    /// The agent's own words.
    pub reason: Option<Untrusted>,
    pub trigger: Trigger,
    pub conversation: Option<Untrusted>,
    pub node: Option<Untrusted>,
    pub on_behalf_of: Option<PersonId>,
    pub resource: Option<Resource>,
    pub recipients: Vec<Untrusted>,
    /// They are only what the agent says: the parameters name none that the gate would know of.
    #[serde(default)]
    pub recipients_claimed: bool,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "even_null"
    )]
    pub params: Option<RawJson>,
    /// What was asked, where a reviewer put other parameters in its place; `params` and `digest` are those
    /// in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<Original>,
    /// Who put other parameters in place of those that were asked, the last one last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edited_by: Vec<PersonId>,
    /// The agent's own state, handed back to it as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<RawJson>,
    pub context: Option<RawJson>,
    pub waiting: bool,
    pub voice: Option<Voice>,
    pub risk: Assessment,
    pub verdict: Verdict,
    pub review: Option<Review>,
    pub expires_at: Option<At>,
    pub on_timeout: OnTimeout,
    pub decisions: Vec<DecisionRecord>,
    /// How the review ended, once it has.
    pub settled: Option<Settled>,
    pub execution: ExecutionView,
    /// Who took it on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<ClaimView>,
    /// Who else has it on their screen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub looking: Vec<PersonId>,
    /// What the caller may do about it; absent where the caller is an agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub you: Option<You>,
}

impl Request {
    /// Whether somebody is on the telephone while it waits.
    pub fn calls(&self) -> bool {
        let voice = self.voice.is_some() || self.trigger == Trigger::Voice;
        voice && self.waiting && !self.status.decided()
    }

    /// When it approves by itself, unless its time is over before.
    pub fn approves_at(&self) -> Option<At> {
        let at = self.review.as_ref()?.approves_at?;
        let over = self.expires_at.is_some_and(|over| over <= at);
        (!over).then_some(at)
    }
}

/// A request as it was asked, before somebody edited it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Original {
    pub digest: Digest,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "even_null"
    )]
    pub params: Option<RawJson>,
}

/// A claim: others are warned, not barred.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClaimView {
    pub by: PersonId,
    /// It ends then, unless they are heard of again.
    pub until: At,
}

/// Parameters that are there and say `null` are not parameters that were left out.
fn even_null<'de, D: Deserializer<'de>>(from: D) -> Result<Option<RawJson>, D::Error> {
    RawJson::deserialize(from).map(Some)
}

/// Who has to say yes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Review {
    pub resolver: Resolver,
    pub reviewers: Vec<Reviewer>,
    pub needed: u32,
    pub given: u32,
    pub plan: u32,
    /// When the next resolver is asked as well.
    pub fallback_at: Option<At>,
    /// When it approves by itself unless somebody rejects it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approves_at: Option<At>,
    /// Every resolver of the plan, the primary one first, and what became of it.
    #[serde(default)]
    pub stages: Vec<StageView>,
    pub separate: bool,
    pub guidance: Option<Untrusted>,
    /// Why nobody can decide it, if nobody can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undecidable: Option<Untrusted>,
}

/// One resolver of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StageView {
    pub resolver: Resolver,
    pub reviewers: Vec<Reviewer>,
    /// Whether its reviewers are asked already.
    pub open: bool,
    /// Why it was passed over, if it was.
    pub skipped: Option<Untrusted>,
}

/// One reviewer's word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DecisionRecord {
    pub by: Reviewer,
    /// The absent person whom they stood in for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_for: Option<PersonId>,
    /// The token that spoke for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<TokenId>,
    /// Whether it counts: it was for other parameters or another plan where it doesn't.
    #[serde(default = "yes")]
    pub counts: bool,
    pub decision: Word,
    pub digest: Digest,
    pub plan: u32,
    pub reason: Option<Untrusted>,
    pub notify_agent: bool,
    pub remember: Remember,
    pub at: At,
}

/// How a review ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Settled {
    pub decision: Decision,
    pub by: Actor,
    pub at: At,
    pub reason: Option<Untrusted>,
    /// What the agent gets instead of a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Untrusted>,
    /// Whether the agent is told.
    pub notify_agent: bool,
    /// When the agent took the outcome.
    pub agent_told_at: Option<At>,
}

/// What happened after it was approved or allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExecutionView {
    pub executor: Executor,
    pub state: Option<ExecutionState>,
    pub epoch: u32,
    pub lapses_at: Option<At>,
    /// It isn't given out before that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_until: Option<At>,
    /// The worker that has it, and until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// Who took the approval back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_by: Option<Actor>,
    pub attempts: Vec<Attempt>,
}

/// What the caller may do about a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct You {
    pub may_decide: bool,
    /// Why not, if not.
    pub why_not: Option<String>,
    /// How long an approval may be remembered; empty where the action isn't unlocked or the request
    /// isn't the caller's own.
    pub remember: Vec<Remember>,
    /// The agent is told whatever the caller chooses.
    pub notify_always: bool,
    /// Whether the caller's own decision can be taken back.
    #[serde(default)]
    pub may_undo: bool,
    /// Whether policy lets it be approved together with others that the caller has read.
    #[serde(default)]
    pub together: bool,
    /// Until when the caller has put it off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snoozed_until: Option<At>,
    /// When the caller last had it on their screen as it is now; an edit ends that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_at: Option<At>,
}

/// `POST /v1/requests/{id}/decision`
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    pub decision: Word,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Untrusted>,
    #[serde(default)]
    pub notify_agent: bool,
    /// Other parameters than those that were asked, to approve them instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub params: Option<RawJson>,
    /// What the agent gets instead of a run, with `respond`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Untrusted>,
    #[serde(default)]
    pub remember: Remember,
}

/// `POST /v1/requests/{id}/start`: what to run, and nothing else.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct StartedRun {
    pub id: RequestId,
    pub status: Status,
    pub epoch: u32,
    pub digest: Digest,
    pub action: ActionName,
    pub params: RawJson,
}

/// `POST /v1/requests/{id}/report`
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportRun {
    pub outcome: Outcome,
    pub digest: Digest,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<RawJson>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Untrusted>,
    #[serde(default = "yes")]
    pub observed: bool,
}

fn yes() -> bool {
    true
}

/// `POST /v1/requests/{id}/retry`
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    pub reason: Untrusted,
}

/// `POST /v1/requests/{id}/settle`
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SettleRun {
    pub outcome: Outcome,
    pub reason: Untrusted,
}

/// `POST /v1/requests/{id}/opened`
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenedRequest {
    pub digest: Digest,
    /// How much of it was on the screen, from 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub seen: f64,
}

/// `POST /v1/requests/{id}/reveal`: a hidden value, by its place in the parameters (RFC 6901).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reveal {
    pub pointer: Untrusted,
}

/// A hidden value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RevealedValue {
    pub pointer: Untrusted,
    pub value: RawJson,
}

/// `POST /v1/requests/{id}/snooze`
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Snooze {
    /// Until when; without a moment it is called back at once.
    #[serde(default)]
    pub until: Option<At>,
}

/// `GET /v1/requests/{id}/why`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Why {
    pub rungs: Vec<Rung>,
    pub verdict: Verdict,
    /// In audit mode: what it would have been.
    pub would_have_been: Option<Verdict>,
}

/// What an agent is to be told: `GET /v1/notices`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Notice {
    /// The request that it is about; also the notice's own id.
    pub id: RequestId,
    pub status: Status,
    pub decision: Decision,
    pub reason: Option<Untrusted>,
    pub at: At,
}

fn statuses(_: &mut SchemaGenerator) -> Schema {
    let words = Status::ALL.map(Status::word).join("|");
    json_schema!({"type": "string", "pattern": format!("^({words})(,({words}))*$")})
}

/// Which requests a list shows. Several statuses are joined by commas.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "statuses")]
    pub status: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<ActionName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<crate::domain::risk::Risk>,
    /// `me`, or a person's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewer: Option<PersonId>,
    /// What the caller put off, and nothing else; goes with `reviewer=me`, which otherwise leaves it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub put_off: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_by: Option<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
    /// The rule, pattern or mode that answered, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<Trigger>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// Words, each of which occurs in the headline, the title, the action's name, the parameters or the
    /// recipients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<At>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<At>,
    /// What was decided then, by a person, the clock or policy; what still waits wasn't.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_since: Option<At>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_until: Option<At>,
    /// The beginning of an id, `req_` included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^req_([0-7][0-9a-hjkmnp-tv-z]{0,25})?$"))]
    pub id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = super::page::MAX_LIMIT))]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}
