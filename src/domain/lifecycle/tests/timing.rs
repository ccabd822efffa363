//! What the clock does, and whom it goes to (01 §Time, 01 §Who reviews).

use super::sample::{
    BORN, HOUR, Life, MINUTE, TERMS, asked, cancel, delay, people, plan, reject, tick, tick_to,
    vote,
};
use crate::domain::actor::Actor;
use crate::domain::event::{Fact, RouteReason, Routed};
use crate::domain::lifecycle::{Command, Opening, Refusal, Status};
use crate::domain::request::OnTimeout;
use crate::domain::review::Plan;
use crate::domain::time::Span;

fn routed(facts: &[Fact]) -> &Routed {
    match facts {
        [Fact::Routed(routed)] => routed,
        other => panic!("{other:?}"),
    }
}

fn reroute(stranded: bool, next: Option<(u32, &[&str])>, watchers: &[&str]) -> Command {
    Command::Reroute {
        stranded,
        next: next.map(|(opened, watchers)| Opening {
            opened,
            watchers: people(watchers),
        }),
        watchers: people(watchers),
    }
}

/// 01 §Time, 01 §States.8: a deadline expires a request when it has come, and not a moment before.
#[test]
fn a_deadline_expires_what_nobody_decided() {
    let mut life = Life::of(&asked(plan(&[&["ana"]])));
    life.does_reminders_until(HOUR);
    life.now = BORN.plus(HOUR).plus(Span::from_millis(-1));
    assert_eq!(life.refuses(&tick()), Refusal::NotDue);
    life.pass(Span::from_millis(1));
    life.does(&tick());
    life.is(Status::Expired);
    let settled = life.standing.settled.as_ref().unwrap();
    assert_eq!((&settled.by, settled.at), (&Actor::Clock, BORN.plus(HOUR)));
    assert_eq!(
        life.refuses(&tick()),
        Refusal::Expired(settled.at),
        "a stale timer changes nothing"
    );
}

/// 01 §Time: `"never"` is allowed.
#[test]
fn what_never_expires_waits() {
    let mut life = Life::of(&asked(Plan {
        lasts: None,
        ..plan(&[&["ana"]])
    }));
    assert_eq!(life.standing.due(), None);
    life.pass(Span::from_hours(24 * 365));
    assert_eq!(life.refuses(&tick()), Refusal::NotDue);
    life.approve("ana");
    life.is(Status::Approved);
}

impl Life {
    /// Lets every reminder before then be sent.
    fn does_reminders_until(&mut self, span: Span) {
        while let Some(due) = self.standing.due().filter(|due| *due < BORN.plus(span)) {
            self.now = due;
            assert!(matches!(self.does(&tick())[..], [Fact::Reminded(_)]));
        }
    }
}

/// 01 §Time: reviewers are reminded at half and at nine tenths of the time, each once.
#[test]
fn reviewers_are_reminded_at_half_and_at_nine_tenths() {
    let mut life = Life::of(&asked(plan(&[&["ana"]])));
    for minutes in [30, 54] {
        let at = BORN.plus(Span::from_secs(minutes * 60));
        assert_eq!(life.standing.due(), Some(at));
        life.now = at;
        assert!(matches!(life.does(&tick())[..], [Fact::Reminded(_)]));
        assert_eq!(life.refuses(&tick()), Refusal::NotDue);
    }
    assert_eq!(life.standing.due(), Some(BORN.plus(HOUR)));
}

/// 01 §States.8: no reminder comes early, however odd the time is.
#[test]
fn odd_times_round_up() {
    let mut life = Life::of(&asked(Plan {
        lasts: Some(Span::from_millis(1_005)),
        ..plan(&[&["ana"]])
    }));
    for at in [503, 905, 1_005] {
        let at = BORN.plus(Span::from_millis(at));
        assert_eq!(life.standing.due(), Some(at));
        life.now = at;
        life.does(&tick());
    }
}

/// 01 §Time: reminders that were missed while the gate was down are one.
#[test]
fn missed_reminders_are_one() {
    let mut life = Life::of(&asked(plan(&[&["ana"]])));
    life.pass(Span::from_secs(59 * 60));
    assert!(matches!(
        &life.does(&tick())[..],
        [Fact::Reminded(reminded)] if reminded.times == 2
    ));
    assert_eq!(life.refuses(&tick()), Refusal::NotDue);
}

/// 01 §Time: on timeout the next fallback is asked, with a fresh deadline, and earlier ones may still
/// decide; after the last it expires.
#[test]
fn a_timeout_escalates_to_the_next_stage() {
    let mut life = Life::of(&asked(Plan {
        on_timeout: OnTimeout::Escalate,
        ..plan(&[&["ana"], &["dana"]])
    }));
    life.pass(HOUR);
    let facts = life.does(&tick_to(2, &["ana", "dana"]));
    let routed = routed(&facts);
    assert_eq!(routed.why, RouteReason::TimedOut);
    assert_eq!(routed.expires_at, Some(life.now.plus(HOUR)));
    let plan = life.standing.plan.as_ref().unwrap();
    assert!(plan.asks(&super::sample::reviewer("ana")));
    assert!(plan.asks(&super::sample::reviewer("dana")));
    assert_eq!(
        life.standing.due(),
        Some(life.now.plus(Span::from_secs(1_800))),
        "the fresh deadline has reminders of its own"
    );
    life.pass(HOUR);
    life.does(&tick());
    life.is(Status::Expired);
}

/// 01 §Time: `reject`, the default, expires whoever could be asked next.
#[test]
fn a_timeout_rejects_by_default() {
    let mut life = Life::of(&asked(plan(&[&["ana"], &["dana"]])));
    life.pass(HOUR);
    life.does(&tick_to(2, &["ana", "dana"]));
    life.is(Status::Expired);
}

