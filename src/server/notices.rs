//! Outcomes that agents are to be told.

use std::time::Duration;

use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Shared;
use super::auth::AnAgent;
use super::body::{Answer, Nothing, Path, StrictQuery, ok};
use super::problem::Rejection;
use super::view;
use crate::api::page::Page;
use crate::api::problem::ProblemKind;
use crate::api::request::Notice;
use crate::domain::id::RequestId;

/// The longest wait in one call.
const LONGEST_WAIT: u16 = 300;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Wait {
    /// How many seconds to wait for one at most.
    #[schemars(range(max = LONGEST_WAIT))]
    wait: Option<u16>,
}

pub(super) async fn list(
    State(shared): State<Shared>,
    AnAgent(caller): AnAgent,
    StrictQuery(wait): StrictQuery<Wait>,
) -> Result<Answer<Page<Notice>>, Rejection> {
    let seconds = wait.wait.unwrap_or(0);
    if seconds > LONGEST_WAIT {
        return Err(Rejection::invalid(
            "/wait",
            format!("at most {LONGEST_WAIT} seconds; wait again after that"),
        ));
    }
    let _waits = shared.waits(&caller, seconds)?;
    let waited = shared
        .gate
        .notices(&caller, Duration::from_secs(seconds.into()));
    let notices = tokio::select! {
        notices = waited => notices?,
        () = shared.until_closing() => Vec::new(),
    };
    Ok(ok(Page::whole(
        notices.iter().filter_map(view::notice).collect(),
    )))
}

pub(super) async fn take(
    State(shared): State<Shared>,
    AnAgent(caller): AnAgent,
    Path(id): Path<RequestId>,
    body: Nothing,
) -> Result<Answer<Notice>, Rejection> {
    let stored = shared
        .gate
        .take_notice(&caller, id, body.once.as_ref())
        .await?;
    view::notice(&stored).map(ok).ok_or_else(|| {
        Rejection::new(
            ProblemKind::NotFound,
            "nothing was decided about this request yet",
        )
    })
}
