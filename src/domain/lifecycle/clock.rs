//! The clock's part: what becomes of a request when nobody does anything, and whom it goes to when those
//! who were asked can't answer.

use super::refusal::Refusal;
use super::standing::{Execution, Settlement, Standing};
use super::status::{Decision, State};
use super::vote::{Terms, require_pending, settle_without_reason};
use crate::domain::actor::Actor;
use crate::domain::event::{Fact, Lapsed, LeaseLost, Reminded, RouteReason, Routed};
use crate::domain::execution::{ExecutionState, Outcome, Report};
use crate::domain::id::PersonId;
use crate::domain::request::OnTimeout;
use crate::domain::review::Plan;
use crate::domain::time::{At, Span};
use crate::domain::untrusted::Untrusted;

/// When reviewers are reminded, in tenths of the time they have.
const REMINDERS: [i64; 2] = [5, 9];
/// How long a lost lease of a harmless action is left alone, at first; twice as long each time.
const BACKOFF: Span = Span::from_secs(2);
/// The longest such pause.
const LONGEST_BACKOFF: Span = Span::from_secs(5 * 60);

/// The next stage of a plan that can open now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// How many stages are open then.
    pub opened: u32,
    /// Everybody who may decide then.
    pub watchers: Vec<PersonId>,
}

/// The one thing that falls due next, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    // Of things due at the same moment the first counts.
    Expires,
    Approves,
    Escalates,
    Reminds,
    LosesLease,
    Lapses,
}

impl Standing {
    /// When the clock has something to do with it.
    pub fn due(&self) -> Option<At> {
        self.next_due().map(|(at, _)| at)
    }

    fn next_due(&self) -> Option<(At, Due)> {
        self.dues().into_iter().flatten().min()
    }

    /// What the clock has to do by now: the first that fell due. A reminder comes last; of what has ended
    /// meanwhile nobody is reminded.
    fn overdue(&self, now: At) -> Option<Due> {
        let dues = self.dues().into_iter().flatten();
        let overdue = dues.filter(|(at, _)| *at <= now);
        let first = overdue.min_by_key(|(at, due)| (*due == Due::Reminds, *at, *due));
        first.map(|(_, due)| due)
    }

    /// Everything that the clock will have to do with it, as it stands.
    fn dues(&self) -> [Option<(At, Due)>; 4] {
        let on = |at: Option<At>, due| at.map(|at| (at, due));
        if self.state == State::Pending {
            return [
                on(self.expires_at, Due::Expires),
                on(self.approves_at, Due::Approves),
                on(self.escalates_at, Due::Escalates),
                on(self.reminds_at(), Due::Reminds),
            ];
        }
        let of_run = |execution: &Execution| match execution.state {
            ExecutionState::Ready => on(execution.lapses_at, Due::Lapses),
            ExecutionState::Running => {
                let lease = execution.lease.as_ref();
                on(lease.map(|lease| lease.until), Due::LosesLease)
            }
            _ => None,
        };
        [self.execution.as_ref().and_then(of_run), None, None, None]
    }

    fn reminds_at(&self) -> Option<At> {
        let tenths = REMINDERS.get(self.reminders as usize)?;
        let whole = self.expires_at?.since(self.runs_since).millis();
        // Rounded up: nothing fires early.
        let part = whole / 10 * tenths + (whole % 10 * tenths + 9) / 10;
        Some(self.runs_since.plus(Span::from_millis(part)))
    }
}

pub(super) fn tick(
    standing: &Standing,
    next: Option<&Opening>,
    terms: Terms,
    now: At,
) -> Result<Vec<Fact>, Refusal> {
    let Some(due) = standing.overdue(now) else {
        return match standing.state {
            State::Pending => Err(Refusal::NotDue),
            _ => require_pending(standing, now).and(Err(Refusal::NotDue)),
        };
    };
    Ok(match due {
        Due::Expires => vec![timed_out(standing, next, now)],
        Due::Approves => vec![approved_by_delay(standing, terms, now)],
        Due::Escalates => {
            let watchers = &standing.watchers;
            vec![routed(
                standing,
                RouteReason::Escalated,
                next,
                watchers,
                now,
            )]
        }
        Due::Reminds => vec![reminded(standing, now)],
        Due::LosesLease => vec![lease_lost(standing, terms, now)],
        Due::Lapses => vec![Fact::Lapsed(Lapsed {})],
    })
}

