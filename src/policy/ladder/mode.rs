//! Rung 4, *mode*: how free agents are. In `confirm_tools` what has no effect goes through.

use super::Question;
use super::answer::RungAnswer;
use crate::domain::request::Kind;
use crate::policy::catalogue::Catalogue;
use crate::policy::document::Policy;

pub(super) fn answer(question: &Question, policy: &Policy) -> RungAnswer {
    let _ = policy;
    confirm_tools(question)
}

fn confirm_tools(question: &Question) -> RungAnswer {
    let action = question.action;
    let name = &action.name;
    let allow = |text| RungAnswer::allow(text).by("confirm_tools");
    if question.kind == Kind::Step && Catalogue::shipped().is_step(name) {
        allow(format!("{name} is a step and has no effect outside"))
    } else if action.read_only && !action.needs_approval {
        allow(format!("{name} only reads and needs no approval"))
    } else if action.read_only {
        RungAnswer::pass(format!("{name} only reads, but needs approval"))
    } else {
        RungAnswer::pass(format!("{name} has an effect"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::verdict::Effect;
    use crate::policy::fixtures::Case;

    fn effect(case: &Case) -> Option<Effect> {
        answer(&case.question(), &Policy::default()).effect()
    }

    #[test]
    fn actions_with_an_effect_go_on() {
        assert_eq!(effect(&Case::new("email.send")), None);
        assert_eq!(effect(&Case::new("crm.merge")), None);
    }

    #[test]
    fn reading_is_let_through_unless_it_needs_approval() {
        let mut case = Case::new("file.read");
        assert_eq!(effect(&case), Some(Effect::Allow));
        case.action.needs_approval = true;
        assert_eq!(effect(&case), None);
    }

    #[test]
    fn needing_no_approval_is_not_yet_reading() {
        let mut case = Case::new("email.send");
        case.action.needs_approval = false;
        assert_eq!(
            effect(&case),
            None,
            "the rung below says what becomes of it"
        );
    }

    #[test]
    fn a_step_is_what_the_catalogue_calls_one_asked_for_as_one() {
        let mut case = Case::new("chat.reply");
        assert_eq!(effect(&case), None, "asked for as an action");
        case.kind = Kind::Step;
        assert_eq!(effect(&case), Some(Effect::Allow));

        let mut disguised = Case::new("email.send");
        disguised.kind = Kind::Step;
        assert_eq!(effect(&disguised), None);
    }
}
