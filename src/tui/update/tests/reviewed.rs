//! Answering, editing, taking back, claiming and putting off, as stories of keys.

use serde_json::json;

use crate::api::problem::{Problem, ProblemKind};
use crate::client::ClientError;
use crate::domain::lifecycle::Status;
use crate::domain::review::{Remember, Word};
use crate::domain::time::At;
use crate::tui::event::{Answer, Event};
use crate::tui::sample::{Desk, TODAY, decided, email, gone, id, queue, request, reviewed};
use crate::tui::state::overlay::Overlay;
use crate::tui::state::pending::Deed;

fn desk() -> Desk {
    Desk::new(120, 36, (1..=3).map(email).collect())
}

/// 01 §Respond
#[test]
fn an_answer_is_sent_with_what_was_on_the_screen() {
    let mut desk = desk();
    desk.keys("j i");
    desk.type_in("ask Lee z");
    desk.keys("enter");
    let (about, decide) = desk.sent[0].clone();
    assert_eq!((about, decide.decision), (id(2), Word::Respond));
    assert_eq!(decide.text.unwrap().plain_line(), "ask Lee z");
    assert_eq!(
        (decide.digest, decide.plan),
        (Some(desk.gate[1].digest), Some(1))
    );
    assert_eq!((decide.reason, decide.params), (None, None));
    desk.answer_decision();
    assert!(desk.toast().starts_with("answered: "), "{}", desk.toast());
}

#[test]
fn an_answer_has_words_and_a_paste_does_not_send_it() {
    let mut desk = desk();
    desk.keys("i enter");
    assert!(desk.sent.is_empty());
    desk.event(Event::Paste("one\ntwo\n".to_owned()));
    desk.burst("x enter");
    desk.wait(1_000);
    assert!(desk.sent.is_empty());
    let Some(Overlay::Answer(line)) = &desk.state.overlay else {
        panic!("the line is open");
    };
    assert_eq!(line.field.text, "one two x ");
    desk.decide_elsewhere(1, "rejected");
    desk.keys("enter");
    assert!(desk.sent.is_empty(), "it was decided meanwhile");
}

