//! A gate answers from memory what it knows to be as it is in the database, which other gates change too.
//! Nothing tells: at every moment two gates on one database say the same of a request, whichever of them
//! changed it last.

use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join_all;
use signoff::domain::lifecycle::Status;

use crate::fold::history::{Cast, Dice, Known};
use crate::support::postgres::{self, Server};
use crate::support::{TestGate, Wire, approve, email, reject};

/// Requests that one gate decides and the other is asked about.
const ROUNDS: usize = 200;
/// Those who look at something else meanwhile, so that somebody is always about to be told what is so now.
const LOOKERS: usize = 3;
/// Calls of a history.
const CALLS: usize = 200;

/// Two gates on one database.
async fn two(server: &Server) -> [TestGate; 2] {
    let first = TestGate::start_on(&server.database()).await;
    let second = first.another().await;
    [first, second]
}

/// 01 §States.2: whoever was told of a decision at one gate finds it at the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_gate_has_decided_the_other_says_at_once() {
    let Some(server) = postgres::server() else {
        return;
    };
    let [first, second] = two(server).await;
    let (agent, owner, elsewhere) = (first.agent(), first.owner(), second.owner());
    let watched = agent.ask(&email(), "watched").await.unwrap().id;
    let over = AtomicBool::new(false);
    let looks = join_all((0..LOOKERS).map(async |_| {
        while !over.load(Ordering::SeqCst) {
            let seen = owner.request(watched).await.unwrap();
            assert_eq!(seen.status, Status::Pending);
        }
    }));
    let decides = async {
        for round in 0..ROUNDS {
            // From here on the first gate has it in its memory, as pending.
            let asked = agent.ask(&email(), &format!("{round}")).await.unwrap();
            let (word, status) = match round % 2 {
                0 => (approve(&asked), Status::Approved),
                _ => (reject(&asked, "no"), Status::Rejected),
            };
            elsewhere.claim(asked.id).await.unwrap();
            let claimed = owner.request(asked.id).await.unwrap();
            assert!(claimed.claim.is_some(), "round {round}");
            elsewhere.decide(asked.id, &word).await.unwrap();
            let seen = agent.request(asked.id).await.unwrap();
            assert_eq!(seen.status, status, "round {round}");
        }
        over.store(true, Ordering::SeqCst);
    };
    tokio::join!(decides, looks);
}

/// Whatever is done to requests, at whichever gate, and by whoever: both say the same of them, to everybody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_history_at_two_gates_reads_the_same_at_both() {
    let Some(server) = postgres::server() else {
        return;
    };
    let gates = two(server).await;
    let cast = Cast::of(&gates[0]).await;
    let mut dice = Dice(5);
    let mut known: Vec<Known> = Vec::new();
    let mut done = 0;
    while done < CALLS {
        let mut call = cast.anything(&mut dice, &known);
        if !call.path.starts_with("/v1/requests") {
            // Who is who is heard of by and by, and is no part of this.
            continue;
        }
        done += 1;
        call.wire.follow(&dice.pick(&gates).url);
        let answer = call.clone().send().await;
        if call.path == "/v1/requests" && answer.status == 201 {
            known.push(Known::asked(&call, &answer.request()));
        }
        let about = known.iter().rev().take(8);
        for about in about.filter(|about| call.path.contains(&about.id.to_string())) {
            let path = format!("/v1/requests/{}", about.id);
            for caller in cast.people.iter().chain(&cast.agents) {
                let [one, other] = [&gates[0], &gates[1]].map(|gate| at(gate, caller));
                let (one, other) = (one.get(&path).await, other.get(&path).await);
                let what = format!("{} {} {}", call.method, call.path, call.body);
                assert_eq!(one.status, other.status, "{what}");
                assert_eq!(one.body, other.body, "{what}");
            }
        }
    }
    assert!(known.len() > 10, "{} were asked", known.len());
}

/// The same caller at this gate.
fn at(gate: &TestGate, caller: &Wire) -> Wire {
    let mut wire = caller.clone();
    wire.follow(&gate.url);
    wire
}
