//! Histories to be lived through: what is asked, and what people, the clock and the agent try then.

use proptest::prelude::*;

use super::super::*;
use crate::domain::execution::Outcome;
use crate::domain::id::{RequestId, TokenId};
use crate::domain::request::{Kind, OnTimeout, Trigger};
use crate::domain::review::{Remember, Resolver, Step};
use crate::domain::risk::{Assessment, Risk};
use crate::domain::verdict::{RungName, Verdict};

const COMMANDS_PER_HISTORY: usize = 25;
pub const BORN: At = At::from_millis(1_800_000_000_000);
pub const REVISION: u32 = 3;

/// The first four may be asked; omar never is.
const PEOPLE: [&str; 5] = ["ana", "ben", "dana", "lee", "omar"];

/// As many histories as it takes.
pub fn config() -> ProptestConfig {
    let commands = match std::env::var("SIGNOFF_TRANSITIONS") {
        Ok(wanted) => wanted.parse().expect("SIGNOFF_TRANSITIONS is a number"),
        Err(_) => 100_000_usize,
    };
    let cases = commands.div_ceil(COMMANDS_PER_HISTORY);
    ProptestConfig::with_cases(u32::try_from(cases).expect("fewer than 2^32 histories"))
}

/// What a command names: what is in force, something else, or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    Right,
    Wrong,
    Nothing,
}

/// Something that happens to a request, told apart from the state that it meets.
#[derive(Debug, Clone)]
pub enum Try {
    Vote {
        by: &'static str,
        word: Word,
        digest: Named,
        plan: Named,
        eligible: bool,
    },
    Cancel,
    Expire,
    Start,
    Report {
        outcome: Outcome,
        digest: Named,
        epoch: Named,
    },
    Lapse,
    Stop,
}

impl Try {
    /// The command that it comes to for a request that stands so.
    pub fn command(&self, standing: &Standing, use_within: Span) -> Command {
        match self {
            Try::Vote {
                by,
                word,
                digest,
                plan,
                eligible,
            } => Command::Vote {
                ballot: ballot(by, *word, *digest, *plan),
                eligible: *eligible,
                use_within,
            },
            Try::Cancel => Command::Cancel { agent: agent() },
            Try::Expire => Command::Expire,
            Try::Start => Command::Start,
            Try::Report {
                outcome,
                digest,
                epoch,
            } => {
                let current = standing.execution.as_ref().map_or(0, |e| e.epoch);
                Command::Report {
                    report: report(*outcome, named_digest(*digest).unwrap_or_else(in_force)),
                    epoch: match epoch {
                        Named::Right => Some(current.max(1)),
                        Named::Wrong => Some(current.checked_sub(1).unwrap_or(2)),
                        Named::Nothing => None,
                    },
                }
            }
            Try::Lapse => Command::Lapse,
            Try::Stop => Command::Stop { by: stopper() },
        }
    }
}

#[derive(Debug, Clone)]
pub struct History {
    pub asked: Asked,
    pub use_within: Span,
    /// Each with the time that passes before it.
    pub tries: Vec<(Span, Try)>,
}

fn in_force() -> Digest {
    Digest::of_bytes(b"as the reviewer saw it")
}

fn another() -> Digest {
    Digest::of_bytes(b"as it was before")
}

fn person(name: &str) -> PersonId {
    name.parse().unwrap()
}

fn agent() -> AgentId {
    "outreach".parse().unwrap()
}

fn stopper() -> Actor {
    Actor::Person(person("dana"))
}

fn asked(effect: Effect, steps: Vec<Step>, waits: Option<Span>, waiting: bool) -> Asked {
    let asks = effect == Effect::Ask;
    Asked {
        id: RequestId::from_bytes([7; 16]),
        agent: agent(),
        action: "email.send".parse().unwrap(),
        kind: Kind::ToolCall,
        digest: in_force(),
        headline: Untrusted::from("email to jane@acme.example"),
        title: None,
        reason: None,
        trigger: Trigger::Api,
        conversation: None,
        node: None,
        on_behalf_of: None,
        resource: None,
        recipients: Vec::new(),
        recipients_claimed: false,
        context: None,
        declared_risk: None,
        expires_in: None,
        waiting,
        voice: None,
        executor: Executor::Agent,
        risk: Assessment {
            level: Risk::Medium,
            reasons: Vec::new(),
        },
        verdict: Verdict {
            effect,
            rung: RungName::Ask,
            rule: None,
            text: Untrusted::default(),
        },
        trace: Vec::new(),
        opt_in: None,
        parties: Vec::new(),
        plan: asks.then_some(Plan {
            revision: REVISION,
            policy_version: 0,
            steps,
            separate: false,
            guidance: None,
        }),
        expires_at: waits.filter(|_| asks).map(|span| BORN.plus(span)),
        on_timeout: OnTimeout::Reject,
    }
}

