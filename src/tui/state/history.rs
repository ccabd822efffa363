//! The History screen: a window on what was decided, the record of the focused request, and the requests
//! that were opened. Nothing here can be changed.
//!
//! Invariant: what is decided meanwhile is counted, and fetched when the user goes there: however much
//! policy lets through a second, an open History costs nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::tz::TimeZone;

use crate::api::request::Request;
use crate::domain::actor::Actor;
use crate::domain::id::RequestId;
use crate::domain::lifecycle::Decision;
use crate::domain::review::Word;
use crate::domain::time::{At, Span};
use crate::domain::untrusted::Untrusted;
use crate::domain::verdict::RungName;

use super::State;
use super::document::{Document, Shape, voter};
use super::layout::{Layout, Mode};
use super::list::List;
use super::pending::{Detail, Details, Filter, Pane};
use super::proof::RecordProof;
use super::settings::section::Section;

#[derive(Debug, Default)]
pub struct History {
    pub list: List,
    pub filter: Filter,
    pub pane: Pane,
    pub record: Option<Record>,
    /// What was opened, with its parameters.
    pub details: Details,
    /// What was checked of where records stand in the log.
    pub proofs: BTreeMap<RequestId, RecordProof>,
    /// Decisions that were made since the window was asked for.
    pub waiting: Waiting,
    /// Where the focus goes when those are here.
    pub then: Option<Then>,
    /// Whether it was on the screen after the last event.
    pub shown: bool,
    /// When the list was last asked for again.
    pub refreshed: Duration,
}

/// How many there are, and how many of them the open question will bring.
#[derive(Debug, Clone, Copy, Default)]
pub struct Waiting {
    pub count: usize,
    pub asked_for: usize,
}

/// A move that had to wait for rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// To the newest decision.
    First,
    /// To the one before.
    Up,
}

/// The record of one request as it was at one time, laid out once.
#[derive(Debug)]
pub struct Record {
    of: (RequestId, u32, Option<At>),
    place: Option<String>,
    pub document: Document,
}

impl Record {
    fn key(request: &Request) -> (RequestId, u32, Option<At>) {
        let settled = request.settled.as_ref();
        let told = settled.and_then(|settled| settled.agent_told_at);
        (request.id, request.version, told)
    }
}

impl History {
    /// The opened request with its parameters, once they are here.
    pub fn reading(&self) -> Option<&Detail> {
        self.details.get(self.list.focused()?.id)
    }

    pub fn reading_mut(&mut self) -> Option<&mut Detail> {
        let id = self.list.focused()?.id;
        self.details.get_mut(id)
    }

    /// Decisions above the first row on the screen that came in since it was there. Of a narrowed list
    /// nobody knows how many, before they are asked for.
    pub fn new_above(&self) -> usize {
        match self.list.query.is_empty() {
            true => self.waiting.count + self.list.new_above,
            false => self.list.new_above,
        }
    }

    /// Makes the record of the focused request, unless it is there already. Who may not see the log
    /// is told nothing of where it stands there.
    pub fn fit_record(&mut self, zone: &TimeZone, shape: Shape, sees_log: bool) {
        let Some(request) = self.list.focused() else {
            self.record = None;
            return;
        };
        let key = Record::key(request);
        let proof = self.proofs.get(&request.id);
        let proof = sees_log.then_some(proof.unwrap_or(&RecordProof::Unasked));
        let place = proof.map(|proof| proof.place(request));
        let had = self.record.take();
        let had = had.filter(|record| record.of == key && record.place == place);
        let mut record = had.unwrap_or_else(|| Record {
            of: key,
            document: Document::record(request, proof, zone),
            place,
        });
        record.document.lay_out(shape);
        self.record = Some(record);
    }
}

impl State {
    /// Why the focused record can't be proven. The key is dim then.
    pub fn why_not_proven(&self) -> Option<String> {
        let role = self.me.as_ref().and_then(|me| me.role);
        let unseen = Section::Audit.why_not_seen(role).map(str::to_owned);
        let nothing = || {
            let none = self.history.list.focused().is_none();
            none.then(|| "there is no record to prove".to_owned())
        };
        let away = || (!self.is_live()).then(|| "not connected: the gate has the log".to_owned());
        unseen.or_else(nothing).or_else(away)
    }

    pub fn history_layout(&self) -> Layout {
        let narrowed = !self.history.list.query.is_empty();
        Layout::of_history(self.size, self.history.pane, narrowed)
    }

    /// Rows of the list that are on the screen at once, when it is.
    pub fn history_entries(&self) -> usize {
        let narrowed = !self.history.list.query.is_empty();
        Layout::of_history(self.size, Pane::List, narrowed).entries()
    }

    /// The window on the record, or on the document that was opened.
    pub fn history_window(&self) -> (Shape, usize) {
        let layout = self.history_layout();
        let warnings = match self.history.pane {
            Pane::List => 0,
            Pane::Detail => self
                .history
                .reading()
                .map_or(0, |detail| detail.document.warnings.len()),
        };
        let text = layout.detail_parts(warnings, 0).text;
        let shape = Shape {
            width: text.width,
            compact: layout.mode != Mode::Split,
        };
        (shape, usize::from(text.height))
    }
}

/// When the review ended: at once, where policy decided.
pub fn decided_at(request: &Request) -> At {
    let settled = request.settled.as_ref();
    settled.map_or(request.created_at, |settled| settled.at)
}

/// How long it took.
pub fn took(request: &Request) -> Span {
    decided_at(request).since(request.created_at)
}

/// Who decided: people, an agent that withdrew, nobody in time, or the rule that answered.
pub fn decided_by(request: &Request) -> Untrusted {
    let Some(settled) = &request.settled else {
        let verdict = &request.verdict;
        // A mode is no rule that somebody would know by its name.
        let rule = verdict
            .rule
            .clone()
            .filter(|_| verdict.rung != RungName::Mode);
        return rule.unwrap_or_else(|| Untrusted::from("policy"));
    };
    let word = match settled.decision {
        Decision::Approved => Word::Approve,
        Decision::Rejected => Word::Reject,
        Decision::Answered => Word::Respond,
        Decision::Cancelled => return Untrusted::from(actor(&settled.by)),
        Decision::Expired => return Untrusted::from("nobody"),
    };
    let votes = request
        .decisions
        .iter()
        .filter(|vote| vote.decision == word && vote.counts);
    let voters: Vec<String> = votes.map(voter).collect();
    Untrusted::from(match voters.is_empty() {
        true => actor(&settled.by),
        false => voters.join(" + "),
    })
}

fn actor(actor: &Actor) -> String {
    match actor {
        Actor::Agent(agent) => agent.to_string(),
        other => other.to_string(),
    }
}
