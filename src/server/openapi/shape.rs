//! A body has the shape that its description says. The reader of bodies is laxer than that: it takes a list
//! for an object, field by field, and an object with one member for a word, which couldn't be told from
//! mistakes; and it knows no bounds of texts.

use std::any::TypeId;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use schemars::JsonSchema;
use serde_json::Value;

use super::Schemas;
use crate::domain::json::Json;

/// The shape of each type that was ever sent: each is made once, and never changes.
static SHAPES: LazyLock<Mutex<HashMap<TypeId, Arc<Shape>>>> = LazyLock::new(Mutex::default);

/// What hasn't the shape that is described for it: where, and what was expected there.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::server) struct Misshapen {
    pub(in crate::server) pointer: String,
    pub(in crate::server) detail: String,
}

impl Misshapen {
    fn new(detail: String) -> Self {
        Self {
            pointer: String::new(),
            detail,
        }
    }

    /// The same, seen from the value that this is a part of.
    fn within(self, part: &str) -> Self {
        let part = part.replace('~', "~0").replace('/', "~1");
        Self {
            pointer: format!("/{part}{}", self.pointer),
            ..self
        }
    }
}

/// Holds a body to the description of its type.
pub(in crate::server) fn check<T: JsonSchema + 'static>(body: &Json) -> Result<(), Misshapen> {
    let shape = {
        let mut shapes = SHAPES.lock().unwrap_or_else(PoisonError::into_inner);
        let shape = shapes
            .entry(TypeId::of::<T>())
            .or_insert_with(|| Arc::new(Shape::of(&Schemas::new().sent::<T>())));
        Arc::clone(shape)
    };
    shape.check(body)
}

/// What is held to of a description; the rest of it the reader of bodies sees to.
struct Shape {
    /// The types that a value may have; any, where none is said.
    types: Option<Vec<String>>,
    /// The most characters of a text.
    longest: Option<usize>,
    /// What `anyOf` and `oneOf` let it be.
    choices: Vec<Vec<Shape>>,
    members: BTreeMap<String, Shape>,
    items: Option<Box<Shape>>,
}

impl Shape {
    fn of(described: &Value) -> Self {
        let text = |name: &Value| name.as_str().map(str::to_owned);
        let longest = described["maxLength"].as_u64();
        let choices = ["anyOf", "oneOf"].map(|choice| described[choice].as_array());
        let members = described["properties"].as_object();
        let member = |(name, shape): (&String, &Value)| (name.clone(), Shape::of(shape));
        Self {
            types: match &described["type"] {
                Value::Null => None,
                Value::Array(names) => Some(names.iter().filter_map(text).collect()),
                name => Some(text(name).into_iter().collect()),
            },
            longest: longest.and_then(|longest| usize::try_from(longest).ok()),
            choices: choices
                .into_iter()
                .flatten()
                .map(|choices| choices.iter().map(Shape::of).collect())
                .collect(),
            members: members.into_iter().flatten().map(member).collect(),
            items: described
                .get("items")
                .map(|items| Box::new(Shape::of(items))),
        }
    }

    fn check(&self, value: &Json) -> Result<(), Misshapen> {
        self.check_type(value)?;
        self.check_length(value)?;
        for choices in &self.choices {
            let mut of_its_type = choices
                .iter()
                .filter(|choice| choice.check_type(value).is_ok());
            match (of_its_type.next(), of_its_type.next()) {
                (None, _) => choices
                    .iter()
                    .try_for_each(|choice| choice.check_type(value))?,
                (Some(only), None) => only.check(value)?,
                // Which of several it is meant to be, the reader has found out.
                (Some(_), Some(_)) => {}
            }
        }
        match value {
            Json::Object(members) => members.iter().try_for_each(|(name, member)| {
                let shape = self.members.get(name);
                let checked = shape.map_or(Ok(()), |shape| shape.check(member));
                checked.map_err(|found| found.within(name))
            }),
            Json::Array(items) => items.iter().enumerate().try_for_each(|(index, item)| {
                let checked = self
                    .items
                    .as_ref()
                    .map_or(Ok(()), |shape| shape.check(item));
                checked.map_err(|found| found.within(&index.to_string()))
            }),
            _ => Ok(()),
        }
    }

    fn check_type(&self, value: &Json) -> Result<(), Misshapen> {
        let Some(types) = &self.types else {
            return Ok(());
        };
        let fits = |name: &String| match value {
            Json::Null => name == "null",
            Json::Bool(_) => name == "boolean",
            Json::Number(_) => matches!(name.as_str(), "number" | "integer"),
            Json::String(_) => name == "string",
            Json::Array(_) => name == "array",
            Json::Object(_) => name == "object",
        };
        match types.iter().any(fits) {
            true => Ok(()),
            false => Err(Misshapen::new(format!(
                "expected a value of the type {}",
                types.first().map_or("null", String::as_str)
            ))),
        }
    }

    fn check_length(&self, value: &Json) -> Result<(), Misshapen> {
        match (self.longest, value) {
            (Some(longest), Json::String(text)) if text.chars().count() > longest => Err(
                Misshapen::new(format!("it is longer than {longest} characters")),
            ),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::json::{Limits, parse};

    fn refused(body: &str) -> Option<(String, String)> {
        let shape = Shape::of(&json!({
            "type": "object",
            "properties": {
                "name": {"type": ["string", "null"], "maxLength": 3},
                "a/b": {"type": "array", "items": {"anyOf": [
                    {"type": "string", "maxLength": 1}, {"type": "object", "properties": {"n~": {"type": "integer"}}},
                ]}},
                "word": {"oneOf": [{"type": "string", "const": "x"}, {"type": "string", "const": "y"}]},
                "any": true,
            },
        }));
        let body = parse(body.as_bytes(), Limits::default()).unwrap();
        let found = shape.check(&body).err()?;
        Some((found.pointer, found.detail))
    }

    #[test]
    fn what_fits_passes_and_what_does_not_is_said_with_its_place() {
        for fits in [
            "{}",
            r#"{"name": null, "a/b": [], "word": "z", "any": [{"name": 1}], "more": 1}"#,
            r#"{"name": "äöü", "a/b": ["é", {"n~": 1, "m": []}]}"#,
        ] {
            assert_eq!(refused(fits), None, "{fits}");
        }
        for (body, pointer, detail) in [
            ("[]", "", "expected a value of the type object"),
            (
                r#"{"name": 1}"#,
                "/name",
                "expected a value of the type string",
            ),
            (
                r#"{"name": "äöüß"}"#,
                "/name",
                "it is longer than 3 characters",
            ),
            (
                r#"{"a/b": ["a", 1]}"#,
                "/a~1b/1",
                "expected a value of the type string",
            ),
            (
                r#"{"a/b": ["ab"]}"#,
                "/a~1b/0",
                "it is longer than 1 characters",
            ),
            (
                r#"{"a/b": ["a", {"n~": "1"}]}"#,
                "/a~1b/1/n~0",
                "expected a value of the type integer",
            ),
            (
                r#"{"word": {"x": 1}}"#,
                "/word",
                "expected a value of the type string",
            ),
        ] {
            assert_eq!(
                refused(body),
                Some((pointer.to_owned(), detail.to_owned())),
                "{body}"
            );
        }
    }
}
