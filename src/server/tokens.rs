//! Tokens: what people, agents and workers speak with.

use axum::extract::State;

use super::Shared;
use super::auth::Manager;
use super::body::{Answered, Nothing, Path, Strict, StrictQuery, created, ok};
use super::paging::Paging;
use super::problem::Rejection;
use crate::api::page::Page;
use crate::api::people::{NewToken, TokenView};
use crate::domain::id::TokenId;
use crate::domain::people::{Holder, Token};
use crate::gate::{Grant, Secret};

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
) -> Answered<TokenView, 201> {
    let NewToken {
        person,
        agent,
        worker,
        nodes,
        actions,
    } = body.value;
    let holder = match (person, agent, worker) {
        (Some(person), None, None) => Holder::Person(person),
        (None, Some(agent), None) => Holder::Agent(agent),
        (None, None, Some(worker)) => Holder::Worker(worker),
        _ => {
            return Err(Rejection::invalid(
                "",
                "expected one of person, agent and worker",
            ));
        }
    };
    let grant = Grant {
        holder,
        nodes,
        actions,
    };
    let issued = shared
        .gate
        .issue_token(&caller, &grant, body.once.as_ref())
        .await?;
    Ok(created(token_view(issued.token, issued.secret.as_ref())))
}

pub(super) async fn revoke_token(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    Path(id): Path<TokenId>,
    Nothing { .. }: Nothing,
) -> Answered<TokenView> {
    let token = shared.gate.revoke_token(&caller, id).await?;
    Ok(ok(token_view(token, None)))
}

fn token_view(token: Token, secret: Option<&Secret>) -> TokenView {
    TokenView {
        id: token.id,
        holder: token.holder,
        issued_by: token.issued_by,
        issued_at: token.issued_at,
        nodes: token.nodes,
        actions: token.actions,
        revoked: token.revoked,
        token: secret.map(|secret| secret.reveal().to_owned()),
    }
}
