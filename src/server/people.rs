//! Who is who: people, agents, teams and groups.

use axum::extract::State;

use super::Shared;
use super::auth::{APerson, Manager};
use super::body::{Answered, Nothing, Path, Strict, StrictQuery, created, ok};
use super::etag::{TaggedAs, tagged, tagged_as};
use super::paging::Paging;
use super::problem::Rejection;
use crate::api::page::Page;
use crate::api::people::{
    Agent, AgentChanged, Group, NewAgent, NewGroup, NewPerson, NewTeam, PatchAgent, PatchGroup,
    PatchPerson, PatchTeam, Person, Stopped, Team,
};
use crate::domain::id::{AgentId, GroupId, PersonId, TeamId};
use crate::gate::{GateError, MeantFor, Tag};

pub(super) async fn people(
    State(shared): State<Shared>,
    _: APerson,
    StrictQuery(paging): StrictQuery<Paging>,
) -> Answered<Page<Person>> {
    Ok(ok(paging.of(&shared.gate.workspace().people, Clone::clone)?))
}

pub(super) async fn person(
    State(shared): State<Shared>,
    _: APerson,
    Path(id): Path<PersonId>,
) -> TaggedAs<Person> {
    let workspace = shared.gate.workspace();
    found("person", &id, workspace.people.get(&id)).map(|one| tagged(ok(one)))
}

pub(super) async fn add_person(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    body: Strict<NewPerson>,
) -> TaggedAs<Person, 201> {
    let added = shared
        .gate
        .add_person(&caller, &body.value, body.once.as_ref())
        .await?;
    Ok(tagged(created(added)))
}

pub(super) async fn change_person(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    Path(id): Path<PersonId>,
    meant_for: MeantFor,
    body: Strict<PatchPerson>,
) -> TaggedAs<Person> {
    let changed = shared
        .gate
        .change_person(&caller, &id, &body.value, &meant_for)
        .await?;
    Ok(tagged(ok(changed)))
}

pub(super) async fn remove_person(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    Path(id): Path<PersonId>,
    meant_for: MeantFor,
    _: Nothing,
) -> Answered<Person> {
    let removed = shared
        .gate
        .deactivate_person(&caller, &id, &meant_for)
        .await?;
    Ok(ok(removed))
}

pub(super) async fn agents(
    State(shared): State<Shared>,
    _: APerson,
    StrictQuery(paging): StrictQuery<Paging>,
) -> Answered<Page<Agent>> {
    Ok(ok(paging.of(&shared.gate.workspace().agents, Clone::clone)?))
}

pub(super) async fn agent(
    State(shared): State<Shared>,
    _: APerson,
    Path(id): Path<AgentId>,
) -> TaggedAs<Agent> {
    let workspace = shared.gate.workspace();
    found("agent", &id, workspace.agents.get(&id)).map(|one| tagged(ok(one)))
}

pub(super) async fn add_agent(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    body: Strict<NewAgent>,
) -> TaggedAs<Agent, 201> {
    let added = shared
        .gate
        .add_agent(&caller, &body.value, body.once.as_ref())
        .await?;
    Ok(tagged(created(added)))
}

pub(super) async fn change_agent(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    Path(id): Path<AgentId>,
    meant_for: MeantFor,
    body: Strict<PatchAgent>,
) -> TaggedAs<AgentChanged> {
    let (agent, stopped) = shared
        .gate
        .change_agent(&caller, &id, &body.value, &meant_for)
        .await?;
    let tag = Tag::of(&agent);
    Ok(tagged_as(ok(agent_changed(agent, stopped)), tag))
}

pub(super) async fn remove_agent(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    Path(id): Path<AgentId>,
    meant_for: MeantFor,
    _: Nothing,
) -> Answered<AgentChanged> {
    let (agent, stopped) = shared.gate.remove_agent(&caller, &id, &meant_for).await?;
    Ok(ok(agent_changed(agent, Some(stopped))))
}

fn agent_changed(agent: Agent, stopped: Option<crate::gate::Stopped>) -> AgentChanged {
    AgentChanged {
        agent,
        stopped: stopped.map(|stopped| Stopped {
            cancelled: stopped.cancelled,
            revoked: stopped.revoked,
        }),
    }
}

pub(super) async fn teams(
    State(shared): State<Shared>,
    _: APerson,
    StrictQuery(paging): StrictQuery<Paging>,
) -> Answered<Page<Team>> {
    Ok(ok(paging.of(&shared.gate.workspace().teams, Clone::clone)?))
}

pub(super) async fn team(
    State(shared): State<Shared>,
    _: APerson,
    Path(id): Path<TeamId>,
) -> TaggedAs<Team> {
    let workspace = shared.gate.workspace();
    found("team", &id, workspace.teams.get(&id)).map(|one| tagged(ok(one)))
}

pub(super) async fn add_team(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    body: Strict<NewTeam>,
) -> TaggedAs<Team, 201> {
    let added = shared
        .gate
        .add_team(&caller, &body.value, body.once.as_ref())
        .await?;
    Ok(tagged(created(added)))
}

pub(super) async fn change_team(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    Path(id): Path<TeamId>,
    meant_for: MeantFor,
    body: Strict<PatchTeam>,
) -> TaggedAs<Team> {
    let changed = shared
        .gate
        .change_team(&caller, &id, &body.value, &meant_for)
        .await?;
    Ok(tagged(ok(changed)))
}

pub(super) async fn remove_team(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    Path(id): Path<TeamId>,
    meant_for: MeantFor,
    _: Nothing,
) -> Answered<Team> {
    let removed = shared.gate.remove_team(&caller, &id, &meant_for).await?;
    Ok(ok(removed))
}

pub(super) async fn groups(
    State(shared): State<Shared>,
    _: APerson,
    StrictQuery(paging): StrictQuery<Paging>,
) -> Answered<Page<Group>> {
    Ok(ok(paging.of(&shared.gate.workspace().groups, Clone::clone)?))
}

pub(super) async fn group(
    State(shared): State<Shared>,
    _: APerson,
    Path(id): Path<GroupId>,
) -> TaggedAs<Group> {
    let workspace = shared.gate.workspace();
    found("group", &id, workspace.groups.get(&id)).map(|one| tagged(ok(one)))
}

pub(super) async fn add_group(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    body: Strict<NewGroup>,
) -> TaggedAs<Group, 201> {
    let added = shared
        .gate
        .add_group(&caller, &body.value, body.once.as_ref())
        .await?;
    Ok(tagged(created(added)))
}

pub(super) async fn change_group(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    Path(id): Path<GroupId>,
    meant_for: MeantFor,
    body: Strict<PatchGroup>,
) -> TaggedAs<Group> {
    let changed = shared
        .gate
        .change_group(&caller, &id, &body.value, &meant_for)
        .await?;
    Ok(tagged(ok(changed)))
}

pub(super) async fn remove_group(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    Path(id): Path<GroupId>,
    meant_for: MeantFor,
    _: Nothing,
) -> Answered<Group> {
    let removed = shared.gate.remove_group(&caller, &id, &meant_for).await?;
    Ok(ok(removed))
}

/// What is kept under an id, if there is something.
pub(super) fn found<T: Clone>(
    what: &'static str,
    id: &impl ToString,
    found: Option<&T>,
) -> Result<T, Rejection> {
    let none = || GateError::NotFound {
        what,
        id: id.to_string(),
    };
    Ok(found.cloned().ok_or_else(none)?)
}
