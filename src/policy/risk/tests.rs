use proptest::prelude::*;

use super::*;
use crate::policy::document::{RiskRule, Scope};
use crate::policy::fixtures::{Case, NOW, about, json};

fn declared(level: Risk, reason: Option<&str>) -> Declared {
    Declared {
        level,
        reason: reason.map(Untrusted::from),
    }
}

fn assessed(case: &Case, declared: Option<&Declared>, policy: &Policy) -> (Risk, Vec<String>) {
    contacting(case, declared, &[], policy)
}

fn contacting(
    case: &Case,
    declared: Option<&Declared>,
    first_time: &[&str],
    policy: &Policy,
) -> (Risk, Vec<String>) {
    let first_time: Vec<String> = first_time.iter().map(ToString::to_string).collect();
    let found = assess(&case.question(), declared, &first_time, policy, NOW);
    let reasons = found.reasons.iter();
    (found.level, reasons.map(Untrusted::plain).collect())
}

fn with_rules(rules: Vec<RiskRule>) -> Policy {
    Policy {
        risks: rules,
        ..Policy::default()
    }
}

fn risk_rule(scope: Scope, level: Risk, reason: &str) -> RiskRule {
    RiskRule {
        name: Untrusted::from("R"),
        scope,
        level,
        reason: Untrusted::from(reason),
    }
}

/// 01 §Risk: the action's default, raised by what the agent declares.
#[test]
fn an_agent_can_raise_the_risk_and_is_named_as_the_one_who_says_so() {
    let case = Case::new("email.send");
    let policy = Policy::default();
    let high = declared(Risk::High, Some("external recipient"));
    let raised = assessed(&case, Some(&high), &policy);
    let said = vec!["the agent says: external recipient".to_owned()];
    assert_eq!(raised, (Risk::High, said));

    let silent = assessed(&case, Some(&declared(Risk::Critical, None)), &policy);
    assert_eq!(silent.1, ["the agent says that the risk is critical"]);
}

#[test]
fn a_long_reason_is_cut() {
    let long = declared(Risk::High, Some(&"x".repeat(100_000)));
    let raised = assessed(&Case::new("email.send"), Some(&long), &Policy::default());
    let kept = &raised.1[0];
    assert!(kept.ends_with("x…") && kept.chars().count() < 400);
}

/// 01 §Risk: risk rules, a condition → a level and a reason.
#[test]
fn the_gravest_rule_that_matches_counts_and_every_reason_is_shown() {
    let policy = with_rules(vec![
        risk_rule(about("email.*"), Risk::High, "mail leaves the house"),
        risk_rule(about("*"), Risk::Critical, "everything is grave today"),
        risk_rule(about("sms.*"), Risk::Critical, "not this"),
        risk_rule(about("*"), Risk::Low, "never lowers"),
    ]);
    let case = Case::new("email.send");
    let (level, reasons) = assessed(&case, None, &policy);
    assert_eq!(level, Risk::Critical);
    assert_eq!(
        reasons,
        ["mail leaves the house", "everything is grave today"]
    );
}

/// 01 §Ladder: what can't be told counts where it restricts.
#[test]
fn a_rule_about_a_resource_counts_where_none_is_named() {
    let deals = Scope {
        resource: Some(Untrusted::from("deal")),
        ..about("*")
    };
    let policy = with_rules(vec![risk_rule(deals, Risk::High, "deals")]);
    let case = Case::new("email.send");
    let (level, reasons) = assessed(&case, None, &policy);
    assert_eq!(level, Risk::High);
    assert_eq!(
        reasons,
        ["deals, since it names no resource, which counts as matched"]
    );
    let note = assessed(&case.clone().on("note", None), None, &policy);
    assert_eq!(note.0, Risk::Medium);
}

/// 01 §Risk: signals, which together raise by one level.
#[test]
fn each_signal_raises_by_one_level_and_all_of_them_by_no_more() {
    let policy = Policy::default();
    let plain = Case::mail(&["ann@acme.example"]);
    assert_eq!(assessed(&plain, None, &policy), (Risk::Medium, vec![]));

    let known = contacting(&plain, None, &["ann@acme.example"], &policy);
    let first = "never written to this recipient before".to_owned();
    assert_eq!(known, (Risk::High, vec![first]));

    let two = Case::mail(&["ann@acme.example", "joe@acme.example"]);
    let several = assessed(&two, None, &policy);
    assert_eq!(
        several,
        (Risk::High, vec!["reaches 2 recipients".to_owned()])
    );

    let claimed = Case::new("email.send").declaring(&["a@acme.example", "b@acme.example"]);
    assert_eq!(assessed(&claimed, None, &policy).0, Risk::High);

    let all = ["ann@acme.example", "joe@acme.example"];
    let (level, reasons) = contacting(&two, None, &all, &policy);
    assert_eq!((level, reasons.len()), (Risk::High, 2));
    assert_eq!(reasons[0], "never written to 2 of the recipients before");
}

