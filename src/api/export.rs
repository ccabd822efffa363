//! Requests as a file for other programs, the same from the command line and from the inbox, byte for byte:
//! CSV that spreadsheets open (RFC 4180), in which every text is quoted and none is a formula, or JSON.

use super::page::Page;
use super::request::{Request, Settled};
use crate::domain::execution::{Attempt, Outcome};
use crate::domain::time::At;
use crate::domain::untrusted::{Untrusted, escaped_json};

/// What kind of file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Csv,
    Json,
}

impl Format {
    pub const ALL: [Format; 2] = [Format::Csv, Format::Json];

    /// How the names of such files end.
    pub const fn ending(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Json => "json",
        }
    }
}

/// A file of requests while it is written: a beginning, a page after the other, an end.
#[derive(Debug)]
pub struct Export {
    format: Format,
    /// Whether there is anything in it yet.
    any: bool,
}

/// How a page begins as JSON.
const HEAD: &str = "{\n  \"items\": [";

/// How it ends.
fn tail(any: bool, next_cursor: Option<&str>) -> String {
    let next = next_cursor.map_or("null".to_owned(), |cursor| format!("{cursor:?}"));
    let last = if any { "\n  ]" } else { "]" };
    format!("{last},\n  \"next_cursor\": {next}\n}}")
}

impl Export {
    /// A new one, and what it begins with.
    pub fn begin(format: Format) -> (Self, String) {
        let beginning = match format {
            Format::Csv => line(COLUMNS.map(str::to_owned)),
            Format::Json => HEAD.to_owned(),
        };
        (Self { format, any: false }, beginning)
    }

    /// The next requests.
    pub fn page(&mut self, requests: &[Request]) -> Result<String, serde_json::Error> {
        if self.format == Format::Csv {
            return Ok(requests
                .iter()
                .map(|request| line(cells(request)))
                .collect());
        }
        let mut text = String::new();
        for request in requests {
            // Set in as in a whole page; what agents sent as JSON stays as it came.
            let page = serde_json::to_string_pretty(&Page::whole(vec![request]))?;
            let item = page.strip_prefix(HEAD).unwrap_or(&page);
            let item = item.strip_suffix(&tail(true, None)).unwrap_or(item);
            text.push_str(if self.any { "," } else { "" });
            text.push_str(&escaped_json(item));
            self.any = true;
        }
        Ok(text)
    }

    /// What it ends with: where the next page begins, if there is one.
    pub fn end(&self, next_cursor: Option<&str>) -> String {
        if self.format == Format::Csv {
            return String::new();
        }
        tail(self.any, next_cursor) + "\n"
    }
}

const COLUMNS: [&str; 15] = [
    "id",
    "status",
    "action",
    "agent",
    "on_behalf_of",
    "risk",
    "what",
    "recipients",
    "asked_at",
    "decided_at",
    "decided_by",
    "reason",
    "rule",
    "run",
    "digest",
];

fn line(cells: [String; COLUMNS.len()]) -> String {
    // Ids are ours, but a file that is opened elsewhere gets nothing unquoted.
    let fields = cells.map(|cell| Untrusted::from(cell).csv_field());
    fields.join(",") + "\r\n"
}

fn cells(request: &Request) -> [String; COLUMNS.len()] {
    let raw = |text: &Untrusted| text.raw_for_execution().to_owned();
    let recipients: Vec<String> = request.recipients.iter().map(raw).collect();
    let settled = request.settled.as_ref();
    let at = |at: Option<At>| at.map_or_else(String::new, |at| at.to_string());
    let words_of = |settled: &Settled| settled.answer.as_ref().or(settled.reason.as_ref()).map(raw);
    let run = request.execution.attempts.last();
    [
        request.id.to_string(),
        request.status.word().to_owned(),
        request.action.to_string(),
        request.agent.to_string(),
        request
            .on_behalf_of
            .as_ref()
            .map_or_else(String::new, ToString::to_string),
        request.risk.level.word().to_owned(),
        raw(&request.headline),
        recipients.join(" "),
        at(Some(request.created_at)),
        at(settled.map(|settled| settled.at)),
        settled_by(request),
        settled.and_then(words_of).unwrap_or_default(),
        request.verdict.rule.as_ref().map(raw).unwrap_or_default(),
        run.map_or("", end_of).to_owned(),
        request.digest.to_string(),
    ]
}

/// Who decided, or that it was policy.
pub fn settled_by(request: &Request) -> String {
    let settled = request.settled.as_ref();
    settled.map_or_else(|| "policy".to_owned(), |settled| settled.by.to_string())
}

/// How a run ended, or that it goes on.
pub fn end_of(attempt: &Attempt) -> &'static str {
    match (attempt.outcome, attempt.observed) {
        (None, _) => "executing",
        // The gate handed it over and did not see what the agent made of it.
        (Some(Outcome::Executed), Some(false)) => "handed to the agent",
        (Some(Outcome::Executed), _) => "executed",
        (Some(Outcome::Failed), _) => "failed",
        (Some(Outcome::Unknown), _) => "nobody knows how it ended",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    fn request() -> Request {
        serde_json::from_str(include_str!("sample.json")).unwrap()
    }

    fn whole(format: Format, pages: &[&[Request]]) -> String {
        let (mut export, mut text) = Export::begin(format);
        for page in pages {
            text.push_str(&export.page(page).unwrap());
        }
        text + &export.end(None)
    }

    #[test]
    fn no_text_breaks_a_line_leaves_its_field_or_is_a_formula() {
        let mut hostile = request();
        hostile.headline = Untrusted::from("=HYPERLINK(\"http://evil.example\",\"x\")\r\n\"ok\",b");
        hostile.recipients = vec![Untrusted::from("+4420\u{202e}"), Untrusted::from("@sum")];
        let text = whole(Format::Csv, &[&[hostile]]);
        let lines: Vec<&str> = text.split_terminator("\r\n").collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert!(lines[1].contains("\"'=HYPERLINK(\"\"http"), "{text}");
        assert!(lines[1].contains("\"'+4420"), "{text}");
        assert!(!text.contains('\u{202e}'), "{text}");
        assert_eq!(lines[0].split(',').count(), COLUMNS.len());
    }

    #[test]
    fn json_is_the_page_of_the_api_however_many_it_came_in() {
        let one = request();
        let mut hostile = request();
        hostile.headline = Untrusted::from("a\u{9b}2J \u{202e}b");
        let (first, last) = (std::slice::from_ref(&one), std::slice::from_ref(&hostile));
        let text = whole(Format::Json, &[first, &[], last]);
        let read: Page<Request> = serde_json::from_str(&text).unwrap();
        assert_eq!(read, Page::whole(vec![one, hostile]));
        assert!(!text.contains(['\u{9b}', '\u{202e}']), "{text}");
        assert_eq!(
            text,
            serde_json::to_string_pretty(&read)
                .map(|json| escaped_json(&json) + "\n")
                .unwrap()
        );
        let none = whole(Format::Json, &[]);
        let read: Page<Request> = serde_json::from_str(&none).unwrap();
        assert_eq!(read, Page::whole(Vec::new()));
        let (export, _) = Export::begin(Format::Json);
        assert!(export.end(Some("abc")).contains("\"next_cursor\": \"abc\""));
    }
}
