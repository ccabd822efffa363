//! Rung 6, *ask*: who has to be asked is decided here. It always answers.

use super::Question;
use super::answer::RungAnswer;
use crate::policy::document::Policy;

pub(super) fn answer(question: &Question, policy: &Policy) -> RungAnswer {
    let name = &question.action.name;
    match policy.mode {
        _ if question.action.needs_approval => RungAnswer::ask(format!("{name} needs approval")),
        _ => RungAnswer::allow(format!("{name} needs no approval")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::verdict::Effect;
    use crate::policy::fixtures::Case;

    fn said(case: &Case) -> (Option<Effect>, String) {
        let answer = answer(&case.question(), &Policy::default());
        (answer.effect(), answer.text.plain())
    }

    #[test]
    fn it_asks_for_what_needs_approval_and_lets_the_rest_through() {
        let mut case = Case::new("email.send");
        let asked = (Some(Effect::Ask), "email.send needs approval".to_owned());
        assert_eq!(said(&case), asked);
        case.action.needs_approval = false;
        let allowed = (
            Some(Effect::Allow),
            "email.send needs no approval".to_owned(),
        );
        assert_eq!(said(&case), allowed);
    }

    #[test]
    fn an_action_that_nobody_knows_is_asked_for() {
        assert_eq!(said(&Case::new("crm.merge")).0, Some(Effect::Ask));
    }
}
