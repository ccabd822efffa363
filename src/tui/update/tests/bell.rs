//! The bell: counted in the header, listed on a page, seen once it was on the screen.

use crate::tui::sample::{Desk, queue};

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
