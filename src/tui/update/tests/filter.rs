//! `/`: what is looked for, while it is typed and after.

use crate::api::request::Filter;
use crate::tui::event::Event;
use crate::tui::sample::{Desk, email, id, queue};
use crate::tui::state::overlay::Overlay;

fn desk() -> Desk {
    Desk::new(120, 36, queue())
}

fn asked(desk: &Desk) -> Filter {
    let last = desk.asked.last().expect("something was asked");
    last.query.narrow(Filter::default())
}

#[test]
fn the_list_narrows_while_a_word_is_typed() {
    let mut desk = desk();
    desk.keys("j j /");
    desk.type_in("mail");
    assert_eq!(asked(&desk).q.as_deref(), Some("mail"));
    assert_eq!(desk.state.pending.list.rows.len(), 2);
    let found = desk.state.pending.list.found.map(|found| found.count);
    assert_eq!((found, desk.state.pending.list.total), (Some(2), Some(5)));
    desk.keys("enter");
    assert!(desk.state.overlay.is_none());
    assert_eq!(desk.state.pending.list.rows.len(), 2, "it stays");
    desk.keys("j");
    assert_eq!(desk.focused(), Some(id(5)));
    desk.keys("esc");
    assert_eq!(desk.state.pending.list.rows.len(), 5, "all are back");
    assert_eq!(desk.focused(), Some(id(5)), "and the focus stays");
}

#[test]
fn letters_of_a_filter_decide_nothing() {
    let mut desk = desk();
    desk.keys("/");
    desk.type_in("area rr");
    desk.event(Event::Paste("aaaa\naaaa".to_owned()));
    desk.keys("enter");
    desk.press("a");
    desk.wait(200);
    assert!(desk.sent.is_empty());
    assert!(desk.state.overlay.is_none());
}

#[test]
fn a_pasted_line_end_that_closes_the_line_leads_to_no_decision() {
    let mut desk = desk();
    desk.keys("/");
    desk.burst("h i enter a a y");
    desk.wait(3_000);
    assert!(desk.sent.is_empty());
    assert!(desk.state.overlay.is_none());
}

#[test]
fn a_key_narrows_once_its_value_is_there() {
    let mut desk = desk();
    desk.keys("/");
    let before = desk.asked.len();
    desk.type_in("risk:crit");
    assert_eq!(desk.asked.len(), before, "half a value asks nothing");
    desk.keys("tab");
    assert_eq!(asked(&desk).risk.map(|risk| risk.word()), Some("critical"));
    assert_eq!(desk.focused(), Some(id(2)));
    desk.keys("ctrl-u");
    desk.type_in("risk:dire");
    desk.keys("enter");
    let why = desk.state.pending.filter.why_not.clone();
    assert!(why.is_some_and(|why| why.contains("low, medium, high or critical")));
    assert!(
        matches!(desk.state.overlay, Some(Overlay::Filter(_))),
        "it can be corrected"
    );
    assert_eq!(
        desk.state.pending.list.rows.len(),
        5,
        "the words before it find everything"
    );
}

#[test]
fn what_comes_in_meanwhile_is_held_against_the_filter() {
    let mut desk = desk();
    desk.keys("/");
    desk.type_in("invite");
    desk.keys("enter");
    desk.ask_first(email(9));
    assert_eq!(desk.state.pending.list.rows.len(), 1);
    assert_eq!(asked(&desk).q.as_deref(), Some("invite"));
    assert_eq!(desk.state.pending.list.total, Some(6));
    desk.decide_elsewhere(3, "rejected");
    assert_eq!(desk.focused(), Some(id(3)), "it stays until the user moves");
}
