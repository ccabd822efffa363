//! The log as proof: every entry with its leaf hash, a line each, and the signed head of the tree over
//! them. The key that checks the signature is open to everybody.

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::{BufMut, Bytes, BytesMut};
use data_encoding::HEXLOWER;
use schemars::{JsonSchema, json_schema};
use serde::Deserialize;

use super::Shared;
use super::auth::Overseer;
use super::body::{Answer, Answered, Path, StrictQuery, ok};
use super::openapi::{Gives, Schemas, Sketch};
use super::problem::Rejection;
use crate::api::audit::{Head, Key, Proof, ProofEntry};
use crate::domain::id::RequestId;
use crate::gate::{Caller, GateError, TreeHead};
use crate::store::Hashed;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Since {
    /// The position to go on after.
    #[serde(default)]
    after: u64,
    /// The most entries; all there are without it.
    #[schemars(range(min = 1))]
    limit: Option<u64>,
}

pub(super) async fn key(State(shared): State<Shared>) -> Answer<Key> {
    ok(Key {
        key: shared.gate.log_key().to_string(),
    })
}

pub(super) async fn head(State(shared): State<Shared>, _: Overseer) -> Answered<Head> {
    Ok(ok(signed(shared.gate.tree_head().await?)))
}

fn signed(head: TreeHead) -> Head {
    Head {
        size: head.size,
        root: HEXLOWER.encode(&head.root),
        checkpoint: head.checkpoint,
    }
}

/// What the log has about one request, with the way from each entry to the root that is signed.
pub(super) async fn proof(
    State(shared): State<Shared>,
    Overseer(caller): Overseer,
    Path(id): Path<RequestId>,
) -> Answered<Proof> {
    let proof = shared.gate.prove(&caller, id).await?;
    let entries = proof.entries.into_iter().map(|(hashed, path)| ProofEntry {
        position: hashed.entry.position,
        leaf: HEXLOWER.encode(&hashed.leaf),
        body: hashed.entry.body,
        path: path.iter().map(|hash| HEXLOWER.encode(hash)).collect(),
    });
    Ok(ok(Proof {
        entries: entries.collect(),
        head: signed(proof.head),
    }))
}

/// The log up to where it is now. What comes later is for the next call, so that one that reads to the
/// end comes to it.
pub(super) async fn entries(
    State(shared): State<Shared>,
    Overseer(caller): Overseer,
    StrictQuery(since): StrictQuery<Since>,
) -> Result<Entries, Rejection> {
    if since.limit == Some(0) {
        return Err(Rejection::invalid(
            "/limit",
            "1 or more; without it everything is given",
        ));
    }
    let head = shared.gate.head().await?;
    let left = head.saturating_sub(since.after);
    let mut reader = Reader {
        after: since.after,
        left: since.limit.map_or(left, |limit| limit.min(left)),
        shared,
        caller,
    };
    // The first page can still be refused with a reason; after it the answer can only break off.
    let first = reader.page().await?;
    let pages = futures_util::stream::unfold((reader, Some(first)), |(mut reader, first)| async {
        let page = match first {
            Some(page) => Ok(page),
            None => reader.page().await,
        };
        match page {
            Ok(None) => None,
            Ok(Some(page)) => Some((Ok(page), (reader, None))),
            Err(error) => {
                tracing::error!(%error, "the log could not be given out to its end");
                reader.left = 0;
                Some((Err(error), (reader, None)))
            }
        }
    });
    Ok(Entries(Body::from_stream(pages)))
}

/// Entries of the log, a line each.
pub(super) struct Entries(Body);

const LINES: &str = "application/x-ndjson";

impl IntoResponse for Entries {
    fn into_response(self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, LINES),
            (header::CACHE_CONTROL, "no-store"),
        ];
        (headers, self.0).into_response()
    }
}

impl Gives for Entries {
    fn describe(sketch: &mut Sketch, _: &mut Schemas) {
        sketch.answers(200, LINES, json_schema!({"type": "string"}).to_value());
    }
}

struct Reader {
    shared: Shared,
    caller: Caller,
    after: u64,
    left: u64,
}

impl Reader {
    /// The next lines; nothing at the end.
    async fn page(&mut self) -> Result<Option<Bytes>, GateError> {
        if self.left == 0 {
            return Ok(None);
        }
        if !self.shared.gate.may_still_read(&self.caller) {
            return Err(GateError::Forbidden(
                "the caller may not read the log any more".to_owned(),
            ));
        }
        let entries = self.shared.gate.hashed_log(self.after, self.left).await?;
        let Some(last) = entries.last() else {
            return Ok(None);
        };
        self.after = last.entry.position;
        self.left -= entries.len() as u64;
        let mut lines = BytesMut::new();
        for entry in &entries {
            write_line(&mut lines, entry);
        }
        Ok(Some(lines.freeze()))
    }
}

/// The body stands in the line as its leaf hash covers it, byte for byte.
fn write_line(to: &mut BytesMut, hashed: &Hashed) {
    let (position, leaf) = (hashed.entry.position, HEXLOWER.encode(&hashed.leaf));
    let head = format!("{{\"position\":{position},\"leaf\":\"{leaf}\",\"body\":");
    to.put_slice(head.as_bytes());
    to.put_slice(hashed.entry.body.text().as_bytes());
    to.put_slice(b"}\n");
}
