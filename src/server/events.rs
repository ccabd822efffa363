//! The log as a stream of server-sent events. The reader's position decides what comes next: the tail
//! is used while it follows on without a gap, and the store whenever it doesn't.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequestParts, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use schemars::{JsonSchema, Schema};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::time::{Instant, timeout_at};

use super::Shared;
use super::auth::APerson;
use super::body::StrictQuery;
use super::openapi::{Gives, Schemas, Sketch, Takes};
use super::problem::Rejection;
use super::requests;
use super::waits::Waits;
use crate::api::event::LogEvent;
use crate::api::problem::ProblemKind;
use crate::api::request::Filter;
use crate::domain::event::{Event, Outline};
use crate::gate::{Caller, GateError, Passing};
use crate::store::{Entry, Order, Query, StoreError};

/// How long nothing may be sent.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// From where on, and about which requests. With any filter the stream tells only of requests that match it when
/// it comes to the event.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = without_them)]
pub(super) struct Following {
    /// The position to go on after; from now on when nothing is said.
    after: Option<u64>,
    #[serde(flatten)]
    filter: Filter,
}

/// What of the list's filters makes no sense of a stream, and why.
const NOT_HERE: [(&str, &str); 3] = [
    ("limit", "a stream has no pages; leave it out"),
    ("cursor", "a stream has no pages; leave it out"),
    (
        "put_off",
        "a stream tells of what is put off as well; leave it out",
    ),
];

fn without_them(schema: &mut Schema) {
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.retain(|name, _| NOT_HERE.iter().all(|(not_here, _)| name != not_here));
    }
}

impl Following {
    /// What a request has to match; nothing when every event is wanted.
    fn query(self, shared: &Shared, caller: &Caller) -> Result<Option<Query>, Rejection> {
        let given = [
            self.filter.limit.is_some(),
            self.filter.cursor.is_some(),
            self.filter.put_off.is_some(),
        ];
        if let Some(((name, why), _)) = NOT_HERE.iter().zip(given).find(|(_, given)| *given) {
            return Err(Rejection::invalid(format!("/{name}"), *why));
        }
        match self.filter == Filter::default() {
            true => Ok(None),
            false => requests::query(shared, caller, self.filter).map(Some),
        }
    }
}

pub(super) async fn stream(
    State(shared): State<Shared>,
    APerson(caller): APerson,
    LastEventId(last): LastEventId,
    StrictQuery(following): StrictQuery<Following>,
) -> Result<EventStream, Rejection> {
    let after = last.or(following.after);
    let only = following.query(&shared, &caller)?;
    let open = shared.streams(&caller)?;
    let reader = Reader::open(shared, caller, after, only, open).await?;
    let frames = futures_util::stream::unfold(reader, |mut reader| async {
        let frame = reader.next_frame().await?;
        Some((Ok::<_, Infallible>(frame), reader))
    });
    Ok(EventStream(Body::from_stream(frames)))
}

/// An answer that goes on.
pub(super) struct EventStream(Body);

const EVENT_STREAM: &str = "text/event-stream";

impl IntoResponse for EventStream {
    fn into_response(self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, EVENT_STREAM),
            (header::CACHE_CONTROL, "no-store"),
        ];
        (headers, self.0).into_response()
    }
}

impl Gives for EventStream {
    fn describe(sketch: &mut Sketch, schemas: &mut Schemas) {
        let event = schemas.answer::<LogEvent>();
        sketch.answers(
            200,
            EVENT_STREAM,
            json!({"type": "string", "x-data-of-each-event": event}),
        );
    }
}

/// Where a reader that comes back had got to.
pub(super) struct LastEventId(Option<u64>);

impl FromRequestParts<Shared> for LastEventId {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Rejection> {
        let Some(id) = parts.headers.get("last-event-id") else {
            return Ok(Self(None));
        };
        let position = id.to_str().ok().and_then(|id| id.parse().ok());
        position
            .map(|position| Self(Some(position)))
            .ok_or_else(|| {
                Rejection::invalid(
                    "/last-event-id",
                    "expected a position in the log, as the stream gives it",
                )
            })
    }
}

impl Takes for LastEventId {
    fn describe(sketch: &mut Sketch, schemas: &mut Schemas) {
        let position = schemas.sent::<u64>();
        sketch.header(
            "Last-Event-ID",
            "Goes on after this event; counts more than `after`.",
            position,
        );
        sketch.refuses(&[ProblemKind::InvalidInput]);
    }
}

