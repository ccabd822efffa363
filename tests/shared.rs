//! Several gates on one PostgreSQL, and a PostgreSQL that comes and goes: one winner for each request,
//! whichever gate was asked, and nothing acknowledged that isn't kept.

use std::collections::BTreeSet;
use std::path::PathBuf;

use futures_util::future::join_all;
use serde_json::json;
use signoff::api::request::Filter;
use signoff::client::{Client, EventStream, Tick, Until};
use signoff::domain::lifecycle::Status;
use signoff::domain::time::Span;
use signoff::store::{self, Database};

use crate::support::postgres::{self, Server};
use crate::support::{TestGate, approve, email, reject};
use crate::upgrade::APART;

/// How often the server crashes.
const ROUNDS: usize = 3;

/// Two gates on one database.
async fn two(server: &Server) -> [TestGate; 2] {
    let first = TestGate::start_on(&server.database()).await;
    let second = first.another().await;
    [first, second]
}

/// The positions and kinds that a stream gives, up to this position.
async fn read(stream: &mut EventStream, until: u64) -> Vec<(u64, String)> {
    let mut read = Vec::new();
    while read.last().is_none_or(|(last, _)| *last < until) {
        if let Tick::Event(event) = stream.next().await.unwrap().expect("the stream goes on") {
            read.push((event.position, event.kind));
        }
    }
    read
}

/// What was kept is whole, and follows from its log.
async fn is_sound(database: &Database) -> u64 {
    let examined = store::examine(database, None).await.unwrap();
    assert!(examined.findings.is_empty(), "{:?}", examined.findings);
    assert!(examined.replayed);
    examined.size
}

/// 01 §States.2, however many gates there are.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_racers_at_two_gates_one_wins_and_the_others_learn_who() {
    let Some(server) = postgres::server() else {
        return;
    };
    let gates = two(server).await;
    let mut live = gates[1].owner().events(Some(0)).await.unwrap();
    let voters: Vec<Client> = (0..8).map(|n| gates[n % 2].owner()).collect();
    let agents = [gates[0].agent(), gates[1].agent()];
    for round in 0..25 {
        let asked = agents[round % 2].ask(&email(), &format!("{round}")).await;
        let asked = asked.unwrap();
        let votes = voters.iter().enumerate().map(|(n, voter)| {
            let choice = match n % 4 {
                0 => approve(&asked),
                n => reject(&asked, &format!("no {n}")),
            };
            async move { voter.decide(asked.id, &choice).await }
        });
        let waits = agents
            .iter()
            .map(|agent| agent.wait(asked.id, Until::Decided, 30));
        let (outcomes, waited, cancelled) =
            tokio::join!(join_all(votes), join_all(waits), agents[1].cancel(asked.id));
        let settled = agents[0].request(asked.id).await.unwrap().settled.unwrap();
        // The same person may say the same again; whoever says anything else has lost.
        for outcome in outcomes.into_iter().chain([cancelled]) {
            match outcome {
                Ok(won) => assert_eq!(won.settled.as_ref(), Some(&settled)),
                Err(lost) => {
                    let problem = lost.problem().expect("the gate answers every loser");
                    assert_eq!(problem.name(), "already-decided", "{problem:?}");
                    assert_eq!(problem.decision, Some(settled.decision));
                    assert_eq!(problem.at, Some(settled.at));
                }
            }
        }
        for told in waited {
            assert_eq!(told.unwrap().settled.as_ref(), Some(&settled));
        }
    }
    let head = is_sound(&gates[0].database).await;
    let seen = read(&mut live, head).await;
    assert!(seen.iter().map(|(position, _)| *position).eq(1..=head));
    let settled = ["request.approved", "request.rejected", "request.cancelled"];
    let settled = seen.iter().filter(|(_, kind)| settled.contains(&&**kind));
    assert_eq!(settled.count(), 25, "one for each");
}

