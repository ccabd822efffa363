//! Whether a rule, a pattern or a risk rule speaks of a question. Where nobody can tell, whoever asks takes it as
//! matched if that restricts, and as unmatched if it would allow.

use std::cell::OnceCell;

use super::Question;
use crate::domain::id::ActionName;
use crate::domain::recipient::Recipient;
use crate::domain::time::At;
use crate::policy::condition::{Condition, Facts, Scene};
use crate::policy::document::{Category, Scope};
use crate::policy::glob::Glob;

/// How a scope fits a question, with the reason as a clause: `since size(recipients) > 1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::policy) enum Fit {
    No,
    /// Everything that it asks is so; the clause is empty where it asks for no more than names.
    Yes(String),
    /// Something that it asks about is absent or can't be evaluated.
    CannotTell(String),
}

impl Fit {
    /// The clause if it matches as what restricts does.
    pub(in crate::policy) fn restricting(self) -> Option<String> {
        match self {
            Fit::No => None,
            Fit::Yes(clause) => Some(clause),
            Fit::CannotTell(clause) => Some(format!("{clause}, which counts as matched")),
        }
    }
}

/// What conditions can look at, made once for all that are asked of one question.
pub(in crate::policy) struct Sight<'a> {
    facts: Facts<'a>,
    as_sent: Scene<'a>,
    /// The recipients as some mailer would read them, where one of them isn't understood.
    perhaps: OnceCell<Option<Vec<String>>>,
}

impl Sight<'_> {
    /// Whether a condition holds. Of a recipient that can be read in two ways nobody can tell, unless it holds of it
    /// as it was sent.
    fn shows(&self, condition: &Condition) -> Result<bool, String> {
        let holds = condition.holds_in(&self.as_sent);
        if holds != Ok(false) || !condition.looks_at_recipients() {
            return holds.map_err(|error| error.to_string());
        }
        let perhaps = self.perhaps.get_or_init(|| perhaps(self.facts.recipients));
        let facts = |recipients| Facts {
            recipients,
            ..self.facts
        };
        match perhaps {
            Some(read) if condition.holds(&facts(read)) != Ok(false) => {
                Err("a recipient can be read in two ways".to_owned())
            }
            _ => Ok(false),
        }
    }
}

/// What can be seen of a question.
pub(in crate::policy) fn sight<'a>(question: &Question<'a>, now: At) -> Sight<'a> {
    let facts = Facts {
        action: question.action.name.as_str(),
        agent: question.agent.id.as_str(),
        user: question.on_behalf_of.map(|user| user.id.as_str()),
        resource: question.resource,
        recipients: &question.recipients.normal,
        params: question.params,
        context: question.context,
        risk: question.risk,
        trigger: question.trigger,
        now,
    };
    Sight {
        facts,
        as_sent: Scene::of(facts),
        perhaps: OnceCell::new(),
    }
}

fn perhaps(recipients: &[String]) -> Option<Vec<String>> {
    let read: Vec<_> = recipients
        .iter()
        .map(|text| Recipient::parse(text).perhaps())
        .collect();
    let odd = read.iter().any(Option::is_some);
    let either = read.into_iter().zip(recipients);
    odd.then(|| {
        either
            .map(|(read, sent)| read.unwrap_or_else(|| sent.clone()))
            .collect()
    })
}

/// How a scope fits a question.
pub(in crate::policy) fn fit(scope: &Scope, question: &Question, sight: &Sight<'_>) -> Fit {
    let named = is_in(scope.category, &question.action.name)
        && describes(scope.agent.as_ref(), question.agent.id.as_str())
        && describes(scope.action.as_ref(), question.action.name.as_str());
    if !named {
        return Fit::No;
    }
    let resource = match (&scope.resource, question.resource) {
        (Some(wanted), Some(resource)) if *wanted != resource.kind => return Fit::No,
        (Some(_), None) => Some("since it names no resource".to_owned()),
        _ => None,
    };
    let Some(condition) = &scope.when else {
        return match resource {
            Some(clause) => Fit::CannotTell(clause),
            None => Fit::Yes(String::new()),
        };
    };
    match (sight.shows(condition), resource) {
        (Ok(false), _) => Fit::No,
        (_, Some(clause)) => Fit::CannotTell(clause),
        (Ok(true), None) => Fit::Yes(format!("since {}", condition.source())),
        (Err(error), None) => Fit::CannotTell(format!(
            "since nobody can tell whether {} ({error})",
            condition.source()
        )),
    }
}

/// A mutation of a record is `record.*`; every other action is an agent's action.
fn is_in(category: Option<Category>, action: &ActionName) -> bool {
    let mutation = action.as_str().starts_with("record.");
    match category {
        None => true,
        Some(Category::RecordMutation) => mutation,
        Some(Category::AgentAction) => !mutation,
    }
}

fn describes(glob: Option<&Glob>, text: &str) -> bool {
    glob.is_none_or(|glob| glob.matches(text))
}

/// A sentence with its reason, if there is one to give.
pub(super) fn because(sentence: String, clause: &str) -> String {
    match clause {
        "" => sentence,
        clause => format!("{sentence}, {clause}"),
    }
}
