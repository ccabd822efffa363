//! Three gates on one PostgreSQL, each a process of its own, under load, while one after the other is killed and
//! started again: every stream of events is gapless and in order, every deadline is kept, and nothing is lost
//! or doubled.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use signoff::api::event::LogEvent;
use signoff::api::request::{Ask, Filter, Request};
use signoff::client::{Client, ClientError, Tick, Until};
use signoff::domain::id::{NoticeId, RequestId};
use signoff::domain::lifecycle::Status;
use signoff::domain::time::{At, Span};
use signoff::store::{self, Database};
use tokio::sync::watch;

use crate::support::program::{Served, token};
use crate::support::{approve, ask, postgres, reject};

const NODES: usize = 3;
const AGENTS: usize = 4;
/// How often a node is killed in an ordinary run; `SIGNOFF_NODES_SECONDS` has it go on for so long instead.
const KILLS: usize = 4;
/// A node is killed after so many more acknowledged calls.
const CALLS: usize = 60;
/// Every so many requests nobody decides.
const LEFT_ALONE: usize = 4;

/// Where the nodes are now; a node that is down has no address.
type Addresses = watch::Receiver<Vec<Option<String>>>;

/// Somebody who goes to another node when one is gone.
#[derive(Clone)]
struct Caller {
    token: String,
    nodes: Addresses,
    first: usize,
}

impl Caller {
    /// The next node that is up, after this many that were tried.
    fn at(&self, tries: usize) -> Client {
        let nodes = self.nodes.borrow();
        let up: Vec<&String> = nodes.iter().flatten().collect();
        Client::new(up[(self.first + tries) % up.len()], &self.token).unwrap()
    }

    /// Makes a call that may be sent twice, until a node answers it.
    async fn sure<T, A>(&self, call: impl Fn(Client) -> A) -> Result<T, ClientError>
    where
        A: Future<Output = Result<T, ClientError>>,
    {
        let mut tries = 0;
        loop {
            match call(self.at(tries)).await {
                Err(error) if error.is_unreachable() => tries += 1,
                Err(error) if error.problem().is_some_and(|problem| problem.status == 503) => {
                    tries += 1
                }
                answer => return answer,
            }
        }
    }
}

/// What the callers know.
#[derive(Default)]
struct Known {
    asked: Mutex<BTreeMap<RequestId, Option<At>>>,
    decided: Mutex<BTreeMap<RequestId, Status>>,
    calls: watch::Sender<usize>,
    over: AtomicBool,
}

impl Known {
    fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }
}

/// What is decided, and what is left alone until its deadline, one second after it was asked.
fn something(nth: usize) -> Ask {
    let left_alone = nth.is_multiple_of(LEFT_ALONE);
    let mut wanted = ask(json!({
        "action": "email.send",
        "params": {"to": "pat@partner.example", "left_alone": left_alone},
    }));
    wanted.expires_in = left_alone.then(|| Span::from_secs(1));
    wanted
}

async fn keep_asking(agent: Caller, known: Arc<Known>) {
    let mut nth = 0;
    while !known.is_over() {
        nth += 1;
        let (wanted, key) = (something(nth), NoticeId::generate().to_string());
        let (wanted, key) = (&wanted, &key);
        let asked = agent
            .sure(|node| async move { node.ask(wanted, key).await })
            .await
            .unwrap();
        let deadline = asked.expires_at.filter(|_| nth.is_multiple_of(LEFT_ALONE));
        let twice = known.asked.lock().unwrap().insert(asked.id, deadline);
        assert_eq!(twice, None, "{} was asked twice", asked.id);
        known.calls.send_modify(|calls| *calls += 1);
    }
}

async fn keep_deciding(owner: Caller, known: Arc<Known>) {
    let pending = Filter {
        status: Some("pending".to_owned()),
        limit: Some(20),
        ..Filter::default()
    };
    let pending = &pending;
    while !known.is_over() {
        let page = owner
            .sure(|node| async move { node.requests(pending).await })
            .await
            .unwrap();
        for seen in page.items {
            decide(&owner, &known, &seen).await;
        }
    }
}

