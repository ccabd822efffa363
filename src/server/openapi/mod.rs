//! The API describes itself: OpenAPI 3.1 at `/openapi.json`, read off the code.
//!
//! Nothing is written twice. The method, the path, a sentence and the problems that are an operation's
//! own stand in the list of routes in `server/mod.rs`; everything else is read off the signature of its
//! handler: who may call off [`AnAgent`](super::auth::AnAgent) and its like, the body off `Strict<T>`,
//! the query off `StrictQuery<T>`, the answer and its status off `Answered<T, 201>`.
//!
//! - **A new route** is one line in that list; without a sentence it doesn't compile.
//! - **A new type** on the wire derives `JsonSchema`; one that is written as a text has a line in
//!   `domain/schema.rs`.
//! - **A new kind of argument or answer** of a handler says what it means for a call by [`Takes`] or
//!   [`Gives`], beside where it is defined.

mod document;
mod examples;
mod schemas;
pub(super) mod shape;
mod sketch;

use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use schemars::{Schema, SchemaGenerator};

pub(super) use document::Described;
pub(super) use schemas::Schemas;
pub(super) use sketch::{Callers, Gives, Operation, Sketch, Takes};

/// The description, as JSON: the same for as long as the program runs.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    let mut schemas = Schemas::new();
    let described = super::described(&mut schemas);
    document::whole(described, schemas).to_string()
});

/// The description as an answer.
pub(super) struct Description;

pub(super) async fn describe() -> Description {
    Description
}

impl IntoResponse for Description {
    fn into_response(self) -> Response {
        let kind = [(header::CONTENT_TYPE, "application/json")];
        (kind, DOCUMENT.as_str()).into_response()
    }
}

impl Gives for Description {
    fn describe(sketch: &mut Sketch, schemas: &mut Schemas) {
        sketch.answers(200, "application/json", schemas.answer::<AnyObject>());
    }
}

struct AnyObject;

impl schemars::JsonSchema for AnyObject {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Object".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({"type": "object"})
    }
}
