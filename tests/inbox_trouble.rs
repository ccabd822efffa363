//! What goes wrong between the inbox and the gate, in the inbox's own loop against a real gate: whatever
//! happens, the screen says what was decided and what wasn't, and nothing is decided twice or dropped.

use std::time::Duration;

use crossterm::event::{Event, KeyCode};
use serde_json::json;
use signoff::domain::lifecycle::Status;

use super::inbox::{Inbox, character};
use super::support::{Proxy, TestGate, ask, email, reject};

/// How long these inboxes wait for an answer. It stands for the half minute of real ones.
const PATIENCE: Duration = Duration::from_secs(2);

/// The owner's inbox at the end of a line, with one e-mail on the screen.
async fn at_the_end_of_a_line(gate: &TestGate) -> (Proxy, Inbox) {
    let line = Proxy::start(&gate.url).await;
    let mut inbox = Inbox::through(gate, &line.url, PATIENCE).await;
    inbox.sees("● live").await;
    inbox.sees("Hi Pat").await;
    (line, inbox)
}

async fn decides(inbox: &mut Inbox) {
    inbox.types("a").await;
    inbox.sees("at high risk?").await;
    inbox.types("y").await;
    inbox.sees("approving…").await;
}

#[tokio::test]
async fn a_decision_that_the_network_holds_up_is_not_said_to_be_made_until_it_is() {
    let gate = TestGate::start().await;
    let asked = gate.agent().ask(&email(), "1").await.unwrap();
    let (line, mut inbox) = at_the_end_of_a_line(&gate).await;
    line.hold();
    decides(&mut inbox).await;
    inbox.sees("not known yet whether the gate heard it").await;
    assert!(inbox.screen().contains("approving…"), "{}", inbox.screen());
    // Once more is no second decision.
    inbox.types("a").await;
    inbox.sees("a decision is on its way").await;
    let meanwhile = gate.agent().request(asked.id).await.unwrap();
    assert_eq!(meanwhile.status, Status::Pending);
    // It comes back, without what was in it.
    line.cut(&gate.url);
    inbox
        .sees("your decision did not reach the gate; it still waits")
        .await;
    decides(&mut inbox).await;
    inbox.sees("Nothing waits.").await;
    let decided = gate.agent().request(asked.id).await.unwrap();
    assert_eq!(decided.status, Status::Approved);
    assert_eq!(decided.decisions.len(), 1);
    inbox.leave().await;
}

/// The news of the gate are held up with everything else, so nothing but the inbox itself asks what came of it.
#[tokio::test]
async fn what_came_of_a_decision_is_asked_until_the_gate_says_so() {
    let gate = TestGate::start().await;
    let asked = gate.agent().ask(&email(), "1").await.unwrap();
    let (line, mut inbox) = at_the_end_of_a_line(&gate).await;
    line.hold();
    decides(&mut inbox).await;
    inbox.sees("reconnecting").await;
    line.let_go();
    inbox.sees("● live").await;
    inbox.gone("approving…").await;
    let told = gate.agent().request(asked.id).await.unwrap();
    let waits = inbox.screen().contains("Pending 1");
    assert_eq!(waits, told.status == Status::Pending, "{}", inbox.screen());
    assert_eq!(told.decisions.len(), usize::from(!waits));
    inbox.leave().await;
}

#[tokio::test]
async fn a_decision_whose_answer_is_lost_is_found_to_have_been_made() {
    let gate = TestGate::start().await;
    let asked = gate.agent().ask(&email(), "1").await.unwrap();
    let (line, mut inbox) = at_the_end_of_a_line(&gate).await;
    line.hold_answers();
    decides(&mut inbox).await;
    until(&gate, asked.id, Status::Approved).await;
    line.cut(&gate.url);
    inbox.sees("approved; z takes it back").await;
    inbox.sees("Nothing waits.").await;
    let decided = gate.agent().request(asked.id).await.unwrap();
    assert_eq!(decided.decisions.len(), 1);
    inbox.leave().await;
}

#[tokio::test]
async fn a_gate_that_stops_while_a_decision_is_sent_has_not_heard_it_and_the_screen_says_so() {
    let gate = TestGate::start().await;
    let asked = gate.agent().ask(&email(), "1").await.unwrap();
    let (line, mut inbox) = at_the_end_of_a_line(&gate).await;
    line.hold();
    decides(&mut inbox).await;
    let gate = gate.restart().await;
    line.cut(&gate.url);
    inbox
        .sees("your decision did not reach the gate; it still waits")
        .await;
    inbox.sees("● live").await;
    let waiting = gate.agent().request(asked.id).await.unwrap();
    assert_eq!(waiting.status, Status::Pending);
    // It can be decided now as it could before.
    decides(&mut inbox).await;
    inbox.sees("Nothing waits.").await;
    until(&gate, asked.id, Status::Approved).await;
    inbox.leave().await;
}

#[tokio::test]
async fn of_two_who_decide_at_the_same_moment_the_second_is_told_who_was_first() {
    let gate = TestGate::start().await;
    let asked = gate.agent().ask(&email(), "1").await.unwrap();
    let (line, mut inbox) = at_the_end_of_a_line(&gate).await;
    line.hold();
    decides(&mut inbox).await;
    let wrong = reject(&asked, "wrong list");
    gate.owner().decide(asked.id, &wrong).await.unwrap();
    line.let_go();
    inbox.sees("rejected by owner at 09:00").await;
    inbox.gone("approving…").await;
    let decided = gate.agent().request(asked.id).await.unwrap();
    assert_eq!(decided.status, Status::Rejected);
    assert_eq!(decided.decisions.len(), 1);
    inbox.leave().await;
}

