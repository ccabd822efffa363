//! The invariants of 01 §States, each a function over what happened last and everything before.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use super::lacking::nothing_is_let_through_for_lack_of_something;
use super::sample::BORN;
use super::world::World;
use crate::domain::actor::Actor;
use crate::domain::event::{Fact, RouteReason};
use crate::domain::execution::ExecutionState;
use crate::domain::lifecycle::{
    Ballot, Command, Decision, Refusal, Runner, Settlement, Standing, State, step,
};
use crate::domain::review::{Plan, Resolver, Reviewer, Vote, Word};
use crate::domain::time::{At, Span};
use crate::domain::untrusted::Untrusted;
use crate::domain::verdict::Effect;

/// A command, and what came of it.
pub struct Happened<'a> {
    pub before: &'a Standing,
    pub command: &'a Command,
    pub answer: &'a Result<Vec<Fact>, Refusal>,
    pub after: &'a Standing,
    pub now: At,
}

impl<'a> Happened<'a> {
    fn facts(&self) -> &'a [Fact] {
        self.answer.as_deref().unwrap_or_default()
    }
}

type Invariant = fn(&World, &Happened) -> TestCaseResult;

const INVARIANTS: [(&str, Invariant); 11] = [
    (
        "1: one settlement, and losers are told who won",
        one_settlement,
    ),
    (
        "2: one vote for each person, none of the excluded",
        one_vote_each,
    ),
    (
        "3: approved by distinct eligible people or one delay",
        approved_by_whom_it_takes,
    ),
    (
        "4: a vote counts for what its voter saw",
        votes_count_for_what_was_seen,
    ),
    ("5: executed = approved = seen", what_was_seen_is_what_runs),
    ("6: epochs rise, old reports are refused", epochs_rise),
    ("7: nothing starts that may not", starts_are_let_through),
    (
        "8: no timer is early, stale or forgotten",
        timers_are_on_time,
    ),
    (
        "12: nothing is let through for lack of something",
        nothing_is_let_through_for_lack_of_something,
    ),
    (
        "14: a wait gives the same answer whenever it began",
        waits_agree,
    ),
    (
        "15: who is asked changes by an edit only",
        only_an_edit_changes_who_is_asked,
    ),
];

/// Holds every one of them against what happened.
pub fn hold(world: &World, happened: &Happened) -> TestCaseResult {
    for (name, invariant) in INVARIANTS {
        invariant(world, happened).map_err(|broken| {
            let Happened {
                command, answer, ..
            } = happened;
            TestCaseError::fail(format!(
                "{name}: {broken}\nafter {command:?}\ngave {answer:?}"
            ))
        })?;
    }
    let changes = u32::try_from(world.past.len()).unwrap();
    prop_assert_eq!(happened.after.version, 1 + changes);
    if happened.answer.is_err() {
        prop_assert_eq!(happened.before, happened.after, "a refusal changes nothing");
    }
    Ok(())
}

/// 01 §States.1: at most one decision per request; a final state never changes. Of any number of racing
/// voters, the clock and a cancel, exactly one settles it; every loser gets a conflict that names the winner,
/// the decision and the time. The same person repeating their counted decision gets the same answer, not an
/// error.
fn one_settlement(world: &World, happened: &Happened) -> TestCaseResult {
    let Happened { before, after, .. } = happened;
    let settlements: Vec<_> = world.past.iter().filter_map(settlement).collect();
    prop_assert!(settlements.len() <= 1);
    prop_assert_eq!(after.settled.as_ref(), settlements.first().copied());
    if before.state != State::Pending {
        prop_assert_eq!(
            (&before.state, &before.settled),
            (&after.state, &after.settled)
        );
    } else if after.state != State::Pending {
        prop_assert_eq!(settlements.len(), 1);
        prop_assert_eq!(after.state, settlements[0].decision.state());
    }

    let decides = matches!(happened.command, Command::Vote(_) | Command::Cancel { .. });
    if let (true, Some(winner)) = (decides, &before.settled) {
        let told = match happened.answer {
            Ok(facts) => facts.is_empty() && is_repeat(world, happened),
            Err(Refusal::AlreadyDecided(named)) => **named == *winner,
            Err(Refusal::TakenBack { decision, .. }) => **decision == *winner,
            Err(Refusal::Expired(at)) => winner.decision == Decision::Expired && *at == winner.at,
            Err(_) => false,
        };
        prop_assert!(told, "the winner is {winner:?}");
    }
    let last = world.counted.last();
    if let Some(again) = last.and_then(|last| repeated(last, after)) {
        let again = step(after, &Command::Vote(Box::new(again)), happened.now);
        prop_assert_eq!(again, Ok(Vec::new()), "said again");
    }
    Ok(())
}

