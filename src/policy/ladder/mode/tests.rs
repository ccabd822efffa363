use super::*;
use crate::domain::verdict::{Effect, RungName};
use crate::policy::fixtures::{Case, NOW, globs};
use crate::policy::ladder::evaluate;

fn effect(case: &Case) -> Option<Effect> {
    effect_under(case, &Policy::default())
}

fn effect_under(case: &Case, policy: &Policy) -> Option<Effect> {
    let freedom = Freedom::of(&case.question(), policy);
    answer(&case.question(), &freedom).effect()
}

#[test]
fn actions_with_an_effect_go_on() {
    assert_eq!(effect(&Case::new("email.send")), None);
    assert_eq!(effect(&Case::new("crm.merge")), None);
}

/// 01 §Ladder.4: read-only and not `needs_approval`.
#[test]
fn reading_is_let_through_unless_it_needs_approval() {
    let mut case = Case::new("file.read");
    assert_eq!(effect(&case), Some(Effect::Allow));
    case.action.needs_approval = true;
    assert_eq!(effect(&case), None);
}

#[test]
fn needing_no_approval_is_not_yet_reading() {
    let mut case = Case::new("email.send");
    case.action.needs_approval = false;
    assert_eq!(
        effect(&case),
        None,
        "the rung below says what becomes of it"
    );
}

/// 01 §Ladder.4: it is a step.
#[test]
fn a_step_is_what_the_catalogue_calls_one_asked_for_as_one() {
    let mut case = Case::new("chat.reply");
    assert_eq!(effect(&case), None, "asked for as an action");
    case.kind = Kind::Step;
    assert_eq!(effect(&case), Some(Effect::Allow));

    let mut disguised = Case::new("email.send");
    disguised.kind = Kind::Step;
    assert_eq!(effect(&disguised), None);
}

fn section(agent: Option<&str>, node: Option<&str>, mode: Mode) -> ModeSection {
    ModeSection {
        agent: agent.map(Glob::new),
        node: node.map(Glob::new),
        mode,
        approved_tools: Vec::new(),
        blocked_tools: Vec::new(),
    }
}

fn mode_of(case: &Case, modes: &[ModeSection]) -> Mode {
    let mut reversed = modes.to_vec();
    reversed.reverse();
    let under = |modes: Vec<ModeSection>| {
        let policy = Policy {
            mode: Mode::Blocking,
            modes,
            ..Policy::default()
        };
        Freedom::of(&case.question(), &policy).mode
    };
    let mode = under(modes.to_vec());
    assert_eq!(under(reversed), mode, "the order doesn't matter");
    mode
}

/// 08: has a node; then the longer text before the first wildcard; then the agent likewise; still equal: the stricter
/// of blocking, confirm_tools, audit, disabled.
#[test]
fn the_most_specific_section_wins() {
    let case = Case::new("email.send").at("outreach/send");
    use Mode::{Audit, Blocking, ConfirmTools, Disabled};
    for (modes, wins) in [
        (vec![], Blocking),
        (vec![section(Some("reporter"), None, Disabled)], Blocking),
        (
            vec![
                section(Some("outreach"), None, ConfirmTools),
                section(None, Some("*"), Disabled),
            ],
            Disabled,
        ),
        (
            vec![
                section(None, Some("outreach/*"), Audit),
                section(Some("outreach"), Some("out*"), Disabled),
            ],
            Audit,
        ),
        (
            vec![
                section(Some("outreach"), Some("out*"), Audit),
                section(Some("out*"), Some("out*"), Disabled),
            ],
            Audit,
        ),
        (
            vec![
                section(Some("*"), Some("out*"), Audit),
                section(None, Some("out*"), Disabled),
            ],
            Audit,
        ),
        (
            vec![
                section(Some("out*"), None, Disabled),
                section(Some("out*"), None, Audit),
                section(Some("out*"), None, ConfirmTools),
            ],
            ConfirmTools,
        ),
        (
            vec![
                section(Some("out*"), None, Disabled),
                section(Some("out*h"), None, Blocking),
            ],
            Blocking,
        ),
    ] {
        assert_eq!(mode_of(&case, &modes), wins, "{modes:?}");
    }
}

