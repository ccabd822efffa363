//! Generated histories: people, their delegates, agents that review, the clock, the asking agent, workers
//! and an admin do things in any order, some of them twice, some too late, some with what they saw long
//! ago. After every command the invariants of 01 §States are held against what came of it.
//!
//! An ordinary run carries out 100,000 commands; `SIGNOFF_TRANSITIONS` says how many instead.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::sample::{BORN, person, plan, with_verdict};
use super::world::World;
use crate::domain::execution::{Executor, Outcome};
use crate::domain::lifecycle::{Status, Terms};
use crate::domain::request::{Asked, Kind, OnTimeout};
use crate::domain::review::{Plan, Resolver, Word};
use crate::domain::time::Span;
use crate::domain::verdict::Effect;

const COMMANDS_PER_HISTORY: usize = 40;

/// Who may be asked; omar never is, but may be a delegate.
pub const ASKED: [&str; 5] = ["ana", "ben", "dana", "lee", "agent:triage"];
const PEOPLE: [&str; 5] = ["ana", "ben", "dana", "lee", "omar"];
const EVERYBODY: [&str; 6] = ["ana", "ben", "dana", "lee", "omar", "agent:triage"];
const WORKERS: [&str; 2] = ["w1", "w2"];

/// What a command names: what is in force, something of before or of nowhere, or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    Right,
    Wrong,
    Nothing,
}

/// What an edit makes of a request.
#[derive(Debug, Clone)]
pub struct Change {
    pub text: &'static str,
    /// Whether the other plan replaces the one in force.
    pub replaces: bool,
    /// Whether a plan that stays gets a new revision.
    pub renumbers: bool,
    pub denied: bool,
}

