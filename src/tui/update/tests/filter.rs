//! `/`: what is looked for, while it is typed and after.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::api::request::Filter;
use crate::domain::time::Span;
use crate::tui::effect::Effect;
use crate::tui::event::{Event, Now};
use crate::tui::sample::{Desk, decided, email, id, queue, rejected};
use crate::tui::state::overlay::Overlay;
use crate::tui::update::update;

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
fn a_filter_that_finds_nothing_is_not_an_empty_queue() {
    let mut desk = Desk::new(120, 36, queue());
    desk.keys("/");
    desk.type_in("unicorn");
    desk.keys("enter a");
    assert_eq!(
        desk.toast(),
        "the filter finds nothing: esc shows all that waits"
    );
    desk.keys("esc");
    assert_eq!(desk.state.pending.list.rows.len(), queue().len());
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

#[test]
fn what_is_over_is_narrowed_by_how_it_ended_and_apart_from_what_waits() {
    let mut gate = decided();
    gate.extend(queue());
    let mut desk = Desk::new(120, 36, gate);
    desk.keys("2 /");
    let before = desk.browsed.len();
    desk.type_in("status:rej");
    assert_eq!(desk.browsed.len(), before, "half a value asks nothing");
    desk.keys("tab enter");
    let last = desk.browsed.last().expect("something was asked");
    let asked = last.query.narrow(Filter::default());
    assert_eq!(asked.status.as_deref(), Some("rejected"));
    let statuses = desk
        .state
        .history
        .list
        .rows
        .iter()
        .map(|row| row.status.word());
    assert_eq!(statuses.collect::<Vec<_>>(), ["rejected"]);
    desk.keys("1");
    assert_eq!(
        desk.state.pending.list.rows.len(),
        queue().len(),
        "that is another list"
    );
    desk.keys("2 esc");
    assert_eq!(desk.state.history.list.rows.len(), decided().len());
    assert!(desk.sent.is_empty());
}

#[test]
fn the_end_of_a_day_is_found_out_by_whoever_comes_back() {
    let mut desk = Desk::new(120, 36, vec![rejected(1), email(2)]);
    desk.keys("2 /");
    desk.type_in("decided:today");
    desk.keys("enter");
    let since = |desk: &Desk| {
        let last = desk.browsed.last().expect("something was asked");
        last.query.narrow(Filter::default()).decided_since
    };
    let first = since(&desk).expect("a day");
    desk.keys("1");
    let tomorrow = Now {
        wall: desk.state.now.wall.plus(Span::from_hours(24)),
        ..desk.state.now
    };
    let key = KeyEvent::new(KeyCode::Char('2'), KeyModifiers::NONE);
    let effects = update(&mut desk.state, Event::Key(key), tomorrow);
    let asked = effects.iter().find_map(|effect| match effect {
        Effect::FetchHistory(fetch) => Some(fetch.query.narrow(Filter::default())),
        _ => None,
    });
    let since = asked.expect("it is asked anew").decided_since;
    assert_eq!(since, Some(first.plus(Span::from_hours(24))));
}

#[test]
fn what_a_value_could_be_is_told() {
    let mut desk = Desk::new(120, 36, decided());
    desk.keys("2 /");
    desk.type_in("decided:");
    desk.press("tab");
    assert_eq!(
        desk.toast(),
        "decided:30d  decided:7d  decided:today  decided:yesterday"
    );
}
