//! What holds for every question, whatever the workspace.

use proptest::prelude::*;

use super::*;
use crate::domain::people::UserRef;
use crate::domain::review::Resolver;
use crate::domain::verdict::Answer;
use crate::policy::document::Review;
use crate::policy::fixtures::{Case, NOW, action, conversation, id};

fn judge(case: &Case) -> Judgement {
    judge_under(case, &Policy::default())
}

fn judge_under(case: &Case, policy: &Policy) -> Judgement {
    evaluate(&case.question(), policy, &case.workspace, NOW)
}

fn answers(judgement: &Judgement) -> Vec<Answer> {
    judgement.trace.iter().map(|rung| rung.answer).collect()
}

#[test]
fn the_trace_stops_where_a_rung_answered() {
    use Answer::{Allow, Ask, Deny, NotAsked, Pass};

    let mut off = Case::new("email.send");
    off.agent.enabled = false;
    let denied = judge(&off);
    assert_eq!(denied.verdict.effect, Effect::Deny);
    assert_eq!(denied.verdict.rung, RungName::Off);
    let expected = [
        Deny, NotAsked, NotAsked, NotAsked, NotAsked, NotAsked, NotAsked,
    ];
    assert_eq!(answers(&denied), expected);

    let read = judge(&Case::new("file.read"));
    assert_eq!(read.verdict.effect, Effect::Allow);
    assert_eq!(read.verdict.rule, Some(Untrusted::from("confirm_tools")));
    let expected = [Pass, Pass, Pass, Allow, NotAsked, NotAsked, NotAsked];
    assert_eq!(answers(&read), expected);

    let asked = judge(&Case::new("email.send"));
    assert_eq!(asked.verdict.rung, RungName::Ask);
    assert_eq!(asked.verdict.text.plain(), "email.send needs approval");
    let expected = [Pass, Pass, Pass, Pass, Pass, Ask, Pass];
    assert_eq!(answers(&asked), expected);
}

#[test]
fn an_own_opt_in_answers_after_ask_has_asked() {
    use Answer::{Allow, Ask, Pass};

    let judged = judge(&Case::new("email.send").opted_in("ana", OptInScope::Always, NOW));
    assert_eq!(judged.verdict.effect, Effect::Allow);
    assert_eq!(judged.verdict.rung, RungName::OwnOptIn);
    assert_eq!(judged.opt_in, Some(OptInScope::Always));
    assert_eq!(answers(&judged), [Pass, Pass, Pass, Pass, Pass, Ask, Allow]);
}

#[test]
fn what_needs_no_approval_has_no_use_for_an_opt_in() {
    let mut case = Case::new("email.send").opted_in("ana", OptInScope::Always, NOW);
    case.action.needs_approval = false;
    let judged = judge(&case);
    assert_eq!((judged.verdict.rung, judged.opt_in), (RungName::Ask, None));
    assert_eq!(judged.trace[6].answer, Answer::NotAsked);
}

const PEOPLE: [&str; 5] = ["ana", "ben", "dana", "lee", "omar"];

fn person() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(&PEOPLE[..])
}

fn scope() -> impl Strategy<Value = OptInScope> {
    prop_oneof![
        Just(OptInScope::Always),
        (
            proptest::sample::select(&["outreach", "reporter"][..]),
            proptest::sample::select(&["c-1", "c-2"][..]),
        )
            .prop_map(|(agent, id)| conversation(agent, id)),
    ]
}

fn moment() -> impl Strategy<Value = At> {
    (0..26_i64).prop_map(|hours| At::from_millis(NOW.millis() - hours * 3_600_000))
}

fn user_ref() -> impl Strategy<Value = UserRef> {
    prop_oneof![
        Just(UserRef::Everybody),
        person().prop_map(|person| UserRef::Person(id(person))),
        Just(UserRef::Group(id("finance"))),
    ]
}

/// Any action, settings and all; those of the catalogue and one that nobody knows.
fn any_action() -> impl Strategy<Value = Action> {
    let name = proptest::sample::select(
        &[
            "email.send",
            "file.read",
            "chat.reply",
            "step.plan",
            "crm.merge",
        ][..],
    );
    let toggles = any::<[bool; 3]>();
    (
        name,
        proptest::option::of(toggles),
        proptest::bool::weighted(0.9),
    )
        .prop_map(|(name, toggles, enabled)| {
            let mut action = action(name);
            if let Some([read_only, needs_approval, unlocked]) = toggles {
                action.read_only = read_only;
                action.needs_approval = needs_approval;
                action.auto_approval_allowed = unlocked;
            }
            action.enabled = enabled;
            action
        })
}

