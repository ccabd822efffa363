//! Why nothing was changed, in words for whoever wanted it.

use super::standing::Settlement;
use super::status::Status;
use crate::domain::actor::Actor;
use crate::domain::digest::Digest;
use crate::domain::execution::Executor;
use crate::domain::review::Word;
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;

/// Why nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("already {} by {} at {}", .0.decision.word(), .0.by, .0.at)]
    AlreadyDecided(Box<Settlement>),
    #[error(
        "revoked: {} by {}, then taken back{}; the agent has to ask again",
        .decision.decision.word(), .decision.by, by_whom(.by.as_ref())
    )]
    TakenBack {
        decision: Box<Settlement>,
        by: Option<Actor>,
    },
    #[error("policy had already {} this request; there is nothing to decide", by_policy(*.0))]
    NeverPending(Status),
    #[error("the request expired at {0}; the agent has to ask again")]
    Expired(At),
    #[error(
        "you have already {} this request, and it is still pending; take that back first", .0.past()
    )]
    AlreadyVoted(Word),
    #[error("{}", .0.plain_line())]
    NotAReviewer(Untrusted),
    #[error(
        "the digest you name is not the one in force, which is {0}; look again before you decide"
    )]
    StaleDigest(Digest),
    #[error("an approval has to name the digest of the parameters that were seen")]
    NoDigest,
    #[error("the review plan has changed to revision {0}; look again before you decide")]
    StalePlan(u32),
    #[error("{}", .0.plain_line())]
    NotUnlocked(Untrusted),
    #[error("policy denies it with these parameters: {}", .0.plain_line())]
    EditDenied(Untrusted),
    #[error("you have no decision here that could be taken back")]
    NothingToTakeBack,
    #[error("a rejection or an answer stands; the agent has to ask again")]
    RejectionStands,
    #[error("the request is {} and can't be started", .0.word())]
    NotReady(Status),
    #[error("the approval can still be taken back until {0}; start after that")]
    Held(At),
    #[error("{}", other_runner(*.0))]
    OtherRunner(Executor),
    #[error("the execution had already started (epoch {0})")]
    AlreadyStarted(u32),
    #[error("the approval lapsed at {0} because nobody used it; the agent has to ask again")]
    Lapsed(At),
    #[error("the approval was taken back{}; the agent has to ask again", by_whom(.0.as_ref()))]
    Revoked(Option<Actor>),
    #[error("the report is for epoch {given}, the execution is at epoch {current}")]
    OldEpoch { given: u32, current: u32 },
    #[error("the report names another digest than the approved one, {0}")]
    WrongDigest(Digest),
    #[error("the execution had already ended as {}", .0.word())]
    AlreadyReported(Status),
    #[error("the execution is {}; only a failed or unknown one can be retried or settled", .0.word())]
    NotFailed(Status),
    #[error("its time has not come")]
    NotDue,
}

/// What policy said of a request that it didn't ask about, however far its run has come since.
const fn by_policy(status: Status) -> &'static str {
    match status {
        Status::Denied => "denied",
        _ => "allowed",
    }
}

fn by_whom(actor: Option<&Actor>) -> String {
    actor.map_or_else(String::new, |actor| format!(" by {actor}"))
}

const fn other_runner(executor: Executor) -> &'static str {
    match executor {
        Executor::Agent => "the agent that asked runs this action; no worker can take it",
        Executor::Queue => "workers run this action: they lease it; its agent can only wait for it",
    }
}
