//! The life of a request, as a pure function: [`step`] takes where a request stands and what somebody
//! wants of it, and gives either the facts that follow or the reason why not. [`Standing::apply`]
//! folds a fact into where it stands. Nothing else moves a request.
//!
//! Invariants: at most one settlement; a settled state never changes; epochs strictly rise; a refusal
//! leaves everything as it was, and names the winner where there was one.

mod clock;
mod refusal;
mod run;
mod standing;
mod status;
mod vote;

use super::actor::Actor;
use super::event::Fact;
use super::execution::{Outcome, Report};
use super::id::{AgentId, PersonId, WorkerId};
use super::review::Reviewer;
use super::time::{At, Span};
use super::untrusted::Untrusted;

pub use clock::Opening;
pub use refusal::Refusal;
pub use standing::{Execution, Settlement, Standing};
pub use status::{Decision, State, Status};
pub use vote::{Ballot, Edit, Seat, Terms};

/// What somebody, or the clock, wants of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Vote(Box<Ballot>),
    /// A reviewer wants their own vote, or the approval that it gave, undone.
    TakeBack {
        by: Reviewer,
    },
    Cancel {
        agent: AgentId,
    },
    /// Whatever is due. `next` is the stage that can open now, if one can.
    Tick {
        next: Option<Opening>,
        terms: Terms,
    },
    /// Who may decide is looked at again, because somebody came or went.
    Reroute {
        stranded: bool,
        next: Option<Opening>,
        watchers: Vec<PersonId>,
    },
    Start {
        by: Runner,
    },
    /// Without an epoch it is for the last run there was; before the first, for that.
    Report {
        by: Runner,
        report: Report,
        epoch: Option<u32>,
    },
    Renew {
        worker: WorkerId,
        epoch: u32,
        until: At,
    },
    Retry {
        reason: Untrusted,
        use_within: Span,
    },
    SettleRun {
        outcome: Outcome,
        reason: Untrusted,
    },
    /// Its agent, integration or action was disabled by somebody.
    Stop {
        by: Actor,
    },
}

/// Who runs an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runner {
    /// The agent that asked.
    Agent,
    /// A worker that has it until then unless it says that it goes on.
    Worker { id: WorkerId, until: At },
}

/// What follows from a command; an empty list means that it had been carried out before.
pub fn step(standing: &Standing, command: &Command, now: At) -> Result<Vec<Fact>, Refusal> {
    match command {
        Command::Vote(ballot) => vote::cast(standing, ballot, now),
        Command::TakeBack { by } => vote::take_back(standing, by, now),
        Command::Cancel { agent } => vote::cancel(standing, agent, now),
        Command::Tick { next, terms } => clock::tick(standing, next.as_ref(), *terms, now),
        Command::Reroute {
            stranded,
            next,
            watchers,
        } => Ok(clock::reroute(
            standing,
            *stranded,
            next.as_ref(),
            watchers,
            now,
        )),
        Command::Start { by } => run::start(standing, by, now),
        Command::Report { by, report, epoch } => run::report(standing, by, report, *epoch, now),
        Command::Renew {
            worker,
            epoch,
            until,
        } => run::renew(standing, worker, *epoch, *until, now),
        Command::Retry { reason, use_within } => run::retry(standing, reason, *use_within, now),
        Command::SettleRun { outcome, reason } => run::settle(standing, *outcome, reason),
        Command::Stop { by } => run::stop(standing, by, now),
    }
}

#[cfg(test)]
mod tests;