#[tokio::test]
async fn a_token_that_is_revoked_decides_nothing_and_the_screen_says_what_to_do() {
    let gate = TestGate::start().await;
    gate.person("ana", "admin").await;
    let bot = gate.agent_of("bot", &["ana"], &["ana"]).await;
    let mut asking = email();
    asking.on_behalf_of = Some("ana".parse().unwrap());
    let asked = bot.ask(&asking, "1").await.unwrap();
    let mut inbox = Inbox::open_as(&gate, "ana", "false", "").await;
    inbox.sees("Hi Pat").await;
    inbox.types("r").await;
    inbox.sees("why not?").await;
    inbox.types("no").await;
    for token in gate.owner().tokens().await.unwrap().items {
        if serde_json::to_value(&token).unwrap()["person"] == "ana" {
            gate.owner().revoke_token(token.id).await.unwrap();
        }
    }
    inbox.press(KeyCode::Enter).await;
    inbox.sees("reconnecting").await;
    // What was typed is still there, and why it can't be sent stands below once it is left.
    assert!(inbox.screen().contains("Reason  no"), "{}", inbox.screen());
    inbox.press(KeyCode::Esc).await;
    inbox
        .sees("the gate knows no such token, or knew it once; an admin makes one with `signoff tokens add`")
        .await;
    inbox.types("a").await;
    inbox.sees("not connected: a decision needs the gate").await;
    let waiting = bot.request(asked.id).await.unwrap();
    assert_eq!(waiting.status, Status::Pending);
    inbox.leave().await;
}

/// Waits until the gate says so, on the gate's own word.
async fn until(gate: &TestGate, id: signoff::domain::id::RequestId, status: Status) {
    let until = signoff::client::Until::Decided;
    let decided = gate.agent().wait(id, until, 20).await.unwrap();
    assert_eq!(decided.status, status);
}

/// A request with more to it than a screen shows.
fn long() -> signoff::api::request::Ask {
    let lines: Vec<String> = (1..=200).map(|n| format!("line {n} of it")).collect();
    ask(json!({
        "action": "email.send",
        "params": {"to": ["pat@partner.example"], "subject": "Hello", "body": lines.join("\n")},
        "on_behalf_of": "owner",
    }))
}

#[tokio::test]
async fn what_is_grave_and_not_read_is_not_approved_at_first_sight() {
    let gate = TestGate::start().await;
    let mut inbox = Inbox::open_as(&gate, "owner", "false", "").await;
    inbox.sees("Nothing waits.").await;
    let asked = gate.agent().ask(&long(), "1").await.unwrap();
    inbox.sees("line 1 of it").await;
    // At the very moment at which it is on the screen, and again when it has been there for a while.
    inbox.at_once(character('a'));
    inbox.sees("look first, then decide").await;
    inbox.types("a").await;
    inbox.sees("not read: here is the first").await;
    inbox.types("y").await;
    inbox.types("?").await;
    inbox.sees("Moves one row down").await;
    let waiting = gate.agent().request(asked.id).await.unwrap();
    assert_eq!(waiting.status, Status::Pending);
    inbox.press(KeyCode::Esc).await;
    inbox.leave().await;
}

#[tokio::test]
async fn keys_while_the_list_moves_under_the_cursor_and_keys_that_are_held_decide_nothing() {
    let gate = TestGate::start().await;
    let note = |n: u32| {
        ask(json!({
            "action": "crm.note",
            "params": {"lead": "Hooli", "text": format!("note {n}")},
            "on_behalf_of": "owner",
        }))
    };
    let mut ids = Vec::new();
    for n in 0..4 {
        let asked = gate.agent().ask(&note(n), &n.to_string()).await.unwrap();
        ids.push(asked.id);
    }
    let mut inbox = Inbox::open_as(&gate, "owner", "false", "").await;
    inbox.sees("1 of 4").await;
    inbox.sees("note 0").await;
    // The focused one goes, and another is under the cursor when the key comes.
    let first = gate.owner().request(ids[0]).await.unwrap();
    gate.owner()
        .decide(ids[0], &reject(&first, "no"))
        .await
        .unwrap();
    inbox.sees("rejected by owner").await;
    inbox.at_once(character('a'));
    inbox.sees("look first, then decide").await;
    // A keyboard repeats a held key so often.
    inbox.types("j").await;
    inbox.sees("1 of 3").await;
    for _ in 0..20 {
        inbox.at_once(character('a'));
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    inbox.types("?").await;
    inbox.sees("Moves one row down").await;
    for id in &ids[1..] {
        let waiting = gate.agent().request(*id).await.unwrap();
        assert_eq!(waiting.status, Status::Pending);
    }
    inbox.press(KeyCode::Esc).await;
    inbox.leave().await;
}

#[tokio::test]
async fn a_screen_that_was_too_small_for_a_moment_has_decided_nothing() {
    let gate = TestGate::start().await;
    let asked = gate.agent().ask(&email(), "1").await.unwrap();
    let mut inbox = Inbox::open_as(&gate, "owner", "false", "").await;
    inbox.sees("Hi Pat").await;
    inbox.types("a").await;
    inbox.sees("at high risk?").await;
    inbox.resize(1, 1);
    inbox.types("ya").await;
    inbox.resize(120, 36);
    inbox.sees("Hi Pat").await;
    let waiting = gate.agent().request(asked.id).await.unwrap();
    assert_eq!(waiting.status, Status::Pending);
    inbox.at_once(Event::Key(KeyCode::Esc.into()));
    inbox.leave().await;
}
