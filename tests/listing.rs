//! What a list is narrowed down to.

use serde_json::json;
use signoff::api::request::{Filter, Snooze};
use signoff::client::{Client, ClientError};
use signoff::domain::id::RequestId;
use signoff::domain::risk::Risk;
use signoff::domain::time::{At, Span};
use signoff::store;

use crate::support::{TestGate, approve, ask, email};

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

/// How many wait is known of each who may decide them, less what they have put off themselves.
#[tokio::test]
async fn how_many_wait_is_told_of_each_without_what_they_put_off() {
    let gate = TestGate::start().await;
    let (agent, owner) = (gate.agent(), gate.owner());
    let waiting = |mine: bool| Filter {
        status: Some("pending".to_owned()),
        reviewer: mine.then(|| "me".parse().unwrap()),
        ..Filter::default()
    };
    let totals = async || {
        let mine = owner.requests(&waiting(true)).await.unwrap();
        let all = owner.requests(&waiting(false)).await.unwrap();
        assert_eq!(all.put_off, None);
        (
            mine.total.unwrap(),
            mine.put_off.unwrap(),
            all.total.unwrap(),
        )
    };
    assert_eq!(totals().await, (0, 0, 0));
    let mut asked = Vec::new();
    for nth in 0..4 {
        asked.push(agent.ask(&email(), &format!("{nth}")).await.unwrap());
    }
    assert_eq!(totals().await, (4, 0, 4));
    let until = Snooze {
        until: Some(asked[0].created_at.plus(Span::from_secs(30 * 60))),
    };
    owner.snooze(asked[0].id, &until).await.unwrap();
    assert_eq!(totals().await, (3, 1, 4));
    let hidden = Filter {
        put_off: Some(true),
        ..waiting(true)
    };
    let listed = async |filter: &Filter| {
        let page = owner.requests(filter).await.unwrap();
        let ids: Vec<_> = page.items.iter().map(|request| request.id).collect();
        (ids, page.found)
    };
    assert_eq!(listed(&hidden).await, (vec![asked[0].id], Some(1)));
    let whose = Filter {
        reviewer: None,
        ..hidden.clone()
    };
    let Err(ClientError::Refused(problem)) = owner.requests(&whose).await else {
        panic!("what others put off isn't told");
    };
    assert_eq!(problem.errors[0].pointer, "/put_off");
    let at_once = Snooze { until: None };
    owner.snooze(asked[0].id, &at_once).await.unwrap();
    assert_eq!(totals().await, (4, 0, 4));
    assert_eq!(listed(&hidden).await, (Vec::new(), Some(0)));
    owner.snooze(asked[0].id, &until).await.unwrap();
    assert_eq!(totals().await, (3, 1, 4));
    owner
        .decide(asked[1].id, &approve(&asked[1]))
        .await
        .unwrap();
    agent.cancel(asked[2].id).await.unwrap();
    assert_eq!(totals().await, (1, 1, 2));
    gate.hands.pass(Span::from_secs(31 * 60));
    assert_eq!(totals().await, (2, 0, 2));
    owner.take_back(asked[1].id).await.unwrap();
    assert_eq!(totals().await, (2, 0, 2));
    let examined = store::examine(&gate.database, None).await.unwrap();
    assert!(examined.findings.is_empty(), "{:?}", examined.findings);
}
