//! The ladder: how a verdict is found. Seven rungs are asked in order and the first that answers
//! decides; only *own opt-in* may speak after another has answered, and only to spare a person their own
//! review. What every rung said is kept as the trace.

mod answer;
mod ask;
mod blocked;
mod locked;
mod mode;
mod off;
mod own_opt_in;
mod trusted;

use crate::domain::people::{Action, Agent, Integration, Person};
use crate::domain::request::Kind;
use crate::domain::review::OptInScope;
use crate::domain::risk::Risk;
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;
use crate::domain::verdict::{Effect, Rung, RungName, Verdict};
use crate::domain::workspace::Workspace;
use crate::policy::document::Policy;

use answer::RungAnswer;

/// What the ladder is asked: may this agent do this?
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    pub agent: &'a Agent,
    pub action: &'a Action,
    /// The one that the action belongs to.
    pub integration: &'a Integration,
    pub kind: Kind,
    /// The user acted for, who is among the agent's users.
    pub on_behalf_of: Option<&'a Person>,
    pub conversation: Option<&'a Untrusted>,
    pub risk: Risk,
}

/// What the ladder answers, and how it came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    pub verdict: Verdict,
    /// What each of the seven rungs said, top first.
    pub trace: Vec<Rung>,
    /// The opt-in that let it through, if it was one.
    pub opt_in: Option<OptInScope>,
}

/// Finds the verdict on a question.
pub fn evaluate(question: &Question, policy: &Policy, workspace: &Workspace, now: At) -> Judgement {
    let mut trace = Vec::with_capacity(RungName::ALL.len());
    let mut decided = None;
    for rung in RungName::ALL {
        let said = match rung {
            _ if !has_a_say(rung, decided.as_ref()) => RungAnswer::not_asked(),
            RungName::Off => off::answer(question, workspace),
            RungName::Blocked => blocked::answer(question, policy),
            RungName::Locked => locked::answer(question, policy),
            RungName::Mode => mode::answer(question, policy),
            RungName::Trusted => trusted::answer(question, policy),
            RungName::Ask => ask::answer(question, policy),
            RungName::OwnOptIn => own_opt_in::answer(question, policy, workspace, now),
        };
        trace.push(said.line(rung));
        if let Some(effect) = said.effect() {
            decided = Some((rung, effect, said));
        }
    }
    conclude(decided, trace)
}

type Decided = (RungName, Effect, RungAnswer);

/// A rung is asked while none above it has answered; one's own opt-in also when *ask* said ask.
fn has_a_say(rung: RungName, decided: Option<&Decided>) -> bool {
    match decided {
        None => true,
        Some((by, effect, _)) => {
            (rung, *by, *effect) == (RungName::OwnOptIn, RungName::Ask, Effect::Ask)
        }
    }
}

/// *Ask* always answers; were that ever untrue, a person is asked.
fn conclude(decided: Option<Decided>, trace: Vec<Rung>) -> Judgement {
    let (rung, effect, said) = decided.unwrap_or_else(|| {
        let said = RungAnswer::ask("nothing lets it through".to_owned());
        (RungName::Ask, Effect::Ask, said)
    });
    Judgement {
        verdict: Verdict {
            effect,
            rung,
            rule: said.rule,
            text: said.text,
        },
        trace,
        opt_in: said.opt_in,
    }
}

#[cfg(test)]
mod tests;
