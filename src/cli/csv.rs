//! Requests as a file that spreadsheets open (RFC 4180): every text is quoted, and none is a formula.

use super::words;
use crate::api::request::Request;
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;

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

/// A line with the names of the columns, and one for each request.
pub fn csv(requests: &[Request]) -> String {
    let mut text = line(COLUMNS.map(str::to_owned));
    text.extend(requests.iter().map(|request| line(cells(request))));
    text
}

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
    let words_of = |settled: &crate::api::request::Settled| {
        settled.answer.as_ref().or(settled.reason.as_ref()).map(raw)
    };
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
        words::settled_by(request),
        settled.and_then(words_of).unwrap_or_default(),
        request.verdict.rule.as_ref().map(raw).unwrap_or_default(),
        run.map_or("", words::end_of).to_owned(),
        request.digest.to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::sample::request;

    #[test]
    fn no_text_breaks_a_line_leaves_its_field_or_is_a_formula() {
        let mut hostile = request();
        hostile.headline = Untrusted::from("=HYPERLINK(\"http://evil.example\",\"x\")\r\n\"ok\",b");
        hostile.recipients = vec![Untrusted::from("+4420\u{202e}"), Untrusted::from("@sum")];
        let text = csv(&[hostile]);
        let lines: Vec<&str> = text.split_terminator("\r\n").collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert!(lines[1].contains("\"'=HYPERLINK(\"\"http"), "{text}");
        assert!(lines[1].contains("\"'+4420"), "{text}");
        assert!(!text.contains('\u{202e}'), "{text}");
        assert_eq!(lines[0].split(',').count(), COLUMNS.len());
    }
}