/// 01 §Time: `escalate_after` moves it on before its deadline, which stays.
#[test]
fn escalation_adds_the_next_reviewers() {
    let mut life = Life::of(&asked(Plan {
        escalate_after: Some(MINUTE),
        ..plan(&[&["ana"], &["dana"]])
    }));
    life.pass(MINUTE);
    let facts = life.does(&tick_to(2, &["ana", "dana"]));
    let routed = routed(&facts);
    assert_eq!(routed.why, RouteReason::Escalated);
    assert_eq!(routed.expires_at, Some(BORN.plus(HOUR)));
    assert_eq!(routed.escalates_at, None, "nobody comes after the last");
    life.approve("ana");
    life.is(Status::Approved);
}

/// 01 §Time: where only stages are left that were skipped, nothing is escalated.
#[test]
fn skipped_stages_are_not_escalated_to() {
    let mut skipped = plan(&[&["ana"], &[]]);
    skipped.escalate_after = Some(MINUTE);
    skipped.stages[1].skipped = Some("it stands for nobody".into());
    let life = Life::of(&asked(skipped));
    assert_eq!(life.standing.escalates_at, None);
}

/// 01 §Who reviews (`auto_after`): approves by itself when the delay has passed and nobody rejected.
#[test]
fn a_delay_approves_what_nobody_rejected() {
    let mut life = Life::of(&asked(delay(&["ana"])));
    life.pass(Span::from_millis(599_999));
    assert_eq!(life.refuses(&tick()), Refusal::NotDue);
    life.pass(Span::from_millis(1));
    life.does(&tick());
    life.is(Status::Approved);
    let settled = life.standing.settled.as_ref().unwrap();
    assert_eq!(settled.by, Actor::Clock);
    let reason = settled.reason.as_ref().unwrap().plain_line();
    assert!(reason.contains("auto_after:10m"), "it is named: {reason}");

    let mut life = Life::of(&asked(delay(&["ana"])));
    life.does(&reject("ana"));
    life.pass(HOUR);
    assert!(matches!(life.refuses(&tick()), Refusal::AlreadyDecided(_)));
}

/// 01 §Who reviews (`auto_after`): while it counts down it can be approved as well.
#[test]
fn a_delay_can_be_cut_short() {
    let mut life = Life::of(&asked(delay(&["ana"])));
    life.approve("ana");
    life.is(Status::Approved);
    life.pass(Span::from_secs(600));
    assert_eq!(life.refuses(&tick()), life.refuses(&cancel()));
}

/// 01 §Who reviews: an empty reviewer list never approves, so a delay ends where nobody could reject.
#[test]
fn a_delay_ends_when_nobody_is_left() {
    let mut life = Life::of(&asked(delay(&["ana"])));
    life.does(&reroute(true, None, &[]));
    life.pass(HOUR);
    life.does(&tick());
    life.is(Status::Expired);
}

/// 01 §Who reviews: when the last eligible reviewer becomes unavailable, it moves on at once.
#[test]
fn a_stranded_request_moves_on_at_once() {
    let mut life = Life::of(&asked(plan(&[&["ana"], &["dana"]])));
    let facts = life.does(&reroute(true, Some((2, &["dana"])), &[]));
    let routed = routed(&facts);
    assert_eq!(routed.why, RouteReason::Unavailable);
    assert_eq!(routed.expires_at, Some(BORN.plus(HOUR)));
    assert_eq!(life.standing.watchers, people(&["dana"]));
    life.approve("dana");
    life.is(Status::Approved);
}

/// 01 §Who reviews: where nobody can decide, it stays undecidable and expires.
#[test]
fn what_nobody_can_decide_expires() {
    let mut life = Life::of(&asked(plan(&[&["ana"], &["dana"]])));
    life.does(&reroute(true, None, &[]));
    assert_eq!(life.standing.watchers, []);
    assert_eq!(life.does(&reroute(true, None, &[])), [], "once is enough");
    life.pass(HOUR);
    life.does(&tick());
    life.is(Status::Expired);
}

/// 01 §Delegation: who answers for whom is looked at again when somebody comes or goes.
#[test]
fn delegates_are_shown_what_waits_for_the_absent() {
    let mut life = Life::of(&asked(plan(&[&["ana"]])));
    assert_eq!(life.does(&reroute(false, None, &["ana"])), []);
    let facts = life.does(&reroute(false, None, &["ana", "ben"]));
    assert_eq!(routed(&facts).why, RouteReason::Delegated);
    assert_eq!(life.standing.watchers, people(&["ana", "ben"]));
}

/// 01 §States.8: what is overdue is settled by the clock, and by nothing else.
#[test]
fn what_is_overdue_is_left_to_the_clock() {
    let mut life = Life::of(&asked(plan(&[&["ana"], &["dana"]])));
    life.pass(HOUR);
    let expired = Refusal::Expired(life.now);
    assert_eq!(life.refuses(&vote(life.approval("ana"))), expired);
    assert_eq!(life.refuses(&cancel()), expired);
    assert_eq!(life.refuses(&super::sample::stop()), expired);
    assert_eq!(life.does(&reroute(true, Some((2, &["dana"])), &[])), []);
}

/// 01 §Execution: an approval not started within `use_within` lapses.
#[test]
fn an_unused_approval_lapses() {
    let mut life = Life::of(&asked(plan(&[&["ana"]])));
    life.approve("ana");
    life.pass(TERMS.use_within);
    assert_eq!(
        life.refuses(&super::sample::start()),
        Refusal::Lapsed(life.now)
    );
    life.does(&tick());
    life.is(Status::Lapsed);
    assert!(matches!(life.refuses(&tick()), Refusal::AlreadyDecided(_)));
}