async fn decide(owner: &Caller, known: &Known, seen: &Request) {
    let whole = owner
        .sure(|node| async move { node.request(seen.id).await })
        .await
        .unwrap();
    let params = whole.params.as_ref().expect("the owner sees them");
    if params.text().contains("true") {
        return;
    }
    let word = match seen.id.as_bytes()[15] % 2 {
        0 => approve(seen),
        _ => reject(seen, "no"),
    };
    let word = &word;
    // Whoever sends it again because the node was gone gets the answer that it had.
    let decided = owner
        .sure(|node| async move { node.decide(seen.id, word).await })
        .await
        .unwrap();
    known
        .decided
        .lock()
        .unwrap()
        .insert(decided.id, decided.status);
    known.calls.send_modify(|calls| *calls += 1);
}

/// Reads the log as it grows, at whichever node is up, up to a position that is told in the end.
async fn follow(owner: Caller, mut until: watch::Receiver<Option<u64>>) -> Vec<LogEvent> {
    let mut read: Vec<LogEvent> = Vec::new();
    let mut tries = 0;
    loop {
        tries += 1;
        let last = read.last().map_or(0, |event| event.position);
        let Ok(mut stream) = owner.at(tries).events(Some(last)).await else {
            continue;
        };
        loop {
            let last = read.last().map_or(0, |event| event.position);
            if until.borrow().is_some_and(|end| end <= last) {
                return read;
            }
            tokio::select! {
                changed = until.changed() => changed.unwrap(),
                tick = stream.next() => match tick {
                    Ok(Some(Tick::Event(event))) => {
                        assert_eq!(event.position, last + 1, "gapless and in order");
                        read.push(*event);
                    }
                    Ok(Some(Tick::Position(_))) => {}
                    Ok(None) | Err(_) => break,
                },
            }
        }
    }
}

struct Nodes {
    database: String,
    homes: Vec<tempfile::TempDir>,
    served: Vec<Option<Served>>,
    tell: watch::Sender<Vec<Option<String>>>,
}

impl Nodes {
    fn on(database: String) -> Self {
        let mut nodes = Self {
            database,
            homes: (0..NODES).map(|_| tempfile::tempdir().unwrap()).collect(),
            served: (0..NODES).map(|_| None).collect(),
            tell: watch::channel(vec![None; NODES]).0,
        };
        (0..NODES).for_each(|nth| nodes.begin(nth));
        nodes
    }

    fn begin(&mut self, nth: usize) {
        let database = format!("SIGNOFF_DATABASE={}", self.database);
        let under = ["env".into(), database.into()];
        let served = Served::start_under(self.homes[nth].path(), &under).unwrap();
        let url = served.url().to_owned();
        self.served[nth] = Some(served);
        self.tell.send_modify(|nodes| nodes[nth] = Some(url));
    }

    fn kill(&mut self, nth: usize) {
        self.tell.send_modify(|nodes| nodes[nth] = None);
        self.served[nth] = None;
    }

    fn caller(&self, token: &str, first: usize) -> Caller {
        Caller {
            token: token.to_owned(),
            nodes: self.tell.subscribe(),
            first,
        }
    }

    fn home(&self) -> PathBuf {
        self.homes[0].path().to_owned()
    }

    async fn agents(&self, owner: &Client) -> Vec<String> {
        let mut tokens = Vec::new();
        for nth in 0..AGENTS {
            let agent = json!({"id": format!("agent{nth}"), "owners": ["owner"]});
            let agent = serde_json::from_value(agent).unwrap();
            owner.add_agent(&agent).await.unwrap();
            let holder = json!({"agent": format!("agent{nth}")});
            let issued = owner
                .add_token(&serde_json::from_value(holder).unwrap())
                .await;
            tokens.push(issued.unwrap().token.unwrap());
        }
        tokens
    }

    /// Kills one after the other, and starts each again while the others go on.
    async fn go_down_and_up(&mut self, known: &Known) -> usize {
        let seconds = std::env::var("SIGNOFF_NODES_SECONDS").ok();
        let end =
            seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds.parse().unwrap()));
        let mut kills = 0;
        loop {
            let goes_on = match end {
                Some(end) => Instant::now() < end,
                None => kills < KILLS,
            };
            if !goes_on {
                return kills;
            }
            let nth = kills % NODES;
            more(known, CALLS).await;
            tokio::task::block_in_place(|| self.kill(nth));
            more(known, CALLS).await;
            tokio::task::block_in_place(|| self.begin(nth));
            kills += 1;
        }
    }
}

