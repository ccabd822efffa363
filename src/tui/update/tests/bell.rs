//! The bell: counted in the header, listed on a page, seen once it was on the screen.

use crate::tui::sample::{Desk, id, queue, rejected};
use crate::tui::state::Tab;
use crate::tui::state::overlay::Overlay;

fn desk() -> Desk {
    Desk::new(120, 36, queue())
}

/// 01 §Notifications
#[test]
fn what_one_is_told_is_counted_as_it_comes_and_seen_when_it_was_listed() {
    let mut desk = desk();
    let before = desk.bell.looked_up;
    desk.ring("outreach asks: email to pat@partner.example");
    desk.ring("owner saved version 2 of the policy");
    assert_eq!(desk.state.bell.unseen, 2);
    assert_eq!(desk.bell.looked_up, before, "the stream alone counts");
    desk.keys("N");
    assert_eq!(desk.bell.seen, [2]);
    assert_eq!(desk.state.bell.unseen, 0);
    let told = desk.state.bell.told.as_ref().unwrap();
    assert!(
        told.iter().all(|told| !told.seen),
        "marked as new while the page is open"
    );
    // What comes while it is open is seen as well.
    desk.ring("outreach asks: email to kim@partner.example");
    assert_eq!(desk.bell.seen, [2, 3]);
    desk.keys("N");
    assert!(desk.state.overlay.is_none());
    desk.keys("N");
    assert_eq!(desk.bell.seen, [2, 3], "there was nothing new");
}

/// 01 §Notifications: that one was asked is no news once one has answered.
#[test]
fn what_was_decided_from_here_is_not_new_any_more() {
    let mut desk = desk();
    desk.ring("outreach asks: email to pat@partner.example");
    desk.keys("r");
    desk.type_in("no");
    desk.keys("enter");
    desk.ring("owner saved version 2 of the policy");
    desk.bell.told[0].request = None;
    assert_eq!(desk.state.bell.unseen, 2);
    desk.answer_decision();
    assert_eq!(desk.state.bell.unseen, 1);
    assert!(desk.bell.seen.is_empty(), "the policy is still news");
    let mut desk = self::desk();
    desk.ring("outreach asks: email to pat@partner.example");
    desk.keys("r");
    desk.type_in("no");
    desk.keys("enter");
    desk.answer_decision();
    assert_eq!(desk.state.bell.unseen, 0);
    assert_eq!(desk.bell.seen, [1], "the gate knows as well");
}

#[test]
fn what_the_focus_has_left_and_what_was_listed_is_not_new_any_more() {
    let mut desk = desk();
    for text in ["the first", "the second", "the third"] {
        desk.ring(text);
    }
    let new = |desk: &Desk| {
        let told = desk.state.bell.told.as_ref().unwrap();
        told.iter().filter(|told| !told.seen).count()
    };
    desk.keys("N");
    assert_eq!(new(&desk), 3);
    desk.keys("j");
    assert_eq!(new(&desk), 1, "two were under the focus");
    let looked_up = desk.bell.looked_up;
    desk.keys("esc");
    assert_eq!(new(&desk), 0);
    assert_eq!(desk.bell.looked_up, looked_up, "it needs nobody to say so");
}

#[test]
fn what_comes_in_above_moves_the_focus_to_nothing_else() {
    let mut desk = desk();
    desk.ring("the first");
    desk.ring("the second");
    desk.keys("N j");
    let focused = |desk: &Desk| {
        let Some(Overlay::Bell(list)) = &desk.state.overlay else {
            panic!("it is open");
        };
        desk.state.bell.focused(list).unwrap().text.plain_line()
    };
    assert_eq!(focused(&desk), "the first");
    desk.ring("the third");
    assert_eq!(focused(&desk), "the first");
}

#[test]
fn enter_goes_to_the_request_on_the_list() {
    let mut desk = desk();
    desk.ring("billing-bot asks");
    desk.keys("3 N");
    desk.state.bell.told.as_mut().unwrap()[0].request = Some(id(3));
    desk.press("enter");
    assert!(desk.state.overlay.is_none());
    assert_eq!(desk.state.tab, Tab::Pending);
    assert_eq!(desk.focused(), Some(id(3)));
    // It has only just come on the screen.
    desk.wait(100);
    desk.press("a");
    desk.wait(100);
    assert!(desk.sent.is_empty());
    assert!(desk.toast().contains("look first"), "{}", desk.toast());
}

#[test]
fn enter_shows_what_is_over_and_says_what_became_of_it() {
    let mut desk = Desk::new(120, 36, vec![rejected(1)]);
    desk.ring("outreach asks");
    desk.keys("N enter");
    let Some(Overlay::Sheet(sheet)) = &desk.state.overlay else {
        panic!("{:?}", desk.state.overlay);
    };
    assert_eq!(sheet.title, "What you were told of is over");
    let rows = sheet.document.as_ref().unwrap().rows();
    let text: Vec<String> = rows
        .iter()
        .map(|row| row.pieces.iter().map(|piece| piece.text()).collect())
        .collect();
    let text = text.join("\n");
    assert!(text.contains("rejected by"), "{text}");
    assert!(text.contains(&desk.gate[0].headline.plain_line()), "{text}");
    desk.keys("esc");
    assert!(desk.state.overlay.is_none());
}

#[test]
fn what_can_not_be_opened_says_why() {
    let mut desk = Desk::new(120, 36, Vec::new());
    desk.keys("N enter");
    assert_eq!(desk.toast(), "there is nothing to open");
    desk.ring("owner saved version 2 of the policy");
    desk.state.bell.told.as_mut().unwrap()[0].request = None;
    desk.keys("enter");
    assert_eq!(desk.toast(), "that is about no request");
}

#[test]
fn what_was_seen_in_another_inbox_is_not_counted_here() {
    let mut desk = desk();
    desk.ring("owner saved version 2 of the policy");
    desk.bell.told[0].seen = true;
    desk.event(crate::tui::event::Event::Stream(
        crate::tui::event::Stream::Changed {
            kind: "notifications.seen".to_owned(),
            request: None,
            mine: true,
            told: false,
        },
    ));
    assert_eq!(desk.state.bell.unseen, 0);
}

#[test]
fn after_a_break_the_gate_is_asked_how_many_there_are() {
    let mut desk = desk();
    desk.disconnect();
    desk.keys("N");
    assert!(desk.state.overlay.is_none() && desk.toast().contains("not connected"));
    desk.ring("owner saved version 2 of the policy");
    desk.connect();
    assert_eq!(desk.state.bell.unseen, 1);
}