struct Reader {
    shared: Shared,
    caller: Caller,
    /// What the requests match that it tells of; nothing when it tells of everything.
    only: Option<Query>,
    tail: broadcast::Receiver<Arc<Passing>>,
    /// Everything up to here has been passed over or sent.
    position: u64,
    read_ahead: VecDeque<Entry>,
    /// The store has everything up to the tail's beginning; it comes first.
    behind: bool,
    greeted: bool,
    /// It is counted for as long as it is read.
    _open: Waits,
}

impl Reader {
    /// The tail is held before the head is read, so nothing falls between the two.
    async fn open(
        shared: Shared,
        caller: Caller,
        after: Option<u64>,
        only: Option<Query>,
        open: Waits,
    ) -> Result<Self, GateError> {
        let tail = shared.gate.tail();
        let head = shared.gate.head().await?;
        let position = after.unwrap_or(head).min(head);
        Ok(Self {
            _open: open,
            shared,
            caller,
            only,
            tail,
            position,
            read_ahead: VecDeque::new(),
            behind: true,
            greeted: false,
        })
    }

    /// The next thing to send; nothing when the stream is over.
    async fn next_frame(&mut self) -> Option<Bytes> {
        if !self.greeted {
            self.greeted = true;
            return Some(self.heartbeat());
        }
        let silent_until = Instant::now() + HEARTBEAT;
        loop {
            let closing = super::until_closing(self.shared.closing.clone());
            let entry = tokio::select! {
                entry = timeout_at(silent_until, self.next_entry()) => entry,
                () = closing => return None,
            };
            if !self.shared.gate.may_still_read(&self.caller) {
                return None;
            }
            match entry {
                Err(_) => return Some(self.heartbeat()),
                Ok(None) => return None,
                Ok(Some(entry)) => match self.frame(&entry).await {
                    Ok(frame) => {
                        self.position = entry.position;
                        if frame.is_some() {
                            return frame;
                        }
                        // A long way through what others did doesn't keep them waiting.
                        tokio::task::yield_now().await;
                    }
                    // The reader comes back for this entry; to pass it over would lose it for good.
                    Err(error) => {
                        tracing::error!(%error, "a stream ends early");
                        return None;
                    }
                },
            }
        }
    }

    async fn next_entry(&mut self) -> Option<Entry> {
        loop {
            if let Some(entry) = self.read_ahead.pop_front() {
                return Some(entry);
            }
            if self.behind {
                let read = self.shared.gate.log(self.position).await;
                let entries = read
                    .inspect_err(|error| tracing::error!(%error, "a stream ends early"))
                    .ok()?;
                self.behind = !entries.is_empty();
                self.read_ahead.extend(entries);
                continue;
            }
            match self.tail.recv().await {
                Ok(passing) if passing.entry.position <= self.position => {}
                Ok(passing) if passing.entry.position == self.position + 1 => {
                    self.read_ahead.push_back(passing.entry.clone());
                }
                Ok(_) | Err(RecvError::Lagged(_)) => self.behind = true,
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// What to send of an entry; nothing if this reader may not see it.
    async fn frame(&self, entry: &Entry) -> Result<Option<Bytes>, GateError> {
        let body = entry.body.text();
        let about = Event::outline(body).map_err(StoreError::from)?;
        if !self.may_see(&about).await? || !self.matches(&about).await? {
            return Ok(None);
        }
        let (kind, position) = (about.kind, entry.position);
        // The body is an object; the position becomes its first member.
        let rest = body.strip_prefix('{').unwrap_or(body);
        Ok(Some(Bytes::from(format!(
            "event: {kind}\nid: {position}\ndata: {{\"position\":{position},{rest}\n\n"
        ))))
    }

    async fn may_see(&self, about: &Outline) -> Result<bool, GateError> {
        let person = self.caller.person()?;
        if self.caller.sees_everything()
            || about.actor == self.caller.actor()
            || about.told.contains(person)
        {
            return Ok(true);
        }
        match about.request {
            Some(id) => self.shared.gate.is_party(person, id).await,
            // Everybody may look these up, and locking an action ends their own opt-ins.
            None => Ok(matches!(
                about.kind.as_str(),
                "action.saved" | "integration.saved"
            )),
        }
    }

    async fn matches(&self, about: &Outline) -> Result<bool, GateError> {
        let (Some(only), Some(id)) = (&self.only, about.request) else {
            return Ok(self.only.is_none());
        };
        if only
            .ids
            .is_some_and(|(first, last)| id < first || last < id)
        {
            return Ok(false);
        }
        let found = self.shared.gate.list(Query {
            // The one order that counts nothing.
            order: Order::Asked,
            ids: Some((id, id)),
            now: self.shared.gate.now(),
            limit: 1,
            ..only.clone()
        });
        Ok(!found.await?.items.is_empty())
    }

    fn heartbeat(&self) -> Bytes {
        Bytes::from(format!(": position {}\n\n", self.position))
    }
}
