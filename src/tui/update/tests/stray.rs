//! Keys that weren't meant: pasted, held, late. None of them decides.

use super::desk;
use crate::tui::event::Event;
use crate::tui::sample::{Desk, email, id, queue};
use crate::tui::state::overlay::Overlay;

#[test]
fn keys_of_a_paste_decide_nothing() {
    for keys in ["a a a a", "a j", "j a", "a r e a", "x a", "a space"] {
        let mut desk = desk();
        desk.burst(keys);
        desk.wait(3_000);
        assert!(desk.sent.is_empty(), "{keys}");
        assert!(desk.state.overlay.is_none(), "{keys}");
        assert!(
            desk.state.toast.is_some() || keys == "a j" || keys == "j a",
            "{keys}"
        );
    }
}

#[test]
fn a_bracketed_paste_is_discarded_outside_of_a_text_field() {
    let mut desk = desk();
    desk.event(Event::Paste("aaaa".to_owned()));
    desk.wait(100);
    assert!(desk.sent.is_empty());
    assert_eq!(desk.toast(), "a paste of 4 characters was ignored");
}

#[test]
fn enter_and_space_decide_nothing() {
    let mut desk = desk();
    desk.keys("enter space enter space");
    assert!(desk.sent.is_empty());
}

#[test]
fn a_held_key_decides_once() {
    let mut desk = desk();
    desk.press("a");
    desk.wait(200);
    desk.answer_decision();
    // What a keyboard does: half a second of nothing, then thirty times a second.
    desk.wait(300);
    for _ in 0..60 {
        desk.press("a");
        desk.wait(33);
    }
    desk.wait(1_000);
    assert!(desk.sent.is_empty(), "{:?}", desk.sent);
    desk.press("a");
    desk.wait(200);
    assert_eq!(desk.sent.len(), 1, "pressed anew, it decides again");
}

#[test]
fn a_key_that_asks_for_a_reason_and_is_held_writes_none() {
    let mut desk = desk();
    desk.press("r");
    desk.wait(500);
    for _ in 0..40 {
        desk.press("r");
        desk.wait(33);
    }
    let Some(Overlay::Reason(line)) = &desk.state.overlay else {
        panic!("{:?}", desk.state.overlay);
    };
    assert_eq!(line.field.text, "");
    assert!(desk.toast().contains("being held"), "{}", desk.toast());
    // Whoever lets go of it first writes what begins with it.
    desk.wait(200);
    desk.press("r");
    desk.wait(60);
    desk.press("o");
    desk.wait(60);
    desk.press("r");
    let Some(Overlay::Reason(line)) = &desk.state.overlay else {
        panic!("{:?}", desk.state.overlay);
    };
    assert_eq!(line.field.text, "ror");
}

#[test]
fn two_presses_apart_decide_twice() {
    let mut desk = desk();
    for n in [1, 2] {
        desk.press("a");
        desk.wait(400);
        assert_eq!(desk.answer_decision(), id(n));
        desk.wait(400);
    }
}

#[test]
fn nothing_is_decided_just_after_the_focus_changed_by_itself() {
    let mut desk = desk();
    desk.keys("a");
    desk.answer_decision();
    desk.wait(100);
    desk.press("r");
    desk.wait(100);
    assert!(
        desk.state.overlay.is_none(),
        "the next one had been there for 100 ms"
    );
    desk.wait(400);
    desk.press("r");
    desk.wait(100);
    assert!(matches!(desk.state.overlay, Some(Overlay::Reason(_))));
}

#[test]
fn the_first_request_that_appears_is_not_decided_by_a_key_on_its_way() {
    let mut desk = Desk::offline(120, 36, vec![email(1)]);
    desk.press("a");
    desk.connect();
    desk.press("a");
    desk.wait(2_000);
    assert!(desk.sent.is_empty());
}

#[test]
fn a_window_that_gets_the_keyboard_back_decides_nothing_at_once() {
    let mut desk = desk();
    desk.event(Event::Focus);
    desk.wait(50);
    desk.press("a");
    desk.wait(1_000);
    assert!(desk.sent.is_empty());
}

#[test]
fn a_line_end_within_pasted_text_sends_no_reason() {
    let mut desk = desk();
    desk.keys("r");
    desk.burst("n o enter w");
    desk.wait(500);
    let Some(Overlay::Reason(line)) = &desk.state.overlay else {
        panic!("the line is still open");
    };
    assert_eq!(line.field.text, "no w");
    desk.event(Event::Paste("\nand\u{1b}more".to_owned()));
    let Some(Overlay::Reason(line)) = &desk.state.overlay else {
        panic!("the line is still open");
    };
    assert_eq!(line.field.text, "no w and more");
    assert!(desk.sent.is_empty());
}

#[test]
fn a_and_y_in_one_piece_approve_nothing_grave() {
    let mut desk = Desk::new(120, 50, queue());
    desk.burst("a y");
    desk.wait(500);
    desk.keys("esc");
    desk.press("a");
    desk.wait(50);
    desk.press("y");
    desk.wait(1_000);
    assert!(
        desk.sent.is_empty(),
        "the question had been there for 20 ms"
    );
}
