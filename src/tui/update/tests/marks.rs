//! Several in one go: each by itself, named before, and told after.

use serde_json::json;

use crate::api::request::Request;
use crate::client::ClientError;
use crate::domain::review::Word;
use crate::tui::event::{Answer, Event};
use crate::tui::sample::{Desk, email, gone, id, request};
use crate::tui::state::overlay::Overlay;

/// One that policy lets be approved together with others.
fn together(n: u8, risk: &str) -> Request {
    let you = json!({"may_decide": true, "why_not": null, "remember": [], "notify_always": false,
        "together": true});
    request(
        n,
        &format!("crm.note: lead {n}"),
        &json!({"lead": n, "text": "wants a demo"}),
        json!({"action": "crm.note", "risk": {"level": risk, "reasons": []}, "you": you}),
    )
}

fn desk() -> Desk {
    Desk::new(120, 36, (1..=6).map(|n| together(n, "low")).collect())
}

/// Reads each of the first ones for as long as it takes to count as opened, and marks it.
fn read_and_mark(desk: &mut Desk, count: usize) {
    for _ in 0..count {
        desk.wait(1_500);
        desk.keys("space");
    }
}

fn messages(desk: &Desk) -> Vec<&str> {
    let said = desk.state.messages.iter();
    said.map(|message| message.text.as_str()).collect()
}

#[test]
fn space_marks_and_capitals_act_on_marks_alone() {
    let mut desk = desk();
    desk.keys("R A");
    assert!(desk.state.overlay.is_none());
    assert_eq!(desk.toast(), "nothing is marked: space marks");
    desk.keys("space space");
    assert_eq!(desk.state.pending.marks.len(), 2);
    assert_eq!(
        desk.focused(),
        Some(id(3)),
        "the next row is there to be marked"
    );
    desk.keys("k space");
    assert_eq!(desk.state.pending.marks.len(), 1, "once more takes it off");
    desk.keys("esc");
    assert!(desk.state.pending.marks.is_empty());
    assert!(desk.sent.is_empty());
}

#[test]
fn while_something_is_marked_no_key_decides_what_is_focused_until_it_is_opened() {
    let mut desk = desk();
    desk.keys("space space");
    let marked = "2 are marked: ";
    for (key, says) in [
        ("a", "A approves them, esc takes the marks off"),
        ("r", "R rejects them, esc takes the marks off"),
        ("i", "enter opens this one, esc takes the marks off"),
    ] {
        desk.keys(key);
        assert_eq!(desk.toast(), format!("{marked}{says}"));
        assert!(desk.state.overlay.is_none(), "{key}");
    }
    assert!(desk.sent.is_empty());
    assert_eq!(desk.state.pending.marks.len(), 2);
    // Opened, it can't be mistaken for what is marked.
    desk.keys("enter a");
    assert_eq!(desk.sent[0].0, id(3));
    assert_eq!(desk.state.pending.marks.len(), 2);
}

#[test]
fn several_are_rejected_one_after_another_with_one_reason() {
    let mut desk = desk();
    desk.keys("space space space R");
    desk.type_in("wrong list");
    desk.keys("enter");
    for n in 1..=3 {
        assert_eq!(desk.sent.len(), 1, "one at a time");
        let (sent, decide) = desk.sent[0].clone();
        assert_eq!((sent, decide.decision), (id(n), Word::Reject));
        assert_eq!(decide.digest, Some(desk.gate[usize::from(n) - 1].digest));
        assert_eq!(decide.reason.unwrap().plain_line(), "wrong list");
        assert!(!decide.notify_agent);
        desk.answer_decision();
    }
    assert!(desk.sent.is_empty());
    assert_eq!(desk.toast(), "rejected 3 of 3");
    assert!(messages(&desk).contains(&"rejected: crm.note: lead 2"));
    assert!(desk.state.pending.marks.is_empty());
}

#[test]
fn a_reason_for_several_is_asked_for_twice_and_a_paste_sends_nothing() {
    let mut desk = desk();
    desk.keys("space space R enter");
    assert!(matches!(desk.state.overlay, Some(Overlay::Several(_))));
    desk.burst("n o enter a r e a enter");
    desk.wait(1_000);
    assert!(desk.sent.is_empty());
    desk.keys("esc");
    assert_eq!(desk.state.pending.marks.len(), 2, "the marks stay");
}

