use proptest::prelude::*;

use super::headline::Template;
use super::*;
use crate::domain::json::tests::any_json;
use crate::domain::json::{Limits, parse};
use crate::policy::fixtures::id;

fn headline(action: &str, params: &str) -> String {
    let params = parse(params.as_bytes(), Limits::default()).unwrap();
    raw(action, &params)
}

fn raw(action: &str, params: &Json) -> String {
    let headline = Catalogue::shipped().headline(&id(action), params);
    headline.raw_for_execution().to_owned()
}

fn names(names: impl Iterator<Item = Action>) -> Vec<String> {
    names.map(|action| action.name.to_string()).collect()
}

#[test]
fn the_shipped_catalogue_knows_what_it_promises() {
    let shipped = Catalogue::shipped();
    assert_eq!(
        names(shipped.actions()),
        [
            "browser.visit",
            "chat.reply",
            "data.export",
            "email.send",
            "file.read",
            "file.search",
            "file.write",
            "http.request",
            "landing_page.create",
            "payment.send",
            "phone.call",
            "record.create",
            "record.delete",
            "record.update",
            "shell.run",
            "slack.send_message",
            "sms.send",
            "social.post",
            "user.delete",
        ]
    );
    let of = |wanted: fn(&Action) -> bool| names(shipped.actions().filter(wanted));
    assert_eq!(of(|a| a.read_only), ["file.read", "file.search"]);
    assert_eq!(of(|a| !a.needs_approval), ["file.read", "file.search"]);
    assert_eq!(
        of(|a| a.default_risk == Risk::High),
        ["payment.send", "record.delete", "user.delete"]
    );
    assert_eq!(
        of(|a| !a.recipient_params.is_empty()),
        [
            "email.send",
            "payment.send",
            "phone.call",
            "slack.send_message",
            "sms.send"
        ]
    );
    assert!(
        shipped
            .actions()
            .all(|a| a.enabled && !a.auto_approval_allowed && !a.idempotent)
    );
}

#[test]
fn every_action_has_its_integration_open_to_everybody() {
    let integrations: Vec<_> = Catalogue::shipped().integrations().collect();
    for action in Catalogue::shipped().actions() {
        let own = integrations
            .iter()
            .filter(|integration| integration.name == action.name.integration());
        assert_eq!(own.count(), 1, "{}", action.name);
    }
    assert!(
        integrations
            .iter()
            .all(|i| i.enabled && i.users == [UserRef::Everybody])
    );
}

/// 01 §Integration: one seen for the first time is learnt.
#[test]
fn an_unknown_action_is_learnt_with_care() {
    let learnt = Catalogue::shipped().learn(&id("mcp.files.delete"));
    assert!(learnt.enabled && learnt.needs_approval);
    assert!(!learnt.read_only && !learnt.auto_approval_allowed && !learnt.idempotent);
    assert_eq!(learnt.default_risk, Risk::Medium);
}

#[test]
fn steps_are_known_by_their_family() {
    for (name, step) in [
        ("chat.reply", true),
        ("step.plan", true),
        ("step.a.b", true),
        ("steps.plan", false),
        ("email.send", false),
        ("chat.reply_all", false),
    ] {
        assert_eq!(Catalogue::shipped().is_step(&id(name)), step, "{name}");
    }
}