fn settlement((_, fact): &(At, Fact)) -> Option<&Settlement> {
    match fact {
        Fact::Settled(settlement) => Some(settlement),
        _ => None,
    }
}

/// Whether somebody may be answered as if they said again what counted.
fn is_repeat(world: &World, happened: &Happened) -> bool {
    match happened.command {
        Command::Vote(ballot) => world.counted.iter().any(|counted| {
            (&counted.vote.by, counted.vote.word) == (&ballot.vote.by, ballot.vote.word)
        }),
        Command::Cancel { .. } => happened.before.state == State::Cancelled,
        _ => false,
    }
}

/// The ballot as it would be sent again, where what it did is still in force: its vote, or its edit where
/// that was all.
fn repeated(ballot: &Ballot, standing: &Standing) -> Option<Ballot> {
    let vote = standing.vote_of(&ballot.vote.by);
    let voted = vote.is_some_and(|vote| vote.word == ballot.vote.word);
    let edit = ballot
        .edit
        .as_ref()
        .filter(|_| ballot.vote.word == Word::Approve);
    let edited = edit.is_some_and(|edit| {
        edit.edited.digest == standing.digest
            && standing.edited_by.last() == ballot.vote.by.person()
    });
    let was_all = edited && edit.is_some_and(|edit| edit.seat.is_none());
    let same = edit.is_none_or(|edit| edit.edited.digest == standing.digest)
        && ballot.digest.is_none_or(|digest| digest == standing.digest);
    if voted && (edited || same) {
        return Some(ballot.clone());
    }
    was_all.then(|| Ballot {
        seat: Err(Untrusted::from("you edited its parameters")),
        ..ballot.clone()
    })
}

/// 01 §States.2: one vote per request, step and person; votes excluded by separation count nothing.
fn one_vote_each(_: &World, happened: &Happened) -> TestCaseResult {
    let after = happened.after;
    let voters: BTreeSet<_> = after.counting().map(|vote| &vote.by).collect();
    prop_assert_eq!(voters.len(), after.counting().count());
    let Some(plan) = after.plan.as_ref().filter(|plan| plan.separate) else {
        return Ok(());
    };
    let mut excluded = plan.excluded.iter().chain(&after.edited_by);
    let one = excluded.find(|id| {
        let mut votes = after.counting();
        votes.any(|vote| vote.by.person() == Some(id) || vote.stands_for.as_ref() == Some(id))
    });
    prop_assert_eq!(one, None, "who is excluded has a vote that counts");
    Ok(())
}

