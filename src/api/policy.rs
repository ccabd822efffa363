//! The policy: its versions, what is wrong with a document, what it would have changed, its patterns.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::request::{Ask, Review};
use crate::domain::digest::Digest;
use crate::domain::id::{ActionName, AgentId, PersonId, RequestId};
use crate::domain::lifecycle::Status;
use crate::domain::people::PatchAction;
use crate::domain::risk::{Assessment, Risk};
use crate::domain::time::At;
use crate::domain::tool::Definition;
use crate::domain::untrusted::Untrusted;
use crate::domain::verdict::{Effect, Rung, RungName, Verdict};

/// A version of the policy that was saved: `PUT /v1/policy`, `GET /v1/policy/versions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyVersion {
    /// 0 is the defaults, before anybody saved one.
    pub version: u64,
    pub by: Option<PersonId>,
    pub at: Option<At>,
    /// Left out of lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Untrusted>,
    /// What should be known about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Remark>,
}

/// Something about a document, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Remark {
    /// Counted from 1, as is the column, in characters.
    pub line: usize,
    pub column: usize,
    pub text: Untrusted,
}

/// `POST /v1/policy/check`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyCheck {
    pub valid: bool,
    pub errors: Vec<Remark>,
    pub warnings: Vec<Remark>,
}

/// `POST /v1/policy/replay`
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// The document to try; the one in force where only actions are tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub policy: Option<Untrusted>,
    /// Settings of actions to try.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub actions: BTreeMap<ActionName, PatchAction>,
    /// How far back to look; 30 days without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<At>,
}

/// What a trial would have changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Replayed {
    pub since: At,
    /// How many requests were judged again.
    pub looked_at: usize,
    /// There are older ones that were not.
    pub more: bool,
    /// How many would have been let through, asked about or denied that weren't.
    pub would_allow: usize,
    pub would_ask: usize,
    pub would_deny: usize,
    /// Among those let through: those that people had rejected.
    pub rejected_but_would_pass: usize,
    /// Those first; at most 200 are named.
    pub changes: Vec<ReplayedRequest>,
}

/// One request that would have got another verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReplayedRequest {
    pub id: RequestId,
    pub status: Status,
    pub created_at: At,
    pub agent: AgentId,
    pub action: ActionName,
    pub headline: Untrusted,
    /// A person had rejected it.
    pub rejected: bool,
    pub was: Effect,
    pub would_be: Effect,
    pub rung: RungName,
    pub rule: Option<Untrusted>,
    pub text: Untrusted,
}

/// `POST /v1/evaluate`: a request as it would be asked. A person says by which agent.
#[derive(Debug, Clone)]
pub struct TryOut {
    pub agent: Option<AgentId>,
    pub ask: Ask,
}

/// The members of a request as they came, so that its parameters' bytes stay what they are.
type Members = BTreeMap<String, Box<RawValue>>;

impl<'de> Deserialize<'de> for TryOut {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut members = Members::deserialize(from)?;
        let agent = members.remove("agent");
        let agent = agent.map(|agent| serde_json::from_str(agent.get()));
        let ask = serde_json::to_string(&members).and_then(|ask| serde_json::from_str(&ask));
        Ok(Self {
            agent: agent.transpose().map_err(D::Error::custom)?,
            ask: ask.map_err(D::Error::custom)?,
        })
    }
}

impl Serialize for TryOut {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let ask = serde_json::to_string(&self.ask).map_err(S::Error::custom)?;
        let mut members: Members = serde_json::from_str(&ask).map_err(S::Error::custom)?;
        if let Some(agent) = &self.agent {
            let agent = serde_json::value::to_raw_value(agent).map_err(S::Error::custom)?;
            members.insert("agent".to_owned(), agent);
        }
        members.serialize(out)
    }
}

/// Everything of a request, and the agent.
impl JsonSchema for TryOut {
    fn schema_name() -> Cow<'static, str> {
        "TryOut".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = Ask::json_schema(generator);
        let agent = generator.subschema_for::<Option<AgentId>>();
        if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            properties.insert("agent".to_owned(), agent.to_value());
        }
        schema
    }
}

/// The verdict that a request would get.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TriedOut {
    pub verdict: Verdict,
    pub rungs: Vec<Rung>,
    /// In audit mode: what it would have been.
    pub would_have_been: Option<Verdict>,
    pub risk: Assessment,
    pub review: Option<Review>,
}

/// A trusted pattern: `GET /v1/patterns`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PatternView {
    pub name: Untrusted,
    pub agent: Option<Untrusted>,
    pub action: Option<Untrusted>,
    pub resource: Option<Untrusted>,
    pub when: Option<Untrusted>,
    pub max_risk: Risk,
    /// Who saved the version of the policy that brought it.
    pub author: Option<PersonId>,
    pub uses: u64,
    /// How often it may still be used; without a limit, for ever.
    pub uses_left: Option<u64>,
    pub last_use: Option<At>,
    pub until: Option<At>,
    /// Why it matches nothing until an admin resumes it.
    pub suspended: Option<Untrusted>,
}

/// Accepts what a tool is now said to be: `POST /v1/tools/{id}/accept`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptTool {
    /// The hash of what was looked at; where it has changed once more, nothing is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<Digest>,
}

/// The tool behind an action, as it was pinned: `GET /v1/tools`. Its id is the action's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ToolView {
    pub id: ActionName,
    #[serde(flatten)]
    pub pinned: Definition,
    /// What it is said to be now, and nobody has accepted.
    pub changed: Option<Definition>,
}