#[test]
fn headlines_say_what_would_happen() {
    for (action, params, expected) in [
        (
            "email.send",
            r#"{"body": "Dear …", "subject": "Your renewal", "to": "jane@acme.example"}"#,
            "email to jane@acme.example: Your renewal",
        ),
        (
            "email.send",
            r#"{"to": ["jane@acme.example", "joe@acme.example"], "cc": "ana@acme.example", "bcc": ["x@y.example"], "subject": "Hi"}"#,
            "email to jane@acme.example and 3 more: Hi",
        ),
        (
            "email.send",
            r#"{"to": null, "bcc": ["x@y.example"]}"#,
            "email to x@y.example",
        ),
        ("email.send", r#"{"to": [], "subject": 7}"#, "email: 7"),
        (
            "email.send",
            r#"{"to": "Dana <ana@acme.example>, ANA@acme.example", "subject": ""}"#,
            r#"email to ana@acme.example: """#,
        ),
        ("email.send", r#"{"to": {"a": 1}}"#, r#"email to {"a":1}"#),
        ("email.send", "{}", "email"),
        ("email.send", "null", "email.send"),
        ("email.send", r#""to""#, "email.send: to"),
        (
            "payment.send",
            r#"{"amount": 120.50, "currency": "EUR", "payee": "Acme Ltd"}"#,
            "pay 120.50 EUR to Acme Ltd",
        ),
        (
            "payment.send",
            r#"{"amount": 1, "to": "acme", "payee": "somebody-else"}"#,
            "pay 1 to acme and 1 more",
        ),
        ("shell.run", r#"{"command": "ls -l"}"#, "run ls -l"),
        (
            "shell.run",
            r#"{"command": ["kubectl", "rollout", "undo", "deployment/web"]}"#,
            "run kubectl rollout undo deployment/web",
        ),
        (
            "shell.run",
            r#"{"command": ["sh", "-c", "rm -rf it's", "", "a\tb"]}"#,
            "run sh -c 'rm -rf it'\\''s' '' 'a\tb'",
        ),
        (
            "shell.run",
            r#"{"command": ["ls", 3]}"#,
            "run ls and 1 more",
        ),
        ("shell.run", r#"{"command": []}"#, "run []"),
        (
            "slack.send_message",
            r##"{"channel": "#general", "text": "done"}"##,
            "message to #general: done",
        ),
        (
            "record.update",
            r#"{"module": "deals", "id": "D-1", "fields": {"stage": "won", "amount": 1}}"#,
            "update record D-1 in deals: stage and 1 more",
        ),
        (
            "data.export",
            r#"{"records": 99, "report": "churn"}"#,
            "export data of churn: 99 records",
        ),
    ] {
        assert_eq!(headline(action, params), expected);
    }
}

#[test]
fn an_unknown_action_reads_as_its_name_and_its_first_short_parameters() {
    for (params, expected) in [
        (
            r#"{"from": 4411, "notes": ["a"], "into": "4412"}"#,
            "crm.merge: from 4411, into 4412 and 1 more",
        ),
        (
            r#"{"a": 1, "b": true, "c": "", "d": null, "e": 5, "f": 6}"#,
            r#"crm.merge: a 1, b true, c "", d null and 2 more"#,
        ),
        (r#"["x", "y"]"#, "crm.merge: x and 1 more"),
        (r#"{"deep": {"a": 1}}"#, "crm.merge: deep"),
        ("{}", "crm.merge"),
        ("null", "crm.merge"),
        ("7", "crm.merge: 7"),
    ] {
        assert_eq!(headline("crm.merge", params), expected, "{params}");
    }
    assert_eq!(
        headline("step.plan", r#"{"goal": "renew"}"#),
        "step.plan: goal renew"
    );
}

#[test]
fn what_is_cut_says_so() {
    let long = "y".repeat(100_000);
    let line = headline(
        "email.send",
        &format!(r#"{{"to": "a@b.example", "subject": "{long}"}}"#),
    );
    assert!(line.starts_with("email to a@b.example: yyy") && line.ends_with("y…"));
    let everywhere = format!(r#"{{"a": "{long}", "b": "{long}", "c": "{long}", "d": 1}}"#);
    let line = headline("crm.merge", &everywhere);
    assert!(line.ends_with('…'), "{line}");
    assert!(line.chars().count() <= 300);
}

#[test]
fn a_text_without_fixed_words_first_is_no_headline() {
    for bad in [
        "",
        "[{to}]",
        "{to}",
        "email {to}",
        "email[ to {to}",
        "email[ to]",
        "email[{}]",
        "email[to {to}]",
        "a.b[ {c}]",
        "a: b[ {c}]",
        "a]b",
    ] {
        assert!(Template::try_from(bad.to_owned()).is_err(), "{bad}");
    }
}

/// After its fixed words a headline goes on with a space or a colon, or ends. So it could pass for that
/// of another action only if its words were the other's, or began with them.
#[test]
fn no_headline_begins_like_that_of_another_action() {
    let templates = Catalogue::shipped().concrete.values();
    let words: Vec<&str> = templates
        .map(|entry| entry.headline.as_ref().unwrap().words.as_str())
        .collect();
    for (index, one) in words.iter().enumerate() {
        for other in words[..index].iter().chain(&words[index + 1..]) {
            let begins_with_it = other
                .strip_prefix(one)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
            assert!(!begins_with_it, "“{other}” could be read as “{one}”");
        }
    }
}

fn any_action() -> impl Strategy<Value = ActionName> {
    let mut all: Vec<ActionName> = Catalogue::shipped().concrete.keys().cloned().collect();
    all.extend([id("crm.merge"), id("step.plan")]);
    proptest::sample::select(all)
}

/// Parameters under the names that headlines ask for.
fn any_params() -> impl Strategy<Value = Json> {
    const NAMES: [&str; 10] = [
        "to", "cc", "phone", "subject", "text", "command", "amount", "id", "url", "other",
    ];
    let name = proptest::sample::select(&NAMES[..]).prop_map(str::to_owned);
    let members = proptest::collection::hash_map(name, any_json(), 0..6);
    prop_oneof![
        any_json(),
        members.prop_map(|members| Json::Object(members.into_iter().collect())),
    ]
}

proptest! {
    #[test]
    fn a_headline_begins_with_its_own_words_and_is_bounded(action in any_action(), params in any_params()) {
        let line = raw(action.as_str(), &params);
        let known = Catalogue::shipped().entry(&action).and_then(|entry| entry.headline.as_ref());
        let words = match known {
            Some(template) if params.as_object().is_some() => template.words.as_str(),
            _ => action.as_str(),
        };
        let rest = line.strip_prefix(words);
        prop_assert!(rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ':'])), "{line}");
        prop_assert!(line.chars().count() <= 300, "{line}");
    }
}
