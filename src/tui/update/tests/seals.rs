//! A false gate, or what stands before it, that shows other texts than the digest stands for.

use serde_json::json;

use crate::api::request::Request;
use crate::api::seal::{BROKEN, HIDDEN, Seal};
use crate::domain::raw::RawJson;
use crate::domain::review::Word;
use crate::tui::action::ActionId;
use crate::tui::sample::{Desk, email, queue, queue_of_kinds, reviewed};
use crate::tui::state::document::Document;

fn with_params(request: Request, from: &str, to: &str) -> Request {
    let text = request.params.as_ref().unwrap().text().replace(from, to);
    Request {
        params: Some(RawJson::from_text(text).unwrap()),
        ..request
    }
}

fn warnings(request: &Request) -> Vec<String> {
    Document::new(request, &jiff::tz::TimeZone::UTC, false).warnings
}

#[test]
fn what_the_digest_does_not_cover_can_be_rejected_and_not_approved() {
    let harmless = with_params(email(1), "Hi Pat", "Hi Eve");
    assert_eq!(warnings(&harmless)[0], BROKEN);
    let mut desk = Desk::new(80, 24, vec![harmless, email(2)]);
    for key in ["a", "e", "E"] {
        desk.keys(key);
        assert_eq!(desk.toast(), BROKEN, "{key}");
        assert!(desk.sent.is_empty(), "{key}");
        assert!(desk.state.overlay.is_none(), "{key}");
        assert!(desk.editing.is_none(), "{key}");
    }
    for id in [ActionId::Approve, ActionId::Form, ActionId::Edit] {
        assert_eq!(desk.state.why_not(id).as_deref(), Some(BROKEN));
    }
    assert_eq!(desk.state.why_not(ActionId::Reject), None);
    assert!(desk.state.pending.read.is_empty(), "it isn't read either");
    desk.keys("r");
    desk.type_in("not what I see");
    desk.keys("enter");
    assert_eq!(desk.sent[0].1.decision, Word::Reject);
}

/// The confirmation is open when the gate begins to lie: what was asked about is not sent.
#[test]
fn what_changes_under_a_confirmation_is_not_approved() {
    let mut desk = Desk::new(80, 24, queue());
    desk.keys("enter G a");
    assert!(desk.state.overlay.is_some(), "{}", desk.toast());
    desk.gate[0] = with_params(desk.gate[0].clone(), "EUR 38", "EUR 3");
    desk.gate[0].version += 1;
    desk.news("request.reminded", 1);
    desk.wait(1_000);
    desk.keys("y");
    assert!(desk.sent.is_empty(), "{}", desk.toast());
}

#[test]
fn what_policy_hides_can_be_approved_and_is_said_to_be_unchecked() {
    let hidden = with_params(email(1), "Hi Pat", "•••• (6 characters, #00ff00ff)");
    assert_eq!(hidden.seal(), Seal::Untold);
    assert_eq!(warnings(&hidden)[0], HIDDEN);
    let mut desk = Desk::new(80, 24, vec![hidden]);
    desk.keys("a");
    assert_eq!(desk.sent.len(), 1, "{}", desk.toast());
}

#[test]
fn true_requests_are_whole_whatever_is_in_them() {
    let raw = email(1);
    let raw = with_params(raw, "\"Hi Pat\"", "[1.10, 1e2, -0.0, 12345.50]").sealed();
    let several = crate::tui::sample::request(
        9,
        "email",
        &json!({"to": "b@x.example"}),
        json!({"recipients": ["a@x.example", "b@x.example"], "resource": {"type": "deal", "id": "D-1"}}),
    );
    let all = [raw, several, reviewed::edited(3)];
    for request in all.into_iter().chain(queue()).chain(queue_of_kinds()) {
        assert_eq!(request.seal(), Seal::Whole, "{:?}", request.headline);
        assert!(
            !warnings(&request)
                .iter()
                .any(|w| w == BROKEN || w == HIDDEN)
        );
    }
}
