//! How a command fails: one line that says what and where, and a hint that names the next step.

use std::error::Error;

use super::exit::Exit;
use crate::api::problem::ProblemKind;
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
}

impl Failure {
    /// A failure with this message, on one line and safe to print.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self::Said(Box::new(Said {
            exit,
            message: message.into(),
            hint: None,
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

    /// An error of the operating system or of a library, and what was being done.
    pub fn because(doing: impl std::fmt::Display, error: &dyn Error) -> Self {
        Self::new(Exit::Other, format!("{doing}: {}", causes(error)))
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
        let exit = Exit::of_error(&error);
        let Some(problem) = error.problem() else {
            return Self::new(exit, causes(&error)).hint_for(&error);
        };
        let mut message = format!("{}: {}", safe(&problem.title), problem.detail.plain_line());
        for input in &problem.errors {
            let detail = input.detail.plain_line();
            // The whole of an input has an empty pointer.
            message.push_str(&match input.pointer.as_str() {
                "" => format!("\n  {detail}"),
                pointer => format!("\n  {}: {detail}", safe(pointer)),
            });
        }
        Self::new(exit, message).hint_for(&error)
    }
}

impl Failure {
    fn hint_for(self, error: &ClientError) -> Self {
        match error {
            ClientError::Unreachable { .. } | ClientError::NotAGate { .. } => self.hint(
                "`signoff serve` starts a gate; SIGNOFF_URL names one that runs elsewhere",
            ),
            ClientError::BadToken => {
                self.hint("SIGNOFF_TOKEN holds one token, as `signoff tokens add` printed it")
            }
            ClientError::BadAddress { .. } => {
                self.hint("set SIGNOFF_URL, or --url, to the address that `signoff serve` printed")
            }
            ClientError::Refused(problem) if problem.status == 401 => self.hint(
                "the token is unknown or revoked; an admin makes a new one with `signoff tokens add`",
            ),
            ClientError::Refused(problem) if problem.is(ProblemKind::WrongKindOfToken) => self.hint(
                "`request`, `wait`, `cancel`, `start` and `report` speak for an agent, everything else for a person; look at SIGNOFF_TOKEN",
            ),
            ClientError::Refused(problem) if problem.is(ProblemKind::AlreadyStarted) => {
                self.hint("whoever started it runs the action; don't run it a second time")
            }
            ClientError::Refused(_) | ClientError::Setup(_) => self,
        }
    }
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
