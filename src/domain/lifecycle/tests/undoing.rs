//! Taking one's word back (01 §Undo).

use super::sample::{
    HOUR, Life, TERMS, asked, lease, person, plan, queued, reject, start, stop, take_back, tick,
    vote,
};
use crate::domain::actor::Actor;
use crate::domain::event::Fact;
use crate::domain::lifecycle::{Ballot, Decision, Refusal, Status, Terms};
use crate::domain::review::Plan;
use crate::domain::time::Span;

fn of_two() -> Life {
    Life::of(&asked(Plan {
        needed: 2,
        ..plan(&[&["ana", "ben", "lee"]])
    }))
}

/// 01 §Undo: a vote can be taken back while others are still asked, and given again.
#[test]
fn a_vote_is_taken_back_while_it_waits() {
    let mut life = of_two();
    life.approve("ana");
    assert!(matches!(
        life.does(&take_back("ana"))[..],
        [Fact::VoteTakenBack(_)]
    ));
    assert_eq!(life.refuses(&take_back("ana")), Refusal::NothingToTakeBack);
    life.approve("ben");
    life.is(Status::Pending);
    life.does(&reject("ana"));
    life.is(Status::Rejected);
}

/// 01 §Undo: one's own approval until its execution has started; the request ends as revoked.
#[test]
fn an_approval_is_taken_back_until_it_starts() {
    let mut life = Life::of(&asked(plan(&[&["ana"]])));
    life.approve("ana");
    assert_eq!(life.refuses(&take_back("ben")), Refusal::NothingToTakeBack);
    life.does(&take_back("ana"));
    life.is(Status::Revoked);
    assert_eq!(
        life.does(&take_back("ana")),
        [],
        "said again it is the same"
    );
    let by_ana = Refusal::Revoked(Some(Actor::Person(person("ana"))));
    assert_eq!(life.refuses(&start()), by_ana);
    assert!(by_ana.to_string().contains("taken back by ana"), "{by_ana}");

    let mut life = Life::of(&asked(plan(&[&["ana"]])));
    life.approve("ana");
    life.does(&start());
    assert_eq!(life.refuses(&take_back("ana")), Refusal::AlreadyStarted(1));
}

/// 01 §Undo: in a quorum each may take back their own.
#[test]
fn each_of_a_quorum_may_take_back_the_approval() {
    for by in ["ana", "ben"] {
        let mut life = of_two();
        life.approve("ana");
        life.approve("ben");
        life.does(&take_back(by));
        life.is(Status::Revoked);
    }
}

/// 01 §Undo: a rejection can't be undone; whose word didn't settle it is told who did.
#[test]
fn a_rejection_stands() {
    let mut life = of_two();
    life.approve("ana");
    life.does(&reject("ben"));
    assert_eq!(life.refuses(&take_back("ben")), Refusal::RejectionStands);
    let Refusal::AlreadyDecided(winner) = life.refuses(&take_back("ana")) else {
        panic!("{:?}", life.refuses(&take_back("ana")));
    };
    assert_eq!(
        (winner.decision, winner.by.to_string()),
        (Decision::Rejected, "ben".to_owned())
    );
}

/// 01 §Undo: the execution is held for the grace, and can be taken back meanwhile.
#[test]
fn an_approval_is_held_before_workers_get_it() {
    let grace = Span::from_secs(5);
    let mut life = Life::of(&queued(plan(&[&["ana"]])));
    let held = Ballot {
        terms: Terms {
            undo: grace,
            ..TERMS
        },
        ..life.approval("ana")
    };
    life.does(&vote(held));
    let until = life.now.plus(grace);
    let wanted = lease("w1", life.now.plus(HOUR));
    assert_eq!(life.refuses(&wanted), Refusal::Held(until));
    life.pass(Span::from_millis(4_999));
    assert_eq!(life.refuses(&wanted), Refusal::Held(until));
    life.pass(Span::from_millis(1));
    life.does(&wanted);
    life.is(Status::Executing);
}

/// 01 §Undo: what has lapsed or was stopped is nobody's to take back any more.
#[test]
fn what_ended_is_not_taken_back() {
    let mut life = Life::of(&asked(plan(&[&["ana"]])));
    life.approve("ana");
    life.pass(TERMS.use_within);
    let lapsed = Refusal::Lapsed(life.now);
    assert_eq!(life.refuses(&take_back("ana")), lapsed);
    life.does(&tick());
    life.is(Status::Lapsed);
    assert_eq!(life.refuses(&take_back("ana")), lapsed);

    let mut life = Life::of(&asked(plan(&[&["ana"]])));
    life.approve("ana");
    life.does(&stop());
    let by_dana = Refusal::Revoked(Some(Actor::Person(person("dana"))));
    assert_eq!(life.refuses(&take_back("ana")), by_dana);
}
