//! The stream of events: each position once, in order, across reconnects and restarts.

use signoff::client::{Client, EventStream, Tick};

use crate::support::{TestGate, approve, email};

async fn read(stream: &mut EventStream, until: u64) -> Vec<u64> {
    let mut positions = Vec::new();
    while positions.last().is_none_or(|last| *last < until) {
        match stream.next().await.unwrap() {
            Some(Tick::Event(event)) => positions.push(event.position),
            Some(Tick::Position(_)) => {}
            None => break,
        }
    }
    positions
}

async fn fill(agent: &Client, owner: &Client, name: &str, count: usize) {
    for n in 0..count {
        let asked = agent.ask(&email(), &format!("{name}-{n}")).await.unwrap();
        owner.decide(asked.id, &approve(&asked)).await.unwrap();
    }
}

#[tokio::test]
async fn a_reader_that_reconnects_misses_nothing_and_sees_nothing_twice() {
    let gate = TestGate::start().await;
    let (agent, owner) = (gate.agent(), gate.owner());
    let mut live = owner.events(Some(0)).await.unwrap();
    fill(&agent, &owner, "a", 5).await;
    let head = gate.gate.head().await.unwrap();
    let mut seen = read(&mut live, head).await;
    drop(live);

    fill(&agent, &owner, "b", 5).await;
    let mut resumed = owner.events(seen.last().copied()).await.unwrap();
    fill(&agent, &owner, "c", 5).await;
    let head = gate.gate.head().await.unwrap();
    seen.extend(read(&mut resumed, head).await);
    drop(resumed);
    assert_eq!(seen, (1..=head).collect::<Vec<_>>());

    let gate = gate.restart().await;
    let mut after_restart = gate.owner().events(Some(head - 3)).await.unwrap();
    assert_eq!(
        read(&mut after_restart, head).await,
        [head - 2, head - 1, head]
    );
}

#[tokio::test]
async fn members_see_only_what_concerns_them() {
    let gate = TestGate::start().await;
    let ana = gate.person("ana", "member").await;
    let bot = gate.agent_of("bot", &["ana"], &["ana"]).await;
    let start = gate.gate.head().await.unwrap();
    let foreign = gate.agent().ask(&email(), "foreign").await.unwrap();
    let mut own = email();
    own.on_behalf_of = Some("ana".parse().unwrap());
    let own = bot.ask(&own, "own").await.unwrap();
    let head = gate.gate.head().await.unwrap();

    let mut stream = ana.events(Some(start)).await.unwrap();
    let mut requests = Vec::new();
    while stream.position() != Some(head) {
        if let Some(Tick::Event(event)) = stream.next().await.unwrap() {
            requests.extend(event.request);
        }
    }
    assert!(requests.contains(&own.id));
    assert!(!requests.contains(&foreign.id));
    assert!(ana.request(foreign.id).await.is_err());
}