/// Returns when so many more calls were acknowledged.
async fn more(known: &Known, calls: usize) {
    let mut count = known.calls.subscribe();
    let enough = *count.borrow() + calls;
    count.wait_for(|count| *count >= enough).await.unwrap();
}

/// How late each deadline was kept, in milliseconds, the shortest first.
fn lateness(known: &Known, log: &[LogEvent]) -> Vec<i64> {
    let deadlines = known.asked.lock().unwrap();
    let ended: BTreeMap<RequestId, At> = log
        .iter()
        .filter(|event| event.kind == "request.expired")
        .filter_map(|event| Some((event.request?, event.at)))
        .collect();
    let mut late: Vec<i64> = deadlines
        .iter()
        .filter_map(|(id, deadline)| Some((id, (*deadline)?)))
        .map(|(id, deadline)| {
            let at = ended
                .get(id)
                .unwrap_or_else(|| panic!("{id} never expired"));
            at.millis() - deadline.millis()
        })
        .collect();
    late.sort_unstable();
    late
}

/// 01 §States.2, §States.10 and §States.13, with gates that come and go.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_nodes_that_come_and_go_lose_and_double_nothing() {
    if postgres::is_wanted() {
        // An ordinary run has had it.
        return;
    }
    let Some(server) = postgres::server() else {
        return;
    };
    let mut nodes = tokio::task::block_in_place(|| Nodes::on(server.database()));
    let owner = token(&nodes.home(), "token");
    let first = nodes.caller(&owner, 0).at(0);
    let agents = nodes.agents(&first).await;
    let known = Arc::new(Known::default());
    let (end, until) = watch::channel(None);
    let followers: Vec<_> = (0..NODES)
        .map(|nth| tokio::spawn(follow(nodes.caller(&owner, nth), until.clone())))
        .collect();
    let mut load: Vec<_> = agents
        .iter()
        .enumerate()
        .map(|(nth, token)| tokio::spawn(keep_asking(nodes.caller(token, nth), Arc::clone(&known))))
        .collect();
    load.push(tokio::spawn(keep_deciding(
        nodes.caller(&owner, 1),
        Arc::clone(&known),
    )));
    let kills = nodes.go_down_and_up(&known).await;
    known.over.store(true, Ordering::SeqCst);
    for ended in join_all(load).await {
        ended.unwrap();
    }

    // What is left alone expires, at a node that is up.
    let owner = nodes.caller(&owner, 0).at(0);
    let asked = known.asked.lock().unwrap().clone();
    for (id, _) in asked.iter().filter(|(_, deadline)| deadline.is_some()) {
        let told = owner.wait(*id, Until::Decided, 60).await.unwrap();
        assert_eq!(told.status, Status::Expired, "{id}");
    }
    let database: Database = nodes.database.parse().unwrap();
    let examined = store::examine(&database, None).await.unwrap();
    assert!(examined.findings.is_empty(), "{:?}", examined.findings);
    end.send_replace(Some(examined.size));
    let logs: Vec<Vec<LogEvent>> = join_all(followers)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert!(
        logs.iter().all(|log| *log == logs[0]),
        "all have read the same"
    );

    let of_kind = |kind: &str| -> Vec<RequestId> {
        let events = logs[0].iter().filter(|event| event.kind == kind);
        events.filter_map(|event| event.request).collect()
    };
    let in_the_log = of_kind("request.asked");
    let once: BTreeSet<RequestId> = in_the_log.iter().copied().collect();
    assert_eq!(once.len(), in_the_log.len(), "none is asked twice");
    assert!(
        once.iter().eq(asked.keys()),
        "each that was asked is there, and no other"
    );
    let decided = known.decided.lock().unwrap().clone();
    for (id, status) in decided {
        assert_eq!(owner.request(id).await.unwrap().status, status, "{id}");
    }
    let late = lateness(&known, &logs[0]);
    assert!(late[0] >= 0, "none expired before its time");
    let _told = writeln!(
        std::io::stderr(),
        "{kills} kills, {} requests, {} events; deadlines late by {} ms p50, {} ms p99, {} ms at most",
        asked.len(),
        examined.size,
        late[late.len() / 2],
        late[late.len() * 99 / 100],
        late[late.len() - 1],
    );
}
