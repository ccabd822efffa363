//! The Pending screen: the list of what waits, the requests that are being read, and the decisions that
//! are on their way.

use std::collections::HashMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::api::request::{Decide, Request};
use crate::api::seal::Seal;
use crate::domain::digest::Digest;
use crate::domain::id::{PersonId, RequestId};
use crate::domain::review::{Remember, Word};
use crate::domain::time::At;

use super::document::{Document, Shape};
use super::form::Form;
use super::list::List;
use super::marks::{Batch, Marked};
use super::overlay::About;

/// Requests kept with their parameters: the focused one, what is prefetched, and a few to go back to.
const KEPT: usize = 12;

/// Who was looking may have gone after that long.
pub const LOOKS_FOR: Duration = Duration::from_secs(30);

/// Which half of the screen the keys move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pane {
    #[default]
    List,
    Detail,
}

/// An approval that was given from here.
#[derive(Debug)]
pub struct Approved {
    pub id: RequestId,
    pub at: Duration,
    /// Why it can't be taken back any more.
    pub too_late: Option<&'static str>,
}

#[derive(Debug, Default)]
pub struct Pending {
    pub list: List,
    pub filter: Filter,
    pub pane: Pane,
    pub choice: Choice,
    pub details: Details,
    pub sending: Vec<Sending>,
    /// Requests that something else is done about, which the gate hasn't answered.
    pub doing: Vec<RequestId>,
    /// What was approved last: while that is fresh in memory, `z` is about it.
    pub approved: Option<Approved>,
    /// When the next of those that were put off from here comes back.
    pub returns: Vec<At>,
    /// Parameters that were written and not sent.
    pub draft: Option<(About, String)>,
    /// A form that was left.
    pub form: Option<Box<Form>>,
    pub looked: Looked,
    /// What was on the screen from its beginning to its end, with the digest that it had.
    pub read: HashMap<RequestId, Digest>,
    pub marks: Vec<Marked>,
    /// What is being said to several.
    pub batch: Option<Batch>,
}

/// What the list is narrowed to, as it was typed.
#[derive(Debug, Default)]
pub struct Filter {
    pub text: String,
    /// Why that can't be asked; the list shows what was asked before.
    pub why_not: Option<String>,
}

/// What besides deciding is done about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    TakeBack,
    Claim,
    Release,
    Snooze(At),
    /// What was put off waits again.
    CallBack,
}

/// What the gate was told of the request on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Looked {
    pub of: Option<(RequestId, Digest)>,
    /// Since when it has been there.
    pub since: Duration,
    /// When the gate was told last, and whether all of it had been seen.
    pub told: Option<(Duration, bool)>,
}

/// What the next decision will say besides yes or no; made anew for each request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Choice {
    pub of: Option<RequestId>,
    pub notify_agent: bool,
    pub remember: Remember,
}

/// A decision on its way to the gate.
#[derive(Debug, Clone)]
pub struct Sending {
    pub id: RequestId,
    pub decide: Decide,
    /// The connection broke before the gate answered: it may or may not have heard.
    pub unsure: bool,
}

impl Pending {
    /// The focused request with its parameters, once they are here.
    pub fn reading(&self) -> Option<&Detail> {
        self.details.get(self.list.focused()?.id)
    }

    pub fn reading_mut(&mut self) -> Option<&mut Detail> {
        let id = self.list.focused()?.id;
        self.details.get_mut(id)
    }

    pub fn is_marked(&self, id: RequestId) -> bool {
        self.marks.iter().any(|mark| mark.about.id == id)
    }

    /// Whether it is among several that are being decided, and its turn comes.
    pub fn is_next(&self, id: RequestId) -> bool {
        let batch = self.batch.iter().flat_map(|batch| &batch.waiting);
        batch.into_iter().any(|marked| marked.about.id == id)
    }

    /// The decision about this request that is on its way.
    pub fn sending(&self, id: RequestId) -> Option<&Sending> {
        self.sending.iter().find(|sending| sending.id == id)
    }
}

