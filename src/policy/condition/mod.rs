//! Conditions: what a rule, pattern or risk rule asks of a request, in CEL.
//!
//! They look at `action`, `agent`, `user`, `resource`, `recipients`, `params`, `context`, `risk`, `trigger`
//! and `now`; what is absent is null. Only who manages the policy writes conditions, and only agents write
//! what they look at; neither may hold up the gate. So a text is bounded before it is read, its structure
//! is checked once it is, and the work that it would be is reckoned before it is done: `language` says what
//! may be written, `check` refuses the rest, `spelling` finds what can't be meant, `work` reckons, `values`
//! is what conditions see.

mod check;
mod language;
mod patterns;
mod spelling;
mod values;
mod work;

use std::fmt;
use std::sync::Arc;

use crate::domain::json::Json;
use crate::domain::request::{Resource, Trigger};
use crate::domain::risk::Risk;
use crate::domain::time::At;

use check::Program;

pub use spelling::Misspelt;
pub use values::Scene;

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
    /// A text in conditions, `"low"` to `"critical"`: texts are compared letter by letter, so ask whether
    /// it is one of several, never whether it is more.
    pub risk: Risk,
    pub trigger: Trigger,
    pub now: At,
}

/// A condition that was checked when its document was read. It is the same as another that is written the
/// same.
#[derive(Clone)]
pub struct Condition {
    source: Arc<str>,
    program: Arc<Program>,
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

/// Why nobody can say whether a condition holds. Whoever asked takes it as matched if that restricts and
/// as unmatched if it would allow. The text is safe to print.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CannotTell(String);

impl Condition {
    /// Reads and checks a condition.
    ///
    /// ```
    /// use signoff::policy::condition::Condition;
    ///
    /// assert!(Condition::parse("params.amount > 100.0 && size(recipients) == 1").is_ok());
    /// let bad = Condition::parse("params.amount > limit").unwrap_err();
    /// assert_eq!((bad.line, bad.column), (1, 17));
    /// ```
    pub fn parse(text: &str) -> Result<Condition, BadCondition> {
        Ok(Condition {
            program: Arc::new(check::program(text)?),
            source: text.into(),
        })
    }

    /// Its text.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it looks at what the agent says about its situation: whoever lets something through by
    /// that believes the agent.
    pub fn looks_at_context(&self) -> bool {
        self.program.looks_at("context")
    }

    /// Whether it looks at whom a request reaches.
    pub fn looks_at_recipients(&self) -> bool {
        self.program.looks_at("recipients")
    }

    /// What it compares with recipients though no address is ever written so.
    pub fn misspelt_recipients(&self) -> &[Misspelt] {
        self.program.misspelt()
    }

    /// Whether it holds of a request. Several conditions of one request share a [`Scene`].
    pub fn holds(&self, facts: &Facts<'_>) -> Result<bool, CannotTell> {
        self.holds_in(&Scene::of(*facts))
    }

    /// Whether it holds in a scene.
    pub fn holds_in(&self, scene: &Scene<'_>) -> Result<bool, CannotTell> {
        self.program.holds_in(scene)
    }
}

impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Condition {}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Condition").field(&self.source).finish()
    }
}

#[cfg(test)]
mod tests;
