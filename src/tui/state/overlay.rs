//! What may be laid over a screen. There is one at a time, and it takes the keys.

use crate::api::request::Why;
use crate::domain::digest::Digest;
use crate::domain::id::RequestId;

#[derive(Debug)]
pub enum Overlay {
    Help { scroll: usize },
    Why(Ladder),
    Confirm(Question),
    Reason(ReasonLine),
}

/// The ladder of one request.
#[derive(Debug)]
pub struct Ladder {
    pub id: RequestId,
    /// Nothing until the gate has answered.
    pub why: Option<Box<Why>>,
    pub scroll: usize,
}

/// The question before a grave approval: about this request, with these parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    pub id: RequestId,
    pub digest: Digest,
}

/// What a line of text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Why it is rejected.
    Reject,
    /// What the agent gets instead of a run.
    Answer,
}

/// The reason for a rejection, or the answer to the agent, while it is typed.
#[derive(Debug)]
pub struct ReasonLine {
    pub purpose: Purpose,
    pub id: RequestId,
    pub digest: Digest,
    pub text: String,
    /// Where the cursor stands, in bytes.
    pub cursor: usize,
    /// Enter was pressed without a reason; once more rejects without one.
    pub asked_again: bool,
    /// What it is about was decided or changed meanwhile. The line stays, so that what is being typed
    /// doesn't become commands, but it rejects nothing any more.
    pub stale: bool,
}

impl ReasonLine {
    /// The most characters that a reason has.
    pub const LONGEST: usize = 1_000;

    /// Writes at the cursor what there is room for; says whether that was all.
    pub fn insert(&mut self, text: &str) -> bool {
        let room = Self::LONGEST.saturating_sub(self.text.chars().count());
        let end = text.char_indices().nth(room).map(|(end, _)| end);
        let fits = &text[..end.unwrap_or(text.len())];
        let plain = |char: char| if char.is_control() { ' ' } else { char };
        let written: String = fits.chars().map(plain).collect();
        self.text.insert_str(self.cursor, &written);
        self.cursor += written.len();
        self.asked_again = false;
        end.is_none()
    }

    pub fn delete_back(&mut self) {
        if let Some(char) = self.text[..self.cursor].chars().next_back() {
            self.cursor -= char.len_utf8();
            self.text.remove(self.cursor);
        }
    }

    pub fn delete_word_back(&mut self) {
        let before = self.text[..self.cursor].trim_end();
        let start = before.rfind(' ').map_or(0, |blank| blank + 1);
        self.text.replace_range(start..self.cursor, "");
        self.cursor = start;
    }

    pub fn clear(&mut self) {
        self.text.clear();
        self.cursor = 0;
    }

    pub fn left(&mut self) {
        let before = self.text[..self.cursor].chars().next_back();
        self.cursor -= before.map_or(0, char::len_utf8);
    }

    pub fn right(&mut self) {
        let after = self.text[self.cursor..].chars().next();
        self.cursor += after.map_or(0, char::len_utf8);
    }

    pub fn home(&mut self) {
        self.cursor = 0;
    }

    pub fn end(&mut self) {
        self.cursor = self.text.len();
    }
}
