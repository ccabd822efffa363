//! kill -9 of the gate at any moment: what was acknowledged is there afterwards, what wasn't happened
//! wholly or not at all, and whoever waited goes on by itself.

mod faults;
mod power;
mod trace;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::Path;
use std::process::{Child, Output};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::future::join_all;
use rusqlite::{Connection, OpenFlags};
use serde_json::json;
use signoff::api::request::{Ask, Filter, ReportRun, Request};
use signoff::client::Client;
use signoff::domain::event::leaf_hash;
use signoff::domain::execution::Outcome;
use signoff::domain::id::{NoticeId, RequestId};
use signoff::domain::lifecycle::Status;
use signoff::store;
use tokio::sync::Notify;

use crate::support::program::{self, Served, as_owner, signoff, token};
use crate::support::{approve, as_a_file, ask, reject};

/// Rounds of an ordinary run; `SIGNOFF_CRASH_ROUNDS` asks for more.
const ROUNDS: usize = 20;
const AGENTS: usize = 3;
/// The kill comes after at most so many acknowledged calls of a round.
const CALLS: usize = 60;

/// What the clients know: what they sent, and what was acknowledged.
#[derive(Default)]
struct Ledger {
    sent: Mutex<Vec<(usize, String)>>,
    asked: Mutex<BTreeSet<RequestId>>,
    acknowledged: Mutex<BTreeMap<RequestId, Status>>,
    calls: AtomicUsize,
    kill_at: usize,
    kill: Notify,
}

impl Ledger {
    fn acknowledge(&self, request: RequestId, status: Status) {
        self.acknowledged.lock().unwrap().insert(request, status);
        if self.calls.fetch_add(1, Ordering::SeqCst) + 1 == self.kill_at {
            self.kill.notify_one();
        }
    }
}

fn payment(n: usize) -> Ask {
    ask(json!({
        "action": "payment.send",
        "params": {"to": "pat@partner.example", "amount": n},
        "on_behalf_of": "owner",
    }))
}

/// Asks until the gate is gone.
async fn keep_asking(ledger: Arc<Ledger>, agent: usize, client: Client) {
    loop {
        let key = NoticeId::generate().to_string();
        ledger.sent.lock().unwrap().push((agent, key.clone()));
        match client.ask(&payment(agent), &key).await {
            Ok(asked) => {
                ledger.asked.lock().unwrap().insert(asked.id);
                ledger.acknowledge(asked.id, asked.status);
            }
            Err(_) => return,
        }
    }
}

/// Decides, and runs what was approved, until the gate is gone.
async fn keep_deciding(ledger: Arc<Ledger>, owner: Client, agents: Vec<Client>) {
    let pending = Filter {
        status: Some("pending".to_owned()),
        limit: Some(5),
        ..Filter::default()
    };
    while let Ok(page) = owner.requests(&pending).await {
        for asked in page.items {
            if see_through(&ledger, &owner, &agents, &asked)
                .await
                .is_none()
            {
                return;
            }
        }
    }
}

async fn see_through(
    ledger: &Ledger,
    owner: &Client,
    agents: &[Client],
    asked: &Request,
) -> Option<()> {
    let yes = !asked.id.as_bytes()[15].is_multiple_of(3);
    let word = if yes {
        approve(asked)
    } else {
        reject(asked, "no")
    };
    let decided = owner.decide(asked.id, &word).await.ok()?;
    ledger.acknowledge(asked.id, decided.status);
    if !yes {
        return Some(());
    }
    let agent: usize = asked
        .agent
        .as_str()
        .strip_prefix("agent")
        .unwrap()
        .parse()
        .unwrap();
    let started = agents[agent]
        .start(asked.id, &format!("start {}", asked.id))
        .await
        .ok()?;
    ledger.acknowledge(asked.id, started.status);
    let report = ReportRun {
        outcome: Outcome::Executed,
        digest: started.digest,
        epoch: Some(started.epoch),
        result: None,
        error: None,
        observed: true,
    };
    let done = agents[agent].report(asked.id, &report).await.ok()?;
    ledger.acknowledge(asked.id, done.status);
    Some(())
}

