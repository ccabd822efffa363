//! Tags of single things: an answer carries the tag of what it shows, and a change may name the tag of
//! what it is meant for. The tag is held against by the gate, where the change is made.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use schemars::{JsonSchema, json_schema};
use serde::Serialize;

use super::Shared;
use super::body::Answer;
use super::openapi::{Gives, Schemas, Sketch, Takes};
use super::problem::Rejection;
use crate::api::problem::ProblemKind;
use crate::gate::{MeantFor, Tag};

/// An answer with the tag of what it shows.
pub(super) struct Tagged<T, const STATUS: u16 = 200>(Answer<T, STATUS>, Tag);

/// What a handler of a single thing gives.
pub(super) type TaggedAs<T, const STATUS: u16 = 200> = Result<Tagged<T, STATUS>, Rejection>;

/// This answer, tagged as the thing that it shows.
pub(super) fn tagged<T: Serialize, const STATUS: u16>(
    answer: Answer<T, STATUS>,
) -> Tagged<T, STATUS> {
    let tag = Tag::of(&answer.0);
    Tagged(answer, tag)
}

/// This answer with this tag.
pub(super) fn tagged_as<T, const STATUS: u16>(
    answer: Answer<T, STATUS>,
    tag: Tag,
) -> Tagged<T, STATUS> {
    Tagged(answer, tag)
}

impl<T: Serialize, const STATUS: u16> IntoResponse for Tagged<T, STATUS> {
    fn into_response(self) -> Response {
        let mut response = self.0.into_response();
        let tag = HeaderValue::from_str(&self.1.quoted()).expect("a tag is plain ASCII");
        response.headers_mut().insert(header::ETAG, tag);
        response
    }
}

impl FromRequestParts<Shared> for MeantFor {
    type Rejection = Rejection;

    /// A tag that nothing can have, as a weak one, makes the call one for something that isn't there.
    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Rejection> {
        let mut headers = parts.headers.get_all(header::IF_MATCH).iter().peekable();
        if headers.peek().is_none() {
            return Ok(Self::Anything);
        }
        let texts = headers.map(|value| value.to_str().unwrap_or_default());
        let tags: Vec<String> = texts
            .flat_map(|text| text.split(','))
            .map(|tag| tag.trim().to_owned())
            .collect();
        Ok(match tags.iter().any(|tag| tag == "*") {
            true => Self::Anything,
            false => Self::Seen(tags),
        })
    }
}

impl<T: JsonSchema, const STATUS: u16> Gives for Tagged<T, STATUS> {
    fn describe(sketch: &mut Sketch, schemas: &mut Schemas) {
        Answer::<T, STATUS>::describe(sketch, schemas);
        gives_tag(sketch);
    }
}

/// An answer that has a tag.
pub(super) fn gives_tag(sketch: &mut Sketch) {
    let tag = json_schema!({"type": "string", "pattern": "^\"[!#-~]+\"$"});
    sketch.answers_with("ETag", &tag.to_value());
}

impl Takes for MeantFor {
    fn describe(sketch: &mut Sketch, _: &mut Schemas) {
        let tag = json_schema!({"type": "string"});
        sketch.header(
            "If-Match",
            "The ETag of what the call is meant for; it is refused when that is another by now.",
            tag.to_value(),
        );
        sketch.refuses(&[ProblemKind::PreconditionFailed]);
    }
}
