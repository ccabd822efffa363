use proptest::prelude::*;

use super::*;
use crate::domain::verdict::{Effect, RungName};
use crate::policy::fixtures::{Case, NOW, rules};
use crate::policy::glob::Glob;
use crate::policy::ladder::evaluate;

fn allowed(entries: &[&str]) -> Vec<Allowed> {
    entries.iter().map(|text| text.parse().unwrap()).collect()
}

const LIST: [&str; 4] = [
    "@customers.example",
    "*.ourco.example",
    "pat@partner.example",
    "+4420*",
];

fn list(inside: Inside, outside: Outside) -> Capability {
    capability(Terms::Recipients {
        allowed: allowed(&LIST),
        inside,
        outside,
    })
}

fn capability(terms: Terms) -> Capability {
    Capability {
        agent: Glob::new("outreach"),
        action: Glob::new("*.send"),
        terms,
    }
}

fn verdict(case: &Case, capabilities: Vec<Capability>) -> (Effect, RungName, String) {
    let policy = Policy {
        capabilities,
        ..rules(Vec::new())
    };
    let judged = evaluate(&case.question(), &policy, &case.workspace, NOW).verdict;
    (judged.effect, judged.rung, judged.text.plain())
}

fn sends(case: &Case) -> bool {
    let (effect, rung, _) = verdict(case, vec![list(Inside::Send, Outside::Ask)]);
    let sends = (effect, rung) == (Effect::Allow, RungName::Trusted);
    assert!(sends || (effect, rung) == (Effect::Ask, RungName::Ask));
    sends
}

/// 01 §Ladder.5: all recipients, at least one, are inside.
#[test]
fn a_send_list_lets_through_what_reaches_nobody_else() {
    for to in [
        &["ann@customers.example"][..],
        &["Ann <ANN@Customers.example>", "pat@partner.example"],
        &["joe@ourco.example", "joe@a.b.ourco.example"],
    ] {
        assert!(sends(&Case::mail(to)), "{to:?}");
    }
    for to in [
        &[][..],
        &["ann@customers.example", "eve@evil.example"],
        &["ann@sub.customers.example"],
        &["ann@evilourco.example"],
        &["sam@partner.example"],
        &[
            "ann@customers.example",
            "ann@customers.example@evil.example",
        ],
        &["ann@customers.example\u{200B}"],
    ] {
        assert!(!sends(&Case::mail(to)), "{to:?}");
    }
    let sms = |to: &str| Case::new("sms.send").with(&format!(r#"{{"to":"{to}"}}"#));
    assert!(sends(&sms("+44 20 7946 0000")));
    assert!(!sends(&sms("+44 161 000 0000")));
    assert!(!sends(&sms("07946 0000")));
}

/// 01 §Claims, `recipients`: declared ones can put a request outside an allow-list, never inside.
#[test]
fn declared_recipients_are_never_inside() {
    let declared = Case::new("email.send").declaring(&["ann@customers.example"]);
    assert!(!sends(&declared));
    let blocks = vec![list(Inside::Send, Outside::Block)];
    let (effect, rung, text) = verdict(&declared, blocks);
    assert_eq!((effect, rung), (Effect::Deny, RungName::Blocked));
    assert_eq!(
        text,
        "capability outreach *.send blocks it: its parameters name no recipient"
    );
}

/// 01 §Ladder.2: any recipient outside.
#[test]
fn an_outside_list_that_blocks_denies_for_one_recipient_outside() {
    let blocks = || vec![list(Inside::Ask, Outside::Block)];
    let (effect, rung, text) = verdict(
        &Case::mail(&["ann@customers.example", "eve@evil.example"]),
        blocks(),
    );
    assert_eq!((effect, rung), (Effect::Deny, RungName::Blocked));
    assert!(
        text.ends_with("eve@evil.example is not on its list"),
        "{text}"
    );
    let unread = verdict(&Case::mail(&["a@b@c"]), blocks());
    assert_eq!(unread.0, Effect::Deny);
    assert!(
        unread.2.ends_with("“a@b@c” can't be read as a recipient"),
        "{}",
        unread.2
    );
    assert_eq!(verdict(&Case::mail(&[]), blocks()).0, Effect::Deny);

    let inside = verdict(&Case::mail(&["ann@customers.example"]), blocks());
    assert_eq!((inside.0, inside.1), (Effect::Ask, RungName::Ask));
}

/// 01 §Ladder.5, `ask = "never"`, and §Ladder.6, *ask before every action*.
#[test]
fn a_capability_without_recipients_never_asks_or_always() {
    let case = Case::mail(&[]);
    let never = verdict(&case, vec![capability(Terms::AskNever)]);
    assert_eq!((never.0, never.1), (Effect::Allow, RungName::Trusted));

    let mut harmless = Case::mail(&[]);
    harmless.action.needs_approval = false;
    let always = verdict(&harmless, vec![capability(Terms::AskAlways)]);
    assert_eq!((always.0, always.1), (Effect::Ask, RungName::Ask));
    assert_eq!(
        always.2,
        "capability outreach *.send asks: it asks before every action"
    );
    assert_eq!(verdict(&harmless, Vec::new()).0, Effect::Allow);
}

/// 08: if several match, the strictest answer counts: block, ask, send.
#[test]
fn of_several_capabilities_the_strictest_counts() {
    let case = Case::mail(&["eve@evil.example"]);
    let never = || capability(Terms::AskNever);
    let asks = || list(Inside::Send, Outside::Ask);
    let blocks = || list(Inside::Send, Outside::Block);
    let effect = |capabilities| verdict(&case, capabilities).0;
    assert_eq!(effect(vec![never(), asks()]), Effect::Ask);
    assert_eq!(effect(vec![asks(), never()]), Effect::Ask);
    assert_eq!(effect(vec![never(), asks(), blocks()]), Effect::Deny);
    assert_eq!(effect(vec![never(), never()]), Effect::Allow);
}

#[test]
fn another_agents_capability_says_nothing() {
    let mut case = Case::mail(&["ann@customers.example"]);
    assert!(sends(&case));
    case.agent = case.workspace.agents[&crate::policy::fixtures::id("reporter")].clone();
    assert!(!sends(&case));
}

proptest! {
    /// 01 §Claims: whatever is added to the recipients, nothing that was held back is let through.
    #[test]
    fn one_more_recipient_never_loosens(
        to in proptest::collection::vec(r"[a-z]{1,3}@(customers|evil|x\.ourco)\.example", 1..4),
        more in r"\PC{0,12}",
    ) {
        let few: Vec<&str> = to.iter().map(String::as_str).collect();
        let many: Vec<&str> = few.iter().copied().chain([more.as_str()]).collect();
        for outside in [Outside::Ask, Outside::Block] {
            let way = |to: &[&str]| of(&list(Inside::Send, outside), &Case::mail(to).recipients).way;
            prop_assert!(way(&many) >= way(&few));
        }
    }
}
