//! A change in one line: which fields are others now, what they were and what they are.

use serde::Serialize;
use serde_json::Value;

use super::failure::Failure;
use super::out;
use super::session::Session;
use crate::client::{Client, ClientError};
use crate::domain::untrusted::safe;

/// Changes something, and says what of it is another now, or shows it as JSON.
pub async fn make<T: Serialize>(
    session: &Session,
    (id, json): (&str, bool),
    look: impl AsyncFn(&Client) -> Result<T, ClientError>,
    change: impl AsyncFn(&Client) -> Result<T, ClientError>,
) -> Result<(), Failure> {
    let before = session.call(look).await?;
    let after = session.call(change).await?;
    match json {
        true => out::print_json(&after),
        false => out::print(&line(id, &before, &after)),
    }
}

/// `ana: role member → manager, team none → sales`.
pub fn line(id: &str, before: &impl Serialize, after: &impl Serialize) -> String {
    let changes = changes(&value(before), &value(after));
    match changes.is_empty() {
        true => format!("{id}: nothing to change, it is so already\n"),
        false => format!("{id}: {}\n", changes.join(", ")),
    }
}

fn value(of: &impl Serialize) -> Value {
    serde_json::to_value(of).unwrap_or_default()
}

fn changes(before: &Value, after: &Value) -> Vec<String> {
    let (Value::Object(before), Value::Object(after)) = (before, after) else {
        return Vec::new();
    };
    let mut fields: Vec<&String> = after.keys().chain(before.keys()).collect();
    fields.sort_unstable();
    fields.dedup();
    let of = |object: &serde_json::Map<String, Value>, field: &String| {
        object.get(field).cloned().unwrap_or_default()
    };
    let changed = |field: &String| {
        let (was, is) = (of(before, field), of(after, field));
        (was != is).then(|| format!("{} {} → {}", name(field), said(&was), said(&is)))
    };
    fields.into_iter().filter_map(changed).collect()
}

fn name(field: &str) -> String {
    safe(&field.replace('_', " "))
}

fn said(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => safe(text),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => items.iter().map(said).collect::<Vec<_>>().join(" "),
        Value::Object(fields) => fields
            .iter()
            .map(|(field, value)| format!("{} {}", name(field), said(value)))
            .collect::<Vec<_>>()
            .join(" "),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_change_is_one_line_that_says_what_was_and_what_is() {
        let before = json!({"id": "ana", "role": "member", "team": null, "groups": ["a", "b"], "active": true});
        let after =
            json!({"id": "ana", "role": "manager", "team": "sales", "groups": [], "active": true});
        assert_eq!(
            line("ana", &before, &after),
            "ana: groups a b → none, role member → manager, team none → sales\n"
        );
        assert_eq!(
            line("ana", &after, &after),
            "ana: nothing to change, it is so already\n"
        );
    }

    #[test]
    fn a_name_breaks_no_line_and_obeys_nobody() {
        let hostile = json!({"name": "Ana\n\u{1b}[2Jben: role owner"});
        let told = line("ana", &json!({"name": "Ana"}), &hostile);
        assert_eq!(told.matches('\n').count(), 1, "{told:?}");
        assert!(!told.contains('\u{1b}'), "{told:?}");
    }
}
