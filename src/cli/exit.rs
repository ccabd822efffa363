//! Exit codes: how a script learns what became of its request. This file is the only place that knows
//! the numbers, and every command ends in one of them.

use std::process::ExitCode;

use crate::api::problem::{Problem, ProblemKind};
use crate::client::ClientError;
use crate::domain::lifecycle::Status;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Ok = 0,
    Other = 1,
    Usage = 2,
    Rejected = 3,
    Expired = 4,
    StillWaiting = 5,
    Answered = 6,
    NotPermitted = 7,
    Unreachable = 8,
    Denied = 9,
    Cancelled = 10,
    Failed = 11,
    Interrupted = 130,
}

/// What the help of commands that ask or wait ends with.
pub fn help() -> String {
    let line = |exit: Exit| format!("\n{:>5}  {}", exit as u8, exit.meaning());
    std::iter::once("Exit codes:".to_owned())
        .chain(Exit::ALL.map(line))
        .collect()
}

impl Exit {
    /// Every way to end.
    pub const ALL: [Exit; 13] = [
        Exit::Ok,
        Exit::Other,
        Exit::Usage,
        Exit::Rejected,
        Exit::Expired,
        Exit::StillWaiting,
        Exit::Answered,
        Exit::NotPermitted,
        Exit::Unreachable,
        Exit::Denied,
        Exit::Cancelled,
        Exit::Failed,
        Exit::Interrupted,
    ];

    /// What it tells a script.
    pub const fn meaning(self) -> &'static str {
        match self {
            Exit::Ok => "Approved, allowed, executed or done; of other commands: it worked.",
            Exit::Other => "Anything that has no code of its own; with `--take`: already taken.",
            Exit::Usage => "Wrong usage or input.",
            Exit::Rejected => "A reviewer said no.",
            Exit::Expired => "Expired or lapsed: nobody decided, or used the approval, in time.",
            Exit::StillWaiting => "Still waiting when `--timeout` ran out.",
            Exit::Answered => "A reviewer answered in words, which are on standard output.",
            Exit::NotPermitted => "Not permitted.",
            Exit::Unreachable => "The gate can't be reached.",
            Exit::Denied => "Denied by policy.",
            Exit::Cancelled => "Cancelled by its agent, or revoked before it ran.",
            Exit::Failed => "It ran and failed, or nobody knows how it ended.",
            Exit::Interrupted => "Interrupted from the keyboard; the request still stands.",
        }
    }

    /// For a command that waited, or that asked and was answered at once.
    pub const fn of(status: Status) -> Self {
        match status {
            Status::Allowed | Status::Approved | Status::Executing | Status::Executed => Exit::Ok,
            Status::Pending => Exit::StillWaiting,
            Status::Rejected => Exit::Rejected,
            Status::Answered => Exit::Answered,
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
            ClientError::Unreachable { .. }
            | ClientError::NotAGate { .. }
            | ClientError::TooLong { .. } => Exit::Unreachable,
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
                ("answered", 6),
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
    fn the_help_names_every_code_once_and_in_order() {
        let help = help();
        let codes: Vec<u8> = help
            .lines()
            .skip(1)
            .map(|line| line.split_whitespace().next().unwrap().parse().unwrap())
            .collect();
        assert_eq!(codes, Exit::ALL.map(|exit| exit as u8));
        assert!(codes.is_sorted());
    }

    #[test]
    fn the_table_of_the_readme_is_that_of_the_program() {
        let readme = include_str!("../../README.md");
        let (_, rest) = readme.split_once("<!-- exit codes -->\n").unwrap();
        let (table, _) = rest.split_once("<!-- /exit codes -->").unwrap();
        let row = |exit: Exit| format!("| {} | {} |\n", exit as u8, exit.meaning());
        let rows: String = Exit::ALL.map(row).concat();
        let current = format!("| Code | What it says |\n|---|---|\n{rows}");
        assert!(table == current, "put this between the markers:\n{current}");
    }
}
