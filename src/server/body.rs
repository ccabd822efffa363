//! Bodies, read strictly: JSON by its content type, within its limits, without a duplicate or unknown
//! field. What is wrong is said with the place where it is.

use std::fmt::Display;
use std::marker::PhantomData;
use std::str::FromStr;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use schemars::{JsonSchema, json_schema};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::Shared;
use super::openapi::shape::{self, Misshapen};
use super::openapi::{Gives, Schemas, Sketch, Takes};
use super::problem::Rejection;
use crate::api::problem::ProblemKind;
use crate::domain::json::{self, Json, JsonError, JsonErrorKind, Limits, NumberError, text_of};
use crate::gate::{LARGEST_CHECKPOINT, Once};

/// The largest body.
const LARGEST: usize = 1 << 20;
/// How long a body may take to arrive.
const READ_WITHIN: Duration = Duration::from_secs(30);
/// Room for most answers, so that they are written without moving.
const USUAL_ANSWER: usize = 4 * 1024;
/// The longest idempotency key.
const LONGEST_KEY: usize = 255;

/// A body that was read, and the call that it came with.
pub(super) struct Strict<T> {
    pub(super) value: T,
    /// The same, as a tree.
    pub(super) tree: Json,
    /// The call's idempotency key, if it has one.
    pub(super) once: Option<Once>,
}

impl<T: DeserializeOwned + JsonSchema + 'static> FromRequest<Shared> for Strict<T> {
    type Rejection = Rejection;

    async fn from_request(request: Request, _: &Shared) -> Result<Self, Rejection> {
        let (parts, body) = request.into_parts();
        require_json(&parts.headers)?;
        let bytes = read(&parts.headers, body, LARGEST).await?;
        Self::of(&parts, &bytes)
    }
}

impl<T: DeserializeOwned + JsonSchema + 'static> Strict<T> {
    fn of(parts: &Parts, bytes: &[u8]) -> Result<Self, Rejection> {
        let once = once(parts, bytes)?;
        let tree = json::parse(bytes, Limits::default()).map_err(|error| bad_json(&error))?;
        let value = typed(bytes)?;
        shape::check::<T>(&tree).map_err(misshapen)?;
        Ok(Self { value, tree, once })
    }
}

/// A body whose fields may all be left out: no body at all is an empty object.
pub(super) struct Optional<T>(pub(super) T);

impl<T: DeserializeOwned + JsonSchema + Default + 'static> FromRequest<Shared> for Optional<T> {
    type Rejection = Rejection;

    async fn from_request(request: Request, _: &Shared) -> Result<Self, Rejection> {
        let (parts, body) = request.into_parts();
        let bytes = read(&parts.headers, body, LARGEST).await?;
        if bytes.is_empty() {
            return Ok(Self(T::default()));
        }
        require_json(&parts.headers)?;
        Strict::of(&parts, &bytes).map(|read| Self(read.value))
    }
}

/// A body that is read when the handler has found out that the caller may send one.
pub(super) struct Unread<T> {
    request: Request,
    holds: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned + JsonSchema + 'static> Unread<T> {
    pub(super) async fn read(self, shared: &Shared) -> Result<Strict<T>, Rejection> {
        Strict::from_request(self.request, shared).await
    }
}

impl<T> FromRequest<Shared> for Unread<T> {
    type Rejection = Rejection;

    async fn from_request(request: Request, _: &Shared) -> Result<Self, Rejection> {
        Ok(Self {
            request,
            holds: PhantomData,
        })
    }
}

impl<T: JsonSchema> Takes for Unread<T> {
    fn describe(sketch: &mut Sketch, schemas: &mut Schemas) {
        Strict::<T>::describe(sketch, schemas);
    }
}

/// No body, or an empty object: for operations that take nothing.
pub(super) struct Nothing {
    /// The call's idempotency key, if it has one.
    pub(super) once: Option<Once>,
}

impl FromRequest<Shared> for Nothing {
    type Rejection = Rejection;

    async fn from_request(request: Request, _: &Shared) -> Result<Self, Rejection> {
        let (parts, body) = request.into_parts();
        let bytes = read(&parts.headers, body, LARGEST).await?;
        let once = once(&parts, &bytes)?;
        if bytes.is_empty() {
            return Ok(Self { once });
        }
        require_json(&parts.headers)?;
        match json::parse(&bytes, Limits::default()).map_err(|error| bad_json(&error))? {
            Json::Object(members) if members.is_empty() => Ok(Self { once }),
            _ => Err(Rejection::invalid("", "this operation takes no fields")),
        }
    }
}

/// A text document of the media type that it should have.
pub(super) struct Document {
    pub(super) text: String,
    /// The call's idempotency key, if it has one.
    pub(super) once: Option<Once>,
}

impl FromRequest<Shared> for Document {
    type Rejection = Rejection;

