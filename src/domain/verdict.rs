//! What policy says to a request, and how it came to say so.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::untrusted::Untrusted;

/// What is to happen with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    Allow,
    Deny,
    Ask,
}

/// The rungs of the ladder, in the order in which they are asked.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RungName {
    Off,
    Blocked,
    Locked,
    Mode,
    Trusted,
    Ask,
    OwnOptIn,
}

impl RungName {
    /// Every rung, top first.
    pub const ALL: [RungName; 7] = [
        RungName::Off,
        RungName::Blocked,
        RungName::Locked,
        RungName::Mode,
        RungName::Trusted,
        RungName::Ask,
        RungName::OwnOptIn,
    ];
}

/// What one rung said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Allow,
    Deny,
    Ask,
    /// It had nothing to say; the next rung was asked.
    Pass,
    /// A rung above it had answered already.
    NotAsked,
}

/// One line of the trace that `why` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rung {
    pub rung: RungName,
    pub answer: Answer,
    /// The rule, pattern, mode section or preference that answered, by name.
    pub rule: Option<Untrusted>,
    pub text: Untrusted,
}

/// The answer of the whole ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    pub effect: Effect,
    /// The rung that answered.
    pub rung: RungName,
    pub rule: Option<Untrusted>,
    pub text: Untrusted,
}