/// Whether a request may be found here that was last known to be there: it may have gone on, unseen.
fn may_follow(known: Status, found: Status) -> bool {
    const RUN: [Status; 3] = [Status::Approved, Status::Executing, Status::Executed];
    match RUN.iter().position(|status| *status == known) {
        Some(at) => RUN[at..].contains(&found),
        None => {
            known == found
                || (known == Status::Pending && (RUN.contains(&found) || found == Status::Rejected))
        }
    }
}

struct Cast {
    owner: String,
    agents: Vec<String>,
}

impl Cast {
    async fn of(home: &Path) -> Self {
        let served = Served::start(home);
        let owner = token(home, "token");
        let client = served.client(&owner);
        let mut agents = Vec::new();
        for n in 0..AGENTS {
            let id = format!("agent{n}");
            let agent = json!({"id": id, "owners": ["owner"]});
            client
                .add_agent(&serde_json::from_value(agent).unwrap())
                .await
                .unwrap();
            let issued = client
                .add_token(&serde_json::from_value(json!({"agent": id})).unwrap())
                .await
                .unwrap();
            agents.push(issued.token.unwrap());
        }
        Self { owner, agents }
    }

    fn clients(&self, served: &Served) -> (Client, Vec<Client>) {
        let agents = self
            .agents
            .iter()
            .map(|token| served.client(token))
            .collect();
        (served.client(&self.owner), agents)
    }

    /// One round: load, and a kill in the midst of it.
    async fn round(&self, home: &Path, kill_at: usize) -> Ledger {
        self.round_under(home, kill_at, &[]).await.unwrap()
    }

    /// The same, with the gate started by another program; nothing where it did not start. The kill comes
    /// at the latest when nobody gets anything done any more.
    async fn round_under(
        &self,
        home: &Path,
        kill_at: usize,
        wrapper: &[OsString],
    ) -> Result<Ledger, Output> {
        let mut served = Served::start_under(home, wrapper)?;
        let (owner, agents) = self.clients(&served);
        let ledger = Arc::new(Ledger {
            kill_at,
            ..Ledger::default()
        });
        let mut load: Vec<_> = agents
            .iter()
            .enumerate()
            .map(|(n, agent)| tokio::spawn(keep_asking(Arc::clone(&ledger), n, agent.clone())))
            .collect();
        load.push(tokio::spawn(keep_deciding(
            Arc::clone(&ledger),
            owner,
            agents,
        )));
        let mut load = join_all(load);
        let ended = tokio::select! {
            ended = &mut load => ended,
            () = ledger.kill.notified() => {
                served.kill();
                load.await
            }
        };
        for ended in ended {
            ended.unwrap();
        }
        Ok(Arc::into_inner(ledger).unwrap())
    }

    /// What was acknowledged is there; what was sent is there once, if sent again.
    async fn hold(&self, home: &Path, ledger: &Ledger) -> usize {
        let served = Served::start(home);
        let (owner, agents) = self.clients(&served);
        let acknowledged = ledger.acknowledged.lock().unwrap().clone();
        for (id, known) in &acknowledged {
            let found = owner.request(*id).await.unwrap().status;
            assert!(
                may_follow(*known, found),
                "{id}: acknowledged as {known:?}, found as {found:?}"
            );
        }
        let sent = ledger.sent.lock().unwrap().clone();
        let mut ids = BTreeSet::new();
        for (agent, key) in &sent {
            ids.insert(agents[*agent].ask(&payment(*agent), key).await.unwrap().id);
        }
        assert_eq!(ids.len(), sent.len(), "one request for each key");
        let asked = ledger.asked.lock().unwrap();
        assert!(asked.is_subset(&ids), "the same key is the same request");
        sent.len()
    }
}

