//! Owners: only they make and unmake each other, and there is always one who can.

use serde_json::{Value, json};

use crate::support::{Answer, TestGate, Wire};

async fn patch(wire: &Wire, path: &str, body: Value) -> Answer {
    wire.patch(path, body.to_string()).await
}

/// `01 §People and permissions`: only an owner makes or unmakes owners.
#[tokio::test]
async fn only_an_owner_touches_an_owner_and_the_last_one_stays() {
    let gate = TestGate::start().await;
    let owner = gate.owner_wire();
    gate.person("ana", "admin").await;
    gate.person("ben", "owner").await;
    let ana = gate.wire(&gate.token(json!({"person": "ana"})).await);
    for (path, body) in [
        ("/v1/people/ana", json!({"role": "owner"})),
        ("/v1/people/ben", json!({"role": "member"})),
        ("/v1/people/ben", json!({"active": false})),
        ("/v1/people/ben", json!({"name": "Benny"})),
        (
            "/v1/people/ben",
            json!({"away": {"from": "2026-12-01T00:00:00Z", "until": "2026-12-02T00:00:00Z"}}),
        ),
    ] {
        patch(&ana, path, body).await.refused(403, "forbidden");
    }
    ana.delete("/v1/people/ben").await.refused(403, "forbidden");

    assert_eq!(
        patch(&owner, "/v1/people/ben", json!({"role": "admin"}))
            .await
            .status,
        200
    );
    for body in [json!({"role": "admin"}), json!({"active": false})] {
        patch(&owner, "/v1/people/owner", body)
            .await
            .refused(409, "last-owner");
    }
    owner
        .delete("/v1/people/owner")
        .await
        .refused(409, "last-owner");
    assert_eq!(
        patch(&owner, "/v1/people/ana", json!({"role": "owner"}))
            .await
            .status,
        200
    );
    assert_eq!(
        patch(&owner, "/v1/people/owner", json!({"role": "member"}))
            .await
            .status,
        200
    );
    patch(&owner, "/v1/people/ana", json!({"role": "admin"}))
        .await
        .refused(403, "forbidden");
    patch(&ana, "/v1/people/ana", json!({"role": "admin"}))
        .await
        .refused(409, "last-owner");
}

#[tokio::test]
async fn an_owner_without_a_token_is_no_reason_to_let_the_other_one_go() {
    let gate = TestGate::start().await;
    let owner = gate.owner_wire();
    let added = owner
        .post("/v1/people", r#"{"id": "ben", "role": "owner"}"#)
        .await;
    assert_eq!(added.status, 201);
    let refused = owner
        .delete("/v1/people/owner")
        .await
        .refused(409, "last-owner");
    assert!(refused.detail.plain().contains("token"), "{refused:?}");
    gate.token(json!({"person": "ben"})).await;
    assert_eq!(owner.delete("/v1/people/owner").await.status, 200);
}

/// No check is apart from the write that it guards.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_owners_who_unmake_each_other_one_is_left() {
    let gate = TestGate::start().await;
    let owner = gate.owner_wire();
    for round in 0..20 {
        let id = format!("p{round}");
        gate.person(&id, "owner").await;
        let other = gate.wire(&gate.token(json!({"person": &id})).await);
        let of_other = format!("/v1/people/{id}");
        let (one, two) = tokio::join!(
            patch(&owner, &of_other, json!({"role": "member"})),
            patch(&other, "/v1/people/owner", json!({"role": "member"})),
        );
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 403], "{one:?} {two:?}");
        if two.status == 200 {
            let back = patch(&other, "/v1/people/owner", json!({"role": "owner"})).await;
            assert_eq!(back.status, 200);
            let gone = patch(&owner, &of_other, json!({"role": "member"})).await;
            assert_eq!(gone.status, 200);
        }
    }
}
