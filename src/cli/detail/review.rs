//! Who has to say yes to a request, who is asked when, and who is at it.

use super::page::Page;
use crate::api::request::{Request, Review, StageView, You};
use crate::cli::words;
use crate::domain::lifecycle::Status;
use crate::domain::review::Resolver;
use crate::domain::time::At;

/// The plan, and how far it has got.
pub fn review(page: &mut Page, request: &Request, now: At) {
    let Some(review) = &request.review else {
        return;
    };
    page.line("\nReview");
    if let Some(guidance) = &review.guidance {
        page.fact("Guidance", &guidance.plain_line());
    }
    page.fact("Needs", &needs(review));
    if let Some(why) = &review.undecidable {
        page.fact("But", &why.plain_line());
    }
    if review.stages.is_empty() {
        let whom = words::and(&review.reviewers);
        page.fact("Asks", &format!("{whom} ({})", review.resolver));
    }
    let mut fallback_at = review.fallback_at;
    let pending = request.status == Status::Pending;
    // Whom else it would have asked is of no interest once it is decided.
    for stage in review.stages.iter().filter(|stage| stage.open || pending) {
        let (name, text) = said(stage, &mut fallback_at, now);
        page.fact(name, &text);
    }
    if let Some(at) = request.approves_at() {
        let left = words::span(at.since(now));
        page.fact(
            "By itself",
            &format!("approved in {left}, unless somebody rejects it"),
        );
    }
    if pending {
        attention(page, request, now);
    }
}

fn needs(review: &Review) -> String {
    let mut text = match review.needed {
        1 => "1 approval".to_owned(),
        needed => format!(
            "{needed} approvals by different people, {} given",
            review.given
        ),
    };
    if review.separate {
        text.push_str("; not by those whom it is done for, who own the agent or who edited it");
    }
    text
}

/// One resolver: whom it asks, or from when, or why it doesn't.
fn said(stage: &StageView, fallback_at: &mut Option<At>, now: At) -> (&'static str, String) {
    let whom = match &stage.resolver {
        Resolver::AutoAfter(_) => stage.resolver.to_string(),
        resolver => format!("{} ({resolver})", words::and(&stage.reviewers)),
    };
    match (&stage.skipped, stage.open) {
        (Some(why), _) => {
            let text = format!("{}: {}", stage.resolver, why.plain_line());
            ("Passed over", text)
        }
        (None, true) => ("Asks", whom),
        (None, false) => match fallback_at.take() {
            Some(at) => {
                let left = words::span(at.since(now));
                ("Then", format!("{whom}, in {left}"))
            }
            None => ("Then", whom),
        },
    }
}

fn attention(page: &mut Page, request: &Request, now: At) {
    if let Some(claim) = &request.claim {
        page.fact("Claim", &words::claimed(claim, now));
    }
    if !request.looking.is_empty() {
        page.fact("Looking now", &words::and(&request.looking));
    }
    let Some(You {
        why_not,
        snoozed_until,
        ..
    }) = &request.you
    else {
        return;
    };
    if let Some(why) = why_not {
        page.fact("You", &crate::domain::untrusted::safe(why));
    }
    if let Some(until) = snoozed_until {
        page.fact("Put off", &format!("by you, until {until}"));
    }
}