/// What is changed at one gate is judged by at the other from then on, whether it has heard of it or not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_gate_is_told_the_other_judges_by() {
    let Some(server) = postgres::server() else {
        return;
    };
    let [first, second] = two(server).await;
    let agent = second.agent();
    for round in 0..10 {
        let on = round % 2 == 0;
        let set = json!({"enabled": on});
        let moved = first.owner_wire();
        let moved = moved.patch("/v1/actions/email.send", set.to_string()).await;
        assert_eq!(moved.status, 200, "{moved:?}");
        let asked = agent.ask(&email(), &format!("{round}")).await.unwrap();
        let expected = if on { Status::Pending } else { Status::Denied };
        assert_eq!(asked.status, expected, "round {round}");
    }
    is_sound(&first.database).await;
}

/// A deadline is one gate's to settle, and it doesn't matter whose.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_expires_does_so_once() {
    let Some(server) = postgres::server() else {
        return;
    };
    let gates = two(server).await;
    let mut asked = Vec::new();
    for n in 0..30 {
        let mut wanted = email();
        wanted.expires_in = Some(Span::from_secs(60));
        let agent = gates[n % 2].agent();
        asked.push(agent.ask(&wanted, &format!("{n}")).await.unwrap().id);
    }
    gates[0].hands.pass(Span::from_secs(61));
    // Both clocks are rung by a request that has a deadline of its own.
    for (n, gate) in gates.iter().enumerate() {
        let mut wanted = email();
        wanted.expires_in = Some(Span::from_secs(1));
        gate.agent()
            .ask(&wanted, &format!("ring-{n}"))
            .await
            .unwrap();
    }
    for id in asked {
        let told = gates[1].agent().wait(id, Until::Decided, 30).await.unwrap();
        assert_eq!(told.status, Status::Expired);
    }
    is_sound(&gates[0].database).await;
}

fn private() -> Option<(PathBuf, Server)> {
    let bin = postgres::installed()?;
    let server = Server::start(&bin, &[]);
    Some((bin, server))
}

/// 01 §States.13: the server crashes again and again while agents ask and a person decides. What was
/// acknowledged is there, what wasn't is answered clearly, and the gate goes on by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_crashes_loses_nothing_that_was_acknowledged() {
    let Some((_, server)) = private() else {
        return;
    };
    let gate = TestGate::start_on(&server.database()).await;
    let (agent, owner) = (gate.agent(), gate.owner());
    let mut live = owner.events(Some(0)).await.unwrap();
    let (mut kept, mut failed) = (BTreeSet::new(), 0);
    for round in 0..ROUNDS {
        let asking = join_all((0..16).map(|n| {
            let agent = agent.clone();
            async move {
                let mut asked = Vec::new();
                for nth in 0..12 {
                    let key = format!("{round}-{n}-{nth}");
                    asked.push((key.clone(), agent.ask(&email(), &key).await));
                }
                asked
            }
        }));
        let crash = async {
            // In the midst of it: when the first of this round are decided.
            let first = agent
                .ask(&email(), &format!("{round}-first"))
                .await
                .unwrap();
            owner.decide(first.id, &approve(&first)).await.unwrap();
            tokio::task::block_in_place(|| server.crash());
        };
        let (asked, ()) = tokio::join!(asking, crash);
        let down = agent.ask(&email(), &format!("{round}-down")).await;
        let down = down.unwrap_err();
        let problem = down.problem().expect("it is answered, not cut off");
        assert_eq!((problem.name(), problem.status), ("unavailable", 503));
        assert!(problem.detail.plain().contains("database"), "{problem:?}");
        tokio::task::block_in_place(|| server.begin());
        for (key, outcome) in asked.into_iter().flatten() {
            match outcome {
                Ok(asked) => assert!(kept.insert(asked.id), "{} twice", asked.id),
                Err(error) => {
                    let problem = error.problem().expect("it is answered, not cut off");
                    assert_eq!(problem.name(), "unavailable", "{problem:?}");
                    // Sent again with its key it is there once, whether it had been kept or not.
                    let again = agent.ask(&email(), &key).await.unwrap();
                    assert!(kept.insert(again.id), "{} twice", again.id);
                    failed += 1;
                }
            }
        }
        for id in &kept {
            agent.request(*id).await.unwrap();
        }
    }
    assert!(failed > 0, "the crash came in the midst of it");
    let head = is_sound(&gate.database).await;
    let seen = read(&mut live, head).await;
    assert!(seen.iter().map(|(position, _)| *position).eq(1..=head));
    let asked = seen.iter().filter(|(_, kind)| kind == "request.asked");
    // Each round also asked for the one that is decided.
    assert_eq!(asked.count(), kept.len() + ROUNDS);
}

