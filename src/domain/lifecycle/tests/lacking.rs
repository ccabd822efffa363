//! What a command or a request lacks, and that nothing is let through for lack of it.

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use super::invariants::Happened;
use super::sample::saying;
use super::world::World;
use crate::domain::execution::ExecutionState;
use crate::domain::lifecycle::{Ballot, Command, Standing, State, step};
use crate::domain::review::Word;
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;

/// 01 §States.12: absent, zero, empty, unknown, unparsable ⇒ towards asking and denying, never towards allowing. What
/// happened is tried once more without each of the things that it takes: nothing is approved by it, and nothing starts.
pub fn nothing_is_let_through_for_lack_of_something(
    world: &World,
    happened: &Happened,
) -> TestCaseResult {
    let Happened {
        before,
        command,
        now,
        ..
    } = happened;
    let without = of_command(before, command)
        .into_iter()
        .map(|(what, command)| {
            let standing = (*before).clone();
            (what, standing, command)
        });
    let of_request = of_request(before, command).into_iter();
    let of_request = of_request.map(|(what, standing)| {
        let command = seated_anew(world, &standing, command);
        (what, standing, command)
    });
    for (what, standing, command) in without.chain(of_request) {
        let after = after(&standing, &command, *now);
        prop_assert!(
            !lets_through(&after) || lets_through(&standing),
            "let through with {what}: {command:?}"
        );
        prop_assert!(!runs(&after) || runs(&standing), "started with {what}");
    }
    Ok(())
}

fn after(standing: &Standing, command: &Command, now: At) -> Standing {
    let mut after = standing.clone();
    for fact in step(standing, command, now).iter().flatten() {
        after.apply(fact, now);
    }
    after
}

fn lets_through(standing: &Standing) -> bool {
    matches!(standing.state, State::Approved | State::Allowed)
}

fn runs(standing: &Standing) -> bool {
    let execution = standing.execution.as_ref();
    execution.is_some_and(|execution| execution.state == ExecutionState::Running)
}

/// The same command, where its voter has a place only if they still would.
fn seated_anew(world: &World, standing: &Standing, command: &Command) -> Command {
    let Command::Vote(ballot) = command else {
        return command.clone();
    };
    let anew = world.seat(standing.plan.as_ref(), &ballot.vote.by, false);
    let seat = ballot.seat.clone().and(anew);
    Command::Vote(Box::new(Ballot {
        seat,
        ..(**ballot).clone()
    }))
}

/// An approval without each of what it takes.
fn of_command(standing: &Standing, command: &Command) -> Vec<(&'static str, Command)> {
    let Command::Vote(ballot) = command else {
        return Vec::new();
    };
    if ballot.vote.word != Word::Approve {
        return Vec::new();
    }
    let mut lacking = Vec::new();
    let mut with = |what, change: &dyn Fn(&mut Ballot)| {
        let mut ballot = ballot.clone();
        change(&mut ballot);
        lacking.push((what, Command::Vote(ballot)));
    };
    with("no digest", &|ballot| ballot.digest = None);
    with("an unknown digest", &|ballot| {
        ballot.digest = Some(saying("nobody ever asked this"));
    });
    with("an unknown plan", &|ballot| ballot.plan = Some(u32::MAX));
    with("an unknown voter", &|ballot| {
        ballot.seat = Err(Untrusted::from("nobody such"));
        ballot.edit.iter_mut().for_each(|edit| edit.seat = None);
    });
    if edits(standing, ballot) {
        with("an edit after which nobody is needed", &|ballot| {
            let edits = ballot.edit.iter_mut();
            edits.for_each(|edit| edit.edited.plan.needed = 0);
        });
    }
    lacking
}

/// Whether it changes the parameters, and so brings a plan of its own.
fn edits(standing: &Standing, ballot: &Ballot) -> bool {
    let edit = ballot.edit.as_ref();
    edit.is_some_and(|edit| edit.edited.digest != standing.digest)
}

/// A request without each of what a command of that kind goes by.
fn of_request(standing: &Standing, command: &Command) -> Vec<(&'static str, Standing)> {
    let mut lacking = Vec::new();
    let mut with = |what, change: &dyn Fn(&mut Standing)| {
        let mut standing = standing.clone();
        change(&mut standing);
        lacking.push((what, standing));
    };
    match command {
        Command::Vote(ballot) if !edits(standing, ballot) => {
            with("no plan", &|standing| standing.plan = None);
            with("no approvals needed", &|standing| {
                standing.plan.iter_mut().for_each(|plan| plan.needed = 0);
            });
            with("no reviewers", &|standing| {
                let plans = standing.plan.iter_mut();
                plans.for_each(|plan| plan.stages.clear());
            });
        }
        Command::Tick { .. } => with("no delay", &|standing| standing.approves_at = None),
        Command::Start { .. } => with("no execution", &|standing| standing.execution = None),
        _ => {}
    }
    lacking
}
