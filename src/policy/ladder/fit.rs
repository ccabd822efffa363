//! Whether a rule, a pattern or a risk rule speaks of a question. Where nobody can tell, whoever asks takes it as
//! matched if that restricts, and as unmatched if it would allow.

use super::Question;
use crate::domain::id::ActionName;
use crate::domain::time::At;
use crate::policy::condition::{Facts, Scene};
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
pub(in crate::policy) fn scene<'a>(question: &Question<'a>, now: At) -> Scene<'a> {
    Scene::of(Facts {
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
    })
}

/// How a scope fits a question.
pub(in crate::policy) fn fit(scope: &Scope, question: &Question, scene: &Scene<'_>) -> Fit {
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
    match (condition.holds_in(scene), resource) {
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
