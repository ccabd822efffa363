//! Whom a resolver names, whether they can decide or not.

use super::Parties;
use crate::domain::id::PersonId;
use crate::domain::people::{Person, Role};
use crate::domain::request::Resource;
use crate::domain::review::Resolver;
use crate::domain::workspace::Workspace;

/// The people whom a resolver names, each once. Owners and team admins come in the order in which they are listed,
/// others by id.
pub(super) fn people(
    resolver: &Resolver,
    parties: &Parties,
    resource: Option<&Resource>,
    workspace: &Workspace,
) -> Vec<PersonId> {
    let who = |is: &dyn Fn(&Person) -> bool| {
        let active = workspace.people.values().filter(|person| person.active);
        active
            .filter(|person| is(person))
            .map(|person| person.id.clone())
            .collect()
    };
    distinct(match resolver {
        Resolver::Requester => requester(parties, workspace),
        Resolver::Person(person) => vec![person.clone()],
        Resolver::Manager => managers(parties, workspace),
        Resolver::Role(role) => who(&|person| has_role(person, *role)),
        Resolver::Group(group) => who(&|person| person.groups.contains(group)),
        Resolver::RecordOwner => {
            let owner = resource.and_then(|resource| resource.owner.clone());
            owner.into_iter().collect()
        }
        Resolver::AgentOwner => parties.owners.to_vec(),
        Resolver::Agent(_) => Vec::new(),
        Resolver::AutoAfter(_) => {
            let mut people = requester(parties, workspace);
            people.extend_from_slice(parties.owners);
            people.extend::<Vec<_>>(who(&|person| has_role(person, Role::Admin)));
            people
        }
    })
}

/// Admin includes owners; every other role means that role exactly.
pub(super) fn has_role(person: &Person, role: Role) -> bool {
    person.role == role || role == Role::Admin && person.role.manages()
}

/// The user acted for; without one the agent's owners, and if none of them is left its team's admins.
fn requester(parties: &Parties, workspace: &Workspace) -> Vec<PersonId> {
    if let Some(user) = parties.user {
        return vec![user.clone()];
    }
    let team = parties.team.and_then(|team| workspace.teams.get(team));
    let is_there = |person: &PersonId| workspace.role(person).is_some();
    match team {
        Some(team) if !parties.owners.iter().any(is_there) => team.admins.clone(),
        _ => parties.owners.to_vec(),
    }
}

/// The managers of the requester, none of whom is the requester.
fn managers(parties: &Parties, workspace: &Workspace) -> Vec<PersonId> {
    let requester = requester(parties, workspace);
    let people = requester
        .iter()
        .filter_map(|person| workspace.people.get(person));
    let managers = people.filter_map(|person| person.manager.clone());
    managers
        .filter(|manager| !requester.contains(manager))
        .collect()
}

fn distinct(people: Vec<PersonId>) -> Vec<PersonId> {
    let mut found: Vec<PersonId> = Vec::with_capacity(people.len());
    for person in people {
        if !found.contains(&person) {
            found.push(person);
        }
    }
    found
}
