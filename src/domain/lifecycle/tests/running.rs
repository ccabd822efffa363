//! Running what was let through (01 §Execution, 01 §States.5 to 7).

use super::sample::{
    HOUR, Life, MINUTE, TERMS, asked, cancel, lease, person, plan, queued, report, retry, saying,
    start, stop, take_back, tick, with_verdict, worker,
};
use crate::domain::actor::Actor;
use crate::domain::event::Fact;
use crate::domain::execution::{ExecutionState, Executor, Outcome};
use crate::domain::lifecycle::{Command, Decision, Refusal, Runner, Status};
use crate::domain::request::{Asked, Kind};
use crate::domain::time::Span;
use crate::domain::untrusted::Untrusted;
use crate::domain::verdict::Effect;

fn approved() -> Life {
    let mut life = Life::of(&asked(plan(&[&["ana"]])));
    life.approve("ana");
    life
}

/// Approved, and run by workers.
fn for_workers(idempotent: bool) -> Life {
    let mut life = Life::of(&Asked {
        idempotent,
        ..queued(plan(&[&["ana"]]))
    });
    life.approve("ana");
    life
}

fn settle(outcome: Outcome) -> Command {
    Command::SettleRun {
        outcome,
        reason: Untrusted::from("I looked"),
    }
}

fn renew(name: &str, epoch: u32, life: &Life) -> Command {
    Command::Renew {
        worker: name.parse().unwrap(),
        epoch,
        until: life.now.plus(MINUTE),
    }
}

fn works(life: &Life, name: &str, epoch: Option<u32>) -> Command {
    let by = worker(name, life.now);
    report(by, Outcome::Executed, life.standing.digest, epoch)
}

/// 01 §States: ready, running, executed; each is taken once.
#[test]
fn an_approval_is_taken_once_and_reported() {
    let mut life = approved();
    life.does(&start());
    life.is(Status::Executing);
    assert_eq!(life.refuses(&start()), Refusal::AlreadyStarted(1));
    let done = life.report(Outcome::Executed, Some(1));
    life.does(&done);
    life.is(Status::Executed);
    assert_eq!(life.does(&done), [], "the same report again is the same");
    assert_eq!(
        life.refuses(&life.report(Outcome::Failed, Some(1))),
        Refusal::AlreadyReported(Status::Executed)
    );
    assert_eq!(life.refuses(&start()), Refusal::AlreadyStarted(1));
}

/// 02 `report`: without `start` it starts and ends in one.
#[test]
fn a_report_without_a_start_is_both() {
    let mut life = approved();
    let facts = life.does(&life.report(Outcome::Executed, None));
    assert!(matches!(facts[..], [Fact::Started(_), Fact::Reported(_)]));
    life.is(Status::Executed);
}

/// 01 §States.7: nothing starts before it was approved, nor what was rejected.
#[test]
fn only_what_was_let_through_starts() {
    let life = Life::of(&asked(plan(&[&["ana"]])));
    assert_eq!(life.refuses(&start()), Refusal::NotReady(Status::Pending));
    let mut life = Life::of(&asked(plan(&[&["ana"]])));
    life.does(&cancel());
    assert_eq!(life.refuses(&start()), Refusal::NotReady(Status::Cancelled));
    let life = Life::of(&with_verdict(Effect::Deny));
    assert_eq!(life.refuses(&start()), Refusal::NotReady(Status::Denied));
}

/// 01 §States.5: a report names the digest that was approved.
#[test]
fn a_report_of_something_else_is_refused() {
    let mut life = approved();
    life.does(&start());
    let other = report(
        Runner::Agent,
        Outcome::Executed,
        saying("something else"),
        Some(1),
    );
    assert_eq!(
        life.refuses(&other),
        Refusal::WrongDigest(life.standing.digest)
    );
}

/// 01 §States.6: each try has the next epoch, and a report with an old one is refused.
#[test]
fn a_report_of_an_earlier_run_is_refused() {
    let mut life = approved();
    life.does(&start());
    life.does(&life.report(Outcome::Failed, Some(1)));
    life.does(&retry());
    let old = Refusal::OldEpoch {
        given: 1,
        current: 2,
    };
    let late = life.report(Outcome::Executed, Some(1));
    assert_eq!(life.refuses(&late), old, "before the second try starts");
    assert_eq!(
        life.refuses(&life.report(Outcome::Failed, None)),
        old,
        "without an epoch it may as well be about the first try"
    );
    life.does(&start());
    assert_eq!(life.epoch(), 2);
    assert_eq!(life.refuses(&late), old, "and after");
    life.does(&life.report(Outcome::Executed, Some(2)));
    life.is(Status::Executed);
}