/// Something that happens, told apart from the state that it meets.
#[derive(Debug, Clone)]
pub enum Try {
    Vote {
        by: &'static str,
        word: Word,
        digest: Named,
        plan: Named,
        change: Option<Change>,
    },
    /// One of the ballots of before is sent again.
    Repeat(Index),
    TakeBack(&'static str),
    Cancel,
    Tick,
    /// Somebody is deactivated, or active again.
    Goes(&'static str),
    Comes(&'static str),
    /// Somebody is away, and names a delegate or nobody; or is back.
    Away(&'static str, Option<&'static str>),
    Back(&'static str),
    Reroute,
    Start(Option<&'static str>),
    Renew(&'static str, Named),
    Report {
        by: Option<&'static str>,
        outcome: Outcome,
        digest: Named,
        epoch: Named,
    },
    Retry,
    Settle(Outcome),
    Stop,
}

#[derive(Debug, Clone)]
pub struct History {
    pub asked: Asked,
    /// The plan that an edit may bring.
    pub other: Plan,
    pub terms: Terms,
    /// How long workers lease.
    pub lease: Span,
    /// Each with the time that passes before it.
    pub tries: Vec<(Span, Try)>,
}

fn config() -> ProptestConfig {
    let commands = match std::env::var("SIGNOFF_TRANSITIONS") {
        Ok(wanted) => wanted.parse().expect("SIGNOFF_TRANSITIONS is a number"),
        Err(_) => 100_000_usize,
    };
    let cases = commands.div_ceil(COMMANDS_PER_HISTORY);
    ProptestConfig::with_cases(u32::try_from(cases).expect("fewer than 2^32 histories"))
}

fn named() -> impl Strategy<Value = Named> {
    prop_oneof![8 => Just(Named::Right), 1 => Just(Named::Wrong), 2 => Just(Named::Nothing)]
}

fn any_change() -> impl Strategy<Value = Change> {
    let text = select(vec!["as asked", "otherwise", "yet otherwise"]);
    (text, any::<bool>(), any::<bool>(), 0..8_u8).prop_map(|(text, replaces, renumbers, denied)| {
        Change {
            text,
            replaces,
            renumbers,
            denied: denied == 0,
        }
    })
}

fn any_vote() -> impl Strategy<Value = Try> {
    let word = prop_oneof![
        12 => Just(Word::Approve),
        1 => Just(Word::Reject),
        1 => Just(Word::Respond),
    ];
    let by = select(EVERYBODY.to_vec());
    let change = proptest::option::weighted(0.25, any_change());
    (by, word, named(), named(), change).prop_map(|(by, word, digest, plan, change)| Try::Vote {
        by,
        word,
        digest,
        plan,
        change,
    })
}

fn any_report() -> impl Strategy<Value = Try> {
    let outcomes = vec![Outcome::Executed, Outcome::Failed, Outcome::Unknown];
    (by_whom(), select(outcomes), named(), named()).prop_map(|(by, outcome, digest, epoch)| {
        Try::Report {
            by,
            outcome,
            digest,
            epoch,
        }
    })
}

/// The agent, or a worker.
fn by_whom() -> impl Strategy<Value = Option<&'static str>> {
    proptest::option::of(select(WORKERS.to_vec()))
}

fn any_try() -> impl Strategy<Value = Try> {
    let somebody = || select(PEOPLE.to_vec());
    let delegate = proptest::option::weighted(0.8, somebody());
    prop_oneof![
        24 => any_vote(),
        3 => any::<Index>().prop_map(Try::Repeat),
        3 => select(EVERYBODY.to_vec()).prop_map(Try::TakeBack),
        1 => Just(Try::Cancel),
        6 => Just(Try::Tick),
        2 => somebody().prop_map(Try::Goes),
        2 => somebody().prop_map(Try::Comes),
        3 => (somebody(), delegate).prop_map(|(who, delegate)| Try::Away(who, delegate)),
        1 => somebody().prop_map(Try::Back),
        2 => Just(Try::Reroute),
        8 => by_whom().prop_map(Try::Start),
        2 => (select(WORKERS.to_vec()), named()).prop_map(|(who, epoch)| Try::Renew(who, epoch)),
        8 => any_report(),
        2 => Just(Try::Retry),
        1 => select(vec![Outcome::Executed, Outcome::Failed]).prop_map(Try::Settle),
        1 => Just(Try::Stop),
    ]
}

fn any_pause() -> impl Strategy<Value = Span> {
    let pauses = [
        0, 0, 0, 1, 10, 999, 1_000, 10_000, 60_000, 600_000, 3_600_000,
    ];
    select(pauses.map(Span::from_millis).to_vec())
}

fn any_span(longest: i64) -> impl Strategy<Value = Span> {
    (1..longest * 1_000).prop_map(Span::from_millis)
}

/// Who is asked, in stages; at times nobody, or none needed, which never approves.
fn any_plan() -> impl Strategy<Value = Plan> {
    let stage = (subsequence(&ASKED[..], 0..=5), 0..6_u8);
    let stages = proptest::collection::vec(stage, 0..=3);
    let needed = prop_oneof![1 => Just(0), 10 => Just(1), 8 => Just(2), 2 => Just(3)];
    let separate = proptest::option::weighted(0.4, subsequence(&PEOPLE[..4], 0..=2));
    let delay = proptest::option::weighted(0.3, any_span(3_600));
    let times = (
        proptest::option::weighted(0.9, any_span(7_200)),
        proptest::option::weighted(0.5, any_span(3_600)),
        any::<bool>(),
    );
    (stages, needed, separate, delay, times).prop_map(
        |(stages, needed, separate, delay, (lasts, escalate_after, escalates))| {
            let names: Vec<_> = stages.iter().map(|(names, _)| &names[..]).collect();
            let mut plan = Plan {
                needed,
                separate: separate.is_some(),
                excluded: separate.iter().flatten().map(|name| person(name)).collect(),
                lasts,
                escalate_after,
                on_timeout: match escalates {
                    true => OnTimeout::Escalate,
                    false => OnTimeout::Reject,
                },
                ..plan(&names)
            };
            for (stage, (_, dice)) in plan.stages.iter_mut().zip(&stages) {
                stage.skipped = (*dice == 0).then(|| "passed over".into());
            }
            // Only a single approval that needn't be somebody else's is ever left to a delay.
            if let (Some(delay), Some(first)) = (delay, plan.stages.first_mut())
                && (needed, separate) == (1, None)
            {
                first.resolver = Resolver::AutoAfter(delay);
            }
            let first = plan.stages.iter().position(|stage| stage.skipped.is_none());
            let opened = first.map_or(plan.stages.len(), |index| index + 1);
            plan.opened = u32::try_from(opened).expect("few stages");
            plan
        },
    )
}

fn any_asked() -> impl Strategy<Value = Asked> {
    let effect = prop_oneof![
        10 => Just(Effect::Ask),
        2 => Just(Effect::Allow),
        1 => Just(Effect::Deny),
    ];
    let executor = select(vec![Executor::Agent, Executor::Queue]);
    let flags = (any::<bool>(), any::<bool>(), 0..10_u8);
    (effect, any_plan(), executor, flags, any_span(7_200)).prop_map(
        |(effect, plan, executor, (waiting, idempotent, kind), lapses)| Asked {
            kind: match kind {
                0 => Kind::Step,
                _ => Kind::ToolCall,
            },
            executor,
            waiting,
            idempotent,
            lapses_at: (effect == Effect::Allow && executor == Executor::Queue)
                .then(|| BORN.plus(lapses)),
            ..match effect {
                Effect::Ask => super::sample::asked(plan),
                effect => with_verdict(effect),
            }
        },
    )
}

fn any_history() -> impl Strategy<Value = History> {
    let terms = (any_span(7_200), select(vec![0, 0, 5_000, 60_000]));
    let tries = proptest::collection::vec((any_pause(), any_try()), COMMANDS_PER_HISTORY);
    (any_asked(), any_plan(), terms, any_span(900), tries).prop_map(
        |(asked, other, (use_within, undo), lease, tries)| History {
            asked,
            other,
            terms: Terms {
                use_within,
                undo: Span::from_millis(undo),
            },
            lease,
            tries,
        },
    )
}

proptest! {
    #![proptest_config(config())]

    /// 01 §States.1 to 8 and 14.
    #[test]
    fn the_invariants_hold_through_every_history(history in any_history()) {
        World::live(&history)?;
    }
}

/// The histories would prove little if they were all alike.
#[test]
fn histories_come_to_everything_that_can_happen() {
    let mut runner = TestRunner::deterministic();
    let mut reached = BTreeSet::new();
    for _ in 0..1_500 {
        let history = any_history().new_tree(&mut runner).unwrap().current();
        reached.extend(World::live(&history).unwrap());
    }
    let statuses = Status::ALL.map(Status::word);
    let facts = [
        "request.voted",
        "request.vote_taken_back",
        "request.edited",
        "request.reminded",
        "request.approved",
        "request.rejected",
        "request.answered",
        "request.expired",
        "request.cancelled",
        "execution.started",
        "execution.renewed",
        "execution.lease_lost",
        "execution.reported",
        "execution.retried",
        "execution.settled",
        "execution.lapsed",
        "execution.revoked",
        "Escalated",
        "TimedOut",
        "Unavailable",
        "Delegated",
        "approved by a quorum",
        "approved by a delegate",
        "approved by an agent",
        "approved by a delay",
        "approved as edited",
        "approved after an edit that voided votes",
    ];
    for wanted in statuses.iter().chain(&facts) {
        assert!(reached.contains(*wanted), "{wanted} was never reached");
    }
}
