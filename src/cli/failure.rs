//! How a command fails: one line that says what and where, and a hint that names the next step.

use std::error::Error;

use super::exit::Exit;
use crate::api::problem::{Problem, ProblemKind};
use crate::client::ClientError;
use crate::config::{ConfigError, HomeError};
use crate::domain::untrusted::safe;

/// Why a command ended early.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Whoever read standard output has gone: they have what they wanted.
    #[error("standard output was closed")]
    ReaderGone,
    #[error("{}", .0.message)]
    Said(Box<Said>),
}

/// A failure that is told.
#[derive(Debug)]
pub struct Said {
    exit: Exit,
    message: String,
    hint: Option<String>,
    /// What the gate refused with, where it did.
    problem: Option<Box<Problem>>,
}

impl Failure {
    /// A failure with this message, on one line and safe to print.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self::Said(Box::new(Said {
            exit,
            message: message.into(),
            hint: None,
            problem: None,
        }))
    }

    /// Wrong usage or input.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// The same, naming the next step.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        if let Self::Said(said) = &mut self {
            said.hint = Some(hint.into());
        }
        self
    }

    /// The same, naming one step more.
    pub fn also(mut self, more: impl AsRef<str>) -> Self {
        if let Self::Said(said) = &mut self {
            said.hint = Some(match said.hint.take() {
                Some(hint) => format!("{hint}\n      {}", more.as_ref()),
                None => more.as_ref().to_owned(),
            });
        }
        self
    }

    /// An error of the operating system or of a library, and what was being done.
    pub fn because(doing: impl std::fmt::Display, error: &dyn Error) -> Self {
        Self::new(Exit::Other, format!("{doing}: {}", causes(error)))
    }

    /// Whether the gate refused with a problem of this kind.
    pub fn is(&self, kind: ProblemKind) -> bool {
        match self {
            Self::ReaderGone => false,
            Self::Said(said) => said
                .problem
                .as_ref()
                .is_some_and(|problem| problem.is(kind)),
        }
    }

    /// The code that the command ends with.
    pub fn exit(&self) -> Exit {
        match self {
            Self::ReaderGone => Exit::Ok,
            Self::Said(said) => said.exit,
        }
    }

    /// What goes to standard error; nothing when nobody is there to be told.
    pub fn report(&self) -> Option<String> {
        match self {
            Self::ReaderGone => None,
            Self::Said(said) => Some(match &said.hint {
                Some(hint) => format!("error: {}\n\nhint: {hint}\n", said.message),
                None => format!("error: {}\n", said.message),
            }),
        }
    }
}

/// An error with everything that caused it, on one line.
pub fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        text.push_str(": ");
        text.push_str(&deeper.to_string());
        cause = deeper.source();
    }
    safe(&text)
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        Self::Said(Box::new(Said {
            exit: Exit::of_error(&error),
            message: error.problem().map_or_else(|| causes(&error), refusal),
            hint: hint_for(&error).map(str::to_owned),
            problem: match error {
                ClientError::Refused(problem) => Some(problem),
                _ => None,
            },
        }))
    }
}

/// What the gate refused and why, with a line for each thing that is wrong with an input.
fn refusal(problem: &Problem) -> String {
    let mut message = format!("{}: {}", safe(&problem.title), problem.detail.plain_line());
    for input in &problem.errors {
        let detail = input.detail.plain_line();
        // The whole of an input has an empty pointer; what is wrong in a document says its place itself.
        message.push_str(&match input.pointer.as_str() {
            "" => format!("\n  {detail}"),
            pointer => format!("\n  {}: {detail}", safe(pointer)),
        });
    }
    message
}

fn hint_for(error: &ClientError) -> Option<&'static str> {
    let problem = match error {
        ClientError::Unreachable { .. }
        | ClientError::NotAGate { .. }
        | ClientError::TooLong { .. } => {
            return Some(
                "`signoff serve` starts a gate; SIGNOFF_URL names one that runs elsewhere",
            );
        }
        ClientError::BadToken => {
            return Some("SIGNOFF_TOKEN holds one token, as `signoff tokens add` printed it");
        }
        ClientError::BadAddress { .. } => {
            return Some("set SIGNOFF_URL, or --url, to the address that `signoff serve` printed");
        }
        ClientError::Setup(_) => return None,
        ClientError::Refused(problem) => problem,
    };
    let hints = [
        (
            ProblemKind::Unauthorized,
            "the token is unknown or revoked; an admin makes a new one with `signoff tokens add`",
        ),
        (
            ProblemKind::WrongKindOfToken,
            "`request`, `wait`, `cancel`, `start` and `report` speak for an agent, `lease` and `renew` for a worker, everything else for a person; look at SIGNOFF_TOKEN",
        ),
        (
            ProblemKind::AutoApprovalNotAllowed,
            "an admin unlocks an action with `signoff actions unlock NAME`",
        ),
        (
            ProblemKind::AlreadyStarted,
            "whoever started it runs the action; don't run it a second time",
        ),
    ];
    let of_this_kind = hints.into_iter().find(|(kind, _)| problem.is(*kind));
    of_this_kind.map(|(_, hint)| hint)
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::usage(error.to_string()).hint("config.example.toml lists every key and its default")
    }
}

impl From<HomeError> for Failure {
    fn from(error: HomeError) -> Self {
        Self::new(Exit::Other, causes(&error))
            .hint("set SIGNOFF_HOME to a directory that you may write to")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::problem::InputError;
    use crate::domain::untrusted::Untrusted;

    #[test]
    fn what_is_wrong_with_a_whole_input_stands_behind_no_colon() {
        let mut problem = Problem::new(ProblemKind::InvalidInput, "nothing was stored");
        for (pointer, detail) in [("", "expected either"), ("/id", "is bad")] {
            problem.errors.push(InputError {
                pointer: pointer.to_owned(),
                detail: Untrusted::from(detail),
                line: None,
                column: None,
            });
        }
        let failure = Failure::from(ClientError::Refused(Box::new(problem)));
        assert!(failure.is(ProblemKind::InvalidInput));
        assert_eq!(
            failure.report().unwrap(),
            "error: Invalid input: nothing was stored\n  expected either\n  /id: is bad\n"
        );
    }
}
