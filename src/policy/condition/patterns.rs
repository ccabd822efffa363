//! The patterns of `matches()`: read once, when the condition is, and bounded in size. Matching takes time
//! in proportion to the text and, at worst, to the size of the pattern, whatever both hold.
//!
//! CEL's patterns are RE2's, in which `\w`, `\d`, `\s` and `\b` mean ASCII.

use std::collections::BTreeMap;
use std::sync::Arc;

use cel::extractors::This;
use cel::{Context, ExecutionError};
use regex::{Regex, RegexBuilder};

use super::language::MATCHES;

/// The sizes in bytes that a compiled pattern is measured with, and the work of matching 32 bytes of text
/// with one so large where the text is made for it. The last is the largest there may be.
const SIZES: [(usize, u64); 3] = [(4 << 10, 75), (16 << 10, 300), (64 << 10, 1_200)];

/// A pattern, and the work of matching 32 bytes of text with it.
#[derive(Debug, Clone)]
struct Pattern {
    regex: Regex,
    work: u64,
}

/// The patterns of one condition, by their text.
#[derive(Debug, Clone, Default)]
pub(super) struct Patterns(BTreeMap<String, Pattern>);

impl Patterns {
    /// Reads a pattern; says what is wrong with it.
    pub(super) fn add(&mut self, text: &str) -> Result<(), String> {
        if self.0.contains_key(text) {
            return Ok(());
        }
        let in_ascii = in_ascii(text);
        let mut wrong = String::new();
        for (size, work) in SIZES {
            let read = RegexBuilder::new(&in_ascii)
                .size_limit(size)
                .dfa_size_limit(1 << 20)
                .nest_limit(32)
                .build();
            match read {
                Ok(regex) => {
                    self.0.insert(text.to_owned(), Pattern { regex, work });
                    return Ok(());
                }
                Err(regex::Error::CompiledTooBig(_)) => {
                    wrong = "the pattern is too large; write a simpler one".to_owned();
                }
                Err(error) => return Err(format!("the pattern is not understood: {error}")),
            }
        }
        Err(wrong)
    }

    /// The work of matching 32 bytes of text with a pattern.
    pub(super) fn work(&self, text: &str) -> u64 {
        let (_, most) = SIZES[SIZES.len() - 1];
        self.0.get(text).map_or(most, |pattern| pattern.work)
    }

    /// Gives a context the function `matches`, which knows these patterns and no others.
    pub(super) fn bind(self: &Arc<Self>, context: &mut Context<'_, '_>) {
        if self.0.is_empty() {
            return;
        }
        let patterns = Arc::clone(self);
        let matches = move |This(text): This<Arc<String>>, pattern: Arc<String>| {
            let known = patterns.0.get(pattern.as_str());
            known
                .map(|pattern| pattern.regex.is_match(&text))
                .ok_or_else(|| ExecutionError::function_error(MATCHES, "the pattern isn't known"))
        };
        context
            .add_function(MATCHES, matches)
            .expect("no function of CEL is called so while its own is left out");
    }
}

/// A pattern in which the classes that RE2 takes for ASCII are written as such.
fn in_ascii(pattern: &str) -> String {
    let mut written = String::with_capacity(pattern.len());
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            written.push(character);
            continue;
        }
        match characters.next() {
            Some('d') => written.push_str("[0-9]"),
            Some('D') => written.push_str("[^0-9]"),
            Some('w') => written.push_str("[0-9A-Za-z_]"),
            Some('W') => written.push_str("[^0-9A-Za-z_]"),
            Some('s') => written.push_str(r"[\t\n\f\r ]"),
            Some('S') => written.push_str(r"[^\t\n\f\r ]"),
            Some('b') => written.push_str(r"(?-u:\b)"),
            other => {
                written.push('\\');
                written.extend(other);
            }
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_mean_ascii_as_in_re2() {
        let matches = |pattern: &str, text: &str| {
            let mut patterns = Patterns::default();
            patterns.add(pattern).unwrap();
            patterns.0[pattern].regex.is_match(text)
        };
        for (pattern, text, expected) in [
            (r"^\w+$", "abc_1", true),
            (r"^\w+$", "é", false),
            (r"^[\w.-]+$", "a.b-c", true),
            (r"^[^\W\d]+$", "abc", true),
            (r"^[^\W\d]+$", "ab1", false),
            (r"^\d+$", "٣", false),
            (r"^\D$", "é", true),
            (r"^\s$", "\u{a0}", false),
            (r"^\S$", "\u{a0}", true),
            (r"\bpay\b", "please pay now", true),
            (r"\bpay\b", "repayment", false),
            (r"^\\w$", r"\w", true),
            (r"^\.$", ".", true),
            ("^.$", "é", true),
            ("(?i)^É$", "é", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
