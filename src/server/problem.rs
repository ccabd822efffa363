//! Errors as problem details: one mapping from what the gate says to what goes over the wire.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::api::problem::{InputError, Problem, ProblemKind};
use crate::domain::actor::Actor;
use crate::domain::lifecycle::{Decision, Refusal};
use crate::domain::untrusted::{Untrusted, escaped_json};
use crate::gate::{Fault, GateError};
use crate::store::StoreError;

/// An answer that is a problem.
#[derive(Debug)]
pub(super) struct Rejection(Box<Problem>);

impl Rejection {
    pub(super) fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self(Box::new(Problem::new(kind, detail)))
    }

    /// An input with one thing wrong.
    pub(super) fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        GateError::invalid(pointer, detail).into()
    }

    fn with_errors(mut self, faults: Vec<Fault>) -> Self {
        let error = |fault: Fault| InputError {
            pointer: fault.pointer,
            detail: Untrusted::from(fault.detail),
            line: None,
            column: None,
        };
        self.0.errors = faults.into_iter().map(error).collect();
        self
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_string(&self.0);
        // It may name what was sent, and whoever sends by hand has it on a terminal.
        let body = escaped_json(&body.expect("problems are plain data with string keys"));
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        match status {
            StatusCode::UNAUTHORIZED => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
        response
    }
}

impl From<GateError> for Rejection {
    fn from(error: GateError) -> Self {
        let detail = error.to_string();
        match error {
            GateError::Refused(refusal) => refused(&refusal, detail),
            GateError::Invalid(faults) => {
                Self::new(ProblemKind::InvalidInput, detail).with_errors(faults)
            }
            GateError::BadPolicy(bad) => {
                let mut rejection = Self::new(ProblemKind::InvalidInput, detail);
                let faults = bad.faults().iter();
                rejection.0.errors = faults
                    .map(|fault| InputError {
                        pointer: String::new(),
                        detail: Untrusted::from(fault.to_string()),
                        line: Some(fault.place.line),
                        column: Some(fault.place.column),
                    })
                    .collect();
                rejection
            }
            GateError::Store(error) => store_failed(&error, detail),
            other => Self::new(kind(&other), detail),
        }
    }
}

fn kind(error: &GateError) -> ProblemKind {
    match error {
        GateError::Refused(refusal) => refusal_kind(refusal),
        GateError::NotFound { .. } => ProblemKind::NotFound,
        GateError::AlreadyExists { .. } => ProblemKind::AlreadyExists,
        GateError::WrongKind { .. } => ProblemKind::WrongKindOfToken,
        GateError::TokenRevoked => ProblemKind::Unauthorized,
        GateError::Forbidden(_) => ProblemKind::Forbidden,
        GateError::Changed(_) => ProblemKind::PreconditionFailed,
        GateError::InUse(_) => ProblemKind::InUse,
        GateError::LastOwner(_) => ProblemKind::LastOwner,
        GateError::NotItsUser(_) => ProblemKind::NotItsUser,
        GateError::AutoApprovalNotAllowed(_) => ProblemKind::AutoApprovalNotAllowed,
        GateError::NotAStep(_) => ProblemKind::NotAStep,
        GateError::NotPending(_) => ProblemKind::AlreadyDecided,
        GateError::Invalid(_) | GateError::BadPolicy(_) => ProblemKind::InvalidInput,
        GateError::KeyReused => ProblemKind::IdempotencyKeyReused,
        GateError::TaughtEnough(_) => ProblemKind::TooManyActions,
        GateError::TooFast { .. } => ProblemKind::TooFast,
        GateError::TooManyPending(_) => ProblemKind::TooManyPending,
        GateError::NoRandomness(_) | GateError::BrokenSeal(_) => ProblemKind::Internal,
        GateError::Busy => ProblemKind::Busy,
        GateError::Stopping | GateError::Overdue(_) | GateError::Store(_) => {
            ProblemKind::Unavailable
        }
    }
}

