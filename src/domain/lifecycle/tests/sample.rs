//! A request to live through, and the words of those around it.

use crate::domain::actor::Actor;
use crate::domain::digest::Digest;
use crate::domain::event::{Edited, Fact};
use crate::domain::execution::{Executor, Outcome, Report};
use crate::domain::id::{AgentId, PersonId, RequestId, TokenId};
use crate::domain::lifecycle::{
    Ballot, Command, Edit, Opening, Refusal, Runner, Seat, Standing, Status, Terms, step,
};
use crate::domain::request::{Asked, Kind, OnTimeout, Trigger};
use crate::domain::review::{Plan, Remember, Resolver, Reviewer, Stage, Vote, Word};
use crate::domain::risk::{Assessment, Risk};
use crate::domain::time::{At, Span};
use crate::domain::untrusted::Untrusted;
use crate::domain::verdict::{Effect, RungName, Verdict};

/// When every request of these tests is asked.
pub const BORN: At = At::from_millis(1_800_000_000_000);
pub const HOUR: Span = Span::from_hours(1);
pub const MINUTE: Span = Span::from_secs(60);
pub const TERMS: Terms = Terms {
    use_within: Span::from_hours(24),
    undo: Span::from_millis(0),
};

pub fn person(name: &str) -> PersonId {
    name.parse().unwrap()
}

pub fn reviewer(name: &str) -> Reviewer {
    name.parse().unwrap()
}

pub fn agent() -> AgentId {
    "outreach".parse().unwrap()
}

pub fn people(names: &[&str]) -> Vec<PersonId> {
    names.iter().map(|name| person(name)).collect()
}

/// The digest of parameters that say this.
pub fn saying(text: &str) -> Digest {
    Digest::of_bytes(text.as_bytes())
}

pub fn stage(reviewers: &[&str]) -> Stage {
    Stage {
        resolver: Resolver::Requester,
        reviewers: reviewers.iter().map(|name| reviewer(name)).collect(),
        skipped: None,
    }
}

/// Stages of these people, the first of them open, one approval, an hour.
pub fn plan(stages: &[&[&str]]) -> Plan {
    Plan {
        revision: 1,
        policy_version: 0,
        rule: None,
        stages: stages.iter().map(|names| stage(names)).collect(),
        opened: 1,
        needed: 1,
        separate: false,
        excluded: Vec::new(),
        agent_max_risk: Risk::Low,
        escalate_after: None,
        on_timeout: OnTimeout::Reject,
        lasts: Some(HOUR),
        guidance: None,
    }
}

/// Approves by itself after ten minutes, unless one of these rejects.
pub fn delay(reviewers: &[&str]) -> Plan {
    let mut plan = plan(&[reviewers]);
    plan.stages[0].resolver = Resolver::AutoAfter(Span::from_secs(600));
    plan
}

pub fn with_verdict(effect: Effect) -> Asked {
    Asked {
        id: RequestId::from_bytes([7; 16]),
        agent: agent(),
        action: "email.send".parse().unwrap(),
        kind: Kind::ToolCall,
        digest: saying("as asked"),
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
        waiting: false,
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
        plan: None,
        watchers: Vec::new(),
        expires_at: None,
        escalates_at: None,
        lapses_at: None,
        on_timeout: OnTimeout::Reject,
        idempotent: false,
        pattern: None,
        passed_over: Vec::new(),
        would_have_been: None,
    }
}

/// A request that waits under this plan.
pub fn asked(plan: Plan) -> Asked {
    let watchers = plan.reviewers().into_iter().filter_map(Reviewer::person);
    Asked {
        watchers: watchers.cloned().collect(),
        expires_at: plan.lasts.map(|span| BORN.plus(span)),
        escalates_at: plan.escalates_at(plan.opened, BORN),
        on_timeout: plan.on_timeout,
        plan: Some(plan),
        ..with_verdict(Effect::Ask)
    }
}

/// The same, run by workers.
pub fn queued(plan: Plan) -> Asked {
    Asked {
        executor: Executor::Queue,
        ..asked(plan)
    }
}