    async fn from_request(request: Request, _: &Shared) -> Result<Self, Rejection> {
        let (parts, body) = request.into_parts();
        if media(&parts.headers).as_deref() != Some("application/toml") {
            return Err(Rejection::new(
                ProblemKind::UnsupportedMediaType,
                "send the document, with content-type: application/toml",
            ));
        }
        let bytes = read(&parts.headers, body, LARGEST).await?;
        let once = once(&parts, &bytes)?;
        let text = String::from_utf8(bytes.into())
            .map_err(|_| Rejection::invalid("", "the document is not UTF-8 text"))?;
        Ok(Self { text, once })
    }
}

/// Bytes that are kept as they come, with the media type that they came as.
pub(super) struct Opaque {
    pub(super) media: String,
    pub(super) bytes: Bytes,
    /// The call's idempotency key, if it has one.
    pub(super) once: Option<Once>,
}

impl FromRequest<Shared> for Opaque {
    type Rejection = Rejection;

    async fn from_request(request: Request, _: &Shared) -> Result<Self, Rejection> {
        let (parts, body) = request.into_parts();
        let media = match media(&parts.headers).as_deref() {
            Some("application/octet-stream") => "application/octet-stream",
            Some("application/json" | "application/json;charset=utf-8") => "application/json",
            _ => {
                return Err(Rejection::new(
                    ProblemKind::UnsupportedMediaType,
                    "send application/octet-stream or application/json",
                ));
            }
        };
        let bytes = read(&parts.headers, body, LARGEST_CHECKPOINT).await?;
        if media == "application/json" {
            json::parse(&bytes, Limits::default()).map_err(|error| bad_json(&error))?;
        }
        Ok(Self {
            media: media.to_owned(),
            once: once(&parts, &bytes)?,
            bytes,
        })
    }
}

/// The part of a path that names something. A text that can't be a name of that kind names nothing that
/// exists.
pub(super) struct Path<T = String>(pub(super) T);

impl<T: FromStr<Err: Display>> FromRequestParts<Shared> for Path<T> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Rejection> {
        let path = axum::extract::Path::<String>::from_request_parts(parts, shared).await;
        let axum::extract::Path(name) =
            path.map_err(|error| Rejection::new(ProblemKind::NotFound, error.body_text()))?;
        name.parse()
            .map(Self)
            .map_err(|error: T::Err| Rejection::new(ProblemKind::NotFound, error.to_string()))
    }
}

/// The query of a URL, without unknown parameters.
pub(super) struct StrictQuery<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<Shared> for StrictQuery<T> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Rejection> {
        Query::try_from_uri(&parts.uri)
            .map(|Query(value)| Self(value))
            .map_err(|error| Rejection::invalid("", error.body_text()))
    }
}

/// An answer in JSON, with the status that it always has.
pub(super) struct Answer<T, const STATUS: u16 = 200>(pub(super) T);

/// What most handlers give.
pub(super) type Answered<T, const STATUS: u16 = 200> = Result<Answer<T, STATUS>, Rejection>;

