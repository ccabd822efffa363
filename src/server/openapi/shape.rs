//! A body has the shape that its description says. The reader of bodies is laxer than that: it takes a list
//! for an object, field by field, and an object with one member for a word, which couldn't be told from
//! mistakes; and it knows no bounds of texts.

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use schemars::JsonSchema;
use serde_json::Value;

use super::Schemas;
use crate::domain::json::Json;

/// The description of each type that was ever sent: each is made once, and never changes.
static SHAPES: LazyLock<Mutex<HashMap<TypeId, Arc<Value>>>> = LazyLock::new(Mutex::default);

/// What hasn't the shape that is described for it: where, and what was expected there.
pub(in crate::server) struct Misshapen {
    pub(in crate::server) pointer: String,
    pub(in crate::server) detail: String,
}

/// Holds a body to the description of its type.
pub(in crate::server) fn check<T: JsonSchema + 'static>(body: &Json) -> Result<(), Misshapen> {
    let shape = {
        let mut shapes = SHAPES.lock().unwrap_or_else(PoisonError::into_inner);
        let shape = shapes
            .entry(TypeId::of::<T>())
            .or_insert_with(|| Arc::new(Schemas::new().sent::<T>()));
        Arc::clone(shape)
    };
    compare(&shape, body, "")
}

fn compare(shape: &Value, value: &Json, pointer: &str) -> Result<(), Misshapen> {
    check_type(shape, value, pointer)?;
    check_length(shape, value, pointer)?;
    for choice in ["anyOf", "oneOf"] {
        let choices = shape[choice].as_array().map_or(&[][..], Vec::as_slice);
        let of_its_type: Vec<_> = choices
            .iter()
            .filter(|shape| check_type(shape, value, pointer).is_ok())
            .collect();
        match of_its_type.as_slice() {
            [] => choices
                .iter()
                .try_for_each(|shape| check_type(shape, value, pointer))?,
            [only] => compare(only, value, pointer)?,
            // Which of several it is meant to be, the reader has found out.
            _ => {}
        }
    }
    match value {
        Json::Object(members) => members.iter().try_for_each(|(name, member)| {
            let name_there = name.replace('~', "~0").replace('/', "~1");
            let place = format!("{pointer}/{name_there}");
            compare(&shape["properties"][name], member, &place)
        }),
        Json::Array(items) => (0..).zip(items).try_for_each(|(index, item): (usize, _)| {
            compare(&shape["items"], item, &format!("{pointer}/{index}"))
        }),
        _ => Ok(()),
    }
}

fn check_type(shape: &Value, value: &Json, pointer: &str) -> Result<(), Misshapen> {
    let types = match &shape["type"] {
        Value::Array(types) => types.as_slice(),
        Value::Null => return Ok(()),
        only => std::slice::from_ref(only),
    };
    let fits = |name: &str| match value {
        Json::Null => name == "null",
        Json::Bool(_) => name == "boolean",
        Json::Number(_) => matches!(name, "number" | "integer"),
        Json::String(_) => name == "string",
        Json::Array(_) => name == "array",
        Json::Object(_) => name == "object",
    };
    let mut names = types.iter().filter_map(Value::as_str);
    match names.clone().any(fits) {
        true => Ok(()),
        false => Err(Misshapen {
            pointer: pointer.to_owned(),
            detail: format!(
                "expected a value of the type {}",
                names.next().unwrap_or("null")
            ),
        }),
    }
}

fn check_length(shape: &Value, value: &Json, pointer: &str) -> Result<(), Misshapen> {
    let longest = shape["maxLength"]
        .as_u64()
        .and_then(|longest| usize::try_from(longest).ok());
    match (longest, value) {
        (Some(longest), Json::String(text)) if text.chars().count() > longest => Err(Misshapen {
            pointer: pointer.to_owned(),
            detail: format!("it is longer than {longest} characters"),
        }),
        _ => Ok(()),
    }
}
