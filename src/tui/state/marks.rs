//! Requests that are marked, to be decided one after another in one go.
//!
//! Invariant: a mark is about a request as it was on the list: with other parameters or another plan it is
//! taken off, not carried over.

use std::collections::VecDeque;

use crate::api::request::Request;
use crate::domain::review::Word;
use crate::domain::risk::Risk;
use crate::domain::untrusted::Untrusted;

use crate::tui::action::ActionId;

use super::State;
use super::field::Field;
use super::overlay::About;
use super::pending::Pane;

/// No more than anybody looks through in one go.
pub const MOST: usize = 200;

/// A request that is marked.
#[derive(Debug, Clone)]
pub struct Marked {
    pub about: About,
    pub headline: Untrusted,
    pub risk: Risk,
    /// Whether policy lets it be approved together with others.
    pub together: bool,
}

impl Marked {
    pub fn of(request: &Request) -> Self {
        Self {
            about: About::of(request),
            headline: request.headline.clone(),
            risk: request.risk.level,
            together: request.you.as_ref().is_some_and(|you| you.together),
        }
    }
}

/// What is to be said to several, before it is sent.
#[derive(Debug)]
pub struct Several {
    pub word: Word,
    pub items: Vec<Marked>,
    /// The reason for a rejection.
    pub field: Field,
    /// Enter was pressed without one; once more rejects without.
    pub asked_again: bool,
}

/// What is being said to several: sent one after another, each by itself.
#[derive(Debug)]
pub struct Batch {
    pub word: Word,
    pub reason: Option<Untrusted>,
    pub waiting: VecDeque<Marked>,
    /// The one that the gate is being told.
    pub current: Option<Marked>,
    pub done: usize,
    /// What the gate didn't take, and why, in a sentence each.
    pub failed: Vec<String>,
}

impl Batch {
    pub fn of(&self) -> usize {
        self.done + self.failed.len() + self.waiting.len() + usize::from(self.current.is_some())
    }
}

/// How many there are of each risk, the highest first.
pub fn by_risk(items: &[Marked]) -> Vec<(Risk, usize)> {
    let count = |risk: Risk| items.iter().filter(|item| item.risk == risk).count();
    let each = Risk::ALL.into_iter().rev().map(|risk| (risk, count(risk)));
    each.filter(|(_, count)| *count > 0).collect()
}

impl State {
    /// Why a key doesn't decide the focused request alone: on a list where others are marked, nobody can tell
    /// which of them it would be about. On one that was opened it can't be mistaken.
    pub fn why_not_alone(&self, id: ActionId) -> Option<String> {
        let marks = self.pending.marks.len();
        if marks == 0 || self.pending.pane == Pane::Detail || self.plain.is_some() {
            return None;
        }
        let off = self.keymap.key(ActionId::Back);
        let them = match id {
            ActionId::Approve => {
                format!("{} approves them", self.keymap.key(ActionId::ApproveMarked))
            }
            ActionId::Reject => {
                format!("{} rejects them", self.keymap.key(ActionId::RejectMarked))
            }
            _ => format!("{} opens this one", self.keymap.key(ActionId::Open)),
        };
        let are = if marks == 1 { "is" } else { "are" };
        Some(format!(
            "{marks} {are} marked: {them}, {off} takes the marks off"
        ))
    }

    /// Why nothing can be said to what is marked.
    pub fn why_not_several(&self) -> Option<String> {
        if self.pending.marks.is_empty() {
            let key = self.keymap.key(ActionId::Mark);
            return Some(format!("nothing is marked: {key} marks"));
        }
        if !self.is_live() {
            return Some("not connected: a decision needs the gate".to_owned());
        }
        let busy = self.pending.batch.is_some();
        busy.then(|| "the ones before are still on their way".to_owned())
    }

    /// Why what is marked can't be approved together: only what this reviewer has read, none of it grave,
    /// and only where policy says so.
    pub fn why_not_approve_marked(&self) -> Option<String> {
        let marks = &self.pending.marks;
        let alone = self.keymap.key(ActionId::Approve);
        let open = self.keymap.key(ActionId::Open);
        let count = |test: &dyn Fn(&Marked) -> bool| {
            let of = marks.iter().filter(|mark| test(mark)).count();
            match of {
                0 => None,
                1 => Some("one of the marked is".to_owned()),
                of => Some(format!("{of} of the marked are")),
            }
        };
        if let Some(grave) = count(&|mark| mark.risk >= Risk::High) {
            return Some(format!(
                "{grave} of high or critical risk: go to each, {open} and {alone} approve it alone"
            ));
        }
        if count(&|mark| !mark.together).is_some() {
            return Some(format!(
                "policy has each approved alone ({open} {alone}): batch_approval isn't “seen”"
            ));
        }
        let read =
            |mark: &Marked| self.pending.read.get(&mark.about.id) == Some(&mark.about.digest);
        let unread = count(&|mark| !read(mark))?;
        Some(format!(
            "{unread} not read to the end yet: go to each, {open} opens it"
        ))
    }
}
