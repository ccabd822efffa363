//! The ladder: how a verdict is found. Seven rungs are asked in order and the first that answers
//! decides; only *own opt-in* may speak after another has answered, and only to spare a person their own
//! review. What every rung said is kept as the trace.
//!
//! Invariant: absent, unknown or unparsable never leads to *allow*; adding a deny rule or a locked one, or anything
//! that an agent declares, never loosens.

mod answer;
mod ask;
mod blocked;
mod capability;
pub(in crate::policy) mod fit;
mod locked;
mod mode;
mod off;
mod own_opt_in;
mod trusted;

use crate::domain::json::Json;
use crate::domain::pattern::PatternRef;
use crate::domain::people::{Action, Agent, Integration, Person};
use crate::domain::recipient::{self, Found, Recipient};
use crate::domain::request::{Kind, Resource, Trigger};
use crate::domain::review::OptInScope;
use crate::domain::risk::Risk;
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;
use crate::domain::verdict::{Answer, Effect, Rung, RungName, Verdict};
use crate::domain::workspace::Workspace;
use crate::policy::document::{Mode, Policy, Review, Rule};
use crate::policy::unseen;

use answer::RungAnswer;
use mode::Freedom;

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
    /// Why no standing trust covers the tool that it names, if none does.
    pub tool_doubt: Option<&'a str>,
}

impl Question<'_> {
    /// Why nothing lets it through without a person, if that is so: what it would do can't be told for sure.
    fn doubt(&self) -> Option<String> {
        let of_tool = self.tool_doubt.map(str::to_owned);
        of_tool
            .or_else(|| self.unseen())
            .or_else(|| self.recipients.doubt())
    }

    /// The rules for its action and agent, in the order written.
    fn rules<'a>(&'a self, policy: &'a Policy) -> Vec<&'a Rule> {
        let (action, agent) = (self.action.name.as_str(), self.agent.id.as_str());
        policy.rules.about(action, agent).collect()
    }

    /// Why the recipients that the parameters name may not be all, if that is so.
    pub(in crate::policy) fn unseen(&self) -> Option<String> {
        unseen::doubt(self.action, self.params, &self.recipients.found)
    }
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

impl Question<'_> {
    /// Why nothing is approved but by somebody who looks at it: it can't be told for sure what it would do, or it hides
    /// something.
    pub(in crate::policy) fn deception(&self) -> Option<String> {
        self.doubt().or_else(|| {
            let recipients = self.recipients.normal.iter();
            let mut said: Vec<&str> = recipients.map(String::as_str).collect();
            texts(self.params, &mut said);
            let resource = self.resource.into_iter();
            let named = resource.flat_map(|resource| [&resource.kind, &resource.id]);
            said.extend(named.map(Untrusted::raw_for_execution));
            let report = Untrusted::from(said.join("\n")).report();
            (!report.is_empty()).then(|| report.summary().join(", "))
        })
    }
}

/// Every text of a value, the names of members included.
fn texts<'a>(value: &'a Json, found: &mut Vec<&'a str>) {
    match value {
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
        Json::String(text) => found.push(text),
        Json::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Json::Object(members) => members.iter().for_each(|(key, value)| {
            found.push(key);
            texts(value, found);
        }),
    }
}

impl Recipients {
    /// Why nobody can tell whom it reaches, if that is so.
    pub(in crate::policy) fn doubt(&self) -> Option<String> {
        let mut all = self.normal.iter().map(|text| Recipient::parse(text));
        let unread =
            !self.found.all_parsed() || all.any(|one| one.kind() == recipient::Kind::Unparsable);
        unread.then(|| "a recipient can't be read".to_owned())
    }
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
    /// The terms on which a person is asked, where one is. The verdict names the rule or capability whose they are.
    pub review: Option<Review>,
}

