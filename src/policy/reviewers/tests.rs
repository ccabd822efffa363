//! 01 §Who reviews, as far as it can be told from a question, a policy and a workspace.

mod agents;
mod delegation;
mod edit;
mod moves;
mod properties;
mod resolvers;
mod seats;
mod time;

use super::*;
use crate::domain::id::TokenId;
use crate::domain::review::Reviewer;
use crate::policy::fixtures::{Case, NOW, ask, id, rules};
use crate::policy::ladder::evaluate;

fn terms(resolver: &str) -> Review {
    Review {
        resolver: resolver.parse().unwrap(),
        ..Review::default()
    }
}

fn with_fallbacks(resolver: &str, fallbacks: &[&str]) -> Review {
    Review {
        fallbacks: fallbacks.iter().map(|text| text.parse().unwrap()).collect(),
        ..terms(resolver)
    }
}

fn plan_of(case: &Case, review: &Review) -> Plan {
    let policy = Policy::default();
    plan(
        &case.question(),
        review,
        None,
        None,
        &policy,
        &case.workspace,
        NOW,
    )
}

fn asked(plan: &Plan) -> Vec<String> {
    plan.reviewers().iter().map(ToString::to_string).collect()
}

/// Whom the terms ask in the end, and as what.
fn asks(case: &Case, review: &Review) -> (String, Vec<String>) {
    let plan = plan_of(case, review);
    let open: Vec<_> = plan.open_stages().map(|stage| &stage.resolver).collect();
    let last = open.last().map_or_else(String::new, ToString::to_string);
    assert!(open.len() <= 1, "one stage is open at first");
    (last, asked(&plan))
}

/// Why the first stage is skipped.
fn skipped(case: &Case, review: &Review) -> String {
    let plan = plan_of(case, review);
    let skipped = plan.stages[0].skipped.as_ref();
    skipped.expect("the first stage is skipped").plain()
}

fn matter<'a>(case: &'a Case, edited_by: &'a [PersonId]) -> Matter<'a> {
    Matter {
        agent: &case.agent.id,
        on_behalf_of: case.on_behalf_of.as_ref().map(|user| &user.id),
        risk: case.risk,
        asked_at: NOW,
        edited_by,
    }
}

fn voter(name: &str) -> Reviewer {
    name.parse().unwrap()
}

/// Who this one may vote as now: alone, for somebody, or why not at all.
fn seat_of(plan: &Plan, name: &str, case: &Case) -> Result<Option<String>, String> {
    let seat = place(plan, &voter(name), &matter(case, &[]), &case.workspace, NOW);
    seat.map(|seat| seat.stands_for.map(|absent| absent.to_string()))
        .map_err(|why| why.to_string())
}

fn watching(plan: &Plan, case: &Case) -> Vec<String> {
    let people = watchers(plan, &matter(case, &[]), &case.workspace, NOW);
    people.iter().map(ToString::to_string).collect()
}

/// 01 §Snapshot: rule, policy version, stages and the people they resolved to.
#[test]
fn a_plan_says_which_rule_of_which_version_asks_whom_in_which_order() {
    let review = Review {
        guidance: Some(Untrusted::from("Check the price.")),
        escalate_after: Some(Span::from_hours(1)),
        ..with_fallbacks("manager", &["group:finance"])
    };
    let policy = rules(vec![ask("Mail", "email.*", false, review)]);
    let case = Case::new("email.send");
    let judged = evaluate(&case.question(), &policy, &case.workspace, NOW);
    let review = judged.review.unwrap();
    let plan = plan(
        &case.question(),
        &review,
        judged.verdict.rule.as_ref(),
        None,
        &policy,
        &case.workspace,
        NOW,
    );
    assert_eq!(plan.rule, Some(Untrusted::from("Mail")));
    assert_eq!((plan.policy_version, plan.revision), (7, 1));
    assert_eq!((plan.opened, plan.needed), (1, 1));
    assert_eq!(plan.escalate_after, Some(Span::from_hours(1)));
    assert_eq!(plan.guidance, Some(Untrusted::from("Check the price.")));
    let stages: Vec<_> = plan
        .stages
        .iter()
        .map(|stage| {
            let people: Vec<_> = stage.reviewers.iter().map(ToString::to_string).collect();
            (stage.resolver.to_string(), people.join(" "))
        })
        .collect();
    let expected = [
        ("manager", "max"),
        ("group:finance", "fay gus"),
        ("role:admin", "dana lee"),
    ];
    assert_eq!(
        stages,
        expected.map(|(resolver, people)| (resolver.to_owned(), people.to_owned()))
    );
    assert_eq!(asked(&plan), ["max"]);
}

/// 01 §Who reviews: then the next fallback, at last the workspace admins.
#[test]
fn the_first_stage_that_can_decide_is_asked() {
    let mut case = Case::new("email.send");
    case.deactivate(&["max"]);
    case.deactivate(&["fay", "gus"]);
    let review = with_fallbacks("manager", &["group:finance", "user:ben"]);
    assert_eq!(
        asks(&case, &review),
        ("user:ben".into(), vec!["ben".into()])
    );
    case.deactivate(&["ben"]);
    let admins = vec!["dana".to_owned(), "lee".to_owned()];
    assert_eq!(asks(&case, &review), ("role:admin".into(), admins));

    let stages = plan_of(&case, &with_fallbacks("role:admin", &["manager"])).stages;
    assert_eq!(stages.len(), 2, "the admins aren't asked twice");
}

/// 01 §Who reviews: an empty or broken reviewer list never approves; the request says so and expires.
#[test]
fn where_nobody_can_decide_it_says_so_and_nobody_is_asked() {
    let mut case = Case::new("email.send");
    assert_eq!(undecidable(&plan_of(&case, &Review::default())), None);
    case.deactivate(&["ana", "dana", "lee"]);
    let plan = plan_of(&case, &Review::default());
    assert_eq!(plan.opened, 2);
    assert_eq!(asked(&plan), [] as [&str; 0]);
    assert_eq!(watching(&plan, &case), [] as [&str; 0]);
    assert_eq!(
        undecidable(&plan).unwrap().plain(),
        "nobody may decide it (requester: ana is not active; role:admin: it stands for nobody); it will expire"
    );
    assert_eq!(
        seat_of(&plan, "ben", &case).unwrap_err(),
        "nobody may decide it; it will expire"
    );
}

/// 01 §Quorum: `approvals = N` asks N different people; fewer is unavailable, and N < 1 is never *none needed*.
#[test]
fn fewer_people_than_approvals_are_too_few() {
    let case = Case::new("email.send");
    let of = |resolver: &str, approvals| Review {
        approvals,
        ..terms(resolver)
    };
    assert_eq!(asks(&case, &of("group:finance", 2)).0, "group:finance");
    assert_eq!(asks(&case, &of("requester", 2)).0, "role:admin");
    assert_eq!(
        skipped(&case, &of("requester", 2)),
        "1 can decide where 2 have to approve"
    );
    assert!(undecidable(&plan_of(&case, &of("group:finance", 3))).is_some());
    let none = plan_of(&case, &of("requester", 0));
    assert_eq!((none.needed, asked(&none)), (1, vec!["ana".to_owned()]));
}
