//! Waiting: the answer is the same whenever the wait began, and nobody is left hanging.

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use serde_json::json;
use signoff::api::request::{ReportRun, Request};
use signoff::client::{Client, Tick, Until};
use signoff::domain::execution::Outcome;
use signoff::domain::id::RequestId;
use signoff::domain::lifecycle::Status;

use crate::support::{TestGate, approve, ask, email, reject};

/// Far longer than what is waited for takes; a wait that isn't woken fails by its length.
const LONG: u16 = 30;

fn executed(asked: &Request) -> ReportRun {
    ReportRun {
        outcome: Outcome::Executed,
        digest: asked.digest,
        epoch: None,
        result: None,
        error: None,
        observed: true,
    }
}

async fn wait(client: &Client, id: RequestId, until: Until) -> Request {
    client.wait(id, until, LONG).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_during_or_after_it_is_the_same_answer() {
    let gate = TestGate::start().await;
    let (agent, owner) = (gate.agent(), gate.owner());
    for round in 0..40 {
        let asked = agent.ask(&email(), &format!("{round}")).await.unwrap();
        let choice = if round % 2 == 0 {
            approve(&asked)
        } else {
            reject(&asked, "no")
        };
        let before = join_all((0..4).map(|_| wait(&agent, asked.id, Until::Decided)));
        let decided = async {
            let (decided, during) = tokio::join!(
                owner.decide(asked.id, &choice),
                wait(&agent, asked.id, Until::Decided)
            );
            (decided.unwrap(), during)
        };
        let (before, (decided, during)) = tokio::join!(before, decided);
        let after = wait(&agent, asked.id, Until::Decided).await;
        assert_eq!(after.settled, decided.settled);
        for answer in before.iter().chain([&during]) {
            assert_eq!(*answer, after);
        }
    }
}

#[tokio::test]
async fn many_wait_for_one_request_and_all_are_told() {
    let gate = TestGate::start().await;
    let (agent, owner) = (gate.agent(), gate.owner());
    let asked = agent.ask(&email(), "k").await.unwrap();
    let other = agent.ask(&email(), "other").await.unwrap();
    let waiters = join_all((0..64).map(|_| wait(&agent, asked.id, Until::Decided)));
    let no = reject(&asked, "no");
    let (told, decided) = tokio::join!(waiters, owner.decide(asked.id, &no));
    decided.unwrap();
    assert!(told.iter().all(|answer| answer.status == Status::Rejected));
    assert_eq!(agent.request(other.id).await.unwrap(), other);
}

#[tokio::test]
async fn until_done_goes_on_until_the_run_has_ended() {
    let gate = TestGate::start().await;
    let (agent, owner) = (gate.agent(), gate.owner());
    let asked = agent.ask(&email(), "k").await.unwrap();
    let run = async {
        owner.decide(asked.id, &approve(&asked)).await.unwrap();
        let still = agent.wait(asked.id, Until::Done, 0).await.unwrap();
        assert_eq!(still.status, Status::Approved, "decided, but not done");
        agent.start(asked.id, "start").await.unwrap();
        let still = agent.wait(asked.id, Until::Done, 0).await.unwrap();
        assert_eq!(still.status, Status::Executing);
        agent.report(asked.id, &executed(&asked)).await.unwrap();
    };
    let (done, ()) = tokio::join!(wait(&agent, asked.id, Until::Done), run);
    assert_eq!(done.status, Status::Executed);
    assert_eq!(wait(&agent, asked.id, Until::Done).await, done);

    let rejected = agent.ask(&email(), "rejected").await.unwrap();
    let no = reject(&rejected, "no");
    let (done, decided) = tokio::join!(
        wait(&agent, rejected.id, Until::Done),
        owner.decide(rejected.id, &no)
    );
    decided.unwrap();
    assert_eq!(done.status, Status::Rejected);
    let allowed = agent
        .ask(&ask(json!({"action": "file.read", "params": {}})), "a")
        .await
        .unwrap();
    assert_eq!(
        wait(&agent, allowed.id, Until::Done).await.status,
        Status::Allowed
    );
}

#[tokio::test]
async fn a_wait_that_nobody_answers_ends_with_what_there_is() {
    let gate = TestGate::start().await;
    let agent = gate.agent();
    let asked = agent.ask(&email(), "k").await.unwrap();
    assert_eq!(
        agent.wait(asked.id, Until::Decided, 1).await.unwrap(),
        asked
    );
    assert_eq!(
        agent.wait(asked.id, Until::Decided, 0).await.unwrap(),
        asked
    );
    let path = format!("/v1/requests/{}", asked.id);
    for query in [
        "wait=301",
        "wait=-1",
        "wait=soon",
        "until=ever",
        "wait=1&until=done&for=me",
    ] {
        gate.agent_wire()
            .get(&format!("{path}?{query}"))
            .await
            .refused(422, "invalid-input");
    }
}

#[tokio::test]
async fn somebody_elses_request_is_not_there_to_wait_for() {
    let gate = TestGate::start().await;
    let asked = gate.agent().ask(&email(), "k").await.unwrap();
    let ana = gate.person("ana", "member").await;
    let refused = ana.wait(asked.id, Until::Decided, LONG).await.unwrap_err();
    assert_eq!(refused.problem().unwrap().name(), "not-found");
}

/// Every kind of wait is let go when the gate stops, with what there is.
#[tokio::test]
async fn waits_end_when_the_gate_stops() {
    let gate = TestGate::start().await;
    let (agent, owner) = (gate.agent(), gate.owner());
    let asked = agent.ask(&email(), "k").await.unwrap();
    let mut stream = owner.events(None).await.unwrap();
    assert!(matches!(
        stream.next().await.unwrap(),
        Some(Tick::Position(_))
    ));
    let waits = tokio::spawn({
        let (agent, id) = (agent.clone(), asked.id);
        async move {
            tokio::join!(
                agent.wait(id, Until::Decided, LONG),
                agent.wait(id, Until::Done, LONG),
                agent.notices(LONG)
            )
        }
    });
    // By the time these calls are answered, those that were sent before them have been heard.
    for _ in 0..20 {
        owner.me().await.unwrap();
    }
    let gate = gate.restart().await;
    let (decided, done, notices) = waits.await.unwrap();
    assert_eq!(decided.unwrap(), asked);
    assert_eq!(done.unwrap(), asked);
    assert_eq!(notices.unwrap().items, []);
    while stream.next().await.unwrap().is_some() {}

    let (agent, owner) = (gate.agent(), gate.owner());
    let yes = approve(&asked);
    let (waited, decided) = tokio::join!(
        wait(&agent, asked.id, Until::Decided),
        owner.decide(asked.id, &yes)
    );
    assert_eq!(waited.settled, decided.unwrap().settled);
}

/// One agent's waits leave room for the others: beyond its part it is told to come back, and nobody else is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_agent_does_not_hold_every_connection() {
    let gate = TestGate::start().await;
    let (agent, owner) = (gate.agent_wire(), gate.owner());
    let asked = gate.agent().ask(&email(), "k").await.unwrap();
    let path = format!("/v1/requests/{}", asked.id);
    let long = format!("{path}?wait=300");
    let mut waits: FuturesUnordered<_> = (0..=1_000).map(|_| agent.get(&long)).collect();
    let turned_away = waits.next().await.unwrap();
    turned_away.refused(429, "too-many-waiting");
    assert_eq!(turned_away.headers["retry-after"], "1");
    assert_eq!(agent.get(&path).await.status, 200);
    let other = json!({"agent": "local"});
    let other = gate.wire(&gate.token(other).await);
    let same_agent = other.get(&format!("{path}?wait=300")).await;
    same_agent.refused(429, "too-many-waiting");
    let seen = owner.wait(asked.id, Until::Done, 1).await.unwrap();
    owner.decide(asked.id, &reject(&seen, "no")).await.unwrap();
    while let Some(answer) = waits.next().await {
        assert!(matches!(answer.status, 200 | 429), "{answer:?}");
    }
    assert_eq!(agent.get(&long).await.status, 200);
}
