//! A database that an older version wrote is brought up to date with everything in it: the same log, the
//! tables that follow from it, and requests that can still be decided.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use signoff::api::request::Filter;
use signoff::store;

use crate::support::{TestGate, approve, email};

/// The first version of the schema.
const FIRST: &str = include_str!("../assets/migrations/sqlite/0001_first.sql");

/// Writes down what the first version would have: its log, and what it kept beside it.
fn as_the_first_version(database: &Path) {
    let first = database.with_extension("first");
    let old = Connection::open(&first).unwrap();
    old.execute_batch(FIRST).unwrap();
    old.execute("ATTACH ? AS now", [database.to_str().unwrap()])
        .unwrap();
    old.execute_batch(
        "INSERT INTO log SELECT position, body, leaf FROM now.log;
         UPDATE head SET (position, revision) = (SELECT position, revision FROM now.head);
         INSERT INTO payloads SELECT request, params, NULL FROM now.payloads;
         INSERT INTO requests (id, version, asked, state, status, digest, agent, action, risk, executor,
                 created_at, updated_at)
             SELECT p.request, 0, 0, '', '', p.digest, '', '', 0, '', 0, 0 FROM now.payloads p;
         DETACH now;
         PRAGMA user_version = 1;",
    )
    .unwrap();
    old.close().unwrap();
    for ending in ["db-wal", "db-shm"] {
        let _absent = fs::remove_file(database.with_extension(ending));
    }
    fs::rename(first, database).unwrap();
}

#[tokio::test]
async fn an_old_database_has_the_same_head_and_goes_on() {
    let gate = TestGate::start().await;
    let (owner, agent) = (gate.owner(), gate.agent());
    let mut asked = Vec::new();
    for key in ["approved", "started", "open"] {
        asked.push(agent.ask(&email(), key).await.unwrap());
    }
    for (request, starts) in [(&asked[0], false), (&asked[1], true)] {
        owner.decide(request.id, &approve(request)).await.unwrap();
        if starts {
            agent.start(request.id, "start").await.unwrap();
        }
    }
    let before = owner.log_head().await.unwrap();
    let gate = gate.restart_after(as_the_first_version).await;
    let (owner, agent) = (gate.owner(), gate.agent());
    assert_eq!(owner.log_head().await.unwrap(), before);
    // Each is still at the version that its next change is meant for.
    agent.start(asked[0].id, "start-the-other").await.unwrap();
    owner
        .decide(asked[2].id, &approve(&asked[2]))
        .await
        .unwrap();
    let examined = store::examine(&gate.database, None).await.unwrap();
    assert!(examined.findings.is_empty(), "{:?}", examined.findings);
    assert!(examined.size > before.size);
}

/// Takes out what came with queues.
fn without_queues(database: &Path) {
    let old = Connection::open(database).unwrap();
    old.execute_batch("DROP INDEX parties_snoozed; DROP TABLE queues; PRAGMA user_version = 4;")
        .unwrap();
    old.close().unwrap();
}

#[tokio::test]
async fn what_waits_in_an_old_database_is_counted_once() {
    let gate = TestGate::start().await;
    let (owner, agent) = (gate.owner(), gate.agent());
    for nth in 0..5 {
        let asked = agent.ask(&email(), &format!("{nth}")).await.unwrap();
        if nth > 2 {
            owner.decide(asked.id, &approve(&asked)).await.unwrap();
        }
    }
    let gate = gate.restart_after(without_queues).await;
    let (owner, agent) = (gate.owner(), gate.agent());
    agent.ask(&email(), "another").await.unwrap();
    let examined = store::examine(&gate.database, None).await.unwrap();
    assert!(examined.findings.is_empty(), "{:?}", examined.findings);
    let waiting = Filter {
        status: Some("pending".to_owned()),
        ..Filter::default()
    };
    let page = owner.requests(&waiting).await.unwrap();
    assert_eq!(page.total, Some(4));
}
