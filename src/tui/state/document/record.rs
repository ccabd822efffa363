//! What became of a request: what was said, whether the agent knows, how the run went, and when.

use crate::api::request::{DecisionRecord, Request, Settled};
use crate::domain::execution::{Attempt, ExecutionState, Executor, Outcome};
use crate::domain::review::Remember;
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;
use crate::tui::state::words;

use super::write::Writer;
use super::{Block, Tone};

impl Writer<'_> {
    /// Who asked for what.
    pub(super) fn asked(&mut self, request: &Request) {
        self.ours("Asked", format!("{} by {}", request.action, request.agent));
    }

    /// How its review ended, and what followed.
    pub(super) fn outcome(&mut self, request: &Request) {
        if let Some(settled) = &request.settled {
            if let Some(answer) = words::said(settled.answer.as_ref()) {
                self.field("Answer", answer.clone(), Tone::Content);
            }
            if let Some(reason) = words::said(settled.reason.as_ref()) {
                self.field("Reason", reason.clone(), Tone::Content);
            }
            self.voted(request);
            self.agent_knows(request, settled);
        }
        self.run(request);
    }

    /// Whom it was passed on to: the stages that were opened after the first.
    pub(super) fn passed_on(&mut self, request: &Request) {
        let stages = request.review.iter().flat_map(|review| &review.stages);
        let opened: Vec<String> = stages
            .filter(|stage| stage.open)
            .map(|stage| stage.resolver.to_string())
            .collect();
        if opened.len() > 1 {
            self.ours("Passed on", opened.join(", then to "));
        }
    }

    /// Every vote, where there is more to say than who settled it; and what is let through since.
    fn voted(&mut self, request: &Request) {
        let counted = request.settled.as_ref().map(|settled| settled.at);
        let told = |vote: &DecisionRecord| {
            Some(vote.at) == counted && vote.counts && vote.stands_for.is_none()
        };
        let single = matches!(&*request.decisions, [vote] if told(vote));
        if !single {
            self.votes(request);
        }
        for vote in &request.decisions {
            let until = match vote.remember {
                Remember::Once => continue,
                Remember::Conversation => "in this conversation",
                Remember::Always => "always",
            };
            let words = format!(
                "{} then chose to let {} through {until}",
                vote.by, request.action
            );
            self.ours("Remember", words);
        }
    }

    fn agent_knows(&mut self, request: &Request, settled: &Settled) {
        let execution = &request.execution;
        let started = execution.executor == Executor::Agent && !execution.attempts.is_empty();
        let words = match (settled.notify_agent, settled.agent_told_at) {
            (_, Some(at)) => format!("told at {}", words::seconds(at, self.zone())),
            (true, None) if started => "knows: it has started".to_owned(),
            (true, None) if request.waiting => {
                "waits for the outcome, and gets it as its answer".to_owned()
            }
            (true, None) => "to be told; it hasn't taken the outcome yet".to_owned(),
            (false, None) => "not told".to_owned(),
        };
        self.ours("Agent", words);
    }

    fn run(&mut self, request: &Request) {
        let execution = &request.execution;
        let Some(state) = execution.state else {
            return;
        };
        for (index, attempt) in execution.attempts.iter().enumerate() {
            let label = if index == 0 { "Execution" } else { "" };
            let nth = match execution.attempts.len() {
                1 => String::new(),
                _ => format!("try {}: ", attempt.epoch),
            };
            if let Some(error) = &attempt.error {
                self.say(error);
            }
            self.put(Block::Field {
                label,
                value: Untrusted::from(format!("{nth}{}", self.attempt(attempt))),
                aside: attempt.error.clone(),
                tone: Tone::Content,
            });
        }
        let words = match state {
            ExecutionState::Ready => match execution.lapses_at {
                Some(at) => format!(
                    "not started; lapses on {} if nobody starts it",
                    words::moment(at, self.zone())
                ),
                None => "not started".to_owned(),
            },
            ExecutionState::Revoked => match &execution.revoked_by {
                Some(by) => format!("taken back by {by} before it was started"),
                None => "revoked before it was started".to_owned(),
            },
            ExecutionState::Lapsed => "lapsed: nobody started it in time".to_owned(),
            _ => return,
        };
        let label = if execution.attempts.is_empty() {
            "Execution"
        } else {
            ""
        };
        self.ours(label, words);
    }

    fn attempt(&self, attempt: &Attempt) -> String {
        let at = |at: At| words::seconds(at, self.zone());
        let (Some(outcome), Some(ended)) = (attempt.outcome, attempt.ended_at) else {
            return format!("running since {}", at(attempt.started_at));
        };
        let ended = at(ended);
        match (outcome, attempt.observed) {
            (Outcome::Executed, Some(false)) => {
                format!("handed to the agent at {ended}; the result was not seen")
            }
            (Outcome::Executed, _) => format!("executed at {ended}"),
            (Outcome::Failed, _) => format!("failed at {ended}"),
            (Outcome::Unknown, _) => format!("nobody knows what came of it, at {ended}"),
        }
    }

    /// Everything that has a time, in one line.
    pub(super) fn timeline(&mut self, request: &Request) {
        let settled = request.settled.as_ref();
        let mut moments = vec![(request.created_at, "asked")];
        let votes = request.decisions.iter();
        let votes = votes.filter(|vote| Some(vote.at) != settled.map(|settled| settled.at));
        moments.extend(votes.map(|vote| (vote.at, vote.decision.past())));
        moments.extend(settled.map(|settled| (settled.at, settled.decision.word())));
        for attempt in &request.execution.attempts {
            moments.push((attempt.started_at, "started"));
            let outcome = attempt.outcome.map(|outcome| match outcome {
                Outcome::Executed => "executed",
                Outcome::Failed => "failed",
                Outcome::Unknown => "unknown",
            });
            moments.extend(attempt.ended_at.zip(outcome));
        }
        let told = settled.and_then(|settled| settled.agent_told_at);
        moments.extend(told.map(|at| (at, "agent told")));
        moments.sort_by_key(|(at, _)| *at);
        let mut day = String::new();
        let moments: Vec<String> = moments
            .into_iter()
            .map(|(at, what)| {
                let on = words::day(at, self.zone());
                let said = match on == day {
                    true => format!("{} {what}", words::seconds(at, self.zone())),
                    false => format!("{on} {} {what}", words::seconds(at, self.zone())),
                };
                day = on;
                said
            })
            .collect();
        self.ours("Timeline", moments.join(", "));
    }
}
