//! What conditions say, and that none lets something through by failing.

mod bounds;

use super::*;
use crate::domain::json::{Limits, parse};
use crate::domain::untrusted::Untrusted;

fn json(text: &str) -> Json {
    parse(text.as_bytes(), Limits::default()).unwrap()
}

fn facts<'a>(params: &'a Json, recipients: &'a [String]) -> Facts<'a> {
    Facts {
        action: "email.send",
        agent: "outreach",
        user: Some("ana"),
        resource: None,
        recipients,
        params,
        context: None,
        risk: Risk::High,
        trigger: Trigger::Schedule,
        now: "2026-11-25T09:30:00Z".parse().unwrap(),
    }
}

fn condition(text: &str) -> Condition {
    Condition::parse(text).unwrap_or_else(|bad| panic!("{text}: {bad}"))
}

fn refused(text: &str) -> BadCondition {
    match Condition::parse(text) {
        Ok(_) => panic!("{text} is a condition"),
        Err(bad) => bad,
    }
}

const PARAMS: &str = r#"{"amount": 100, "price": 2.5, "to": "Ana", "tags": ["a", "b"], "note": null,
    "card": {"number": "4111"}, "records": 5, "whole": 3.0, "big": 1e300, "negative": -7}"#;

fn said(text: &str) -> Result<bool, CannotTell> {
    let params = json(PARAMS);
    let recipients = ["ana@crm.example".to_owned(), "ben@crm.example".to_owned()];
    condition(text).holds(&facts(&params, &recipients))
}

#[track_caller]
fn all_hold(texts: &[&str]) {
    for text in texts {
        assert_eq!(said(text), Ok(true), "{text}");
    }
}

/// 01 §Policy as a document: the variables.
#[test]
fn a_condition_sees_the_request() {
    all_hold(&[
        "action == 'email.send' && agent == 'outreach' && user == 'ana'",
        "action.startsWith('email.')",
        "resource == null && context == null",
        "size(recipients) == 2 && 'ana@crm.example' in recipients",
        "recipients.all(r, r.endsWith('@crm.example'))",
        "recipients.exists(r, r.startsWith('ben@'))",
        "risk == 'high' && risk in ['high', 'critical'] && trigger == 'schedule'",
        "now > timestamp('2026-11-25T09:00:00Z') && now - timestamp('2026-11-25T09:00:00Z') == duration('30m')",
        "now.getHours() == 9 && now.getDayOfWeek() == 3 && now.getHours('Europe/Berlin') == 10",
        "params.tags == ['a', 'b'] && params.tags[1] == 'b' && params['to'] == 'Ana'",
        "params.card.number == '4111' && params.note == null",
        "params.card == {'number': '4111'}",
        "params.tags.filter(t, t != 'a').map(t, t + '!') == ['b!']",
        "params.to.matches('^A[n]a$') && matches(params.to, 'n') && !params.to.matches('x')",
        "params.?nothing.orValue(0) == 0 && params.?amount.orValue(0) == 100",
    ]);
}