/// Over TLS a server has to be who its address says; nothing is sent to one that isn't.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_encrypted_server_is_known_by_its_certificate() {
    let Some(bin) = postgres::installed() else {
        return;
    };
    let (server, certificate) = Server::start_encrypted(&bin);
    let address = server.database();
    let rooted = format!("{address}?sslrootcert={}", certificate.display());
    let gate = TestGate::start_on(&rooted).await;
    let asked = gate.agent().ask(&email(), "k").await.unwrap();
    gate.owner()
        .decide(asked.id, &approve(&asked))
        .await
        .unwrap();
    let open = server.sql(
        "postgres",
        "SELECT count(*) FILTER (WHERE s.ssl), count(*) FILTER (WHERE NOT s.ssl)
         FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) WHERE a.application_name = 'signoff'",
    );
    let (encrypted, open) = open.split_once('|').unwrap();
    assert!(encrypted.parse::<u32>().unwrap() > 1, "{encrypted}");
    assert_eq!(open, "0");

    let plain = Server::start(&bin, &[]);
    for (address, why) in [
        (format!("{address}?sslmode=require"), "certificate"),
        (
            rooted.replace("127.0.0.1", "localhost"),
            "not valid for name",
        ),
        (
            format!("{}?sslmode=verify-full", plain.database()),
            "does not support TLS",
        ),
        (
            format!("{address}?sslrootcert=/nowhere"),
            "can't read the certificates in /nowhere",
        ),
        (
            format!("{address}?sslrootcert=/dev/null"),
            "no certificate in /dev/null",
        ),
    ] {
        let refused = store::open(&address.parse().unwrap()).await;
        let said = refused.err().expect("it is refused").to_string();
        assert!(said.contains(why), "{said}");
    }
}

/// A server that may forget what it has committed is not used.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_does_not_keep_its_word_is_refused() {
    let Some(bin) = postgres::installed() else {
        return;
    };
    let server = Server::start(&bin, &["fsync=off"]);
    let refused = |address: String| async move {
        let opened = store::open(&address.parse().unwrap()).await;
        opened.err().expect("it is refused").to_string()
    };
    let said = refused(server.database()).await;
    assert!(said.contains("fsync off"), "{said}");
    drop(server);
    let Some(server) = postgres::server() else {
        return;
    };
    let address = server.database();
    let (_, name) = address.rsplit_once('/').unwrap();
    let off = format!("ALTER DATABASE {name} SET synchronous_commit = off");
    server.sql("postgres", &off);
    let said = refused(address.clone()).await;
    assert!(said.contains("synchronous_commit is off"), "{said}");
    let name = format!("{name}_ascii");
    let ascii = format!("CREATE DATABASE {name} ENCODING 'SQL_ASCII' TEMPLATE template0");
    server.sql("postgres", &ascii);
    let said = refused(format!("{address}_ascii")).await;
    assert!(said.contains("encoding"), "{said}");
}

