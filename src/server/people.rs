//! Who is who.

use axum::extract::State;

use super::Shared;
use super::body::{Answer, Strict, StrictQuery, created, ok};
use super::paging::Paging;
use super::problem::Rejection;
use crate::api::page::Page;
use crate::api::people::{
    Agent, Group, NewAgent, NewGroup, NewPerson, NewTeam, NewToken, Person, Team, TokenView,
};
use crate::domain::people::{Holder, Token};
use crate::gate::{Caller, Secret};

type Answered<T> = Result<Answer<T>, Rejection>;

pub(super) async fn people(
    State(shared): State<Shared>,
    caller: Caller,
    StrictQuery(paging): StrictQuery<Paging>,
) -> Answered<Page<Person>> {
    caller.person()?;
    Ok(ok(paging.of(&shared.gate.workspace().people, Clone::clone)?))
}

pub(super) async fn add_person(
    State(shared): State<Shared>,
    caller: Caller,
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
    caller: Caller,
    StrictQuery(paging): StrictQuery<Paging>,
) -> Answered<Page<Agent>> {
    caller.person()?;
    Ok(ok(paging.of(&shared.gate.workspace().agents, Clone::clone)?))
}

pub(super) async fn add_agent(
    State(shared): State<Shared>,
    caller: Caller,
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
    caller: Caller,
    StrictQuery(paging): StrictQuery<Paging>,
) -> Answered<Page<Team>> {
    caller.person()?;
    Ok(ok(paging.of(&shared.gate.workspace().teams, Clone::clone)?))
}

pub(super) async fn add_team(
    State(shared): State<Shared>,
    caller: Caller,
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
    caller: Caller,
    StrictQuery(paging): StrictQuery<Paging>,
) -> Answered<Page<Group>> {
    caller.person()?;
    Ok(ok(paging.of(&shared.gate.workspace().groups, Clone::clone)?))
}

pub(super) async fn add_group(
    State(shared): State<Shared>,
    caller: Caller,
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
    caller: Caller,
    StrictQuery(paging): StrictQuery<Paging>,
) -> Answered<Page<TokenView>> {
    caller.manager()?;
    let view = |token: &Token| token_view(token.clone(), None);
    Ok(ok(paging.of(&shared.gate.workspace().tokens, view)?))
}

pub(super) async fn issue_token(
    State(shared): State<Shared>,
    caller: Caller,
    body: Strict<NewToken>,
) -> Answered<TokenView> {
    caller.manager()?;
    let holder = match (body.value.person, body.value.agent) {
        (Some(person), None) => Holder::Person(person),
        (None, Some(agent)) => Holder::Agent(agent),
        _ => return Err(Rejection::invalid("", "expected either person or agent")),
    };
    let issued = shared
        .gate
        .issue_token(&caller, &holder, body.once.as_ref())
        .await?;
    Ok(created(token_view(issued.token, issued.secret.as_ref())))
}

fn token_view(token: Token, secret: Option<&Secret>) -> TokenView {
    TokenView {
        id: token.id,
        holder: token.holder,
        issued_by: token.issued_by,
        issued_at: token.issued_at,
        revoked: token.revoked,
        token: secret.map(|secret| secret.reveal().to_owned()),
    }
}
