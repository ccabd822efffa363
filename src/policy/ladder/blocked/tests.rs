use super::*;
use crate::domain::untrusted::Untrusted;
use crate::domain::verdict::Effect;
use crate::policy::document::{Category, Mode, ModeSection, Rules, Scope};
use crate::policy::fixtures::{Case, NOW, ask, deny, globs, rule, rules};
use crate::policy::glob::Glob;
use crate::policy::ladder::fit::sight;

fn said(case: &Case, policy: &Policy) -> Option<String> {
    let question = case.question();
    let (about, sight) = (question.rules(policy), sight(&question, NOW));
    let answer = answer(&question, policy, &about, &sight);
    match answer.effect() {
        Some(effect) => {
            assert_eq!(effect, Effect::Deny);
            assert!(answer.rule.is_some());
            Some(answer.text.plain())
        }
        None => None,
    }
}

/// 01 §Ladder.2
#[test]
fn a_deny_rule_denies_wherever_it_stands() {
    let policy = rules(vec![
        ask("First", "email.*", false, Default::default()),
        deny("No mail", "email.*"),
    ]);
    let text = said(&Case::new("email.send"), &policy).unwrap();
    assert_eq!(text, "rule “No mail” denies it");
    assert_eq!(said(&Case::new("sms.send"), &policy), None);
}

/// 01 §Ladder.2
#[test]
fn a_rule_speaks_of_the_agents_categories_and_resources_that_it_names() {
    let denies = |scope: Scope, case: &Case| {
        said(case, &rules(vec![rule("R", scope, Says::Deny)])).is_some()
    };
    let agent = |agent: &str| Scope {
        agent: Some(Glob::new(agent)),
        ..Scope::default()
    };
    let mail = Case::new("email.send");
    assert!(denies(agent("out*"), &mail));
    assert!(!denies(agent("rep*"), &mail));

    let category = |category| Scope {
        category: Some(category),
        ..Scope::default()
    };
    let record = Case::new("record.update");
    assert!(denies(category(Category::AgentAction), &mail));
    assert!(!denies(category(Category::RecordMutation), &mail));
    assert!(denies(category(Category::RecordMutation), &record));
    assert!(!denies(category(Category::AgentAction), &record));

    let deals = || Scope {
        resource: Some(Untrusted::from("deal")),
        ..Scope::default()
    };
    assert!(denies(deals(), &mail.clone().on("deal", None)));
    assert!(!denies(deals(), &mail.clone().on("note", None)));
    // Naming no resource is no way around a rule about one.
    assert!(denies(deals(), &mail));
}

fn section(agent: Option<&str>, node: Option<&str>, mode: Mode, blocked: &[&str]) -> ModeSection {
    ModeSection {
        agent: agent.map(Glob::new),
        node: node.map(Glob::new),
        mode,
        approved_tools: globs(&["*"]),
        blocked_tools: globs(blocked),
    }
}

/// 01 §Ladder.2: `blocked_tools` of any matching mode section.
#[test]
fn a_blocked_tool_is_blocked_in_every_mode_also_by_a_less_specific_section() {
    for mode in [
        Mode::Disabled,
        Mode::Blocking,
        Mode::ConfirmTools,
        Mode::Audit,
    ] {
        let policy = Policy {
            modes: vec![
                section(Some("*"), None, mode, &["shell.*"]),
                section(Some("outreach"), Some("free/*"), Mode::Disabled, &[]),
            ],
            ..Policy::default()
        };
        let case = Case::new("shell.run").at("free/1");
        let text = said(&case, &policy).unwrap();
        assert_eq!(
            text,
            format!(
                "mode {} of agent * blocks shell.* in every mode",
                mode.word()
            )
        );
        assert_eq!(said(&Case::new("file.write").at("free/1"), &policy), None);
    }
}

#[test]
fn a_section_for_other_agents_or_nodes_blocks_nothing_here() {
    let policy = Policy {
        modes: vec![
            section(Some("reporter"), None, Mode::Blocking, &["*"]),
            section(Some("outreach"), Some("billing/*"), Mode::Blocking, &["*"]),
            section(None, Some("billing/*"), Mode::Blocking, &["*"]),
        ],
        rules: Rules::default(),
        ..Policy::default()
    };
    assert_eq!(said(&Case::new("shell.run"), &policy), None);
    assert_eq!(said(&Case::new("shell.run").at("free/1"), &policy), None);
    assert!(said(&Case::new("shell.run").at("billing/1"), &policy).is_some());
}
