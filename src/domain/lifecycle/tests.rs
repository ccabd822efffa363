//! What holds for the life of every request, over generated histories: people, the clock, the agent and
//! an administrator do things in any order, some of them twice, some too late, some with what they saw
//! long ago. After every command the whole history is held against the rules.
//!
//! An ordinary run carries out 100,000 commands; `SIGNOFF_TRANSITIONS` says how many instead.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{TestCaseResult, TestRunner};

use super::*;

mod histories;

use histories::{BORN, History, REVISION, any_history, config};

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

    /// Lives through a history, and says which statuses it came to.
    fn live(history: &History) -> Result<Vec<Status>, TestCaseError> {
        let mut world = Self::new(history);
        let mut now = BORN;
        let mut reached = vec![world.standing.status()];
        for (pause, wanted) in &history.tries {
            now = now.plus(*pause);
            let command = wanted.command(&world.standing, world.use_within);
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
    #![proptest_config(config())]

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
