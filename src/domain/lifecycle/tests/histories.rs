//! Generated histories: people, their delegates, agents that review, the clock, the asking agent, workers
//! and an admin do things in any order, some of them twice, some too late, some with what they saw long
//! ago. After every command the invariants of 01 §States are held against what came of it.
//!
//! An ordinary run carries out 100,000 commands; `SIGNOFF_TRANSITIONS` says how many instead.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
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
    Repeat(usize),
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
    /// An admin saves another policy.
    Rules(Terms),
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

/// Throws from which one try is made: of small numbers, so that a history that breaks something shrinks.
#[derive(Debug, Clone, Copy)]
struct Throws([u8; 6]);

impl Throws {
    fn of<T: Copy>(self, throw: usize, from: &[T]) -> T {
        from[usize::from(self.0[throw]) % from.len()]
    }

    fn somebody(self) -> &'static str {
        self.of(1, &PEOPLE)
    }

    fn anybody(self) -> &'static str {
        self.of(1, &EVERYBODY)
    }

    fn worker(self) -> &'static str {
        self.of(2, &WORKERS)
    }

    /// The agent, or a worker.
    fn runner(self) -> Option<&'static str> {
        self.of(1, &[None, Some(WORKERS[0]), Some(WORKERS[1]), None])
    }

    fn named(self, throw: usize) -> Named {
        use Named::{Nothing, Right, Wrong};
        self.of(
            throw,
            &[
                Right, Right, Right, Right, Right, Right, Right, Nothing, Nothing, Wrong,
            ],
        )
    }

    fn change(self) -> Option<Change> {
        let bits = self.0[5];
        let changes = bits % 4 == 3;
        changes.then(|| Change {
            text: ["as asked", "otherwise", "yet otherwise"][usize::from(bits / 4 % 3)],
            replaces: bits & 16 > 0,
            renumbers: bits & 32 > 0,
            denied: bits > 224,
        })
    }

    fn vote(self) -> Try {
        use Word::{Approve, Reject, Respond};
        let most = [Approve; 12];
        let words = [&most[..], &[Reject, Respond]].concat();
        Try::Vote {
            by: self.anybody(),
            word: self.of(2, &words),
            digest: self.named(3),
            plan: self.named(4),
            change: self.change(),
        }
    }

    fn report(self) -> Try {
        use Outcome::{Executed, Failed, Unknown};
        Try::Report {
            by: self.runner(),
            outcome: self.of(2, &[Executed, Failed, Unknown]),
            digest: self.named(3),
            epoch: self.named(4),
        }
    }

    fn absence(self) -> Try {
        let delegate = self.of(2, &PEOPLE);
        Try::Away(self.somebody(), (self.0[3] > 50).then_some(delegate))
    }

    fn terms(self) -> Terms {
        Terms {
            use_within: Span::from_millis(self.of(1, &[0, 1, 60_000, 7_200_000])),
            undo: Span::from_millis(self.of(2, &[0, 1_000, 60_000])),
        }
    }

    fn attempt(self) -> Try {
        match self.0[0] % 72 {
            0..24 => self.vote(),
            24..27 => Try::Repeat(self.0[1].into()),
            27..30 => Try::TakeBack(self.anybody()),
            30 => Try::Cancel,
            31..37 => Try::Tick,
            37..39 => Try::Goes(self.somebody()),
            39..41 => Try::Comes(self.somebody()),
            41..44 => self.absence(),
            44 => Try::Back(self.somebody()),
            45..47 => Try::Reroute,
            47..55 => Try::Start(self.runner()),
            55..57 => Try::Renew(self.worker(), self.named(3)),
            57..66 => self.report(),
            66..68 => Try::Retry,
            68 => Try::Settle(self.of(1, &[Outcome::Executed, Outcome::Failed])),
            69 => Try::Stop,
            _ => Try::Rules(self.terms()),
        }
    }
}

fn any_try() -> impl Strategy<Value = (Span, Try)> {
    const PAUSES: [i64; 11] = [
        0, 0, 0, 1, 10, 999, 1_000, 10_000, 60_000, 600_000, 3_600_000,
    ];
    (any::<u8>(), any::<[u8; 6]>()).prop_map(|(pause, throws)| {
        let pause = PAUSES[usize::from(pause) % PAUSES.len()];
        (Span::from_millis(pause), Throws(throws).attempt())
    })
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
    let tries = proptest::collection::vec(any_try(), COMMANDS_PER_HISTORY);
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

    /// 01 §States ¶2; 01 §States.1 to 8, 12, 14 and 15.
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
