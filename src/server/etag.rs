//! Tags of single things: an answer carries the tag of what it shows, and a change may name the tag of
//! what it is meant for. The tag is held against by the gate, where the change is made.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::Shared;
use super::body::Answer;
use super::problem::Rejection;
use crate::gate::{MeantFor, Tag};

/// An answer with the tag of what it shows.
pub(super) struct Tagged<T>(Answer<T>, Tag);

/// This answer, tagged as the thing that it shows.
pub(super) fn tagged<T: Serialize>(answer: Answer<T>) -> Tagged<T> {
    let tag = Tag::of(&answer.1);
    Tagged(answer, tag)
}

/// This answer with this tag.
pub(super) fn tagged_as<T>(answer: Answer<T>, tag: Tag) -> Tagged<T> {
    Tagged(answer, tag)
}

impl<T: Serialize> IntoResponse for Tagged<T> {
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
