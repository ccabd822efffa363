//! Who wins, who is told so, and in which order a vote is checked (02 “Deciding”).

use super::sample::{
    HOUR, Life, agent, asked, ballot, cancel, plan, reject, saying, stop, take_back, tick, vote,
    with_verdict,
};
use crate::domain::actor::Actor;
use crate::domain::event::Fact;
use crate::domain::lifecycle::{Ballot, Decision, Refusal, Seat, Status};
use crate::domain::review::{Plan, Word};
use crate::domain::time::Span;
use crate::domain::untrusted::Untrusted;
use crate::domain::verdict::Effect;

fn alone() -> Life {
    Life::of(&asked(plan(&[&["ana", "ben"]])))
}

fn of_two() -> Life {
    Life::of(&asked(Plan {
        needed: 2,
        ..plan(&[&["ana", "ben", "lee"]])
    }))
}

fn no_seat() -> Result<Seat, Untrusted> {
    Err(Untrusted::from("only ana may decide it"))
}

/// 01 §States.1, 02 “Deciding”: of several things that are wrong the first in the order answers.
#[test]
fn the_first_thing_that_is_wrong_answers() {
    let mut life = of_two();
    life.approve("ana");
    let all_wrong = |by| Ballot {
        plan: Some(7),
        seat: no_seat(),
        ..ballot(by, Word::Reject, Some(saying("something else")))
    };
    assert_eq!(
        life.refuses(&vote(all_wrong("ana"))),
        Refusal::AlreadyVoted(Word::Approve)
    );
    assert!(matches!(
        life.refuses(&vote(all_wrong("ben"))),
        Refusal::NotAReviewer(_)
    ));
    let seated = Ballot {
        seat: Ok(Seat::default()),
        ..all_wrong("ben")
    };
    let in_force = life.standing.digest;
    assert_eq!(
        life.refuses(&vote(seated.clone())),
        Refusal::StaleDigest(in_force)
    );
    let seen = Ballot {
        digest: Some(in_force),
        ..seated
    };
    assert_eq!(life.refuses(&vote(seen)), Refusal::StalePlan(1));
    life.pass(HOUR);
    let deadline = life.now;
    for by in ["ana", "ben"] {
        assert_eq!(
            life.refuses(&vote(all_wrong(by))),
            Refusal::Expired(deadline)
        );
    }
}

/// 02 “Deciding”: `digest` is required to approve, and only to approve.
#[test]
fn an_approval_names_what_was_seen() {
    let mut life = alone();
    let blind = vote(ballot("ana", Word::Approve, None));
    assert_eq!(life.refuses(&blind), Refusal::NoDigest);
    life.does(&reject("ana"));
    life.is(Status::Rejected);
}

/// 01 §States.1: the same person repeating their counted decision gets the same answer.
#[test]
fn repeating_what_counted_is_no_error() {
    let mut life = of_two();
    let yes = vote(life.approval("ana"));
    life.does(&yes);
    assert_eq!(life.does(&yes), []);
    life.approve("ben");
    life.is(Status::Approved);
    assert_eq!(life.does(&yes), [], "however far it has come since");
    let Refusal::AlreadyDecided(winner) = life.refuses(&reject("ana")) else {
        panic!("another decision than the one that counted is no repeat");
    };
    assert_eq!(winner.decision, Decision::Approved);
}

/// 01 §States.4: naming another digest than the one that was voted for is no repeat.
#[test]
fn a_repeat_with_another_digest_is_told_so() {
    let mut life = of_two();
    life.approve("ana");
    let other = vote(ballot("ana", Word::Approve, Some(saying("another"))));
    let in_force = life.standing.digest;
    assert_eq!(life.refuses(&other), Refusal::StaleDigest(in_force));
}

/// 01 §States.1: every loser gets a conflict that names the winner, the decision and the time.
#[test]
fn losers_are_told_who_won() {
    let winners = [
        (reject("ben"), Decision::Rejected, "ben"),
        (cancel(), Decision::Cancelled, "agent:outreach"),
        (stop(), Decision::Cancelled, "dana"),
    ];
    for (command, decision, by) in winners {
        let mut life = alone();
        life.pass(Span::from_secs(1));
        life.does(&command);
        let at = life.now;
        life.pass(HOUR);
        let yes = vote(life.approval("ana"));
        let Refusal::AlreadyDecided(winner) = life.refuses(&yes) else {
            panic!("{:?}", life.refuses(&yes));
        };
        assert_eq!(
            (winner.decision, winner.by.to_string().as_str(), winner.at),
            (decision, by, at)
        );
    }
    let mut life = alone();
    life.pass(HOUR);
    life.does(&tick());
    let expired = life.now;
    life.pass(HOUR);
    assert_eq!(
        life.refuses(&vote(life.approval("ana"))),
        Refusal::Expired(expired)
    );
}

/// 01 §States.1: a cancel that counted may be repeated; one that comes too late names the winner.
#[test]
fn a_request_is_cancelled_once_and_only_while_it_waits() {
    let mut life = alone();
    life.does(&cancel());
    assert_eq!(life.does(&cancel()), []);
    let settled = life.standing.settled.as_ref().unwrap();
    assert_eq!(settled.by, Actor::Agent(agent()));
    assert!(!settled.notify_agent, "it knows");

    let mut life = alone();
    life.approve("ana");
    assert!(matches!(
        life.refuses(&cancel()),
        Refusal::AlreadyDecided(_)
    ));
}

