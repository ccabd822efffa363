use super::*;
use crate::domain::digest::Digest;
use crate::domain::pattern::PatternState;
use crate::domain::risk::Risk;
use crate::domain::time::Span;
use crate::domain::untrusted::Untrusted;
use crate::domain::verdict::{Effect, RungName};
use crate::policy::document::{Review, Scope};
use crate::policy::fixtures::{Case, NOW, ask, id, rules};
use crate::policy::glob::Glob;
use crate::policy::ladder::{Judgement, evaluate};

fn pattern(name: &str) -> Trusted {
    Trusted {
        pattern: PatternRef {
            name: Untrusted::from(name),
            text: Digest::of_bytes(name.as_bytes()),
        },
        scope: Scope {
            agent: Some(Glob::new("reporter")),
            action: Some(Glob::new("data.export")),
            ..Scope::default()
        },
        max_risk: Risk::Medium,
        uses: None,
        until: None,
    }
}

fn export() -> Case {
    Case::new("data.export").by("reporter")
}

fn judged(case: &Case, trusted: Vec<Trusted>) -> Judgement {
    let policy = Policy {
        trusted,
        ..rules(vec![ask("Exports", "data.*", false, Review::default())])
    };
    evaluate(&case.question(), &policy, &case.workspace, NOW)
}

fn used(mut case: Case, pattern: &Trusted, uses: u64, suspended: Option<&str>) -> Case {
    let state = PatternState {
        author: Some(id("dana")),
        uses,
        last_use: None,
        suspended: suspended.map(Untrusted::from),
    };
    case.workspace
        .patterns
        .insert(pattern.pattern.clone(), state);
    case
}

/// 01 §Ladder.5, §Trusted patterns: a grant for an agent and an action.
#[test]
fn a_pattern_lets_through_what_it_matches_also_past_an_ask_rule() {
    let small = pattern("Small exports");
    let said = judged(&export(), vec![small.clone()]);
    assert_eq!(said.verdict.effect, Effect::Allow);
    assert_eq!(said.verdict.rung, RungName::Trusted);
    assert_eq!(said.verdict.rule, Some(small.pattern.name.clone()));
    assert_eq!(said.pattern, Some(small.pattern.clone()));
    assert_eq!(
        said.verdict.text.plain(),
        "trusted pattern “Small exports” lets it through"
    );

    let others = judged(&Case::new("data.export"), vec![small]);
    assert_eq!(others.verdict.effect, Effect::Ask);
    assert_eq!((others.pattern, others.passed_over), (None, Vec::new()));
}

/// 01 §Trusted patterns: resource type.
#[test]
fn a_pattern_for_a_resource_needs_it_to_be_named() {
    let mut reports = pattern("Reports");
    reports.scope.resource = Some(Untrusted::from("report"));
    let effect = |case: &Case| judged(case, vec![reports.clone()]).verdict.effect;
    assert_eq!(effect(&export().on("report", None)), Effect::Allow);
    assert_eq!(effect(&export().on("deal", None)), Effect::Ask);
    let unnamed = judged(&export(), vec![reports.clone()]);
    assert_eq!(unnamed.verdict.effect, Effect::Ask);
    assert!(unnamed.passed_over.is_empty(), "no limit held it back");
    assert_eq!(
        unnamed.trace[4].text.plain(),
        "trusted pattern “Reports” doesn't match, since it names no resource"
    );
}

/// 01 §Trusted patterns: a highest risk, an optional number of uses and end date. Those that a limit alone held back are
/// kept, for a rejection suspends them.
#[test]
fn what_only_a_limit_holds_back_is_passed_over() {
    let limited = Trusted {
        uses: Some(3),
        until: Some(NOW.plus(Span::from_secs(1))),
        ..pattern("Limited")
    };
    let passed = |case: &Case, trusted: &Trusted| {
        let said = judged(case, vec![trusted.clone()]);
        match said.verdict.effect {
            Effect::Allow => {
                assert!(said.passed_over.is_empty());
                None
            }
            _ => {
                assert_eq!(said.passed_over, std::slice::from_ref(&trusted.pattern));
                Some(said.trace[4].text.plain())
            }
        }
    };
    assert_eq!(passed(&export(), &limited), None);
    assert_eq!(passed(&used(export(), &limited, 2, None), &limited), None);
    for (case, trusted, why) in [
        (
            export().at_risk(Risk::High),
            limited.clone(),
            "the risk is high and its limit medium",
        ),
        (
            used(export(), &limited, 3, None),
            limited.clone(),
            "its 3 uses are used up",
        ),
        (
            export(),
            Trusted {
                until: Some(NOW),
                ..limited.clone()
            },
            "it ended at 2027-01-15T08:00:00.000Z",
        ),
    ] {
        let said = passed(&case, &trusted).unwrap();
        let expected = format!("trusted pattern “Limited” would let it through, but {why}");
        assert_eq!(said, expected);
    }
}

/// 01 §Trusted patterns: a suspended pattern matches nothing; its state belongs to name and text.
#[test]
fn a_suspended_pattern_matches_nothing_until_its_text_changes() {
    let old = pattern("Exports");
    let case = used(export(), &old, 1, Some("ben rejected req_1"));
    let said = judged(&case, vec![old.clone()]);
    assert_eq!(said.verdict.effect, Effect::Ask);
    assert!(said.passed_over.is_empty());
    assert_eq!(
        said.trace[4].text.plain(),
        "trusted pattern “Exports” is suspended: ben rejected req_1"
    );
    let mut changed = old;
    changed.pattern.text = Digest::of_bytes("changed".as_bytes());
    assert_eq!(judged(&case, vec![changed]).verdict.effect, Effect::Allow);
}

/// 01 §Trusted patterns: its author is whoever saved the policy version that brought it, shown with every use.
#[test]
fn a_use_names_the_author() {
    let exports = pattern("Exports");
    let said = judged(&used(export(), &exports, 1, None), vec![exports]);
    assert_eq!(
        said.verdict.text.plain(),
        "trusted pattern “Exports”, by dana, lets it through"
    );
}

#[test]
fn another_pattern_may_let_through_what_one_had_to_pass_over() {
    let tight = Trusted {
        max_risk: Risk::Low,
        ..pattern("Tight")
    };
    let said = judged(&export(), vec![tight, pattern("Wide")]);
    assert_eq!(said.verdict.rule, Some(Untrusted::from("Wide")));
    assert!(said.passed_over.is_empty());
}
