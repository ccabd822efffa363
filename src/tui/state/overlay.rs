//! What may be laid over a screen. There is one at a time, and it takes the keys.

use crate::api::request::{Request, Why};
use crate::domain::digest::Digest;
use crate::domain::id::RequestId;
use crate::domain::raw::RawJson;

use super::document::{Document, Shape};
use super::pending::Seen;

#[derive(Debug)]
pub enum Overlay {
    Help {
        scroll: usize,
    },
    Why(Ladder),
    /// The question before a grave approval: about this request, with these parameters.
    Confirm(About),
    /// Why it is rejected.
    Reason(TextLine),
    /// What the agent gets instead of a run.
    Answer(TextLine),
    /// For how long it is put off.
    Snooze(TextLine),
    /// What somebody's own parameters would change, and whether to approve that.
    Edited(Box<Edited>),
    /// Parameters that can't be sent as they were written.
    Broken(Broken),
}

impl Overlay {
    /// The line that is being typed, if one is.
    pub fn line(&self) -> Option<&TextLine> {
        match self {
            Overlay::Reason(line) | Overlay::Answer(line) | Overlay::Snooze(line) => Some(line),
            _ => None,
        }
    }

    pub fn line_mut(&mut self) -> Option<&mut TextLine> {
        match self {
            Overlay::Reason(line) | Overlay::Answer(line) | Overlay::Snooze(line) => Some(line),
            _ => None,
        }
    }

    /// Whether it takes the place of the screen, so that nothing below it can be seen.
    pub fn covers(&self) -> bool {
        match self {
            Overlay::Help { .. } | Overlay::Why(_) | Overlay::Edited(_) | Overlay::Broken(_) => {
                true
            }
            Overlay::Confirm(_) | Overlay::Reason(_) | Overlay::Answer(_) | Overlay::Snooze(_) => {
                false
            }
        }
    }
}

/// What a decision is about: a request, its parameters and its plan, as they were on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    pub id: RequestId,
    pub digest: Digest,
    pub plan: Option<u32>,
}

impl About {
    pub fn of(request: &Request) -> Self {
        Self {
            id: request.id,
            digest: request.digest,
            plan: request.review.as_ref().map(|review| review.plan),
        }
    }
}

/// Parameters of a reviewer's own, and what they would change.
#[derive(Debug)]
pub struct Edited {
    pub about: About,
    pub params: RawJson,
    pub document: Document,
    pub scroll: usize,
    pub seen: Seen,
}

impl Edited {
    /// Lays it out, and keeps the window within it.
    pub fn fit(&mut self, shape: Shape, height: usize) {
        self.document.lay_out(shape);
        let rows = self.document.rows().len();
        self.seen.fit(shape, rows);
        self.scroll = self.scroll.min(rows.saturating_sub(height));
    }
}

/// Why parameters can't be sent.
#[derive(Debug)]
pub struct Broken {
    pub about: About,
    pub why: String,
    /// The line where it is, and its number.
    pub place: Option<(usize, String)>,
}

/// The ladder of one request.
#[derive(Debug)]
pub struct Ladder {
    pub id: RequestId,
    /// Nothing until the gate has answered.
    pub why: Option<Box<Why>>,
    pub scroll: usize,
}

/// A line of text while it is typed: a reason, an answer, a length of time.
#[derive(Debug)]
pub struct TextLine {
    pub about: About,
    pub text: String,
    /// Where the cursor stands, in bytes.
    pub cursor: usize,
    /// Enter was pressed without a reason; once more rejects without one.
    pub asked_again: bool,
    /// What it is about was decided or changed meanwhile. The line stays, so that what is being typed
    /// doesn't become commands, but it rejects nothing any more.
    pub stale: bool,
}

impl TextLine {
    /// The most characters that a reason or an answer has.
    pub const LONGEST: usize = 1_000;

    pub fn about(request: &Request) -> Self {
        Self {
            about: About::of(request),
            text: String::new(),
            cursor: 0,
            asked_again: false,
            stale: false,
        }
    }

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
