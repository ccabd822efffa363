//! Many race for each of many requests: 64 voters, a cancel, a deadline that comes, and people who only
//! look. There is one winner each, every loser is told of the winner, and what everybody saw fits into one
//! order of events that agrees with the clock on the wall: the request was pending, then settled, once.

use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::join_all;
use signoff::api::request::{Ask, Request};
use signoff::client::{Client, ClientError};
use signoff::domain::actor::Actor;
use signoff::domain::lifecycle::Decision;
use signoff::domain::time::{At, Span};

use crate::support::{TestGate, approve, ask, postgres, reject};

const VOTERS: usize = 64;
/// Who looks at a request while it is raced for, and how often.
const LOOKERS: usize = 4;
const LOOKS: usize = 6;
/// Requests of an ordinary run; `SIGNOFF_RACES` asks for more.
const RACES: usize = 20;

/// Counts what happens: of two calls the one that ended at a lower number than the other began at came first.
#[derive(Default)]
struct Wall(AtomicU64);

impl Wall {
    fn now(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst)
    }
}

/// How a request was settled, as far as everybody is told.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Settled {
    by: Option<Actor>,
    decision: Option<Decision>,
    at: Option<At>,
}

/// What a call saw of its request.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Saw {
    Pending,
    /// Somebody else had settled it.
    Settled(Settled),
    /// This call settled it.
    Won(Settled),
}

/// A call, from when to when it went on.
#[derive(Debug, Clone)]
struct Call {
    begun: u64,
    ended: u64,
    saw: Saw,
}

/// Holds what the calls on one request saw against a thing that is settled once: there has to be a moment
/// within the winner's call after which all that saw it settled ended, and before which all that saw it pending began.
/// The clock makes no call; it wins after its hands were moved, at `struck`.
fn is_linear(calls: &[Call], struck: u64) -> Result<Settled, String> {
    let settled: Vec<&Settled> = calls
        .iter()
        .filter_map(|call| match &call.saw {
            Saw::Pending => None,
            Saw::Settled(settled) | Saw::Won(settled) => Some(settled),
        })
        .collect();
    let first = *settled.first().ok_or("nobody saw it settled")?;
    if let Some(other) = settled.iter().find(|other| **other != first) {
        return Err(format!("settled as {first:?} and as {other:?}"));
    }
    let won: Vec<&Call> = calls
        .iter()
        .filter(|call| matches!(call.saw, Saw::Won(_)))
        .collect();
    let (begun, ended) = match (&won[..], first.by == Some(Actor::Clock)) {
        ([winner], false) => (winner.begun, winner.ended),
        ([], true) => (struck, u64::MAX),
        _ => return Err(format!("won by {won:?}, and settled as {first:?}")),
    };
    let begun_pending = calls.iter().filter(|call| call.saw == Saw::Pending);
    let after = begun_pending
        .map(|call| call.begun)
        .chain([begun])
        .max()
        .unwrap_or(begun);
    let ended_settled = calls.iter().filter(|call| call.saw != Saw::Pending);
    let before = ended_settled
        .map(|call| call.ended)
        .chain([ended])
        .min()
        .unwrap_or(ended);
    match after < before {
        true => Ok(first.clone()),
        false => Err(format!(
            "somebody who began at {after} saw it pending, though it was known at {before} that it is settled"
        )),
    }
}

/// What an answer tells of how its request stands.
fn saw(answer: Result<Request, ClientError>, mine: bool) -> Saw {
    match answer {
        Ok(request) => match request.settled {
            None => Saw::Pending,
            Some(settled) => {
                let settled = Settled {
                    by: Some(settled.by),
                    decision: Some(settled.decision),
                    at: Some(settled.at),
                };
                if mine {
                    Saw::Won(settled)
                } else {
                    Saw::Settled(settled)
                }
            }
        },
        Err(error) => {
            let problem = error.problem().expect("the gate answers every loser");
            assert!(
                ["already-decided", "expired"].contains(&problem.name()),
                "{problem:?}"
            );
            Saw::Settled(Settled {
                by: problem.decided_by.clone(),
                decision: problem.decision,
                at: problem.at,
            })
        }
    }
}

/// What some gates, which share what they know, are raced on with.
struct Field<'g> {
    gates: &'g [TestGate],
    voters: Vec<Client>,
    agents: Vec<Client>,
}

impl<'g> Field<'g> {
    async fn at(gates: &'g [TestGate]) -> Self {
        let first = &gates[0];
        let mut voters = Vec::new();
        for n in 0..VOTERS {
            let id = format!("admin{n}");
            first.person(&id, "admin").await;
            let token = first.token(serde_json::json!({"person": id})).await;
            voters.push(gates[n % gates.len()].client(&token));
        }
        first.agent_of("nobodys", &[], &[]).await;
        let token = first.token(serde_json::json!({"agent": "nobodys"})).await;
        let agents = gates.iter().map(|gate| gate.client(&token)).collect();
        Self {
            gates,
            voters,
            agents,
        }
    }

    fn agent(&self, nth: usize) -> &Client {
        &self.agents[nth % self.agents.len()]
    }