#[test]
fn a_resource_and_a_context_are_seen_where_there_are_some() {
    let (params, context) = (json("{}"), json(r#"{"thread": 12}"#));
    let resource = Resource {
        kind: Untrusted::from("deal"),
        id: Untrusted::from("D-4411"),
        owner: Some("lee".parse().unwrap()),
    };
    let facts = Facts {
        resource: Some(&resource),
        context: Some(&context),
        user: None,
        ..facts(&params, &[])
    };
    let text = "resource.type == 'deal' && resource.id == 'D-4411' && resource.owner == 'lee' \
                && context.thread == 12 && user == null && recipients == []";
    assert_eq!(condition(text).holds(&facts), Ok(true));
    let unowned = Resource {
        owner: None,
        ..resource.clone()
    };
    let facts = Facts {
        resource: Some(&unowned),
        ..facts
    };
    assert_eq!(condition("has(resource.owner)").holds(&facts), Ok(false));
    assert!(condition("resource.owner == 'lee'").holds(&facts).is_err());
}

/// 01 §Policy as a document: whole numbers are int, others double, and they compare with each other.
#[test]
fn whole_numbers_are_int_and_others_double_and_they_compare() {
    all_hold(&[
        "params.records + 1 == 6 && params.records * 2 == 10",
        "type(params.amount) == int && type(params.price) == double && type(params.whole) == int",
        "params.amount >= 100.0 && params.amount < 100.5 && params.price > 2 && params.amount == 100.0",
        "params.big > 9223372036854775807 && params.negative < 0 && params.negative == -7",
        "params.amount in [100.0, 200.0]",
        "1 != 'a'",
    ]);
}

/// 01 §Policy as a document: a missing field is an error; `has()` asks.
#[test]
fn a_missing_field_is_an_error_and_has_asks() {
    all_hold(&[
        "has(params.amount)",
        "!has(params.nothing)",
        "has(params.note)",
    ]);
    let missing = said("params.nothing > 5").unwrap_err();
    assert_eq!(missing.to_string(), "there is no nothing");
    assert!(said("has(params.nothing.at.all)").is_err());
}

/// 01 §Policy as a document: what fails to evaluate says neither yes nor no.
#[test]
fn whoever_cannot_tell_says_so() {
    for (text, why) in [
        ("params.to > 5", "> can't be applied to string and int"),
        ("params.amount / 0 == 1", "it divides by zero"),
        ("params.amount % 0 == 1", "it divides by zero"),
        (
            "params.amount + 9223372036854775807 > 0",
            "a number grew too large",
        ),
        ("params.tags[7] == 'a'", "a list has fewer elements"),
        ("params.to", "it came to neither true nor false"),
        ("params.amount + 1", "it came to neither true nor false"),
        (
            "timestamp('yesterday') < now",
            "timestamp() can't be applied",
        ),
        (
            "params.to + 1 == ''",
            "add can't be applied to string and int",
        ),
    ] {
        assert_eq!(
            said(text).map_err(|why| why.to_string()),
            Err(why.to_owned()),
            "{text}"
        );
    }
}

/// CEL's own rule: an error beside what decides anyway is no error.
#[test]
fn an_error_is_absorbed_only_by_what_decides_without_it() {
    assert_eq!(said("params.nothing > 1 || true"), Ok(true));
    assert_eq!(said("params.nothing > 1 && false"), Ok(false));
    assert!(said("params.nothing > 1 || false").is_err());
    assert!(said("params.nothing > 1 && true").is_err());
}

#[test]
fn an_error_tells_nothing_that_the_agent_wrote() {
    let params = json(r#"{"to": "\u001b[2J", "list": {"\u001b": 1}}"#);
    for text in [
        "params.to > 1",
        "params.to + 1 == ''",
        "params[params.to] == 1",
        "params.list[params.to] == 1",
        "timestamp(params.to) < now",
        "int(params.to) == 1",
    ] {
        let why = condition(text)
            .holds(&facts(&params, &[]))
            .unwrap_err()
            .to_string();
        assert!(
            !why.contains('\u{1b}') && why.len() < 200,
            "{text}: {why:?}"
        );
    }
}

/// 07 section 4: unknown variables and functions are refused at load, with their place.
#[test]
fn what_is_not_there_is_refused_with_its_place() {
    for (text, line, column, message) in [
        (
            "params.a > limit",
            1,
            12,
            "there is no “limit”; there are action, agent, user",
        ),
        ("true ||\n  nobody == 1", 2, 3, "there is no “nobody”"),
        ("recipients.all(r, x == r)", 1, 19, "there is no “x”"),
        ("'é' == 'é' && nobody", 1, 15, "there is no “nobody”"),
        (
            "lower(params.a) == 'b'",
            1,
            6,
            "there is no function lower()",
        ),
        (
            "params.a.lower() == 'b'",
            1,
            15,
            "there is no function lower()",
        ),
        (
            "startsWith(params.a, 'b')",
            1,
            11,
            "startsWith is called like x.startsWith()",
        ),
        ("params.a.int() == 1", 1, 13, "int is called like int(x)"),
        (
            "params.a.startsWith() == 1",
            1,
            20,
            "startsWith() takes one argument here, not 0",
        ),
        (
            "params.a.matches(params.b)",
            1,
            24,
            "matches() takes a pattern that is written out",
        ),
        (
            "params.a.matches('(')",
            1,
            18,
            "the pattern is not understood",
        ),
        (
            "recipients.all(params, true)",
            1,
            15,
            "params means something already",
        ),
        ("Thing{a: 1} == 2", 1, 6, "there are no messages to make"),
        ("'a'", 1, 1, "it is neither true nor false"),
        ("[true]", 1, 1, "it is neither true nor false"),
        ("", 1, 1, ""),
        ("params.a >", 1, 11, ""),
        ("params.a = 1", 1, 10, ""),
        ("true \u{7} || false", 1, 6, "there is a control character"),
    ] {
        let bad = refused(text);
        assert_eq!((bad.line, bad.column), (line, column), "{text}: {bad}");
        assert!(bad.message.contains(message), "{text}: {bad}");
        assert!(!bad.message.contains(char::is_control), "{text}: {bad}");
    }
}

#[test]
fn a_condition_is_what_is_written() {
    assert_eq!(condition("true"), condition("true"));
    assert_ne!(condition("true"), condition("true "));
    assert!(condition("params.a == 1 || context.b == 2").looks_at_context());
    assert!(!condition("params.context == 1").looks_at_context());
}