pub fn ballot(by: &str, word: Word, digest: Option<Digest>) -> Ballot {
    Ballot {
        vote: Vote {
            by: reviewer(by),
            stands_for: None,
            token: TokenId::from_bytes([1; 16]),
            word,
            digest: saying("whatever the caller says it is for"),
            plan: 0,
            reason: None,
            notify_agent: false,
            remember: Remember::Once,
            at: BORN,
        },
        digest,
        plan: None,
        seat: Ok(Seat::default()),
        edit: None,
        not_unlocked: None,
        answer: None,
        terms: TERMS,
    }
}

pub fn vote(ballot: Ballot) -> Command {
    Command::Vote(Box::new(ballot))
}

pub fn reject(by: &str) -> Command {
    vote(ballot(by, Word::Reject, None))
}

pub fn take_back(by: &str) -> Command {
    Command::TakeBack { by: reviewer(by) }
}

pub fn cancel() -> Command {
    Command::Cancel { agent: agent() }
}

pub fn stop() -> Command {
    Command::Stop {
        by: Actor::Person(person("dana")),
    }
}

pub fn tick() -> Command {
    Command::Tick {
        next: None,
        terms: TERMS,
    }
}

/// Whatever is due, where another stage can open.
pub fn tick_to(opened: u32, watchers: &[&str]) -> Command {
    Command::Tick {
        next: Some(Opening {
            opened,
            watchers: people(watchers),
        }),
        terms: TERMS,
    }
}

pub fn start() -> Command {
    Command::Start { by: Runner::Agent }
}

pub fn worker(name: &str, until: At) -> Runner {
    Runner::Worker {
        id: name.parse().unwrap(),
        until,
    }
}

pub fn lease(name: &str, until: At) -> Command {
    Command::Start {
        by: worker(name, until),
    }
}

pub fn report(by: Runner, outcome: Outcome, digest: Digest, epoch: Option<u32>) -> Command {
    let report = Report {
        outcome,
        digest,
        epoch: 0,
        result: None,
        error: None,
        observed: true,
    };
    Command::Report { by, report, epoch }
}

pub fn retry() -> Command {
    Command::Retry {
        reason: Untrusted::from("the server is back"),
        use_within: TERMS.use_within,
    }
}

/// A request, as it goes on.
pub struct Life {
    pub standing: Standing,
    pub now: At,
}

impl Life {
    pub fn of(asked: &Asked) -> Self {
        Self {
            standing: Standing::new(asked, BORN),
            now: BORN,
        }
    }

    pub fn pass(&mut self, span: Span) {
        self.now = self.now.plus(span);
    }

    /// Carries out what has to be possible.
    pub fn does(&mut self, command: &Command) -> Vec<Fact> {
        let facts = step(&self.standing, command, self.now).unwrap();
        for fact in &facts {
            self.standing.apply(fact, self.now);
        }
        facts
    }

    /// What is said to somebody who wants what can't be.
    pub fn refuses(&self, command: &Command) -> Refusal {
        step(&self.standing, command, self.now).unwrap_err()
    }

    pub fn is(&self, status: Status) {
        assert_eq!(self.standing.status(), status);
    }

    pub fn approval(&self, by: &str) -> Ballot {
        ballot(by, Word::Approve, Some(self.standing.digest))
    }

    pub fn approve(&mut self, by: &str) -> Vec<Fact> {
        let approval = self.approval(by);
        self.does(&vote(approval))
    }

    /// An approval with other parameters, under this plan.
    pub fn edit(&self, by: &str, text: &str, plan: Plan, counts: bool) -> Ballot {
        Ballot {
            edit: Some(Edit {
                edited: Edited {
                    by: person(by),
                    digest: saying(text),
                    headline: Untrusted::from(text),
                    recipients: Vec::new(),
                    recipients_claimed: false,
                    risk: self.standing.risk.clone(),
                    watchers: self.standing.watchers.clone(),
                    plan,
                    expires_at: self.standing.expires_at,
                    escalates_at: self.standing.escalates_at,
                },
                seat: counts.then(Seat::default),
                denied: None,
            }),
            ..self.approval(by)
        }
    }

    pub fn report(&self, outcome: Outcome, epoch: Option<u32>) -> Command {
        report(Runner::Agent, outcome, self.standing.digest, epoch)
    }

    pub fn epoch(&self) -> u32 {
        self.standing.execution.as_ref().unwrap().epoch
    }
}
