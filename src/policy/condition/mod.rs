//! Conditions: what a rule, pattern or risk rule asks of a request, in CEL.

use crate::domain::json::Json;
use crate::domain::request::{Resource, Trigger};
use crate::domain::risk::Risk;
use crate::domain::time::At;

/// What a condition can look at. Absent things are null.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    pub action: &'a str,
    pub agent: &'a str,
    /// The id of the user acted for.
    pub user: Option<&'a str>,
    pub resource: Option<&'a Resource>,
    /// Normalised, distinct, sorted.
    pub recipients: &'a [String],
    pub params: &'a Json,
    pub context: Option<&'a Json>,
    pub risk: Risk,
    pub trigger: Trigger,
    pub now: At,
}

/// A condition that was checked when its document was read.
#[derive(Debug, Clone)]
pub struct Condition {
    source: String,
}

/// Why nobody can say whether a condition holds. Whoever asked takes it as matched if that restricts and
/// as unmatched if it would allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CannotTell(String);

impl Condition {
    /// Its text.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it holds of a request.
    pub fn holds(&self, _facts: &Facts<'_>) -> Result<bool, CannotTell> {
        Err(CannotTell("conditions can't be evaluated".to_owned()))
    }
}

/// Why a text is no condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (line {line}, column {column} of the condition)")]
pub struct BadCondition {
    /// Counted from 1, as is the column, in characters.
    pub line: usize,
    pub column: usize,
    /// Safe to print.
    pub message: String,
}

impl Condition {
    pub fn parse(text: &str) -> Result<Condition, BadCondition> {
        Ok(Condition {
            source: text.to_owned(),
        })
    }
}
