//! 01 §Edit: the review plan becomes the stricter of the two.

use super::*;

fn stricter_of(old: &Review, new: &Review) -> bool {
    let case = Case::new("email.send");
    stricter(&plan_of(&case, old), &plan_of(&case, new))
}

/// 01 §Edit: asks anybody the old plan didn't, or more of them, or forbids self.
#[test]
fn a_plan_that_asks_others_or_more_or_forbids_self_replaces_the_old() {
    let of = |resolver: &str, approvals, separate| Review {
        approvals,
        separate,
        ..terms(resolver)
    };
    let finance = of("group:finance", 1, false);
    assert!(!stricter_of(&finance, &finance));
    assert!(
        !stricter_of(&finance, &terms("user:fay")),
        "whom the old asks"
    );
    assert!(stricter_of(&finance, &terms("user:ben")));
    assert!(stricter_of(&terms("user:fay"), &finance));
    assert!(stricter_of(&finance, &of("group:finance", 2, false)));
    assert!(!stricter_of(&of("group:finance", 2, false), &finance));
    assert!(stricter_of(&finance, &of("group:finance", 1, true)));
    assert!(!stricter_of(&of("group:finance", 1, true), &finance));
    assert!(
        stricter_of(
            &with_fallbacks("requester", &["user:ben"]),
            &terms("user:ben")
        ),
        "a fallback isn't asked yet"
    );
}

#[test]
fn a_plan_that_waits_for_a_person_replaces_one_that_approves_by_itself() {
    let soon = terms("auto_after:1m");
    let later = terms("auto_after:10m");
    assert!(stricter_of(&soon, &terms("requester")));
    assert!(stricter_of(&soon, &later));
    assert!(!stricter_of(&later, &soon));
    assert!(!stricter_of(&soon, &soon));
}

#[test]
fn a_plan_under_which_nobody_can_decide_replaces_one_under_which_somebody_can() {
    let case = Case::new("email.send");
    let old = plan_of(&case, &Review::default());
    let mut empty = case;
    empty.deactivate(&["ana", "dana", "lee"]);
    assert!(stricter(&old, &plan_of(&empty, &Review::default())));
}
