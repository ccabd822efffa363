//! Changes that are meant for a thing as it was seen: made for that, or not at all.

use serde_json::{Value, json};

use signoff::domain::time::Span;

use crate::support::{Answer, TestGate, Wire, approve, email};

/// A gate with one of everything that has an id.
async fn company() -> (TestGate, Wire) {
    let gate = TestGate::start().await;
    let owner = gate.owner_wire();
    for (path, body) in [
        ("/v1/groups", r#"{"id": "finance"}"#),
        ("/v1/teams", r#"{"id": "sales"}"#),
        ("/v1/people", r#"{"id": "ana"}"#),
        ("/v1/agents", r#"{"id": "outreach"}"#),
    ] {
        let added = owner.post(path, body).await;
        assert_eq!(added.status, 201);
        let shown = owner
            .get(&format!("{path}/{}", added.json()["id"].as_str().unwrap()))
            .await;
        assert_eq!(added.tag(), shown.tag(), "{path}");
    }
    (gate, owner)
}

/// 02: answers that can be replaced carry an `ETag`, and `If-Match` is honoured when sent.
#[tokio::test]
async fn a_change_that_is_meant_for_something_else_is_not_made() {
    let (gate, owner) = company().await;
    for (path, change) in [
        ("/v1/people/ana", json!({"name": "A"})),
        ("/v1/agents/outreach", json!({"name": "A"})),
        ("/v1/teams/sales", json!({"name": "A"})),
        ("/v1/groups/finance", json!({"name": "A"})),
        (
            "/v1/integrations/email",
            json!({"trust_read_only_hints": true}),
        ),
        ("/v1/actions/email.send", json!({"default_risk": "high"})),
        ("/v1/me", json!({"notifications": {"email": true}})),
    ] {
        let seen = owner.get(path).await.tag();
        let with = async |tag: &str, body: &Value| {
            let call = owner.call("PATCH", path).header("if-match", tag);
            let call = call.header("content-type", "application/json");
            Answer::of(call.body(body.to_string())).await
        };
        let head = gate.gate.head().await.unwrap();
        for stale in [
            "\"other\"",
            "other",
            &format!("W/{seen}"),
            "",
            seen.trim_matches('"'),
        ] {
            with(stale, &change)
                .await
                .refused(412, "precondition-failed");
        }
        assert_eq!(gate.gate.head().await.unwrap(), head, "{path}");
        let changed = with(&format!("\"other\", {seen}"), &change).await;
        assert_eq!(changed.status, 200, "{path}: {changed:?}");
        let now = owner.get(path).await;
        assert_eq!(now.tag(), changed.tag(), "{path}");
        assert_ne!(now.tag(), seen, "{path}");
        assert_eq!(now.json(), changed.json(), "{path}");
        with(&seen, &json!({}))
            .await
            .refused(412, "precondition-failed");
        assert_eq!(with("*", &json!({})).await.status, 200);
        if path.starts_with("/v1/people") {
            let call = owner.call("DELETE", path).header("if-match", &seen);
            Answer::of(call).await.refused(412, "precondition-failed");
        }
    }
    let asked = gate.agent().ask(&email(), "k").await.unwrap();
    let shown = owner.get(&format!("/v1/requests/{}", asked.id)).await;
    assert_eq!(shown.tag(), format!("\"{}\"", asked.version));
}

/// 02: of changes that are all meant for what was seen, one is made.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_saw_the_same_one_changes_it() {
    let (_gate, owner) = company().await;
    for round in 0..10 {
        let seen = owner.get("/v1/people/ana").await.tag();
        let calls = (0..12).map(|n| {
            let call = owner
                .call("PATCH", "/v1/people/ana")
                .header("if-match", &seen);
            let call = call.header("content-type", "application/json");
            Answer::of(call.body(json!({"name": format!("Ana {round}.{n}")}).to_string()))
        });
        let answers = futures_util::future::join_all(calls).await;
        let made: Vec<_> = answers
            .iter()
            .filter(|answer| answer.status == 200)
            .collect();
        assert_eq!(made.len(), 1, "{answers:?}");
        for lost in answers.iter().filter(|answer| answer.status != 200) {
            lost.refused(412, "precondition-failed");
        }
        assert_eq!(owner.get("/v1/people/ana").await.json(), made[0].json());
    }
}

/// 02: `If-Match` is honoured when sent, so also where a request is moved on: the step is made for what was seen, or
/// not at all.
#[tokio::test]
async fn a_step_that_is_meant_for_another_version_is_not_taken() {
    let gate = TestGate::start().await;
    let (owner, agent) = (gate.owner_wire(), gate.agent_wire());
    let asked = gate.agent().ask(&email(), "k").await.unwrap();
    let path = format!("/v1/requests/{}", asked.id);
    let step = async |who: &Wire, (method, below): (&str, &str), body: &Value, tag: &str| {
        let call = who.call(method, &format!("{path}{below}"));
        let call = call.header("if-match", tag);
        let call = call.header("content-type", "application/json");
        Answer::of(call.body(body.to_string())).await
    };
    let digest = json!(asked.digest);
    let yes = json!({"decision": "approve", "digest": digest});
    let report = json!({"outcome": "failed", "digest": digest, "error": "no"});
    let (decide, settle) = (
        "/decision",
        json!({"outcome": "executed", "reason": "seen"}),
    );
    for (who, on, body) in [
        (
            &owner,
            ("POST", "/opened"),
            json!({"digest": digest, "seen": 1.0}),
        ),
        (&owner, ("POST", "/claim"), json!({})),
        (
            &owner,
            ("POST", "/snooze"),
            json!({"until": asked.created_at.plus(Span::from_secs(60))}),
        ),
        (&owner, ("POST", "/release"), json!({})),
        (&owner, ("POST", decide), yes.clone()),
        (&owner, ("DELETE", decide), json!({})),
    ] {
        let seen = owner.get(&path).await.tag();
        let head = gate.gate.head().await.unwrap();
        let stale = step(who, on, &body, "\"999\"").await;
        stale.refused(412, "precondition-failed");
        assert_eq!(gate.gate.head().await.unwrap(), head, "{on:?}");
        let taken = step(who, on, &body, &seen).await;
        assert_eq!(taken.status, 200, "{on:?}: {taken:?}");
    }
    let again = gate.agent().ask(&email(), "l").await.unwrap();
    let path = format!("/v1/requests/{}", again.id);
    gate.owner()
        .decide(again.id, &approve(&again))
        .await
        .unwrap();
    gate.hands.pass(Span::from_secs(5));
    for (who, below, body) in [
        (&agent, "/start", json!({})),
        (&agent, "/report", report),
        (&owner, "/retry", json!({"reason": "again"})),
        (&agent, "/start", json!({})),
        (
            &agent,
            "/report",
            json!({"outcome": "unknown", "digest": digest}),
        ),
        (&owner, "/settle", settle),
    ] {
        let to = format!("{path}{below}");
        let seen = owner.get(&path).await.tag();
        for (tag, status) in [("\"999\"", 412), (seen.as_str(), 200)] {
            let call = who.call("POST", &to).header("if-match", tag);
            let call = call.header("content-type", "application/json");
            let answer = Answer::of(call.body(body.to_string())).await;
            assert_eq!(answer.status, status, "{below}: {answer:?}");
        }
    }
    let last = gate.agent().ask(&email(), "m").await.unwrap();
    let to = format!("/v1/requests/{}/cancel", last.id);
    for (tag, status) in [("\"999\"", 412), ("\"1\", \"999\"", 200)] {
        let call = agent.call("POST", &to).header("if-match", tag);
        let call = call.header("content-type", "application/json");
        assert_eq!(Answer::of(call.body("{}")).await.status, status);
    }
}
