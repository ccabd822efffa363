//! Who calls. A handler says in its signature who may call it, ahead of the body, so nobody learns
//! anything about a body that they may not send.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use super::Shared;
use super::openapi::{Callers, Schemas, Sketch, Takes};
use super::problem::Rejection;
use crate::api::problem::ProblemKind;
use crate::gate::Caller;

/// A caller who is an agent.
pub(super) struct AnAgent(pub(super) Caller);

/// A caller who is a person.
pub(super) struct APerson(pub(super) Caller);

/// A caller who is a person or an agent: who may have a part in a request.
pub(super) struct AParty(pub(super) Caller);

/// A caller who is a worker.
pub(super) struct AWorker(pub(super) Caller);

/// A caller who is an agent or a worker: who runs things.
pub(super) struct ARunner(pub(super) Caller);

/// A caller who is a person with the role manager, admin or owner.
pub(super) struct Overseer(pub(super) Caller);

/// A caller who is a person with the role admin or owner.
pub(super) struct Manager(pub(super) Caller);

/// Whoever may see the gate's figures: anybody on this machine where only it reaches the gate, elsewhere
/// a person with the role admin or owner.
pub(super) struct Scraper;

impl FromRequestParts<Shared> for Scraper {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Rejection> {
        if !shared.on_loopback {
            Manager::from_request_parts(parts, shared).await?;
        }
        Ok(Self)
    }
}

impl Takes for Scraper {
    fn describe(sketch: &mut Sketch, _: &mut Schemas) {
        sketch.only(Callers::ManagersUnlessLocal);
    }
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Rejection> {
        let secret = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, secret)| secret);
        secret
            .and_then(|secret| shared.gate.caller(secret.trim()))
            .ok_or_else(|| {
                Rejection::new(
                    ProblemKind::Unauthorized,
                    "send Authorization: Bearer and a token that this gate issued and has not revoked",
                )
            })
    }
}

impl FromRequestParts<Shared> for AnAgent {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Rejection> {
        let caller = Caller::from_request_parts(parts, shared).await?;
        caller.agent()?;
        Ok(Self(caller))
    }
}

impl FromRequestParts<Shared> for APerson {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Rejection> {
        let caller = Caller::from_request_parts(parts, shared).await?;
        caller.person()?;
        Ok(Self(caller))
    }
}

impl FromRequestParts<Shared> for AParty {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Rejection> {
        let caller = Caller::from_request_parts(parts, shared).await?;
        caller.asks_or_answers()?;
        Ok(Self(caller))
    }
}

impl FromRequestParts<Shared> for Overseer {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Rejection> {
        let caller = Caller::from_request_parts(parts, shared).await?;
        caller.overseer()?;
        Ok(Self(caller))
    }
}

impl FromRequestParts<Shared> for Manager {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Rejection> {
        let caller = Caller::from_request_parts(parts, shared).await?;
        caller.manager()?;
        Ok(Self(caller))
    }
}

impl FromRequestParts<Shared> for AWorker {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Rejection> {
        let caller = Caller::from_request_parts(parts, shared).await?;
        caller.worker()?;
        Ok(Self(caller))
    }
}

impl FromRequestParts<Shared> for ARunner {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Rejection> {
        let caller = Caller::from_request_parts(parts, shared).await?;
        caller.runs()?;
        Ok(Self(caller))
    }
}

impl Takes for AnAgent {
    fn describe(sketch: &mut Sketch, _: &mut Schemas) {
        sketch.only(Callers::Agents);
    }
}

impl Takes for APerson {
    fn describe(sketch: &mut Sketch, _: &mut Schemas) {
        sketch.only(Callers::People);
    }
}

impl Takes for AParty {
    fn describe(sketch: &mut Sketch, _: &mut Schemas) {
        sketch.only(Callers::Parties);
    }
}

impl Takes for AWorker {
    fn describe(sketch: &mut Sketch, _: &mut Schemas) {
        sketch.only(Callers::Workers);
    }
}

impl Takes for ARunner {
    fn describe(sketch: &mut Sketch, _: &mut Schemas) {
        sketch.only(Callers::Runners);
    }
}

impl Takes for Overseer {
    fn describe(sketch: &mut Sketch, _: &mut Schemas) {
        sketch.only(Callers::Overseers);
    }
}

impl Takes for Manager {
    fn describe(sketch: &mut Sketch, _: &mut Schemas) {
        sketch.only(Callers::Managers);
    }
}
