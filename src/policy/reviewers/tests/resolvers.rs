//! 01 §Who reviews: what each resolver stands for.

use super::*;
use crate::domain::people::Role;
use crate::domain::risk::Risk;
use crate::policy::fixtures::ids;

fn of(case: &Case, resolver: &str) -> Vec<String> {
    let plan = plan_of(case, &terms(resolver));
    let people = plan.stages[0].reviewers.iter();
    people.map(ToString::to_string).collect()
}

#[test]
fn the_requester_is_the_user_acted_for() {
    let case = Case::new("email.send");
    assert_eq!(of(&case, "requester"), ["ana"]);
    let mut gone = case;
    gone.deactivate(&["ana"]);
    assert_eq!(
        of(&gone, "requester"),
        [] as [&str; 0],
        "not replaced by the owners"
    );
    assert_eq!(skipped(&gone, &terms("requester")), "ana is not active");
}

#[test]
fn without_one_it_is_the_agents_owners_as_listed_and_then_its_teams_admins() {
    let mut case = Case::for_nobody("email.send");
    assert_eq!(of(&case, "requester"), ["lee", "ana"]);
    case.agent.owners = ids(&["lee", "ana", "lee", "nobody", "omar"]);
    assert_eq!(of(&case, "requester"), ["lee", "ana"]);

    let mut reporter = Case::new("data.export").by("reporter");
    assert_eq!(of(&reporter, "requester"), ["ben"]);
    for team in [None, Some(id("nowhere"))] {
        reporter.agent.team = team;
        assert_eq!(of(&reporter, "requester"), [] as [&str; 0]);
    }
}

#[test]
fn a_manager_is_that_of_the_requester_and_never_the_requester() {
    let mut case = Case::new("email.send");
    assert_eq!(of(&case, "manager"), ["max"]);
    case.person("ana").manager = None;
    assert_eq!(skipped(&case, &terms("manager")), "it stands for nobody");

    let mut owned = Case::for_nobody("email.send");
    assert_eq!(
        of(&owned, "manager"),
        ["max"],
        "without a user, that of the owners"
    );
    owned.person("ana").manager = Some(id("lee"));
    assert_eq!(
        of(&owned, "manager"),
        [] as [&str; 0],
        "lee owns it as well"
    );
}

#[test]
fn admin_includes_owners_and_every_other_role_means_that_role_exactly() {
    let case = Case::new("email.send");
    assert_eq!(of(&case, "role:admin"), ["dana", "lee"]);
    assert_eq!(of(&case, "role:owner"), ["dana"]);
    assert_eq!(of(&case, "role:manager"), ["max"]);
    assert_eq!(of(&case, "role:member"), ["ana", "ben", "fay", "gus"]);
}

#[test]
fn a_person_a_group_and_the_agents_owners_are_who_they_are() {
    let mut case = Case::new("email.send");
    assert_eq!(of(&case, "user:ben"), ["ben"]);
    assert_eq!(of(&case, "user:nobody"), [] as [&str; 0]);
    assert_eq!(of(&case, "group:finance"), ["fay", "gus"]);
    assert_eq!(of(&case, "group:nobody"), [] as [&str; 0]);
    assert_eq!(of(&case, "agent_owner"), ["lee", "ana"]);
    case.deactivate(&["fay", "lee"]);
    assert_eq!(of(&case, "group:finance"), ["gus"]);
    assert_eq!(of(&case, "agent_owner"), ["ana"]);
}

/// 01 §Who reviews, `record_owner`: the agent's claim.
#[test]
fn a_record_owner_is_whom_the_agent_names_unless_that_is_one_of_its_own() {
    let review = with_fallbacks("record_owner", &["manager"]);
    let record = |owner| Case::new("record.update").on("deal", owner);
    assert_eq!(asks(&record(Some("ben")), &review).0, "record_owner");
    assert_eq!(of(&record(Some("ben")), "record_owner"), ["ben"]);
    for (owner, why) in [
        (None, "it stands for nobody"),
        (Some("omar"), "omar is not active"),
        (
            Some("ana"),
            "ana, whom the agent names as the owner, is whom it acts for",
        ),
        (
            Some("lee"),
            "lee, whom the agent names as the owner, owns the agent",
        ),
    ] {
        let case = record(owner);
        assert_eq!(asks(&case, &review).0, "manager");
        assert_eq!(skipped(&case, &review), why);
    }
    assert_eq!(
        asks(&Case::new("record.update"), &review).0,
        "manager",
        "no resource at all"
    );
}

