//! JSON Schemas as OpenAPI wants them. What is sent and what is answered differ: a field with a default
//! may be left out of a body and is always in an answer. So each side has a generator of its own.

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value};

use super::examples;

pub(in crate::server) struct Schemas {
    sent: SchemaSettings,
    answered: SchemaGenerator,
}

impl Schemas {
    pub(super) fn new() -> Self {
        Self {
            sent: SchemaSettings::draft2020_12()
                .for_deserialize()
                .with(|settings| {
                    settings.inline_subschemas = true;
                    settings.meta_schema = None;
                })
                .with_transform(tidy),
            answered: SchemaSettings::draft2020_12()
                .for_serialize()
                .with(|settings| {
                    settings.definitions_path = "/components/schemas".into();
                    settings.meta_schema = None;
                })
                .into_generator(),
        }
    }

    /// What may be sent as a `T`, with an example where there is one.
    pub(in crate::server) fn sent<T: JsonSchema>(&self) -> Value {
        let schema = self
            .sent
            .clone()
            .into_generator()
            .into_root_schema_for::<T>();
        let mut schema = schema.to_value();
        if let Some(example) = examples::of(&T::schema_name())
            && let Some(object) = schema.as_object_mut()
        {
            object.insert("examples".to_owned(), Value::Array(vec![example]));
        }
        schema
    }

    /// What an answer that is a `T` looks like.
    pub(in crate::server) fn answer<T: JsonSchema>(&mut self) -> Value {
        let mut schema = self.answered.subschema_for::<T>();
        tidy(&mut schema);
        schema.to_value()
    }

    /// Everything that the answers name.
    pub(super) fn components(mut self) -> Map<String, Value> {
        let mut named = self.answered.take_definitions(false);
        for schema in named.values_mut() {
            let mut tidied = Schema::try_from(schema.take()).expect("definitions are schemas");
            tidy(&mut tidied);
            *schema = tidied.to_value();
        }
        named
    }
}

/// The same without null, which a query can't say.
pub(super) fn not_null(mut schema: Value) -> Value {
    if let Some(types) = schema.get_mut("type").and_then(Value::as_array_mut) {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            schema["type"] = only.clone();
        }
    }
    if let Some(choices) = schema.get_mut("anyOf").and_then(Value::as_array_mut) {
        choices.retain(|choice| choice["type"] != "null");
        if let [only] = choices.as_slice() {
            let mut only = only.clone();
            if let (Some(only), Some(text)) = (only.as_object_mut(), schema.get("description")) {
                only.insert("description".to_owned(), text.clone());
            }
            return only;
        }
    }
    schema
}

/// Numbers with both their ends, and comments without the links that only rustdoc follows.
fn tidy(schema: &mut Schema) {
    if let Some(format) = schema.get("format").and_then(Value::as_str) {
        let largest = match format {
            "uint16" => Some(u64::from(u16::MAX)),
            "uint32" => Some(u64::from(u32::MAX)),
            "uint64" | "uint" => Some(u64::MAX),
            _ => None,
        };
        if let Some(largest) = largest {
            schema.remove("format");
            if schema.get("maximum").is_none() {
                schema.insert("maximum".to_owned(), largest.into());
            }
        }
    }
    if let Some(text) = schema.get("description").and_then(Value::as_str) {
        let text = without_links(text);
        schema.insert("description".to_owned(), text.into());
    }
    transform_subschemas(&mut (tidy as fn(&mut Schema)) as &mut dyn Transform, schema);
}

/// ``[`Name`](path)`` as `` `Name` ``.
fn without_links(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("[`") {
        let Some(length) = rest[start..].find("`]") else {
            break;
        };
        plain.push_str(&rest[..start]);
        plain.push_str(&rest[start + 1..=start + length]);
        rest = &rest[start + length + 2..];
        if rest.starts_with('(')
            && let Some(end) = rest.find(')')
        {
            rest = &rest[end + 1..];
        }
    }
    plain.push_str(rest);
    plain.replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_keep_their_words_and_lose_their_links() {
        for (comment, plain) in [
            ("Plain.", "Plain."),
            ("See [`A`](super::A) and [`B`].", "See `A` and `B`."),
            ("Two\nlines.", "Two lines."),
            ("A [`half", "A [`half"),
        ] {
            assert_eq!(without_links(comment), plain);
        }
    }
}