/// 01 §Claims, `node`: an agent is as free as its freest node, which it has to name.
#[test]
fn a_section_for_a_node_needs_the_node_to_be_named() {
    let free = [section(Some("outreach"), Some("free/*"), Mode::Disabled)];
    assert_eq!(mode_of(&Case::new("email.send"), &free), Mode::Blocking);
    let other = Case::new("email.send").at("billing/1");
    assert_eq!(mode_of(&other, &free), Mode::Blocking);
    let named = Case::new("email.send").at("free/1");
    assert_eq!(mode_of(&named, &free), Mode::Disabled);
}

/// 01 §Ladder.4: `disabled` → allow; `blocking` goes on down.
#[test]
fn a_disabled_mode_lets_everything_through_and_a_blocking_one_nothing() {
    let policy = |mode| Policy {
        mode,
        ..Policy::default()
    };
    let case = Case::new("payment.send");
    assert_eq!(
        effect_under(&case, &policy(Mode::Disabled)),
        Some(Effect::Allow)
    );
    let read = Case::new("file.read");
    assert_eq!(effect_under(&read, &policy(Mode::Blocking)), None);
}

fn approving(agent: &str, approved: &[&str], mode: Mode) -> ModeSection {
    ModeSection {
        approved_tools: globs(approved),
        ..section(Some(agent), None, mode)
    }
}

/// 01 §Ladder.4: on the approved-tools list.
#[test]
fn an_approved_tool_runs_without_asking_in_confirm_tools_alone() {
    let case = Case::new("email.send");
    let under = |modes| {
        let policy = Policy {
            modes,
            ..Policy::default()
        };
        effect_under(&case, &policy)
    };
    let list = ["search.*", "email.*"];
    let approve = |mode| vec![approving("outreach", &list, mode)];
    assert_eq!(under(approve(Mode::ConfirmTools)), Some(Effect::Allow));
    assert_eq!(under(approve(Mode::Blocking)), None);
    let less_specific = vec![
        approving("*", &list, Mode::ConfirmTools),
        approving("outreach", &[], Mode::ConfirmTools),
    ];
    assert_eq!(under(less_specific), None, "only the section that holds");
    let more_specific = vec![
        approving("*", &[], Mode::ConfirmTools),
        approving("outreach", &list, Mode::ConfirmTools),
    ];
    assert_eq!(under(more_specific), Some(Effect::Allow));
    let equals = vec![
        approving("outreach", &list, Mode::ConfirmTools),
        approving("outreach", &["search.*"], Mode::ConfirmTools),
    ];
    assert_eq!(under(equals), None, "of equals both have to list it");
}

/// 01 §Ladder.4: in `audit` rungs 5–7 are evaluated as `confirm_tools` would, then allow.
#[test]
fn audit_lets_through_and_keeps_what_confirm_tools_would_have_said() {
    let audit = Policy {
        mode: Mode::Audit,
        ..Policy::default()
    };
    for name in ["email.send", "file.read", "crm.merge"] {
        let case = Case::new(name);
        let asks = |policy| evaluate(&case.question(), policy, &case.workspace, NOW);
        let (audited, confirmed) = (asks(&audit), asks(&Policy::default()));
        assert_eq!(audited.verdict.effect, Effect::Allow);
        assert_eq!(audited.verdict.rung, RungName::Mode);
        assert_eq!(audited.would_have_been, Some(confirmed.verdict));
        assert_eq!((audited.review, audited.opt_in), (None, None));
        for (noted, said) in audited.trace.iter().zip(&confirmed.trace) {
            match noted.rung {
                RungName::Mode => assert_eq!(noted.text, audited.verdict.text),
                _ => assert_eq!(noted.answer, said.answer),
            }
        }
    }
    let case = Case::new("email.send");
    let judged = evaluate(&case.question(), &audit, &case.workspace, NOW);
    assert_eq!(
        judged.verdict.text.plain(),
        "mode audit of the workspace lets everything through; \
         confirm_tools would have asked: email.send needs approval"
    );
    assert_eq!(
        judged.trace[5].text.plain(),
        "only noted: email.send needs approval"
    );
}