/// Every vote there is, the more likely ones several times.
fn votes() -> Vec<Try> {
    use Named::{Nothing, Right, Wrong};
    use Word::{Approve, Reject};

    let mut votes = Vec::new();
    for by in PEOPLE {
        for word in [Approve, Approve, Approve, Reject] {
            for digest in [Right, Right, Right, Right, Wrong, Nothing] {
                for plan in [Nothing, Nothing, Right, Right, Wrong] {
                    for eligible in [true, true, true, true, false] {
                        votes.push(Try::Vote {
                            by,
                            word,
                            digest,
                            plan,
                            eligible,
                        });
                    }
                }
            }
        }
    }
    votes
}

/// Every report there is, the more likely ones several times.
fn reports() -> Vec<Try> {
    use Named::{Nothing, Right, Wrong};

    let mut reports = Vec::new();
    for outcome in [Outcome::Executed, Outcome::Failed, Outcome::Unknown] {
        for digest in [Right, Right, Right, Wrong] {
            for epoch in [Right, Right, Wrong, Nothing] {
                reports.push(Try::Report {
                    outcome,
                    digest,
                    epoch,
                });
            }
        }
    }
    reports
}

fn any_try() -> impl Strategy<Value = Try> {
    prop_oneof![
        12 => proptest::sample::select(votes()),
        1 => Just(Try::Cancel),
        3 => Just(Try::Expire),
        3 => Just(Try::Start),
        3 => proptest::sample::select(reports()),
        3 => Just(Try::Lapse),
        1 => Just(Try::Stop),
    ]
}

fn any_pause() -> impl Strategy<Value = Span> {
    let pauses = [0, 0, 1, 10, 999, 1_000, 30_000, 60_000, 600_000, 3_600_000];
    proptest::sample::select(pauses.map(Span::from_millis).to_vec())
}

/// Who is asked, and how many of them; at times nobody, or none needed, which never approves.
fn any_step() -> impl Strategy<Value = Step> {
    let reviewers = proptest::sample::subsequence(&PEOPLE[..4], 0..=4);
    let needed = prop_oneof![1 => Just(0), 12 => Just(1), 6 => Just(2), 3 => Just(3)];
    (reviewers, needed).prop_map(|(reviewers, needed)| Step {
        resolver: Resolver::Requester,
        reviewers: reviewers.into_iter().map(person).collect(),
        needed,
    })
}

pub fn any_history() -> impl Strategy<Value = History> {
    let effect = prop_oneof![
        8 => Just(Effect::Ask),
        1 => Just(Effect::Allow),
        1 => Just(Effect::Deny),
    ];
    let steps = prop_oneof![
        1 => Just(0..=0_usize),
        20 => Just(1..=1),
        4 => Just(2..=2),
    ]
    .prop_flat_map(|count| proptest::collection::vec(any_step(), count));
    let waits = proptest::option::weighted(0.9, (0..7_200_i64).prop_map(Span::from_secs));
    let use_within = (0..7_200_i64).prop_map(Span::from_secs);
    let tries = proptest::collection::vec((any_pause(), any_try()), COMMANDS_PER_HISTORY);
    (effect, steps, waits, any::<bool>(), use_within, tries).prop_map(
        |(effect, steps, waits, waiting, use_within, tries)| History {
            asked: asked(effect, steps, waits, waiting),
            use_within,
            tries,
        },
    )
}

fn named_digest(named: Named) -> Option<Digest> {
    match named {
        Named::Right => Some(in_force()),
        Named::Wrong => Some(another()),
        Named::Nothing => None,
    }
}

/// A vote as it was cast: what it is counted for isn't up to the voter.
fn ballot(by: &str, word: Word, digest: Named, plan: Named) -> Ballot {
    Ballot {
        vote: Vote {
            by: person(by),
            token: TokenId::from_bytes([1; 16]),
            word,
            digest: another(),
            plan: 0,
            step: 0,
            reason: None,
            notify_agent: false,
            remember: Remember::Once,
            at: BORN,
        },
        digest: named_digest(digest),
        plan: match plan {
            Named::Right => Some(REVISION),
            Named::Wrong => Some(REVISION - 1),
            Named::Nothing => None,
        },
    }
}

fn report(outcome: Outcome, digest: Digest) -> Report {
    Report {
        outcome,
        digest,
        epoch: 0,
        result: None,
        error: None,
        observed: true,
    }
}
