//! Rung 7, *own opt-in*: you may waive your own review, never someone else's. It is asked only when the
//! rung before it says ask, and lets through only what the user acted for would review alone.

use super::Question;
use super::answer::RungAnswer;
use crate::domain::people::Person;
use crate::domain::review::OptInScope;
use crate::domain::risk::Risk;
use crate::domain::time::At;
use crate::domain::workspace::Workspace;

/// `asked` is how the rung before it asks.
pub(super) fn answer(
    question: &Question,
    asked: Option<&RungAnswer>,
    workspace: &Workspace,
    now: At,
) -> RungAnswer {
    let name = &question.action.name;
    let Some(user) = question.on_behalf_of.filter(|user| user.active) else {
        return RungAnswer::pass("no user is acted for whose own review this would be");
    };
    if !asked.is_some_and(|asked| asked.own) {
        RungAnswer::pass(format!("the review is not {}'s alone", user.id))
    } else if question.risk >= Risk::Critical {
        RungAnswer::pass("a person always decides at critical risk")
    } else if !question.action.auto_approval_allowed {
        RungAnswer::pass(format!(
            "{name} is not unlocked, so no opt-in lets it through"
        ))
    } else if let Some(doubt) = question.doubt() {
        RungAnswer::pass(format!("no opt-in lets it through: {doubt}"))
    } else {
        by_choice_of(user, question, workspace, now)
    }
}

fn by_choice_of(user: &Person, question: &Question, workspace: &Workspace, now: At) -> RungAnswer {
    let (user, name) = (&user.id, &question.action.name);
    let last_use = |scope: &OptInScope| {
        let choices = workspace.opt_ins.get(name)?;
        choices.get(&(user.clone(), scope.clone())).copied()
    };
    if last_use(&OptInScope::Always).is_some() {
        return RungAnswer::allow(format!("{user} lets {name} through (always)"))
            .by(format!("{user}: always"))
            .with_opt_in(OptInScope::Always);
    }
    let scope = question.conversation.map(|id| OptInScope::Conversation {
        agent: question.agent.id.clone(),
        conversation: id.clone(),
    });
    match scope.and_then(|scope| last_use(&scope).map(|at| (scope, at))) {
        Some((scope, at)) if scope.holds(at, now) => {
            let agent = &question.agent.id;
            RungAnswer::allow(format!(
                "{user} lets {name} through (in this conversation with {agent}), last at {at}"
            ))
            .by(format!("{user}: conversation"))
            .with_opt_in(scope)
        }
        Some((_, at)) => RungAnswer::pass(format!(
            "{user}'s opt-in for this conversation was last used at {at} and has ended since"
        )),
        None => RungAnswer::pass(format!("{user} has not opted in to {name}")),
    }
}

#[cfg(test)]
mod tests;
