//! 01 §Who reviews: when the last eligible reviewer becomes unavailable it moves to the next fallback at once.

use super::*;
use crate::domain::digest::Digest;
use crate::domain::people::Role;
use crate::domain::review::{Remember, Vote, Word};
use crate::domain::risk::Risk;

fn stranded(plan: &Plan, votes: &[Vote], case: &Case) -> bool {
    is_stranded(plan, votes, &matter(case, &[]), &case.workspace, NOW)
}

fn next(plan: &Plan, case: &Case) -> Option<u32> {
    next_opening(plan, &matter(case, &[]), &case.workspace, NOW)
}

fn approval(by: &str, stands_for: Option<&str>) -> Vote {
    Vote {
        by: voter(by),
        stands_for: stands_for.map(id),
        token: TokenId::generate(),
        word: Word::Approve,
        digest: Digest::of_bytes(b"seen"),
        plan: 1,
        reason: None,
        notify_agent: false,
        remember: Remember::Once,
        at: NOW,
    }
}

#[test]
fn a_request_is_stranded_once_nobody_who_is_asked_can_decide() {
    let review = with_fallbacks("requester", &["group:finance"]);
    for (change, strands, watched) in [
        ("nothing", false, &["ana"][..]),
        ("gone", true, &[]),
        ("away", true, &["ana"]),
        ("delegated", false, &["ana", "ben"]),
    ] {
        let mut case = Case::new("email.send");
        let plan = plan_of(&case, &review);
        match change {
            "gone" => case.deactivate(&["ana"]),
            "away" => case.away("ana", None),
            "delegated" => case.away("ana", Some("ben")),
            _ => {}
        }
        assert_eq!(stranded(&plan, &[], &case), strands, "{change}");
        assert_eq!(watching(&plan, &case), watched, "{change}");
        assert_eq!(next(&plan, &case), Some(2));
    }
}

#[test]
fn the_next_stage_is_the_next_that_can_decide_now() {
    let review = with_fallbacks("requester", &["user:omar", "manager", "group:finance"]);
    let mut case = Case::new("email.send");
    let mut plan = plan_of(&case, &review);
    assert_eq!(
        next(&plan, &case),
        Some(3),
        "omar had left when it was asked"
    );
    case.deactivate(&["max"]);
    assert_eq!(next(&plan, &case), Some(4), "max has left since");
    plan.opened = 4;
    assert_eq!(asked(&plan), ["ana", "max", "fay", "gus"]);
    case.deactivate(&["ana"]);
    assert!(!stranded(&plan, &[], &case));
    assert_eq!(watching(&plan, &case), ["fay", "gus"]);

    for name in ["fay", "gus"] {
        case.person(name).groups.clear();
    }
    assert!(stranded(&plan, &[], &case));
    assert_eq!(next(&plan, &case), Some(5), "the workspace admins");
    for name in ["dana", "lee"] {
        case.person(name).role = Role::Member;
    }
    assert_eq!(next(&plan, &case), None);
}

/// 01 §Quorum: with those who have approved already.
#[test]
fn what_was_approved_counts_towards_the_quorum_that_is_left() {
    let two = Review {
        approvals: 2,
        ..terms("group:finance")
    };
    let mut case = Case::new("email.send");
    let plan = plan_of(&case, &two);
    let by_fay = [approval("fay", None)];
    assert!(!stranded(&plan, &by_fay, &case));
    case.deactivate(&["fay"]);
    assert!(
        stranded(&plan, &[], &case),
        "one is left where two have to approve"
    );
    assert!(!stranded(&plan, &by_fay, &case), "gus makes it two");
    case.deactivate(&["gus"]);
    assert!(stranded(&plan, &by_fay, &case));
    case.person("fay").active = true;
    assert!(stranded(&plan, &by_fay, &case), "fay has voted");
    let void = [Vote {
        plan: 2,
        ..approval("gus", None)
    }];
    assert!(stranded(&plan, &void, &case), "for another plan");
    let answer = [Vote {
        word: Word::Respond,
        ..approval("gus", None)
    }];
    assert!(stranded(&plan, &answer, &case), "no approval");

    let owners = Review {
        approvals: 2,
        ..terms("agent_owner")
    };
    let mut case = Case::new("email.send");
    let plan = plan_of(&case, &owners);
    case.deactivate(&["lee"]);
    let for_ana = [approval("ben", Some("ana"))];
    assert!(stranded(&plan, &for_ana, &case), "ana and ben are one");
}

#[test]
fn an_agent_that_may_not_decide_any_more_strands_it() {
    let review = with_fallbacks("agent:triage", &["agent:reporter", "manager"]);
    let mut case = Case::new("email.send").at_risk(Risk::Low);
    let plan = plan_of(&case, &review);
    assert!(!stranded(&plan, &[], &case));
    assert_eq!(next(&plan, &case), Some(2));
    for name in ["triage", "reporter"] {
        case.workspace.agents.get_mut(&id(name)).unwrap().enabled = false;
    }
    assert!(stranded(&plan, &[], &case));
    assert_eq!(next(&plan, &case), Some(3));
}

#[test]
fn a_request_that_nobody_can_decide_stays_where_it_is() {
    let mut case = Case::new("email.send");
    case.deactivate(&["ana", "dana", "lee"]);
    let plan = plan_of(&case, &Review::default());
    assert!(stranded(&plan, &[], &case));
    assert_eq!(next(&plan, &case), None);
}

/// 01 §Edit, §Separation: under `separate` an editor's vote doesn't count.
#[test]
fn an_edit_by_the_only_reviewer_strands_a_separate_review() {
    let review = Review {
        separate: true,
        ..with_fallbacks("user:ben", &["manager"])
    };
    let case = Case::new("email.send");
    let plan = plan_of(&case, &review);
    let editors = [id("ben")];
    let edited = matter(&case, &editors);
    assert!(!stranded(&plan, &[], &case));
    assert!(is_stranded(&plan, &[], &edited, &case.workspace, NOW));
    let opened = next_opening(&plan, &edited, &case.workspace, NOW);
    assert_eq!(opened, Some(2));
}