#[test]
fn what_fails_among_several_is_told_of_each() {
    let mut desk = desk();
    desk.keys("space space space R x enter");
    desk.answer_decision();
    let (second, _) = desk.sent.remove(0);
    let refused = serde_json::from_value(
        json!({"type": "/problems/already-decided", "title": "Already decided",
        "status": 409, "detail": "it is over", "decided_by": "omar", "decision": "approved",
        "at": "2026-11-20T14:01:00Z"}),
    );
    let error = ClientError::Refused(Box::new(refused.unwrap()));
    desk.event(Event::Answer(Answer::Decided(second, Err(error))));
    desk.answer_decision();
    assert_eq!(desk.toast(), "rejected 2 of 3; M tells of the other 1");
    let why = "not rejected: crm.note: lead 2: omar approved this at 14:01";
    assert!(messages(&desk).contains(&why), "{:?}", messages(&desk));
}

#[test]
fn a_connection_that_breaks_stops_the_rest() {
    let mut desk = desk();
    desk.keys("space space space R x enter");
    let (first, _) = desk.sent.remove(0);
    desk.event(Event::Answer(Answer::Decided(first, Err(gone()))));
    assert!(desk.sent.is_empty(), "the rest is not sent");
    let told = messages(&desk).join("\n");
    assert!(
        told.contains("rejected 0 of 3; M tells of the other 3"),
        "{told}"
    );
    assert!(
        told.contains("lead 1: not known yet whether the gate heard it"),
        "{told}"
    );
    assert!(
        told.contains("not rejected, nor sent: crm.note: lead 3"),
        "{told}"
    );
}

/// 01 §Batch: single approvals, each of what this reviewer has opened, each with its own digest.
#[test]
fn several_that_were_read_are_approved_each_by_itself() {
    let mut desk = desk();
    read_and_mark(&mut desk, 2);
    desk.keys("A");
    assert!(matches!(desk.state.overlay, Some(Overlay::Several(_))));
    desk.keys("enter");
    assert!(desk.sent.is_empty(), "Enter never approves");
    desk.wait(3_000);
    desk.keys("A y");
    assert_eq!(desk.sent.len(), 1);
    for n in 1..=2 {
        let decide = desk.sent[0].1.clone();
        assert_eq!(decide.decision, Word::Approve);
        assert_eq!(decide.digest, Some(desk.gate[usize::from(n) - 1].digest));
        assert_eq!(desk.answer_decision(), id(n));
    }
    assert_eq!(desk.toast(), "approved 2 of 2");
}

/// What is decided from here says so itself, and how to take it back.
#[test]
fn a_marked_one_that_is_decided_alone_loses_its_mark_without_a_word() {
    let mut desk = desk();
    desk.keys("space k enter");
    desk.wait(1_000);
    desk.keys("a");
    assert_eq!(desk.answer_decision(), id(1));
    assert!(desk.state.pending.marks.is_empty());
    assert!(desk.toast().starts_with("approved: "), "{}", desk.toast());
}

/// 01 §Batch: never blind, none high or critical, only where the policy says so.
#[test]
fn what_may_not_be_approved_together_is_not() {
    let mut desk = desk();
    desk.keys("space space A");
    assert!(
        desk.toast().starts_with(
            "one of the marked is not read to the end yet: go to each, enter opens it"
        ),
        "{}",
        desk.toast()
    );

    let mut desk = Desk::new(120, 36, vec![together(1, "low"), together(2, "high")]);
    read_and_mark(&mut desk, 2);
    desk.keys("A");
    assert!(
        desk.toast()
            .starts_with("one of the marked is of high or critical risk")
    );

    let mut desk = Desk::new(120, 36, vec![email(1), email(2)]);
    read_and_mark(&mut desk, 2);
    desk.keys("A");
    assert!(desk.toast().starts_with("policy has each approved alone"));
    assert!(desk.sent.is_empty());
    assert!(desk.state.overlay.is_none());
}

#[test]
fn a_mark_comes_off_what_is_no_longer_so() {
    let mut desk = desk();
    read_and_mark(&mut desk, 3);
    desk.keys("A");
    desk.decide_elsewhere(2, "rejected");
    assert!(
        desk.state.overlay.is_none(),
        "the question named something else"
    );
    assert!(
        desk.toast().contains("a marked one was decided"),
        "{}",
        desk.toast()
    );
    assert_eq!(desk.state.pending.marks.len(), 2);
    desk.gate[0].digest = format!("sha256:{:064x}", 77).parse().unwrap();
    desk.gate[0].version += 1;
    desk.news("request.edited", 1);
    assert_eq!(desk.state.pending.marks.len(), 1);
    assert!(
        messages(&desk)
            .iter()
            .any(|said| said.contains("has changed, its mark is off"))
    );
    assert!(desk.sent.is_empty());
}

#[test]
fn keys_in_one_piece_decide_nothing_about_several() {
    for keys in ["R x enter enter", "A y", "A A y y", "space R enter"] {
        let mut desk = desk();
        read_and_mark(&mut desk, 2);
        desk.burst(keys);
        desk.wait(3_000);
        assert!(desk.sent.is_empty(), "{keys}");
    }
}
