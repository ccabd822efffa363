//! The world around one generated request: who is there, who stands in for whom, what was seen, and
//! everything that ever happened.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use super::histories::{Change, History, Named, Try};
use super::invariants::{Happened, hold};
use super::sample::{BORN, ballot, people, person, report, reviewer, saying, stop, vote, worker};
use crate::domain::actor::Actor;
use crate::domain::digest::Digest;
use crate::domain::event::{Edited, Fact};
use crate::domain::execution::Outcome;
use crate::domain::id::PersonId;
use crate::domain::lifecycle::{
    Ballot, Command, Decision, Edit, Opening, Refusal, Runner, Seat, Standing, Terms, step,
};
use crate::domain::review::{Plan, Reviewer, Word};
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;

/// A request, and everything that ever happened to it.
pub struct World<'a> {
    pub history: &'a History,
    pub standing: Standing,
    pub now: At,
    pub past: Vec<(At, Fact)>,
    /// The ballots that counted, in their order.
    pub counted: Vec<Ballot>,
    /// Where it stood when it was first seen decided.
    pub decided: Option<Standing>,
    sent: Vec<Ballot>,
    gone: BTreeSet<PersonId>,
    away: BTreeMap<PersonId, Option<PersonId>>,
    /// Those of the policy in force.
    terms: Terms,
    reached: BTreeSet<String>,
}

impl<'a> World<'a> {
    fn new(history: &'a History) -> Self {
        Self {
            history,
            standing: Standing::new(&history.asked, BORN),
            now: BORN,
            past: Vec::new(),
            counted: Vec::new(),
            decided: None,
            sent: Vec::new(),
            gone: BTreeSet::new(),
            away: BTreeMap::new(),
            terms: history.terms,
            reached: BTreeSet::new(),
        }
    }

    /// Lives through a history, and says what it came to.
    pub fn live(history: &'a History) -> Result<BTreeSet<String>, TestCaseError> {
        let mut world = Self::new(history);
        for (pause, wanted) in &history.tries {
            world.now = world.now.plus(*pause);
            if let Some(command) = world.command(wanted) {
                world.call(&command)?;
            }
        }
        world.folds()?;
        Ok(world.reached)
    }

    /// As a gate carries it out: whoever comes after a deadline has the clock settle that first.
    fn call(&mut self, command: &Command) -> TestCaseResult {
        if let Command::Vote(ballot) = command {
            self.sent.push((**ballot).clone());
        }
        let unsettled = self.standing.settled.is_none();
        let answer = self.carry_out(command)?;
        if matches!(answer, Err(Refusal::Expired(_))) && unsettled {
            while self.standing.due().is_some_and(|due| due <= self.now) {
                let tick = self.tick();
                let settled = self.carry_out(&tick)?;
                prop_assert!(
                    settled.is_ok_and(|facts| !facts.is_empty()),
                    "what is due is done"
                );
            }
            let late = self.carry_out(command)?;
            let expired = matches!(late, Err(Refusal::Expired(_)));
            prop_assert!(!expired || self.standing.settled.is_some());
        }
        Ok(())
    }

    fn carry_out(
        &mut self,
        command: &Command,
    ) -> Result<Result<Vec<Fact>, Refusal>, TestCaseError> {
        let before = self.standing.clone();
        let answer = step(&before, command, self.now);
        for fact in answer.iter().flatten() {
            self.standing.apply(fact, self.now);
            self.past.push((self.now, fact.clone()));
            self.note(&before, fact);
        }
        if let (Command::Vote(ballot), Ok(facts)) = (command, &answer)
            && !facts.is_empty()
        {
            self.counted.push((**ballot).clone());
        }
        let happened = Happened {
            before: &before,
            command,
            answer: &answer,
            after: &self.standing,
            now: self.now,
        };
        hold(self, &happened)?;
        if self.standing.status().decided() && self.decided.is_none() {
            self.decided = Some(self.standing.clone());
        }
        self.reached
            .insert(self.standing.status().word().to_owned());
        Ok(answer)
    }

    /// Folding the facts gives where it stands (01 §States.11), and what is kept of it reads back.
    fn folds(&self) -> TestCaseResult {
        let mut folded = Standing::new(&self.history.asked, BORN);
        for (at, fact) in &self.past {
            folded.apply(fact, *at);
        }
        prop_assert_eq!(&folded, &self.standing);
        let kept = serde_json::to_string(&folded).unwrap();
        prop_assert_eq!(serde_json::from_str::<Standing>(&kept).unwrap(), folded);
        Ok(())
    }

