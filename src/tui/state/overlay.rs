//! What may be laid over a screen. There is one at a time, and it takes the keys.

use serde::{Deserialize, Serialize};

use crate::api::request::{Request, Why};
use crate::domain::digest::Digest;
use crate::domain::id::{RequestId, TokenId};
use crate::domain::raw::RawJson;
use crate::domain::review::Word;

use super::bell::Told;
use super::document::{Document, Shape};
use super::field::Field;
use super::form::Form;
use super::marks::Several;
use super::palette::Palette;
use super::pending::Seen;
use super::settings::Typing;
use super::settings::trial::Trial;

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
    /// What is to be said to all that are marked.
    Several(Several),
    /// What the one who looks was told.
    Bell(Told),
    /// What was said before.
    Messages {
        scroll: usize,
    },
    /// A document about a request, to read and no more.
    Sheet(Box<Sheet>),
    /// Which requests the list shows.
    Filter(Field),
    /// What can be done, to choose from.
    Palette(Palette),
    /// What somebody's own parameters would change, and whether to approve that.
    Edited(Box<Edited>),
    /// Parameters that can't be sent as they were written.
    Broken(Broken),
    /// The values of the parameters, one by one.
    Form(Box<Form>),
    /// The name of a file of the history.
    Export(Field),
    /// A value that is typed on a page of the settings.
    Typed(Typing, Field),
    /// A policy that isn't saved yet.
    Trial(Box<Trial>),
    /// A token that was just made; it is shown this once.
    Token(NewSecret),
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

    /// The text that is being typed, if one is.
    pub fn field(&self) -> Option<&Field> {
        match self {
            Overlay::Filter(field) | Overlay::Export(field) | Overlay::Typed(_, field) => {
                Some(field)
            }
            Overlay::Palette(palette) => Some(&palette.field),
            Overlay::Several(several) => (several.word == Word::Reject).then_some(&several.field),
            Overlay::Form(form) => form.field(),
            overlay => overlay.line().map(|line| &line.field),
        }
    }

    pub fn field_mut(&mut self) -> Option<&mut Field> {
        match self {
            Overlay::Filter(field) | Overlay::Export(field) | Overlay::Typed(_, field) => {
                Some(field)
            }
            Overlay::Palette(palette) => Some(&mut palette.field),
            Overlay::Several(several) => {
                several.asked_again = false;
                (several.word == Word::Reject).then_some(&mut several.field)
            }
            Overlay::Form(form) => form.field_mut(),
            overlay => overlay.line_mut().map(|line| {
                line.asked_again = false;
                &mut line.field
            }),
        }
    }

    /// Whether it takes the place of the screen, so that nothing below it can be seen.
    pub fn covers(&self) -> bool {
        match self {
            Overlay::Help { .. }
            | Overlay::Why(_)
            | Overlay::Bell(_)
            | Overlay::Messages { .. }
            | Overlay::Sheet(_)
            | Overlay::Edited(_)
            | Overlay::Broken(_)
            | Overlay::Form(_)
            | Overlay::Trial(_)
            | Overlay::Token(_) => true,
            Overlay::Confirm(_)
            | Overlay::Reason(_)
            | Overlay::Answer(_)
            | Overlay::Snooze(_)
            | Overlay::Several(_)
            | Overlay::Filter(_)
            | Overlay::Export(_)
            | Overlay::Palette(_)
            | Overlay::Typed(..) => false,
        }
    }
}

/// What a decision is about: a request, its parameters and its plan, as they were on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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

/// What a digest covers, or what was decided before.
#[derive(Debug)]
pub struct Sheet {
    pub id: RequestId,
    pub title: &'static str,
    /// Nothing until the gate has answered.
    pub document: Option<Document>,
    pub scroll: usize,
}

impl Sheet {
    /// Lays it out, and keeps the window within it.
    pub fn fit(&mut self, shape: Shape, height: usize) {
        if let Some(document) = &mut self.document {
            document.lay_out(shape);
            let rows = document.rows().len();
            self.scroll = self.scroll.min(rows.saturating_sub(height));
        }
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

/// A token that was just made. It prints nothing of itself.
pub struct NewSecret {
    pub id: TokenId,
    pub whose: String,
    pub secret: String,
}

impl std::fmt::Debug for NewSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the secret of {}", self.id)
    }
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
    pub field: Field,
    /// Enter was pressed without a reason; once more rejects without one.
    pub asked_again: bool,
    /// What it is about was decided or changed meanwhile. The line stays, so that what is being typed
    /// doesn't become commands, but it rejects nothing any more.
    pub stale: bool,
}

impl TextLine {
    pub fn about(request: &Request) -> Self {
        Self {
            about: About::of(request),
            field: Field::default(),
            asked_again: false,
            stale: false,
        }
    }
}
