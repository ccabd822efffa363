//! 01 §Delegation

use super::*;
use crate::domain::people::Away;
use crate::domain::risk::Risk;

/// 01 §Delegation: covers reviews addressed to that person.
#[test]
fn a_delegate_decides_for_whom_they_stand_in() {
    for (resolver, absent) in [
        ("user:ben", "ben"),
        ("manager", "max"),
        ("record_owner", "ben"),
        ("requester", "ana"),
    ] {
        let mut case = Case::new("email.send").on("deal", Some("ben"));
        case.away(absent, Some("fay"));
        let plan = plan_of(&case, &terms(resolver));
        assert_eq!(asked(&plan), [absent], "{resolver}");
        assert_eq!(seat_of(&plan, "fay", &case), Ok(Some(absent.to_owned())));
        assert_eq!(seat_of(&plan, absent, &case), Ok(None), "may look in");
        assert_eq!(watching(&plan, &case), [absent, "fay"]);
        assert_eq!(
            seat_of(&plan, "gus", &case).unwrap_err(),
            format!("only {absent} may decide it")
        );
    }
    let mut record = Case::new("record.update").on("deal", Some("ben"));
    let plan = plan_of(&record, &terms("record_owner"));
    record.away("ben", Some("fay"));
    record.risk = Risk::Critical;
    assert!(seat_of(&plan, "fay", &record).is_err(), "nor may ben");

    let mut owned = Case::new("email.send");
    owned.away("lee", Some("fay"));
    let plan = plan_of(&owned, &terms("agent_owner"));
    assert_eq!(seat_of(&plan, "fay", &owned), Ok(Some("lee".to_owned())));
}

/// 01 §Delegation: with dates.
#[test]
fn a_delegate_answers_within_the_dates_alone() {
    let mut case = Case::new("email.send");
    let plan = plan_of(&case, &terms("user:ben"));
    let hour = Span::from_hours(1);
    let before = At::from_millis(NOW.millis() - hour.millis());
    for (from, until, stands_in) in [
        (NOW, NOW.plus(hour), true),
        (before, NOW, false),
        (NOW.plus(hour), NOW.plus(hour).plus(hour), false),
    ] {
        case.person("ben").away = Some(Away {
            from,
            until,
            delegate: Some(id("fay")),
        });
        assert_eq!(
            seat_of(&plan, "fay", &case).is_ok(),
            stands_in,
            "{from} {until}"
        );
    }
}

/// 01 §Delegation: one step deep, an active person.
#[test]
fn a_delegate_who_is_away_or_gone_answers_through_nobody() {
    let mut case = Case::new("email.send");
    case.away("ben", Some("fay"));
    case.away("fay", Some("gus"));
    let review = with_fallbacks("user:ben", &["manager"]);
    assert_eq!(asks(&case, &review).0, "manager");
    assert_eq!(
        skipped(&case, &review),
        "ben is away and nobody answers for them"
    );

    let mut present = Case::new("email.send");
    present.away("ben", Some("fay"));
    let plan = plan_of(&present, &review);
    present.away("fay", Some("gus"));
    assert!(seat_of(&plan, "gus", &present).is_err());
    present.deactivate(&["fay"]);
    assert!(seat_of(&plan, "fay", &present).is_err());
}

/// 01 §Who reviews: away without a delegate is unavailable.
#[test]
fn who_is_away_without_a_delegate_is_unavailable() {
    let mut case = Case::new("email.send");
    case.away("ana", None);
    assert_eq!(asks(&case, &Review::default()).0, "role:admin");
    case.away("ana", Some("ana"));
    assert_eq!(asks(&case, &Review::default()).0, "role:admin");
}

/// 01 §Delegation: not roles and groups, whose other members answer.
#[test]
fn a_delegate_has_no_seat_where_a_role_or_a_group_is_asked() {
    for (resolver, absent, other) in [
        ("group:finance", "fay", "gus"),
        ("role:admin", "lee", "dana"),
    ] {
        let mut case = Case::new("email.send");
        case.away(absent, Some("ben"));
        let plan = plan_of(&case, &terms(resolver));
        assert!(seat_of(&plan, "ben", &case).is_err(), "{resolver}");
        assert_eq!(seat_of(&plan, other, &case), Ok(None));
        case.away(other, Some("ben"));
        assert_ne!(asks(&case, &terms(resolver)).0, resolver);
    }
}

/// 01 §Delegation: a person and their delegate are one in a quorum.
#[test]
fn a_person_and_their_delegate_are_one() {
    let two = Review {
        approvals: 2,
        ..terms("agent_owner")
    };
    let mut case = Case::new("email.send");
    case.away("ana", Some("ben"));
    let plan = plan_of(&case, &two);
    assert_eq!(asked(&plan), ["lee", "ana"]);
    assert_eq!(plan.opened, 1);

    case.away("ana", Some("lee"));
    assert_eq!(
        skipped(&case, &two),
        "1 can decide where 2 have to approve",
        "lee would be both"
    );
    assert_eq!(
        seat_of(&plan, "lee", &case),
        Ok(Some("ana".to_owned())),
        "lee sits there, and counts as one with ana"
    );

    let finance = Review {
        approvals: 2,
        ..terms("group:finance")
    };
    let mut case = Case::new("email.send");
    let plan = plan_of(&case, &finance);
    case.away("fay", Some("gus"));
    assert_eq!(seat_of(&plan, "gus", &case), Ok(Some("fay".to_owned())));
}

/// 01 §Separation: the voter, or the person they vote for as a delegate.
#[test]
fn nobody_stands_in_for_the_excluded_nor_they_for_others() {
    let separate = Review {
        separate: true,
        ..with_fallbacks("user:ben", &["manager"])
    };
    let mut case = Case::new("email.send");
    case.away("ben", Some("ana"));
    assert_eq!(asks(&case, &separate).0, "manager", "ana is acted for");

    case.away("ben", Some("fay"));
    let plan = plan_of(&case, &separate);
    assert_eq!(seat_of(&plan, "fay", &case), Ok(Some("ben".to_owned())));
    let editors = [id("ben")];
    let edited = matter(&case, &editors);
    let for_an_editor = place(&plan, &voter("fay"), &edited, &case.workspace, NOW);
    assert!(for_an_editor.is_err(), "ben edited it");
}