/// 01 §States: what policy allowed or denied was never anybody's to decide.
#[test]
fn what_policy_settled_nobody_decides() {
    for (effect, status) in [
        (Effect::Allow, Status::Allowed),
        (Effect::Deny, Status::Denied),
    ] {
        let life = Life::of(&with_verdict(effect));
        let never = Refusal::NeverPending(status);
        assert_eq!(life.refuses(&reject("ana")), never);
        assert_eq!(life.refuses(&cancel()), never);
        assert_eq!(life.refuses(&take_back("ana")), {
            match effect {
                Effect::Allow => Refusal::NothingToTakeBack,
                _ => never,
            }
        });
    }
}

/// 01 §Quorum: N different people approve.
#[test]
fn a_quorum_is_of_different_people() {
    let mut life = of_two();
    life.approve("ana");
    life.is(Status::Pending);
    life.approve("ben");
    life.is(Status::Approved);
}

/// 01 §Quorum: one rejection rejects.
#[test]
fn one_rejection_rejects() {
    let mut life = of_two();
    life.approve("ana");
    life.does(&reject("ben"));
    life.is(Status::Rejected);
}

/// 01 §Quorum, 01 §States.12: fewer than one is never “none needed”, and nobody asked approves nothing.
#[test]
fn none_needed_and_nobody_asked_never_approve() {
    let mut life = Life::of(&asked(Plan {
        needed: 0,
        ..plan(&[&["ana"]])
    }));
    life.approve("ana");
    life.is(Status::Pending);

    let mut life = Life::of(&asked(plan(&[])));
    let unseated = Ballot {
        seat: no_seat(),
        ..life.approval("ana")
    };
    assert!(matches!(
        life.refuses(&vote(unseated)),
        Refusal::NotAReviewer(_)
    ));
    life.pass(HOUR);
    life.does(&tick());
    life.is(Status::Expired);
}

fn standing_for(life: &Life, by: &str, absent: &str) -> Ballot {
    Ballot {
        seat: Ok(Seat {
            stands_for: Some(super::sample::person(absent)),
        }),
        ..life.approval(by)
    }
}

/// 01 §Delegation: both names are recorded, and a person and their delegate are one in a quorum.
#[test]
fn a_person_and_their_delegate_are_one() {
    let mut life = of_two();
    let facts = life.does(&vote(standing_for(&life, "omar", "ana")));
    let [Fact::Voted(cast)] = &facts[..] else {
        panic!("{facts:?}");
    };
    assert_eq!(
        (cast.by.to_string(), cast.stands_for.clone()),
        ("omar".to_owned(), Some(super::sample::person("ana")))
    );
    life.approve("ana");
    life.is(Status::Pending);
    life.approve("ben");
    life.is(Status::Approved);
}

/// 01 §Delegation: one step deep. Where ana stands for lee and ben for ana, ana and ben are one.
#[test]
fn a_chain_of_delegates_is_not_several_people() {
    let mut life = of_two();
    life.does(&vote(standing_for(&life, "ana", "lee")));
    life.does(&vote(standing_for(&life, "ben", "ana")));
    life.is(Status::Pending);
}

/// 01 §Agents as reviewers: an agent approves where one approval is enough, and counts for none where
/// more are needed.
#[test]
fn an_agent_counts_only_alone() {
    let mut life = Life::of(&asked(plan(&[&["agent:triage"]])));
    life.approve("agent:triage");
    life.is(Status::Approved);

    let mut life = Life::of(&asked(Plan {
        needed: 2,
        ..plan(&[&["agent:triage", "ana", "ben"]])
    }));
    life.approve("agent:triage");
    life.approve("ana");
    life.is(Status::Pending);
    life.approve("ben");
    life.is(Status::Approved);
}

/// 01 §Respond: the request ends as answered, and the text is what the agent gets.
#[test]
fn an_answer_ends_the_request_in_words() {
    let mut life = alone();
    let answer = Some(Untrusted::from("ask Ben for the new address first"));
    life.does(&vote(Ballot {
        answer: answer.clone(),
        ..ballot("ana", Word::Respond, Some(life.standing.digest))
    }));
    life.is(Status::Answered);
    assert_eq!(life.standing.settled.as_ref().unwrap().answer, answer);
    assert!(life.standing.execution.is_none());
    assert!(life.standing.is_done());
}

/// 01 §Notify agent: on, whatever the reviewer chose, while the agent waits.
#[test]
fn an_agent_that_waits_is_told() {
    for (waiting, ticked, told) in [
        (false, false, false),
        (false, true, true),
        (true, false, true),
    ] {
        let mut request = asked(plan(&[&["ana"]]));
        request.waiting = waiting;
        let mut life = Life::of(&request);
        let mut yes = life.approval("ana");
        yes.vote.notify_agent = ticked;
        life.does(&vote(yes));
        assert_eq!(life.standing.settled.as_ref().unwrap().notify_agent, told);
    }
}
