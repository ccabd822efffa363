//! JSON that goes where a terminal may show it.

use std::fmt::Write as _;

use super::safe;

/// The same JSON, with every character that a terminal could obey, hide or reorder written as an
/// escape. Such characters stand in strings only, where an escape means the same.
pub fn escaped_json(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if (c.is_ascii() && c != '\u{7f}') || is_plain(c) {
            text.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            write!(text, "\\u{unit:04x}").expect("writing to a string can't fail");
        }
    }
    text
}

fn is_plain(c: char) -> bool {
    let mut buffer = [0; 4];
    let text: &str = c.encode_utf8(&mut buffer);
    safe(text) == text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_stays_the_same_value_and_carries_nothing_that_a_terminal_obeys() {
        let hostile = "a\u{7f}\u{9b}31m\u{85}\u{1b}[2J ä 漢";
        let json = escaped_json(&serde_json::to_string(hostile).unwrap());
        assert!(!json.contains(char::is_control), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), hostile);
        assert!(json.contains("ä 漢"), "{json}");
    }
}
