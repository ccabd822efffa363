//! What became of a request, in one line for people. Everything an agent wrote goes through
//! `Untrusted::plain_line`, so a line stays a line and obeys nobody.

use std::time::SystemTime;

use crate::api::request::{Request, Settled};
use crate::domain::id::PersonId;
use crate::domain::lifecycle::Status;
use crate::domain::time::{At, Span};
use crate::domain::untrusted::Untrusted;

/// The time on this machine, for ages and for what is left.
pub fn now() -> At {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let millis = since_1970.map_or(0, |since| since.as_millis());
    At::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}

/// A length of time with its one or two largest units: `41 min`, `2 h 5 min`.
pub fn span(span: Span) -> String {
    let seconds = span.millis() / 1000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, _) => with_rest(hours, "h", minutes % 60, "min"),
        _ => with_rest(days, "d", hours % 24, "h"),
    }
}

fn with_rest(count: i64, unit: &str, rest: i64, rest_unit: &str) -> String {
    match rest {
        0 => format!("{count} {unit}"),
        _ => format!("{count} {unit} {rest} {rest_unit}"),
    }
}

/// These people, the first few by id.
pub fn people(ids: &[PersonId]) -> String {
    const NAMED: usize = 3;
    let ids: Vec<&str> = ids.iter().map(PersonId::as_str).collect();
    match ids.as_slice() {
        [] => "nobody".to_owned(),
        [one] => (*one).to_owned(),
        [some @ .., last] if some.len() < NAMED => format!("{} or {last}", some.join(", ")),
        many => format!(
            "{} or {} others",
            many[..NAMED].join(", "),
            many.len() - NAMED
        ),
    }
}

/// What became of it, without its id: `rejected by ana: wrong list`.
pub fn outcome(request: &Request, now: At) -> String {
    let status = request.status;
    match status {
        Status::Pending => pending(request, now),
        Status::Allowed | Status::Denied => {
            format!("{}: {}", status.word(), request.verdict.text.plain_line())
        }
        Status::Approved | Status::Rejected | Status::Cancelled => settled(request),
        Status::Expired => "expired: nobody decided in time".to_owned(),
        Status::Lapsed => "lapsed: approved, but not used in time".to_owned(),
        Status::Revoked => "revoked: the approval was taken back before it was used".to_owned(),
        Status::Executing => format!("executing, {}", how_it_got_through(request)),
        Status::Executed | Status::Failed | Status::Unknown => ended(request),
    }
}

fn pending(request: &Request, now: At) -> String {
    let who = match &request.review {
        Some(review) if review.needed > 1 => format!(
            "waiting for {}, {} of {} approvals given",
            people(&review.reviewers),
            review.given,
            review.needed
        ),
        Some(review) => format!("waiting for {}", people(&review.reviewers)),
        None => "waiting".to_owned(),
    };
    format!("pending: {who}; {}", deadline(request.expires_at, now))
}

/// When it expires, from now.
pub fn deadline(expires_at: Option<At>, now: At) -> String {
    match expires_at {
        Some(at) if at > now => format!("expires in {}", span(at.since(now))),
        Some(_) => "its time is up".to_owned(),
        None => "never expires".to_owned(),
    }
}

fn settled(request: &Request) -> String {
    let word = request.status.word();
    match &request.settled {
        Some(Settled { by, reason, .. }) => {
            with_reason(&format!("{word} by {by}"), reason.as_ref())
        }
        None => word.to_owned(),
    }
}

fn with_reason(text: &str, reason: Option<&Untrusted>) -> String {
    match reason {
        Some(reason) => format!("{text}: {}", reason.plain_line()),
        None => text.to_owned(),
    }
}

fn how_it_got_through(request: &Request) -> String {
    match &request.settled {
        Some(Settled { by, .. }) => format!("approved by {by}"),
        None => "allowed by policy".to_owned(),
    }
}

fn ended(request: &Request) -> String {
    let attempt = request.execution.attempts.last();
    let how = how_it_got_through(request);
    let word = match request.status {
        Status::Unknown => "unknown what became of it",
        // The gate handed it over and did not see what the agent made of it.
        Status::Executed if attempt.is_some_and(|a| a.observed == Some(false)) => {
            "handed to the agent"
        }
        status => status.word(),
    };
    with_reason(
        &format!("{word}, {how}"),
        attempt.and_then(|attempt| attempt.error.as_ref()),
    )
}

/// The wire's word for a value that is one.
pub fn word_of(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
