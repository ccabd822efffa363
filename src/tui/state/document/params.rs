//! JSON for people: what was sent, in the order and with the digits it was sent with.

use crate::domain::json::{Json, Limits, parse};
use crate::domain::untrusted::Untrusted;

use super::Block;
use super::write::Writer;

impl Writer<'_> {
    pub(super) fn params(&mut self, params: &Json) {
        match params {
            Json::Object(members) => {
                self.heading("Parameters", members.len().to_string());
                for (key, value) in members {
                    self.member(key, value);
                }
            }
            Json::String(text) => {
                self.heading("Parameters", "one text".to_owned());
                self.text(text);
            }
            other => {
                self.heading("Parameters", String::new());
                self.nested(0, None, other, false);
            }
        }
    }

    pub(super) fn context(&mut self, raw: &str) {
        self.heading("Context", "from the agent, not executed".to_owned());
        match parse(raw.as_bytes(), Limits::default()) {
            Ok(Json::Object(members)) => {
                for (key, value) in &members {
                    self.member(key, value);
                }
            }
            Ok(other) => self.nested(0, None, &other, false),
            Err(_) => self.text(raw),
        }
    }

    /// A member of the parameters themselves.
    pub(super) fn member(&mut self, key: &str, value: &Json) {
        match value {
            Json::Object(members) if !members.is_empty() => self.nested(0, Some(key), value, false),
            Json::Array(items) if !items.is_empty() => self.nested(0, Some(key), value, false),
            value => {
                self.said(key);
                let quoted = matches!(value, Json::String(_));
                let value = match value {
                    Json::String(text) => text.clone(),
                    other => scalar(other),
                };
                self.said(&value);
                self.put(Block::Member {
                    key: Untrusted::from(key),
                    value: Untrusted::from(value),
                    quoted,
                });
            }
        }
    }

    /// JSON with one line for each member, indented; strings quoted and escaped as JSON has it.
    fn nested(&mut self, depth: usize, key: Option<&str>, value: &Json, comma: bool) {
        let end = if comma { "," } else { "" };
        let (open, close) = match value {
            Json::Object(members) if !members.is_empty() => {
                self.nested_line(depth, key, "{");
                let last = members.len() - 1;
                for (index, (name, value)) in members.iter().enumerate() {
                    self.nested(depth + 1, Some(name), value, index < last);
                }
                (true, "}")
            }
            Json::Array(items) if !items.is_empty() => {
                self.nested_line(depth, key, "[");
                let last = items.len() - 1;
                for (index, item) in items.iter().enumerate() {
                    self.nested(depth + 1, None, item, index < last);
                }
                (true, "]")
            }
            _ => (false, ""),
        };
        if open {
            self.nested_line(depth, None, &format!("{close}{end}"));
        } else {
            if let Json::String(text) = value {
                self.said(text);
            }
            self.nested_line(depth, key, &format!("{}{end}", scalar(value)));
        }
    }

    fn nested_line(&mut self, depth: usize, key: Option<&str>, value: &str) {
        if let Some(key) = key {
            self.said(key);
        }
        let key = key.map(|key| match depth {
            0 => key.to_owned(),
            _ => format!("{}:", quoted(key)),
        });
        self.put(Block::Nested {
            depth,
            key: key.map(Untrusted::from),
            value: Untrusted::from(value),
        });
    }
}

/// A value on one line: numbers with the digits they were sent with, strings as JSON writes them.
pub(super) fn scalar(value: &Json) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(true) => "true".to_owned(),
        Json::Bool(false) => "false".to_owned(),
        Json::Number(number) => number.as_written().to_owned(),
        Json::String(text) => quoted(text),
        Json::Array(_) => "[]".to_owned(),
        Json::Object(_) => "{}".to_owned(),
    }
}

/// Only what would end the string or break the line is escaped; the rest is for `Untrusted` to show.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}
