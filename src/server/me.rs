//! Who am I?

use axum::extract::State;

use super::Shared;
use super::auth::APerson;
use super::body::{Strict, ok};
use super::etag::{Tagged, TaggedAs, tagged_as};
use crate::api::people::{Me, MeKind, PatchMe};
use crate::domain::people::Holder;
use crate::domain::untrusted::Untrusted;
use crate::domain::workspace::Workspace;
use crate::gate::{Caller, MeantFor, Tag};

pub(super) async fn me(State(shared): State<Shared>, caller: Caller) -> TaggedAs<Me> {
    Ok(shown(&caller, &shared.gate.workspace()))
}

pub(super) async fn change_me(
    State(shared): State<Shared>,
    APerson(caller): APerson,
    meant_for: MeantFor,
    body: Strict<PatchMe>,
) -> TaggedAs<Me> {
    shared
        .gate
        .change_me(&caller, &body.value, &meant_for)
        .await?;
    Ok(shown(&caller, &shared.gate.workspace()))
}

fn shown(caller: &Caller, workspace: &Workspace) -> Tagged<Me> {
    let me = of(caller, workspace);
    let tag = match &caller.holder {
        Holder::Person(id) => workspace.people.get(id).map(Tag::of),
        Holder::Agent(id) => workspace.agents.get(id).map(Tag::of),
        Holder::Worker(_) => None,
    };
    let tag = tag.unwrap_or_else(|| Tag::of(&me));
    tagged_as(ok(me), tag)
}

fn of(caller: &Caller, workspace: &Workspace) -> Me {
    let nobody = |kind, id: &str| Me {
        kind,
        id: id.to_owned(),
        name: Untrusted::from(id),
        role: caller.role,
        owners: Vec::new(),
        actions: Vec::new(),
        away: None,
        notifications: None,
        token: caller.token,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    match &caller.holder {
        Holder::Person(id) => match workspace.people.get(id) {
            Some(person) => Me {
                name: person.name.clone(),
                away: person.away.clone(),
                notifications: Some(person.notifications.clone()),
                ..nobody(MeKind::Person, id.as_str())
            },
            None => nobody(MeKind::Person, id.as_str()),
        },
        Holder::Agent(id) => match workspace.agents.get(id) {
            Some(agent) => Me {
                name: agent.name.clone(),
                owners: agent.owners.clone(),
                ..nobody(MeKind::Agent, id.as_str())
            },
            None => nobody(MeKind::Agent, id.as_str()),
        },
        Holder::Worker(id) => {
            let token = workspace.tokens.get(&caller.token);
            Me {
                actions: token.map_or_else(Vec::new, |token| token.actions.clone()),
                ..nobody(MeKind::Worker, id.as_str())
            }
        }
    }
}
