//! Who is who: people, agents, teams and groups.

use std::str::FromStr;

use axum::extract::State;

use super::Shared;
use super::auth::{APerson, Manager};
use super::body::{Answer, Nothing, Path, Strict, StrictQuery, created, ok};
use super::etag::{Tagged, tagged, tagged_as};
use super::paging::Paging;
use super::problem::Rejection;
use crate::api::page::Page;
use crate::api::people::{
    Agent, AgentChanged, Group, NewAgent, NewGroup, NewPerson, NewTeam, PatchAgent, PatchGroup,
    PatchPerson, PatchTeam, Person, Stopped, Team,
};
use crate::api::problem::ProblemKind;
use crate::domain::id::{AgentId, BadId, GroupId, PersonId, TeamId};
use crate::gate::{GateError, MeantFor, Tag};

type Answered<T> = Result<Answer<T>, Rejection>;
type TaggedAs<T> = Result<Tagged<T>, Rejection>;

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
    Path(id): Path,
) -> TaggedAs<Person> {
    let id: PersonId = named(&id)?;
    let workspace = shared.gate.workspace();
    found("person", &id, workspace.people.get(&id)).map(|one| tagged(ok(one)))
}

pub(super) async fn add_person(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    body: Strict<NewPerson>,
) -> TaggedAs<Person> {
    let added = shared
        .gate
        .add_person(&caller, &body.value, body.once.as_ref())
        .await?;
    Ok(tagged(created(added)))
}

pub(super) async fn change_person(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    Path(id): Path,
    meant_for: MeantFor,
    body: Strict<PatchPerson>,
) -> TaggedAs<Person> {
    let changed = shared
        .gate
        .change_person(&caller, &named(&id)?, &body.value, &meant_for)
        .await?;
    Ok(tagged(ok(changed)))
}

pub(super) async fn remove_person(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    Path(id): Path,
    meant_for: MeantFor,
    _: Nothing,
) -> Answered<Person> {
    let removed = shared
        .gate
        .deactivate_person(&caller, &named(&id)?, &meant_for)
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
    Path(id): Path,
) -> TaggedAs<Agent> {
    let id: AgentId = named(&id)?;
    let workspace = shared.gate.workspace();
    found("agent", &id, workspace.agents.get(&id)).map(|one| tagged(ok(one)))
}

pub(super) async fn add_agent(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    body: Strict<NewAgent>,
) -> TaggedAs<Agent> {
    let added = shared
        .gate
        .add_agent(&caller, &body.value, body.once.as_ref())
        .await?;
    Ok(tagged(created(added)))
}

pub(super) async fn change_agent(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    Path(id): Path,
    meant_for: MeantFor,
    body: Strict<PatchAgent>,
) -> TaggedAs<AgentChanged> {
    let (agent, stopped) = shared
        .gate
        .change_agent(&caller, &named(&id)?, &body.value, &meant_for)
        .await?;
    let tag = Tag::of(&agent);
    Ok(tagged_as(ok(agent_changed(agent, stopped)), tag))
}

pub(super) async fn remove_agent(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    Path(id): Path,
    meant_for: MeantFor,
    _: Nothing,
) -> Answered<AgentChanged> {
    let (agent, stopped) = shared
        .gate
        .remove_agent(&caller, &named(&id)?, &meant_for)
        .await?;
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
    Path(id): Path,
) -> TaggedAs<Team> {
    let id: TeamId = named(&id)?;
    let workspace = shared.gate.workspace();
    found("team", &id, workspace.teams.get(&id)).map(|one| tagged(ok(one)))
}

pub(super) async fn add_team(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    body: Strict<NewTeam>,
) -> TaggedAs<Team> {
    let added = shared
        .gate
        .add_team(&caller, &body.value, body.once.as_ref())
        .await?;
    Ok(tagged(created(added)))
}

pub(super) async fn change_team(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    Path(id): Path,
    meant_for: MeantFor,
    body: Strict<PatchTeam>,
) -> TaggedAs<Team> {
    let changed = shared
        .gate
        .change_team(&caller, &named(&id)?, &body.value, &meant_for)
        .await?;
    Ok(tagged(ok(changed)))
}

pub(super) async fn remove_team(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    Path(id): Path,
    meant_for: MeantFor,
    _: Nothing,
) -> Answered<Team> {
    let removed = shared
        .gate
        .remove_team(&caller, &named(&id)?, &meant_for)
        .await?;
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
    Path(id): Path,
) -> TaggedAs<Group> {
    let id: GroupId = named(&id)?;
    let workspace = shared.gate.workspace();
    found("group", &id, workspace.groups.get(&id)).map(|one| tagged(ok(one)))
}

pub(super) async fn add_group(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    body: Strict<NewGroup>,
) -> TaggedAs<Group> {
    let added = shared
        .gate
        .add_group(&caller, &body.value, body.once.as_ref())
        .await?;
    Ok(tagged(created(added)))
}

pub(super) async fn change_group(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    Path(id): Path,
    meant_for: MeantFor,
    body: Strict<PatchGroup>,
) -> TaggedAs<Group> {
    let changed = shared
        .gate
        .change_group(&caller, &named(&id)?, &body.value, &meant_for)
        .await?;
    Ok(tagged(ok(changed)))
}

pub(super) async fn remove_group(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    Path(id): Path,
    meant_for: MeantFor,
    _: Nothing,
) -> Answered<Group> {
    let removed = shared
        .gate
        .remove_group(&caller, &named(&id)?, &meant_for)
        .await?;
    Ok(ok(removed))
}

/// The id in a path. A text that is none names nothing that exists.
pub(super) fn named<T: FromStr<Err = BadId>>(text: &str) -> Result<T, Rejection> {
    text.parse()
        .map_err(|error: BadId| Rejection::new(ProblemKind::NotFound, error.to_string()))
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