/// 01 §States.3: approved ⇒ every step was satisfied by distinct eligible people, or by exactly one named
/// delay that was valid at that instant; allowed ⇒ exactly one named rung, pattern, capability, mode or
/// preference.
fn approved_by_whom_it_takes(world: &World, happened: &Happened) -> TestCaseResult {
    let Happened { before, after, .. } = happened;
    let allowed = world.history.asked.verdict.effect == Effect::Allow;
    prop_assert_eq!(after.state == State::Allowed, allowed);
    for fact in happened.facts() {
        if let (Fact::Voted(vote), Command::Vote(ballot)) = (fact, happened.command) {
            let seat = match &ballot.edit {
                Some(edit) if before.digest != after.digest => edit.seat.as_ref(),
                _ => ballot.seat.as_ref().ok(),
            };
            let stands_for = seat.map(|seat| &seat.stands_for);
            prop_assert_eq!(
                stands_for,
                Some(&vote.stands_for),
                "only who has a place votes"
            );
        }
    }
    let approves =
        |fact: &&Fact| matches!(fact, Fact::Settled(s) if s.decision == Decision::Approved);
    let Some(Fact::Settled(settled)) = happened.facts().iter().find(approves) else {
        return enough_is_enough(happened);
    };
    let plan = after.plan.as_ref().unwrap();
    if settled.by == Actor::Clock {
        let delays = plan.open_stages().filter(|stage| is_delay(&stage.resolver));
        prop_assert_eq!(delays.count(), 1);
        prop_assert!(before.approves_at.is_some_and(|at| at <= happened.now));
        prop_assert!(before.edited_by.is_empty() && plan.needed == 1 && !plan.separate);
        return Ok(());
    }
    let votes = approvals(after, plan);
    for vote in &votes {
        let asked = vote.stands_for.clone().map(Reviewer::Person);
        prop_assert!(plan.asks(&vote.by) || asked.is_some_and(|absent| plan.asks(&absent)));
    }
    prop_assert!(plan.needed > 0 && most_distinct(&votes) >= plan.needed as usize);
    prop_assert_eq!(&settled.by, &votes.last().unwrap().by.actor());
    Ok(())
}

/// What has the approvals that it needs doesn't go on waiting. Where delegates voted it may: a person and
/// their delegate are one, whoever of them came first.
fn enough_is_enough(happened: &Happened) -> TestCaseResult {
    let after = happened.after;
    if let (State::Pending, Some(plan)) = (after.state, &after.plan) {
        let votes = approvals(after, plan);
        let delegated = votes.iter().any(|vote| vote.stands_for.is_some());
        prop_assert!(delegated || plan.needed == 0 || votes.len() < plan.needed as usize);
    }
    Ok(())
}

fn is_delay(resolver: &Resolver) -> bool {
    matches!(resolver, Resolver::AutoAfter(_))
}

/// The approvals that may count, found without the code under test.
fn approvals<'a>(standing: &'a Standing, plan: &Plan) -> Vec<&'a Vote> {
    let counts = |vote: &&Vote| {
        vote.word == Word::Approve
            && vote.digest == standing.digest
            && vote.plan == plan.revision
            && (plan.needed < 2 || vote.by.person().is_some())
    };
    standing.votes.iter().filter(counts).collect()
}

/// The most of these votes of which no two have anybody in common.
fn most_distinct(votes: &[&Vote]) -> usize {
    let Some((first, rest)) = votes.split_first() else {
        return 0;
    };
    let names = |vote: &Vote| [vote.by.clone(), vote.principal()];
    let apart = |vote: &&&Vote| !names(vote).iter().any(|name| names(first).contains(name));
    let others: Vec<&Vote> = rest.iter().filter(apart).copied().collect();
    most_distinct(rest).max(1 + most_distinct(&others))
}

/// 01 §States.4: a vote counts only for the digest and, where it was given, the plan revision the voter saw.
fn votes_count_for_what_was_seen(_: &World, happened: &Happened) -> TestCaseResult {
    let (Command::Vote(ballot), [_, ..]) = (happened.command, happened.facts()) else {
        return Ok(());
    };
    let before = happened.before;
    let revision = before.plan.as_ref().map(|plan| plan.revision);
    prop_assert!(ballot.digest.is_some() || ballot.vote.word != Word::Approve);
    prop_assert!(ballot.digest.is_none_or(|seen| seen == before.digest));
    prop_assert!(ballot.plan.is_none_or(|seen| Some(seen) == revision));
    for fact in happened.facts() {
        if let Fact::Voted(vote) = fact {
            let edited = ballot.edit.as_ref().map(|edit| edit.edited.digest);
            let seen = [Some(before.digest), edited];
            prop_assert!(seen.contains(&Some(vote.digest)));
            prop_assert_eq!(vote.digest, happened.after.digest);
        }
    }
    Ok(())
}

