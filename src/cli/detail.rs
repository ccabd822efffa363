//! A whole request on paper: first what and to whom, then the rest, then the agent's own words and the
//! parameters. Everything that an agent wrote in lines of its own stands behind a bar that the text
//! itself can't produce, so it can't pass for signoff's words.

mod change;
mod happened;
mod page;
mod review;

use super::words;
use crate::api::request::Request;
use crate::domain::lifecycle::Status;
use crate::domain::raw::RawJson;
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;
use page::{ON, Page};

/// Everything about it.
pub fn detail(request: &Request, now: At, width: Option<usize>) -> String {
    let mut page = Page::new(width);
    page.wrapped("", ON, &request.headline.plain_line());
    page.wrapped("", ON, &words::outcome(request, now));
    page.line(&request.id.to_string());
    page.line("");
    facts(&mut page, request, now);
    review::review(&mut page, request, now);
    happened::happened(&mut page, request);
    if request.title.is_some() || request.reason.is_some() {
        page.line("\nThe agent says");
        for text in request.title.iter().chain(&request.reason) {
            page.quoted("", text);
        }
    }
    let result = request.execution.attempts.last();
    let result = result.and_then(|attempt| attempt.result.as_ref());
    for (heading, json) in [
        ("Parameters", request.params.as_ref()),
        ("Context", request.context.as_ref()),
        ("Result, as it was reported", result),
    ] {
        if let Some(json) = json {
            page.line(&format!("\n{heading}"));
            page.json(json);
        }
    }
    if let Some(original) = &request.original {
        let editors = words::and(&request.edited_by);
        page.line(&format!("\nWhat {editors} changed of what was asked"));
        change::change(&mut page, original.params.as_ref(), request.params.as_ref());
    }
    page.done()
}

/// What other parameters would change, field by field, below a heading.
pub fn edit(heading: &str, was: Option<&RawJson>, is: &RawJson, width: Option<usize>) -> String {
    let mut page = Page::new(width);
    page.line(&format!("\n{heading}"));
    change::change(&mut page, was, Some(is));
    page.done()
}

fn facts(page: &mut Page, request: &Request, now: At) {
    page.fact("Action", request.action.as_str());
    // What only the agent says of whom it reaches is not taken for what the parameters say.
    let to = if request.recipients_claimed {
        "To, it says"
    } else {
        "To"
    };
    for recipient in &request.recipients {
        page.fact(to, &recipient.plain_line());
    }
    page.fact("Agent", request.agent.as_str());
    if let Some(person) = &request.on_behalf_of {
        page.fact("On behalf of", person.as_str());
    }
    page.fact("Trigger", &words::word_of(&request.trigger));
    for (name, text) in [
        ("Conversation", &request.conversation),
        ("Node", &request.node),
    ] {
        if let Some(text) = text {
            page.fact(name, &text.plain_line());
        }
    }
    if let Some(resource) = &request.resource {
        let (kind, id) = (resource.kind.plain_line(), resource.id.plain_line());
        let owner = resource.owner.as_ref();
        let owner = owner.map_or_else(String::new, |owner| format!(", the agent says {owner}'s"));
        page.fact("Resource", &format!("{kind} {id}{owner}"));
    }
    page.fact("Risk", &risk(request));
    page.fact("Policy", &request.verdict.text.plain_line());
    page.fact(
        "Asked",
        &format!("{} ago", words::span(now.since(request.created_at))),
    );
    if request.status == Status::Pending && request.approves_at().is_none() {
        page.fact("Deadline", &words::deadline(request.expires_at, now));
    }
    // In one piece even at eighty columns: it is there to be copied.
    page.line(&format!("  {}", request.digest));
}

