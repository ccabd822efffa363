//! A whole request on paper: first what and to whom, then the rest, then the agent's own words and the
//! parameters. Everything that an agent wrote in lines of its own stands behind a bar that the text
//! itself can't produce, so it can't pass for signoff's words.

use unicode_width::UnicodeWidthStr;

use super::fit::wrap;
use super::words;
use crate::api::request::Request;
use crate::domain::json::{Json, Limits, canonical, parse};
use crate::domain::lifecycle::Status;
use crate::domain::raw::RawJson;
use crate::domain::time::At;
use crate::domain::untrusted::{Untrusted, safe};

/// Before a line of the agent's, and before what goes on of it below.
const BAR: &str = "  │ ";
const ON: &str = "  ┆ ";
/// Lines are broken no narrower than this.
const NARROWEST: usize = 24;

/// Everything about it.
pub fn detail(request: &Request, now: At, width: Option<usize>) -> String {
    let mut page = Page {
        text: String::new(),
        width,
    };
    page.wrapped("", ON, &request.headline.plain_line());
    page.wrapped("", ON, &words::outcome(request, now));
    page.line(&request.id.to_string());
    page.line("");
    facts(&mut page, request, now);
    history(&mut page, request);
    if request.title.is_some() || request.reason.is_some() {
        page.line("\nThe agent says");
        for text in request.title.iter().chain(&request.reason) {
            page.quoted("", text);
        }
    }
    for (heading, json) in [
        ("Parameters", &request.params),
        ("Context", &request.context),
    ] {
        if let Some(json) = json {
            page.line(&format!("\n{heading}"));
            page.json(json);
        }
    }
    page.text
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
        page.fact("Resource", &format!("{kind} {id}"));
    }
    page.fact("Risk", &risk(request));
    page.fact("Policy", &request.verdict.text.plain_line());
    if let Some(guidance) = request.review.as_ref().and_then(|r| r.guidance.as_ref()) {
        page.fact("Guidance", &guidance.plain_line());
    }
    page.fact(
        "Asked",
        &format!("{} ago", words::span(now.since(request.created_at))),
    );
    if request.status == Status::Pending {
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

/// What has happened to it since it was asked, in that order.
fn history(page: &mut Page, request: &Request) {
    let mut steps: Vec<(At, String)> = Vec::new();
    for vote in &request.decisions {
        let text = format!("{} by {}", vote.decision.past(), vote.by);
        steps.push((vote.at, words::with_reason(&text, vote.reason.as_ref())));
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
        steps.push((attempt.started_at, format!("started, epoch {epoch}")));
        if let Some(at) = attempt.ended_at {
            let end = words::end_of(attempt);
            steps.push((at, words::with_reason(end, attempt.error.as_ref())));
        }
    }
    if steps.is_empty() {
        return;
    }
    steps.sort_by_key(|(at, _)| *at);
    page.line("\nWhat happened");
    page.step(request.created_at, &format!("asked by {}", request.agent));
    for (at, text) in steps {
        page.step(at, &text);
    }
    if let (Status::Approved, Some(at)) = (request.status, request.execution.lapses_at) {
        page.step(at, "lapses, unless it is started before");
    }
}

struct Page {
    text: String,
    width: Option<usize>,
}

impl Page {
    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// A line in as many pieces as it takes, the first behind `first`, the others behind `on`.
    fn wrapped(&mut self, first: &str, on: &str, text: &str) {
        let widest = first.width().max(on.width());
        let left = |width: usize| width.saturating_sub(widest).max(NARROWEST);
        let mut start = first;
        for piece in wrap(text, self.width.map(left)) {
            self.line(format!("{start}{piece}").trim_end());
            start = on;
        }
    }

    fn fact(&mut self, name: &str, value: &str) {
        self.wrapped(&format!("  {name:<13} "), "              ┆ ", value);
    }

    fn step(&mut self, at: At, text: &str) {
        self.wrapped(&format!("  {at}  "), "              ┆ ", text);
    }

    /// Lines of the agent's, this far in.
    fn quoted(&mut self, indent: &str, text: &Untrusted) {
        for line in text.plain().lines() {
            self.wrapped(&format!("{BAR}{indent}"), &format!("{ON}{indent}"), line);
        }
    }

    /// The value with a line for each member, as `name: value`.
    fn json(&mut self, raw: &RawJson) {
        match parse(raw.text().as_bytes(), Limits::default()) {
            Ok(value) => self.value("", "", &value),
            Err(_) => self.quoted("", &Untrusted::from(raw.text())),
        }
    }

    fn value(&mut self, indent: &str, label: &str, value: &Json) {
        let deeper = format!("{indent}  ");
        let members: Vec<(String, &Json)> = match value {
            Json::Object(members) if !members.is_empty() => members
                .iter()
                .map(|(key, member)| (format!("{}:", safe(key)), member))
                .collect(),
            Json::Array(items) if !items.is_empty() => {
                items.iter().map(|item| ("-".to_owned(), item)).collect()
            }
            // A text of several lines is shown in lines, behind a bar of its own.
            Json::String(text) if text.contains('\n') => {
                self.own(indent, label);
                return self.quoted(&format!("{indent}  │ "), &Untrusted::from(text.as_str()));
            }
            scalar => return self.own(indent, &format!("{label} {}", written(scalar))),
        };
        if !label.is_empty() {
            self.own(indent, label);
        }
        let indent = if label.is_empty() { indent } else { &deeper };
        for (label, member) in members {
            self.value(indent, &label, member);
        }
    }

    fn own(&mut self, indent: &str, text: &str) {
        let text = text.trim_start();
        self.wrapped(&format!("{BAR}{indent}"), &format!("{ON}{indent}"), text);
    }
}

/// A value without members, as JSON has it, with numbers as they were sent.
fn written(scalar: &Json) -> String {
    match scalar {
        Json::Number(number) => number.as_written().to_owned(),
        scalar => safe(&String::from_utf8_lossy(&canonical(scalar))),
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
