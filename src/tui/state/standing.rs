//! What may be said and done about a request, as far as the inbox knows. The keys ask here, and so do the
//! footer, where keys are dim, and the help: they can't differ.

use crate::api::request::Request;
use crate::domain::lifecycle::{Decision, Status};
use crate::domain::risk::Risk;
use crate::domain::untrusted::safe;
use crate::domain::verdict::Effect;

use super::layout::Mode;
use super::{State, words};

/// Whether a decision about this needs a second key.
pub fn is_grave(request: &Request) -> bool {
    request.risk.level >= Risk::High
}

impl State {
    /// Why the focused request can't be decided now, whatever the decision. The same words stand in the
    /// footer where the keys are dim.
    pub fn obstacle(&self) -> Option<String> {
        if self.layout().mode == Mode::Tiny {
            return Some("the window is too small to see what is decided".to_owned());
        }
        let Some(focused) = self.pending.list.focused() else {
            return Some("nothing waits".to_owned());
        };
        let Some(detail) = self.pending.reading() else {
            return Some("still loading".to_owned());
        };
        if !self.is_live() {
            return Some("not connected: a decision needs the gate".to_owned());
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
        if let Some(reason) = words::said(settled.reason.as_ref()) {
            text.push_str(&format!(": {}", reason.plain_line()));
        }
        Some(text)
    }
}
