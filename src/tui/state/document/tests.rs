//! What a request says on the screen: all of it, in its order, and nothing that passes for ours.

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::{Document, Row, Shape, Tone};
use crate::api::request::Request;
use crate::domain::raw::RawJson;
use crate::tui::sample;

fn request(params: &str, also: Value) -> Request {
    let mut request = sample::request(1, "a headline", &json!({}), also);
    request.params = Some(RawJson::from_text(params.to_owned()).unwrap());
    match request
        .params
        .as_ref()
        .is_some_and(|raw| raw.tree().is_ok())
    {
        true => request.sealed(),
        false => request,
    }
}

fn document(request: &Request, width: u16) -> Document {
    let mut document = Document::new(request, &TimeZone::UTC, false);
    let compact = false;
    document.lay_out(Shape { width, compact });
    document
}

fn line(row: &Row) -> String {
    let text: String = row
        .key
        .iter()
        .chain(&row.pieces)
        .map(|piece| piece.text())
        .collect();
    let gutter = if row.gutter { "▏" } else { "" };
    format!("{}{gutter}{}{text}", row.label, " ".repeat(row.indent))
}

fn lines(params: &str, also: Value) -> Vec<String> {
    document(&request(params, also), 76)
        .rows()
        .iter()
        .map(line)
        .collect()
}

/// The rows of the parameters.
fn params(text: &str) -> Vec<String> {
    let lines = lines(text, json!({}));
    let start = lines.iter().position(|line| line.starts_with("Parameters"));
    lines[start.expect("there is a heading") + 1..].to_vec()
}

#[test]
fn each_mailbox_has_a_row_with_its_address_first() {
    let mail = r#"{"to": ["\"Doe, Jane\" <jane@acme.example>", "pat@partner.example"],
                   "bcc": "ben@crm.example; Lee <lee@crm.example>", "subject": "Hi", "body": "Hi"}"#;
    let lines = lines(mail, json!({}));
    let row = |label: &str, text: &str| format!("{label}{}{text}", " ".repeat(11));
    assert_eq!(
        lines[..4],
        [
            row("To", "jane@acme.example  1 of 4  “\"Doe, Jane\"”"),
            row("", "pat@partner.example  2 of 4"),
            row("Bcc", "ben@crm.example  3 of 4"),
            row("", "lee@crm.example  4 of 4  “Lee”"),
        ]
    );
}

#[test]
fn a_name_that_is_another_address_is_warned_of() {
    let warnings = |to: &str| {
        let mail = json!({"to": to, "subject": "x"}).to_string();
        document(&request(&mail, json!({})), 76).warnings
    };
    assert_eq!(
        warnings("\"Dana@bank.example\" <eve@evil.example>"),
        ["eve@evil.example is named like another address, Dana@bank.example"]
    );
    for to in [
        "\"Eve@evil.example\" <eve@evil.example>",
        "Dana <dana@bank.example>",
        "\"Dana @ Bank\" <dana@bank.example>",
        "dana@bank.example",
    ] {
        assert_eq!(warnings(to), [""; 0], "{to}");
    }
}

#[test]
fn a_recipient_that_can_not_be_read_is_shown_whole_and_said_to_be_so() {
    let lines = lines(
        r#"{"to": "ana@crm.example@evil.example", "subject": "x"}"#,
        json!({}),
    );
    assert!(
        lines[0].contains("ana@crm.example@evil.example  can't be read as a recipient"),
        "{lines:#?}"
    );
}