/// Finds the verdict on a question.
pub fn evaluate(question: &Question, policy: &Policy, workspace: &Workspace, now: At) -> Judgement {
    let freedom = Freedom::of(question, policy);
    let sight = fit::sight(question, now);
    let about = question.rules(policy);
    let mut descent = Descent::default();
    for rung in RungName::ALL {
        if !descent.has_a_say(rung) {
            descent.take(rung, RungAnswer::not_asked());
            continue;
        }
        let said = match rung {
            RungName::Off => off::answer(question, workspace),
            RungName::Blocked => blocked::answer(question, policy, &about, &sight),
            RungName::Locked => locked::answer(question, &about, &sight),
            RungName::Mode => mode::answer(question, &freedom),
            RungName::Trusted => {
                let (said, passed_over) = trusted::answer(question, policy, workspace, &sight, now);
                descent.passed_over = passed_over;
                said
            }
            RungName::Ask => ask::answer(question, policy, &about, &sight, &freedom),
            RungName::OwnOptIn => {
                let asked = descent.decided.as_ref().map(|(_, _, said)| said);
                own_opt_in::answer(question, asked, workspace, now)
            }
        };
        descent.take(rung, said);
    }
    let judged = descent.conclude();
    match freedom.mode {
        Mode::Audit if judged.verdict.rung >= RungName::Mode => audited(judged, &freedom),
        _ => judged,
    }
}

/// The way down the ladder, as far as it has come.
#[derive(Default)]
struct Descent {
    decided: Option<(RungName, Effect, RungAnswer)>,
    trace: Vec<Rung>,
    passed_over: Vec<PatternRef>,
}

impl Descent {
    /// A rung is asked while none above it has answered; one's own opt-in also when *ask* said ask.
    fn has_a_say(&self, rung: RungName) -> bool {
        match &self.decided {
            None => true,
            Some((by, effect, _)) => {
                (rung, *by, *effect) == (RungName::OwnOptIn, RungName::Ask, Effect::Ask)
            }
        }
    }

    fn take(&mut self, rung: RungName, said: RungAnswer) {
        self.trace.push(said.line(rung));
        if let Some(effect) = said.effect() {
            self.decided = Some((rung, effect, said));
        }
    }

    /// *Ask* always answers; were that ever untrue, a person is asked.
    fn conclude(self) -> Judgement {
        let (rung, effect, said) = self.decided.unwrap_or_else(|| {
            let said = RungAnswer::ask("nothing lets it through".to_owned(), Review::default());
            (RungName::Ask, Effect::Ask, said)
        });
        let asks = effect == Effect::Ask;
        Judgement {
            verdict: Verdict {
                effect,
                rung,
                rule: said.rule,
                text: said.text,
            },
            trace: self.trace,
            opt_in: said.opt_in,
            pattern: said.pattern,
            passed_over: if asks { self.passed_over } else { Vec::new() },
            would_have_been: None,
            review: said.review.filter(|_| asks),
        }
    }
}

/// In audit mode the verdict is only noted and the request goes through. What the rungs below would have said stays
/// in the trace, and nothing of theirs is used.
fn audited(judged: Judgement, freedom: &Freedom) -> Judgement {
    let would = match judged.verdict.effect {
        Effect::Allow => "let it through",
        Effect::Deny => "denied it",
        Effect::Ask => "asked",
    };
    let why = judged.verdict.text.raw_for_execution();
    let text = format!(
        "{} lets everything through; confirm_tools would have {would}: {why}",
        freedom.name()
    );
    let said = RungAnswer::allow(text).by(Mode::Audit.word());
    let noted = |rung: Rung| match (rung.rung, rung.answer) {
        (RungName::Mode, _) => said.line(RungName::Mode),
        (below, answer) if below > RungName::Mode && answer != Answer::NotAsked => {
            let text = format!("only noted: {}", rung.text.raw_for_execution());
            Rung {
                text: Untrusted::from(text),
                ..rung
            }
        }
        _ => rung,
    };
    Judgement {
        trace: judged.trace.into_iter().map(noted).collect(),
        verdict: Verdict {
            effect: Effect::Allow,
            rung: RungName::Mode,
            rule: said.rule.clone(),
            text: said.text.clone(),
        },
        opt_in: None,
        pattern: None,
        passed_over: Vec::new(),
        would_have_been: Some(judged.verdict),
        review: None,
    }
}

#[cfg(test)]
mod tests;
