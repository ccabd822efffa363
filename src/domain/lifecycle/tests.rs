//! What holds for the life of every request, over generated histories: people, the clock, the agent and
//! an administrator do things in any order, some of them twice, some too late, some with what they saw
//! long ago. After every command the whole history is held against the rules.
//!
//! An ordinary run carries out 100,000 commands; `SIGNOFF_TRANSITIONS` says how many instead.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{TestCaseResult, TestRunner};

use super::*;
use crate::domain::execution::Outcome;
use crate::domain::id::{RequestId, TokenId};
use crate::domain::request::{Kind, OnTimeout, Trigger};
use crate::domain::review::{Remember, Resolver, Step};
use crate::domain::risk::{Assessment, Risk};
use crate::domain::verdict::{RungName, Verdict};

const COMMANDS_PER_HISTORY: usize = 25;
const BORN: At = At::from_millis(1_800_000_000_000);
const REVISION: u32 = 3;

/// The first four may be asked; omar never is.
const PEOPLE: [&str; 5] = ["ana", "ben", "dana", "lee", "omar"];

fn histories() -> ProptestConfig {
    let commands = match std::env::var("SIGNOFF_TRANSITIONS") {
        Ok(wanted) => wanted.parse().expect("SIGNOFF_TRANSITIONS is a number"),
        Err(_) => 100_000_usize,
    };
    let cases = commands.div_ceil(COMMANDS_PER_HISTORY);
    ProptestConfig::with_cases(u32::try_from(cases).expect("fewer than 2^32 histories"))
}

/// What a command names: what is in force, something else, or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Right,
    Wrong,
    Nothing,
}

