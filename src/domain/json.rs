//! Strict JSON for everything that comes from outside.
//!
//! A [`Json`] that [`parse()`] returned has no duplicate key, no U+0000, no lone surrogate and no number that a double
//! would change, so that every reader of its text, however it parses, sees the same value. Keys keep the order and
//! numbers the digits they were sent with; [`canonical()`] is the one form in which two texts that mean the same are equal.

mod canonical;
mod error;
mod number;
mod parse;
mod places;
mod text;
mod write;

pub use canonical::{Sink, canonical, write_canonical, write_string};
pub use error::{JsonError, JsonErrorKind};
pub use number::{Number, NumberError};
pub use parse::{Limits, parse};
pub use places::{Placed, places};
pub use text::text_of;

/// A JSON value as it was sent.
///
/// Equality is that of the text: `1` and `1.0` differ, as do objects whose keys come in another order. What two values
/// *mean* is compared by [`canonical()`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    Null,
    Bool(bool),
    Number(Number),
    String(String),
    Array(Vec<Json>),
    /// The members in the order they were sent; no key occurs twice.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The member `key` of an object.
    pub fn get(&self, key: &str) -> Option<&Json> {
        let members = self.as_object()?;
        members
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    }

    /// The value at a dotted path through objects: `at("message.to")` is `get("message")`, then `get("to")`.
    ///
    /// A key that has a dot itself can't be reached this way.
    pub fn at(&self, path: &str) -> Option<&Json> {
        path.split('.').try_fold(self, |value, key| value.get(key))
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Json::String(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_number(&self) -> Option<&Number> {
        match self {
            Json::Number(number) => Some(number),
            _ => None,
        }
    }

    pub fn as_array(&self) -> Option<&[Json]> {
        match self {
            Json::Array(items) => Some(items),
            _ => None,
        }
    }

    pub fn as_object(&self) -> Option<&[(String, Json)]> {
        match self {
            Json::Object(members) => Some(members),
            _ => None,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