prop_compose! {
    fn any_case()(
        action in any_action(),
        agent in proptest::sample::select(&["outreach", "reporter"][..]),
        user in proptest::option::of(person()),
        users in prop_oneof![
            Just(vec![UserRef::Everybody]),
            proptest::collection::vec(user_ref(), 0..3),
        ],
        enabled in (proptest::bool::weighted(0.9), proptest::bool::weighted(0.9)),
        kind in proptest::sample::select(&[Kind::ToolCall, Kind::Step][..]),
        talk in proptest::option::of(proptest::sample::select(&["c-1", "c-2"][..])),
        risk in proptest::sample::select(&Risk::ALL[..]),
        opt_ins in proptest::collection::vec((person(), scope(), moment()), 0..4),
    ) -> Case {
        let mut case = Case::new("email.send");
        case.integration.name = action.name.integration();
        case.action = action;
        case.agent = case.workspace.agents[&id(agent)].clone();
        case.agent.enabled = enabled.0;
        case.integration.enabled = enabled.1;
        case.integration.users = users;
        case.on_behalf_of = user.map(|user| case.workspace.people[&id(user)].clone());
        case.kind = kind;
        case.conversation = talk.map(Untrusted::from);
        case.risk = risk;
        for (person, scope, last_use) in opt_ins {
            opt_in(&mut case, person, scope, last_use);
        }
        case
    }
}

fn any_policy() -> impl Strategy<Value = Policy> {
    let resolver = prop_oneof![
        3 => Just(Resolver::Requester),
        1 => Just(Resolver::WorkspaceAdmins),
    ];
    (resolver, 0..3_u32, proptest::bool::weighted(0.2)).prop_map(
        |(resolver, approvals, separate)| Policy {
            review: Review {
                resolver,
                approvals,
                separate,
            },
            ..Policy::default()
        },
    )
}

fn opt_in(case: &mut Case, person: &str, scope: OptInScope, last_use: At) {
    let choices = case.workspace.opt_ins.entry(case.action.name.clone());
    choices.or_default().insert((id(person), scope), last_use);
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn every_question_has_one_answer_and_seven_rungs(case in any_case(), policy in any_policy()) {
        let judged = judge_under(&case, &policy);
        prop_assert_eq!(&judge_under(&case, &policy), &judged, "the same again");

        let order: Vec<_> = judged.trace.iter().map(|rung| rung.rung).collect();
        prop_assert_eq!(&order[..], &RungName::ALL[..]);
        let decides = judged.trace.iter().rposition(|rung| !matches!(rung.answer, Answer::Pass | Answer::NotAsked));
        let decides = decides.expect("one of them answers");
        let (above, rest) = judged.trace.split_at(decides);
        let (decider, below) = rest.split_first().expect("the one that decides");

        let said = match judged.verdict.effect {
            Effect::Allow => Answer::Allow,
            Effect::Deny => Answer::Deny,
            Effect::Ask => Answer::Ask,
        };
        prop_assert_eq!((decider.rung, decider.answer), (judged.verdict.rung, said));
        prop_assert_eq!((&decider.rule, &decider.text), (&judged.verdict.rule, &judged.verdict.text));
        let silent = |rung: &&Rung| matches!(rung.answer, Answer::Pass | Answer::NotAsked);
        prop_assert!(judged.trace.iter().filter(silent).all(|rung| rung.rule.is_none()));
        for rung in above {
            let waived = (rung.rung, rung.answer, judged.verdict.rung) == (RungName::Ask, Answer::Ask, RungName::OwnOptIn);
            prop_assert!(rung.answer == Answer::Pass || waived, "{rung:?}");
        }
        for rung in below {
            let no_opt_in = (rung.rung, rung.answer, judged.verdict.effect) == (RungName::OwnOptIn, Answer::Pass, Effect::Ask);
            prop_assert!(rung.answer == Answer::NotAsked || no_opt_in, "{rung:?}");
        }
        prop_assert!(judged.trace.iter().all(|rung| !rung.text.raw_for_execution().is_empty()));
    }

    #[test]
    fn what_needs_approval_is_let_through_only_as_a_step_or_by_an_opt_in(mut case in any_case(), policy in any_policy()) {
        case.action.needs_approval = true;
        let judged = judge_under(&case, &policy);
        prop_assert_eq!(judged.opt_in.is_some(), judged.verdict.rung == RungName::OwnOptIn);
        if judged.verdict.effect == Effect::Allow {
            match judged.verdict.rung {
                RungName::Mode => prop_assert_eq!(case.kind, Kind::Step),
                rung => prop_assert_eq!(rung, RungName::OwnOptIn),
            }
        }
    }

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

    #[test]
    fn an_opt_in_changes_only_what_its_person_would_review_alone(
        case in any_case(), policy in any_policy(), person in person(), scope in scope(), last_use in moment(),
    ) {
        let before = judge_under(&case, &policy);
        let mut after = case.clone();
        opt_in(&mut after, person, scope.clone(), last_use);
        let after = judge_under(&after, &policy);

        let waivable = concerns(&case, person, &scope)
            && case.action.auto_approval_allowed
            && case.risk < Risk::Critical
            && policy.review == Review::default()
            && person != "omar";
        if before.verdict.effect != Effect::Ask || !waivable {
            prop_assert_eq!(after.verdict.effect, before.verdict.effect);
        } else if scope == OptInScope::Always {
            prop_assert_eq!(after.verdict.effect, Effect::Allow);
        } else {
            let fresh = NOW.since(last_use).millis() < 12 * 3_600_000;
            prop_assert_eq!(after.verdict.effect == Effect::Allow, fresh);
        }
    }

    #[test]
    fn an_action_that_nobody_knows_is_never_let_through_by_itself(mut case in any_case()) {
        case.action = action("crm.merge");
        case.integration.name = case.action.name.integration();
        let effect = judge(&case).verdict.effect;
        prop_assert!(matches!(effect, Effect::Ask | Effect::Deny));
    }
}
