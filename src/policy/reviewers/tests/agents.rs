//! 01 §Agents as reviewers

use super::*;
use crate::domain::risk::Risk;
use crate::policy::fixtures::ids;

fn by_triage() -> Review {
    with_fallbacks("agent:triage", &["manager"])
}

fn low() -> Case {
    Case::new("email.send").at_risk(Risk::Low)
}

#[test]
fn an_agent_decides_at_low_risk_unless_its_rule_says_more() {
    let case = low();
    let plan = plan_of(&case, &by_triage());
    assert_eq!(asked(&plan), ["agent:triage"]);
    assert_eq!(seat_of(&plan, "agent:triage", &case), Ok(None));
    assert!(seat_of(&plan, "agent:reporter", &case).is_err());
    assert!(
        seat_of(&plan, "dana", &case).is_err(),
        "its owner isn't asked"
    );
    assert_eq!(watching(&plan, &case), [] as [&str; 0]);

    for (max, risk, decides) in [
        (Risk::Low, Risk::Medium, false),
        (Risk::Medium, Risk::Medium, true),
        (Risk::Medium, Risk::High, false),
        (Risk::Critical, Risk::High, false),
    ] {
        let review = Review {
            agent_max_risk: max,
            ..by_triage()
        };
        let case = low().at_risk(risk);
        let by_agent = asks(&case, &review).0 == "agent:triage";
        assert_eq!(by_agent, decides, "{max:?} {risk:?}");
    }
    let raised = low().at_risk(Risk::Medium);
    assert_eq!(
        seat_of(&plan, "agent:triage", &raised).unwrap_err(),
        "agent triage decides up to low risk, and this is medium"
    );
}

#[test]
fn an_agent_never_decides_for_its_own_kin() {
    let own = Case::new("email.send").by("triage").at_risk(Risk::Low);
    assert_eq!(
        skipped(&own, &by_triage()),
        "agent triage doesn't decide about its own requests"
    );

    let mut same_owner = low();
    same_owner.agent.owners = ids(&["lee", "dana"]);
    assert_eq!(
        skipped(&same_owner, &by_triage()),
        "dana owns both agent triage and the one that asks"
    );

    let mut for_its_owner = low();
    for_its_owner.on_behalf_of = Some(for_its_owner.workspace.people[&id("dana")].clone());
    assert_eq!(
        skipped(&for_its_owner, &by_triage()),
        "dana, for whom it happens, owns agent triage"
    );
    for case in [own, same_owner, for_its_owner] {
        assert_ne!(asks(&case, &by_triage()).0, "agent:triage");
    }
}

#[test]
fn an_agent_that_is_disabled_unknown_or_one_of_several_is_unavailable() {
    let mut case = low();
    let plan = plan_of(&case, &by_triage());
    assert_eq!(
        skipped(&case, &terms("agent:nobody")),
        "there is no agent nobody"
    );
    let two = Review {
        approvals: 2,
        ..by_triage()
    };
    assert_eq!(
        skipped(&case, &two),
        "where several have to approve an agent counts for none"
    );
    let triage = case.workspace.agents.get_mut(&id("triage")).unwrap();
    triage.enabled = false;
    assert_eq!(skipped(&case, &by_triage()), "agent triage is disabled");
    assert_eq!(
        seat_of(&plan, "agent:triage", &case).unwrap_err(),
        "agent triage is disabled"
    );
    let owners = case.workspace.agents.get_mut(&id("outreach")).unwrap();
    owners.owners = ids(&["dana"]);
    case.workspace
        .agents
        .get_mut(&id("triage"))
        .unwrap()
        .enabled = true;
    assert!(
        seat_of(&plan, "agent:triage", &case).is_err(),
        "checked again when it votes"
    );
}
