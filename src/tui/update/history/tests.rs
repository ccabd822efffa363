//! The promises of the History screen, as stories of keys.

use crate::tui::effect::Part;
use crate::tui::sample::{Desk, decided, email, id, rejected};
use crate::tui::state::Tab;
use crate::tui::state::history::decided_by;
use crate::tui::state::overlay::Overlay;
use crate::tui::state::pending::Pane;

/// A gate where that many were decided and one waits, with the History screen shown.
fn desk(count: u8) -> Desk {
    let mut gate: Vec<_> = (1..=count).rev().map(rejected).collect();
    gate.push(email(250));
    let mut desk = Desk::new(120, 36, gate);
    desk.keys("2");
    desk
}

fn focused(desk: &Desk) -> u8 {
    let row = desk.state.history.list.focused().expect("a row is focused");
    row.id.as_bytes()[0]
}

#[test]
fn nothing_is_asked_for_before_it_is_looked_at() {
    let mut desk = Desk::new(120, 36, decided());
    desk.decide_elsewhere(61, "rejected");
    assert!(desk.browsed.is_empty());
    desk.keys("2");
    assert_eq!(desk.browsed.len(), 1);
    assert_eq!(desk.state.history.list.rows.len(), decided().len());
    assert!(desk.opened.is_empty(), "records need no parameters");
}

#[test]
fn news_come_in_above_and_leave_the_cursor_where_it_is() {
    let mut desk = desk(40);
    assert_eq!(focused(&desk), 40);
    desk.gate.insert(0, rejected(41));
    desk.news("request.rejected", 41);
    assert_eq!(focused(&desk), 40);
    assert_eq!(desk.state.history.new_above(), 1);
    assert_eq!(desk.browsed.len(), 1, "what isn't looked at isn't fetched");

    desk.keys("j j j");
    desk.gate.insert(0, rejected(42));
    desk.news("request.rejected", 42);
    assert_eq!(focused(&desk), 37);
    desk.keys("k k k k");
    assert_eq!(focused(&desk), 41);
    desk.gate.insert(0, rejected(43));
    desk.news("request.rejected", 43);
    desk.keys("g");
    assert_eq!(focused(&desk), 43);
    assert_eq!(desk.state.history.new_above(), 0);
}

#[test]
fn however_much_comes_in_the_way_to_the_newest_is_one_key() {
    let mut desk = desk(10);
    desk.keys("j");
    for n in 11..=120 {
        desk.gate.insert(0, rejected(n));
        desk.news("request.rejected", n);
    }
    assert_eq!((focused(&desk), desk.browsed.len()), (9, 1));
    desk.keys("g");
    assert_eq!(focused(&desk), 120);
    assert_eq!(desk.state.history.new_above(), 0);
    let fetched: u32 = desk.browsed[1..].iter().map(|fetch| fetch.limit).sum();
    assert!(fetched <= 128, "{fetched}");
}

#[test]
fn who_comes_back_to_the_newest_finds_the_newest() {
    let mut desk = desk(3);
    desk.keys("1");
    desk.decide_elsewhere(250, "approved");
    let decided = desk.gate.pop().expect("it was decided");
    desk.gate.insert(0, decided);
    desk.keys("2");
    assert_eq!(focused(&desk), 250);
    desk.keys("j 1");
    desk.gate.insert(0, rejected(4));
    desk.news("request.rejected", 4);
    desk.keys("2");
    assert_eq!(focused(&desk), 3, "who was elsewhere stays there");
    assert_eq!(desk.state.history.new_above(), 1);
}

#[test]
fn what_only_waits_is_no_news_here() {
    let mut desk = desk(3);
    let before = desk.browsed.len();
    desk.ask_first(email(251));
    assert_eq!(desk.browsed.len(), before);
    assert_eq!(desk.state.history.list.rows.len(), 3);
}

#[test]
fn a_run_that_ends_is_told_on_its_row() {
    let mut desk = Desk::new(120, 36, decided());
    desk.keys("2 j");
    let status = desk.gate[1].status;
    let row = &mut desk.gate[1];
    row.status = serde_json::from_str("\"failed\"").unwrap();
    row.version += 1;
    desk.news("execution.reported", 62);
    assert_eq!((focused(&desk), desk.browsed.len()), (62, 1));
    assert_ne!(desk.state.history.list.focused().unwrap().status, status);
}

#[test]
fn a_long_history_is_held_a_window_at_a_time() {
    let mut desk = desk(245);
    for _ in 0..40 {
        desk.keys("ctrl-d");
    }
    assert_eq!(focused(&desk), 1);
    assert!(desk.state.history.list.rows.len() <= 256);
    assert!(desk.browsed.iter().all(|fetch| fetch.limit <= 500));
    let next = desk.browsed.iter().filter(|fetch| fetch.part == Part::Next);
    assert_eq!(next.count(), 3);
}

#[test]
fn enter_opens_it_to_read_and_nothing_there_decides() {
    let mut desk = desk(3);
    desk.keys("j enter");
    assert_eq!(desk.state.history.pane, Pane::Detail);
    assert_eq!(desk.opened, [id(2)]);
    assert!(desk.state.history.reading().is_some());
    desk.keys("a r y space s");
    assert!(desk.sent.is_empty() && desk.saves.is_empty());
    assert!(desk.state.overlay.is_none());
    desk.keys("esc");
    assert_eq!(desk.state.history.pane, Pane::List);
    assert_eq!(focused(&desk), 2);
}

#[test]
fn news_about_what_is_opened_are_read_again() {
    let mut desk = desk(3);
    desk.keys("enter");
    desk.news("notice.taken", 3);
    assert_eq!(desk.opened, [id(3), id(3)]);
}

#[test]
fn why_is_asked_for_the_focused_decision() {
    let mut desk = desk(3);
    desk.keys("j w");
    let Some(Overlay::Why(ladder)) = &desk.state.overlay else {
        panic!("no ladder");
    };
    assert_eq!(ladder.id, id(2));
    desk.keys("esc");
    assert_eq!(desk.state.tab, Tab::History);
}

#[test]
fn what_was_asked_before_the_connection_broke_is_asked_again() {
    let mut desk = desk(3);
    let before = desk.browsed.len();
    desk.disconnect();
    desk.gate.insert(0, rejected(4));
    desk.connect();
    desk.wait(200);
    assert_eq!(desk.browsed.len(), before + 1);
    assert_eq!(desk.state.history.list.rows.len(), 4);
    assert_eq!(focused(&desk), 3);
}

/// A mode is a word of the policy's own; nobody would know it as somebody who decides.
#[test]
fn what_a_mode_let_through_policy_decided() {
    let verdict = |rung: &str, rule: &str| {
        let verdict = serde_json::json!({"effect": "allow", "rung": rung, "rule": rule, "text": "it is read-only"});
        let mut request = decided().remove(2);
        request.verdict = serde_json::from_value(verdict).unwrap();
        decided_by(&request).plain_line()
    };
    assert_eq!(verdict("mode", "confirm_tools"), "policy");
    assert_eq!(verdict("trusted", "Small exports"), "Small exports");
}
