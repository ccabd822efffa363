//! What may be said and done about a request, as far as the inbox knows. The keys ask here, and so do the
//! footer, where keys are dim, and the help: they can't differ.

use std::time::Duration;

use crate::api::request::Request;
use crate::api::seal::{BROKEN, Seal};
use crate::domain::id::RequestId;
use crate::domain::lifecycle::{Decision, Status};
use crate::domain::risk::Risk;
use crate::domain::untrusted::safe;
use crate::domain::verdict::Effect;

use super::document::{self, ABOVE_THE_KEYS, Row};
use super::layout::{Layout, Mode};
use super::pending::Approved;
use super::{State, Tab, words};

/// How long the last approval can be taken back without going to it first.
const FRESH: Duration = Duration::from_secs(30);

/// Said where an approval has been used.
pub const STARTED: &str = "too late to take it back: it was started";

/// Whether a decision about this needs a second key.
pub fn is_grave(request: &Request) -> bool {
    request.risk.level >= Risk::High
}

/// What policy says to whoever decides about it, as rows right above the keys; none where they have no place of
/// their own, or where it is more than fits there.
pub fn guidance_of(request: &Request, layout: &Layout) -> Vec<Row> {
    let guidance = request.review.as_ref().and_then(|r| r.guidance.as_ref());
    let Some(guidance) = words::said(guidance).filter(|_| !request.status.decided()) else {
        return Vec::new();
    };
    let rows = document::guidance(guidance, layout.detail_columns().1);
    match layout.column() {
        Some(_) if rows.len() <= ABOVE_THE_KEYS => rows,
        _ => Vec::new(),
    }
}

/// Why the caller can't take a decision of their own about this back; nothing if they can.
fn why_not_undo(request: &Request) -> Option<&'static str> {
    if request.you.as_ref().is_some_and(|you| you.may_undo) {
        return None;
    }
    Some(match request.status {
        Status::Rejected => "a rejection can't be taken back: the agent asks again",
        Status::Answered => "an answer can't be taken back: the agent has it",
        Status::Executing | Status::Executed | Status::Failed | Status::Unknown => STARTED,
        Status::Revoked => "it has been taken back already",
        Status::Pending => "you haven't approved it: there is nothing to take back",
        Status::Approved => "not your approval: it isn't yours to take back",
        Status::Allowed | Status::Denied | Status::Expired | Status::Cancelled | Status::Lapsed => {
            "nothing of yours to take back"
        }
    })
}

impl State {
    /// Why the focused request can't be decided now, whatever the decision. The same words stand in the
    /// footer where the keys are dim.
    pub fn obstacle(&self) -> Option<String> {
        if self.layout().mode == Mode::Tiny {
            return Some("the window is too small to see what is decided".to_owned());
        }
        let Some(focused) = self.pending.list.focused() else {
            let narrowed = !self.pending.list.query.is_empty();
            return Some(match narrowed {
                true => "the filter finds nothing: esc shows all that waits".to_owned(),
                false => "nothing waits".to_owned(),
            });
        };
        let Some(detail) = self.pending.reading() else {
            return Some("still loading".to_owned());
        };
        if !self.is_live() {
            return Some("not connected: a decision needs the gate".to_owned());
        }
        if self.pending.doing.contains(&focused.id) {
            return Some("that is on its way to the gate".to_owned());
        }
        if self.pending.is_next(focused.id) {
            return Some("it is being decided with the others".to_owned());
        }
        if self.pending.sending(focused.id).is_some() {
            return Some("a decision is on its way".to_owned());
        }
        let request = &detail.request;
        if request.status.decided() {
            return Some(format!("already {}", request.status.word()));
        }
        let you = request.you.as_ref();
        match you {
            Some(you) if you.may_decide => None,
            Some(you) => Some(safe(
                you.why_not.as_deref().unwrap_or("not yours to decide"),
            )),
            None => Some("not yours to decide".to_owned()),
        }
    }

    /// Why the focused request can't be approved now, with its parameters or with others: a digest is sent,
    /// and it has to be the digest of what is shown.
    pub fn why_not_approve(&self) -> Option<String> {
        self.obstacle().or_else(|| {
            let broken = self.pending.reading()?.seal == Seal::Broken;
            broken.then(|| BROKEN.to_owned())
        })
    }

