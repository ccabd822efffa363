//! Many deadlines at about the same time, while agents go on asking: each is kept, and none before its time. How
//! late they are is printed.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Instant, SystemTime};

use futures_util::future::join_all;
use signoff::api::request::{Ask, Filter};
use signoff::client::{Client, Tick};
use signoff::domain::id::RequestId;
use signoff::domain::time::{At, Span};

use crate::support::program::{Served, token};
use crate::support::{TestGate, email};

/// Deadlines of an ordinary run, and of those that are overdue at a start; `SIGNOFF_DEADLINES` asks for more.
const DEADLINES: usize = 300;
/// So many fall in each second.
const EACH_SECOND: usize = 167;
/// Who asks for them, all at once.
const CROWD: usize = 16;
/// Who goes on asking meanwhile.
const OTHERS: usize = 4;
/// What asking for one may take, so that the first falls when all have been asked for.
const ASKING: Span = Span::from_millis(4);
const HOUR: Span = Span::from_millis(3_600_000);

/// The time by the clock that the gate goes by.
fn now() -> At {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap();
    At::from_millis(i64::try_from(since.as_millis()).unwrap())
}

/// An e-mail that nobody decides about before then.
fn until(deadline: At) -> Ask {
    let mut wanted = email();
    let left = deadline.since(now()).millis().max(1);
    wanted.expires_in = Some(Span::from_millis(left));
    wanted
}

/// Asks for a share of them, so many of which fall in each second; when each falls.
async fn ask_for(agent: Client, share: usize, first: At) -> BTreeMap<RequestId, At> {
    let mut deadlines = BTreeMap::new();
    for nth in (share..).step_by(CROWD).take_while(|nth| *nth < count()) {
        let step = 1_000 * nth / EACH_SECOND;
        let deadline = first.plus(Span::from_millis(i64::try_from(step).unwrap()));
        let asked = agent
            .ask(&until(deadline), &format!("{nth}"))
            .await
            .unwrap();
        deadlines.insert(asked.id, asked.expires_at.unwrap());
    }
    deadlines
}

fn count() -> usize {
    std::env::var("SIGNOFF_DEADLINES").map_or(DEADLINES, |count| count.parse().unwrap())
}

/// 01 §Time, with more to do than a clock usually has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_deadlines_at_once_are_kept_while_agents_go_on_asking() {
    let home = tempfile::tempdir().unwrap();
    // Agents may ask as much as they like.
    let limits = "[limits]\nasks_per_second = 0\npending_per_agent = 0\n";
    std::fs::write(home.path().join("config.toml"), limits).unwrap();
    let served = Served::start(home.path());
    let agent = served.client(&token(home.path(), "agent-token"));
    let owner = served.client(&token(home.path(), "token"));
    let mut stream = owner.events(None).await.unwrap();

    let filling = ASKING.millis() * i64::try_from(count()).unwrap() + 1_000;
    let first = now().plus(Span::from_millis(filling));
    let asking = (0..CROWD).map(|share| ask_for(agent.clone(), share, first));
    let mut open: BTreeMap<RequestId, At> = join_all(asking).await.into_iter().flatten().collect();
    assert_eq!(open.len(), count());

    let over = Arc::new(AtomicBool::new(false));
    let asked = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let others = (0..OTHERS).map(|_| {
        let (agent, over, asked) = (agent.clone(), Arc::clone(&over), Arc::clone(&asked));
        tokio::spawn(async move {
            while !over.load(Ordering::SeqCst) {
                let key = format!("other-{}", asked.fetch_add(1, Ordering::SeqCst));
                agent.ask(&email(), &key).await.unwrap();
            }
        })
    });
    let others: Vec<_> = others.collect();
    let mut late = Vec::new();
    while !open.is_empty() {
        let tick = stream.next().await.unwrap().expect("the stream goes on");
        let Tick::Event(event) = tick else {
            continue;
        };
        if event.kind != "request.expired" {
            continue;
        }
        let deadline = open
            .remove(&event.request.unwrap())
            .expect("each expires once");
        late.push(event.at.since(deadline).millis());
    }
    over.store(true, Ordering::SeqCst);
    for ended in join_all(others).await {
        ended.unwrap();
    }
    late.sort_unstable();
    assert!(late[0] >= 0, "none before its time: {} ms", late[0]);
    let _told = writeln!(
        std::io::stderr(),
        "{} deadlines, late by {} ms p50, {} ms p99, {} ms at most; meanwhile {:.0} asks a second",
        late.len(),
        late[late.len() / 2],
        late[late.len() * 99 / 100],
        late[late.len() - 1],
        asked.load(Ordering::SeqCst) as f64 / begun.elapsed().as_secs_f64(),
    );
}

/// 01 §Time, with everything due while no gate is running: the first answer knows of all of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_overdue_at_the_start_is_settled_before_the_first_answer() {
    let gate = TestGate::start().await;
    let agent = gate.agent();
    let asking = (0..CROWD).map(async |share| {
        let mut wanted = email();
        wanted.expires_in = Some(HOUR);
        let mut deadlines = Vec::new();
        for nth in (share..count()).step_by(CROWD) {
            // No faster than one agent may ask.
            gate.hands.pass(Span::from_millis(5));
            let asked = agent.ask(&wanted, &format!("{nth}")).await.unwrap();
            deadlines.push((asked.id, asked.expires_at.unwrap()));
        }
        deadlines
    });
    let asked = join_all(asking).await;
    let mut open: BTreeMap<RequestId, At> = asked.into_iter().flatten().collect();
    assert_eq!(open.len(), count());

    let (hands, mut begun) = (gate.hands.clone(), Instant::now());
    let between = |_: &Path| {
        hands.pass(HOUR);
        begun = Instant::now();
    };
    let gate = gate.restart_after(between).await;
    let owner = gate.owner();
    let pending = Filter {
        status: Some("pending".to_owned()),
        ..Filter::default()
    };
    let waiting = owner.requests(&pending).await.unwrap();
    let took = begun.elapsed();
    assert!(waiting.items.is_empty(), "{:?}", waiting.items);
    let mut stream = owner.events(Some(0)).await.unwrap();
    while !open.is_empty() {
        let tick = stream.next().await.unwrap().expect("the stream goes on");
        let Tick::Event(event) = tick else {
            continue;
        };
        if event.kind == "request.expired" {
            let deadline = open.remove(&event.request.unwrap());
            assert!(event.at >= deadline.expect("each expires once"));
        }
    }
    let _told = writeln!(
        std::io::stderr(),
        "{} were overdue at the start; the first answer came after {} ms",
        count(),
        took.as_millis(),
    );
}
