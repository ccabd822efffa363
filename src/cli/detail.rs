//! A whole request on paper: first what and to whom, then the rest, then the agent's own words and the
//! parameters. Everything that an agent wrote in lines of its own stands behind a bar that the text
//! itself can't produce, so it can't pass for signoff's words.

use std::fmt::Write as _;

use super::words;
use crate::api::request::Request;
use crate::domain::json::{Json, Limits, canonical, parse};
use crate::domain::lifecycle::Status;
use crate::domain::raw::RawJson;
use crate::domain::time::At;
use crate::domain::untrusted::{Untrusted, safe};

const BAR: &str = "  │ ";

/// Everything about it.
pub fn detail(request: &Request, now: At, _width: Option<usize>) -> String {
    let mut page = Page(String::new());
    page.line(&request.headline.plain_line());
    page.line(&format!("{}  {}", request.id, words::outcome(request, now)));
    page.line("");
    facts(&mut page, request, now);
    votes(&mut page, request);
    if request.title.is_some() || request.reason.is_some() {
        page.line("\nThe agent says");
        for text in request.title.iter().chain(&request.reason) {
            page.quoted(text);
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
    page.0
}

fn facts(page: &mut Page, request: &Request, now: At) {
    page.fact("Action", request.action.as_str());
    for recipient in &request.recipients {
        page.fact("To", &recipient.plain_line());
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
    page.fact("Digest", &request.digest.to_string());
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

fn votes(page: &mut Page, request: &Request) {
    for vote in &request.decisions {
        let mut text = format!("{} by {} at {}", vote.decision.past(), vote.by, vote.at);
        if let Some(reason) = &vote.reason {
            write!(text, ": {}", reason.plain_line()).expect("writing to a string can't fail");
        }
        page.fact("Vote", &text);
    }
}

struct Page(String);

impl Page {
    fn line(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }

    fn fact(&mut self, name: &str, value: &str) {
        self.line(&format!("  {name:<13} {value}"));
    }

    fn quoted(&mut self, text: &Untrusted) {
        for line in text.plain().lines() {
            self.line(&format!("{BAR}{line}"));
        }
    }

    /// The value with a line for each member; a text of several lines is shown as such.
    fn json(&mut self, raw: &RawJson) {
        match parse(raw.text().as_bytes(), Limits::default()) {
            Ok(value) => self.value("", "", &value),
            Err(_) => self.quoted(&Untrusted::from(raw.text())),
        }
    }

    fn value(&mut self, indent: &str, name: &str, value: &Json) {
        let deeper = format!("{indent}  ");
        match value {
            Json::Object(members) if !members.is_empty() => {
                self.name(indent, name);
                let indent = if name.is_empty() { indent } else { &deeper };
                for (key, member) in members {
                    self.value(indent, &safe(key), member);
                }
            }
            Json::Array(items) if !items.is_empty() => {
                self.name(indent, name);
                let indent = if name.is_empty() { indent } else { &deeper };
                for item in items {
                    self.value(indent, "-", item);
                }
            }
            Json::String(text) if text.contains('\n') => {
                self.name(indent, name);
                for line in Untrusted::from(text.as_str()).plain().lines() {
                    self.line(&format!("{BAR}{indent}  │ {line}"));
                }
            }
            scalar => self.scalar(indent, name, scalar),
        }
    }

    fn name(&mut self, indent: &str, name: &str) {
        if !name.is_empty() {
            self.line(&format!("{BAR}{indent}{}", label(name)));
        }
    }

    fn scalar(&mut self, indent: &str, name: &str, scalar: &Json) {
        let text = safe(&String::from_utf8_lossy(&canonical(scalar)));
        let label = label(name);
        let gap = if label.is_empty() { "" } else { " " };
        self.line(&format!("{BAR}{indent}{label}{gap}{text}"));
    }
}

fn label(name: &str) -> String {
    match name {
        "" => String::new(),
        "-" => "-".to_owned(),
        name => format!("{name}:"),
    }
}
