//! What plain mode knows besides the state of the inbox: which number is whose, what was said, and what is
//! being asked.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::domain::id::RequestId;
use crate::tui::state::overlay::About;
use crate::tui::state::pending::Choice;
use crate::tui::update::decide::Says;

/// The conversation.
#[derive(Debug, Default)]
pub struct Talk {
    /// Lines to be written, in this order.
    pub out: Vec<String>,
    /// Requests by their numbers, from 1; one that was given stays.
    numbers: Vec<RequestId>,
    /// What was told to wait and hasn't been told to be over.
    pub waiting: BTreeSet<RequestId>,
    /// Whether what waited at first was read out.
    pub greeted: bool,
    /// What was last said of the connection.
    pub connected: Option<bool>,
    /// The one that was read out last: what has no number is about it.
    pub shown: Option<RequestId>,
    /// What is to be done as soon as the gate has answered.
    pub wanted: Option<Wanted>,
    pub question: Option<Question>,
    /// The request for which the next line is a reason.
    pub reason_for: Option<RequestId>,
}

/// What a line asked for that needs an answer of the gate first.
#[derive(Debug)]
pub enum Wanted {
    Show(RequestId),
    Approve(RequestId),
    /// Without a reason it is asked for; an empty one is none.
    Reject(RequestId, Option<String>),
    Answer(RequestId, String),
    Edit(RequestId),
    Claim(RequestId),
    Snooze(RequestId, String),
    Why,
    History,
}

impl Wanted {
    /// The request that has to be there with its parameters.
    pub const fn about(&self) -> Option<RequestId> {
        match self {
            Wanted::Show(id)
            | Wanted::Approve(id)
            | Wanted::Reject(id, _)
            | Wanted::Answer(id, _)
            | Wanted::Edit(id)
            | Wanted::Claim(id)
            | Wanted::Snooze(id, _) => Some(*id),
            Wanted::Why | Wanted::History => None,
        }
    }
}

/// A decision, until the four characters are typed.
#[derive(Debug)]
pub struct Question {
    pub about: About,
    pub says: Says,
    pub choice: Choice,
    pub code: String,
    /// When it was asked: what was typed before can't have been an answer.
    pub asked: Duration,
}

impl Talk {
    pub fn say(&mut self, line: impl Into<String>) {
        self.out.push(line.into());
    }

    /// The number of a request; the next one if it has none.
    pub fn number(&mut self, id: RequestId) -> usize {
        match self.numbers.iter().position(|had| *had == id) {
            Some(at) => at + 1,
            None => {
                self.numbers.push(id);
                self.numbers.len()
            }
        }
    }

    pub fn request(&self, number: usize) -> Option<RequestId> {
        self.numbers.get(number.checked_sub(1)?).copied()
    }

    /// Whether something is asked that a line from before can't have answered.
    pub const fn asks(&self) -> bool {
        self.question.is_some() || self.reason_for.is_some()
    }

    /// Whether a line is read now, or the answer of the gate comes first.
    pub const fn listens(&self) -> bool {
        self.wanted.is_none()
    }
}
