//! What runs is what its digest stands for: whoever changes the parameters in the database, and leaves the
//! log alone, has them refused wherever they would be given out to be run.

use std::path::Path;

use rusqlite::{Connection, params};
use serde_json::{Value, json};
use signoff::domain::time::Span;

use crate::support::{Company, TestGate, approve, ask, email, path, reject, update, with};

/// Puts other parameters under the digests that are there, as somebody who has the file can.
fn swap(database: &Path, from: &str, to: &str) -> usize {
    let database = Connection::open(database).unwrap();
    let swapped =
        "UPDATE payloads SET params = replace(params, ?1, ?2) WHERE instr(params, ?1) > 0";
    let rows = database.execute(swapped, params![from, to]).unwrap();
    database.close().unwrap();
    rows
}

/// `01 §Execution`: what starts is what was approved, or nothing starts.
#[tokio::test]
async fn parameters_that_were_changed_in_the_database_are_not_started() {
    let gate = TestGate::start().await;
    let (owner, agent) = (gate.owner(), gate.agent());
    let swapped = agent.ask(&email(), "swapped").await.unwrap();
    let other = ask(json!({"action": "email.send", "on_behalf_of": "owner",
        "params": {"to": ["kim@partner.example"], "subject": "Bye", "copies": 1.10}}));
    let other = agent.ask(&other, "other").await.unwrap();
    owner.decide(swapped.id, &approve(&swapped)).await.unwrap();
    owner.decide(other.id, &approve(&other)).await.unwrap();
    gate.hands.pass(Span::from_secs(5));
    let gate = gate
        .restart_after(|database| assert_eq!(swap(database, "pat@", "eve@"), 1))
        .await;

    let wire = gate.agent_wire();
    let at = format!("/v1/requests/{}", swapped.id);
    let refused = wire.post(&format!("{at}/start"), "{}").await;
    let said = refused.refused(500, "internal").detail.plain_line();
    assert!(said.contains("signoff audit verify"), "{said}");
    assert!(!refused.body.contains("eve@"), "{refused:?}");
    wire.get(&at).await.refused(500, "internal");
    // It was not taken, and those who look into it can still see it.
    let now = gate.owner().request(swapped.id).await.unwrap();
    assert_eq!(now.status.word(), "approved");
    assert!(now.execution.attempts.is_empty(), "{now:?}");

    // What nobody touched starts as ever.
    let started = gate.agent().start(other.id, "start").await.unwrap();
    assert_eq!(started.params.text(), other.params.unwrap().text());
    gate.agent()
        .start(swapped.id, "start it")
        .await
        .unwrap_err();
}

#[tokio::test]
async fn parameters_that_were_changed_in_the_database_are_not_approved() {
    let gate = TestGate::start().await;
    let asked = gate.agent().ask(&email(), "swapped").await.unwrap();
    let gate = gate
        .restart_after(|database| assert_eq!(swap(database, "pat@", "eve@"), 1))
        .await;
    let owner = gate.owner_wire();
    let decide = format!("/v1/requests/{}/decision", asked.id);
    let yes = serde_json::to_string(&approve(&asked)).unwrap();
    owner.post(&decide, yes).await.refused(500, "internal");
    let no = reject(&asked, "not what was asked");
    let rejected = gate.owner().decide(asked.id, &no).await.unwrap();
    assert_eq!(rejected.status.word(), "rejected");
}

/// `01 §Execution`: a worker gets what was approved; what was changed doesn't stand in the way of the rest.
#[tokio::test]
async fn parameters_that_were_changed_in_the_database_are_not_leased() {
    let company = Company::new().await;
    let queue = json!({"executor": "queue", "idempotent": false});
    company.patch("/v1/actions/record.update", queue).await;
    let worker = json!({"worker": "clerk", "actions": ["record.update"]});
    let worker = company.gate.token(worker).await;
    let bad = company.asks("outreach", update()).await;
    company.approves("ana", &bad).await;
    let good = with(update(), json!({"params": {"name": "Globex"}}));
    let good = company.asks("outreach", good).await;
    company.approves("ana", &good).await;
    let gate = company.gate;
    gate.hands.pass(Span::from_secs(5));
    let gate = gate
        .restart_after(|database| assert_eq!(swap(database, "Acme", "Evil"), 1))
        .await;
    let worker = gate.wire(&worker);
    let lease = json!({"max": 1, "wait": 30, "lease_seconds": 60}).to_string();
    let leased = worker.post("/v1/work/lease", lease.clone()).await.json();
    assert_eq!(leased["items"][0]["id"], good["id"], "{leased}");
    let refused = worker.post("/v1/work/lease", lease).await;
    refused.refused(500, "internal");
    let now: Value = gate.owner_wire().get(&path(&bad, "")).await.json();
    assert_eq!(now["status"], "approved");
}