#[test]
fn the_question_about_ones_own_change_is_left_as_every_question_is() {
    for key in ["n", "esc", "q"] {
        let mut desk = desk();
        desk.keys("E");
        desk.writes(r#"{"to": "kim@partner.example", "subject": "Hello 1", "body": "Hi"}"#);
        assert!(matches!(desk.state.overlay, Some(Overlay::Edited(_))));
        desk.keys(key);
        assert!(desk.state.overlay.is_none(), "{key}");
        assert!(desk.sent.is_empty());
        assert!(desk.toast().starts_with("nothing was decided; "), "{key}");
    }
}

#[test]
fn what_was_written_can_be_thrown_away() {
    for written in [
        "{\"to\": ",
        r#"{"to": "kim@partner.example", "subject": "x", "body": "Hi"}"#,
    ] {
        let mut desk = desk();
        desk.keys("E");
        let (_, asked) = desk.editing.clone().unwrap();
        desk.writes(written);
        desk.keys("x");
        assert_eq!(desk.toast(), "what you wrote is gone; nothing was decided");
        assert!(desk.state.overlay.is_none() && desk.sent.is_empty());
        desk.keys("E");
        assert_eq!(desk.editing.as_ref().unwrap().1, asked, "{written}");
    }
}

/// 01 §Edit
#[test]
fn an_edit_is_read_strictly_shown_and_sent_with_what_it_was_made_from() {
    let mut desk = desk();
    desk.keys("E");
    let (_, text) = desk.editing.clone().unwrap();
    assert_eq!(
        text,
        "{\n  \"body\": \"Hi Pat\",\n  \"subject\": \"Hello 1\",\n  \"to\": \"pat@partner.example\"\n}\n"
    );
    desk.writes("{\"to\": \"ana@partner.example\",\n \"subject\": }");
    let Some(Overlay::Broken(broken)) = &desk.state.overlay else {
        panic!("it says what is wrong");
    };
    assert!(
        broken.why.starts_with("line 2, column 13: "),
        "{}",
        broken.why
    );
    desk.keys("E");
    assert!(
        desk.editing.as_ref().unwrap().1.contains("ana@"),
        "nothing typed is lost"
    );
    let params =
        "{\"to\": \"ana@partner.example\", \"subject\": \"Hello 1\", \"body\": \"Hi Pat\"}";
    desk.writes(params);
    assert!(
        desk.sent.is_empty(),
        "nothing is sent before it was seen and answered"
    );
    desk.keys("enter space a");
    assert!(desk.sent.is_empty());
    desk.keys("y");
    let (about, decide) = desk.sent[0].clone();
    assert_eq!((about, decide.decision), (id(1), Word::Approve));
    assert_eq!(
        (decide.digest, decide.plan),
        (Some(desk.gate[0].digest), Some(1))
    );
    assert_eq!(
        decide.params.unwrap().text(),
        params.replace(": ", ":").replace(", ", ",")
    );
    assert_eq!(decide.remember, Remember::Once);
}

#[test]
fn an_edit_that_changes_nothing_decides_nothing() {
    let mut desk = desk();
    desk.keys("E");
    desk.writes("{\"to\":\"pat@partner.example\",\"subject\":\"Hello 1\",\"body\":\"Hi Pat\"}");
    assert!(desk.state.overlay.is_none() && desk.sent.is_empty());
    assert!(desk.toast().starts_with("you changed nothing"));
}

#[test]
fn an_editor_that_fails_says_so() {
    let mut desk = desk();
    desk.keys("E");
    let (about, _) = desk.editing.take().unwrap();
    let failed = Err("the editor `vi` failed".to_owned());
    desk.event(Event::Answer(Answer::Edited(about, failed)));
    assert_eq!(desk.toast(), "the editor `vi` failed");
    assert!(desk.state.overlay.is_none());
}

#[test]
fn what_changed_while_it_was_edited_is_not_decided() {
    let mut desk = desk();
    desk.keys("E");
    desk.decide_elsewhere(1, "rejected");
    desk.writes("{}");
    assert!(desk.state.overlay.is_none());
    assert!(desk.toast().starts_with("it has changed meanwhile"));
    // The same parameters under another plan are another question.
    let mut desk = self::desk();
    desk.keys("E");
    desk.writes("{}");
    desk.gate[0].version += 1;
    desk.gate[0].review.as_mut().unwrap().plan = 2;
    desk.news("request.edited", 1);
    assert!(desk.state.overlay.is_none());
    desk.keys("y");
    assert!(desk.sent.is_empty());
}

#[test]
fn keys_typed_for_the_editor_decide_nothing() {
    let mut desk = desk();
    desk.keys("E");
    let (about, _) = desk.editing.take().unwrap();
    desk.event(Event::Answer(Answer::Edited(about, Ok("{}".to_owned()))));
    desk.press("y");
    desk.wait(100);
    assert!(desk.sent.is_empty() && matches!(desk.state.overlay, Some(Overlay::Edited(_))));
}

#[test]
fn a_long_change_is_seen_to_its_end_before_it_is_approved() {
    let mut desk = Desk::new(40, 12, vec![email(1)]);
    desk.keys("enter ctrl-d ctrl-d ctrl-d ctrl-d E");
    let fields: Vec<String> = (0..30).map(|n| format!("\"f{n}\": {n}")).collect();
    desk.writes(&format!("{{{}}}", fields.join(", ")));
    desk.keys("G y");
    assert!(
        desk.sent.is_empty(),
        "what lies between was not on the screen"
    );
    let mut presses = 0;
    while desk.sent.is_empty() {
        desk.keys("y ctrl-d");
        presses += 1;
        assert!(presses < 40, "{}", desk.toast());
    }
}

#[test]
fn nothing_is_edited_before_it_was_read() {
    let mut desk = Desk::new(80, 24, queue());
    desk.keys("E");
    assert!(desk.editing.is_none());
    assert!(desk.toast().contains("not read"), "{}", desk.toast());
}

#[test]
fn a_refused_edit_says_why_and_is_kept() {
    let mut desk = desk();
    desk.keys("E");
    desk.writes("{\"to\": \"eve@evil.example\"}");
    desk.keys("y");
    desk.sent.remove(0);
    let problem = Problem::new(ProblemKind::EditNotAllowed, "no-outside denies it");
    let answer = Err(ClientError::Refused(Box::new(problem)));
    desk.event(Event::Answer(Answer::Decided(id(1), answer)));
    assert_eq!(
        desk.toast(),
        "Policy denies these parameters: no-outside denies it"
    );
    desk.wait(1_000);
    desk.keys("E");
    assert!(desk.editing.as_ref().unwrap().1.contains("evil"));
}

/// 01 §States.4: a decision about other parameters or another plan counts for nothing, and is shown so.
#[test]
fn what_the_gate_refuses_as_stale_is_fetched_again() {
    for kind in [ProblemKind::StaleDigest, ProblemKind::StalePlan] {
        let mut desk = desk();
        desk.keys("i");
        desk.type_in("ask Lee");
        desk.keys("enter");
        desk.sent.remove(0);
        desk.fetched.clear();
        let problem = Problem::new(kind, "look at it again");
        let answer = Err(ClientError::Refused(Box::new(problem)));
        desk.event(Event::Answer(Answer::Decided(id(1), answer)));
        assert!(desk.toast().starts_with(kind.title()), "{}", desk.toast());
        assert_eq!(desk.fetched, [id(1)]);
        assert!(desk.state.pending.sending.is_empty());
        assert_eq!(desk.focused(), Some(id(1)), "nothing is claimed");
    }
}

/// 01 §Undo
#[test]
fn an_approval_is_taken_back_from_where_it_was_given() {
    let mut desk = desk();
    desk.keys("a");
    desk.gate[0].you.as_mut().unwrap().may_undo = true;
    desk.answer_decision();
    assert!(desk.toast().contains("z takes it back"), "{}", desk.toast());
    desk.wait(400);
    desk.keys("z");
    assert_eq!(desk.done, [(id(1), Deed::TakeBack)]);
    desk.keys("u");
    assert_eq!(desk.done.len(), 1, "once");
    desk.answer_deed(|request| request.status = Status::Revoked);
    assert!(desk.toast().starts_with("taken back, and it won't run"));
    desk.keys("u");
    assert!(desk.done.is_empty());
    assert!(
        desk.toast().contains("you haven't approved it"),
        "{}",
        desk.toast()
    );
}

/// 01 §Undo: the offer to take an approval back goes when it is too late for it.
#[test]
fn what_was_started_is_not_offered_to_be_taken_back() {
    for kind in ["execution.started", "execution.lapsed"] {
        let mut desk = desk();
        desk.keys("a");
        desk.gate[0].you.as_mut().unwrap().may_undo = true;
        desk.answer_decision();
        assert!(desk.toast().contains("z takes it back"), "{}", desk.toast());
        desk.news(kind, 2);
        assert!(desk.toast().contains("z takes it back"), "another one");
        desk.news(kind, 1);
        let said = desk.toast();
        assert!(said.starts_with("approved: "), "{said}");
        desk.wait(400);
        desk.keys("z");
        assert!(desk.done.is_empty(), "{kind}");
        let said = match kind {
            "execution.started" => "too late to take it back: it was started",
            _ => "you haven't approved it: there is nothing to take back",
        };
        assert_eq!(desk.toast(), said, "{kind}");
    }
    // An agent that waits may have started it before the answer is here.
    let mut desk = desk();
    desk.keys("a");
    let mut started = desk.gate[0].clone();
    started.status = Status::Executing;
    let answer = Answer::Decided(id(1), Ok(Box::new(started)));
    desk.event(Event::Answer(answer));
    desk.wait(400);
    desk.keys("z");
    assert_eq!(desk.toast(), "too late to take it back: it was started");
}

/// 01 §Undo takes back the approval; the opt-in that it brought is a choice of its own.
#[test]
fn what_goes_on_without_asking_is_said_when_its_approval_is_taken_back() {
    for remember in ["once", "conversation", "always"] {
        let mut desk = desk();
        desk.keys("a");
        desk.gate[0].you.as_mut().unwrap().may_undo = true;
        desk.answer_decision();
        desk.wait(400);
        desk.keys("z");
        let vote = json!({"by": "dana", "decision": "approve", "digest": desk.gate[0].digest, "plan": 1,
            "reason": null, "notify_agent": false, "remember": remember, "at": "2026-11-20T14:00:00Z"});
        desk.answer_deed(|request| {
            request.status = Status::Revoked;
            request.decisions = vec![serde_json::from_value(vote).unwrap()];
        });
        let said = match remember {
            "once" => "taken back, and it won't run: ",
            _ => "taken back; later ones still go through unasked: Settings, Auto-approval",
        };
        assert!(desk.toast().starts_with(said), "{}", desk.toast());
    }
}

#[test]
fn what_is_to_be_typed_is_not_covered_by_what_was_said_before() {
    for keys in ["s", "r", "i", "/", ":"] {
        let mut desk = desk();
        desk.keys("a");
        desk.answer_decision();
        desk.wait(400);
        assert!(desk.toast().starts_with("approved"));
        desk.keys(keys);
        assert!(desk.state.overlay.is_some(), "{keys}");
        assert!(desk.state.toast.is_none(), "{keys}");
    }
}

#[test]
fn text_that_hides_something_is_asked_about_at_any_risk() {
    let gate = |body: &str| {
        let params = json!({"to": "pat@partner.example", "body": body});
        vec![request(
            1,
            "email to pat@partner.example",
            &params,
            json!({}),
        )]
    };
    let mut desk = Desk::new(120, 36, gate("the price stays\u{202e}"));
    desk.keys("a");
    assert!(matches!(desk.state.overlay, Some(Overlay::Confirm(_))));
    assert!(desk.sent.is_empty());
    desk.keys("y");
    assert_eq!(desk.sent.len(), 1);
    let mut desk = Desk::new(120, 36, gate("the price stays"));
    desk.keys("a");
    assert_eq!(desk.sent.len(), 1);
}

#[test]
fn a_burst_takes_nothing_back_and_what_is_old_is_gone_to_first() {
    let mut desk = desk();
    desk.keys("a");
    desk.gate[0].you.as_mut().unwrap().may_undo = true;
    desk.answer_decision();
    desk.burst("u u");
    desk.wait(1_000);
    assert!(desk.done.is_empty());
    desk.wait(31_000);
    desk.keys("u");
    assert!(desk.done.is_empty());
}

#[test]
fn history_takes_back_what_can_be_and_says_why_not() {
    let mut gate = decided();
    gate[0].status = Status::Approved;
    gate[0].you.as_mut().unwrap().may_undo = true;
    let mut desk = Desk::new(120, 36, gate);
    desk.keys("2 u");
    assert_eq!(desk.done, [(id(61), Deed::TakeBack)]);
    desk.answer_deed(|request| {
        request.status = Status::Revoked;
        request.you.as_mut().unwrap().may_undo = false;
    });
    desk.keys("u");
    assert_eq!(desk.toast(), "it has been taken back already");
    desk.keys("j u");
    assert_eq!(desk.toast(), "too late to take it back: it was started");
    assert!(desk.done.is_empty());
}

/// 01 §Claim and snooze
#[test]
fn a_claim_is_taken_and_given_back() {
    let mut desk = desk();
    desk.keys("c");
    assert_eq!(desk.done, [(id(1), Deed::Claim)]);
    desk.answer_deed(|request| {
        let claim = json!({"by": "dana", "until": "2026-11-20T14:15:00Z"});
        request.claim = Some(serde_json::from_value(claim).unwrap());
    });
    desk.keys("c");
    assert_eq!(desk.done, [(id(1), Deed::Release)]);
    desk.event(Event::Answer(Answer::Done(
        id(1),
        Deed::Release,
        Err(gone()),
    )));
    assert!(
        desk.toast().starts_with("not known yet"),
        "{}",
        desk.toast()
    );
    // Somebody else's claim bars nobody.
    let mut desk = Desk::new(120, 36, vec![reviewed::quorum(1)]);
    desk.keys("a");
    desk.keys("y");
    assert_eq!(desk.sent.len(), 1);
}

#[test]
fn a_request_is_put_off_and_comes_back() {
    let mut desk = desk();
    desk.keys("s tab");
    let Some(Overlay::Snooze(line)) = &desk.state.overlay else {
        panic!("the line is open");
    };
    assert_eq!(line.field.text, "1h");
    desk.keys("tab enter");
    let morning: At = "2026-11-21T09:00:00Z".parse().unwrap();
    assert_eq!(desk.done, [(id(1), Deed::Snooze(morning))]);
    let until: At = "2026-11-20T14:30:00Z".parse().unwrap();
    let request = desk.gate.remove(0);
    desk.gate.push(request);
    desk.answer_deed(|request| request.you.as_mut().unwrap().snoozed_until = Some(until));
    assert!(
        desk.toast().starts_with("put off until 14:30: "),
        "{}",
        desk.toast()
    );
    assert_eq!(desk.state.pending.returns, [until]);
    assert_eq!(desk.focused(), Some(id(2)));

    desk.keys("s ctrl-u");
    desk.type_in("soon");
    desk.keys("enter");
    assert!(desk.done.is_empty() && desk.toast().starts_with("how long?"));
    desk.keys("ctrl-u");
    desk.type_in("4h");
    desk.keys("enter");
    let later: At = "2026-11-20T18:00:00Z".parse().unwrap();
    assert_eq!(desk.done, [(id(2), Deed::Snooze(later))]);
    assert!(later > TODAY.parse().unwrap());
}

/// It is found by the filter, and the key that put it off calls it back.
#[test]
fn what_was_put_off_is_called_back() {
    let mut desk = desk();
    let until: At = "2026-11-20T18:00:00Z".parse().unwrap();
    desk.keys("s enter");
    desk.answer_deed(|request| request.you.as_mut().unwrap().snoozed_until = Some(until));
    assert_ne!(desk.focused(), Some(id(1)));
    desk.keys("/");
    desk.type_in("put:off");
    desk.keys("enter");
    assert_eq!(desk.focused(), Some(id(1)));
    assert_eq!(desk.state.pending.list.rows.len(), 1);
    assert_eq!(desk.state.found().as_deref(), Some("1 put off"));
    desk.keys("s");
    assert_eq!(desk.done, [(id(1), Deed::CallBack)]);
    desk.answer_deed(|request| request.you.as_mut().unwrap().snoozed_until = None);
    assert!(
        desk.toast().starts_with("it waits for you again: "),
        "{}",
        desk.toast()
    );
    assert!(desk.state.pending.list.rows.is_empty());
    desk.keys("esc");
    assert!(
        desk.state
            .pending
            .list
            .rows
            .iter()
            .any(|row| row.id == id(1))
    );
}

#[test]
fn what_stays_on_the_screen_is_told_once_and_again_when_all_was_read() {
    let mut desk = Desk::new(80, 24, queue());
    desk.wait(2_000);
    let (about, seen) = desk.told[0];
    assert_eq!(about, id(1));
    assert!((0.1..0.9).contains(&seen), "{seen}");
    desk.wait(10_000);
    assert_eq!(desk.told.len(), 1);
    desk.keys("ctrl-d ctrl-d ctrl-d ctrl-d ctrl-d");
    assert_eq!(desk.told.len(), 2);
    assert!((desk.told[1].1 - 1.0).abs() < f64::EPSILON);
    // Whoever only walks past a request hasn't opened it.
    desk.keys("j j");
    assert_eq!(desk.told.len(), 2);
}

#[test]
fn who_looked_is_not_said_for_longer_than_it_is_known() {
    let mut desk = Desk::new(120, 36, vec![reviewed::quorum(1)]);
    let looking = |desk: &Desk| {
        let reading = desk.state.pending.reading().unwrap();
        reading.looking(desk.state.now.elapsed).len()
    };
    assert_eq!(looking(&desk), 1);
    desk.wait(31_000);
    assert_eq!(looking(&desk), 0);
}

#[test]
fn an_edit_of_somebody_else_is_read_before_it_is_approved() {
    let mut desk = Desk::new(80, 24, vec![email(1), email(2)]);
    let read = |desk: &Desk| desk.state.pending.reading().unwrap().seen.all();
    assert!(read(&desk));
    desk.gate[0] = reviewed::edited(1);
    desk.news("request.edited", 1);
    desk.wait(1_000);
    assert!(
        !read(&desk),
        "what was seen of the old parameters doesn't count"
    );
    desk.keys("a");
    assert!(desk.sent.is_empty());
    assert!(desk.toast().contains("not read"), "{}", desk.toast());
}

#[test]
fn a_vote_that_is_not_the_last_can_be_taken_back_here() {
    let mut one = request(
        1,
        "crm.note",
        &json!({"lead": "Hooli"}),
        json!({"you": {"may_decide": false, "why_not": "you have approved it; others are still asked",
                       "remember": [], "notify_always": false, "may_undo": true}}),
    );
    one.version = 2;
    let mut desk = Desk::new(120, 36, vec![one]);
    desk.keys("u");
    assert_eq!(desk.done, [(id(1), Deed::TakeBack)]);
    desk.answer_deed(|request| {
        let you = request.you.as_mut().unwrap();
        (you.may_decide, you.may_undo) = (true, false);
    });
    assert!(
        desk.toast().starts_with("your approval is taken back"),
        "{}",
        desk.toast()
    );
    desk.wait(1_000);
    desk.keys("a");
    assert_eq!(desk.sent.len(), 1);
}
