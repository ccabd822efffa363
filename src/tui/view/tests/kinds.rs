//! Pictures of what each kind of action looks like, and what is one key away from it.

use super::{dark, text};
use crate::domain::json::{Json, Limits, parse};
use crate::tui::sample::{Desk, decided, queue_of_kinds};

#[test]
fn every_kind_has_what_counts_first() {
    for (width, height) in [(120, 36), (80, 24)] {
        let kinds = queue_of_kinds();
        let mut pictures = String::new();
        let mut desk = Desk::new(width, height, kinds.clone());
        for _ in &kinds {
            let layout = desk.state.layout();
            let screen = text(&desk, &dark());
            for row in screen.lines().skip(usize::from(layout.detail.y)) {
                let from = usize::from(layout.detail.x);
                let row: String = row.chars().skip(from).collect();
                pictures.push_str(row.trim_end());
                pictures.push('\n');
            }
            desk.keys("j");
        }
        insta::assert_snapshot!(format!("kinds_{width}x{height}"), pictures);
    }
}

/// Nothing that would be executed is left out by a view that shows some of it in its own way.
#[test]
fn every_kind_shows_every_parameter() {
    for request in queue_of_kinds() {
        let raw = request.params.clone().unwrap();
        let desk = Desk::new(80, 200, vec![request]);
        let screen = text(&desk, &dark());
        let params = parse(raw.text().as_bytes(), Limits::default()).unwrap();
        let mut leaves = Vec::new();
        collect(&params, &mut leaves);
        assert!(!leaves.is_empty());
        for leaf in leaves {
            for line in leaf.split('\n') {
                assert!(screen.contains(line.trim()), "{line}\n{screen}");
            }
        }
    }
}

fn collect(value: &Json, leaves: &mut Vec<String>) {
    match value {
        Json::Object(members) => members.iter().for_each(|(_, value)| collect(value, leaves)),
        Json::Array(items) => items.iter().for_each(|item| collect(item, leaves)),
        Json::String(text) => leaves.push(text.clone()),
        Json::Number(number) => leaves.push(number.as_written().to_owned()),
        Json::Bool(yes) => leaves.push(yes.to_string()),
        Json::Null => leaves.push("null".to_owned()),
    }
}

#[test]
fn the_bytes_under_the_digest_are_one_key_away() {
    for (width, height) in [(120, 36), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, super::queue());
        desk.keys("j p");
        insta::assert_snapshot!(format!("raw_{width}x{height}"), text(&desk, &dark()));
        desk.keys("esc a");
        assert!(desk.sent.is_empty());
    }
}

#[test]
fn what_was_decided_before_is_one_key_away() {
    let mut gate = super::queue();
    gate.extend(decided());
    let mut desk = Desk::new(80, 24, gate);
    desk.keys("H");
    insta::assert_snapshot!("past_80x24", text(&desk, &dark()));
}

#[test]
fn a_caller_is_seen_to_wait() {
    let kinds = queue_of_kinds();
    let call = kinds.into_iter().filter(|request| request.calls());
    let desk = Desk::new(80, 24, call.collect());
    let screen = text(&desk, &dark());
    assert!(screen.contains("caller waits 1 min"), "{screen}");
}