/// 01 §States.5: executed digest = approved digest = the digest each counted voter saw.
fn what_was_seen_is_what_runs(world: &World, happened: &Happened) -> TestCaseResult {
    let after = happened.after;
    if let Some(decided) = &world.decided {
        prop_assert_eq!(
            after.digest,
            decided.digest,
            "nothing is edited after a decision"
        );
    }
    for fact in happened.facts() {
        if let Fact::Reported(report) = fact {
            prop_assert_eq!(report.digest, after.digest);
            if let Command::Report { report: said, .. } = happened.command {
                prop_assert_eq!(said.digest, after.digest);
            }
        }
    }
    if let (State::Approved, Some(plan), Some(settled)) = (after.state, &after.plan, &after.settled)
        && settled.by != Actor::Clock
    {
        let votes = approvals(after, plan);
        prop_assert!(
            most_distinct(&votes) >= plan.needed as usize,
            "each saw what runs"
        );
    }
    Ok(())
}

/// 01 §States.6: epochs of an execution strictly rise; a report with an old epoch is refused; at most one
/// effect per execution on a sink that honours the id or the epoch.
fn epochs_rise(world: &World, happened: &Happened) -> TestCaseResult {
    let (mut epoch, mut running) = (0, false);
    for (_, fact) in &world.past {
        match fact {
            Fact::Started(started) => {
                prop_assert!(started.epoch > epoch && !running, "one run at a time");
                (epoch, running) = (started.epoch, true);
            }
            Fact::Reported(report) => {
                prop_assert!(running && report.epoch == epoch, "one end for each run");
                running = false;
            }
            Fact::LeaseLost(lost) => {
                prop_assert!(running && lost.epoch == epoch);
                running = false;
            }
            Fact::Renewed(renewed) => prop_assert!(running && renewed.epoch == epoch),
            _ => {}
        }
    }
    if let Some(execution) = &happened.after.execution {
        prop_assert_eq!(execution.epoch, epoch);
        prop_assert_eq!(execution.state == ExecutionState::Running, running);
    }
    reports_are_of_their_run(happened)
}

/// What is taken from somebody who reports or renews is about the run that they have.
fn reports_are_of_their_run(happened: &Happened) -> TestCaseResult {
    let (Some(before), [_, ..]) = (&happened.before.execution, happened.facts()) else {
        return Ok(());
    };
    let holder = before.lease.as_ref().map(|lease| &lease.worker);
    match happened.command {
        Command::Report { by, epoch, .. } => {
            let due = match before.state {
                ExecutionState::Ready => before.epoch + 1,
                _ => before.epoch,
            };
            prop_assert!(
                epoch.is_none_or(|given| given == due),
                "an old epoch is refused"
            );
            match by {
                Runner::Worker { id, .. } => prop_assert_eq!(Some(id), holder),
                Runner::Agent => {
                    prop_assert!(epoch.is_some() || before.epoch == 0 || due == before.epoch);
                }
            }
        }
        Command::Renew { worker, epoch, .. } => {
            prop_assert_eq!((Some(worker), *epoch), (holder, before.epoch));
        }
        _ => {}
    }
    Ok(())
}

/// 01 §States.7: no lease or start before approval, after lapse, or after revocation.
fn starts_are_let_through(world: &World, happened: &Happened) -> TestCaseResult {
    let Happened {
        before, after, now, ..
    } = happened;
    let let_through = matches!(after.state, State::Allowed | State::Approved);
    prop_assert_eq!(
        after.execution.is_some(),
        let_through && world.history.asked.runs()
    );
    for fact in happened.facts() {
        if let Fact::Started(started) = fact {
            prop_assert!(matches!(before.state, State::Allowed | State::Approved));
            let execution = before.execution.as_ref().unwrap();
            prop_assert_eq!(execution.state, ExecutionState::Ready);
            prop_assert!(execution.lapses_at.is_none_or(|lapse| *now < lapse));
            prop_assert!(execution.held_until.is_none_or(|held| held <= *now));
            let is_leased = execution.executor == crate::domain::execution::Executor::Queue;
            prop_assert_eq!(started.lease.is_some(), is_leased);
        }
    }
    let ended = |(_, fact): &(At, Fact)| matches!(fact, Fact::Lapsed(_) | Fact::Revoked(_));
    let end = world.past.iter().position(ended);
    prop_assert!(
        end.is_none_or(|end| end + 1 == world.past.len()),
        "nothing comes after that"
    );
    Ok(())
}

