//! Work for workers, and the state that agents leave with their requests.

use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::json_schema;

use super::Shared;
use super::auth::{AWorker, AnAgent};
use super::body::{Answered, Opaque, Path, Strict, ok};
use super::openapi::{Gives, Schemas, Sketch};
use super::problem::Rejection;
use super::requests::LONGEST_WAIT;
use crate::api::work::{LeaseWork, LeasedWork, RenewLease, RenewedLease, Work};
use crate::domain::id::RequestId;
use crate::domain::time::At;
use crate::gate::{Leased, MeantFor, Wanted};
use crate::store::{Checkpoint, Stored};

pub(super) async fn lease(
    State(shared): State<Shared>,
    AWorker(caller): AWorker,
    body: Strict<LeaseWork>,
) -> Answered<Work> {
    let LeaseWork {
        actions,
        max,
        wait,
        lease_seconds,
    } = body.value;
    if wait > LONGEST_WAIT {
        return Err(Rejection::invalid(
            "/wait",
            format!("at most {LONGEST_WAIT} seconds; ask again after that"),
        ));
    }
    if max == 0 {
        return Err(Rejection::invalid("/max", "at least 1"));
    }
    let wanted = Wanted {
        actions,
        max,
        wait: Duration::from_secs(wait.into()),
        lease_seconds,
    };
    let _waits = shared.waits(&caller, wait)?;
    let leased = tokio::select! {
        leased = shared.gate.lease(&caller, &wanted) => leased?,
        () = shared.until_closing() => Vec::new(),
    };
    Ok(ok(Work {
        items: leased.into_iter().map(work).collect(),
    }))
}

fn work(leased: Leased) -> LeasedWork {
    let Leased { stored, payload } = leased;
    LeasedWork {
        id: stored.asked.id,
        epoch: epoch(&stored),
        lease_until: lease_until(&stored),
        digest: payload.digest,
        action: stored.asked.action.clone(),
        agent: stored.asked.agent.clone(),
        params: payload.params,
    }
}

fn epoch(stored: &Stored) -> u32 {
    let execution = stored.standing.execution.as_ref();
    execution.map_or(0, |execution| execution.epoch)
}

fn lease_until(stored: &Stored) -> Option<At> {
    let execution = stored.standing.execution.as_ref()?;
    execution.lease.as_ref().map(|lease| lease.until)
}

pub(super) async fn renew(
    State(shared): State<Shared>,
    AWorker(caller): AWorker,
    Path(id): Path<RequestId>,
    meant_for: MeantFor,
    body: Strict<RenewLease>,
) -> Answered<RenewedLease> {
    let RenewLease {
        epoch: number,
        lease_seconds,
    } = body.value;
    let once = body.once.as_ref();
    let stored = shared
        .gate
        .renew(&caller, id, number, lease_seconds, once, &meant_for)
        .await?;
    Ok(ok(RenewedLease {
        id: stored.asked.id,
        epoch: epoch(&stored),
        lease_until: lease_until(&stored),
    }))
}

pub(super) async fn save_checkpoint(
    State(shared): State<Shared>,
    AnAgent(caller): AnAgent,
    Path(id): Path<RequestId>,
    state: Opaque,
) -> Result<NoContent, Rejection> {
    let checkpoint = Checkpoint {
        media: state.media,
        bytes: state.bytes,
    };
    shared
        .gate
        .save_checkpoint(&caller, id, checkpoint, state.once.as_ref())
        .await?;
    Ok(NoContent)
}

pub(super) async fn checkpoint(
    State(shared): State<Shared>,
    AnAgent(caller): AnAgent,
    Path(id): Path<RequestId>,
) -> Result<Kept, Rejection> {
    Ok(Kept(shared.gate.own_checkpoint(&caller, id).await?))
}

/// It is done, and there is nothing to say.
pub(super) struct NoContent;

impl IntoResponse for NoContent {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

impl Gives for NoContent {
    fn describe(sketch: &mut Sketch, _: &mut Schemas) {
        sketch.answers_nothing();
    }
}

/// The state that an agent left, as it came; nothing where it left none.
pub(super) struct Kept(Option<Checkpoint>);

impl IntoResponse for Kept {
    fn into_response(self) -> Response {
        match self.0 {
            Some(state) => ([(header::CONTENT_TYPE, state.media)], state.bytes).into_response(),
            None => NoContent.into_response(),
        }
    }
}

impl Gives for Kept {
    fn describe(sketch: &mut Sketch, _: &mut Schemas) {
        sketch.answers(200, "application/json", json_schema!({}).to_value());
        let bytes = json_schema!({"type": "string", "format": "binary"});
        sketch.answers(200, "application/octet-stream", bytes.to_value());
        sketch.answers_nothing();
    }
}