/// 01 §Execution: who runs it is the action's executor, and nobody else.
#[test]
fn agents_and_workers_keep_to_their_own() {
    let life = approved();
    let wanted = lease("w1", life.now.plus(HOUR));
    assert_eq!(life.refuses(&wanted), Refusal::OtherRunner(Executor::Agent));
    let life = for_workers(false);
    assert_eq!(
        life.refuses(&start()),
        Refusal::OtherRunner(Executor::Queue)
    );
    assert_eq!(
        life.refuses(&life.report(Outcome::Executed, None)),
        Refusal::OtherRunner(Executor::Queue)
    );
}

/// 01 §States.6: only who holds the lease reports, with its epoch.
#[test]
fn only_who_leased_it_reports() {
    let mut life = for_workers(false);
    assert!(matches!(
        life.refuses(&works(&life, "w1", None)),
        Refusal::OldEpoch { .. }
    ));
    life.does(&lease("w1", life.now.plus(MINUTE)));
    for epoch in [None, Some(1)] {
        assert!(matches!(
            life.refuses(&works(&life, "w2", epoch)),
            Refusal::OldEpoch { .. }
        ));
    }
    life.does(&works(&life, "w1", Some(1)));
    life.is(Status::Executed);
}

/// 01 §Execution: a lease goes on while its worker says so, and can't be renewed once it is over.
#[test]
fn a_lease_is_renewed_by_its_worker() {
    let mut life = for_workers(false);
    life.does(&lease("w1", life.now.plus(MINUTE)));
    life.pass(Span::from_secs(59));
    let old = Refusal::OldEpoch {
        given: 1,
        current: 1,
    };
    assert_eq!(life.refuses(&renew("w2", 1, &life)), old);
    life.does(&renew("w1", 1, &life));
    life.pass(Span::from_secs(59));
    assert!(matches!(life.refuses(&tick()), Refusal::AlreadyDecided(_)));
    life.is(Status::Executing);
    life.pass(Span::from_secs(1));
    assert_eq!(life.refuses(&renew("w1", 1, &life)), old);
}

/// 01 §Execution: a lost reply of what isn't harmless to run twice makes it unknown; a person settles it.
#[test]
fn a_lost_lease_is_unknown_and_settled_by_a_person() {
    let mut life = for_workers(false);
    life.does(&lease("w1", life.now.plus(MINUTE)));
    life.pass(MINUTE);
    life.does(&tick());
    life.is(Status::Unknown);
    assert_eq!(
        life.refuses(&works(&life, "w1", Some(1))),
        Refusal::AlreadyReported(Status::Unknown)
    );
    let again = lease("w2", life.now.plus(MINUTE));
    assert_eq!(life.refuses(&again), Refusal::AlreadyStarted(1));
    assert_eq!(life.standing.due(), None, "it is never run again by itself");
    life.does(&settle(Outcome::Executed));
    life.is(Status::Executed);
    assert_eq!(life.refuses(&retry()), Refusal::NotFailed(Status::Executed));
}

/// 01 §Execution: what is harmless to run twice is given out again, each time after a longer pause.
#[test]
fn a_lost_lease_of_something_harmless_is_given_out_again() {
    let mut life = for_workers(true);
    let mut pauses = Vec::new();
    for epoch in 1..=12 {
        life.does(&lease("w1", life.now.plus(MINUTE)));
        assert_eq!(life.epoch(), epoch);
        life.pass(MINUTE);
        let facts = life.does(&tick());
        let [Fact::LeaseLost(lost)] = &facts[..] else {
            panic!("{facts:?}");
        };
        assert!(lost.lapses_at.is_some(), "and lapses if nobody takes it");
        life.is(Status::Approved);
        let wanted = lease("w1", life.now.plus(HOUR));
        assert_eq!(life.refuses(&wanted), Refusal::Held(lost.again_at));
        assert!(
            matches!(
                life.refuses(&works(&life, "w1", Some(epoch))),
                Refusal::OldEpoch { .. }
            ),
            "what it reports late is refused"
        );
        pauses.push(lost.again_at.since(life.now).millis() / 1_000);
        life.now = lost.again_at;
    }
    assert_eq!(pauses[..4], [2, 4, 8, 16]);
    assert_eq!(pauses[11], 300);
    assert_eq!(life.refuses(&take_back("ana")), Refusal::AlreadyStarted(12));
}

