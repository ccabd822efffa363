//! What has happened to a request since it was asked, in that order, and what is to come.

use super::page::Page;
use crate::api::export::end_of;
use crate::api::request::{DecisionRecord, Request};
use crate::cli::words;
use crate::domain::lifecycle::Status;
use crate::domain::time::At;

/// What has happened to it since it was asked, in that order.
pub fn happened(page: &mut Page, request: &Request) {
    let mut steps: Vec<(At, String)> = Vec::new();
    for vote in &request.decisions {
        steps.push((
            vote.at,
            words::with_reason(&vote_of(vote), vote.reason.as_ref()),
        ));
    }
    if let Some(settled) = &request.settled {
        // A single reviewer's word is the decision; said once, it is enough.
        let told_by_a_vote = request.decisions.iter().any(|vote| vote.at == settled.at);
        if !told_by_a_vote {
            steps.push((settled.at, words::decided(settled)));
        }
        if let Some(at) = settled.agent_told_at {
            steps.push((at, format!("{} was told", request.agent)));
        }
    }
    for attempt in &request.execution.attempts {
        let epoch = attempt.epoch;
        let by = attempt.worker.as_ref();
        let by = by.map_or_else(String::new, |worker| format!(" by worker {worker}"));
        steps.push((attempt.started_at, format!("started{by}, epoch {epoch}")));
        if let Some(at) = attempt.ended_at {
            let end = end_of(attempt);
            steps.push((at, words::with_reason(end, attempt.error.as_ref())));
        }
    }
    let ahead = ahead(request);
    if steps.is_empty() && ahead.is_empty() {
        return;
    }
    steps.sort_by_key(|(at, _)| *at);
    page.line("\nWhat happened");
    page.step(request.created_at, &format!("asked by {}", request.agent));
    for (at, text) in steps {
        page.step(at, &text);
    }
    for (at, text) in ahead {
        page.step(at, &text);
    }
}

/// A reviewer's word, whose it was, and whether it counts.
fn vote_of(vote: &DecisionRecord) -> String {
    let mut text = format!("{} by {}", vote.decision.past(), vote.by);
    if let Some(absent) = &vote.stands_for {
        text.push_str(&format!(" for {absent}, who is away"));
    }
    if !vote.counts {
        text.push_str(", which doesn't count any more");
    }
    text
}

/// What is to come of a run that nobody has ended.
fn ahead(request: &Request) -> Vec<(At, String)> {
    let execution = &request.execution;
    let mut ahead = Vec::new();
    if let (Status::Executing, Some(lease)) = (request.status, &execution.lease) {
        let text = format!("worker {} loses it, unless it renews", lease.worker);
        ahead.push((lease.until, text));
    }
    if request.status == Status::Approved {
        if let Some(at) = execution.held_until {
            ahead.push((
                at,
                "is given out; until then it can be taken back".to_owned(),
            ));
        }
        if let Some(at) = execution.lapses_at {
            ahead.push((at, "lapses, unless it is started before".to_owned()));
        }
    }
    ahead
}
