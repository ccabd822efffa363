//! Problem details (RFC 9457): every error on the wire has this form.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::actor::Actor;
use crate::domain::lifecycle::Decision;
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;

/// What went wrong, for programs and for people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// `/problems/NAME`, stable.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    /// What happened here, and what to do next.
    pub detail: Untrusted,
    /// For bad input: what and where.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<InputError>,
    /// For a race that was lost: who won.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<Actor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<At>,
}

/// One thing that is wrong with an input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InputError {
    /// RFC 6901: the place.
    pub pointer: String,
    pub detail: Untrusted,
    /// The place in a document, counted from 1, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
}

/// The kinds of problems. Each has one status and one title.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    Unauthorized,
    Forbidden,
    WrongKindOfToken,
    NotFound,
    MethodNotAllowed,
    NotItsUser,
    NotAReviewer,
    AutoApprovalNotAllowed,
    AlreadyDecided,
    AlreadyVoted,
    Expired,
    StaleDigest,
    StalePlan,
    EditNotAllowed,
    NothingToTakeBack,
    Held,
    OtherRunner,
    NotFailed,
    AlreadyStarted,
    NotReady,
    Lapsed,
    Revoked,
    OldEpoch,
    WrongDigest,
    AlreadyReported,
    AlreadyExists,
    InUse,
    LastOwner,
    PreconditionFailed,
    NotJson,
    PreconditionRequired,
    InvalidInput,
    NotAStep,
    IdempotencyKeyReused,
    TooLarge,
    TooSlow,
    UnsupportedMediaType,
    WrongHost,
    ForeignOrigin,
    TooManyActions,
    TooFast,
    TooManyPending,
    TooManyWaiting,
    Busy,
    Unavailable,
    Internal,
}

impl ProblemKind {
    /// The last part of its `type`.
    pub const fn name(self) -> &'static str {
        self.facts().0
    }

    /// The HTTP status that goes with it.
    pub const fn status(self) -> u16 {
        self.facts().1
    }

    /// A short text, the same for every occurrence.
    pub const fn title(self) -> &'static str {
        self.facts().2
    }

    const fn facts(self) -> (&'static str, u16, &'static str) {
        match self {
            Self::Unauthorized => ("unauthorized", 401, "No valid token"),
            Self::Forbidden => ("forbidden", 403, "Not permitted"),
            Self::WrongKindOfToken => ("wrong-kind-of-token", 403, "Wrong kind of token"),
            Self::NotFound => ("not-found", 404, "Not found"),
            Self::MethodNotAllowed => ("method-not-allowed", 405, "Method not allowed"),
            Self::NotItsUser => ("not-its-user", 403, "Not a user of this agent"),
            Self::NotAReviewer => ("not-a-reviewer", 403, "Not a reviewer of this request"),
            Self::AutoApprovalNotAllowed => (
                "auto-approval-not-allowed",
                403,
                "Auto-approval is not unlocked for this action",
            ),
            Self::AlreadyDecided => ("already-decided", 409, "Already decided"),
            Self::AlreadyVoted => ("already-voted", 409, "You have already voted otherwise"),
            Self::Expired => ("expired", 410, "Expired"),
            Self::StaleDigest => ("stale-digest", 409, "The parameters have changed"),
            Self::StalePlan => ("stale-plan", 409, "The review plan has changed"),
            Self::EditNotAllowed => ("edit-not-allowed", 422, "Policy denies these parameters"),
            Self::NothingToTakeBack => ("nothing-to-take-back", 409, "Nothing to take back"),
            Self::Held => ("held", 409, "Not yet: it can still be taken back"),
            Self::OtherRunner => ("other-runner", 409, "Somebody else runs this action"),
            Self::NotFailed => ("not-failed", 409, "Neither failed nor unknown"),
            Self::AlreadyStarted => ("already-started", 409, "Already started"),
            Self::NotReady => ("not-ready", 409, "Not ready to run"),
            Self::Lapsed => ("lapsed", 409, "The approval lapsed"),
            Self::Revoked => ("revoked", 409, "The approval was revoked"),
            Self::OldEpoch => ("old-epoch", 409, "Not the run that is due"),
            Self::WrongDigest => ("wrong-digest", 409, "Not the approved parameters"),
            Self::AlreadyReported => ("already-reported", 409, "Already reported otherwise"),
            Self::AlreadyExists => ("already-exists", 409, "Already exists"),
            Self::InUse => ("in-use", 409, "Still in use"),
            Self::LastOwner => ("last-owner", 409, "The last owner stays"),
            Self::PreconditionFailed => ("precondition-failed", 412, "Changed since it was seen"),
            Self::NotJson => (
                "not-json",
                400,
                "The body is not JSON that can be relied on",
            ),
            Self::PreconditionRequired => (
                "precondition-required",
                428,
                "Say what the change is meant for",
            ),
            Self::InvalidInput => ("invalid-input", 422, "Invalid input"),
            Self::NotAStep => ("not-a-step", 422, "Not a step"),
            Self::IdempotencyKeyReused => (
                "idempotency-key-reused",
                422,
                "The idempotency key was used for another body",
            ),
            Self::TooSlow => ("too-slow", 408, "Too slow"),
            Self::TooLarge => ("too-large", 413, "Too large"),
            Self::UnsupportedMediaType => ("unsupported-media-type", 415, "Not JSON"),
            Self::WrongHost => ("wrong-host", 421, "Not this host"),
            Self::ForeignOrigin => ("foreign-origin", 403, "Foreign origin"),
            Self::TooManyActions => ("too-many-actions", 429, "Too many new actions"),
            Self::TooFast => ("too-fast", 429, "Too many requests at once"),
            Self::TooManyPending => ("too-many-pending", 429, "Too much waits already"),
            Self::TooManyWaiting => ("too-many-waiting", 429, "Too many calls wait already"),
            Self::Busy => ("busy", 503, "Too busy just now"),
            Self::Unavailable => ("unavailable", 503, "The store is unavailable"),
            Self::Internal => ("internal", 500, "Something is wrong with the gate"),
        }
    }
}

impl Problem {
    /// A problem of this kind; `detail` says what happened here and what to do next.
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("/problems/{}", kind.name()),
            title: kind.title().to_owned(),
            status: kind.status(),
            detail: Untrusted::from(detail.into()),
            errors: Vec::new(),
            decided_by: None,
            decision: None,
            at: None,
        }
    }

    /// The last part of its `type`.
    pub fn name(&self) -> &str {
        self.kind.rsplit('/').next().unwrap_or(&self.kind)
    }

    /// Whether it is of this kind.
    pub fn is(&self, kind: ProblemKind) -> bool {
        self.name() == kind.name()
    }
}