    /// Races for one request, and holds what everybody saw against what may be seen.
    async fn race(&self, nth: usize) -> Settled {
        let wall = Wall::default();
        let asked = self
            .agent(nth)
            .ask(&soon_over(), &format!("race-{nth}"))
            .await
            .unwrap();
        let votes = self.voters.iter().enumerate().map(|(n, voter)| {
            let word = match n % 2 {
                0 => approve(&asked),
                _ => reject(&asked, "no"),
            };
            let (wall, id) = (&wall, asked.id);
            async move { timed(wall, true, voter.decide(id, &word)).await }
        });
        let cancel = timed(&wall, true, self.agent(nth + 1).cancel(asked.id));
        let looks = (0..LOOKERS).map(|n| {
            let (wall, agent, id) = (&wall, self.agent(n), asked.id);
            async move {
                let mut calls = Vec::new();
                for _ in 0..LOOKS {
                    calls.push(timed(wall, false, agent.request(id)).await);
                }
                calls
            }
        });
        // The hands are moved at another moment of each race: before the first call, or amid the looks.
        let strike = async {
            for _ in 0..nth % 4 {
                self.agent(nth).request(asked.id).await.unwrap();
            }
            let struck = wall.now();
            self.gates[0].hands.pass(Span::from_millis(5));
            struck
        };
        let (struck, votes, cancel, looks) =
            tokio::join!(biased; strike, join_all(votes), cancel, join_all(looks));
        let mut calls: Vec<Call> = votes.into_iter().chain([cancel]).collect();
        calls.extend(looks.into_iter().flatten());
        let settled = is_linear(&calls, struck);
        settled.unwrap_or_else(|why| panic!("race {nth}: {why}\n{calls:#?}"))
    }
}

/// A request whose deadline is nearly there.
fn soon_over() -> Ask {
    let mut wanted = ask(serde_json::json!({
        "action": "email.send",
        "params": {"to": "pat@partner.example"},
    }));
    wanted.expires_in = Some(Span::from_millis(5));
    wanted
}

async fn timed(
    wall: &Wall,
    mine: bool,
    call: impl Future<Output = Result<Request, ClientError>>,
) -> Call {
    let begun = wall.now();
    let answer = call.await;
    let ended = wall.now();
    Call {
        begun,
        ended,
        saw: saw(answer, mine),
    }
}

async fn races(gates: &[TestGate]) {
    let races = std::env::var("SIGNOFF_RACES").map_or(RACES, |races| races.parse().unwrap());
    let field = Field::at(gates).await;
    let mut winners = [0, 0, 0];
    for nth in 0..races {
        let settled = field.race(nth).await;
        let kind = match settled.by {
            Some(Actor::Clock) => 0,
            Some(Actor::Agent(_)) => 1,
            _ => 2,
        };
        winners[kind] += 1;
    }
    // Not a word about who wins, only that it wasn't always the same: else it was no race.
    assert!(
        winners.iter().filter(|won| **won > 0).count() > 1,
        "{winners:?}"
    );
}

/// 01 §States.2: one winner each, on the store of this run.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_voters_a_cancel_and_a_deadline_one_settles_each_request() {
    races(&[TestGate::start().await]).await;
}

/// 01 §States.2, by two gates that share a database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_racers_at_two_gates_one_settles_each_request() {
    if postgres::is_wanted() {
        // An ordinary run has had it.
        return;
    }
    let Some(server) = postgres::server() else {
        return;
    };
    let first = TestGate::start_on(&server.database()).await;
    let second = first.another().await;
    races(&[first, second]).await;
}

mod the_judge {
    use super::*;

    fn settled(decision: Decision) -> Settled {
        Settled {
            by: Some(Actor::Clock),
            decision: Some(decision),
            at: None,
        }
    }

    fn by_somebody(decision: Decision) -> Settled {
        Settled {
            by: None,
            ..settled(decision)
        }
    }

    fn call(begun: u64, ended: u64, saw: Saw) -> Call {
        Call { begun, ended, saw }
    }

    fn refuses(calls: &[Call], why: &str) {
        let refused = is_linear(calls, 0).unwrap_err();
        assert!(refused.contains(why), "{refused}");
    }

    #[test]
    fn takes_what_can_be_put_in_order() {
        let won = by_somebody(Decision::Approved);
        let calls = [
            call(0, 9, Saw::Pending),
            call(1, 4, Saw::Won(won.clone())),
            call(2, 3, Saw::Settled(won.clone())),
        ];
        assert_eq!(is_linear(&calls, 0), Ok(won));
        let struck = settled(Decision::Expired);
        let calls = [
            call(0, 1, Saw::Pending),
            call(2, 3, Saw::Settled(struck.clone())),
        ];
        assert_eq!(is_linear(&calls, 2), Ok(struck));
    }

    #[test]
    fn refuses_two_winners_two_endings_and_a_look_into_the_past() {
        let yes = by_somebody(Decision::Approved);
        let no = by_somebody(Decision::Rejected);
        let won = |begun, how: &Settled| call(begun, begun + 1, Saw::Won(how.clone()));
        refuses(&[], "nobody saw it settled");
        refuses(&[won(0, &yes), won(2, &no)], "settled as");
        refuses(&[won(0, &yes), won(2, &yes)], "won by");
        refuses(&[call(0, 1, Saw::Settled(yes.clone()))], "won by");
        refuses(
            &[won(0, &yes), call(2, 3, Saw::Pending)],
            "saw it pending, though",
        );
        refuses(
            &[call(0, 1, Saw::Settled(yes.clone())), won(2, &yes)],
            "saw it pending, though",
        );
        // Before its hands were moved the clock can't have been it.
        let early = [call(0, 1, Saw::Settled(settled(Decision::Expired)))];
        assert!(is_linear(&early, 2).is_err());
    }
}
