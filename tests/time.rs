//! The clock: nothing early, nothing late, and a restart forgets nothing.

use serde_json::json;
use signoff::api::event::LogEvent;
use signoff::api::request::Request;
use signoff::client::{Client, EventStream, Tick, Until};
use signoff::domain::lifecycle::{Decision, Status};
use signoff::domain::risk::Risk;
use signoff::domain::time::Span;

use crate::support::{TestGate, approve, ask, email};

async fn ask_with(agent: &Client, key: &str, more: serde_json::Value) -> Request {
    let mut body = json!({"action": "email.send", "params": {}, "on_behalf_of": "owner"});
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    agent.ask(&ask(body), key).await.unwrap()
}

/// A deadline so near that the timer looks at the clock again and again until it has come.
async fn impatient(agent: &Client, key: &str) -> Request {
    ask_with(agent, key, json!({"expires_in": "50ms"})).await
}

async fn next_of(stream: &mut EventStream, kind: &str) -> LogEvent {
    loop {
        match stream.next().await.unwrap() {
            Some(Tick::Event(event)) if event.kind == kind => return *event,
            Some(_) => {}
            None => panic!("the stream ended without {kind}"),
        }
    }
}

#[tokio::test]
async fn risk_says_how_long_a_request_waits() {
    let gate = TestGate::start().await;
    let agent = gate.agent();
    for (risk, hours) in [
        (Risk::Low, 24),
        (Risk::Medium, 12),
        (Risk::High, 4),
        (Risk::Critical, 1),
    ] {
        let more = json!({"action": "record.update", "risk": {"level": risk}});
        let asked = ask_with(&agent, risk.word(), more).await;
        assert_eq!(asked.risk.level, risk);
        assert_eq!(
            asked.expires_at,
            Some(asked.created_at.plus(Span::from_hours(hours)))
        );
    }
    let voice = json!({"trigger": "voice", "voice": {"hold_message": "One moment please."}});
    let asked = ask_with(&agent, "voice", voice).await;
    assert_eq!(
        asked.expires_at,
        Some(asked.created_at.plus(Span::from_secs(180)))
    );
}

#[tokio::test]
async fn the_clock_settles_what_nobody_decided_and_never_early() {
    let gate = TestGate::start().await;
    let (agent, owner) = (gate.agent(), gate.owner());
    let soon = ask_with(
        &agent,
        "soon",
        json!({"expires_in": "30m", "waiting": true}),
    )
    .await;
    let later = ask_with(&agent, "later", json!({"expires_in": "1801s"})).await;
    let never = agent.ask(&email(), "never").await.unwrap();
    let first = impatient(&agent, "first").await;
    let mut stream = owner.events(None).await.unwrap();

    gate.hands.pass(Span::from_millis(49));
    let waiting = agent.wait(first.id, Until::Decided, 1).await.unwrap();
    assert_eq!(waiting.status, Status::Pending, "not early");
    gate.hands.pass(Span::from_millis(1));
    let event = next_of(&mut stream, "request.expired").await;
    assert_eq!(
        (event.request, event.actor.to_string().as_str()),
        (Some(first.id), "clock")
    );

    let nearest = impatient(&agent, "second").await;
    gate.hands.pass(Span::from_secs(30 * 60));
    let event = next_of(&mut stream, "request.expired").await;
    assert_eq!(event.request, Some(nearest.id), "the longest due first");
    assert_eq!(
        next_of(&mut stream, "request.expired").await.request,
        Some(soon.id)
    );
    let told = agent.notices(0).await.unwrap().items;
    assert_eq!(
        (told.len(), told[0].id, told[0].decision),
        (1, soon.id, Decision::Expired)
    );
    for open in [&later, &never] {
        let now = agent.request(open.id).await.unwrap();
        assert_eq!(
            (now.status, now.expires_at),
            (Status::Pending, open.expires_at)
        );
    }
}

#[tokio::test]
async fn what_fell_due_while_no_gate_was_running_is_settled_before_anything_is_served() {
    let gate = TestGate::start().await;
    let (agent, owner) = (gate.agent(), gate.owner());
    let mut due = Vec::new();
    for n in 0..200 {
        due.push(ask_with(&agent, &format!("{n}"), json!({"expires_in": "2h"})).await);
    }
    let open = agent.ask(&email(), "open").await.unwrap();
    let approved = agent.ask(&email(), "approved").await.unwrap();
    owner
        .decide(approved.id, &approve(&approved))
        .await
        .unwrap();
    gate.hands.pass(Span::from_hours(3));
    let before = gate.gate.head().await.unwrap();
    let gate = gate.restart().await;
    let head = gate.gate.head().await.unwrap();
    assert_eq!(
        head,
        before + 201,
        "each once, and one reminder of what is open"
    );
    for asked in &due {
        let settled = gate.agent().request(asked.id).await.unwrap();
        assert_eq!(settled.status, Status::Expired);
        assert_eq!(settled.settled.unwrap().at, gate.gate.now());
    }
    let still_open = gate.agent().request(open.id).await.unwrap();
    assert_eq!(
        (still_open.status, still_open.expires_at),
        (Status::Pending, open.expires_at)
    );
    assert_eq!(
        gate.agent().request(approved.id).await.unwrap().status,
        Status::Approved
    );

    gate.hands.pass(Span::from_hours(21));
    let gate = gate.restart().await;
    assert_eq!(gate.gate.head().await.unwrap(), head + 2);
    assert_eq!(
        gate.agent().request(open.id).await.unwrap().status,
        Status::Expired
    );
    assert_eq!(
        gate.agent().request(approved.id).await.unwrap().status,
        Status::Lapsed
    );
    let gate = gate.restart().await;
    assert_eq!(
        gate.gate.head().await.unwrap(),
        head + 2,
        "settled is settled"
    );
}

#[tokio::test]
async fn a_clock_that_is_set_back_brings_nothing_back_and_fires_nothing() {
    let gate = TestGate::start().await;
    let agent = gate.agent();
    let short = ask_with(&agent, "short", json!({"expires_in": "2h"})).await;
    gate.hands.pass(Span::from_hours(2));
    let gate = gate.restart().await;
    gate.hands.back(Span::from_hours(24));
    let open = gate.agent().ask(&email(), "open").await.unwrap();
    let gate = gate.restart().await;
    assert_eq!(
        gate.agent().request(short.id).await.unwrap().status,
        Status::Expired
    );
    assert_eq!(gate.agent().request(open.id).await.unwrap(), open);
}
