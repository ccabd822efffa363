//! Whether the server lives, and whether it can do its work.

use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;

use super::Shared;
use super::body::{Answer, ok};
use super::problem::Rejection;

#[derive(Serialize, JsonSchema)]
pub(super) struct Health {
    status: &'static str,
}

/// The process answers.
pub(super) async fn alive() -> Answer<Health> {
    ok(Health { status: "ok" })
}

/// The store answers too.
pub(super) async fn ready(State(shared): State<Shared>) -> Result<Answer<Health>, Rejection> {
    shared.gate.head().await?;
    Ok(ok(Health { status: "ok" }))
}