fn refused(refusal: &Refusal, detail: String) -> Rejection {
    let mut rejection = Rejection::new(refusal_kind(refusal), detail);
    match refusal {
        Refusal::AlreadyDecided(settlement)
        | Refusal::TakenBack {
            decision: settlement,
            ..
        } => {
            rejection.0.decided_by = Some(settlement.by.clone());
            rejection.0.decision = Some(settlement.decision);
            rejection.0.at = Some(settlement.at);
        }
        Refusal::Expired(at) => {
            rejection.0.decided_by = Some(Actor::Clock);
            rejection.0.decision = Some(Decision::Expired);
            rejection.0.at = Some(*at);
        }
        Refusal::NoDigest => {
            return rejection.with_errors(vec![Fault {
                pointer: "/digest".to_owned(),
                detail: "required to approve: it is what was seen".to_owned(),
            }]);
        }
        _ => {}
    }
    rejection
}

fn refusal_kind(refusal: &Refusal) -> ProblemKind {
    match refusal {
        Refusal::AlreadyDecided(_) | Refusal::TakenBack { .. } | Refusal::NeverPending(_) => {
            ProblemKind::AlreadyDecided
        }
        Refusal::Expired(_) => ProblemKind::Expired,
        Refusal::AlreadyVoted(_) => ProblemKind::AlreadyVoted,
        Refusal::NotAReviewer(_) => ProblemKind::NotAReviewer,
        Refusal::StaleDigest(_) => ProblemKind::StaleDigest,
        Refusal::NoDigest => ProblemKind::InvalidInput,
        Refusal::StalePlan(_) => ProblemKind::StalePlan,
        Refusal::NotUnlocked(_) => ProblemKind::AutoApprovalNotAllowed,
        Refusal::EditDenied(_) => ProblemKind::EditNotAllowed,
        Refusal::NothingToTakeBack | Refusal::RejectionStands => ProblemKind::NothingToTakeBack,
        Refusal::Held(_) => ProblemKind::Held,
        Refusal::OtherRunner(_) => ProblemKind::OtherRunner,
        Refusal::NotFailed(_) => ProblemKind::NotFailed,
        Refusal::NotReady(_) | Refusal::NotDue => ProblemKind::NotReady,
        Refusal::AlreadyStarted(_) => ProblemKind::AlreadyStarted,
        Refusal::Lapsed(_) => ProblemKind::Lapsed,
        Refusal::Revoked(_) => ProblemKind::Revoked,
        Refusal::OldEpoch { .. } => ProblemKind::OldEpoch,
        Refusal::WrongDigest(_) => ProblemKind::WrongDigest,
        Refusal::AlreadyReported(_) => ProblemKind::AlreadyReported,
    }
}

/// What exactly is wrong with the store is for the log, not for whoever happens to call.
fn store_failed(error: &StoreError, detail: String) -> Rejection {
    match error {
        StoreError::BadCursor(_) => Rejection::invalid("/cursor", detail),
        StoreError::Full => Rejection::new(ProblemKind::Unavailable, detail),
        StoreError::Newer { .. } => {
            tracing::error!(%error, "the store failed");
            Rejection::new(
                ProblemKind::Unavailable,
                "the gate's database was made by a newer signoff; nothing was changed. Start that one",
            )
        }
        StoreError::Unreachable { .. } => {
            tracing::error!(%error, "the store failed");
            Rejection::new(
                ProblemKind::Unavailable,
                "the gate can't reach its database; nothing was changed. Try again in a moment",
            )
        }
        StoreError::Uncertain { .. } => {
            tracing::error!(%error, "the store failed");
            Rejection::new(
                ProblemKind::Unavailable,
                "the gate lost its database while it stored this, so it doesn't know whether it was \
                 stored. Look, or send it again with the same Idempotency-Key",
            )
        }
        _ => {
            tracing::error!(%error, "the store failed");
            Rejection::new(
                ProblemKind::Unavailable,
                "the store could not do it; nothing was changed. The gate's log says why",
            )
        }
    }
}

pub(super) async fn no_such_path() -> Rejection {
    Rejection::new(
        ProblemKind::NotFound,
        "there is nothing at this path; the API begins at /v1",
    )
}

pub(super) async fn no_such_method() -> Rejection {
    Rejection::new(
        ProblemKind::MethodNotAllowed,
        "this path doesn't take that method",
    )
}
