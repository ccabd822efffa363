//! What a list is narrowed down to.

use serde_json::json;
use signoff::api::request::Filter;
use signoff::client::Client;
use signoff::domain::id::RequestId;
use signoff::domain::risk::Risk;
use signoff::domain::time::{At, Span};

use crate::support::{TestGate, approve, ask};

async fn found(client: &Client, filter: Filter) -> Vec<RequestId> {
    let page = client.requests(&filter).await.unwrap();
    page.items.into_iter().map(|request| request.id).collect()
}

#[tokio::test]
async fn a_list_has_what_is_as_grave_and_was_decided_when_it_says() {
    let gate = TestGate::start().await;
    let (agent, owner) = (gate.agent(), gate.owner());
    let note = ask(json!({"action": "record.update", "params": {"id": 1}}));
    let low = agent.ask(&note, "low").await.unwrap();
    let payment = ask(json!({"action": "payment.send", "params": {"amount": 1}}));
    let high = agent.ask(&payment, "high").await.unwrap();
    assert_eq!((low.risk.level, high.risk.level), (Risk::Low, Risk::High));
    let risk = |risk| Filter {
        risk: Some(risk),
        ..Filter::default()
    };
    assert_eq!(found(&owner, risk(Risk::High)).await, [high.id]);
    assert_eq!(found(&owner, risk(Risk::Low)).await, [low.id]);
    assert!(found(&owner, risk(Risk::Critical)).await.is_empty());

    gate.hands.pass(Span::from_hours(1));
    let decided = owner.decide(low.id, &approve(&low)).await.unwrap();
    let at = decided.settled.unwrap().at;
    let between = |since: At, until: At| Filter {
        decided_since: Some(since),
        decided_until: Some(until),
        ..Filter::default()
    };
    let before = At::from_millis(at.millis() - 1);
    let after = At::from_millis(at.millis() + 1);
    assert_eq!(found(&owner, between(at, after)).await, [low.id]);
    assert!(found(&owner, between(before, at)).await.is_empty());
    assert!(
        found(&owner, between(after, after.plus(Span::from_hours(9))))
            .await
            .is_empty()
    );
}