fn timed_out(standing: &Standing, next: Option<&Opening>, now: At) -> Fact {
    let escalates = standing
        .plan
        .as_ref()
        .is_some_and(|plan| plan.on_timeout == OnTimeout::Escalate);
    match next {
        Some(next) if escalates => {
            let why = RouteReason::TimedOut;
            routed(standing, why, Some(next), &next.watchers, now)
        }
        _ => settle_without_reason(Decision::Expired, Actor::Clock, now, standing.tells_agent),
    }
}

fn approved_by_delay(standing: &Standing, terms: Terms, now: At) -> Fact {
    let reason = standing
        .plan
        .as_ref()
        .and_then(Plan::delay)
        .map_or_else(String::new, |delay| {
            format!("nobody rejected it for {delay} (auto_after:{delay})")
        });
    Fact::Settled(Settlement {
        decision: Decision::Approved,
        by: Actor::Clock,
        at: now,
        reason: Some(Untrusted::from(reason)),
        answer: None,
        notify_agent: standing.tells_agent,
        lapses_at: standing.runs.then(|| now.plus(terms.use_within)),
        held_until: terms.held_until(now).filter(|_| standing.runs),
    })
}

/// The next stage opens; where none can, all are open, and the request only waits for its deadline, with
/// those who may decide now.
fn routed(
    standing: &Standing,
    why: RouteReason,
    next: Option<&Opening>,
    now_watching: &[PersonId],
    now: At,
) -> Fact {
    let plan = standing.plan.as_ref();
    let stages = plan.map_or(0, |plan| plan.stages.len());
    let opened = next.map_or(u32::try_from(stages).unwrap_or(u32::MAX), |next| {
        next.opened
    });
    let fresh = plan.and_then(|plan| plan.lasts).map(|span| now.plus(span));
    Fact::Routed(Routed {
        why,
        opened,
        watchers: next.map_or_else(|| now_watching.to_vec(), |next| next.watchers.clone()),
        expires_at: match why {
            RouteReason::TimedOut => fresh,
            _ => standing.expires_at,
        },
        escalates_at: plan.and_then(|plan| plan.escalates_at(opened, now)),
    })
}

/// A late reminder is one reminder, however many moments were missed.
fn reminded(standing: &Standing, now: At) -> Fact {
    let mut after = standing.clone();
    while after.reminds_at().is_some_and(|at| at <= now) {
        after.reminders += 1;
    }
    Fact::Reminded(Reminded {
        times: after.reminders,
    })
}

/// A worker that isn't heard of may have done it or not. What is harmless to run twice is given out
/// again; of anything else a person has to find out.
fn lease_lost(standing: &Standing, terms: Terms, now: At) -> Fact {
    let epoch = standing.execution.as_ref().map_or(0, |e| e.epoch);
    if standing.idempotent {
        let pause = BACKOFF.millis() << epoch.saturating_sub(1).min(10);
        let pause = Span::from_millis(pause.min(LONGEST_BACKOFF.millis()));
        return Fact::LeaseLost(LeaseLost {
            epoch,
            again_at: now.plus(pause),
            lapses_at: standing.lapses_unused(terms.use_within, now),
        });
    }
    Fact::Reported(Report {
        outcome: Outcome::Unknown,
        digest: standing.digest,
        epoch,
        result: None,
        error: Some(Untrusted::from(
            "the worker was not heard of before its lease ran out",
        )),
        observed: false,
    })
}

/// Somebody came or went: where nobody who was asked can decide any more, the next stage opens at once.
pub(super) fn reroute(
    standing: &Standing,
    stranded: bool,
    next: Option<&Opening>,
    watchers: &[PersonId],
    now: At,
) -> Vec<Fact> {
    // What is overdue is the clock's.
    if require_pending(standing, now).is_err() {
        return Vec::new();
    }
    let stages = standing.plan.as_ref().map_or(0, |plan| plan.stages.len());
    let opened = standing
        .plan
        .as_ref()
        .map_or(0, |plan| plan.opened as usize);
    if stranded && (next.is_some() || opened < stages || standing.approves_at.is_some()) {
        let why = RouteReason::Unavailable;
        return vec![routed(standing, why, next, watchers, now)];
    }
    if watchers == standing.watchers {
        return Vec::new();
    }
    vec![Fact::Routed(Routed {
        why: RouteReason::Delegated,
        opened: u32::try_from(opened).unwrap_or(u32::MAX),
        watchers: watchers.to_vec(),
        expires_at: standing.expires_at,
        escalates_at: standing.escalates_at,
    })]
}
