//! JSON that is handed on as it came: its bytes are kept, so nothing is re-serialised on the way.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::json::{Json, JsonError, Limits, parse};

/// One JSON value as its sender wrote it. Whoever lets it in has checked it with
/// [`json::parse`](super::json::parse).
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RawJson(Box<RawValue>);

impl RawJson {
    /// Its text, byte for byte.
    pub fn text(&self) -> &str {
        self.0.get()
    }

    /// Its value, read as strictly as everything that is let in.
    pub fn tree(&self) -> Result<Json, JsonError> {
        parse(self.text().as_bytes(), Limits::default())
    }

    /// `null`.
    pub fn null() -> Self {
        Self(RawValue::NULL.to_owned())
    }

    /// The text of this value.
    pub fn of(value: &Json) -> Self {
        let text = value.to_text();
        Self(RawValue::from_string(text).expect("a value is written as JSON"))
    }

    /// Takes over a text that is one JSON value.
    pub fn from_text(text: String) -> Result<Self, serde_json::Error> {
        RawValue::from_string(text).map(Self)
    }
}

impl PartialEq for RawJson {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for RawJson {}

impl fmt::Debug for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes of JSON", self.text().len())
    }
}

impl From<Box<RawValue>> for RawJson {
    fn from(raw: Box<RawValue>) -> Self {
        Self(raw)
    }
}