/// Requests with their parameters, the one used last at the end.
#[derive(Debug, Default)]
pub struct Details {
    kept: Vec<Detail>,
    asked: HashMap<RequestId, Asked>,
}

/// How it stands with a question to the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Open,
    /// There were news since; the answer may be older than they are.
    OpenAndStale,
    /// It failed. News ask again; looking again by itself would go on for ever.
    Failed,
}

impl Details {
    pub fn get(&self, id: RequestId) -> Option<&Detail> {
        self.kept.iter().find(|detail| detail.request.id == id)
    }

    pub fn get_mut(&mut self, id: RequestId) -> Option<&mut Detail> {
        self.kept.iter_mut().find(|detail| detail.request.id == id)
    }

    /// The question about this request is answered; says whether to ask it once more.
    pub fn answered(&mut self, id: RequestId, well: bool) -> bool {
        match (self.asked.remove(&id), well) {
            (Some(Asked::OpenAndStale), _) => {
                self.asked.insert(id, Asked::Open);
                true
            }
            (_, true) => false,
            (_, false) => {
                self.asked.insert(id, Asked::Failed);
                false
            }
        }
    }

    /// Takes a request in. The same version of it keeps its place and what has been seen of it.
    pub fn put(
        &mut self,
        request: Request,
        heard: Duration,
        make: impl FnOnce(&Request) -> Document,
    ) {
        let had = self.kept.iter().position(|d| d.request.id == request.id);
        let detail = match had.map(|at| self.kept.remove(at)) {
            Some(mut detail) if detail.request.digest == request.digest => {
                // The agent is told of a decision without a new version of the request, and whom a plan
                // asks changes with the people.
                let same = detail.request.version == request.version
                    && detail.request.settled == request.settled
                    && detail.request.review == request.review
                    && detail.request.decisions == request.decisions;
                if !same {
                    detail.document = make(&request);
                }
                detail.seal = request.seal();
                // Who sees more of it since has another form.
                if detail.request.params.is_some() != request.params.is_some() {
                    detail.has_form = has_form(&request);
                }
                detail.request = request;
                detail.heard = heard;
                detail
            }
            _ => Detail {
                document: make(&request),
                seal: request.seal(),
                has_form: has_form(&request),
                request,
                scroll: 0,
                seen: Seen::default(),
                heard,
            },
        };
        self.kept.push(detail);
        if self.kept.len() > KEPT {
            self.kept.remove(0);
        }
    }

    /// Lays out whatever isn't yet.
    pub fn lay_out(&mut self, shape: Shape) {
        let same = |detail: &&mut Detail| detail.document.compact == shape.compact;
        for detail in self.kept.iter_mut().filter(same) {
            detail.document.lay_out(shape);
        }
    }

    /// Marks it as used.
    pub fn touch(&mut self, id: RequestId) {
        if let Some(at) = self.kept.iter().position(|d| d.request.id == id) {
            let detail = self.kept.remove(at);
            self.kept.push(detail);
        }
    }

    /// What it holds of this request may be old.
    pub fn forget(&mut self, id: RequestId) {
        self.kept.retain(|detail| detail.request.id != id);
    }

    /// Whether it has to be asked for; if so, it counts as asked for from now on.
    pub fn ask(&mut self, row: &Request) -> bool {
        let fresh = self
            .get(row.id)
            .is_some_and(|detail| detail.request.version >= row.version);
        if fresh || self.asked.contains_key(&row.id) {
            return false;
        }
        self.asked.insert(row.id, Asked::Open);
        true
    }

    /// Asks for it whatever it holds.
    pub fn ask_again(&mut self, id: RequestId) -> bool {
        let open = matches!(self.asked.get(&id), Some(Asked::Open | Asked::OpenAndStale));
        let asked = if open {
            Asked::OpenAndStale
        } else {
            Asked::Open
        };
        self.asked.insert(id, asked);
        !open
    }

