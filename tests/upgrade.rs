//! A database that an older version wrote is brought up to date with everything in it: the same log, the
//! tables that follow from it, and requests that can still be decided.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use signoff::api::request::{Filter, Request};
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

/// Puts everything back where it was before small tables were put together.
pub const APART: &str = "
    CREATE TABLE tree AS SELECT 1 AS one, size, frontier FROM head;
    CREATE TABLE tree_heads AS SELECT position AS size, root FROM log WHERE root IS NOT NULL;
    ALTER TABLE head DROP COLUMN size;
    ALTER TABLE head DROP COLUMN frontier;
    ALTER TABLE log DROP COLUMN root;
    CREATE TABLE loads AS SELECT substr(who, 7) AS agent, pending FROM tallies WHERE who LIKE 'agent:%';
    CREATE TABLE queues AS SELECT who AS person, parties, reviews FROM tallies;
    CREATE TABLE bells AS SELECT who AS person, seen, unseen FROM tallies WHERE seen > 0 OR unseen > 0;
    DROP TABLE tallies;";

/// Takes out what came after the version with this number.
fn back_to(version: u32, database: &Path) {
    let old = Connection::open(database).unwrap();
    old.execute_batch(APART).unwrap();
    old.execute_batch(
        "ALTER TABLE recipients ADD COLUMN granted INTEGER NOT NULL DEFAULT 0;
         UPDATE recipients SET granted = 1 WHERE recipient IN (SELECT recipient FROM acquaintances);
         CREATE INDEX recipients_request ON recipients (request);
         CREATE INDEX recipients_granted ON recipients (recipient) WHERE granted = 1;
         DROP TABLE acquaintances;",
    )
    .unwrap();
    if version < 5 {
        old.execute_batch("DROP INDEX parties_snoozed; DROP TABLE queues;")
            .unwrap();
    }
    old.pragma_update(None, "user_version", version).unwrap();
    old.close().unwrap();
}

/// What is counted, whom anything was let through to, and the roots of the tree: all that was put together
/// otherwise is still there.
#[tokio::test]
async fn what_was_put_together_says_what_its_parts_said() {
    let gate = TestGate::start().await;
    let (owner, agent) = (gate.owner(), gate.agent());
    let known = agent.ask(&email(), "known").await.unwrap();
    let new = "never written to this recipient before".to_owned();
    let reasons = |request: &Request| -> Vec<String> {
        let reasons = request.risk.reasons.iter();
        reasons
            .map(|reason| reason.raw_for_execution().to_owned())
            .collect()
    };
    assert!(reasons(&known).contains(&new));
    owner.decide(known.id, &approve(&known)).await.unwrap();
    agent.ask(&email(), "waits").await.unwrap();
    let bell = owner.notifications(false, 10, None).await.unwrap();
    assert!(bell.unseen > 0);
    let head = owner.log_head().await.unwrap();
    let gate = gate.restart_after(|database| back_to(6, database)).await;
    let (owner, agent) = (gate.owner(), gate.agent());
    assert_eq!(owner.log_head().await.unwrap(), head);
    assert_eq!(
        owner.notifications(false, 10, None).await.unwrap().unseen,
        bell.unseen
    );
    let again = agent.ask(&email(), "again").await.unwrap();
    assert!(!reasons(&again).contains(&new));
    let examined = store::examine(&gate.database, None).await.unwrap();
    assert!(examined.findings.is_empty(), "{:?}", examined.findings);
    assert!(examined.size > head.size);
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
    let gate = gate.restart_after(|database| back_to(4, database)).await;
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
