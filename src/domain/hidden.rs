//! What stands for a value that policy hides: how it is written, and how whoever reads it knows it again.

use super::json::Json;

const DOTS: &str = "•••• (";

/// The sign for a hidden value of so many characters; by the fingerprint two are told apart.
pub fn mark(characters: usize, fingerprint: &str) -> String {
    format!("{DOTS}{characters} characters, #{fingerprint})")
}

/// Whether a value, or something in it, has the form of such a sign.
pub fn is_in(value: &Json) -> bool {
    match value {
        Json::String(text) => is_mark(text),
        Json::Array(items) => items.iter().any(is_in),
        Json::Object(members) => members.iter().any(|(_, member)| is_in(member)),
        _ => false,
    }
}

fn is_mark(text: &str) -> bool {
    let inner = text.strip_prefix(DOTS).and_then(|t| t.strip_suffix(')'));
    let parts = inner.and_then(|inner| inner.split_once(" characters, #"));
    parts.is_some_and(|(count, print)| {
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        count.parse::<usize>().is_ok() && print.len() == 8 && print.bytes().all(hex)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::json::{Limits, parse};

    #[test]
    fn a_mark_is_known_again_wherever_it_stands_and_nothing_else_is() {
        let there = |text: &str| is_in(&parse(text.as_bytes(), Limits::default()).unwrap());
        let sign = mark(16, "0a9f33c1");
        assert!(there(&format!(r#""{sign}""#)));
        assert!(there(&format!(
            r#"{{"card": [1, {{"number": "{sign}"}}]}}"#
        )));
        for other in [
            "•••• (16)",
            "•••• (x characters, #0a9f33c1)",
            "•••• (16 characters, #0A9F33C1)",
        ] {
            assert!(!there(&format!(r#"{{"card": "{other}"}}"#)), "{other}");
            assert!(
                !there(&format!(r#"{{"{sign}": 1}}"#)),
                "a key is never hidden"
            );
        }
    }
}