/// 01 §Who reviews, `record_owner`: a second owner within 90 days, and critical risk, make it unavailable.
#[test]
fn a_contested_or_critical_record_owner_is_unavailable() {
    let review = with_fallbacks("record_owner", &["manager"]);
    let case = Case::new("record.update").on("deal", Some("ben"));
    assert_eq!(
        asks(&case.clone().at_risk(Risk::High), &review).0,
        "record_owner"
    );
    let critical = case.clone().at_risk(Risk::Critical);
    assert_eq!(asks(&critical, &review).0, "manager");
    assert!(skipped(&critical, &review).contains("critical risk"));

    let contested = Case {
        owner_contested: true,
        ..case.clone()
    };
    assert_eq!(asks(&contested, &review).0, "manager");
    assert!(skipped(&contested, &review).contains("another owner was claimed"));

    let plan = plan_of(&case, &review);
    assert_eq!(seat_of(&plan, "ben", &case), Ok(None));
    assert!(
        seat_of(&plan, "ben", &critical).is_err(),
        "an edit made it critical"
    );
}

/// 01 §Who reviews, `auto_after`: the requester, the agent's owners and the workspace admins may reject or approve.
#[test]
fn a_delay_can_be_cut_short_by_those_whose_it_is_and_the_admins() {
    let case = Case::new("email.send");
    let plan = plan_of(&case, &with_fallbacks("auto_after:10m", &["manager"]));
    assert_eq!(plan.delay(), Some(Span::from_secs(600)));
    assert_eq!(asked(&plan), ["ana", "lee", "dana"]);
    for name in ["ana", "lee", "dana"] {
        assert_eq!(seat_of(&plan, name, &case), Ok(None));
    }
    assert!(seat_of(&plan, "max", &case).is_err());

    let mut demoted = case;
    demoted.person("dana").role = Role::Member;
    assert_eq!(
        seat_of(&plan, "dana", &demoted).unwrap_err(),
        "you were asked as auto_after:10m, which you are no longer"
    );
    demoted.person("lee").role = Role::Member;
    assert_eq!(seat_of(&plan, "lee", &demoted), Ok(None), "still an owner");
}

/// 01 §Who reviews, `auto_after`: at high or critical risk it is skipped; never a fallback, with more than one approval
/// or separate.
#[test]
fn a_delay_is_skipped_where_nothing_may_approve_by_itself() {
    let review = with_fallbacks("auto_after:10m", &["manager"]);
    for risk in Risk::ALL {
        let case = Case::new("email.send").at_risk(risk);
        let plan = plan_of(&case, &review);
        assert_eq!(plan.delay().is_some(), risk < Risk::High, "{risk:?}");
        let expected = if risk < Risk::High {
            "auto_after:10m"
        } else {
            "manager"
        };
        assert_eq!(asks(&case, &review).0, expected);
    }
    let case = Case::new("email.send");
    let two = Review {
        approvals: 2,
        ..review.clone()
    };
    let separate = Review {
        separate: true,
        ..review
    };
    let mut gone = case.clone();
    gone.deactivate(&["max"]);
    let fallback = with_fallbacks("manager", &["auto_after:10m"]);
    for (case, review) in [(&case, two), (&case, separate), (&gone, fallback)] {
        assert_eq!(plan_of(case, &review).delay(), None, "{review:?}");
    }
    let mut nobody = case;
    nobody.deactivate(&["ana", "lee", "dana"]);
    let plan = plan_of(&nobody, &terms("auto_after:10m"));
    assert_eq!(plan.delay(), None, "nobody could reject it");
    assert!(undecidable(&plan).is_some());
}

/// 01 §Who reviews, 01 §States.12: time doesn't approve what hides something or can't be told for sure, however small
/// its risk is.
#[test]
fn a_delay_is_skipped_where_something_may_deceive() {
    let review = with_fallbacks("auto_after:10m", &["manager"]);
    let harmless = r#"{"to":["ann@ourco.example"],"body":"Diyarbakır, Müller"}"#;
    let plain = Case::new("email.send").with(harmless).at_risk(Risk::Low);
    assert_eq!(asks(&plain, &review).0, "auto_after:10m");
    for (params, why) in [
        (
            r#"{"to":["ann@ourco.example"],"body":"x\u202ey"}"#,
            "hidden character",
        ),
        (
            r#"{"to":["ann@ourco.example"],"p\u0430y":1}"#,
            "mixed alphabets",
        ),
        (
            r#"{"to":["ann@ourco.example"],"body":["to d\u0131sable it"]}"#,
            "look-alike",
        ),
        (
            r#"{"to":["ann@ourco.example"],"subject":"a\nBcc: x@evil.example"}"#,
            "line break",
        ),
    ] {
        let case = Case::new("email.send").with(params).at_risk(Risk::Low);
        let plan = plan_of(&case, &review);
        assert_eq!(plan.delay(), None, "{params}");
        assert_eq!(asks(&case, &review).0, "manager", "{params}");
        let skipped = plan.stages[0].skipped.as_ref().unwrap().plain();
        assert!(skipped.contains(why), "{params}: {skipped}");
    }
    let unread = Case::mail(&["ann@ourco.example."]).at_risk(Risk::Low);
    assert_eq!(asks(&unread, &review).0, "manager");
}
