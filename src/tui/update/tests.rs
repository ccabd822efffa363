//! The promises of the inbox, as stories of keys.

mod bell;
mod export;
mod filter;
mod form;
mod gone;
mod marks;
mod palette;
mod reviewed;
mod seals;
mod stray;
mod window;

use serde_json::json;

use crate::api::problem::{Problem, ProblemKind};
use crate::client::ClientError;
use crate::domain::review::{Remember, Word};
use crate::tui::event::{Answer, Event};
use crate::tui::sample::{Desk, email, gone, id, queue, request};
use crate::tui::state::Tab;
use crate::tui::state::overlay::Overlay;

fn desk() -> Desk {
    Desk::new(120, 36, (1..=10).map(email).collect())
}

#[test]
fn a_decision_says_what_was_on_the_screen() {
    let mut desk = desk();
    desk.keys("j a");
    let (decided, decide) = desk.sent[0].clone();
    assert_eq!((decided, decide.decision), (id(2), Word::Approve));
    assert_eq!(decide.digest, Some(desk.gate[1].digest));
    assert_eq!(decide.plan, Some(1));
    assert!(desk.state.pending.sending(id(2)).is_some());
    assert_eq!(
        desk.focused(),
        Some(id(2)),
        "nothing is claimed before the gate has answered"
    );

    desk.answer_decision();
    assert_eq!(desk.focused(), Some(id(3)));
    assert!(
        desk.toast()
            .starts_with("approved: email to pat@partner.example: Hello 2")
    );
    assert!(desk.state.pending.sending.is_empty());
}

#[test]
fn approving_needs_all_of_it_to_have_been_on_the_screen() {
    let body = "a line\n".repeat(120);
    let params = json!({"to": "pat@partner.example", "subject": "Long", "body": body});
    let long = request(1, "email to pat@partner.example: Long", &params, json!({}));
    let mut desk = Desk::new(120, 36, vec![long]);
    desk.keys("a");
    assert!(
        desk.toast().ends_with(" lines not read: here is the first"),
        "{}",
        desk.toast()
    );
    assert!(desk.sent.is_empty());
    // The end alone isn't all of it.
    desk.keys("tab G");
    desk.state.pending.reading_mut().unwrap().scroll = 0;
    desk.keys("a");
    assert!(desk.sent.is_empty());
    desk.keys(["ctrl-d"; 10].join(" ").as_str());
    desk.keys("a");
    assert_eq!(desk.sent.len(), 1);
}

#[test]
fn what_no_frame_has_shown_counts_as_unseen() {
    let mut desk = Desk::offline(120, 36, vec![email(1)]);
    desk.connect();
    desk.wait(1_000);
    let detail = desk.state.pending.reading_mut().unwrap();
    detail.seen = Default::default();
    desk.quietly(Event::Tick);
    for _ in 0..2 {
        desk.quietly(Event::Key(crossterm::event::KeyEvent::from(
            crossterm::event::KeyCode::Char('j'),
        )));
    }
    assert!(!desk.state.pending.reading().unwrap().seen.all());
}

#[test]
fn rejecting_needs_no_reading_but_asks_for_a_reason() {
    let body = "a line\n".repeat(60);
    let params = json!({"to": "pat@partner.example", "subject": "Long", "body": body});
    let mut desk = Desk::new(120, 36, vec![request(1, "Long", &params, json!({}))]);
    desk.keys("r enter");
    assert!(desk.sent.is_empty(), "an empty reason asks again");
    desk.type_in("wrong list");
    desk.keys("enter");
    let (_, decide) = &desk.sent[0];
    assert_eq!(decide.decision, Word::Reject);
    assert_eq!(decide.reason.as_ref().unwrap().plain_line(), "wrong list");
}

#[test]
fn a_second_enter_rejects_without_a_reason_and_esc_leaves_it() {
    let mut desk = desk();
    desk.keys("r esc");
    assert!(desk.state.overlay.is_none() && desk.sent.is_empty());
    desk.keys("r enter enter");
    assert_eq!(desk.sent[0].1.reason, None);
}

#[test]
fn a_reason_takes_so_much_and_says_when_it_is_full() {
    let mut desk = desk();
    desk.keys("r");
    desk.event(Event::Paste("é".repeat(100_000)));
    let full = "there is room for 1,000 characters: the rest was left out";
    assert_eq!(desk.toast(), full);
    desk.keys("x");
    assert_eq!(desk.toast(), full);
    desk.keys("enter");
    let reason = desk.sent[0].1.reason.as_ref().unwrap().plain_line();
    assert_eq!(reason, "é".repeat(1_000));
}

#[test]
fn a_grave_approval_takes_a_second_key_that_is_not_enter() {
    let mut desk = Desk::new(120, 50, queue());
    desk.keys("a");
    assert!(matches!(desk.state.overlay, Some(Overlay::Confirm(_))));
    desk.keys("enter");
    assert!(desk.state.overlay.is_none() && desk.sent.is_empty());
    desk.keys("a space y");
    assert_eq!(desk.sent[0].0, id(1));
}

