//! A request: one agent wanting one action with concrete parameters, and everything that is settled
//! about it when it is asked. Its parameters' bytes travel beside it, never inside it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::execution::Executor;
use super::id::{ActionName, AgentId, PersonId, RequestId};
use super::json::Json;
use super::pattern::PatternRef;
use super::raw::RawJson;
use super::review::{OptInScope, Plan};
use super::risk::{Assessment, Declared};
use super::time::{At, Span};
use super::untrusted::Untrusted;
use super::verdict::{Rung, Verdict};

/// What kind of turn this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An action with an effect outside the conversation.
    #[default]
    ToolCall,
    /// A turn of the conversation or the workflow that does nothing outside it.
    Step,
}

/// What made the agent ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    Chat,
    Schedule,
    Email,
    Webhook,
    Voice,
    #[default]
    Api,
}

/// The thing that an action is about, as the agent names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    #[serde(rename = "type")]
    pub kind: Untrusted,
    pub id: Untrusted,
    /// Whom the agent names as its owner: a claim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<PersonId>,
}

impl Resource {
    /// The form that a digest covers.
    pub fn to_json(&self) -> Json {
        let text = |t: &Untrusted| Json::String(t.raw_for_execution().to_owned());
        let mut members = vec![
            ("type".to_owned(), text(&self.kind)),
            ("id".to_owned(), text(&self.id)),
        ];
        if let Some(owner) = &self.owner {
            members.push(("owner".to_owned(), Json::String(owner.to_string())));
        }
        Json::Object(members)
    }
}

/// What a caller hears while a person decides about a voice request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Voice {
    pub hold_message: Untrusted,
    #[serde(default)]
    pub hold_audio_url: Option<Untrusted>,
}

/// What happens when nobody decides in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnTimeout {
    #[default]
    Reject,
    Escalate,
}

/// What an agent says when it asks. Unknown fields are an error: they are usually a misspelt safety
/// setting.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    pub action: ActionName,
    pub params: RawJson,
    #[serde(default)]
    pub kind: Kind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Untrusted>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Untrusted>,
    #[serde(default)]
    pub trigger: Trigger,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<Untrusted>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<Untrusted>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<Resource>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipients: Option<Vec<Untrusted>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<RawJson>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<Declared>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<Span>,
    #[serde(default)]
    pub waiting: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice: Option<Voice>,
    /// Where the agent would be told; only its absence is accepted so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "()")]
    pub callback_url: Option<Untrusted>,
    /// The agent's own state, kept untouched and handed back with the outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<RawJson>,
}

/// Everything fixed when a request is asked. It never changes afterwards; what changes is in
/// [`Standing`](super::lifecycle::Standing) and in the rows beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    pub id: RequestId,
    pub agent: AgentId,
    pub action: ActionName,
    pub kind: Kind,
    pub digest: Digest,
    /// Made from the parameters by the catalogue; never the agent's own summary.
    pub headline: Untrusted,
    pub title: Option<Untrusted>,
    pub reason: Option<Untrusted>,
    pub trigger: Trigger,
    pub conversation: Option<Untrusted>,
    pub node: Option<Untrusted>,
    pub on_behalf_of: Option<PersonId>,
    pub resource: Option<Resource>,
    /// Normalised, distinct, sorted.
    pub recipients: Vec<Untrusted>,
    /// They are only what the agent says: the parameters name none that the gate would know of.
    #[serde(default)]
    pub recipients_claimed: bool,
    pub context: Option<RawJson>,
    pub declared_risk: Option<Declared>,
    pub expires_in: Option<Span>,
    pub waiting: bool,
    pub voice: Option<Voice>,
    pub executor: Executor,
    pub risk: Assessment,
    pub verdict: Verdict,
    pub trace: Vec<Rung>,
    /// The opt-in that let it through, if it was one.
    pub opt_in: Option<OptInScope>,
    /// Whom it concerns: the user acted for, the agent's owners, the reviewers. They may see it.
    pub parties: Vec<PersonId>,
    /// Who reviews; there is one exactly when a person has to decide.
    pub plan: Option<Plan>,
    /// Everybody who may decide, those who stand in for somebody among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub watchers: Vec<PersonId>,
    pub expires_at: Option<At>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalates_at: Option<At>,
    /// When it lapses, where it was allowed and workers run it; what its agent runs doesn't.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lapses_at: Option<At>,
    pub on_timeout: OnTimeout,
    /// Whether running it twice is harmless.
    #[serde(default)]
    pub idempotent: bool,
    /// The trusted pattern that let it through, if it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<PatternUse>,
    /// Patterns that would have let it through but for their limits: a rejection suspends them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed_over: Vec<PatternRef>,
    /// In audit mode: what the verdict would have been.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub would_have_been: Option<Verdict>,
}

/// One use of a trusted pattern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatternUse {
    #[serde(flatten)]
    pub pattern: PatternRef,
    /// It has only so many uses, so the next request has to be judged knowing of this one.
    pub limited: bool,
}

impl Asked {
    /// Whether the agent hears of the outcome whatever the reviewer chooses: it waits for it, or a
    /// conversation goes on with it.
    pub fn tells_agent(&self) -> bool {
        self.waiting || self.trigger == Trigger::Chat
    }

    /// Whether there is something to run: a step does nothing outside.
    pub fn runs(&self) -> bool {
        self.kind == Kind::ToolCall
    }
}