/// 01 §Risk: suspicious characters in a recipient.
#[test]
fn a_recipient_that_hides_mixes_alphabets_or_cannot_be_read_is_a_signal() {
    let policy = Policy::default();
    for (to, said) in [
        ("ann@acme.example\\u202e", "1 hidden character: U+202E"),
        ("ann@p\\u0430ypal.example", "1 word in mixed alphabets"),
        ("Ann \\u200b <ann@acme.example>", "1 hidden character"),
    ] {
        let case = Case::new("email.send").with(&format!(r#"{{"to":"{to}"}}"#));
        let (level, reasons) = assessed(&case, None, &policy);
        assert_eq!(level, Risk::High, "{to}");
        let expected = "suspicious characters in a recipient: ";
        assert!(reasons[0].starts_with(expected), "{reasons:?}");
        assert!(reasons[0].contains(said), "{reasons:?}");
    }
    let unread = assessed(&Case::mail(&["a@b@c"]), None, &policy);
    assert_eq!(
        unread,
        (Risk::High, vec!["a recipient can't be read".to_owned()])
    );
    let abroad = Case::mail(&["Jörg Müller <joerg@bücher.example>"]);
    assert_eq!(assessed(&abroad, None, &policy).0, Risk::Medium);
}

/// 01 §Risk: a destructive hint.
#[test]
fn a_tool_that_destroys_is_a_signal_by_its_hint_or_its_name() {
    let level = |name: &str, context: Option<&str>| {
        let mut case = Case::new(name);
        case.context = context.map(json);
        assessed(&case, None, &Policy::default()).0
    };
    assert_eq!(level("mcp.fs.read_all", None), Risk::Medium);
    for name in [
        "mcp.fs.delete_file",
        "crm.remove",
        "db.drop-table",
        "x.wipe",
    ] {
        assert_eq!(level(name, None), Risk::High, "{name}");
    }
    assert_eq!(level("mcp.deleted.undelete", None), Risk::Medium);
    let hint = |value: &str| {
        let context = format!(r#"{{"tool":{{"annotations":{{"destructiveHint":{value}}}}}}}"#);
        level("mcp.fs.move", Some(&context))
    };
    assert_eq!(hint("true"), Risk::High);
    assert_eq!(
        hint("\"yes\""),
        Risk::High,
        "what isn't a plain no may be a yes"
    );
    assert_eq!((hint("false"), hint("null")), (Risk::Medium, Risk::Medium));
}

fn any_risk() -> impl Strategy<Value = Risk> {
    proptest::sample::select(&Risk::ALL[..])
}

proptest! {
    /// 01 §Risk and §Claims: `risk` can only raise; signals raise by one level, never to critical.
    #[test]
    fn nothing_ever_lowers_it(
        default in any_risk(),
        level in any_risk(),
        rules in proptest::collection::vec(any_risk(), 0..3),
        first_time: bool,
        reason in proptest::option::of(".{0,20}"),
    ) {
        let mut case = Case::mail(&["ann@acme.example"]);
        case.action.default_risk = default;
        let policy = with_rules(rules.iter().map(|level| risk_rule(about("*"), *level, "r")).collect());
        let first: &[&str] = if first_time { &["ann@acme.example"] } else { &[] };
        let plain = contacting(&case, None, first, &policy);
        let said = declared(level, reason.as_deref());
        let with = contacting(&case, Some(&said), first, &policy);
        prop_assert!(with.0 >= plain.0);

        let given = rules.iter().copied().fold(default.max(level), Risk::max);
        let expected = if first_time { raised(given) } else { given };
        prop_assert_eq!(with.0, expected);
        prop_assert_eq!(with.0 == Risk::Critical, given == Risk::Critical);
        prop_assert_eq!(with.1.is_empty(), given == default && !first_time && rules.iter().all(|level| *level <= default));
    }
}