    /// Why there is nothing that can be taken back from here; nothing if there is.
    pub fn why_not_undo(&self) -> Option<&'static str> {
        let request = match self.tab {
            Tab::Pending => self.pending.reading().map(|detail| &detail.request),
            Tab::History => self.recorded(),
            Tab::Settings => None,
        };
        let nothing = "nothing to take back here: History has what you approved";
        request.map_or(Some(nothing), why_not_undo)
    }

    /// The focused request of the history, as it is known best.
    pub fn recorded(&self) -> Option<&Request> {
        let row = self.history.list.focused()?;
        let known = self.history.details.get(row.id);
        Some(known.map_or(row, |detail| &detail.request))
    }

    /// What was approved from here a moment ago and can still be taken back.
    pub fn just_approved(&self) -> Option<RequestId> {
        let last = self.last_approved()?;
        last.too_late.is_none().then_some(last.id)
    }

    /// Why what was approved from here a moment ago can't be taken back any more.
    pub fn why_too_late(&self) -> Option<&'static str> {
        self.last_approved()?.too_late
    }

    fn last_approved(&self) -> Option<&Approved> {
        let last = self.pending.approved.as_ref()?;
        (self.tab == Tab::Pending && self.now.elapsed < last.at + FRESH).then_some(last)
    }

    /// What is known to have become of a row of the list.
    pub fn status_of(&self, request: &Request) -> Status {
        let known = self.pending.details.get(request.id);
        known.map_or(request.status, |detail| detail.request.status)
    }

    /// Whether that is final for the request.
    pub fn is_decided(&self, request: &Request) -> bool {
        self.status_of(request).decided()
    }

    /// Whether the one who looks has taken it on.
    pub fn claims(&self, request: &Request) -> bool {
        let me = self.me.as_ref().map(|me| me.id.as_str());
        let claim = request.claim.as_ref();
        claim.is_some_and(|claim| Some(claim.by.as_str()) == me)
    }

    /// The focused request, while it is put off.
    pub fn put_off(&self) -> Option<RequestId> {
        let request = &self.pending.reading()?.request;
        let until = request.you.as_ref()?.snoozed_until?;
        (until > self.now.wall).then_some(request.id)
    }

    /// Why an approval of the focused request holds once and no longer.
    pub fn why_not_remembered(&self) -> Option<String> {
        let request = &self.pending.reading()?.request;
        let you = request.you.as_ref()?;
        if !you.remember.is_empty() {
            return None;
        }
        let me = self.me.as_ref().map(|me| me.id.as_str());
        let own = request.on_behalf_of.as_ref().map(|person| person.as_str());
        Some(match own == me {
            true => format!("an admin hasn't unlocked {}: each is asked", request.action),
            false => "not your own request: each is asked".to_owned(),
        })
    }

    /// Who ended the review of a request, how and when: `rejected by ana at 14:02`.
    pub fn ended(&self, request: &Request) -> Option<String> {
        let Some(settled) = &request.settled else {
            let word = match request.verdict.effect {
                Effect::Allow => "allowed",
                Effect::Deny => "denied",
                Effect::Ask => return None,
            };
            let by = super::history::decided_by(request).plain_line();
            let at = words::clock(request.created_at, &self.zone);
            return Some(format!("{word} by {by} at {at}"));
        };
        let at = words::clock(settled.at, &self.zone);
        let mut text = match settled.decision {
            Decision::Approved | Decision::Rejected | Decision::Answered => {
                format!("{} by {} at {at}", settled.decision.word(), settled.by)
            }
            Decision::Expired => format!("expired at {at}"),
            Decision::Cancelled => format!("cancelled by {} at {at}", settled.by),
        };
        if matches!(
            request.status,
            Status::Executing | Status::Executed | Status::Failed
        ) {
            text.push_str(&format!(", {}", request.status.word()));
        }
        if let Some(by) = &request.execution.revoked_by {
            text.push_str(&format!(", taken back by {by}"));
        }
        let said = words::said(settled.answer.as_ref());
        if let Some(reason) = said.or_else(|| words::said(settled.reason.as_ref())) {
            text.push_str(&format!(": {}", reason.plain_line()));
        }
        Some(text)
    }
}