/// The log is whole: dense, each entry with its hash, and one request for each that was asked.
async fn inspect(home: &Path, asked: usize) {
    let kept = program::database(home);
    let file = as_a_file(&kept, home).await;
    let database = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let whole: String = database
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(whole, "ok");
    let number = |sql: &str| -> usize { database.query_row(sql, [], |row| row.get(0)).unwrap() };
    assert_eq!(number("SELECT count(*) FROM requests"), asked);
    assert_eq!(number("SELECT count(*) FROM payloads"), asked);
    assert_eq!(
        number("SELECT position FROM head"),
        number("SELECT count(*) FROM log")
    );
    let mut log = database
        .prepare("SELECT position, body, leaf FROM log ORDER BY position")
        .unwrap();
    let log = log.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    let log: Vec<(usize, String, Vec<u8>)> = log.unwrap().map(Result::unwrap).collect();
    for (expected, (position, body, leaf)) in (1..).zip(&log) {
        assert_eq!(*position, expected, "dense");
        assert_eq!(leaf_hash(body)[..], leaf[..], "{position}");
    }
    // The tree and the tables went with it, whenever the kill came.
    let examined = store::examine(&kept, None).await.unwrap();
    assert!(examined.findings.is_empty(), "{:?}", examined.findings);
}

/// Somewhere in the round, and elsewhere in each.
fn moment(round: usize) -> usize {
    1 + round * 37 % CALLS
}

/// 01 §States.13, by killing the process: a reply is sent only after its commit.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_by_kill_9() {
    let rounds =
        std::env::var("SIGNOFF_CRASH_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().unwrap());
    let home = tempfile::tempdir().unwrap();
    let cast = Cast::of(home.path()).await;
    let mut asked = 0;
    for round in 0..rounds {
        let ledger = cast.round(home.path(), moment(round)).await;
        asked += cast.hold(home.path(), &ledger).await;
        inspect(home.path(), asked).await;
    }
}

struct Waiting {
    home: tempfile::TempDir,
    served: Served,
    child: Child,
    asked: Request,
}

/// A command that waits, as a shell script would have it.
async fn waiting() -> Waiting {
    let home = tempfile::tempdir().unwrap();
    let served = Served::start(home.path());
    let owner = served.client(&token(home.path(), "token"));
    let mut stream = owner.events(None).await.unwrap();
    let arguments = [
        "request",
        "--action",
        "email.send",
        "--params",
        r#"{"to": "pat@partner.example"}"#,
        "--wait",
        "--json",
    ];
    let child = signoff(home.path(), &arguments).spawn().unwrap();
    let asked = loop {
        if let Some(signoff::client::Tick::Event(event)) = stream.next().await.unwrap()
            && event.kind == "request.asked"
        {
            break owner.request(event.request.unwrap()).await.unwrap();
        }
    };
    Waiting {
        home,
        served,
        child,
        asked,
    }
}

fn said(output: &Output) -> Request {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_waits_goes_on_by_itself_when_the_gate_comes_back() {
    for (yes, code) in [(true, 0), (false, 3)] {
        let Waiting {
            home,
            mut served,
            child,
            asked,
        } = waiting().await;
        served.kill();
        let id = asked.id.to_string();
        let decided = match yes {
            true => as_owner(
                home.path(),
                &["approve", &id, "--digest", &asked.digest.to_string()],
            ),
            false => as_owner(
                home.path(),
                &["reject", &id, "--reason", "not before Monday"],
            ),
        };
        assert!(decided.status.success(), "{decided:?}");
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(code), "{ended:?}");
        let told = said(&ended);
        assert_eq!(told.id, asked.id);
        if yes {
            assert_eq!(told.status, Status::Executed);
            assert_eq!(
                told.execution.attempts[0].observed,
                Some(false),
                "handed to the agent"
            );
        } else {
            assert_eq!(
                told.settled.unwrap().reason.unwrap().plain(),
                "not before Monday"
            );
        }
    }
}

/// Killed at every turn: while it waits, and right after the decision.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_that_the_gate_died_with_still_reaches_who_waited() {
    let Waiting {
        home,
        mut served,
        child,
        asked,
    } = waiting().await;
    let owner = served.client(&token(home.path(), "token"));
    owner.decide(asked.id, &reject(&asked, "no")).await.unwrap();
    served.kill();
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(3), "{ended:?}");
    assert_eq!(said(&ended).status, Status::Rejected);
}
