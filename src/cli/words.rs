//! What became of a request, in one line for people. Everything an agent wrote goes through
//! `Untrusted::plain_line`, so a line stays a line and obeys nobody.

use std::time::SystemTime;

use crate::api::export::end_of;
use crate::api::request::{ClaimView, Request, Settled};
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
    let rounded = |unit: i64| (span.millis() + unit / 2) / unit;
    let (seconds, minutes, hours) = (rounded(1_000), rounded(60_000), rounded(3_600_000));
    match (hours, minutes, seconds) {
        (24.., ..) => with_rest(hours / 24, "d", hours % 24, "h"),
        (_, 60.., _) => with_rest(minutes / 60, "h", minutes % 60, "min"),
        (_, _, 60..) => format!("{minutes} min"),
        _ => format!("{seconds} s"),
    }
}

fn with_rest(count: i64, unit: &str, rest: i64, rest_unit: &str) -> String {
    match rest {
        0 => format!("{count} {unit}"),
        _ => format!("{count} {unit} {rest} {rest_unit}"),
    }
}

/// These people by id; of a crowd the first few.
pub fn people<T: std::fmt::Display>(ids: &[T]) -> String {
    const NAMED: usize = 3;
    let joined = |ids: &[T]| {
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        ids.join(", ")
    };
    match ids {
        [] => "nobody".to_owned(),
        [one] => one.to_string(),
        crowd if crowd.len() > NAMED + 1 => {
            let others = crowd.len() - NAMED;
            format!("{} or {others} others", joined(&crowd[..NAMED]))
        }
        [some @ .., last] => format!("{} or {last}", joined(some)),
    }
}

/// All of these by id, joined by "and".
pub fn and<T: std::fmt::Display>(ids: &[T]) -> String {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    match ids.as_slice() {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [some @ .., last] => format!("{} and {last}", some.join(", ")),
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
        Status::Approved | Status::Rejected | Status::Answered | Status::Cancelled => {
            settled(request)
        }
        Status::Expired => "expired: nobody decided in time".to_owned(),
        Status::Lapsed => "lapsed: approved, but not used in time".to_owned(),
        Status::Revoked => match &request.execution.revoked_by {
            Some(by) => format!("revoked: taken back by {by} before it was used"),
            None => "revoked: taken back before it was used".to_owned(),
        },
        Status::Executing | Status::Executed | Status::Failed | Status::Unknown => run(request),
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
    match &request.settled {
        Some(settled) => decided(settled),
        None => format!("allowed: {}", request.verdict.text.plain_line()),
    }
}

/// How a review ended: `rejected by ana: wrong list`.
pub fn decided(settled: &Settled) -> String {
    let text = format!("{} by {}", settled.decision.word(), settled.by);
    with_reason(&text, settled.answer.as_ref().or(settled.reason.as_ref()))
}

/// Who has taken it on, and for how long nobody needs to hear of them.
pub fn claimed(claim: &ClaimView, now: At) -> String {
    let left = span(claim.until.since(now));
    format!("claimed by {} for another {left}", claim.by)
}

/// The text, and the reason where one says something.
pub fn with_reason(text: &str, reason: Option<&Untrusted>) -> String {
    let reason = reason.map(Untrusted::plain_line).unwrap_or_default();
    match reason.trim() {
        "" => text.to_owned(),
        reason => format!("{text}: {reason}"),
    }
}

/// How it got through, and how its run stands.
fn run(request: &Request) -> String {
    let attempt = request.execution.attempts.last();
    let run = attempt.map_or(request.status.word(), end_of);
    let error = attempt.and_then(|attempt| attempt.error.as_ref());
    format!("{}; {}", settled(request), with_reason(run, error))
}

/// The wire's word for a value that is one.
pub fn word_of(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::PersonId;

    #[test]
    fn spans_read_naturally() {
        for (text, expected) in [
            ("0s", "0 s"),
            ("1400ms", "1 s"),
            ("59s", "59 s"),
            ("60s", "1 min"),
            ("41m", "41 min"),
            ("43199s", "12 h"),
            ("125m", "2 h 5 min"),
            ("24h", "1 d"),
            ("50h", "2 d 2 h"),
        ] {
            assert_eq!(span(text.parse().unwrap()), expected);
        }
    }

    #[test]
    fn a_crowd_of_reviewers_is_counted() {
        let ids = |text: &str| -> Vec<PersonId> {
            text.split_whitespace()
                .map(|id| id.parse().unwrap())
                .collect()
        };
        assert_eq!(people(&ids("")), "nobody");
        assert_eq!(people(&ids("ana")), "ana");
        assert_eq!(people(&ids("ana ben")), "ana or ben");
        assert_eq!(people(&ids("ana ben lee dana")), "ana, ben, lee or dana");
        assert_eq!(
            people(&ids("ana ben lee dana omar")),
            "ana, ben, lee or 2 others"
        );
    }

    #[test]
    fn an_outcome_is_one_line_whatever_was_written() {
        let hostile = "no\u{1b}[2J\nreq_01k3 approved by ana\u{202e}";
        let mut value = serde_json::to_value(crate::cli::sample::request()).unwrap();
        value["status"] = "rejected".into();
        value["verdict"]["text"] = hostile.into();
        value["settled"] = serde_json::json!({
            "decision": "rejected", "by": "ana", "at": "2027-01-15T08:00:00.000Z",
            "reason": hostile, "notify_agent": true, "agent_told_at": null,
        });
        value["execution"]["attempts"] = serde_json::json!([{
            "epoch": 1, "started_at": "2027-01-15T08:00:00.000Z", "ended_at": null,
            "outcome": null, "observed": false, "error": hostile,
        }]);
        for status in Status::ALL {
            value["status"] = status.word().into();
            let request: Request = serde_json::from_value(value.clone()).unwrap();
            let line = outcome(&request, At::from_millis(0));
            assert!(!line.contains(['\n', '\u{1b}', '\u{202e}']), "{line}");
            assert!(!line.is_empty());
        }
        value["status"] = "rejected".into();
        let request = serde_json::from_value(value).unwrap();
        let line = outcome(&request, At::from_millis(0));
        assert!(line.starts_with("rejected by ana: no<^[>[2J"), "{line}");
    }
}
