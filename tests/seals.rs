//! What runs is what its digest stands for: whoever changes the parameters in the database, and leaves the
//! log alone, has them refused wherever they would be given out to be run.

use std::path::Path;

use rusqlite::{Connection, params};
use serde_json::{Value, json};
use signoff::domain::time::Span;

use crate::support::program::{Served, as_owner, signoff};
use crate::support::{Company, Home, TestGate, approve, ask, email, path, reject, update, with};

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

/// Who approves sends a digest: the command line holds it against what the gate shows, and asks no gate
/// whether it may be trusted.
#[test]
fn the_command_line_neither_approves_nor_shows_as_good_what_the_digest_does_not_cover() {
    let home = Home::new();
    let mut gate = Served::start(home.path());
    let params =
        r#"{"to": ["pat@partner.example"], "subject": "Hello", "n": 1.10, "body": "Hi Pat"}"#;
    let arguments = [
        "request",
        "--action",
        "email.send",
        "--json",
        "--params",
        params,
    ];
    let asked = |arguments: &[&str]| -> Value {
        let output = signoff(home.path(), arguments).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let (swapped, whole) = (asked(&arguments), asked(&arguments));
    gate.kill();
    let database = Connection::open(home.path().join("signoff.db")).unwrap();
    let swap = "UPDATE payloads SET params = replace(params, 'pat@', 'eve@')
         WHERE request = (SELECT request FROM payloads ORDER BY request LIMIT 1)";
    assert_eq!(database.execute(swap, []).unwrap(), 1);
    database.close().unwrap();
    let _gate = Served::start(home.path());

    let (id, digest) = (
        swapped["id"].as_str().unwrap(),
        swapped["digest"].as_str().unwrap(),
    );
    let other = r#"{"to": ["pat@partner.example"], "subject": "Hello", "body": "Hi"}"#;
    for arguments in [
        &["show", id][..],
        &["show", id, "--json"],
        &["approve", id, "--digest", digest],
        &["approve", id, "--digest", digest, "--params", other],
    ] {
        let output = as_owner(home.path(), arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.contains("isn't what the digest covers"), "{said}");
        assert!(said.contains("signoff audit verify"), "{said}");
    }
    let id = whole["id"].as_str().unwrap();
    let digest = whole["digest"].as_str().unwrap();
    for arguments in [&["show", id][..], &["approve", id, "--digest", digest]] {
        let output = as_owner(home.path(), arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
    }
}

/// What policy hides can't be held against a digest; a false gate could say so of anything, so whoever approves is
/// told.
#[test]
fn the_command_line_says_that_a_hidden_part_keeps_it_from_checking() {
    let home = Home::new();
    let mut gate = Served::start(home.path());
    let params = r#"{"to": ["pat@partner.example"], "subject": "Hello", "code": "open-sesame"}"#;
    let arguments = [
        "request",
        "--action",
        "email.send",
        "--json",
        "--params",
        params,
    ];
    let output = signoff(home.path(), &arguments).output().unwrap();
    let asked: Value = serde_json::from_slice(&output.stdout).unwrap();
    let (id, digest) = (
        asked["id"].as_str().unwrap(),
        asked["digest"].as_str().unwrap(),
    );
    let said = |arguments: &[&str]| {
        let output = as_owner(home.path(), arguments);
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let whole = said(&["show", id]);
    assert!(!whole.contains("a part is hidden"), "{whole}");
    gate.kill();
    let planted = "•••• (11 characters, #00ff00ff)";
    let database = home.path().join("signoff.db");
    assert_eq!(swap(&database, "open-sesame", planted), 1);
    let _gate = Served::start(home.path());
    for arguments in [&["show", id][..], &["approve", id, "--digest", digest]] {
        let told = said(arguments);
        assert!(told.contains("a part is hidden"), "{arguments:?}: {told}");
    }
}
