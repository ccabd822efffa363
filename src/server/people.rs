//! Who is who.

use axum::extract::State;

use super::Shared;
use super::auth::{APerson, Manager};
use super::body::{Answer, Nothing, Path, Strict, StrictQuery, created, ok};
use super::paging::Paging;
use super::problem::Rejection;
use crate::api::page::Page;
use crate::api::people::{
    Agent, Group, NewAgent, NewGroup, NewPerson, NewTeam, NewToken, Person, Team, TokenView,
};
use crate::api::problem::ProblemKind;
use crate::domain::id::BadId;
use crate::domain::people::{Holder, Token};
use crate::gate::Secret;

type Answered<T> = Result<Answer<T>, Rejection>;

pub(super) async fn people(
    State(shared): State<Shared>,
    _: APerson,
    StrictQuery(paging): StrictQuery<Paging>,
) -> Answered<Page<Person>> {
    Ok(ok(paging.of(&shared.gate.workspace().people, Clone::clone)?))
}

pub(super) async fn add_person(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    body: Strict<NewPerson>,
) -> Answered<Person> {
    Ok(created(
        shared
            .gate
            .add_person(&caller, &body.value, body.once.as_ref())
            .await?,
    ))
}

pub(super) async fn agents(
    State(shared): State<Shared>,
    _: APerson,
    StrictQuery(paging): StrictQuery<Paging>,
) -> Answered<Page<Agent>> {
    Ok(ok(paging.of(&shared.gate.workspace().agents, Clone::clone)?))
}

pub(super) async fn add_agent(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    body: Strict<NewAgent>,
) -> Answered<Agent> {
    Ok(created(
        shared
            .gate
            .add_agent(&caller, &body.value, body.once.as_ref())
            .await?,
    ))
}

pub(super) async fn teams(
    State(shared): State<Shared>,
    _: APerson,
    StrictQuery(paging): StrictQuery<Paging>,
) -> Answered<Page<Team>> {
    Ok(ok(paging.of(&shared.gate.workspace().teams, Clone::clone)?))
}

pub(super) async fn add_team(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    body: Strict<NewTeam>,
) -> Answered<Team> {
    Ok(created(
        shared
            .gate
            .add_team(&caller, &body.value, body.once.as_ref())
            .await?,
    ))
}

pub(super) async fn groups(
    State(shared): State<Shared>,
    _: APerson,
    StrictQuery(paging): StrictQuery<Paging>,
) -> Answered<Page<Group>> {
    Ok(ok(paging.of(&shared.gate.workspace().groups, Clone::clone)?))
}

pub(super) async fn add_group(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    body: Strict<NewGroup>,
) -> Answered<Group> {
    Ok(created(
        shared
            .gate
            .add_group(&caller, &body.value, body.once.as_ref())
            .await?,
    ))
}

pub(super) async fn tokens(
    State(shared): State<Shared>,
    _: Manager,
    StrictQuery(paging): StrictQuery<Paging>,
) -> Answered<Page<TokenView>> {
    let view = |token: &Token| token_view(token.clone(), None);
    Ok(ok(paging.of(&shared.gate.workspace().tokens, view)?))
}

pub(super) async fn issue_token(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    body: Strict<NewToken>,
) -> Answered<TokenView> {
    let holder = match (body.value.person, body.value.agent) {
        (Some(person), None) => Holder::Person(person),
        (None, Some(agent)) => Holder::Agent(agent),
        _ => return Err(Rejection::invalid("", "expected either person or agent")),
    };
    let issued = shared
        .gate
        .issue_token(&caller, &holder, &body.value.nodes, body.once.as_ref())
        .await?;
    Ok(created(token_view(issued.token, issued.secret.as_ref())))
}

pub(super) async fn revoke_token(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    Path(id): Path,
    Nothing { .. }: Nothing,
) -> Answered<TokenView> {
    let no_such = |error: BadId| Rejection::new(ProblemKind::NotFound, error.to_string());
    let token = shared
        .gate
        .revoke_token(&caller, id.parse().map_err(no_such)?)
        .await?;
    Ok(ok(token_view(token, None)))
}

fn token_view(token: Token, secret: Option<&Secret>) -> TokenView {
    TokenView {
        id: token.id,
        holder: token.holder,
        issued_by: token.issued_by,
        issued_at: token.issued_at,
        nodes: token.nodes,
        revoked: token.revoked,
        token: secret.map(|secret| secret.reveal().to_owned()),
    }
}
