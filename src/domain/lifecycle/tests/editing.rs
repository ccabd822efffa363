//! Approving with other parameters (01 §Edit).

use super::sample::{BORN, HOUR, Life, MINUTE, asked, delay, person, plan, saying, tick, vote};
use crate::domain::event::Fact;
use crate::domain::lifecycle::{Ballot, Edit, Refusal, State, Status};
use crate::domain::review::{Plan, Word};
use crate::domain::untrusted::Untrusted;

fn of_two() -> Life {
    Life::of(&asked(Plan {
        needed: 2,
        ..plan(&[&["ana", "ben", "lee"]])
    }))
}

fn next(plan: &Plan) -> Plan {
    Plan {
        revision: plan.revision + 1,
        ..plan.clone()
    }
}

fn in_force(life: &Life) -> Plan {
    life.standing.plan.clone().unwrap()
}

/// 01 §Edit: the digest changes, the editor's approval counts as one vote.
#[test]
fn an_edit_is_approved_by_its_editor() {
    let mut life = Life::of(&asked(plan(&[&["ana"]])));
    let edit = life.edit("ana", "as ana wants it", next(&in_force(&life)), true);
    let facts = life.does(&vote(edit));
    assert!(matches!(
        facts[..],
        [Fact::Edited(_), Fact::Voted(_), Fact::Settled(_)]
    ));
    life.is(Status::Approved);
    assert_eq!(life.standing.digest, saying("as ana wants it"));
    assert_eq!(life.standing.votes[0].digest, life.standing.digest);
    assert_eq!(life.standing.edited_by, [person("ana")]);
}

/// 01 §Edit: earlier votes are void, also where the plan stays the same one.
#[test]
fn an_edit_voids_earlier_votes() {
    for keep_revision in [false, true] {
        let mut life = of_two();
        life.approve("ben");
        let plan = match keep_revision {
            true => in_force(&life),
            false => next(&in_force(&life)),
        };
        let edit = life.edit("ana", "as ana wants it", plan, true);
        life.does(&vote(edit));
        life.is(Status::Pending);
        assert_eq!(life.standing.counting().count(), 1);
        life.approve("ben");
        life.is(Status::Approved);
    }
}

/// 01 §Edit, 01 §Separation: under `separate` the editor doesn't count, and it waits for somebody else.
#[test]
fn a_separate_edit_waits_for_somebody_else() {
    let mut life = Life::of(&asked(Plan {
        separate: true,
        ..plan(&[&["ana", "ben"]])
    }));
    let edit = life.edit("ana", "as ana wants it", next(&in_force(&life)), false);
    assert!(matches!(
        life.does(&vote(edit.clone()))[..],
        [Fact::Edited(_)]
    ));
    life.is(Status::Pending);
    let excluded = Err(Untrusted::from("you edited its parameters"));
    let again = vote(Ballot {
        seat: excluded,
        ..edit
    });
    assert_eq!(life.does(&again), [], "the same edit again is the same");
    life.approve("ben");
    life.is(Status::Approved);
}

/// 01 §Edit: denied with these parameters, it is refused and nothing is decided.
#[test]
fn what_policy_denies_cant_be_edited_in() {
    let life = of_two();
    let mut ballot = life.edit("ana", "to everybody", next(&in_force(&life)), true);
    let why = Untrusted::from("blocked outside");
    ballot.edit = ballot.edit.map(|edit| Edit {
        denied: Some(why.clone()),
        ..edit
    });
    assert_eq!(life.refuses(&vote(ballot)), Refusal::EditDenied(why));
}

/// 01 §States.1: an edit that changes something is never taken for a repeat of what was approved before.
#[test]
fn an_edit_after_ones_own_approval_is_no_repeat() {
    let mut life = of_two();
    life.approve("ana");
    let edit = vote(life.edit("ana", "as ana wants it", next(&in_force(&life)), true));
    assert_eq!(life.refuses(&edit), Refusal::AlreadyVoted(Word::Approve));
    life.approve("ben");
    let Refusal::AlreadyDecided(winner) = life.refuses(&edit) else {
        panic!("{:?}", life.refuses(&edit));
    };
    assert_eq!(winner.by.to_string(), "ben");
}

/// 01 §Edit: a vote for what was asked stays void when an edit goes back to it, however the plan is numbered.
#[test]
fn an_edit_back_to_what_was_asked_brings_no_vote_back() {
    let mut life = of_two();
    life.approve("ana");
    for (by, text) in [("ben", "otherwise"), ("lee", "as asked")] {
        let edit = life.edit(by, text, in_force(&life).clone(), true);
        life.does(&vote(edit));
    }
    assert_eq!(life.standing.digest, saying("as asked"));
    assert_eq!(life.standing.state, State::Pending);
    let counting: Vec<_> = life
        .standing
        .counting()
        .map(|vote| vote.by.to_string())
        .collect();
    assert_eq!(counting, ["lee"]);
}

/// 02 “Deciding”: the parameters that gave the digest in force, sent again, are a repeat.
#[test]
fn an_edit_that_counted_may_be_repeated() {
    let mut life = of_two();
    let edit = vote(life.edit("ana", "as ana wants it", next(&in_force(&life)), true));
    life.does(&edit);
    assert_eq!(life.does(&edit), []);
    life.approve("ben");
    assert_eq!(life.does(&edit), []);
}

/// 01 §Undo: what was taken back is given again by saying it again, edited or not.
#[test]
fn an_edit_that_was_taken_back_is_given_again() {
    let mut life = of_two();
    let edit = life.edit("ana", "as ana wants it", next(&in_force(&life)), true);
    life.does(&vote(edit.clone()));
    life.does(&super::sample::take_back("ana"));
    let again = Ballot {
        digest: Some(life.standing.digest),
        ..edit
    };
    assert!(matches!(life.does(&vote(again))[..], [Fact::Voted(_)]));
}

/// 01 §States.4: parameters that mean what those in force mean are no edit.
#[test]
fn the_same_parameters_are_a_plain_approval() {
    let mut life = Life::of(&asked(plan(&[&["ana"]])));
    let edit = life.edit("ana", "as asked", next(&in_force(&life)), true);
    let facts = life.does(&vote(edit));
    assert!(matches!(facts[..], [Fact::Voted(_), Fact::Settled(_)]));
    assert_eq!(in_force(&life).revision, 1);
}

/// 01 §Who reviews: a delay was granted to the parameters that were asked, not to others.
#[test]
fn an_edit_ends_the_delay() {
    let mut life = Life::of(&asked(delay(&["ana", "ben"])));
    let stricter = Plan {
        revision: 2,
        needed: 2,
        ..plan(&[&["ana", "ben"]])
    };
    let edit = life.edit("ana", "as ana wants it", stricter, true);
    life.does(&vote(edit));
    life.pass(HOUR);
    life.does(&tick());
    life.is(Status::Expired);
}

/// 01 §Edit: the plan that replaces another brings its own time for moving on.
#[test]
fn an_edit_brings_the_escalation_of_its_plan() {
    let mut life = Life::of(&asked(plan(&[&["ana"], &["dana"]])));
    let stricter = Plan {
        revision: 2,
        needed: 2,
        escalate_after: Some(MINUTE),
        ..plan(&[&["ana", "ben"], &["dana"]])
    };
    let mut edit = life.edit("ana", "as ana wants it", stricter.clone(), true);
    let escalates_at = stricter.escalates_at(1, BORN);
    edit.edit.as_mut().unwrap().edited.escalates_at = escalates_at;
    life.does(&vote(edit));
    assert_eq!(life.standing.due(), Some(BORN.plus(MINUTE)));
}
