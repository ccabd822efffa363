//! What another policy would have made of the requests of the past: how many would have become something
//! else, and which, those first that people rejected and that would pass.

use super::short_id::fitted;
use super::table::Table;
use super::words::word_of;
use crate::api::policy::{Remark, Replayed, ReplayedRequest};
use crate::domain::id::RequestId;
use crate::domain::untrusted::Untrusted;
use crate::domain::verdict::Effect;

/// How many requests would have become something else.
pub fn counts(replayed: &Replayed) -> String {
    let Replayed {
        since, looked_at, ..
    } = replayed;
    let more = match replayed.more {
        true => "the newest ",
        false => "",
    };
    let head = format!("Of {more}{looked_at} requests since {since}:\n");
    let rejected = match replayed.rejected_but_would_pass {
        0 => String::new(),
        some => format!(", {some} of which people had rejected"),
    };
    let lines = [
        (replayed.would_allow, "let through that were not", rejected),
        (
            replayed.would_ask,
            "asked about that were not",
            String::new(),
        ),
        (replayed.would_deny, "denied that were not", String::new()),
    ];
    let line = |(count, what, more): (usize, &str, String)| {
        format!("{count:>5}  would have been {what}{more}\n")
    };
    std::iter::once(head).chain(lines.map(line)).collect()
}

/// The requests that would have become something else.
pub fn changes(replayed: &Replayed, width: Option<usize>) -> String {
    let passes = |change: &&ReplayedRequest| change.rejected && change.would_be == Effect::Allow;
    let (rejected, others): (Vec<_>, Vec<_>) = replayed.changes.iter().partition(passes);
    let mut text = String::new();
    let the_others = match rejected.is_empty() {
        true => "",
        false => "The others:\n",
    };
    for (heading, changes) in [
        ("People rejected these, and they would pass:\n", rejected),
        (the_others, others),
    ] {
        if !changes.is_empty() {
            text.push_str(&format!("\n{heading}"));
            text.push_str(&table(&changes, width).one_line_each(width));
        }
    }
    let all = replayed.would_allow + replayed.would_ask + replayed.would_deny;
    if all > replayed.changes.len() {
        text.push_str(&format!("and {} more\n", all - replayed.changes.len()));
    }
    text
}

fn table(changes: &[&ReplayedRequest], width: Option<usize>) -> Table {
    let ids: Vec<RequestId> = changes.iter().map(|change| change.id).collect();
    let mut table = Table::new(&["ID", "STATUS", "WAS", "WOULD BE", "BY", "AGENT", "WHAT"]);
    for (change, id) in changes.iter().zip(fitted(&ids, width)) {
        let by = change.rule.as_ref().map(Untrusted::plain_line);
        table.row([
            id,
            change.status.word().to_owned(),
            word_of(&change.was),
            word_of(&change.would_be),
            by.unwrap_or_else(|| word_of(&change.rung).replace('_', " ")),
            change.agent.to_string(),
            change.headline.plain_line(),
        ]);
    }
    table
}

/// A remark on one line, with its place moved down by so many lines.
pub fn remark(remark: &Remark, lines_above: usize) -> String {
    let Remark { line, column, text } = remark;
    let text = text.plain_line();
    let said = format!("line {line}, column {column}: ");
    // Some say their place themselves.
    let text = text.strip_prefix(&said).unwrap_or(&text);
    format!("line {}, column {column}: {text}", line + lines_above)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replayed(value: serde_json::Value) -> Replayed {
        let mut whole = serde_json::json!({
            "since": "2026-11-01T00:00:00.000Z", "looked_at": 12, "more": false,
            "would_allow": 0, "would_ask": 0, "would_deny": 0, "rejected_but_would_pass": 0,
            "changes": [],
        });
        let members = value.as_object().unwrap().clone();
        whole.as_object_mut().unwrap().extend(members);
        serde_json::from_value(whole).unwrap()
    }

    #[test]
    fn what_people_rejected_comes_first_and_counts_before_it() {
        let change = |id: &str, rejected: bool, would_be: &str| {
            serde_json::json!({
                "id": format!("req_01kaghd3g1ea8tap6w7rc6k{id}"), "status": "rejected",
                "created_at": "2026-11-02T00:00:00.000Z", "agent": "outreach",
                "action": "email.send", "headline": "email\u{1b}[2J\nto pat", "rejected": rejected,
                "was": "ask", "would_be": would_be, "rung": "own_opt_in", "rule": null,
                "text": "because",
            })
        };
        let replayed = replayed(serde_json::json!({
            "would_allow": 1, "would_deny": 2, "rejected_but_would_pass": 1,
            "changes": [change("dj8", true, "allow"), change("dj9", true, "deny")],
        }));
        assert_eq!(
            counts(&replayed),
            "Of 12 requests since 2026-11-01T00:00:00.000Z:\n    \
                 1  would have been let through that were not, 1 of which people had rejected\n    \
                 0  would have been asked about that were not\n    \
                 2  would have been denied that were not\n"
        );
        let text = changes(&replayed, Some(100));
        let (first, others) = text.split_once("\nThe others:\n").unwrap();
        assert!(
            first.starts_with("\nPeople rejected these, and they would pass:\nID"),
            "{text}"
        );
        assert!(first.contains("kdj8") && !first.contains("kdj9"), "{text}");
        assert!(
            others.contains("own opt in") && others.ends_with("and 1 more\n"),
            "{text}"
        );
        assert!(!text.contains('\u{1b}'), "{text}");
    }

    #[test]
    fn a_remark_says_its_place_once_and_moves_with_its_text() {
        for text in ["unknown key", "line 3, column 7: unknown key"] {
            let remark_of = Remark {
                line: 3,
                column: 7,
                text: Untrusted::from(text),
            };
            assert_eq!(remark(&remark_of, 2), "line 5, column 7: unknown key");
        }
    }
}
