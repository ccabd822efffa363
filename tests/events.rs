//! The stream of events: each position once, in order, across reconnects and restarts.

use serde_json::json;
use signoff::api::problem::ProblemKind;
use signoff::api::settings::PatchAction;
use signoff::client::{Client, EventStream, Tick};

use signoff::domain::event::Event;
use signoff::domain::id::RequestId;

use crate::support::{TestGate, Wire, approve, email, reject};

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

/// 01 §States.10
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

/// Line breaks between the tokens of what agents send are theirs; the lines of the stream are the gate's.
#[tokio::test]
async fn what_an_agent_writes_over_several_lines_is_one_event() {
    let gate = TestGate::start().await;
    let (agent, owner) = (gate.agent_wire(), gate.owner());
    let start = gate.gate.head().await.unwrap();
    let context = "{\n\n\"data\"\r:\r\n\r\n[1,\n\n2]\n\n}";
    let body = format!(r#"{{"action": "file.read", "params": 1, "context": {context}}}"#);
    let asked = agent.post("/v1/requests", body).await.request();
    let report = format!(
        r#"{{"outcome": "executed", "digest": "{}", "result": {context}}}"#,
        asked.digest
    );
    let path = format!("/v1/requests/{}/report", asked.id);
    assert_eq!(agent.post(&path, report).await.status, 200);

    let head = gate.gate.head().await.unwrap();
    let mut stream = owner.events(Some(start)).await.unwrap();
    assert_eq!(
        read(&mut stream, head).await,
        (start + 1..=head).collect::<Vec<_>>()
    );
    for entry in gate.gate.log(start).await.unwrap() {
        assert!(
            !entry.body.text().contains(['\n', '\r']),
            "one entry, one line"
        );
    }
    let value: serde_json::Value = serde_json::from_str(asked.context.unwrap().text()).unwrap();
    assert_eq!(value, serde_json::json!({"data": [1, 2]}));
}

#[tokio::test]
async fn members_hear_of_changes_of_what_they_may_look_up() {
    let gate = TestGate::start().await;
    let ana = gate.person("ana", "member").await;
    let start = gate.gate.head().await.unwrap();
    gate.person("ben", "member").await;
    let unlock = PatchAction {
        auto_approval_allowed: Some(true),
        ..PatchAction::default()
    };
    let action = "email.send".parse().unwrap();
    gate.owner().change_action(&action, &unlock).await.unwrap();
    let head = gate.gate.head().await.unwrap();

    let mut stream = ana.events(Some(start)).await.unwrap();
    let mut kinds = Vec::new();
    while stream.position() != Some(head) {
        if let Some(Tick::Event(event)) = stream.next().await.unwrap() {
            kinds.push(event.kind);
        }
    }
    assert_eq!(kinds, ["action.saved"]);
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

/// What a stream says until it comes to this position.
async fn positions_until(wire: &Wire, path: &str, last: u64) -> Vec<u64> {
    let mut response = wire.call("GET", path).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let (mut text, mut positions) = (String::new(), Vec::new());
    while positions.last() != Some(&last) {
        let chunk = response.chunk().await.unwrap().unwrap();
        text.push_str(std::str::from_utf8(&chunk).unwrap());
        let ids = text.lines().filter_map(|line| line.strip_prefix("id: "));
        positions = ids.map(|id| id.parse().unwrap()).collect();
    }
    positions
}

/// Filters are those of the list; what is left out still counts as passed.
#[tokio::test]
async fn a_stream_about_some_requests_leaves_the_others_out() {
    let gate = TestGate::start().await;
    let bot = gate.agent_of("bot", &["owner"], &["owner"]).await;
    let start = gate.gate.head().await.unwrap();
    let first = gate.agent().ask(&email(), "a").await.unwrap();
    let other = bot.ask(&email(), "b").await.unwrap();
    let rejected = gate
        .owner()
        .decide(first.id, &reject(&first, "no"))
        .await
        .unwrap();
    gate.person("ben", "member").await;
    let last = gate.agent().ask(&email(), "c").await.unwrap();
    let head = gate.gate.head().await.unwrap();

    let mut about = std::collections::BTreeMap::new();
    for entry in gate.gate.log(start).await.unwrap() {
        let event = Event::from_body(entry.body.text()).unwrap();
        if let Some(id) = event.request {
            about
                .entry(id)
                .or_insert_with(Vec::new)
                .push(entry.position);
        }
    }
    let of = |ids: &[RequestId]| -> Vec<u64> {
        let mut positions: Vec<u64> = ids.iter().flat_map(|id| about[id].clone()).collect();
        positions.sort_unstable();
        positions
    };
    let owner = gate.owner_wire();
    let after = format!("after={start}");
    for (filter, wanted) in [
        ("agent=local".to_owned(), of(&[first.id, last.id])),
        ("decided_by=me&agent=local".to_owned(), of(&[first.id])),
        ("status=pending".to_owned(), of(&[other.id, last.id])),
        (
            "status=pending&reviewer=me".to_owned(),
            of(&[other.id, last.id]),
        ),
        (format!("id={}", other.id), of(&[other.id])),
    ] {
        let path = format!("/v1/events?{after}&{filter}");
        let heard = positions_until(&owner, &path, *wanted.last().unwrap()).await;
        assert_eq!(heard, wanted, "{filter}");
    }
    assert_eq!(rejected.id, first.id);
    // A reader comes back where it was, whatever it leaves out.
    let path = format!("/v1/events?after={}&agent=local", head - 1);
    assert_eq!(positions_until(&owner, &path, head).await, [head]);
    for bad in [
        "limit=5",
        "cursor=AAAA",
        "agent=%21",
        "reviewer=me",
        "before=3",
        "after=x",
    ] {
        let problem = owner.get(&format!("/v1/events?{bad}")).await;
        problem.refused(422, "invalid-input");
    }
}

/// One person's streams leave room for the others, as one agent's waits do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_person_does_not_hold_every_connection() {
    let gate = TestGate::start().await;
    let owner = gate.owner();
    let mut open = Vec::new();
    let refused = loop {
        match owner.events(None).await {
            Ok(stream) => open.push(stream),
            Err(error) => break error,
        }
        assert!(open.len() <= 1_000, "there is no end to it");
    };
    let problem = refused.problem().expect("it is told why");
    assert!(problem.is(ProblemKind::TooManyWaiting), "{problem:?}");
    let answer = gate.owner_wire().get("/v1/events?after=0").await;
    answer.refused(429, "too-many-waiting");
    assert_eq!(answer.headers["retry-after"], "1");
    gate.person("ana", "member").await;
    let ana = gate.client(&gate.token(json!({"person": "ana"})).await);
    let mut other = ana.events(None).await.unwrap();
    assert!(other.next().await.unwrap().is_some());
    // What is read no longer makes room.
    drop(open);
    while owner.events(None).await.is_err() {
        tokio::task::yield_now().await;
    }
}
