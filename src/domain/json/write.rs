//! A value as text again: keys in their order and numbers with their digits, as they were sent. Only white
//! space and the spelling of escapes may differ from the text that it came from.

use super::{Json, Sink, write_string};

impl Json {
    /// The value as JSON text.
    ///
    /// ```
    /// use signoff::domain::json::{Limits, parse};
    ///
    /// let value = parse(br#"{"b": 1.10, "a": [1E+5]}"#, Limits::default()).unwrap();
    /// assert_eq!(value.to_text(), r#"{"b":1.10,"a":[1E+5]}"#);
    /// ```
    pub fn to_text(&self) -> String {
        let mut bytes = Vec::new();
        write(self, &mut bytes);
        String::from_utf8(bytes).expect("it is put together from texts")
    }
}

fn write(value: &Json, out: &mut Vec<u8>) {
    match value {
        Json::Null => out.put(b"null"),
        Json::Bool(true) => out.put(b"true"),
        Json::Bool(false) => out.put(b"false"),
        Json::Number(number) => out.put(number.as_written().as_bytes()),
        Json::String(text) => write_string(text, out),
        Json::Array(items) => {
            out.put(b"[");
            for (index, item) in items.iter().enumerate() {
                separate(index, out);
                write(item, out);
            }
            out.put(b"]");
        }
        Json::Object(members) => {
            out.put(b"{");
            for (index, (key, value)) in members.iter().enumerate() {
                separate(index, out);
                write_string(key, out);
                out.put(b":");
                write(value, out);
            }
            out.put(b"}");
        }
    }
}

fn separate(index: usize, out: &mut Vec<u8>) {
    if index > 0 {
        out.put(b",");
    }
}
