//! Rung 1, *off*: what is disabled, or isn't open to the user acted for, is denied.

use super::Question;
use super::answer::RungAnswer;
use crate::domain::id::PersonId;
use crate::domain::people::{Integration, UserRef};
use crate::domain::workspace::Workspace;

pub(super) fn answer(question: &Question, workspace: &Workspace) -> RungAnswer {
    let (agent, action, integration) = (question.agent, question.action, question.integration);
    if !agent.enabled {
        RungAnswer::deny(format!("agent {} is disabled", agent.id))
    } else if !integration.enabled {
        RungAnswer::deny(format!("integration {} is disabled", integration.name))
    } else if !action.enabled {
        RungAnswer::deny(format!("action {} is disabled", action.name))
    } else if let Some(who) = outsider(question, workspace) {
        RungAnswer::deny(format!(
            "{who} is not among the users of integration {}",
            integration.name
        ))
    } else {
        RungAnswer::pass("agent, integration and action are enabled, and open to those acted for")
    }
}

/// Somebody acted for who may not use the integration. Without a user acted for these are the agent's
/// owners, each of whom has to be among its users; with nobody there it has to be open to everybody.
fn outsider(question: &Question, workspace: &Workspace) -> Option<String> {
    let integration = question.integration;
    if integration.users.contains(&UserRef::Everybody) {
        return None;
    }
    let owners = &question.agent.owners;
    match question.on_behalf_of {
        Some(user) => {
            let inside = integration.users.iter().any(|users| users.covers(user));
            (!inside).then(|| user.id.to_string())
        }
        None if owners.is_empty() => {
            Some(format!("agent {}, which has no owner,", question.agent.id))
        }
        None => owners
            .iter()
            .find(|owner| !may_use(integration, owner, workspace))
            .map(|owner| format!("{owner}, who owns agent {},", question.agent.id)),
    }
}

fn may_use(integration: &Integration, person: &PersonId, workspace: &Workspace) -> bool {
    workspace
        .people
        .get(person)
        .is_some_and(|person| integration.users.iter().any(|users| users.covers(person)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::verdict::Effect;
    use crate::policy::fixtures::{Case, id};

    fn said(case: &Case) -> (Option<Effect>, String) {
        let answer = answer(&case.question(), &case.workspace);
        (answer.effect(), answer.text.plain())
    }

    fn denied(case: &Case) -> String {
        let (effect, text) = said(case);
        assert_eq!(effect, Some(Effect::Deny), "{text}");
        text
    }

    fn open_to(mut case: Case, users: &[&str]) -> Case {
        case.integration.users = users.iter().map(|user| user.parse().unwrap()).collect();
        case
    }

    #[test]
    fn what_is_enabled_and_open_goes_on() {
        assert_eq!(said(&Case::new("email.send")).0, None);
        assert_eq!(said(&Case::for_nobody("email.send")).0, None);
    }

    #[test]
    fn whatever_is_disabled_denies_and_is_named() {
        let mut case = Case::new("email.send");
        case.action.enabled = false;
        assert_eq!(denied(&case), "action email.send is disabled");
        case.integration.enabled = false;
        assert_eq!(denied(&case), "integration email is disabled");
        case.agent.enabled = false;
        assert_eq!(denied(&case), "agent outreach is disabled");
    }

    #[test]
    fn the_user_acted_for_has_to_be_among_the_integrations_users() {
        let case = open_to(Case::new("email.send"), &["ben", "lee", "group:finance"]);
        assert_eq!(
            denied(&case),
            "ana is not among the users of integration email"
        );

        let mut in_finance = case.clone();
        let ana = in_finance.on_behalf_of.as_mut().unwrap();
        ana.groups.push(id("finance"));
        assert_eq!(said(&in_finance).0, None);
        assert_eq!(said(&open_to(case, &["ana"])).0, None);
    }

    #[test]
    fn without_one_every_owner_has_to_be() {
        let case = Case::for_nobody("email.send");
        assert_eq!(said(&open_to(case.clone(), &["ana", "lee"])).0, None);
        assert_eq!(
            denied(&open_to(case, &["ana"])),
            "lee, who owns agent outreach, is not among the users of integration email"
        );
    }

    #[test]
    fn nobody_is_nobodys_user() {
        let mut case = Case::for_nobody("email.send");
        case.agent.owners.clear();
        assert_eq!(said(&case).0, None, "open to everybody");
        assert!(denied(&open_to(case.clone(), &["ana"])).contains("no owner"));
        assert!(denied(&open_to(case, &[])).contains("no owner"));

        let mut unknown = Case::for_nobody("email.send");
        unknown.agent.owners = vec![id("nobody")];
        assert!(denied(&open_to(unknown, &["ana"])).contains("nobody"));
    }
}