#[test]
fn a_question_is_taken_back_when_somebody_else_decides() {
    let mut desk = Desk::new(120, 50, queue());
    desk.keys("a");
    desk.decide_elsewhere(1, "rejected");
    assert!(desk.state.overlay.is_none());
    desk.keys("y");
    assert!(desk.sent.is_empty());
}

#[test]
fn a_sentence_whose_request_goes_away_while_it_is_typed_never_becomes_keys() {
    let mut desk = desk();
    desk.keys("r");
    desk.type_in("not");
    desk.decide_elsewhere(1, "cancelled");
    assert!(desk.toast().contains("changed meanwhile"));
    for rest in [" just any mail,", " ask again later"] {
        desk.type_in(rest);
        desk.wait(1_000);
    }
    desk.keys("enter");
    let Some(Overlay::Reason(line)) = &desk.state.overlay else {
        panic!("the line stays until the person leaves it");
    };
    assert_eq!(line.field.text, "not just any mail, ask again later");
    assert!(desk.sent.is_empty() && desk.focused() == Some(id(1)));
    desk.keys("esc");
    assert!(desk.state.overlay.is_none() && desk.sent.is_empty());
}

#[test]
fn what_somebody_else_decided_stays_until_the_user_moves() {
    let mut desk = desk();
    desk.keys("j");
    desk.decide_elsewhere(2, "rejected");
    assert_eq!(desk.focused(), Some(id(2)));
    assert_eq!(desk.state.pending.list.total, Some(9));
    assert_eq!(desk.state.pending.list.position(), None);
    let reading = &desk.state.pending.reading().unwrap().request;
    assert_eq!(
        desk.state.ended(reading).unwrap(),
        "rejected by omar at 14:02: wrong list"
    );
    desk.wait(1_000);
    desk.keys("a r");
    assert!(desk.sent.is_empty() && desk.state.overlay.is_none());
    assert_eq!(desk.toast(), "already rejected");
    desk.keys("j");
    assert_eq!(desk.focused(), Some(id(3)));
    assert_eq!(desk.state.pending.list.rows.len(), 9);
}

#[test]
fn a_race_that_was_lost_is_told_with_who_and_when() {
    let mut desk = desk();
    desk.keys("a");
    let mut problem = Problem::new(ProblemKind::AlreadyDecided, "omar was first");
    problem.decided_by = Some("omar".parse().unwrap());
    problem.decision = serde_json::from_value(json!("rejected")).unwrap();
    problem.at = Some("2026-11-20T14:02:00Z".parse().unwrap());
    let answer = Err(ClientError::Refused(Box::new(problem)));
    desk.event(Event::Answer(Answer::Decided(id(1), answer)));
    assert_eq!(desk.toast(), "omar rejected this at 14:02");
    assert!(desk.state.pending.sending.is_empty());
}

#[test]
fn a_decision_whose_answer_was_lost_is_asked_about_and_told_as_it_is() {
    let mut desk = desk();
    desk.keys("a");
    let lost = Answer::Decided(id(1), Err(gone()));
    desk.disconnect();
    desk.event(Event::Answer(lost));
    assert!(desk.state.pending.sending(id(1)).unwrap().unsure);
    desk.keys("a");
    assert_eq!(
        desk.sent.len(),
        1,
        "offline nothing is decided, and nothing is queued"
    );
    // It had arrived.
    let vote = json!({"by": "dana", "decision": "approve", "digest": format!("sha256:{:064x}", 1), "plan": 1,
        "reason": null, "notify_agent": false, "remember": "once", "at": "2026-11-20T14:00:00Z"});
    desk.gate[0].decisions = vec![serde_json::from_str(&vote.to_string()).unwrap()];
    desk.gate[0].status = serde_json::from_value(json!("approved")).unwrap();
    desk.connect();
    assert!(desk.toast().starts_with("approved: "), "{}", desk.toast());
    assert_eq!(desk.focused(), Some(id(2)));
}

#[test]
fn a_decision_that_never_arrived_is_told_as_such() {
    let mut desk = desk();
    desk.keys("a");
    desk.disconnect();
    desk.event(Event::Answer(Answer::Decided(id(1), Err(gone()))));
    desk.connect();
    assert_eq!(
        desk.toast(),
        "your decision did not reach the gate; it still waits"
    );
    assert!(desk.state.pending.sending.is_empty());
}

#[test]
fn who_may_not_decide_is_told_why() {
    let mut desk = Desk::new(120, 36, queue());
    desk.keys("j j j a");
    assert_eq!(desk.toast(), "omar is asked, not you");
    desk.keys("r");
    assert!(desk.state.overlay.is_none());
    assert!(desk.sent.is_empty());
}

#[test]
fn remember_goes_round_where_it_may_and_says_why_where_not() {
    let mut desk = Desk::new(120, 36, queue());
    desk.keys("j j m m");
    assert_eq!(desk.state.pending.choice.remember, Remember::Always);
    desk.keys("m");
    assert_eq!(desk.state.pending.choice.remember, Remember::Once);
    desk.keys("m t a");
    let (_, decide) = &desk.sent[0];
    assert_eq!(decide.remember, Remember::Conversation);
    assert!(decide.notify_agent);

    let mut desk = Desk::new(120, 36, vec![email(1)]);
    desk.keys("m");
    assert_eq!(desk.toast(), "not your own request: each is asked");
}

