//! What refers to what. A reference to somebody who doesn't exist is refused, so nothing is ever granted
//! to a name that a stranger could take later; and what is referred to stays.

use super::GateError;
use super::error::Fault;
use crate::domain::id::{GroupId, PersonId, TeamId};
use crate::domain::people::{Away, UserRef};
use crate::domain::workspace::Workspace;

pub(super) fn missing_users(users: &[UserRef], pointer: &str, workspace: &Workspace) -> Vec<Fault> {
    let missing = |(index, user): (usize, &UserRef)| {
        let place = format!("{pointer}/{index}");
        match user {
            UserRef::Person(id) if !workspace.people.contains_key(id) => {
                Some(fault(&place, format!("there is no person “{id}”")))
            }
            UserRef::Group(id) => missing_group(id, place, workspace),
            UserRef::Team(id) if !workspace.teams.contains_key(id) => {
                Some(fault(&place, format!("there is no team “{id}”")))
            }
            _ => None,
        }
    };
    users.iter().enumerate().filter_map(missing).collect()
}

pub(super) fn missing_people(
    people: &[PersonId],
    pointer: &str,
    workspace: &Workspace,
) -> Vec<Fault> {
    let absent = people
        .iter()
        .filter(|id| !workspace.people.contains_key(*id));
    absent
        .map(|id| fault(pointer, format!("there is no person “{id}”")))
        .collect()
}

pub(super) fn missing_team(team: Option<&TeamId>, workspace: &Workspace) -> Option<Fault> {
    let absent = team.filter(|id| !workspace.teams.contains_key(*id));
    absent.map(|id| fault("/team", format!("there is no team “{id}”")))
}

pub(super) fn missing_groups(groups: &[GroupId], workspace: &Workspace) -> Vec<Fault> {
    let missing = |(index, group)| missing_group(group, format!("/groups/{index}"), workspace);
    groups.iter().enumerate().filter_map(missing).collect()
}

fn missing_group(group: &GroupId, pointer: String, workspace: &Workspace) -> Option<Fault> {
    let absent = !workspace.groups.contains_key(group);
    absent.then(|| fault(&pointer, format!("there is no group “{group}”")))
}

/// What is wrong with a manager: nobody is their own, and nobody is above themselves.
pub(super) fn manager_faults(
    person: &PersonId,
    manager: Option<&PersonId>,
    workspace: &Workspace,
) -> Vec<Fault> {
    if manager == Some(person) {
        return vec![fault("/manager", "nobody is their own manager".to_owned())];
    }
    let mut above = manager;
    let mut seen = 0;
    while let Some(id) = above {
        if id == person {
            let detail = format!("{person} is above them already");
            return vec![fault("/manager", detail)];
        }
        // Whatever the log holds, a circle of others is walked no longer than there are people.
        seen += 1;
        above = workspace
            .people
            .get(id)
            .filter(|_| seen <= workspace.people.len())
            .and_then(|person| person.manager.as_ref());
    }
    let manager = manager.map_or(&[][..], std::slice::from_ref);
    missing_people(manager, "/manager", workspace)
}

/// What is wrong with an absence.
pub(super) fn away_faults(person: &PersonId, away: &Away, workspace: &Workspace) -> Vec<Fault> {
    let mut faults = Vec::new();
    if away.until <= away.from {
        let detail = "it ends before it begins; until is the moment of the return".to_owned();
        faults.push(fault("/away/until", detail));
    }
    match &away.delegate {
        Some(delegate) if delegate == person => faults.push(fault(
            "/away/delegate",
            "nobody answers for themselves while they are away".to_owned(),
        )),
        Some(delegate) if workspace.role(delegate).is_none() => faults.push(fault(
            "/away/delegate",
            format!("there is no active person “{delegate}”"),
        )),
        _ => {}
    }
    faults
}

/// Who refers to a group, in the words of a sentence.
pub(super) fn of_group(group: &GroupId, workspace: &Workspace) -> Vec<String> {
    let members = workspace.people.values();
    let members = members.filter(|person| person.groups.contains(group));
    let members = members.map(|person| person.id.to_string());
    members
        .chain(in_users(&UserRef::Group(group.clone()), workspace))
        .collect()
}

/// Who refers to a team, in the words of a sentence.
pub(super) fn of_team(team: &TeamId, workspace: &Workspace) -> Vec<String> {
    let members = workspace.people.values();
    let members = members.filter(|person| person.team.as_ref() == Some(team));
    let members = members.map(|person| person.id.to_string());
    let agents = workspace.agents.values();
    let agents = agents.filter(|agent| agent.team.as_ref() == Some(team));
    let agents = agents.map(|agent| format!("the agent {}", agent.id));
    let mut found: Vec<String> = members.chain(agents).collect();
    for user in in_users(&UserRef::Team(team.clone()), workspace) {
        if !found.contains(&user) {
            found.push(user);
        }
    }
    found
}

fn in_users<'a>(
    user: &'a UserRef,
    workspace: &'a Workspace,
) -> impl Iterator<Item = String> + use<'a> {
    let agents = workspace.agents.values();
    let agents = agents.filter(|agent| agent.users.contains(user));
    let integrations = workspace.integrations.values();
    let integrations = integrations.filter(|integration| integration.users.contains(user));
    agents
        .map(|agent| format!("the agent {}", agent.id))
        .chain(integrations.map(|integration| format!("the integration {}", integration.name)))
}

/// The same, each named once, in the order in which they are first named.
pub(super) fn distinct<T: Clone + PartialEq>(named: &[T]) -> Vec<T> {
    let mut once = Vec::with_capacity(named.len());
    for one in named {
        if !once.contains(one) {
            once.push(one.clone());
        }
    }
    once
}

/// An address that nothing is sent to would be taken for one that is.
pub(super) fn no_callbacks() -> Fault {
    let detail = "outcomes are not sent to addresses; take them from /v1/notices";
    fault("/callback_url", detail.to_owned())
}

pub(super) fn fault(pointer: &str, detail: String) -> Fault {
    Fault {
        pointer: pointer.to_owned(),
        detail,
    }
}

pub(super) fn refuse_if_any(faults: Vec<Fault>) -> Result<(), GateError> {
    match faults.is_empty() {
        true => Ok(()),
        false => Err(GateError::Invalid(faults)),
    }
}
