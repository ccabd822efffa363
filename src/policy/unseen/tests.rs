use super::*;
use crate::domain::recipient::{Kind, Recipient, found_in};
use crate::domain::review::OptInScope;
use crate::domain::risk::Risk;
use crate::domain::untrusted::Untrusted;
use crate::domain::verdict::{Effect, RungName};
use crate::policy::document::{
    Capability, Inside, Mode, ModeSection, Outside, Policy, Terms, Trusted,
};
use crate::policy::fixtures::{Case, NOW, action, json};
use crate::policy::glob::Glob;
use crate::policy::ladder::evaluate;
use crate::policy::risk::assess;

/// Each of these reaches somebody else than `to` says, or could.
const SLY: [(&str, &str); 31] = [
    (
        r#""subject":"x\r\nBcc: x@evil.example""#,
        "a line break in subject",
    ),
    (
        r#""subject":"x\u2028Bcc: x@evil.example""#,
        "a line break in subject",
    ),
    (
        r#""Subject":"x\nBcc: x@evil.example""#,
        "a line break in Subject",
    ),
    (
        r#""reply_to":"ana@ourco.example\nBcc: x@evil.example""#,
        "a line break in reply_to",
    ),
    (
        r#""from":{"name":"A\rBcc: x@evil.example"}"#,
        "a line break in from",
    ),
    (
        r#""message":{"subject":"x\nBcc: x@evil.example"}"#,
        "a line break in message.subject",
    ),
    (r#""Bcc":"x@evil.example""#, "look: Bcc"),
    (r#""BCC":["x@evil.example"]"#, "look: BCC"),
    (r#""bcc ":"x@evil.example""#, "look: bcc"),
    (r#""b-c_c":"x@evil.example""#, "look: b-c_c"),
    (r#""To":"x@evil.example""#, "look: To"),
    (r#""to[]":"x@evil.example""#, "look: to[]"),
    (r#""headers":{"Bcc":"x@evil.example"}"#, "look: headers"),
    (r#""headers":"Bcc: x@evil.example""#, "look: headers"),
    (
        r#""headers":[{"name":"Bcc","value":"x@evil.example"}]"#,
        "look: headers",
    ),
    (r#""recipients":["x@evil.example"]"#, "look: recipients"),
    (
        r#""toRecipients":[{"address":"x@evil.example"}]"#,
        "look: toRecipients",
    ),
    (r#""envelope":{"to":"x@evil.example"}"#, "look: envelope"),
    (r#""message":{"bcc":"x@evil.example"}"#, "look: message.bcc"),
    (r#""parts":[{"cc":"x@evil.example"}]"#, "look: parts.cc"),
    (r#""cc":"","CC":"x@evil.example""#, "look: CC"),
    (r#""\u200bbcc":"x@evil.example""#, "look: \\u{200b}bcc"),
    (r#""carbon_copy":"x@evil.example""#, "look: carbon_copy"),
    (r#""forward_to":["X <x@evil.example>"]"#, "look: forward_to"),
    (
        r#""extra":{"deep":{"bcc":"x@evil.example"}}"#,
        "look: extra.deep.bcc",
    ),
    (r#""from":{"x":{"y":"x@evil.example"}}"#, "look: from.x.y"),
    (
        r#""variables":{"x@evil.example":{"n":1}}"#,
        "look: variables.x@evil",
    ),
    (
        r#""lists":["x@evil.example; Y <y@evil.example>"]"#,
        "look: lists",
    ),
    (
        r#""raw":"Subject: x\r\nBcc: x@evil.example\r\n\r\nHi""#,
        "look: raw",
    ),
    (
        r#""parts":[{"mime":"bcc : x@evil.example"}]"#,
        "look: parts.mime",
    ),
    (r#""ｂcc":"x@evil.example""#, "look: ｂcc"),
];

/// What mails have besides, and what reaches nobody.
const PLAIN: [&str; 13] = [
    r#""subject":"Your renewal","body":"Dear Ann,\r\n\r\nBcc: nobody\n""#,
    r#""cc":["ben@ourco.example"],"bcc":null"#,
    r#""reply_to":"ana@ourco.example","from":"Ana <ana@ourco.example>""#,
    r#""headers":{},"recipients":[],"Bcc":"","envelope":null"#,
    r#""attachments":[{"name":"a.pdf","content":"aGk=\n"}]"#,
    r#""track":{"opens":true,"to_many":false}"#,
    r#""html":"<p>to: you</p>\n","text":"Bcc: me""#,
    r#""from":{"name":"Ana","email":"ana@ourco.example"},"sender":"ana@ourco.example""#,
    r#""attachments":[{"filename":"logo@2x.png","cid":"1@ourco.example","content":"QGE="}]"#,
    r#""html":"ana@ourco.example","signature":"ana@ourco.example","url":"mailto:x@y.example""#,
    r#""message":"Dear Ann: thanks","note":"ask @ana, or call","handle":"@ana""#,
    r#""tone":"warm","total":3,"accept":"yes""#,
    r#""subject":"=?utf-8?q?Gr=C3=BC=C3=9Fe?=""#,
];

fn mail(more: &str) -> Case {
    Case::new("email.send").with(&format!(r#"{{"to":["ann@ourco.example"],{more}}}"#))
}

/// With the recipients that the gate would find.
fn doubt_of(action: &Action, params: &Json) -> Option<String> {
    let places: Vec<&str> = action.recipient_params.iter().map(String::as_str).collect();
    doubt(action, params, &found_in(params, &places))
}

#[test]
fn keys_fold_alike_in_every_alphabet() {
    for (key, folded) in [
        ("b-C_c []1", "bcc"),
        ("", ""),
        ("Ｂcc", "ｂcc"),
        ("ÜBER an", "überan"),
        ("-", ""),
    ] {
        assert_eq!(fold(key), folded, "{key}");
    }
}

fn capability(terms: Terms) -> Policy {
    Policy {
        capabilities: vec![Capability {
            agent: Glob::new("outreach"),
            action: Glob::new("*.send"),
            terms,
        }],
        ..Policy::default()
    }
}

fn send_list() -> Policy {
    capability(Terms::Recipients {
        allowed: vec!["@ourco.example".parse().unwrap()],
        inside: Inside::Send,
        outside: Outside::Ask,
    })
}

fn effect(case: &Case, policy: &Policy) -> Effect {
    evaluate(&case.question(), policy, &case.workspace, NOW)
        .verdict
        .effect
}

#[test]
fn what_a_mailer_could_read_as_another_recipient_waits_for_a_person_and_says_why() {
    let policy = send_list();
    for (more, why) in SLY {
        let case = mail(more);
        let judged = evaluate(&case.question(), &policy, &case.workspace, NOW);
        assert_eq!(judged.verdict.effect, Effect::Ask, "{more}");
        let trusted = judged
            .trace
            .iter()
            .find(|rung| rung.rung == RungName::Trusted);
        let said = trusted.unwrap().text.plain();
        assert!(said.contains(why), "{more}: {said}");
        let risk = assess(&case.question(), None, &[], &policy, NOW);
        assert_eq!(risk.level, Risk::High, "{more}");
        let mut reasons = risk.reasons.iter().map(Untrusted::plain);
        assert!(reasons.any(|reason| reason.contains(why)), "{more}");
    }
}

#[test]
fn an_ordinary_mail_goes_through_as_before() {
    for more in PLAIN {
        let case = mail(more);
        assert_eq!(effect(&case, &send_list()), Effect::Allow, "{more}");
        assert_eq!(doubt_of(&case.action, &case.params), None, "{more}");
    }
}

/// Neither a capability that never asks, a pattern, an approved tool, an opt-in nor an action without need of approval.
#[test]
fn nothing_else_lets_it_through_either() {
    let scope = crate::policy::document::Scope::default;
    let pattern = Trusted {
        pattern: crate::domain::pattern::PatternRef {
            name: Untrusted::from("All"),
            text: crate::domain::digest::Digest::of_bytes(b"all"),
        },
        scope: scope(),
        max_risk: Risk::Critical,
        uses: None,
        until: None,
    };
    let section = ModeSection {
        agent: Some(Glob::new("outreach")),
        node: None,
        mode: Mode::ConfirmTools,
        approved_tools: vec![Glob::new("email.*")],
        blocked_tools: Vec::new(),
    };
    let policies = [
        capability(Terms::AskNever),
        Policy {
            trusted: vec![pattern],
            ..Policy::default()
        },
        Policy {
            modes: vec![section],
            ..Policy::default()
        },
    ];
    let (sly, _) = SLY[0];
    for policy in &policies {
        assert_eq!(effect(&mail(PLAIN[0]), policy), Effect::Allow);
        assert_eq!(effect(&mail(sly), policy), Effect::Ask);
    }
    let opted = |more| mail(more).opted_in("ana", OptInScope::Always, NOW);
    assert_eq!(effect(&opted(PLAIN[0]), &Policy::default()), Effect::Allow);
    assert_eq!(effect(&opted(sly), &Policy::default()), Effect::Ask);
    let free = |more| {
        let mut case = mail(more);
        case.action.needs_approval = false;
        case
    };
    assert_eq!(effect(&free(PLAIN[0]), &Policy::default()), Effect::Allow);
    assert_eq!(effect(&free(sly), &Policy::default()), Effect::Ask);
}

#[test]
fn a_place_that_the_action_names_is_looked_at_where_it_stands_and_only_there() {
    let mut action = action("email.send");
    action.recipient_params = vec!["message.to".to_owned()];
    let said = |text: &str| doubt_of(&action, &json(text));
    assert_eq!(said(r#"{"message":{"to":"ann@ourco.example"}}"#), None);
    assert!(said(r#"{"to":"x@evil.example"}"#).is_some());
    assert!(said(r#"{"message":[{"to":"x@evil.example"}]}"#).is_some());
    assert!(said(r#"{"message":{"To":"x@evil.example"}}"#).is_some());

    action.recipient_params = vec!["channel".to_owned()];
    let said = |text: &str| doubt_of(&action, &json(text));
    assert_eq!(said(r##"{"channel":"#launch","text":"a\nb"}"##), None);
    assert!(said(r##"{"channel":"#launch","Channel":"#board"}"##).is_some());

    action.recipient_params = Vec::new();
    assert_eq!(
        doubt_of(&action, &json(r#"{"to":"x","headers":"y"}"#)),
        None
    );
}

#[test]
fn an_encoded_word_is_on_no_list() {
    let sly = "=?utf-8?q?x=40evil=2Eexample=2C?=@ourco.example";
    assert_eq!(Recipient::parse(sly).kind(), Kind::Unparsable);
    assert_eq!(effect(&Case::mail(&[sly]), &send_list()), Effect::Ask);
}

/// 01 §States.12: where a message goes to a channel, `to` is no recipient, whether it is there or not.
#[test]
fn only_what_goes_by_such_places_is_looked_at() {
    let mut channel = action("slack.send_message");
    channel.recipient_params = vec!["channel".to_owned()];
    for params in [
        r##"{"channel": "#a", "to": "x@evil.example"}"##,
        r##"{"channel": "#a", "to": []}"##,
    ] {
        assert_eq!(doubt_of(&channel, &json(params)), None);
    }
}