impl<T: Serialize, const STATUS: u16> IntoResponse for Answer<T, STATUS> {
    fn into_response(self) -> Response {
        let status = const { status(STATUS) };
        match text_of(&self.0, USUAL_ANSWER) {
            Ok(body) => {
                (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
            }
            Err(error) => {
                tracing::error!(%error, "an answer could not be written");
                Rejection::new(ProblemKind::Internal, "the answer could not be written")
                    .into_response()
            }
        }
    }
}

const fn status(code: u16) -> StatusCode {
    match code {
        200 => StatusCode::OK,
        201 => StatusCode::CREATED,
        _ => panic!("an answer is 200 or 201"),
    }
}

/// 200 with this.
pub(super) fn ok<T>(value: T) -> Answer<T> {
    Answer(value)
}

/// 201 with this.
pub(super) fn created<T>(value: T) -> Answer<T, 201> {
    Answer(value)
}

impl<T: JsonSchema> Takes for Strict<T> {
    fn describe(sketch: &mut Sketch, schemas: &mut Schemas) {
        takes_json(sketch, true, schemas.sent::<T>());
    }
}

impl<T: JsonSchema> Takes for Optional<T> {
    fn describe(sketch: &mut Sketch, schemas: &mut Schemas) {
        takes_json(sketch, false, schemas.sent::<T>());
    }
}

impl Takes for Nothing {
    fn describe(sketch: &mut Sketch, _: &mut Schemas) {
        let nothing = json_schema!({"type": "object", "additionalProperties": false});
        takes_json(sketch, false, nothing.to_value());
    }
}

impl Takes for Document {
    fn describe(sketch: &mut Sketch, _: &mut Schemas) {
        let text = json_schema!({"type": "string"});
        takes_body(sketch);
        sketch.takes("application/toml", true, text.to_value());
    }
}

impl Takes for Opaque {
    fn describe(sketch: &mut Sketch, _: &mut Schemas) {
        takes_json(sketch, true, json_schema!({}).to_value());
        let bytes = json_schema!({"type": "string", "format": "binary"});
        sketch.takes("application/octet-stream", true, bytes.to_value());
    }
}

fn takes_json(sketch: &mut Sketch, required: bool, schema: serde_json::Value) {
    takes_body(sketch);
    sketch.takes("application/json", required, schema);
    sketch.refuses(&[ProblemKind::NotJson]);
}

fn takes_body(sketch: &mut Sketch) {
    let key = json_schema!({
        "type": "string", "pattern": format!("^[!-~]{{1,{LONGEST_KEY}}}$"),
    });
    sketch.header(
        "Idempotency-Key",
        "The same key with the same body does it once, however often it is sent.",
        key.to_value(),
    );
    sketch.refuses(&[
        ProblemKind::TooSlow,
        ProblemKind::TooLarge,
        ProblemKind::UnsupportedMediaType,
        ProblemKind::InvalidInput,
        ProblemKind::IdempotencyKeyReused,
    ]);
}

impl<T: JsonSchema> Takes for Path<T> {
    fn describe(sketch: &mut Sketch, schemas: &mut Schemas) {
        sketch.path(&schemas.sent::<T>());
        sketch.refuses(&[ProblemKind::NotFound]);
    }
}

impl<T: JsonSchema> Takes for StrictQuery<T> {
    fn describe(sketch: &mut Sketch, schemas: &mut Schemas) {
        sketch.query(&schemas.sent::<T>());
        sketch.refuses(&[ProblemKind::InvalidInput]);
    }
}

impl<T: JsonSchema, const STATUS: u16> Gives for Answer<T, STATUS> {
    fn describe(sketch: &mut Sketch, schemas: &mut Schemas) {
        sketch.answers(STATUS, "application/json", schemas.answer::<T>());
    }
}

fn require_json(headers: &HeaderMap) -> Result<(), Rejection> {
    match media(headers).as_deref() {
        Some("application/json" | "application/json;charset=utf-8") => Ok(()),
        _ => Err(Rejection::new(
            ProblemKind::UnsupportedMediaType,
            "send JSON, with content-type: application/json",
        )),
    }
}

fn media(headers: &HeaderMap) -> Option<String> {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(|kind| kind.to_ascii_lowercase().replace([' ', '"'], ""))
}

async fn read(headers: &HeaderMap, body: Body, largest: usize) -> Result<Bytes, Rejection> {
    let too_large = || {
        Rejection::new(
            ProblemKind::TooLarge,
            format!("a body is at most {largest} bytes here"),
        )
    };
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<usize>().ok());
    if announced.is_some_and(|length| length > largest) {
        return Err(too_large());
    }
    let read = tokio::time::timeout(READ_WITHIN, to_bytes(body, largest)).await;
    let read = read.map_err(|_| {
        Rejection::new(
            ProblemKind::TooSlow,
            "the body didn't arrive in time; send it again",
        )
    })?;
    read.map_err(|_| too_large())
}

fn once(parts: &Parts, body: &[u8]) -> Result<Option<Once>, Rejection> {
    let Some(key) = parts.headers.get("idempotency-key") else {
        return Ok(None);
    };
    let key = key
        .to_str()
        .ok()
        .filter(|key| (1..=LONGEST_KEY).contains(&key.len()))
        .filter(|key| key.bytes().all(|byte| byte.is_ascii_graphic()));
    let key = key.ok_or_else(|| {
        Rejection::new(
            ProblemKind::InvalidInput,
            format!("an idempotency key is 1 to {LONGEST_KEY} visible ASCII characters"),
        )
    })?;
    Ok(Some(Once {
        key: key.to_owned(),
        fingerprint: fingerprint(&parts.method, parts.uri.path(), body),
    }))
}

fn fingerprint(method: &Method, path: &str, body: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in [method.as_str().as_bytes(), path.as_bytes()] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.update(body);
    hasher.finalize().into()
}

/// A number that other readers would change is JSON; only its value can't be taken.
fn bad_json(error: &JsonError) -> Rejection {
    match &error.kind {
        JsonErrorKind::Number(NumberError::Inexact { .. } | NumberError::OutOfRange) => {
            Rejection::invalid(error.pointer.clone(), error.kind.to_string())
        }
        _ => Rejection::new(ProblemKind::NotJson, error.to_string()),
    }
}

fn typed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Rejection> {
    // To know the place where a body is wrong costs a third more: only one that is wrong pays it.
    serde_json::from_slice(bytes).or_else(|_| typed_or_place(bytes))
}

fn typed_or_place<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Rejection> {
    let mut from = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut from).map_err(|error| {
        let mut pointer = pointer(error.path());
        let detail = error.inner().to_string();
        // The place is said by the pointer; line and column count in a body that nobody sees.
        let detail = detail.split(" at line ").next().unwrap_or(&detail);
        if let Some(field) = missing_field(detail) {
            pointer.extend(["/", field]);
        }
        Rejection::invalid(pointer, detail)
    })
}

fn misshapen(found: Misshapen) -> Rejection {
    Rejection::invalid(found.pointer, found.detail)
}

/// What isn't there has no place of its own; it is said where it should have been.
fn missing_field(detail: &str) -> Option<&str> {
    detail.strip_prefix("missing field `")?.strip_suffix('`')
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => String::new(),
        })
        .collect()
}
