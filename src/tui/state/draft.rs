//! Parameters as a text for an editor: one member a line, numbers with their digits, and nothing in it
//! that a terminal or an editor would obey.

use crate::domain::json::Json;
use crate::domain::untrusted::Untrusted;

/// The value over as many lines as it has members.
pub fn pretty(value: &Json) -> String {
    let mut out = String::new();
    write(value, 0, &mut out);
    out.push('\n');
    out
}

fn write(value: &Json, depth: usize, out: &mut String) {
    match value {
        Json::Array(items) if !items.is_empty() => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                next_line(index > 0, depth + 1, out);
                write(item, depth + 1, out);
            }
            next_line(false, depth, out);
            out.push(']');
        }
        Json::Object(members) if !members.is_empty() => {
            out.push('{');
            for (index, (key, value)) in members.iter().enumerate() {
                next_line(index > 0, depth + 1, out);
                string(key, out);
                out.push_str(": ");
                write(value, depth + 1, out);
            }
            next_line(false, depth, out);
            out.push('}');
        }
        Json::String(text) => string(text, out),
        scalar => out.push_str(&scalar.to_text()),
    }
}

fn next_line(comma: bool, depth: usize, out: &mut String) {
    if comma {
        out.push(',');
    }
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
}

/// What can't be seen, or would turn the text around it, stands there as an escape; and so does the colon
/// that would make an editor read its settings from the text.
fn string(text: &str, out: &mut String) {
    let plain = Untrusted::from(text).report().is_empty();
    out.push('"');
    for (at, char) in text.char_indices() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            char if char.is_control() || !plain && hides(char) => escape(char, out),
            ':' if sets_options(&text[..at]) => escape(char, out),
            char => out.push(char),
        }
    }
    out.push('"');
}

fn hides(char: char) -> bool {
    !char.is_ascii() && !Untrusted::from(char.to_string()).report().is_empty()
}

/// Whether a colon here would end the `vim` of a mode line, with or without a version.
fn sets_options(before: &str) -> bool {
    let name = before.trim_end_matches(|c: char| c.is_ascii_digit() || "<=>".contains(c));
    ["vi", "vim", "Vim", "ex"]
        .iter()
        .any(|editor| name.ends_with(editor))
}

fn escape(char: char, out: &mut String) {
    for unit in char.encode_utf16(&mut [0; 2]) {
        out.push_str(&format!("\\u{unit:04x}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::json::{Limits, canonical, parse};

    #[test]
    fn the_text_means_what_was_asked_and_holds_nothing_hidden() {
        let sent = "{\"a\": 1.10, \"b\": [], \"c\": [1E+5, {\"\": null}], \"t\": \
                    \"\\u001b[2J\\u009b31m\\u202Etxt\\u200b é\\\"\\\\\\n vim: set x: \u{1F468}\u{200D}\u{1F4BB}\"}";
        let tree = parse(sent.as_bytes(), Limits::default()).unwrap();
        let text = pretty(&tree);
        assert_eq!(
            text,
            "{\n  \"a\": 1.10,\n  \"b\": [],\n  \"c\": [\n    1E+5,\n    {\n      \"\": null\n    }\n  ],\n  \
             \"t\": \"\\u001b[2J\\u009b31m\\u202etxt\\u200b é\\\"\\\\\\n vim\\u003a set x: \
             \u{1F468}\\u200d\u{1F4BB}\"\n}\n"
        );
        let again = parse(text.trim().as_bytes(), Limits::default()).unwrap();
        assert_eq!(canonical(&again), canonical(&tree));
    }
}
