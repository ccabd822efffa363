//! What the caller's bell tells them.

use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Shared;
use super::auth::APerson;
use super::body::{Answered, Strict, StrictQuery, ok};
use super::paging;
use super::problem::Rejection;
use crate::api::notification::{Notification, Notifications, SeenThrough, Unseen};
use crate::api::page::MAX_LIMIT;
use crate::domain::event::Event;
use crate::domain::telling;
use crate::gate::GateError;
use crate::store::{Cursor, Rung, StoreError};

/// Which of them.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// Only those that the caller hasn't seen.
    unseen: Option<bool>,
    #[schemars(range(min = 1, max = MAX_LIMIT))]
    limit: Option<u32>,
    cursor: Option<String>,
}

pub(super) async fn list(
    State(shared): State<Shared>,
    APerson(caller): APerson,
    StrictQuery(which): StrictQuery<Which>,
) -> Answered<Notifications> {
    let limit = paging::limit(which.limit)?;
    let before = which.cursor.as_deref().map(position).transpose()?;
    let only_unseen = which.unseen.unwrap_or(false);
    // One more than fits shows whether another page follows.
    let mut bell = shared
        .gate
        .bell(&caller, only_unseen, before, limit + 1)
        .await?;
    let more = bell.items.len() > limit as usize;
    bell.items.truncate(limit as usize);
    let last = bell.items.last().filter(|_| more);
    Ok(ok(Notifications {
        next_cursor: last.map(|rung| cursor(rung.entry.position)),
        items: bell.items.iter().map(shown).collect::<Result<_, _>>()?,
        unseen: bell.unseen,
    }))
}

pub(super) async fn seen(
    State(shared): State<Shared>,
    APerson(caller): APerson,
    body: Strict<SeenThrough>,
) -> Answered<Unseen> {
    let through = body.value.through;
    let bell = shared
        .gate
        .bell_seen(&caller, through, body.once.as_ref())
        .await?;
    Ok(ok(Unseen {
        unseen: bell.unseen,
    }))
}

fn shown(rung: &Rung) -> Result<Notification, GateError> {
    let event = Event::from_body(rung.entry.body.text()).map_err(StoreError::from)?;
    Ok(Notification {
        id: rung.entry.position,
        kind: event.fact.kind().to_owned(),
        request: event.request,
        text: telling::text(&event, rung.headline.as_ref()),
        at: event.at,
        seen: rung.seen,
    })
}

fn cursor(position: u64) -> String {
    Cursor(position.to_be_bytes().to_vec()).to_text()
}

fn position(cursor: &str) -> Result<u64, Rejection> {
    let bytes = Cursor::from_text(cursor).ok();
    bytes
        .and_then(|Cursor(bytes)| bytes.try_into().ok())
        .map(u64::from_be_bytes)
        .ok_or_else(|| Rejection::invalid("/cursor", crate::store::BadCursor.to_string()))
}