/// 01 §States: failed and unknown may be retried or settled, nothing else may.
#[test]
fn only_what_failed_is_retried_or_settled() {
    let not = |status| Refusal::NotFailed(status);
    let life = approved();
    assert_eq!(life.refuses(&retry()), not(Status::Approved));
    assert_eq!(
        life.refuses(&settle(Outcome::Failed)),
        not(Status::Approved)
    );
    for outcome in [Outcome::Failed, Outcome::Unknown] {
        let mut life = approved();
        life.does(&life.report(outcome, None));
        life.does(&retry());
        life.is(Status::Approved);
        assert_eq!(
            life.standing.due(),
            Some(life.now.plus(TERMS.use_within)),
            "the retry lapses like an approval"
        );
        life.does(&start());
        life.does(&life.report(outcome, Some(2)));
        life.does(&settle(Outcome::Failed));
        life.is(Status::Failed);
        life.does(&settle(Outcome::Executed));
        life.is(Status::Executed);
    }
}

/// 01 §States: what was allowed needs no report and doesn't lapse where the agent runs it; what workers run
/// does.
#[test]
fn what_was_allowed_doesnt_lapse_where_the_agent_runs_it() {
    let mut life = Life::of(&with_verdict(Effect::Allow));
    assert_eq!(life.standing.due(), None);
    assert!(life.standing.is_done());
    life.does(&start());
    life.does(&life.report(Outcome::Failed, Some(1)));
    life.does(&retry());
    assert_eq!(life.standing.due(), None);

    let lapses_at = life.now.plus(HOUR);
    let mut life = Life::of(&Asked {
        executor: Executor::Queue,
        lapses_at: Some(lapses_at),
        ..with_verdict(Effect::Allow)
    });
    assert_eq!(life.standing.due(), Some(lapses_at));
    life.pass(HOUR);
    life.does(&tick());
    life.is(Status::Lapsed);
}

/// 01 §Snapshot: stopping cancels what is pending and revokes what is approved and not yet started.
#[test]
fn a_stop_ends_what_is_open() {
    let by = Actor::Person(person("dana"));
    let mut life = Life::of(&asked(plan(&[&["ana"]])));
    life.does(&stop());
    let settled = life.standing.settled.clone().unwrap();
    assert_eq!(
        (settled.decision, settled.by),
        (Decision::Cancelled, by.clone())
    );
    assert_eq!(life.does(&stop()), []);

    let mut life = approved();
    life.does(&stop());
    life.is(Status::Revoked);
    assert_eq!(life.refuses(&start()), Refusal::Revoked(Some(by)));
    assert_eq!(
        life.refuses(&life.report(Outcome::Executed, Some(1))),
        life.refuses(&start())
    );

    let mut life = approved();
    life.does(&start());
    assert_eq!(life.does(&stop()), [], "what runs goes on");
    life.does(&life.report(Outcome::Executed, Some(1)));
}

/// 01 §Snapshot: re-enabling brings nothing back, so what workers were allowed is revoked as well. An agent
/// runs what it was allowed without a word: that stays what it was.
#[test]
fn a_stop_ends_what_workers_were_allowed() {
    let allowed = |executor| Asked {
        executor,
        ..with_verdict(Effect::Allow)
    };
    let mut life = Life::of(&allowed(Executor::Queue));
    life.does(&stop());
    life.is(Status::Revoked);
    let mut life = Life::of(&allowed(Executor::Agent));
    assert_eq!(life.does(&stop()), []);
    life.is(Status::Allowed);
}

/// 02 “Asking”: a step has no executor; once approved there is nothing to run, and nothing to take back.
#[test]
fn a_step_has_nothing_to_run() {
    let step = |effect| Asked {
        kind: Kind::Step,
        ..match effect {
            Effect::Ask => asked(plan(&[&["ana"]])),
            effect => with_verdict(effect),
        }
    };
    let life = Life::of(&step(Effect::Allow));
    assert_eq!(life.refuses(&start()), Refusal::NotReady(Status::Allowed));

    let mut life = Life::of(&step(Effect::Ask));
    assert!(!life.standing.is_done());
    life.approve("ana");
    life.is(Status::Approved);
    assert!(life.standing.is_done());
    assert_eq!(life.standing.due(), None);
    assert_eq!(life.refuses(&start()), Refusal::NotReady(Status::Approved));
    assert!(matches!(
        life.refuses(&take_back("ana")),
        Refusal::AlreadyDecided(_)
    ));
    assert_eq!(life.does(&stop()), []);
}

/// 02 `observed`: an adapter that can't see the result says so.
#[test]
fn what_was_handed_over_is_kept_as_such() {
    let mut life = approved();
    let Command::Report { by, report, epoch } = life.report(Outcome::Executed, None) else {
        unreachable!("it is a report");
    };
    let report = crate::domain::execution::Report {
        observed: false,
        ..report
    };
    life.does(&Command::Report { by, report, epoch });
    let execution = life.standing.execution.as_ref().unwrap();
    assert_eq!(execution.state, ExecutionState::Executed);
    assert_eq!(execution.attempts[0].observed, Some(false));
}
