//! What holds for every question under every policy.

use std::iter;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::any::{
    any_case, any_policy, any_risk, any_rule, asks, deny_or_locked, moment, opt_in, person, scope,
};
use super::*;
use crate::domain::recipient::Recipient;
use crate::domain::review::{OptInScope, Resolver};
use crate::policy::condition::Condition;
use crate::policy::document::{Rule, Rules, Says, Scope, Terms, Trusted};
use crate::policy::fixtures::action;

/// How strict an answer is.
fn strictness(effect: Effect) -> u8 {
    match effect {
        Effect::Allow => 0,
        Effect::Ask => 1,
        Effect::Deny => 2,
    }
}

fn effect(case: &Case, policy: &Policy) -> u8 {
    strictness(judge_under(case, policy).verdict.effect)
}

/// What would be said outside of audit.
fn said(judged: &Judgement) -> &Verdict {
    judged.would_have_been.as_ref().unwrap_or(&judged.verdict)
}

/// Whether an opt-in is one of the user acted for, for this agent and conversation or for always.
fn concerns(case: &Case, person: &str, scope: &OptInScope) -> bool {
    let by_user = case
        .on_behalf_of
        .as_ref()
        .is_some_and(|user| user.id.as_str() == person);
    by_user
        && match scope {
            OptInScope::Always => true,
            OptInScope::Conversation {
                agent,
                conversation,
            } => *agent == case.agent.id && case.conversation.as_ref() == Some(conversation),
        }
}

/// A condition that can't be evaluated.
fn failing() -> Condition {
    static FAILING: LazyLock<Condition> =
        LazyLock::new(|| Condition::parse("params.nowhere.at_all > 1").unwrap());
    FAILING.clone()
}

