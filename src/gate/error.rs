//! Why the gate did nothing. Whatever fails, nothing was changed.

use crate::domain::id::RequestId;
use crate::domain::lifecycle::Refusal;
use crate::domain::time::Span;
use crate::policy::document::BadPolicy;
use crate::store::StoreError;

/// Why an operation was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// The life of the request doesn't permit it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("there is no {what} “{id}” that you may see")]
    NotFound { what: &'static str, id: String },
    #[error("{what} “{id}” exists already; choose another id")]
    AlreadyExists { what: &'static str, id: String },
    #[error("only {needed} can do this, and the token given is {given}")]
    WrongKind {
        needed: &'static str,
        given: &'static str,
    },
    #[error("this token was revoked meanwhile; an admin makes another one")]
    TokenRevoked,
    #[error("{0}")]
    Forbidden(String),
    #[error("the {0} is not what you saw any more; look at it again, and change that")]
    Changed(&'static str),
    #[error("{0}")]
    InUse(String),
    #[error("{0}")]
    LastOwner(String),
    #[error("{0} is not among the users of this agent, so it can't act for them")]
    NotItsUser(String),
    #[error("{0}")]
    AutoApprovalNotAllowed(String),
    #[error("{0}")]
    NotPending(String),
    #[error("{0} is not a step; only chat.reply and step.* may be asked for as one")]
    NotAStep(String),
    #[error("the input is not right; nothing was stored")]
    Invalid(Vec<Fault>),
    #[error("the policy document is not right; nothing was saved")]
    BadPolicy(#[source] BadPolicy),
    #[error("this idempotency key was used for another body; use a new key for a new call")]
    KeyReused,
    #[error("too many changes of the same thing at once; try again")]
    Busy,
    #[error("{0} is due, but can't be settled; the database may be damaged")]
    Overdue(RequestId),
    #[error(
        "the parameters that the gate keeps for {0} aren't those that its digest stands for, so they are not \
         given out and nothing was changed. Somebody changed the database: `signoff audit verify` says what"
    )]
    BrokenSeal(RequestId),
    #[error(
        "this agent has asked for {0} actions that nobody knew before; it can't teach any more"
    )]
    TaughtEnough(usize),
    #[error("this agent may ask {most} times a second; ask again in {after}")]
    TooFast { most: u32, after: Span },
    #[error("{0} requests of this agent wait already; cancel some, or wait until they are decided")]
    TooManyPending(u32),
    #[error("the system gives no random numbers, so no token can be made")]
    NoRandomness(#[source] std::io::Error),
    #[error("the gate is stopping and takes nothing more")]
    Stopping,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One thing that is wrong with an input, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// RFC 6901.
    pub pointer: String,
    pub detail: String,
}

impl GateError {
    /// An input with one thing wrong.
    pub fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        GateError::Invalid(vec![Fault {
            pointer: pointer.into(),
            detail: detail.into(),
        }])
    }
}
