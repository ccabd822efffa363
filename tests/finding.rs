//! Looking for some of what waits: what the gate finds, and what the inbox shows of it.

use crossterm::event::KeyCode;
use serde_json::{Value, json};
use signoff::api::request::Filter;

use super::inbox::Inbox;
use super::support::{TestGate, ask};

fn note(text: &str, risk: &str) -> Value {
    json!({
        "action": "crm.note",
        "params": {"lead": "Hooli", "text": text},
        "on_behalf_of": "owner",
        "risk": {"level": risk},
    })
}

async fn gate() -> TestGate {
    let gate = TestGate::start().await;
    for (n, (text, risk)) in [
        ("wants a demo", "high"),
        ("wants a refund", "medium"),
        ("refund done", "high"),
    ]
    .into_iter()
    .enumerate()
    {
        gate.agent()
            .ask(&ask(note(text, risk)), &n.to_string())
            .await
            .unwrap();
    }
    gate
}

#[tokio::test]
async fn a_list_of_what_waits_says_how_many_it_finds() {
    let gate = gate().await;
    let owner = gate.owner();
    let find = async |filter: Value| {
        let filter: Filter = serde_json::from_value(filter).unwrap();
        let waiting = Filter {
            status: Some("pending".to_owned()),
            ..filter
        };
        let page = owner.requests(&waiting).await.unwrap();
        (page.items.len(), page.found, page.total)
    };
    assert_eq!(find(json!({})).await, (3, None, Some(3)));
    assert_eq!(find(json!({"risk": "high"})).await, (2, Some(2), Some(3)));
    assert_eq!(
        find(json!({"risk": "high", "limit": 1})).await,
        (1, Some(2), Some(3))
    );
    assert_eq!(
        find(json!({"q": "refund", "risk": "high"})).await,
        (1, Some(1), Some(3))
    );
    for shown in ["crm.note", "Hooli", "note lead"] {
        let (items, ..) = find(json!({"q": shown})).await;
        assert_eq!(items, 3, "{shown}");
    }
    assert_eq!(
        find(json!({"risk": "critical"})).await,
        (0, Some(0), Some(3))
    );
}

#[tokio::test]
async fn a_reviewer_finds_one_among_several_and_decides_it() {
    let gate = gate().await;
    let mut inbox = Inbox::open_as(&gate, "owner", "false", "").await;
    inbox.sees("1 of 3").await;
    inbox.types("/").await;
    inbox.types("refund risk:high ").await;
    inbox.sees("1 of 3; Enter keeps").await;
    inbox.sees("refund done").await;
    inbox.press(KeyCode::Enter).await;
    inbox.types("r").await;
    inbox.sees("why not?").await;
    inbox.types("no").await;
    inbox.press(KeyCode::Enter).await;
    inbox.sees("Nothing found among 2 requests").await;
    inbox.press(KeyCode::Esc).await;
    inbox.sees("1 of 2").await;
    inbox.leave().await;
}