    fn note(&mut self, before: &Standing, fact: &Fact) {
        self.reached.insert(fact.kind().to_owned());
        let plan = self.standing.plan.as_ref();
        let mut also = Vec::new();
        match fact {
            Fact::Routed(routed) => also.push(format!("{:?}", routed.why)),
            Fact::Settled(settled) if settled.decision == Decision::Approved => {
                let yes = self.standing.counting().last();
                also.push("approved as edited".to_owned());
                let ways = [
                    (
                        "approved by a quorum",
                        plan.is_some_and(|plan| plan.needed > 1),
                    ),
                    (
                        "approved by a delegate",
                        yes.is_some_and(|v| v.stands_for.is_some()),
                    ),
                    (
                        "approved by an agent",
                        matches!(settled.by, Actor::Agent(_)),
                    ),
                    ("approved by a delay", settled.by == Actor::Clock),
                    (
                        "approved after an edit that voided votes",
                        self.standing.counting().count() < self.standing.votes.len(),
                    ),
                ];
                if self.standing.edited_by.is_empty() {
                    also.clear();
                }
                let ways = ways.iter().filter(|(_, so)| *so);
                also.extend(ways.map(|(name, _)| (*name).to_owned()));
            }
            _ => {}
        }
        debug_assert!(before.version < self.standing.version);
        self.reached.extend(also);
    }

    fn tick(&self) -> Command {
        Command::Tick {
            next: self.next_opening(),
            terms: self.terms,
        }
    }

    /// The command that a try comes to now. Where somebody comes or goes, the gate looks again at what
    /// waits for them.
    fn command(&mut self, wanted: &Try) -> Option<Command> {
        let epoch = self.standing.execution.as_ref().map_or(0, |run| run.epoch);
        let named = |named: &Named| match named {
            Named::Right => Some(epoch.max(1)),
            Named::Wrong => Some(epoch.checked_sub(1).filter(|e| *e > 0).unwrap_or(epoch + 2)),
            Named::Nothing => None,
        };
        let runner = |name: &Option<&str>| match name {
            None => Runner::Agent,
            Some(name) => worker(name, self.now.plus(self.history.lease)),
        };
        Some(match wanted {
            Try::Vote {
                by,
                word,
                digest,
                plan,
                change,
            } => vote(self.ballot(by, *word, *digest, *plan, change.as_ref())),
            Try::Repeat(_) if self.sent.is_empty() => return None,
            Try::Repeat(index) => {
                let again = self.sent[index % self.sent.len()].clone();
                let seat = self.seat(self.standing.plan.as_ref(), &again.vote.by, false);
                vote(Ballot { seat, ..again })
            }
            Try::TakeBack(by) => Command::TakeBack { by: reviewer(by) },
            Try::Cancel => super::sample::cancel(),
            Try::Tick => self.tick(),
            Try::Goes(who) => {
                self.gone.insert(person(who));
                self.reroute()
            }
            Try::Comes(who) => {
                self.gone.remove(&person(who));
                self.reroute()
            }
            Try::Away(who, delegate) => {
                let delegate = delegate.filter(|delegate| delegate != who).map(person);
                self.away.insert(person(who), delegate);
                self.reroute()
            }
            Try::Back(who) => {
                self.away.remove(&person(who));
                self.reroute()
            }
            Try::Reroute => self.reroute(),
            Try::Start(by) => Command::Start { by: runner(by) },
            Try::Renew(who, epoch) => Command::Renew {
                worker: who.parse().unwrap(),
                epoch: named(epoch).unwrap_or(1),
                until: self.now.plus(self.history.lease),
            },
            Try::Report {
                by,
                outcome,
                digest,
                epoch,
            } => {
                let digest = self.digest(*digest).unwrap_or(self.standing.digest);
                report(runner(by), *outcome, digest, named(epoch))
            }
            Try::Retry => Command::Retry {
                reason: Untrusted::from("again"),
                use_within: self.terms.use_within,
            },
            Try::Settle(outcome) => settle(*outcome),
            Try::Stop => stop(),
            Try::Rules(terms) => {
                self.terms = *terms;
                return None;
            }
        })
    }

    fn digest(&self, named: Named) -> Option<Digest> {
        match named {
            Named::Right => Some(self.standing.digest),
            // As it was asked, or as it never was.
            Named::Wrong if self.standing.digest != self.history.asked.digest => {
                Some(self.history.asked.digest)
            }
            Named::Wrong => Some(saying("otherwise")),
            Named::Nothing => None,
        }
    }

