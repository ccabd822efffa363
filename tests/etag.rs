//! Changes that are meant for a thing as it was seen: made for that, or not at all.

use serde_json::{Value, json};

use crate::support::{Answer, TestGate, Wire, email};

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