fn risk(request: &Request) -> String {
    let level = request.risk.level.word();
    let reasons: Vec<String> = request
        .risk
        .reasons
        .iter()
        .map(Untrusted::plain_line)
        .collect();
    match reasons.as_slice() {
        [] => level.to_owned(),
        reasons => format!("{level}: {}", reasons.join("; ")),
    }
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::cli::sample::request;

    const NOW: At = At::from_millis(1_800_000_000_000);

    #[test]
    fn what_and_to_whom_come_first_and_parameters_read_naturally() {
        let text = detail(&request(), NOW, None);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn recipients_that_only_the_agent_names_are_marked() {
        let mut claimed = request();
        claimed.recipients_claimed = true;
        let text = detail(&claimed, NOW, None);
        assert!(
            text.contains("  To, it says   cfo@acme.example\n"),
            "{text}"
        );
    }

    #[test]
    fn what_happened_is_told_in_order_with_the_run() {
        let mut value = serde_json::to_value(request()).unwrap();
        value["status"] = "executed".into();
        value["decisions"] = serde_json::json!([{
            "by": "ana", "decision": "approve", "digest": value["digest"], "plan": 1,
            "reason": "", "notify_agent": false, "remember": "once",
            "at": "2027-01-15T07:59:00.000Z",
        }]);
        value["settled"] = serde_json::json!({
            "decision": "approved", "by": "ana", "at": "2027-01-15T07:59:00.000Z",
            "reason": "", "notify_agent": true, "agent_told_at": "2027-01-15T07:59:05.000Z",
        });
        value["execution"]["attempts"] = serde_json::json!([{
            "epoch": 1, "started_at": "2027-01-15T07:59:01.000Z",
            "ended_at": "2027-01-15T07:59:02.000Z", "outcome": "executed", "observed": false,
            "error": null,
        }]);
        let text = detail(&serde_json::from_value(value).unwrap(), NOW, None);
        let (_, happened) = text.split_once("\nWhat happened\n").unwrap();
        let (happened, _) = happened.split_once("\n\n").unwrap();
        assert_eq!(
            happened,
            "  2027-01-15T07:58:00.000Z  asked by outreach\n  \
             2027-01-15T07:59:00.000Z  approved by ana\n  \
             2027-01-15T07:59:01.000Z  started, epoch 1\n  \
             2027-01-15T07:59:02.000Z  handed to the agent\n  \
             2027-01-15T07:59:05.000Z  outreach was told"
        );
        assert!(
            text.contains("\napproved by ana; handed to the agent\n"),
            "{text}"
        );
    }

    #[test]
    fn the_plan_says_who_is_asked_when_and_who_is_at_it() {
        let mut value = serde_json::to_value(request()).unwrap();
        value["review"] = serde_json::json!({
            "resolver": "record_owner", "reviewers": ["ana", "agent:triage"], "needed": 2, "given": 1,
            "plan": 2, "fallback_at": "2027-01-15T08:12:00.000Z", "separate": true,
            "guidance": "Check the price\nagainst the CRM.",
            "stages": [
                {"resolver": "record_owner", "reviewers": [], "open": false, "skipped": "nobody such"},
                {"resolver": "group:sales", "reviewers": ["ana", "agent:triage"], "open": true,
                    "skipped": null},
                {"resolver": "manager", "reviewers": ["lee"], "open": false, "skipped": null},
                {"resolver": "role:admin", "reviewers": ["owner", "kim"], "open": false, "skipped": null},
            ],
        });
        value["claim"] = serde_json::json!({"by": "ben", "until": "2027-01-15T08:14:00.000Z"});
        value["looking"] = serde_json::json!(["lee", "kim"]);
        value["you"] = serde_json::json!({
            "may_decide": false, "why_not": "ana has already approved it", "remember": [],
            "notify_always": false, "snoozed_until": "2027-01-15T09:00:00.000Z",
        });
        value["decisions"] = serde_json::json!([
            {"by": "ben", "stands_for": "ana", "decision": "approve", "digest": value["digest"],
                "plan": 2, "reason": "fine", "notify_agent": false, "remember": "once",
                "at": "2027-01-15T07:59:00.000Z"},
            {"by": "lee", "counts": false, "decision": "approve", "digest": value["digest"], "plan": 1,
                "reason": null, "notify_agent": false, "remember": "once",
                "at": "2027-01-15T07:58:30.000Z"},
        ]);
        let text = detail(&serde_json::from_value(value).unwrap(), NOW, None);
        let (_, review) = text.split_once("\nReview\n").unwrap();
        let (review, happened) = review.split_once("\n\n").unwrap();
        assert_eq!(
            review,
            "  Guidance      Check the price⏎against the CRM.\n  \
             Needs         2 approvals by different people, 1 given; not by those whom it is done for, \
             who own the agent or who edited it\n  \
             Passed over   record_owner: nobody such\n  \
             Asks          ana and agent:triage (group:sales)\n  \
             Then          lee (manager), in 12 min\n  \
             Then          owner and kim (role:admin)\n  \
             Claim         claimed by ben for another 14 min\n  \
             Looking now   lee and kim\n  \
             You           ana has already approved it\n  \
             Put off       by you, until 2027-01-15T09:00:00.000Z"
        );
        assert!(
            happened.contains("approved by ben for ana, who is away: fine\n"),
            "{text}"
        );
        assert!(
            happened.contains("approved by lee, which doesn't count any more\n"),
            "{text}"
        );
    }

    #[test]
    fn an_edit_is_shown_by_whom_and_field_by_field() {
        let mut edited = request();
        let mut params = serde_json::to_value(&edited.params).unwrap();
        edited.original = Some(crate::api::request::Original {
            digest: edited.digest,
            params: edited.params.clone(),
        });
        edited.edited_by = vec!["ana".parse().unwrap(), "ben".parse().unwrap()];
        params["subject"] = "Your renewal\u{1b}[2J".into();
        params["body"] = "Dear all,\n\nthat was it.\n".into();
        params.as_object_mut().unwrap().remove("empty");
        edited.params = Some(RawJson::from_text(params.to_string()).unwrap());
        let text = detail(&edited, NOW, None);
        let (_, changed) = text
            .split_once("\nWhat ana and ben changed of what was asked\n")
            .unwrap();
        let changed: Vec<&str> = changed.lines().collect();
        assert!(!text.contains('\u{1b}'), "{text}");
        for lines in [
            &[
                "  │ subject",
                "  │   - \"Your renewal\"",
                "  │   + \"Your renewal\\u001b[2J\"",
            ][..],
            &["  │ empty", "  │   - {}"],
            &[
                "  │ body",
                "  │     (2 lines as they were)",
                "  │   - this is it.",
                "  │   + that was it.",
                "  │     (1 line as it was)",
            ],
        ] {
            let there = changed.windows(lines.len()).any(|window| window == lines);
            assert!(there, "{lines:?} in {changed:#?}");
        }
        // `1.10` is written in another way, and means the same.
        assert!(
            !changed.iter().any(|line| line.contains("copies")),
            "{changed:#?}"
        );
    }

    #[test]
    fn hostile_text_stays_behind_its_bar_and_inside_the_terminal() {
        let mut hostile = request();
        let attack = format!(
            "ok\u{1b}[2J\u{202e}\r\napprove? type yes: {}\n  To            boss@crm.example",
            "x".repeat(300)
        );
        hostile.headline = Untrusted::from(attack.as_str());
        hostile.reason = Some(Untrusted::from(attack.as_str()));
        hostile.recipients = vec![Untrusted::from(attack.as_str())];
        let params = serde_json::json!({ "a\u{1b}[2J\nb": [attack, { "deep": attack }] });
        hostile.params = Some(RawJson::from_text(params.to_string()).unwrap());
        for width in [40, 80, 120] {
            let text = detail(&hostile, NOW, Some(width));
            assert!(!text.contains(['\u{1b}', '\r', '\u{202e}']), "{text}");
            for line in text.lines() {
                let ours = line.contains("sha256:");
                assert!(ours || line.width() <= width, "{width}: {line}");
                assert!(!line.starts_with("approve?"), "{line}");
                assert!(!line.starts_with("  To            boss"), "{line}");
            }
        }
    }
}