    fn ballot(
        &self,
        by: &str,
        word: Word,
        digest: Named,
        plan: Named,
        change: Option<&Change>,
    ) -> Ballot {
        let by_whom = reviewer(by);
        let revision = self.standing.plan.as_ref().map_or(0, |plan| plan.revision);
        Ballot {
            plan: match plan {
                Named::Right => Some(revision),
                Named::Wrong => Some(revision + 1),
                Named::Nothing => None,
            },
            seat: self.seat(self.standing.plan.as_ref(), &by_whom, false),
            edit: change.and_then(|change| self.edit(&by_whom, change)),
            not_unlocked: None,
            answer: (word == Word::Respond).then(|| Untrusted::from("in words")),
            terms: self.terms,
            ..ballot(by, word, self.digest(digest))
        }
    }

    fn edit(&self, by: &Reviewer, change: &Change) -> Option<Edit> {
        let editor = by.person()?;
        let old = self.standing.plan.as_ref()?;
        let plan = Plan {
            revision: old.revision + u32::from(change.replaces || change.renumbers),
            ..match change.replaces {
                true => self.history.other.clone(),
                false => old.clone(),
            }
        };
        let fresh = plan.lasts.map(|span| self.now.plus(span));
        let deadlines = [self.standing.expires_at, fresh];
        Some(Edit {
            seat: self.seat(Some(&plan), by, true).ok(),
            denied: change.denied.then(|| Untrusted::from("not with these")),
            edited: Edited {
                by: editor.clone(),
                digest: saying(change.text),
                headline: Untrusted::from(change.text),
                recipients: Vec::new(),
                recipients_claimed: false,
                risk: self.standing.risk.clone(),
                watchers: self.watchers(&plan),
                expires_at: deadlines.into_iter().flatten().min(),
                escalates_at: plan.escalates_at(plan.opened, self.now),
                plan,
            },
        })
    }

    fn excluded(&self, plan: &Plan) -> BTreeSet<PersonId> {
        match plan.separate {
            true => plan
                .excluded
                .iter()
                .chain(&self.standing.edited_by)
                .cloned()
                .collect(),
            false => BTreeSet::new(),
        }
    }

    /// Whether they may decide, as policy would say.
    pub fn seat(
        &self,
        plan: Option<&Plan>,
        who: &Reviewer,
        edits: bool,
    ) -> Result<Seat, Untrusted> {
        let no = |why: &str| Err(Untrusted::from(why));
        let Some(plan) = plan else {
            return no("nobody is asked");
        };
        let Some(me) = who.person() else {
            return match plan.asks(who) {
                true => Ok(Seat::default()),
                false => no("others are asked"),
            };
        };
        let excluded = self.excluded(plan);
        if self.gone.contains(me) || excluded.contains(me) || (edits && plan.separate) {
            return no("gone, or excluded");
        }
        let mut asked = plan.reviewers().into_iter().filter_map(Reviewer::person);
        let absent = asked.find(|id| {
            let delegate = self.away.get(id).and_then(Option::as_ref);
            delegate == Some(me) && !self.gone.contains(id) && !excluded.contains(id)
        });
        match (absent, plan.asks(who)) {
            (None, false) => no("others are asked"),
            (absent, _) => Ok(Seat {
                stands_for: absent.cloned(),
            }),
        }
    }

    fn watchers(&self, plan: &Plan) -> Vec<PersonId> {
        let everybody = people(&["ana", "ben", "dana", "lee", "omar"]);
        let may = |who: &PersonId| {
            let who = Reviewer::Person(who.clone());
            self.seat(Some(plan), &who, false).is_ok()
        };
        everybody.into_iter().filter(may).collect()
    }

    /// Whether these could decide now.
    fn able(&self, plan: &Plan) -> bool {
        let agents = plan
            .reviewers()
            .into_iter()
            .filter(|who| who.person().is_none());
        let agents = if plan.needed > 1 { 0 } else { agents.count() };
        let many = self.watchers(plan).len() + agents;
        many >= plan.needed.max(1) as usize
    }

    fn next_opening(&self) -> Option<Opening> {
        let plan = self.standing.plan.as_ref()?;
        let stages = u32::try_from(plan.stages.len()).unwrap();
        let mut later = (plan.opened + 1..=stages).map(|opened| Plan {
            opened,
            ..plan.clone()
        });
        let next = later.find(|then| {
            let newest = then.stages.last().filter(|_| then.opened > plan.opened);
            newest.is_some() && then.reviewers().len() > plan.reviewers().len() && self.able(then)
        })?;
        Some(Opening {
            opened: next.opened,
            watchers: self.watchers(&next),
        })
    }

    fn reroute(&self) -> Command {
        let plan = self.standing.plan.as_ref();
        Command::Reroute {
            stranded: plan.is_some_and(|plan| !self.able(plan)),
            next: self.next_opening(),
            watchers: plan.map_or_else(Vec::new, |plan| self.watchers(plan)),
        }
    }
}

fn settle(outcome: Outcome) -> Command {
    Command::SettleRun {
        outcome,
        reason: Untrusted::from("I looked"),
    }
}