/// Something that happens to a request, told apart from the state that it meets.
#[derive(Debug, Clone)]
enum Try {
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

#[derive(Debug, Clone)]
struct History {
    asked: Asked,
    use_within: Span,
    /// Each with the time that passes before it.
    tries: Vec<(Span, Try)>,
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

fn any_history() -> impl Strategy<Value = History> {
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

/// A request, and everything that ever happened to it.
struct World {
    asked: Asked,
    use_within: Span,
    standing: Standing,
    past: Vec<(At, Fact)>,
}

impl World {
    fn new(history: &History) -> Self {
        Self {
            asked: history.asked.clone(),
            use_within: history.use_within,
            standing: Standing::new(&history.asked),
            past: Vec::new(),
        }
    }

    fn command(&self, wanted: &Try) -> Command {
        match wanted {
            Try::Vote {
                by,
                word,
                digest,
                plan,
                eligible,
            } => Command::Vote {
                ballot: ballot(by, *word, *digest, *plan),
                eligible: *eligible,
                use_within: self.use_within,
            },
            Try::Cancel => Command::Cancel { agent: agent() },
            Try::Expire => Command::Expire,
            Try::Start => Command::Start,
            Try::Report {
                outcome,
                digest,
                epoch,
            } => {
                let current = self.standing.execution.as_ref().map_or(0, |e| e.epoch);
                Command::Report {
                    report: report(*outcome, named_digest(*digest).unwrap_or_else(in_force)),
                    epoch: match epoch {
                        Named::Right => Some(current.max(1)),
                        Named::Wrong => Some(current + 2),
                        Named::Nothing => None,
                    },
                }
            }
            Try::Lapse => Command::Lapse,
            Try::Stop => Command::Stop { by: stopper() },
        }
    }

    /// Lives through a history, and says which statuses it came to.
    fn live(history: &History) -> Result<Vec<Status>, TestCaseError> {
        let mut world = Self::new(history);
        let mut now = BORN;
        let mut reached = vec![world.standing.status()];
        for (pause, wanted) in &history.tries {
            now = now.plus(*pause);
            let command = world.command(wanted);
            world.carry_out(&command, now)?;
            reached.push(world.standing.status());
        }
        world.folds()?;
        Ok(reached)
    }

    /// Carries a command out, holds what came of it against the rules, and tries it once more.
    fn carry_out(&mut self, command: &Command, now: At) -> TestCaseResult {
        let before = self.standing.clone();
        match step(&before, command, now) {
            Ok(facts) => {
                for fact in facts.iter().cloned() {
                    self.standing.apply(&fact, now);
                    self.past.push((now, fact));
                }
                accepted(&before, command, &facts, now)?;
                self.repeated(command, now.plus(Span::from_millis(1)))?;
            }
            Err(refusal) => refused(&before, command, &refusal, now)?,
        }
        self.holds_together()?;
        self.timers_are_on_time(now)
    }

    /// Whoever repeats what counted gets the same answer; what can happen once is refused with the state
    /// that it met.
    fn repeated(&self, command: &Command, now: At) -> TestCaseResult {
        let again = step(&self.standing, command, now);
        match command {
            Command::Vote { .. }
            | Command::Cancel { .. }
            | Command::Report { .. }
            | Command::Stop { .. } => {
                prop_assert_eq!(again, Ok(Vec::new()));
            }
            Command::Expire => {
                let at = self.standing.settled.as_ref().map(|settled| settled.at);
                prop_assert_eq!(again.err(), at.map(Refusal::Expired));
            }
            Command::Start => {
                let epoch = self.standing.execution.as_ref().map(|run| run.epoch);
                prop_assert_eq!(again.err(), epoch.map(Refusal::AlreadyStarted));
            }
            Command::Lapse => prop_assert_eq!(again, Err(Refusal::NotDue)),
        }
        Ok(())
    }

    fn settlements(&self) -> Vec<&Settlement> {
        let settled = self.past.iter().filter_map(|(_, fact)| match fact {
            Fact::Settled(settlement) => Some(settlement),
            _ => None,
        });
        settled.collect()
    }

    /// What has to be true of a history at any time.
    fn holds_together(&self) -> TestCaseResult {
        self.is_settled_at_most_once()?;
        self.counts_each_reviewer_once()?;
        self.runs_only_what_was_let_through()?;
        let changes = u32::try_from(self.past.len()).unwrap();
        prop_assert_eq!(self.standing.version, 1 + changes);
        Ok(())
    }

    /// What has to be true of it at its end: folding the facts gives the state.
    fn folds(&self) -> TestCaseResult {
        let mut folded = Standing::new(&self.asked);
        for (at, fact) in &self.past {
            folded.apply(fact, *at);
        }
        prop_assert_eq!(&folded, &self.standing);
        Ok(())
    }

    fn is_settled_at_most_once(&self) -> TestCaseResult {
        let settlements = self.settlements();
        prop_assert_eq!(self.standing.settled.as_ref(), settlements.first().copied());
        let expected = match (&settlements[..], self.asked.verdict.effect) {
            ([], Effect::Ask) => State::Pending,
            ([], Effect::Allow) => State::Allowed,
            ([], Effect::Deny) => State::Denied,
            ([settlement], Effect::Ask) => settlement.decision.state(),
            _ => return Err(TestCaseError::fail("settled twice, or without a question")),
        };
        prop_assert_eq!(self.standing.state, expected);
        Ok(())
    }

    fn counts_each_reviewer_once(&self) -> TestCaseResult {
        let votes = &self.standing.votes;
        for (index, vote) in votes.iter().enumerate() {
            prop_assert!(votes[..index].iter().all(|other| other.by != vote.by));
            prop_assert_eq!((vote.digest, vote.plan), (self.asked.digest, REVISION));
            prop_assert!(self.standing.plan.as_ref().unwrap().asks(&vote.by));
        }
        if self.standing.state == State::Approved {
            let plan = self.standing.plan.as_ref().unwrap();
            prop_assert!(!plan.steps.is_empty());
            for step in &plan.steps {
                let approvals = votes
                    .iter()
                    .filter(|vote| vote.word == Word::Approve && step.reviewers.contains(&vote.by))
                    .count();
                prop_assert!(step.needed > 0 && approvals >= step.needed as usize);
            }
        }
        Ok(())
    }

    fn runs_only_what_was_let_through(&self) -> TestCaseResult {
        let let_through = matches!(self.standing.state, State::Allowed | State::Approved);
        prop_assert_eq!(self.standing.execution.is_some(), let_through);

        let mut epoch = 0;
        let mut running = false;
        let mut over = false;
        let mut approved = self.asked.verdict.effect == Effect::Allow;
        let mut lapses_at = None;
        for (at, fact) in &self.past {
            match fact {
                Fact::Settled(settlement) => {
                    approved = settlement.decision == Decision::Approved;
                    lapses_at = settlement.lapses_at;
                    prop_assert_eq!(lapses_at.is_some(), approved);
                }
                Fact::Started(started) => {
                    prop_assert!(approved && !over && !running);
                    prop_assert!(started.epoch > epoch, "epochs strictly rise");
                    prop_assert!(lapses_at.is_none_or(|lapse| *at < lapse));
                    epoch = started.epoch;
                    running = true;
                }
                Fact::Reported(report) => {
                    prop_assert!(running, "a report ends a run");
                    prop_assert_eq!((report.epoch, report.digest), (epoch, self.asked.digest));
                    (running, over) = (false, true);
                }
                Fact::Lapsed(_) => {
                    prop_assert!(approved && !running && !over);
                    prop_assert!(lapses_at.is_some_and(|lapse| *at >= lapse));
                    over = true;
                }
                Fact::Revoked(_) => {
                    prop_assert!(approved && !running && !over);
                    over = true;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The clock can settle what is due, always, and what isn't, never.
    fn timers_are_on_time(&self, now: At) -> TestCaseResult {
        let standing = &self.standing;
        let due = standing.state == State::Pending
            && standing.expires_at.is_some_and(|deadline| now >= deadline);
        prop_assert_eq!(step(standing, &Command::Expire, now).is_ok(), due);

        let lapsing = standing.execution.as_ref().is_some_and(|execution| {
            execution.state == ExecutionState::Ready
                && execution.lapses_at.is_some_and(|lapse| now >= lapse)
        });
        prop_assert_eq!(step(standing, &Command::Lapse, now).is_ok(), lapsing);
        Ok(())
    }
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

/// Whether a command may have had this effect on what it met.
fn accepted(before: &Standing, command: &Command, facts: &[Fact], now: At) -> TestCaseResult {
    let open =
        before.state == State::Pending && before.expires_at.is_none_or(|deadline| now < deadline);
    match (command, facts) {
        (
            Command::Vote {
                ballot, eligible, ..
            },
            [Fact::Voted(vote), rest @ ..],
        ) => {
            prop_assert!(open && *eligible);
            let names_nothing = ballot.digest.is_none() && ballot.vote.word == Word::Reject;
            prop_assert!(ballot.digest == Some(before.digest) || names_nothing);
            prop_assert!(ballot.plan.is_none_or(|plan| plan == REVISION));
            prop_assert_eq!(
                (&vote.by, vote.word, vote.at),
                (&ballot.vote.by, ballot.vote.word, now)
            );
            let decision = match rest {
                [] => None,
                [Fact::Settled(settled)] => {
                    prop_assert_eq!(&settled.by, &Actor::Person(vote.by.clone()));
                    prop_assert_eq!(settled.at, now);
                    Some(settled.decision)
                }
                _ => return Err(TestCaseError::fail("a vote settles once")),
            };
            match vote.word {
                Word::Reject => prop_assert_eq!(decision, Some(Decision::Rejected)),
                Word::Approve => prop_assert!(matches!(decision, None | Some(Decision::Approved))),
            }
        }
        (Command::Vote { ballot, .. }, []) => {
            let mut votes = before.votes.iter();
            prop_assert!(votes.any(|v| v.by == ballot.vote.by && v.word == ballot.vote.word));
        }
        (Command::Cancel { agent }, [Fact::Settled(settled)]) => {
            prop_assert!(open);
            let by = Actor::Agent(agent.clone());
            prop_assert_eq!(
                (settled.decision, &settled.by, settled.at),
                (Decision::Cancelled, &by, now)
            );
        }
        (Command::Expire, [Fact::Settled(settled)]) => {
            prop_assert!(before.expires_at.is_some_and(|deadline| now >= deadline));
            prop_assert_eq!(
                (settled.decision, &settled.by, settled.at),
                (Decision::Expired, &Actor::Clock, now)
            );
        }
        (Command::Stop { by }, [Fact::Settled(settled)]) => {
            prop_assert_eq!(
                (settled.decision, &settled.by, settled.at),
                (Decision::Cancelled, by, now)
            );
        }
        (Command::Stop { .. }, [Fact::Revoked(_)]) => {
            prop_assert_eq!(before.state, State::Approved)
        }
        (Command::Stop { .. }, []) => prop_assert_ne!(before.status(), Status::Pending),
        (Command::Start, [Fact::Started(_)])
        | (Command::Report { .. }, [Fact::Reported(_)] | [Fact::Started(_), Fact::Reported(_)])
        | (Command::Lapse, [Fact::Lapsed(_)]) => {}
        (Command::Cancel { .. }, []) => prop_assert_eq!(before.state, State::Cancelled),
        (Command::Report { report, .. }, []) => {
            let state = before.execution.as_ref().map(|execution| execution.state);
            prop_assert_eq!(state, Some(report.outcome.state()));
        }
        _ => return Err(TestCaseError::fail(format!("{command:?} gave {facts:?}"))),
    }
    Ok(())
}

/// Whether whoever came too late is told who won, how and when.
fn refused(before: &Standing, command: &Command, refusal: &Refusal, now: At) -> TestCaseResult {
    let decides = matches!(
        command,
        Command::Vote { .. } | Command::Cancel { .. } | Command::Expire
    );
    if let (true, Some(winner)) = (decides, &before.settled) {
        let named = match refusal {
            Refusal::AlreadyDecided(named) => **named == *winner,
            Refusal::Expired(at) => winner.decision == Decision::Expired && *at == winner.at,
            _ => false,
        };
        prop_assert!(named, "{refusal:?} doesn't name {winner:?}");
    }
    match refusal {
        Refusal::AlreadyDecided(_) => prop_assert!(before.settled.is_some()),
        Refusal::NeverPending(status) => {
            prop_assert!(before.plan.is_none());
            prop_assert_eq!(*status, before.status());
        }
        Refusal::Expired(at) => {
            let settled = before.settled.as_ref().map(|settled| settled.at);
            prop_assert_eq!(Some(*at), settled.or(before.expires_at));
            prop_assert!(now >= *at);
        }
        Refusal::AlreadyVoted(_) => prop_assert_eq!(before.state, State::Pending),
        Refusal::Lapsed(at) => prop_assert!(now >= *at),
        Refusal::AlreadyStarted(epoch) => prop_assert!(*epoch > 0),
        _ => {}
    }
    Ok(())
}

proptest! {
    #![proptest_config(histories())]

    #[test]
    fn the_rules_hold_through_every_history(history in any_history()) {
        World::live(&history)?;
    }
}

/// The histories would prove little if they were all alike.
#[test]
fn histories_come_to_every_status() {
    let mut runner = TestRunner::deterministic();
    let mut reached = std::collections::HashSet::new();
    for _ in 0..1_000 {
        let history = any_history().new_tree(&mut runner).unwrap().current();
        reached.extend(World::live(&history).unwrap());
    }
    for status in Status::ALL {
        assert!(
            reached.contains(&status),
            "{} was never reached",
            status.word()
        );
    }
}
