//! The window on a long list, the news about it, and the patience with a gate that has gone.

use std::time::Duration;

use super::desk;
use crate::tui::effect::Part;
use crate::tui::event::Event;
use crate::tui::sample::{Desk, email, id};
use crate::tui::state::Link;
use crate::tui::update::next_deadline;

#[test]
fn rows_that_come_in_above_wait_above_the_screen() {
    let mut desk = desk();
    desk.keys("j j");
    let row_on_screen = desk.state.pending.list.focus - desk.state.pending.list.top;
    for n in [101, 102, 103] {
        desk.ask_first(email(n));
    }
    let list = &desk.state.pending.list;
    assert_eq!(desk.focused(), Some(id(3)));
    assert_eq!(list.focus - list.top, row_on_screen);
    assert_eq!(list.new_above, 3);
    assert_eq!(list.position(), Some(6));
    desk.keys("g");
    assert_eq!(desk.focused(), Some(id(103)));
    assert_eq!(desk.state.pending.list.new_above, 0);
}

/// What came in above is the most urgent of all: it doesn't wait out of sight while there is room for it.
#[test]
fn nothing_waits_above_a_screen_that_has_room() {
    let mut desk = desk();
    desk.keys("enter");
    desk.ask_first(email(101));
    for _ in 0..2 {
        desk.wait(1_000);
        desk.keys("a");
        desk.answer_decision();
    }
    desk.wait(1_000);
    desk.keys("esc");
    let entries = desk.state.entries();
    let list = &desk.state.pending.list;
    assert!(list.rows.len() < entries);
    assert_eq!((list.top, list.new_above), (0, 0));
    assert_eq!(list.rows[0].id, id(101));
}

#[test]
fn a_flood_of_news_asks_for_one_page_at_a_time() {
    let mut desk = desk();
    desk.asked.clear();
    for n in 1..=50 {
        desk.event(Event::Stream(crate::tui::event::Stream::Changed {
            kind: "request.asked".to_owned(),
            request: Some(id(100 + n)),
            mine: false,
            told: false,
        }));
    }
    desk.wait(1_000);
    assert!(desk.asked.len() <= 2, "{:?}", desk.asked);
}

#[test]
fn a_long_queue_is_held_a_window_at_a_time() {
    let many: Vec<_> = (0..2_000_u16)
        .map(|n| {
            let mut one = email(1);
            let [high, low] = n.to_be_bytes();
            one.id = crate::domain::id::RequestId::from_bytes([
                high, low, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
            ]);
            one
        })
        .collect();
    let first = many[0].id;
    let last = many[1_999].id;
    let mut desk = Desk::new(120, 36, many);
    assert_eq!(desk.state.pending.list.rows.len(), 64);
    for _ in 0..1_000 {
        desk.press("j");
        assert!(desk.state.pending.list.rows.len() <= 448);
    }
    assert_eq!(desk.state.pending.list.position(), Some(1_001));
    for _ in 0..1_000 {
        desk.press("k");
        assert!(desk.state.pending.list.rows.len() <= 448);
    }
    assert_eq!(desk.focused(), Some(first));
    assert_eq!(desk.state.pending.list.position(), Some(1));
    desk.keys("G");
    assert_eq!(desk.focused(), Some(last));
    assert_eq!(desk.state.pending.list.position(), Some(2_000));
    let entries = desk.state.entries();
    assert_eq!(desk.state.pending.list.on_screen(entries).count(), entries);
    desk.keys("g");
    assert_eq!(desk.focused(), Some(first));
    assert!(desk.asked.iter().any(|fetch| fetch.part == Part::Earlier));
}

#[test]
fn details_of_the_next_few_are_there_before_the_cursor() {
    let desk = desk();
    for n in 1..=4 {
        assert!(desk.state.pending.details.get(id(n)).is_some(), "{n}");
    }
    assert!(desk.state.pending.details.get(id(6)).is_none());
}

#[test]
fn a_lost_gate_is_looked_for_with_growing_patience() {
    let mut desk = desk();
    desk.connects.clear();
    for _ in 0..7 {
        desk.disconnect();
    }
    let waits: Vec<u128> = desk.connects.iter().map(Duration::as_millis).collect();
    assert_eq!(waits, [200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
    assert!(matches!(desk.state.link, Link::Lost { .. }));
    desk.keys("a r t");
    assert!(desk.sent.is_empty() && desk.state.overlay.is_none());
    desk.connect();
    desk.disconnect();
    assert_eq!(desk.connects.last(), Some(&Duration::from_millis(200)));
}

#[test]
fn an_idle_inbox_sleeps_until_a_text_changes() {
    let mut forever = email(1);
    forever.expires_at = None;
    forever.created_at = "2026-11-18T14:00:00Z".parse().unwrap();
    let mut desk = Desk::new(120, 36, vec![forever]);
    desk.wait(10_000);
    let due = next_deadline(&desk.state).unwrap();
    assert!(due > Duration::from_secs(3_600), "{due:?}");
    assert_eq!(next_deadline(&Desk::new(80, 24, Vec::new()).state), None);
}

#[test]
fn a_list_at_its_end_fills_a_screen_that_grows() {
    let mut desk = Desk::new(120, 14, (1..=40).map(email).collect());
    desk.keys("G");
    desk.event(Event::Resize((120, 36).into()));
    let entries = desk.state.entries();
    assert_eq!(desk.state.pending.list.on_screen(entries).count(), entries);
    assert_eq!(desk.focused(), Some(id(40)));
}
