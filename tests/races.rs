//! Of any number who decide at once, exactly one settles a request; the others learn who it was, what
//! and when.

use serde_json::json;
use signoff::client::Until;
use signoff::domain::actor::Actor;
use signoff::domain::event::{Event, Fact};
use signoff::domain::lifecycle::Status;
use signoff::domain::time::Span;

use crate::support::{TestGate, approve, email, reject};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_voters_a_cancel_and_one_winner() {
    let gate = TestGate::start().await;
    let mut voters = Vec::new();
    for n in 0..8 {
        voters.push(gate.person(&format!("admin{n}"), "admin").await);
    }
    let agent = gate.agent_of("nobodys", &[], &[]).await;
    for round in 0..20 {
        let asked = agent
            .ask(
                &crate::support::ask(serde_json::json!({"action": "email.send", "params": {"to": "pat@partner.example"}})),
                &format!("round-{round}"),
            )
            .await
            .unwrap();
        assert_eq!(asked.status, Status::Pending);
        let votes = voters.iter().enumerate().map(|(n, voter)| {
            let decide = if n % 2 == 0 {
                approve(&asked)
            } else {
                reject(&asked, "no")
            };
            async move { voter.decide(asked.id, &decide).await }
        });
        let (outcomes, cancelled) = tokio::join!(
            futures_util::future::join_all(votes),
            agent.cancel(asked.id)
        );
        let wins = outcomes.iter().filter(|outcome| outcome.is_ok()).count()
            + usize::from(cancelled.is_ok());
        assert_eq!(wins, 1, "{outcomes:?} {cancelled:?}");
        let settled = agent.request(asked.id).await.unwrap().settled.unwrap();
        for lost in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
            let problem = lost.problem().expect("the gate answers every loser");
            assert_eq!(problem.name(), "already-decided");
            assert_eq!(problem.decided_by.as_ref(), Some(&settled.by));
            assert_eq!(problem.decision, Some(settled.decision));
            assert_eq!(problem.at, Some(settled.at));
        }
    }
}

/// The timer is kept awake by the nearness of the deadline, and the hands reach it while people vote.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_clock_is_one_of_the_racers() {
    let gate = TestGate::start().await;
    let (agent, owner) = (gate.agent(), gate.owner());
    for round in 0..40 {
        let mut asked = crate::support::email();
        asked.expires_in = Some(Span::from_millis(5));
        let asked = agent.ask(&asked, &format!("{round}")).await.unwrap();
        let (yes, no) = (approve(&asked), reject(&asked, "no"));
        let strike = async { gate.hands.pass(Span::from_millis(5)) };
        let (approved, rejected, cancelled, ()) = tokio::join!(
            owner.decide(asked.id, &yes),
            owner.decide(asked.id, &no),
            agent.cancel(asked.id),
            strike
        );
        let settled = agent.wait(asked.id, Until::Decided, 60).await.unwrap();
        let settled = settled.settled.unwrap();
        let outcomes = [approved, rejected, cancelled];
        let wins = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(
            wins,
            usize::from(settled.by != Actor::Clock),
            "{outcomes:?}"
        );
        for lost in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
            let problem = lost.problem().expect("the gate answers every loser");
            match problem.name() {
                "already-decided" => assert_eq!(problem.decided_by.as_ref(), Some(&settled.by)),
                "expired" => assert_eq!(settled.by, Actor::Clock),
                other => panic!("{other}"),
            }
        }
    }
}

/// 01 §Vote
#[tokio::test]
async fn the_same_decision_again_is_the_same_answer() {
    let gate = TestGate::start().await;
    let asked = gate.agent().ask(&email(), "k").await.unwrap();
    let first = gate
        .owner()
        .decide(asked.id, &approve(&asked))
        .await
        .unwrap();
    let again = gate
        .owner()
        .decide(asked.id, &approve(&asked))
        .await
        .unwrap();
    assert_eq!(first, again);
    let other = gate
        .owner()
        .decide(asked.id, &reject(&asked, "no"))
        .await
        .unwrap_err();
    assert_eq!(other.problem().unwrap().name(), "already-decided");
}

/// 01 §Edit: what a reviewer changes is judged by the places of recipients that are in force, even if they
/// change at the same moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_has_the_recipients_of_the_places_in_force() {
    let gate = TestGate::start().await;
    let (agent, owner) = (gate.agent_wire(), gate.owner_wire());
    for round in 0..40 {
        let params = json!({"a": "a@one.example", "b": "b@two.example", "n": round});
        let ask = json!({"action": "crm.pass", "params": params}).to_string();
        let asked = agent.post("/v1/requests", ask).await.request();
        let other = json!({"a": "a@one.example", "b": "b@two.example", "n": -1 - round});
        let edit = json!({"decision": "approve", "digest": asked.digest, "params": other});
        let place = if round % 2 == 0 { "a" } else { "b" };
        let places = json!({"recipient_params": [place]}).to_string();
        let decision = format!("/v1/requests/{}/decision", asked.id);
        let (decided, moved) = tokio::join!(
            owner.post(&decision, edit.to_string()),
            owner.patch("/v1/actions/crm.pass", places)
        );
        assert_eq!(moved.status, 200, "{moved:?}");
        match decided.status {
            200 => {}
            // It was judged by places that are no more; who tries again is judged by the new ones.
            _ => {
                assert_eq!(decided.problem().name(), "busy", "{decided:?}");
                let again = owner.post(&decision, edit.to_string()).await;
                assert_eq!(again.status, 200, "{again:?}");
            }
        }
    }
    let mut place = None;
    let mut position = 0;
    loop {
        let entries = gate.gate.log(position).await.unwrap();
        let Some(last) = entries.last() else {
            break;
        };
        position = last.position;
        for entry in &entries {
            match Event::from_body(entry.body.text()).unwrap().fact {
                Fact::ActionSaved(action) if action.name.as_str() == "crm.pass" => {
                    place = action.recipient_params.first().cloned();
                }
                Fact::Edited(edit) => {
                    let expected = match place.as_deref() {
                        Some("b") => "b@two.example",
                        Some("a") => "a@one.example",
                        _ => continue,
                    };
                    let found: Vec<&str> = edit
                        .recipients
                        .iter()
                        .map(|one| one.raw_for_execution())
                        .collect();
                    assert_eq!(found, [expected], "at {}", entry.position);
                }
                _ => {}
            }
        }
    }
}
