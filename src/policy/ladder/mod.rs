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

use crate::domain::json::Json;
use crate::domain::pattern::PatternRef;
use crate::domain::people::{Action, Agent, Integration, Person};
use crate::domain::recipient::Found;
use crate::domain::request::{Kind, Resource, Trigger};
use crate::domain::review::OptInScope;
use crate::domain::risk::Risk;
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;
use crate::domain::verdict::{Effect, Rung, RungName, Verdict};
use crate::domain::workspace::Workspace;
use crate::policy::document::{Policy, Review};

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
    /// Where in the agent's workflow it is asked.
    pub node: Option<&'a str>,
    pub trigger: Trigger,
    pub resource: Option<&'a Resource>,
    pub recipients: &'a Recipients,
    pub params: &'a Json,
    pub context: Option<&'a Json>,
    pub risk: Risk,
    /// Another owner was claimed for the same resource within 90 days.
    pub owner_contested: bool,
}

/// Whom a request reaches.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recipients {
    /// Those that the parameters name.
    pub found: Found,
    /// The normal forms of the found ones; where there are none, of the declared ones.
    pub normal: Vec<String>,
    /// The normal forms are only what the agent declares.
    pub claimed: bool,
}

/// What the ladder answers, and how it came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    pub verdict: Verdict,
    /// What each of the seven rungs said, top first.
    pub trace: Vec<Rung>,
    /// The opt-in that let it through, if it was one.
    pub opt_in: Option<OptInScope>,
    /// The trusted pattern that let it through, if it was one.
    pub pattern: Option<PatternRef>,
    /// The patterns that would have let it through but for their limits: a rejection suspends them.
    pub passed_over: Vec<PatternRef>,
    /// In audit mode: what `confirm_tools` would have said.
    pub would_have_been: Option<Verdict>,
    /// The terms on which a person is asked, where one is.
    pub review: Option<Review>,
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
        pattern: None,
        passed_over: Vec::new(),
        would_have_been: None,
        review: (effect == Effect::Ask).then(Review::default),
    }
}

#[cfg(test)]
mod tests;
