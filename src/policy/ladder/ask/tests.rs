use super::*;
use crate::domain::time::Span;
use crate::domain::untrusted::Untrusted;
use crate::domain::verdict::Effect;
use crate::policy::document::{Capability, Terms};
use crate::policy::fixtures::{Case, NOW, ask, rules};
use crate::policy::glob::Glob;
use crate::policy::ladder::fit::sight;

fn said_under(case: &Case, policy: &Policy) -> RungAnswer {
    let question = case.question();
    let freedom = Freedom::of(&question, policy);
    let (about, sight) = (question.rules(policy), sight(&question, NOW));
    answer(&question, policy, &about, &sight, &freedom)
}

fn said(case: &Case, policy: &Policy) -> (Option<Effect>, String) {
    let answer = said_under(case, policy);
    (answer.effect(), answer.text.plain())
}

/// 01 §Ladder.6: in `confirm_tools` every action with `needs_approval` asks; anything else → allow.
#[test]
fn it_asks_for_what_needs_approval_and_lets_the_rest_through() {
    let mut case = Case::new("email.send");
    let policy = Policy::default();
    let asked = (Some(Effect::Ask), "email.send needs approval".to_owned());
    assert_eq!(said(&case, &policy), asked);
    case.action.needs_approval = false;
    let allowed = (
        Some(Effect::Allow),
        "email.send needs no approval".to_owned(),
    );
    assert_eq!(said(&case, &policy), allowed);
}

#[test]
fn an_action_that_nobody_knows_is_asked_for() {
    assert_eq!(
        said(&Case::new("crm.merge"), &Policy::default()).0,
        Some(Effect::Ask)
    );
}

/// 01 §Ladder.6: in `blocking` every request asks, steps and read-only ones included.
#[test]
fn a_blocking_mode_asks_for_everything() {
    let policy = Policy {
        mode: Mode::Blocking,
        ..Policy::default()
    };
    for name in ["chat.reply", "file.read", "email.send"] {
        let mut case = Case::new(name);
        case.action.needs_approval = false;
        assert_eq!(
            said(&case, &policy),
            (
                Some(Effect::Ask),
                "mode blocking of the workspace asks for every request".to_owned()
            )
        );
    }
}

/// 01 §Ladder.6: first matching ask rule; else capability settings; else the mode.
#[test]
fn the_first_rule_that_matches_asks_before_capability_and_mode() {
    let review = |resolver| Review {
        resolver,
        ..Review::default()
    };
    let policy = Policy {
        capabilities: vec![Capability {
            agent: Glob::new("outreach"),
            action: Glob::new("*"),
            terms: Terms::AskAlways,
        }],
        ..rules(vec![
            ask("Records", "record.*", false, Review::default()),
            ask("Mail", "email.*", false, review(Resolver::RecordOwner)),
            ask("All mail", "email.*", false, review(Resolver::Manager)),
        ])
    };
    let by_rule = said_under(&Case::new("email.send"), &policy);
    assert_eq!(by_rule.rule, Some(Untrusted::from("Mail")));
    assert_eq!(by_rule.text.plain(), "rule “Mail” asks the record owner");
    assert_eq!(by_rule.review, Some(review(Resolver::RecordOwner)));

    let by_capability = said_under(&Case::new("sms.send"), &policy);
    assert_eq!(
        by_capability.rule,
        Some(Untrusted::from("capability outreach *"))
    );
    assert_eq!(by_capability.review, Some(Review::default()));
}

#[test]
fn a_rule_that_lets_time_approve_says_so() {
    let delay = Review {
        resolver: Resolver::AutoAfter(Span::from_secs(600)),
        ..Review::default()
    };
    let policy = rules(vec![ask("Slow", "*", false, delay)]);
    assert_eq!(
        said(&Case::new("email.send"), &policy),
        (
            Some(Effect::Ask),
            "rule “Slow” approves it after 10m if nobody rejects it".to_owned()
        )
    );
}