/// The policy with each of its rules changed.
fn with_rules(policy: &Policy, change: impl Fn(&mut Rule)) -> Policy {
    let mut rules: Vec<_> = policy.rules.iter().cloned().collect();
    rules.iter_mut().for_each(change);
    Policy {
        rules: Rules::new(rules),
        ..policy.clone()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    /// 01 §Ladder: the first that answers decides; every rung's answer is kept.
    #[test]
    fn every_question_has_one_answer_and_seven_rungs(case in any_case(), policy in any_policy()) {
        let judged = judge_under(&case, &policy);
        prop_assert_eq!(&judge_under(&case, &policy), &judged, "the same again");

        let order: Vec<_> = judged.trace.iter().map(|rung| rung.rung).collect();
        prop_assert_eq!(&order[..], &RungName::ALL[..]);
        prop_assert!(judged.trace.iter().all(|rung| !rung.text.raw_for_execution().is_empty()));
        let silent = |rung: &&Rung| matches!(rung.answer, Answer::Pass | Answer::NotAsked);
        prop_assert!(judged.trace.iter().filter(silent).all(|rung| rung.rule.is_none()));

        let decides = RungName::ALL.iter().position(|rung| *rung == judged.verdict.rung).unwrap();
        let (above, rest) = judged.trace.split_at(decides);
        let (decider, below) = rest.split_first().expect("the one that decides");
        let answer = match judged.verdict.effect {
            Effect::Allow => Answer::Allow,
            Effect::Deny => Answer::Deny,
            Effect::Ask => Answer::Ask,
        };
        prop_assert_eq!(decider.answer, answer);
        prop_assert_eq!((&decider.rule, &decider.text), (&judged.verdict.rule, &judged.verdict.text));
        for rung in above {
            let waived = (rung.rung, rung.answer, judged.verdict.rung) == (RungName::Ask, Answer::Ask, RungName::OwnOptIn);
            prop_assert!(rung.answer == Answer::Pass || waived, "{rung:?}");
        }
        for rung in below.iter().filter(|_| judged.would_have_been.is_none()) {
            let no_opt_in = (rung.rung, rung.answer, judged.verdict.effect) == (RungName::OwnOptIn, Answer::Pass, Effect::Ask);
            prop_assert!(rung.answer == Answer::NotAsked || no_opt_in, "{rung:?}");
        }
    }

    /// 01 §States, invariant 3: allowed ⇒ exactly one named rung, pattern, capability, mode or preference.
    #[test]
    fn whatever_is_let_through_goes_back_to_one_thing(case in any_case(), policy in any_policy()) {
        let judged = judge_under(&case, &policy);
        let verdict = &judged.verdict;
        prop_assert_eq!(judged.review.is_some(), verdict.effect == Effect::Ask);
        prop_assert!(judged.passed_over.is_empty() || verdict.effect == Effect::Ask);
        prop_assert_eq!(judged.opt_in.is_some(), verdict.rung == RungName::OwnOptIn);
        prop_assert!(judged.pattern.is_none() || verdict.rung == RungName::Trusted);
        if verdict.effect != Effect::Allow {
            return Ok(());
        }
        match verdict.rung {
            RungName::Mode | RungName::OwnOptIn => prop_assert!(verdict.rule.is_some()),
            RungName::Trusted => {
                let rule = verdict.rule.as_ref().expect("a pattern or a capability");
                let named = judged.pattern.as_ref().is_some_and(|pattern| pattern.name == *rule);
                prop_assert!(named || rule.plain().starts_with("capability "));
            }
            RungName::Ask => prop_assert!(!case.action.needs_approval),
            rung => prop_assert!(false, "{rung:?} lets nothing through"),
        }
    }

    /// 01 §Ladder.1
    #[test]
    fn whatever_is_disabled_is_denied(case in any_case(), policy in any_policy()) {
        let disabled: [fn(&mut Case); 3] = [
            |case| case.agent.enabled = false,
            |case| case.integration.enabled = false,
            |case| case.action.enabled = false,
        ];
        for disable in disabled {
            let mut case = case.clone();
            disable(&mut case);
            let verdict = judge_under(&case, &policy).verdict;
            prop_assert_eq!((verdict.effect, verdict.rung), (Effect::Deny, RungName::Off));
        }
    }

    /// 01 §Ladder.7: only one's own review, alone, unlocked, below critical.
    #[test]
    fn an_opt_in_changes_only_what_its_person_would_review_alone(
        case in any_case(), policy in any_policy(), person in person(), scope in scope(), last_use in moment(),
    ) {
        let before = judge_under(&case, &policy);
        let mut after = case.clone();
        opt_in(&mut after, person, scope.clone(), last_use);
        let after = judge_under(&after, &policy);

        let own = |review: &Review| review.resolver == Resolver::Requester && review.approvals == 1 && !review.separate;
        // A rule of which nobody can tell whether it matches would have it wait for nobody.
        let perhaps_nobodys = before.verdict.text.raw_for_execution().contains("lets nothing through by itself");
        let waivable = concerns(&case, person, &scope)
            && before.verdict.rung == RungName::Ask
            && before.review.as_ref().is_some_and(own)
            && !perhaps_nobodys
            && case.action.auto_approval_allowed
            && case.risk < Risk::Critical
            && case.recipients.doubt().is_none()
            && person != "omar";
        if !waivable {
            prop_assert_eq!(after.verdict.effect, before.verdict.effect);
        } else if scope == OptInScope::Always {
            prop_assert_eq!(after.verdict.effect, Effect::Allow);
        } else {
            let fresh = NOW.since(last_use).millis() < 12 * 3_600_000;
            prop_assert_eq!(after.verdict.effect == Effect::Allow, fresh);
        }
    }

    /// 01 §Ladder.2, §Ladder.3: a deny rule or a locked one more never loosens, in any mode.
    #[test]
    fn one_more_rule_that_holds_back_never_loosens(
        case in any_case(), policy in any_policy(), rule in any_rule(deny_or_locked()), at in any::<prop::sample::Index>(),
    ) {
        let mut rules: Vec<_> = policy.rules.iter().cloned().collect();
        rules.insert(at.index(rules.len() + 1), rule);
        let more = Policy { rules: Rules::new(rules), ..policy.clone() };
        prop_assert!(effect(&case, &more) >= effect(&case, &policy));
    }

    /// 01 §Claims: what an agent declares may tighten, never loosen.
    #[test]
    fn what_an_agent_declares_never_loosens(
        case in any_case(), policy in any_policy(), risk in any_risk(),
    ) {
        let claimed = |recipients: &[&str]| case.clone().declaring(recipients);
        let silent = claimed(&[]);
        prop_assert!(effect(&claimed(&["ann@in.example"]), &policy) >= effect(&silent, &policy));

        let mut graver = case.clone();
        graver.risk = case.risk.max(risk);
        prop_assert!(effect(&graver, &policy) >= effect(&case, &policy));
    }

    /// 01 §States, invariant 12: absent, empty, unknown, unparsable never leads towards allowing.
    #[test]
    fn what_is_absent_or_unreadable_never_loosens(case in any_case(), policy in any_policy()) {
        let here = effect(&case, &policy);
        let mut without = case.clone();
        without.resource = None;
        prop_assert!(effect(&without, &policy) >= here, "no resource");

        let mut empty = case.clone();
        empty.recipients = Recipients::default();
        let unread_already = case.recipients.doubt().is_some();
        prop_assert!(unread_already || effect(&empty, &policy) >= here, "no recipients");

        let mut unread = case.clone();
        unread.recipients.found.recipients.push(Recipient::parse("a@b@c"));
        unread.recipients.normal = unread.recipients.found.normal();
        unread.recipients.claimed = false;
        prop_assert!(effect(&unread, &policy) >= here, "a recipient that can't be read");

        let mut alone = case.clone();
        alone.conversation = None;
        prop_assert!(effect(&alone, &policy) >= here, "no conversation");

        let mut unknown = case.clone();
        unknown.workspace.opt_ins.clear();
        prop_assert!(effect(&unknown, &policy) >= here, "no preferences");
    }

    /// 01 §States.12: the same of a policy: a list that is empty, a number that is zero, an end that is past and a condition
    /// that fails never lead towards allowing.
    #[test]
    fn what_is_empty_zero_or_fails_in_a_policy_never_loosens(case in any_case(), policy in any_policy()) {
        let here = effect(&case, &policy);
        let mut empty = policy.clone();
        for capability in &mut empty.capabilities {
            if let Terms::Recipients { allowed, .. } = &mut capability.terms {
                allowed.clear();
            }
        }
        empty.modes.iter_mut().for_each(|section| section.approved_tools.clear());
        prop_assert!(effect(&case, &empty) >= here, "no recipients and no tools");

        let limits: [fn(&mut Trusted); 3] = [
            |pattern| pattern.uses = Some(0),
            |pattern| pattern.until = Some(NOW),
            |pattern| pattern.scope.when = Some(failing()),
        ];
        for limit in limits {
            let mut limited = policy.clone();
            limited.trusted.iter_mut().for_each(limit);
            prop_assert!(effect(&case, &limited) >= here);
            prop_assert_eq!(judge_under(&case, &limited).pattern, None);
        }

        let fails = |rule: &mut Rule| rule.scope.when = Some(failing());
        prop_assert!(effect(&case, &with_rules(&policy, fails)) >= here, "nobody can tell whether any rule matches");
        let needs_none = |rule: &mut Rule| if let Says::Ask { review, .. } = &mut rule.says {
            review.approvals = 0;
        };
        prop_assert!(effect(&case, &with_rules(&policy, needs_none)) >= here, "no approvals needed");
    }

    /// 01 §States.12: one more rule about everything, above all others, of which nobody can tell whether it matches, never
    /// lets through what is asked about without it, by a delay or by an opt-in.
    #[test]
    fn one_more_rule_in_doubt_never_loosens(
        mut case in any_case(), policy in any_policy(), says in asks(),
    ) {
        // Where they may, they let through whatever is theirs.
        case.action.auto_approval_allowed = true;
        for person in ["ana", "ben", "dana", "lee"] {
            opt_in(&mut case, person, OptInScope::Always, NOW);
        }
        let scope = Scope { when: Some(failing()), ..Scope::default() };
        let doubtful = Rule { name: Untrusted::from("Doubtful"), scope, says };
        let rules = iter::once(doubtful).chain(policy.rules.iter().cloned()).collect();
        let more = Policy { rules: Rules::new(rules), ..policy.clone() };
        prop_assert!(effect(&case, &more) >= effect(&case, &policy));
        let approves_by_itself = |policy: &Policy| {
            let review = judge_under(&case, policy).review;
            review.is_some_and(|review| matches!(review.resolver, Resolver::AutoAfter(_)))
        };
        let asked = judge_under(&case, &policy).verdict.effect == Effect::Ask;
        prop_assert!(!asked || approves_by_itself(&policy) || !approves_by_itself(&more));
    }

    /// 01 §Integration: one seen for the first time needs approval; without a word of policy it is never let through.
    #[test]
    fn an_action_that_nobody_knows_is_never_let_through_by_itself(mut case in any_case()) {
        case.action = action("crm.merge");
        case.integration.name = case.action.name.integration();
        let effect = judge(&case).verdict.effect;
        prop_assert!(matches!(effect, Effect::Ask | Effect::Deny));
    }

    /// 01 §Ladder.4: audit lets through whatever rungs 1 to 3 leave, and notes what confirm_tools says.
    #[test]
    fn audit_notes_what_confirm_tools_says(case in any_case(), policy in any_policy()) {
        let all = |mode| Policy { mode, modes: Vec::new(), ..policy.clone() };
        let (audited, confirmed) = (judge_under(&case, &all(Mode::Audit)), judge_under(&case, &all(Mode::ConfirmTools)));
        prop_assert_eq!(said(&audited), &confirmed.verdict);
        if audited.would_have_been.is_some() {
            prop_assert_eq!((audited.verdict.effect, audited.verdict.rung), (Effect::Allow, RungName::Mode));
        } else {
            prop_assert!(audited.verdict.rung < RungName::Mode);
        }
    }

    /// 01 §Ladder.1, users of the integration.
    #[test]
    fn who_may_not_use_an_integration_gets_nothing_through_it(mut case in any_case(), policy in any_policy()) {
        case.integration.users.clear();
        prop_assert_eq!(judge_under(&case, &policy).verdict.effect, Effect::Deny);
    }
}
