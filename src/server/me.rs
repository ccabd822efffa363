//! Who am I?

use axum::extract::State;

use super::Shared;
use super::body::{Answer, ok};
use super::problem::Rejection;
use crate::api::people::{Me, MeKind};
use crate::domain::people::Holder;
use crate::domain::untrusted::Untrusted;
use crate::gate::Caller;

pub(super) async fn me(
    State(shared): State<Shared>,
    caller: Caller,
) -> Result<Answer<Me>, Rejection> {
    let workspace = shared.gate.workspace();
    let (kind, id, name, owners) = match &caller.holder {
        Holder::Person(id) => {
            let name = workspace.people.get(id).map(|person| person.name.clone());
            (MeKind::Person, id.to_string(), name, Vec::new())
        }
        Holder::Agent(id) => {
            let agent = workspace.agents.get(id);
            let owners = agent.map_or_else(Vec::new, |agent| agent.owners.clone());
            (
                MeKind::Agent,
                id.to_string(),
                agent.map(|agent| agent.name.clone()),
                owners,
            )
        }
    };
    Ok(ok(Me {
        kind,
        name: name.unwrap_or_else(|| Untrusted::from(id.as_str())),
        id,
        role: caller.role,
        owners,
        token: caller.token,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }))
}
