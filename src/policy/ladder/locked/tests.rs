use crate::domain::review::{OptInScope, Resolver};
use crate::domain::untrusted::Untrusted;
use crate::domain::verdict::{Effect, RungName};
use crate::policy::document::{Capability, Mode, Policy, Review, Terms};
use crate::policy::fixtures::{Case, NOW, ask, deny, rules};
use crate::policy::glob::Glob;
use crate::policy::ladder::evaluate;

fn terms(resolver: Resolver) -> Review {
    Review {
        resolver,
        ..Review::default()
    }
}

/// 01 §Ladder.3
#[test]
fn a_locked_rule_is_found_behind_one_without_a_lock_and_brings_its_terms() {
    let policy = rules(vec![
        ask("Open", "email.*", false, terms(Resolver::Requester)),
        deny("Other", "sms.*"),
        ask("Locked", "email.*", true, terms(Resolver::Manager)),
        ask("Later", "email.*", true, terms(Resolver::AgentOwner)),
    ]);
    let case = Case::new("email.send");
    let judged = evaluate(&case.question(), &policy, &case.workspace, NOW);
    assert_eq!(judged.verdict.effect, Effect::Ask);
    assert_eq!(judged.verdict.rung, RungName::Locked);
    assert_eq!(judged.verdict.rule, Some(Untrusted::from("Locked")));
    assert_eq!(
        judged.verdict.text.plain(),
        "locked rule “Locked” asks the requester's manager"
    );
    assert_eq!(judged.review, Some(terms(Resolver::Manager)));
}

/// 01 §Ladder.3: rungs 1 to 3 hold in every mode; nothing below can waive it.
#[test]
fn nothing_waives_a_locked_rule() {
    let case = Case::new("email.send").opted_in("ana", OptInScope::Always, NOW);
    for mode in [
        Mode::Disabled,
        Mode::Audit,
        Mode::ConfirmTools,
        Mode::Blocking,
    ] {
        let policy = Policy {
            mode,
            capabilities: vec![Capability {
                agent: Glob::new("*"),
                action: Glob::new("*"),
                terms: Terms::AskNever,
            }],
            ..rules(vec![ask("Locked", "*", true, Review::default())])
        };
        let judged = evaluate(&case.question(), &policy, &case.workspace, NOW);
        let (effect, rung) = (judged.verdict.effect, judged.verdict.rung);
        assert_eq!((effect, rung), (Effect::Ask, RungName::Locked), "{mode:?}");
        assert_eq!((judged.opt_in, judged.would_have_been), (None, None));
    }
}