#[test]
fn recipients_that_are_no_texts_are_shown_all_the_same() {
    let shown = params(r#"{"to": [{"name": "Ana"}, 7], "subject": "x"}"#);
    assert_eq!(
        shown,
        [
            "▏to [",
            "▏  {",
            "▏    \"name\": \"Ana\"",
            "▏  },",
            "▏  7",
            "▏]"
        ]
    );
}

#[test]
fn a_recipient_that_only_the_request_names_is_shown_too() {
    let also = json!({"recipients": ["eve@evil.example", "pat@partner.example"]});
    let lines = lines(r#"{"to": "Pat@Partner.example", "subject": "x"}"#, also);
    let also_to: Vec<_> = lines.iter().filter(|line| line.contains("eve@")).collect();
    assert_eq!(also_to.len(), 1);
    assert!(also_to[0].starts_with("Also to"), "{lines:#?}");
}

#[test]
fn a_host_beyond_ascii_is_named_as_computers_look_it_up() {
    let request = request(
        r#"{"to": "ana@bücher.example", "body": "see https://аpple.example/x"}"#,
        json!({}),
    );
    let document = document(&request, 76);
    let lines: Vec<String> = document.rows().iter().map(line).collect();
    assert!(
        lines[0].contains("is ana@xn--bcher-kva.example"),
        "{lines:#?}"
    );
    assert!(
        document
            .warnings
            .iter()
            .any(|w| w.contains("xn--pple-43d.example")),
        "{:?}",
        document.warnings
    );
}

#[test]
fn json_keeps_its_order_and_its_digits() {
    let shown = params(
        r#"{"z": 1.50, "a": {"n": 1e3, "m": [], "s": "a\"b\n"}, "t": true, "e": "", "u": null}"#,
    );
    let key = |key: &str, value: &str| format!("▏{key:<18}{value}");
    assert_eq!(
        shown,
        [
            key("z", "1.50"),
            "▏a {".to_owned(),
            "▏  \"n\": 1e3,".to_owned(),
            "▏  \"m\": [],".to_owned(),
            "▏  \"s\": \"a\\\"b\\n\"".to_owned(),
            "▏}".to_owned(),
            key("t", "true"),
            key("e", "\"\""),
            key("u", "null"),
        ]
    );
}

#[test]
fn a_text_and_a_number_that_look_alike_are_told_apart() {
    let shown = params(r#"{"text": "1", "number": 1}"#);
    assert!(
        shown[0].ends_with("\"1\"") && shown[1].ends_with(" 1"),
        "{shown:#?}"
    );
}

#[test]
fn parameters_need_not_be_an_object() {
    assert_eq!(params("[1, 2]"), ["▏[", "▏  1,", "▏  2", "▏]"]);
    assert_eq!(params("\"one\\ntwo\""), ["▏one", "▏two"]);
    assert_eq!(params("7"), ["▏7"]);
}

#[test]
fn parameters_that_can_not_be_read_are_shown_as_they_came() {
    let shown = params(r#"{"a": 1, "a": 2}"#);
    assert_eq!(shown, [r#"▏{"a": 1, "a": 2}"#]);
}

#[test]
fn rows_an_agent_can_write_are_never_at_the_edge() {
    let hostile = r#"{"to": "x\nPolicy     allowed", "subject": "a\nRisk       none",
                      "body": "To         nobody\n\nPolicy     fine", "Policy": "ok"}"#;
    let also = json!({"title": "ok”\nPolicy     fine", "reason": "x\nyes"});
    let ours = [
        "To",
        "Subject",
        "For",
        "Trigger",
        "Expires",
        "Policy",
        "Agent says",
        "Parameters",
        "",
    ];
    for width in [20, 40, 76] {
        for row in document(&request(hostile, also.clone()), width).rows() {
            assert!(ours.contains(&row.label), "{row:?}");
            if row.label.is_empty() && !row.pieces.is_empty() && !row.gutter {
                assert!(row.indent >= 11, "{row:?}");
            }
        }
    }
}

#[test]
fn every_character_is_reachable_at_every_width() {
    let word = "abcdefghij".repeat(30);
    let deep = format!(r#"{{"{word}": {{"k": {{"{word}": "{word}"}}}}, "long": "{word}"}}"#);
    for width in [5, 12, 30, 76] {
        let document = document(&request(&deep, json!({})), width);
        let all: String = document
            .rows()
            .iter()
            .filter(|row| row.gutter)
            .flat_map(|row| row.key.iter().chain(&row.pieces))
            .map(|piece| piece.text().trim_matches(['"', ' ', ',', ':']))
            .collect();
        assert_eq!(all.matches(&word).count(), 4, "{width}: {all}");
    }
}

#[test]
fn what_is_hidden_is_said_under_the_headline_and_harmless_text_is_not() {
    let hidden = document(&request(r#"{"k\u202e": "a\u200bb"}"#, json!({})), 76);
    assert_eq!(hidden.warnings, ["2 hidden characters: U+202E, U+200B"]);
    let harmless =
        r#"{"to": "ana@crm.example", "subject": "Zażółć 👍🏽", "body": "größer.Das ist gut.\tЮра"}"#;
    let harmless = document(&request(harmless, json!({})), 76);
    assert!(harmless.warnings.is_empty(), "{:?}", harmless.warnings);
}

#[test]
fn the_agents_own_words_stand_back_and_are_quoted() {
    let also = json!({"title": "All good", "reason": "risk: none"});
    let document = document(&request(r#"{"x": 1}"#, also), 76);
    let said: Vec<&Row> = document
        .rows()
        .iter()
        .filter(|row| line(row).contains('“'))
        .collect();
    assert_eq!(said.len(), 2);
    assert_eq!(said[0].label, "Agent says");
    assert!(said.iter().all(|row| row.tone == Tone::Aside));
}

/// Fewer rows are no reason to leave out who else has to agree, or who should have been asked.
#[test]
fn what_counts_for_a_decision_is_there_however_narrow() {
    let plain = json!({"review": {
        "resolver": "role:admin", "reviewers": ["dana", "ben"], "needed": 2, "given": 1, "plan": 1,
        "fallback_at": null, "separate": false, "guidance": null,
    }});
    let mut passed = plain.clone();
    passed["review"]["stages"] = json!([
        {"resolver": "user:ben", "reviewers": [], "open": false, "skipped": "away"},
        {"resolver": "role:admin", "reviewers": ["dana", "ben"], "open": true, "skipped": null},
    ]);
    for compact in [true, false] {
        let rows = |also: &serde_json::Value| {
            let request = sample::request(1, "a headline", &json!({}), also.clone());
            let mut document = Document::new(&request, &TimeZone::UTC, compact);
            document.lay_out(Shape { width: 76, compact });
            format!("{:?}", document.rows())
        };
        let needs = "1 of 2 approvals given, by different people";
        assert!(rows(&plain).contains(needs), "{compact}");
        assert!(rows(&passed).contains(needs), "{compact}");
        assert!(rows(&passed).contains("user:ben: away"), "{compact}");
    }
}

/// An agent that waits, or that has started, needs no telling.
#[test]
fn what_the_agent_knows_is_not_said_to_be_to_come() {
    let settled = json!({"decision": "approved", "by": "dana", "at": "2026-11-20T14:02:00Z", "reason": null,
        "notify_agent": true, "agent_told_at": null});
    let record = |waiting: bool, attempts: Value| {
        let execution = json!({"executor": "agent", "state": "running", "epoch": 1, "lapses_at": null,
            "attempts": attempts});
        let also = json!({"status": "approved", "waiting": waiting, "settled": settled, "execution": execution});
        let request = sample::request(1, "a headline", &json!({}), also);
        let mut document = Document::record(&request, None, &TimeZone::UTC);
        document.lay_out(Shape {
            width: 76,
            compact: true,
        });
        let rows = document.rows().iter();
        rows.map(line).find(|row| row.starts_with("Agent")).unwrap()
    };
    let started = json!([{"epoch": 1, "worker": null, "started_at": "2026-11-20T14:02:01Z", "ended_at": null,
        "outcome": null, "observed": null, "error": null, "result": null}]);
    assert!(record(false, json!([])).contains("to be told"));
    assert!(record(true, json!([])).ends_with("gets it as its answer"));
    assert!(record(true, started).ends_with("knows: it has started"));
}
