//! How the queue does.

use axum::extract::State;

use super::Shared;
use super::auth::APerson;
use super::body::{Answered, ok};
use crate::api::stats::Stats;

pub(super) async fn stats(
    State(shared): State<Shared>,
    APerson(caller): APerson,
) -> Answered<Stats> {
    Ok(ok(shared.gate.stats(&caller).await?))
}
