//! 01 §Policy as a document: a condition that fails to evaluate never lets anything through; the rung treats it as
//! matched if it would restrict and as unmatched if it would allow, and says so in the trace.

use proptest::prelude::*;

use super::*;
use crate::domain::digest::Digest;
use crate::domain::risk::Risk;
use crate::policy::document::{RiskRule, Rules, Says, Trusted};
use crate::policy::fixtures::{about, rule, rules, when};
use crate::policy::risk::assess;

const LARGE: &str = "params.amount > 100.0";

fn payment(params: &str) -> Case {
    Case::new("payment.send").with(params).at_risk(Risk::Low)
}

fn small() -> Case {
    payment(r#"{"to":"acme","amount":50}"#)
}

fn large() -> Case {
    payment(r#"{"to":"acme","amount":250.5}"#)
}

/// Payments whose size nobody can tell: the first names none, the second one that is no number.
fn unclear() -> [Case; 2] {
    [
        payment(r#"{"to":"acme"}"#),
        payment(r#"{"to":"acme","amount":"lots"}"#),
    ]
}

fn asks(locked: bool) -> Says {
    Says::Ask {
        locked,
        review: Review::default(),
    }
}

fn verdict(case: &Case, says: Says) -> (Effect, RungName, String) {
    let mut case = case.clone();
    case.action.needs_approval = false;
    let policy = rules(vec![rule("Large", when("payment.*", LARGE), says)]);
    let verdict = judge_under(&case, &policy).verdict;
    (verdict.effect, verdict.rung, verdict.text.plain())
}

#[test]
fn a_rule_speaks_where_its_condition_holds_and_says_which() {
    for (says, effect, rung, text) in [
        (
            Says::Deny,
            Effect::Deny,
            RungName::Blocked,
            "rule “Large” denies it",
        ),
        (
            asks(true),
            Effect::Ask,
            RungName::Locked,
            "locked rule “Large” asks the requester",
        ),
        (
            asks(false),
            Effect::Ask,
            RungName::Ask,
            "rule “Large” asks the requester",
        ),
    ] {
        let small = verdict(&small(), says.clone());
        assert_eq!((small.0, small.1), (Effect::Allow, RungName::Ask));
        let large = verdict(&large(), says.clone());
        assert_eq!((large.0, large.1), (effect, rung));
        assert_eq!(large.2, format!("{text}, since {LARGE}"));
        for case in unclear() {
            let unclear = verdict(&case, says.clone());
            assert_eq!((unclear.0, unclear.1), (effect, rung));
            let doubt = format!("{text}, since nobody can tell whether {LARGE} (");
            assert!(unclear.2.starts_with(&doubt), "{}", unclear.2);
            assert!(
                unclear.2.ends_with("), which counts as matched"),
                "{}",
                unclear.2
            );
        }
    }
}

fn trusting(condition: &str) -> Policy {
    let trusted = Trusted {
        pattern: PatternRef {
            name: Untrusted::from("Small"),
            text: Digest::of_bytes(condition.as_bytes()),
        },
        scope: when("payment.*", condition),
        max_risk: Risk::Medium,
        uses: None,
        until: None,
    };
    Policy {
        trusted: vec![trusted],
        ..Policy::default()
    }
}

#[test]
fn a_pattern_lets_through_only_what_certainly_matches() {
    let policy = trusting("params.amount < 100.0");
    let said = judge_under(&small(), &policy).verdict;
    assert_eq!((said.effect, said.rung), (Effect::Allow, RungName::Trusted));
    assert_eq!(judge_under(&large(), &policy).verdict.effect, Effect::Ask);
    for case in unclear() {
        let said = judge_under(&case, &policy);
        assert_eq!(said.verdict.effect, Effect::Ask);
        assert!(said.passed_over.is_empty());
        let text = said.trace[4].text.plain();
        let doubt = "trusted pattern “Small” doesn't match, since nobody can tell whether";
        assert!(text.starts_with(doubt), "{text}");
    }
}

#[test]
fn a_risk_rule_counts_unless_it_certainly_does_not_match() {
    let policy = Policy {
        risks: vec![RiskRule {
            name: Untrusted::from("Large"),
            scope: when("payment.*", LARGE),
            level: Risk::Critical,
            reason: Untrusted::from("amount above 100"),
        }],
        ..Policy::default()
    };
    let assessed = |case: &Case| assess(&case.question(), None, &[], &policy, NOW);
    assert_eq!(assessed(&small()).level, Risk::High);
    let found = assessed(&large());
    assert_eq!(found.level, Risk::Critical);
    assert_eq!(found.reasons, [Untrusted::from("amount above 100")]);
    for case in unclear() {
        let found = assessed(&case);
        assert_eq!(found.level, Risk::Critical);
        let reason = found.reasons[0].plain();
        let doubt = "amount above 100, since nobody can tell whether";
        assert!(reason.starts_with(doubt), "{reason}");
    }
}

/// 01 §Claims, `context`: a condition that lets something through on `context` is allowed.
#[test]
fn conditions_look_at_what_the_agent_says_of_itself() {
    let policy = trusting("context.dry_run == true");
    let mut case = large();
    assert_eq!(
        judge_under(&case, &policy).verdict.effect,
        Effect::Ask,
        "absent"
    );
    case.context = Some(crate::policy::fixtures::json(r#"{"dry_run":true}"#));
    assert_eq!(judge_under(&case, &policy).verdict.effect, Effect::Allow);
}

/// 01 §Risk: it is assessed before the ladder, whose conditions see what was found.
#[test]
fn conditions_see_the_risk() {
    let policy = rules(vec![rule(
        "Grave",
        when("*", r#"risk in ["high", "critical"]"#),
        Says::Deny,
    )]);
    let effect = |risk| judge_under(&small().at_risk(risk), &policy).verdict.effect;
    assert_eq!(effect(Risk::Medium), Effect::Ask);
    assert_eq!(effect(Risk::High), Effect::Deny);
}

proptest! {
    /// 01 §States, invariant 12: whatever is taken away from the parameters, nothing that was held back is let through.
    #[test]
    fn parameters_that_are_missing_never_loosen(
        amount in 0..300_i64, flagged: bool, without in 0..3_usize, deny: bool,
    ) {
        let all = [format!(r#""amount":{amount}"#), format!(r#""flagged":{flagged}"#), r#""to":"acme""#.to_owned()];
        let full = payment(&format!("{{{}}}", all.join(",")));
        let mut some = all.to_vec();
        some.remove(without);
        let fewer = payment(&format!("{{{}}}", some.join(",")));

        let says = if deny { Says::Deny } else { asks(true) };
        let condition = "params.amount > 100 || params.flagged || params.to == \"evil\"";
        let policy = Policy {
            rules: Rules::new(vec![rule("R", when("*", condition), says)]),
            ..trusting("params.amount < 200 && !params.flagged && params.to == \"acme\"")
        };
        let strictness = |case: &Case| match judge_under(case, &policy).verdict.effect {
            Effect::Allow => 0,
            Effect::Ask => 1,
            Effect::Deny => 2,
        };
        prop_assert!(strictness(&fewer) >= strictness(&full));
    }
}

/// Ways to write a mailbox at evil.example that some mailer reads as one, and no list does.
const EVIL: [&str; 8] = [
    "x@evil.example.",
    "X@EVIL.Example.",
    "Pat <x@evil.example.>",
    "x@evil\u{3002}example",
    "x@ev\u{200b}il.example",
    "\"x y\"@evil.example",
    "ann@ourco.example@evil.example",
    "=?utf-8?q?x?=@evil.example",
];

/// 01 §States.12: what can be read in two ways is held to be whichever restricts.
#[test]
fn a_rule_about_a_host_holds_however_the_host_is_written() {
    let at_evil = "recipients.exists(r, r.endsWith('@evil.example'))";
    let policy = rules(vec![rule("Never", when("email.*", at_evil), Says::Deny)]);
    for to in EVIL {
        let verdict = judge_under(&Case::mail(&[to]), &policy).verdict;
        assert_eq!(verdict.effect, Effect::Deny, "{to}");
    }
    for to in ["x@EVIL.example", "Pat <x@Evil.Example>"] {
        let verdict = judge_under(&Case::mail(&[to]), &policy).verdict;
        let text = format!("rule “Never” denies it, since {at_evil}");
        assert_eq!(verdict.text.plain(), text);
    }
    for to in [
        "x@evil.example.org",
        "x@notevil.example.",
        "#evil.example",
        "+4420",
    ] {
        let verdict = judge_under(&Case::mail(&[to]), &policy).verdict;
        assert_ne!(verdict.effect, Effect::Deny, "{to}");
    }
    // Another alphabet's host is written in one way only.
    let idn = "recipients.exists(r, r.endsWith('@xn--bcher-kva.example'))";
    let policy = rules(vec![rule("Never", when("email.*", idn), Says::Deny)]);
    for to in [
        "x@bücher.example",
        "x@BÜCHER.example.",
        "x@XN--bcher-kva.Example.",
    ] {
        let verdict = judge_under(&Case::mail(&[to]), &policy).verdict;
        assert_eq!(verdict.effect, Effect::Deny, "{to}");
    }
}

/// What may be another mailbox than it says is let through by no pattern, whether it speaks of recipients or not.
#[test]
fn no_pattern_lets_through_what_can_be_read_in_two_ways() {
    let at_home = "recipients.all(r, r.endsWith('ourco.example') || r.endsWith('.'))";
    for scope in [about("email.*"), when("email.*", at_home)] {
        let trusted = Trusted {
            pattern: crate::domain::pattern::PatternRef {
                name: "Ours".into(),
                text: Digest::of_bytes(b"ours"),
            },
            scope,
            max_risk: Risk::Critical,
            uses: None,
            until: None,
        };
        let policy = Policy {
            trusted: vec![trusted],
            ..Policy::default()
        };
        let effect = |to| judge_under(&Case::mail(&[to]), &policy).verdict.effect;
        assert_eq!(effect("ann@ourco.example"), Effect::Allow);
        assert_eq!(effect("ann@ourco.example."), Effect::Ask);
    }
}