    /// What it holds of every other request may be old.
    pub fn keep_only(&mut self, id: Option<RequestId>) {
        self.kept.retain(|detail| Some(detail.request.id) == id);
    }

    /// No answer will come to anything.
    pub fn forget_asked(&mut self) {
        self.asked.clear();
    }
}

fn has_form(request: &Request) -> bool {
    let params = request.params.as_ref();
    params.is_some_and(|params| Form::new(About::of(request), params).is_some())
}

/// A request that can be read.
#[derive(Debug)]
pub struct Detail {
    pub request: Request,
    pub document: Document,
    /// Whether what is shown is what its digest stands for.
    pub seal: Seal,
    /// Whether a form has any value of its parameters to change.
    pub has_form: bool,
    /// The first row on the screen.
    pub scroll: usize,
    pub seen: Seen,
    /// When the gate said so.
    pub heard: Duration,
}

impl Detail {
    /// Lays it out, and keeps the window within it.
    pub fn fit(&mut self, shape: Shape, height: usize) {
        self.document.lay_out(shape);
        let rows = self.document.rows().len();
        self.seen.fit(shape, rows);
        self.scroll = self.scroll.min(rows.saturating_sub(height));
    }

    /// Who else has it on their screen, as far as that is still true.
    pub fn looking(&self, now: Duration) -> &[PersonId] {
        match now < self.heard + LOOKS_FOR {
            true => &self.request.looking,
            false => &[],
        }
    }

    pub fn scroll_by(&mut self, rows: isize) {
        self.scroll = self.scroll.saturating_add_signed(rows);
    }

    /// The window on the document has been on the screen.
    pub fn drawn(&mut self, height: usize) {
        self.seen.window(self.scroll, height);
    }

    /// Rows that haven't been on the screen, those that are there now left out.
    pub fn unseen(&self, height: usize) -> usize {
        self.seen.left(self.scroll, height)
    }

    /// Puts the first row that hasn't been seen on the screen.
    pub fn scroll_to_unseen(&mut self, height: usize) {
        if let Some(row) = self.seen.first_left() {
            let last = self.document.rows().len().saturating_sub(height);
            self.scroll = row.min(last);
        }
    }
}

/// Which rows of a document have been on the screen. Once all have, a new width doesn't change that.
#[derive(Debug, Default)]
pub struct Seen {
    shape: Option<Shape>,
    rows: Vec<bool>,
    all: bool,
}

impl Seen {
    pub fn fit(&mut self, shape: Shape, rows: usize) {
        if self.shape != Some(shape) || self.rows.len() != rows {
            self.shape = Some(shape);
            self.rows = vec![self.all; rows];
        }
    }

    /// These rows have been on the screen.
    pub fn window(&mut self, from: usize, height: usize) {
        for row in self.rows.iter_mut().skip(from).take(height) {
            *row = true;
        }
        self.all = self.shape.is_some() && self.rows.iter().all(|seen| *seen);
    }

    fn left(&self, from: usize, height: usize) -> usize {
        let outside = |row: &usize| !(from..from + height).contains(row);
        let unseen = self.rows.iter().enumerate().filter(|(_, seen)| !**seen);
        unseen.filter(|(row, _)| outside(row)).count()
    }

    /// The first row that hasn't been.
    pub fn first_left(&self) -> Option<usize> {
        self.rows.iter().position(|seen| !seen)
    }

    /// Whether the whole document has been on the screen.
    pub fn all(&self) -> bool {
        self.all
    }

    /// How much of it has been, in percent; a hundred only for all of it.
    pub fn percent(&self, from: usize, height: usize) -> usize {
        let rows = self.rows.len().max(1);
        (rows - self.left(from, height).min(rows)) * 100 / rows
    }
}

/// `approved` or `rejected` as it is said while it is sent.
pub fn sending_words(word: Word) -> &'static str {
    match word {
        Word::Approve => "approving…",
        Word::Reject => "rejecting…",
        Word::Respond => "answering…",
    }
}