/// 01 §States.8: no timer fires early; a stale timer changes nothing; nothing stays pending past its deadline
/// plus the grace.
fn timers_are_on_time(_: &World, happened: &Happened) -> TestCaseResult {
    let Happened {
        before, after, now, ..
    } = happened;
    let overdue = |at: Option<At>| at.is_some_and(|at| at <= *now);
    let execution = before.execution.as_ref();
    for fact in happened.facts() {
        let due = match fact {
            Fact::Settled(s) if s.decision == Decision::Expired => before.expires_at,
            Fact::Settled(s) if s.by == Actor::Clock => before.approves_at,
            Fact::Reminded(_) => before.expires_at.map(|at| {
                let tenths = [5, 9][before.reminders as usize];
                let part = at.since(before.runs_since).millis() * tenths;
                before.runs_since.plus(Span::from_millis((part + 9) / 10))
            }),
            Fact::Routed(routed) => match routed.why {
                RouteReason::TimedOut => before.expires_at,
                RouteReason::Escalated => before.escalates_at,
                RouteReason::Unavailable | RouteReason::Delegated => Some(*now),
            },
            Fact::Lapsed(_) => execution.and_then(|run| run.lapses_at),
            Fact::LeaseLost(_) => {
                execution.and_then(|run| run.lease.as_ref().map(|lease| lease.until))
            }
            _ => Some(*now),
        };
        prop_assert!(
            overdue(due),
            "{fact:?} is due at {due:?}, and it is {now:?}"
        );
    }
    let by_clock = matches!(happened.command, Command::Tick { .. });
    if by_clock {
        let was_due = overdue(before.due());
        prop_assert_eq!(
            !happened.facts().is_empty(),
            was_due,
            "what is due is done, no more"
        );
    } else if before.state == State::Pending && overdue(before.expires_at) {
        prop_assert!(
            happened.facts().is_empty(),
            "what is overdue is the clock's"
        );
    }
    let deadlines = [after.expires_at, after.approves_at, after.escalates_at];
    let waits = after.state == State::Pending;
    let first = deadlines.into_iter().flatten().min().filter(|_| waits);
    prop_assert!(first.is_none_or(|at| after.due().is_some_and(|due| due <= at)));
    Ok(())
}

/// 01 §States.14: a wait begun before, during or after the decision gives the same answer.
fn waits_agree(world: &World, happened: &Happened) -> TestCaseResult {
    let after = happened.after;
    let Some(first) = &world.decided else {
        return Ok(());
    };
    prop_assert!(after.status().decided(), "what was decided stays so");
    let answer = |standing: &Standing| {
        let plan = standing.plan.as_ref().map(|plan| plan.revision);
        (
            standing.state,
            standing.settled.clone(),
            standing.digest,
            plan,
        )
    };
    prop_assert_eq!(answer(after), answer(first));
    prop_assert_eq!(&after.votes, &first.votes);
    Ok(())
}

/// 01 §States.15: whoever changes a rule, pattern or unlock can't thereby approve their own pending request. Who is asked
/// is fixed when it is asked; rules that are saved later reach it by an edit alone, with the plan that was judged to be
/// the stricter.
fn only_an_edit_changes_who_is_asked(world: &World, happened: &Happened) -> TestCaseResult {
    let asked = Standing::new(&world.history.asked, BORN).plan;
    let edits = world.past.iter().rev().find_map(|(_, fact)| match fact {
        Fact::Edited(edited) => Some(Some(edited.plan.clone())),
        _ => None,
    });
    let fixed = |plan: Option<Plan>| plan.map(|plan| Plan { opened: 0, ..plan });
    prop_assert_eq!(
        fixed(happened.after.plan.clone()),
        fixed(edits.unwrap_or(asked))
    );
    Ok(())
}
