//! What a rung says: an answer and a sentence for the person who asks why.

use crate::domain::pattern::PatternRef;
use crate::domain::review::{OptInScope, Resolver};
use crate::domain::time::Span;
use crate::domain::untrusted::Untrusted;
use crate::domain::verdict::{Answer, Effect, Rung, RungName};
use crate::policy::document::Review;

/// One rung's answer to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RungAnswer {
    answer: Answer,
    pub(super) rule: Option<Untrusted>,
    pub(super) text: Untrusted,
    pub(super) opt_in: Option<OptInScope>,
    pub(super) pattern: Option<PatternRef>,
    /// The terms on which it asks.
    pub(super) review: Option<Review>,
    /// Whether the user acted for is surely the only one who has to say yes.
    pub(super) own: bool,
}

impl RungAnswer {
    fn new(answer: Answer, text: String) -> Self {
        Self {
            answer,
            rule: None,
            text: Untrusted::from(text),
            opt_in: None,
            pattern: None,
            review: None,
            own: false,
        }
    }

    pub(super) fn pass(text: impl Into<String>) -> Self {
        Self::new(Answer::Pass, text.into())
    }

    pub(super) fn allow(text: String) -> Self {
        Self::new(Answer::Allow, text)
    }

    pub(super) fn deny(text: String) -> Self {
        Self::new(Answer::Deny, text)
    }

    pub(super) fn ask(text: String, review: Review) -> Self {
        let alone = review.approvals == 1 && !review.separate;
        Self {
            own: review.resolver == Resolver::Requester && alone,
            review: Some(review),
            ..Self::new(Answer::Ask, text)
        }
    }

    pub(super) fn not_asked() -> Self {
        Self::new(
            Answer::NotAsked,
            "a rung above had already answered".to_owned(),
        )
    }

    /// Names the rule, mode or preference that it goes back to.
    pub(super) fn by(self, rule: impl Into<Untrusted>) -> Self {
        Self {
            rule: Some(rule.into()),
            ..self
        }
    }

    /// Names the opt-in that it goes back to.
    pub(super) fn with_opt_in(self, scope: OptInScope) -> Self {
        Self {
            opt_in: Some(scope),
            ..self
        }
    }

    /// Names the trusted pattern that it goes back to.
    pub(super) fn with_pattern(self, pattern: PatternRef) -> Self {
        Self {
            pattern: Some(pattern),
            ..self
        }
    }

    /// Says something more.
    pub(super) fn noting(self, note: &str) -> Self {
        let text = format!("{}; {note}", self.text.raw_for_execution());
        Self {
            text: Untrusted::from(text),
            ..self
        }
    }

    /// After how long it would approve by itself, if it would.
    pub(super) fn delay(&self) -> Option<Span> {
        match self.review.as_ref()?.resolver {
            Resolver::AutoAfter(delay) => Some(delay),
            _ => None,
        }
    }

    /// What is to happen, if the rung had something to say.
    pub(super) fn effect(&self) -> Option<Effect> {
        match self.answer {
            Answer::Allow => Some(Effect::Allow),
            Answer::Deny => Some(Effect::Deny),
            Answer::Ask => Some(Effect::Ask),
            Answer::Pass | Answer::NotAsked => None,
        }
    }

    /// Its line in the trace.
    pub(super) fn line(&self, rung: RungName) -> Rung {
        Rung {
            rung,
            answer: self.answer,
            rule: self.rule.clone(),
            text: self.text.clone(),
        }
    }
}
