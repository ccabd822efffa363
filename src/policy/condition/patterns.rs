//! The patterns of `matches()`: read once, when the condition is, and bounded in size. Matching takes time
//! in proportion to the text and to the size of the pattern, whatever both hold.

use std::collections::BTreeMap;
use std::sync::Arc;

use cel::extractors::This;
use cel::{Context, ExecutionError};
use regex::{Regex, RegexBuilder};

use super::language::MATCHES;

/// The sizes in bytes that a compiled pattern is measured with; the last is the largest there may be.
const SIZES: [usize; 4] = [4 << 10, 16 << 10, 64 << 10, 256 << 10];

/// A pattern and how large it is.
#[derive(Debug, Clone)]
struct Pattern {
    regex: Regex,
    kilobytes: u64,
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
        let mut wrong = String::new();
        for size in SIZES {
            let read = RegexBuilder::new(text)
                .size_limit(size)
                .dfa_size_limit(1 << 20)
                .nest_limit(32)
                .build();
            match read {
                Ok(regex) => {
                    let kilobytes = (size >> 10) as u64;
                    self.0.insert(text.to_owned(), Pattern { regex, kilobytes });
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

    /// How many kilobytes a pattern is.
    pub(super) fn kilobytes(&self, text: &str) -> u64 {
        let largest = (SIZES[SIZES.len() - 1] >> 10) as u64;
        self.0
            .get(text)
            .map_or(largest, |pattern| pattern.kilobytes)
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
