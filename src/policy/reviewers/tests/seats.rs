//! 01 §Snapshot and §Separation: who may vote at this moment.

use super::*;
use crate::domain::actor::Actor;
use crate::domain::people::{Holder, Role, Token};
use crate::policy::fixtures::ids;

/// 01 §Snapshot: whether a voter is still active is checked again when they vote.
#[test]
fn who_has_left_or_was_never_asked_may_not_vote() {
    let mut case = Case::new("email.send");
    let plan = plan_of(&case, &Review::default());
    assert_eq!(seat_of(&plan, "ana", &case), Ok(None));
    for other in ["ben", "dana"] {
        assert_eq!(
            seat_of(&plan, other, &case).unwrap_err(),
            "only ana may decide it"
        );
    }
    for nobody in ["omar", "nobody"] {
        assert_eq!(
            seat_of(&plan, nobody, &case).unwrap_err(),
            "you are not active in this workspace"
        );
    }
    case.deactivate(&["ana"]);
    assert!(seat_of(&plan, "ana", &case).is_err());
}

/// 01 §Snapshot: and still in the role.
#[test]
fn who_was_asked_for_a_role_or_a_group_may_vote_while_they_are_in_it() {
    let mut case = Case::new("email.send");
    let admins = plan_of(&case, &terms("role:admin"));
    let owners = plan_of(&case, &terms("agent_owner"));
    let finance = plan_of(&case, &terms("group:finance"));
    assert_eq!(seat_of(&admins, "lee", &case), Ok(None));
    assert_eq!(seat_of(&finance, "fay", &case), Ok(None));

    case.person("lee").role = Role::Manager;
    case.person("fay").groups.clear();
    assert_eq!(
        seat_of(&admins, "lee", &case).unwrap_err(),
        "you were asked as role:admin, which you are no longer"
    );
    assert!(seat_of(&finance, "fay", &case).is_err());
    assert_eq!(
        seat_of(&owners, "lee", &case),
        Ok(None),
        "asked as an owner"
    );
    assert_eq!(watching(&admins, &case), ["dana"]);
    assert_eq!(watching(&finance, &case), ["gus"]);

    case.person("max").role = Role::Admin;
    assert!(
        seat_of(&admins, "max", &case).is_err(),
        "the people are those of the snapshot"
    );
}

#[test]
fn a_refusal_names_a_few_of_many_reviewers() {
    let mut case = Case::new("email.send");
    for name in ["abe", "bob", "cem"] {
        let member = crate::policy::fixtures::person(name, Role::Member, true);
        case.workspace.people.insert(id(name), member);
    }
    let members = plan_of(&case, &terms("role:member"));
    assert_eq!(
        seat_of(&members, "max", &case).unwrap_err(),
        "only abe, ana, ben, bob, cem and 2 more may decide it"
    );
}

fn separate(resolver: &str) -> Review {
    Review {
        separate: true,
        ..terms(resolver)
    }
}

/// 01 §Separation: the user acted for, an owner of the agent.
#[test]
fn those_on_whose_behalf_it_happens_are_excluded() {
    let case = Case::new("email.send");
    let plan = plan_of(&case, &separate("role:admin"));
    assert_eq!(plan.excluded, ids(&["ana", "lee"]));
    assert_eq!(asked(&plan), ["dana"]);
    assert_eq!(
        seat_of(&plan, "ana", &case).unwrap_err(),
        "it happens on your behalf, and the review has to be somebody else's"
    );
    assert_eq!(
        seat_of(&plan, "lee", &case).unwrap_err(),
        "you own the agent, and the review has to be somebody else's"
    );
    let own = separate("requester");
    assert_eq!(asks(&case, &own).0, "role:admin");
    assert_eq!(
        skipped(&case, &own),
        "ana is excluded, since it happens on their behalf"
    );
    assert_eq!(plan_of(&case, &terms("role:admin")).excluded, ids(&[]));

    let mut all = case;
    all.agent.owners = ids(&["lee", "dana"]);
    assert!(undecidable(&plan_of(&all, &own)).is_some());

    let mut since = Case::new("email.send");
    let outreach = since.workspace.agents.get_mut(&id("outreach")).unwrap();
    outreach.owners.push(id("dana"));
    assert!(seat_of(&plan, "dana", &since).is_err(), "owns it since");
}

/// 01 §Separation: or an editor of the parameters.
#[test]
fn an_editor_is_excluded_where_the_review_is_separate() {
    let case = Case::new("email.send");
    let editors = ids(&["fay"]);
    let edited = matter(&case, &editors);
    let may = |review: &Review, name: &str| {
        let plan = plan_of(&case, review);
        place(&plan, &voter(name), &edited, &case.workspace, NOW).map_err(|why| why.to_string())
    };
    assert_eq!(
        may(&separate("group:finance"), "fay").unwrap_err(),
        "you edited its parameters, and the review has to be somebody else's"
    );
    assert!(may(&separate("group:finance"), "gus").is_ok());
    assert!(
        may(&terms("group:finance"), "fay").is_ok(),
        "otherwise it counts"
    );
}

fn token(case: &mut Case, issued_by: Actor, issued_at: At) -> TokenId {
    let token = Token {
        id: TokenId::generate(),
        holder: Holder::Person(id("fay")),
        issued_by,
        issued_at,
        hash: "h".to_owned(),
        nodes: Vec::new(),
        actions: Vec::new(),
        revoked: false,
    };
    let token_id = token.id;
    case.workspace.tokens.insert(token_id, token);
    token_id
}

/// 01 §Separation: or if the voter's token was issued by one of these within the request's life.
#[test]
fn a_token_that_the_excluded_made_meanwhile_does_not_count() {
    let mut case = Case::new("email.send");
    let ana = || Actor::Person(id("ana"));
    let before = At::from_millis(NOW.millis() - 1);
    let tokens = [
        (token(&mut case, ana(), before), true),
        (token(&mut case, ana(), NOW), false),
        (token(&mut case, Actor::Person(id("dana")), NOW), true),
        (token(&mut case, Actor::Person(id("gus")), NOW), true),
        (token(&mut case, Actor::Gate, NOW), true),
        (TokenId::generate(), false),
    ];
    let plan = plan_of(&case, &separate("group:finance"));
    let open = plan_of(&case, &terms("group:finance"));
    let fay = voter("fay");
    for (token, counts) in tokens {
        let of = |plan, editors: &[PersonId]| {
            let edited = matter(&case, editors);
            seat(plan, &fay, &token, &edited, &case.workspace, NOW).is_ok()
        };
        assert_eq!(of(&plan, &[]), counts, "{token:?}");
        assert!(of(&open, &[]), "nobody is excluded");
    }
    let by_editor = seat(
        &plan,
        &fay,
        &tokens[3].0,
        &matter(&case, &[id("gus")]),
        &case.workspace,
        NOW,
    );
    assert_eq!(
        by_editor.unwrap_err().to_string(),
        "gus issued your token after the request was asked, and the review has to be somebody else's"
    );
}
