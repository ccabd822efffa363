//! Exit codes: how a script learns what became of its request. This file is the only place that knows
//! the numbers, and every command ends in one of them.

use std::process::ExitCode;

use crate::api::problem::{Problem, ProblemKind};
use crate::client::ClientError;
use crate::domain::lifecycle::Status;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Approved, allowed, executed or done; for other commands: it worked.
    Ok = 0,
    /// Anything that has no code of its own.
    Other = 1,
    /// Wrong usage or input.
    Usage = 2,
    /// A reviewer said no.
    Rejected = 3,
    /// Nobody decided, or nobody used the approval, in time.
    Expired = 4,
    /// Still waiting when `--timeout` ran out.
    StillWaiting = 5,
    /// Not permitted.
    NotPermitted = 7,
    /// The gate can't be reached.
    Unreachable = 8,
    /// Policy said no.
    Denied = 9,
    /// Withdrawn by its agent, or taken back before it ran.
    Cancelled = 10,
    /// It ran and failed, or nobody knows.
    Failed = 11,
    /// Interrupted from the keyboard.
    Interrupted = 130,
}

/// The table that the help of commands that ask or wait ends with.
pub const HELP: &str = "\
Exit codes:
  0  approved, allowed, executed or done    8  the gate can't be reached
  1  anything else                          9  denied by policy
  2  wrong usage or input                  10  cancelled or revoked
  3  rejected                              11  failed, or nobody knows
  4  expired or lapsed
  5  still waiting when --timeout ran out
  7  not permitted";

impl Exit {
    /// For a command that waited, or that asked and was answered at once.
    pub const fn of(status: Status) -> Self {
        match status {
            Status::Allowed | Status::Approved | Status::Executing | Status::Executed => Exit::Ok,
            Status::Pending => Exit::StillWaiting,
            Status::Rejected => Exit::Rejected,
            Status::Expired | Status::Lapsed => Exit::Expired,
            Status::Denied => Exit::Denied,
            Status::Cancelled | Status::Revoked => Exit::Cancelled,
            Status::Failed | Status::Unknown => Exit::Failed,
        }
    }

    /// For a gate that did not do what was asked of it.
    pub fn of_error(error: &ClientError) -> Self {
        match error {
            ClientError::Refused(problem) => Self::of_problem(problem),
            ClientError::Unreachable { .. } | ClientError::NotAGate { .. } => Exit::Unreachable,
            ClientError::BadAddress { .. } | ClientError::BadToken => Exit::Usage,
            ClientError::Setup(_) => Exit::Other,
        }
    }

    fn of_problem(problem: &Problem) -> Self {
        if problem.is(ProblemKind::Lapsed) || problem.is(ProblemKind::Expired) {
            return Exit::Expired;
        }
        if problem.is(ProblemKind::Revoked) {
            return Exit::Cancelled;
        }
        match problem.status {
            401 | 403 => Exit::NotPermitted,
            400 | 405 | 413 | 415 | 422 => Exit::Usage,
            421 | 503 => Exit::Unreachable,
            _ => Exit::Other,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_the_exit_code_that_scripts_rely_on() {
        let codes: Vec<_> = Status::ALL
            .into_iter()
            .map(|status| (status.word(), Exit::of(status) as u8))
            .collect();
        assert_eq!(
            codes,
            [
                ("allowed", 0),
                ("denied", 9),
                ("pending", 5),
                ("approved", 0),
                ("executing", 0),
                ("executed", 0),
                ("failed", 11),
                ("unknown", 11),
                ("rejected", 3),
                ("expired", 4),
                ("cancelled", 10),
                ("revoked", 10),
                ("lapsed", 4),
            ]
        );
    }

    #[test]
    fn refusals_tell_not_permitted_from_bad_input_and_from_an_absent_gate() {
        let code = |kind| {
            let problem = Box::new(Problem::new(kind, "why"));
            Exit::of_error(&ClientError::Refused(problem)) as u8
        };
        assert_eq!(code(ProblemKind::Unauthorized), 7);
        assert_eq!(code(ProblemKind::WrongKindOfToken), 7);
        assert_eq!(code(ProblemKind::NotItsUser), 7);
        assert_eq!(code(ProblemKind::InvalidInput), 2);
        assert_eq!(code(ProblemKind::TooLarge), 2);
        assert_eq!(code(ProblemKind::NotFound), 1);
        assert_eq!(code(ProblemKind::AlreadyDecided), 1);
        assert_eq!(code(ProblemKind::Lapsed), 4);
        assert_eq!(code(ProblemKind::Expired), 4);
        assert_eq!(code(ProblemKind::Revoked), 10);
        assert_eq!(code(ProblemKind::Unavailable), 8);
    }

    #[test]
    fn the_help_names_every_code_a_script_can_get() {
        for code in [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11] {
            let named = HELP
                .split([' ', '\n'])
                .any(|word| word.parse() == Ok::<u8, std::num::ParseIntError>(code));
            assert!(named, "{code}");
        }
    }
}
