//! How much harm a request could do: the action's default, raised by what speaks for more.
//! Invariant: nothing that an agent says makes it less.

use super::excerpt::beginning;
use crate::domain::people::Action;
use crate::domain::risk::{Assessment, Declared};
use crate::domain::untrusted::Untrusted;

/// How much of an agent's own reason is kept beside the level.
const REASON_CHARS: usize = 300;

/// The risk of a request for `action`, of which the agent says `declared`.
pub fn assess(action: &Action, declared: Option<&Declared>) -> Assessment {
    match declared.filter(|declared| declared.level > action.default_risk) {
        Some(declared) => Assessment {
            level: declared.level,
            reasons: vec![agents_reason(declared)],
        },
        None => Assessment {
            level: action.default_risk,
            reasons: Vec::new(),
        },
    }
}

fn agents_reason(declared: &Declared) -> Untrusted {
    let said = declared.reason.as_ref().map(|r| r.raw_for_execution());
    Untrusted::from(match said.map(|said| beginning(said, REASON_CHARS)) {
        Some((said, false)) => format!("the agent says: {said}"),
        Some((said, true)) => format!("the agent says: {said}…"),
        None => format!("the agent says that the risk is {}", declared.level.word()),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::risk::Risk;
    use crate::policy::fixtures::action;

    fn declared(level: Risk, reason: Option<&str>) -> Declared {
        Declared {
            level,
            reason: reason.map(Untrusted::from),
        }
    }

    fn reasons(assessment: &Assessment) -> Vec<&str> {
        assessment
            .reasons
            .iter()
            .map(Untrusted::raw_for_execution)
            .collect()
    }

    #[test]
    fn an_agent_can_raise_the_risk_and_is_named_as_the_one_who_says_so() {
        let action = action("email.send");
        let raised = assess(
            &action,
            Some(&declared(Risk::High, Some("external recipient"))),
        );
        assert_eq!(raised.level, Risk::High);
        assert_eq!(reasons(&raised), ["the agent says: external recipient"]);

        let silent = assess(&action, Some(&declared(Risk::Critical, None)));
        assert_eq!(
            reasons(&silent),
            ["the agent says that the risk is critical"]
        );
    }

    #[test]
    fn a_long_reason_is_cut() {
        let long = "x".repeat(100_000);
        let raised = assess(
            &action("email.send"),
            Some(&declared(Risk::High, Some(&long))),
        );
        let kept = reasons(&raised)[0];
        assert!(kept.ends_with("x…") && kept.chars().count() < 400);
    }

    proptest! {
        #[test]
        fn what_an_agent_declares_never_lowers_it(
            default in proptest::sample::select(&Risk::ALL[..]),
            level in proptest::sample::select(&Risk::ALL[..]),
            reason in proptest::option::of(".{0,20}"),
        ) {
            let mut action = action("email.send");
            action.default_risk = default;
            let plain = assess(&action, None);
            let raised = assess(&action, Some(&declared(level, reason.as_deref())));
            prop_assert_eq!(plain.level, default);
            prop_assert_eq!(raised.level, default.max(level));
            prop_assert_eq!(raised.reasons.is_empty(), level <= default);
        }
    }
}
