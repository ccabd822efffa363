use super::*;
use crate::domain::review::Resolver;
use crate::domain::verdict::Effect;
use crate::policy::document::Review;
use crate::policy::fixtures::{Case, NOW, conversation};

const HOUR: i64 = 3_600_000;

fn hours_ago(hours: i64) -> At {
    At::from_millis(NOW.millis() - hours * HOUR)
}

fn always(person: &str) -> Case {
    Case::new("email.send").opted_in(person, OptInScope::Always, hours_ago(24 * 365))
}

fn for_conversation(agent: &str, id: &str, last_use: At) -> Case {
    Case::new("email.send").opted_in("ana", conversation(agent, id), last_use)
}

fn asked_under(case: &Case, review: &Review) -> RungAnswer {
    let asked = RungAnswer::ask("somebody is asked".to_owned(), review.clone());
    answer(&case.question(), Some(&asked), &case.workspace, NOW)
}

fn allowed_by(case: &Case) -> Option<OptInScope> {
    let said = asked_under(case, &Review::default());
    assert_eq!(said.effect() == Some(Effect::Allow), said.opt_in.is_some());
    said.opt_in
}

/// 01 §Ladder.7
#[test]
fn an_opt_in_for_always_lets_it_through() {
    let case = always("ana");
    assert_eq!(allowed_by(&case), Some(OptInScope::Always));
    let said = asked_under(&case, &Review::default());
    assert_eq!(said.text.plain(), "ana lets email.send through (always)");
    assert_eq!(said.rule.unwrap().plain(), "ana: always");
}

/// 01 §Claims, `conversation`
#[test]
fn an_opt_in_for_a_conversation_ends_12_hours_after_its_last_use() {
    let scope = Some(conversation("outreach", "c-1"));
    for (last_use, holds) in [
        (NOW, true),
        (hours_ago(11), true),
        (At::from_millis(hours_ago(12).millis() + 1), true),
        (hours_ago(12), false),
        (hours_ago(13), false),
    ] {
        let case = for_conversation("outreach", "c-1", last_use);
        assert_eq!(
            allowed_by(&case),
            scope.clone().filter(|_| holds),
            "{last_use}"
        );
    }
}

#[test]
fn nothing_but_ones_own_choice_counts() {
    assert_eq!(allowed_by(&Case::new("email.send")), None);
    assert_eq!(allowed_by(&always("ben")), None, "somebody else's");
    assert_eq!(allowed_by(&for_conversation("reporter", "c-1", NOW)), None);
    assert_eq!(allowed_by(&for_conversation("outreach", "c-2", NOW)), None);

    let mut elsewhere = for_conversation("outreach", "c-1", NOW);
    elsewhere.conversation = None;
    assert_eq!(allowed_by(&elsewhere), None, "outside any conversation");

    let mut nobody = always("ana");
    nobody.on_behalf_of = None;
    assert_eq!(allowed_by(&nobody), None);
    let mut gone = always("ana");
    gone.on_behalf_of.as_mut().unwrap().active = false;
    assert_eq!(allowed_by(&gone), None);
}

/// 01 §Ladder.7
#[test]
fn a_locked_action_and_critical_risk_are_always_asked_for() {
    let mut locked = always("ana");
    locked.action.auto_approval_allowed = false;
    assert_eq!(allowed_by(&locked), None);

    let mut critical = always("ana");
    critical.risk = Risk::High;
    assert!(allowed_by(&critical).is_some());
    critical.risk = Risk::Critical;
    assert_eq!(allowed_by(&critical), None);
}

/// 01 §Ladder.7: you may waive your own review, never someone else's.
#[test]
fn a_review_that_is_not_ones_own_alone_cannot_be_waived() {
    let own = Review::default();
    for review in [
        Review {
            resolver: Resolver::WORKSPACE_ADMINS,
            ..own.clone()
        },
        Review {
            approvals: 2,
            ..own.clone()
        },
        Review {
            approvals: 0,
            ..own.clone()
        },
        Review {
            separate: true,
            ..own.clone()
        },
        Review {
            resolver: Resolver::Manager,
            fallbacks: vec![Resolver::Requester],
            ..own.clone()
        },
    ] {
        let said = asked_under(&always("ana"), &review);
        assert_eq!(said.effect(), None, "{review:?}");
    }
    let with_fallbacks = Review {
        fallbacks: vec![Resolver::Manager],
        ..own
    };
    let said = asked_under(&always("ana"), &with_fallbacks);
    assert_eq!(
        said.effect(),
        Some(Effect::Allow),
        "fallbacks are for when ana can't"
    );
}