/// Gates that start together on an empty database make one workspace of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gates_that_start_together_make_one_workspace() {
    let Some(server) = postgres::server() else {
        return;
    };
    for _ in 0..3 {
        let address = server.database();
        let starts = (0..3).map(|_| {
            let address = address.clone();
            tokio::spawn(async move { TestGate::start_on(&address).await })
        });
        let gates = join_all(starts).await;
        let gates: Vec<TestGate> = gates.into_iter().map(Result::unwrap).collect();
        let people = gates[0].gate.workspace().people.len();
        assert_eq!(people, 1);
        let tokens = gates.iter().filter(|gate| {
            let known = gate.gate.caller(gate.owner_secret());
            known.is_some()
        });
        assert_eq!(
            tokens.count(),
            1,
            "one of them made the first owner's token"
        );
        is_sound(&gates[0].database).await;
    }
}

/// Whoever has the server can change what it keeps, and is found out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_changed_behind_the_gates_back_is_found() {
    let Some(server) = postgres::server() else {
        return;
    };
    let gate = TestGate::start_on(&server.database()).await;
    let agent = gate.agent();
    for nth in 0..6 {
        agent.ask(&email(), &format!("{nth}")).await.unwrap();
    }
    is_sound(&gate.database).await;
    let name = gate.database.to_string();
    let (_, name) = name.rsplit_once('/').unwrap();
    let name = name.split('?').next().unwrap();
    server.sql(name, "CREATE TABLE saved AS SELECT * FROM log");
    for harm in [
        "UPDATE log SET body = replace(body, 'Hello', 'Hellp') WHERE body LIKE '%Hello%'",
        "UPDATE log SET leaf = set_byte(leaf, 0, 255 - get_byte(leaf, 0)) WHERE position = 4",
        "DELETE FROM log WHERE position = 4",
        "UPDATE log SET position = -position WHERE position IN (4, 5);
         UPDATE log SET position = 9 + position WHERE position < 0",
        "INSERT INTO log SELECT position + 1, body, leaf FROM log ORDER BY position DESC LIMIT 1",
        "DELETE FROM log WHERE position = (SELECT max(position) FROM log)",
    ] {
        server.sql(name, harm);
        let examined = store::examine(&gate.database, None).await.unwrap();
        assert!(!examined.findings.is_empty(), "{harm}");
        server.sql(name, "DELETE FROM log; INSERT INTO log SELECT * FROM saved");
        is_sound(&gate.database).await;
    }
}

/// The tables are brought up to date by whoever starts first; whoever doesn't know them then writes nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gate_that_is_older_than_the_tables_changes_nothing() {
    let Some(server) = postgres::server() else {
        return;
    };
    let gate = TestGate::start_on(&server.database()).await;
    gate.agent().ask(&email(), "first").await.unwrap();
    let name = gate.database.to_string();
    let (_, name) = name.rsplit_once('/').unwrap();
    let name = name.split('?').next().unwrap().to_owned();
    let older = format!(
        "SET search_path TO signoff; {APART}
         ALTER TABLE recipients ADD COLUMN granted BOOLEAN NOT NULL DEFAULT false;
         CREATE INDEX recipients_request ON recipients (request);
         CREATE INDEX recipients_granted ON recipients (recipient) WHERE granted;
         DROP TABLE acquaintances; DROP INDEX parties_snoozed; DROP TABLE queues;
         ALTER TABLE head DROP COLUMN schema; UPDATE schema_version SET version = 1"
    );
    let gate = gate
        .restart_after(|_| drop(server.sql(&name, &older)))
        .await;
    let (owner, agent) = (gate.owner(), gate.agent());
    let second = agent.ask(&email(), "second").await.unwrap();
    let waiting = Filter {
        status: Some("pending".to_owned()),
        ..Filter::default()
    };
    assert_eq!(owner.requests(&waiting).await.unwrap().total, Some(2));
    let size = is_sound(&gate.database).await;

    let newer = |schema| format!("UPDATE signoff.head SET schema = {schema}");
    server.sql(&name, &newer(99));
    let refused = owner.decide(second.id, &approve(&second)).await;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("newer signoff"), "{refused}");
    server.sql(&name, &newer(3));
    owner.decide(second.id, &approve(&second)).await.unwrap();
    assert_eq!(is_sound(&gate.database).await, size + 2);
}
