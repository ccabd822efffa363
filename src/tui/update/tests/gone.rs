//! What ended without anybody's decision: it isn't just gone.

use serde_json::json;

use crate::domain::lifecycle::Status;
use crate::tui::sample::{Desk, email, id, request};
use crate::tui::state::overlay::Overlay;

fn over(desk: &mut Desk, n: u8, status: Status) {
    let at = desk.gate.iter().position(|request| request.id == id(n));
    desk.gate[at.unwrap()].status = status;
    desk.news(&format!("request.{}", status.word()), n);
}

fn messages(desk: &Desk) -> Vec<&str> {
    let said = desk.state.messages.iter();
    said.map(|message| message.text.as_str()).collect()
}

#[test]
fn what_expired_or_was_withdrawn_unseen_is_said_and_kept() {
    let mut gate: Vec<_> = (1..=3).map(email).collect();
    gate.push(request(
        4,
        "refund order 88213 for the caller",
        &json!({"order": 88213}),
        json!({"trigger": "voice", "waiting": true}),
    ));
    let mut desk = Desk::new(120, 36, gate);
    assert!(desk.state.pending.list.rows[3].calls());
    over(&mut desk, 4, Status::Expired);
    let caller = "the caller waits no more, nobody answered: refund order 88213 for the caller";
    assert_eq!(desk.toast(), caller);
    over(&mut desk, 3, Status::Expired);
    assert_eq!(desk.toast(), caller, "one doesn't hide the other");
    over(&mut desk, 2, Status::Cancelled);
    assert_eq!(
        messages(&desk),
        [
            caller,
            "expired, nobody answered in time: email to pat@partner.example: Hello 3",
            "withdrawn before anybody answered: email to pat@partner.example: Hello 2",
        ]
    );
    // What waits for others, or was decided, is no news.
    desk.news("request.expired", 77);
    desk.decide_elsewhere(1, "rejected");
    desk.news("request.expired", 1);
    assert_eq!(messages(&desk).len(), 3);
}

#[test]
fn what_expires_while_a_reason_is_typed_hides_nothing_of_it() {
    let mut desk = Desk::new(120, 36, (1..=3).map(email).collect());
    desk.keys("r");
    over(&mut desk, 3, Status::Expired);
    assert!(matches!(desk.state.overlay, Some(Overlay::Reason(_))));
    assert_eq!(desk.toast(), "");
    assert_eq!(messages(&desk).len(), 1);
}