#[test]
fn a_choice_is_made_for_one_request_and_no_other() {
    let mut desk = Desk::new(120, 36, queue());
    desk.keys("j j m t j");
    assert_eq!(desk.state.pending.choice.remember, Remember::Once);
    assert!(!desk.state.pending.choice.notify_agent);
    desk.keys("k");
    assert_eq!(desk.state.pending.choice.remember, Remember::Once);
}

#[test]
fn a_choice_that_lasts_is_made_where_it_can_be_seen() {
    let mut desk = Desk::new(50, 14, queue());
    desk.keys("j j m");
    assert_eq!(desk.toast(), "open it first: enter");
    assert_eq!(desk.state.pending.choice.remember, Remember::Once);
    desk.keys("enter m");
    assert_eq!(desk.state.pending.choice.remember, Remember::Conversation);
    desk.keys("esc enter");
    assert_eq!(desk.state.pending.choice.remember, Remember::Once);
}

#[test]
fn an_approval_that_lasts_is_told_as_one() {
    let mut desk = Desk::new(120, 50, queue());
    desk.keys("j j m m a");
    desk.answer_decision();
    let told = "approved, and from now on without asking: slack.invite";
    assert!(desk.toast().starts_with(told), "{}", desk.toast());
}

#[test]
fn what_is_opened_has_the_whole_screen_and_a_page_is_nearly_all_of_it() {
    let body = "a line\n".repeat(120);
    let params = json!({"to": "pat@partner.example", "subject": "Long", "body": body});
    let long = request(1, "email to pat@partner.example: Long", &params, json!({}));
    let mut desk = Desk::new(80, 24, vec![long]);
    let (_, beside_the_list) = desk.state.reading_window();
    desk.keys("enter");
    let (_, opened) = desk.state.reading_window();
    assert!(opened >= 17 && opened > beside_the_list, "{opened}");
    desk.keys(["ctrl-d"; 9].join(" ").as_str());
    assert!(desk.state.pending.reading().unwrap().seen.all());
    desk.keys("esc");
    assert_eq!(desk.state.reading_window().1, beside_the_list);
}

#[test]
fn approving_goes_to_what_was_not_read_and_says_when_that_was_the_rest() {
    let body = "a line\n".repeat(12);
    let params = json!({"to": "pat@partner.example", "subject": "Long", "body": body});
    let mut desk = Desk::new(80, 24, vec![request(1, "Long", &params, json!({}))]);
    let mut told = Vec::new();
    while desk.sent.is_empty() {
        desk.keys("a");
        told.push(desk.state.toast.as_ref().map(|toast| toast.text.clone()));
        assert!(told.len() < 9, "{told:?}");
    }
    let rest = told
        .iter()
        .flatten()
        .position(|text| text == "that was the rest: press a again");
    assert_eq!(rest, Some(told.len() - 2), "{told:?}");
}

#[test]
fn an_agent_that_waits_is_always_told() {
    let mut desk = Desk::new(120, 36, queue());
    desk.keys("t");
    assert!(desk.toast().starts_with("the agent is always told here"));
    assert!(!desk.state.pending.choice.notify_agent);
}

#[test]
fn in_a_single_pane_a_request_is_opened_before_it_is_decided() {
    let mut desk = Desk::new(50, 14, vec![email(1)]);
    desk.keys("a");
    assert_eq!(desk.toast(), "open it first: enter");
    desk.keys("enter ctrl-d ctrl-d ctrl-d ctrl-d a");
    assert_eq!(desk.sent.len(), 1);
}

#[test]
fn a_page_scrolls_to_its_end_and_back_from_there() {
    let mut desk = Desk::new(80, 24, queue());
    desk.keys("? G");
    let scroll = |desk: &Desk| desk.state.page().map(|(_, scroll)| scroll);
    let end = scroll(&desk).unwrap();
    assert!(end > 0);
    desk.keys("j k");
    assert_eq!(scroll(&desk), Some(end - 1));
}

#[test]
fn in_a_window_too_small_to_see_nothing_is_decided() {
    let mut desk = desk();
    desk.event(Event::Resize((20, 5).into()));
    desk.keys("a r");
    assert!(desk.sent.is_empty() && desk.state.overlay.is_none());
}

#[test]
fn tabs_turn_and_quitting_quits() {
    let mut desk = desk();
    desk.keys("2");
    assert_eq!(desk.state.tab, Tab::History);
    desk.keys("a ]");
    assert_eq!(desk.state.tab, Tab::Settings);
    desk.keys("]");
    assert_eq!(desk.state.tab, Tab::Pending);
    assert!(desk.sent.is_empty());
    desk.keys("? q");
    assert!(!desk.left, "q closes the help first");
    desk.keys("q");
    assert!(desk.left);
    let mut desk = Desk::new(80, 24, queue());
    desk.keys("r ctrl-c");
    assert!(desk.left);
}
