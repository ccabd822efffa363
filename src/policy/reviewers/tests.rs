use proptest::prelude::*;

use super::*;
use crate::policy::document::Review;
use crate::policy::fixtures::{Case, id, ids};

fn requester_of(case: &Case) -> Vec<PersonId> {
    resolve(&Resolver::Requester, &case.question(), &case.workspace)
}

fn plan_of(case: &Case) -> Plan {
    plan_under(case, Review::default())
}

fn plan_under(case: &Case, review: Review) -> Plan {
    let policy = Policy {
        review,
        ..Policy::default()
    };
    plan(&case.question(), &policy, &case.workspace)
}

fn deactivate(case: &mut Case, people: &[&str]) {
    for person in people {
        case.workspace.people.get_mut(&id(person)).unwrap().active = false;
    }
}

fn reporter() -> Case {
    let mut case = Case::for_nobody("data.export");
    case.agent = case.workspace.agents[&id("reporter")].clone();
    case
}

#[test]
fn the_user_acted_for_reviews() {
    let case = Case::new("email.send");
    assert_eq!(requester_of(&case), ids(&["ana"]));
    let step = Step {
        resolver: Resolver::Requester,
        reviewers: ids(&["ana"]),
        needed: 1,
    };
    assert_eq!(
        plan_of(&case),
        Plan {
            revision: 1,
            policy_version: 0,
            steps: vec![step],
            separate: false,
            guidance: None,
        }
    );
}

#[test]
fn without_one_the_agents_owners_do_as_they_are_listed() {
    let mut case = Case::for_nobody("email.send");
    assert_eq!(requester_of(&case), ids(&["lee", "ana"]));
    case.agent.owners = ids(&["lee", "ana", "lee", "nobody", "omar"]);
    assert_eq!(requester_of(&case), ids(&["lee", "ana"]));
}

#[test]
fn without_an_owner_who_is_there_its_teams_admins_do() {
    let mut case = reporter();
    assert_eq!(requester_of(&case), ids(&["ben"]));
    case.agent.team = None;
    assert_eq!(requester_of(&case), []);
    case.agent.team = Some(id("nowhere"));
    assert_eq!(requester_of(&case), []);
}

#[test]
fn a_user_who_has_left_is_not_replaced_by_the_owners() {
    let mut case = Case::new("email.send");
    deactivate(&mut case, &["ana"]);
    assert_eq!(requester_of(&case), []);
    let step = &plan_of(&case).steps[0];
    assert_eq!(step.resolver, Resolver::WorkspaceAdmins);
    assert_eq!(step.reviewers, ids(&["dana", "lee"]));
}

#[test]
fn too_few_for_the_number_of_approvals_is_nobody() {
    let two = Review {
        approvals: 2,
        ..Review::default()
    };
    let step = &plan_under(&Case::new("email.send"), two.clone()).steps[0];
    assert_eq!(step.reviewers, ids(&["dana", "lee"]));
    assert_eq!(step.needed, 2);
    let step = &plan_under(&Case::for_nobody("email.send"), two).steps[0];
    assert_eq!(step.reviewers, ids(&["lee", "ana"]));
}

#[test]
fn a_list_without_anybody_stays_empty() {
    let mut case = Case::new("email.send");
    deactivate(&mut case, &["ana", "ben", "dana", "lee"]);
    assert_eq!(plan_of(&case).steps[0].reviewers, []);
}

#[test]
fn who_has_left_or_was_never_asked_may_not_vote() {
    let mut case = Case::new("email.send");
    let plan = plan_of(&case);
    let may = |case: &Case, person: &str| may_vote(&plan, &id(person), &case.workspace);
    assert!(may(&case, "ana"));
    for other in ["ben", "dana", "omar", "nobody"] {
        assert!(!may(&case, other), "{other}");
    }
    deactivate(&mut case, &["ana"]);
    assert!(!may(&case, "ana"));
}

#[test]
fn who_was_asked_for_a_role_may_vote_while_they_have_it() {
    let mut case = Case::new("email.send");
    deactivate(&mut case, &["ana"]);
    let plan = plan_of(&case);
    assert!(may_vote(&plan, &id("lee"), &case.workspace));
    let lee = case.workspace.people.get_mut(&id("lee")).unwrap();
    lee.role = Role::Manager;
    assert!(!may_vote(&plan, &id("lee"), &case.workspace));

    let asked_as_owner = plan_of(&Case::for_nobody("email.send"));
    assert!(may_vote(&asked_as_owner, &id("lee"), &case.workspace));
}

#[test]
fn a_request_waits_as_long_as_its_risk_or_a_caller_allows() {
    let policy = Policy::default();
    let waits = |trigger, risk| expiry(&policy, trigger, risk, None).unwrap().to_string();
    assert_eq!(waits(Trigger::Api, Risk::Low), "1d");
    assert_eq!(waits(Trigger::Chat, Risk::Medium), "12h");
    assert_eq!(waits(Trigger::Schedule, Risk::High), "4h");
    assert_eq!(waits(Trigger::Email, Risk::Critical), "1h");
    assert_eq!(waits(Trigger::Voice, Risk::Low), "3m");
}

#[test]
fn what_the_agent_wants_shortens_even_for_ever() {
    let mut policy = Policy::default();
    policy.timeouts.low = None;
    let minute = Span::from_secs(60);
    assert_eq!(expiry(&policy, Trigger::Api, Risk::Low, None), None);
    assert_eq!(
        expiry(&policy, Trigger::Api, Risk::Low, Some(minute)),
        Some(minute)
    );
}

proptest! {
    #[test]
    fn it_never_lengthens(
        risk in proptest::sample::select(&Risk::ALL[..]),
        voice: bool,
        wanted in 0..100_000_000_i64,
    ) {
        let trigger = if voice { Trigger::Voice } else { Trigger::Api };
        let wanted = Span::from_millis(wanted);
        let policy = Policy::default();
        let given = expiry(&policy, trigger, risk, None).unwrap();
        prop_assert_eq!(expiry(&policy, trigger, risk, Some(wanted)), Some(given.min(wanted)));
    }
}
