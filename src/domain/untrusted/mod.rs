//! Text from agents, and the only ways to show it.
//!
//! Everything that an agent sends is an [`Untrusted`]. It can't be printed: there is no `Display`, no
//! `Deref`. What comes out of the forms below contains no character that a terminal obeys, hides or
//! reorders; each such character is replaced by a visible sign, never deleted. `chars` says which
//! characters those are, `units` cuts the text up, `layout`, `wrap` and `plain` put the units together;
//! `disguise` finds the words that aren't what they look like.

mod chars;
mod disguise;
mod json;
mod layout;
mod plain;
mod report;
#[cfg(test)]
mod tests;
mod turkic;
mod units;
mod wrap;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use chars::Class;
pub use json::escaped_json;
pub use layout::{Line, Piece, Shown};
pub use report::Suspicions;

/// Text that an agent wrote. It serialises as it is, since the wire and the digest need it exactly, and
/// shows itself only through the forms below.
///
/// ```
/// # use signoff::domain::untrusted::Untrusted;
/// let file = Untrusted::from("invoice\u{202E}fdp.exe");
/// assert_eq!(file.plain_line(), "invoice<U+202E>fdp.exe");
/// assert_eq!(file.report().summary(), ["1 hidden character: U+202E"]);
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Untrusted(String);

impl Untrusted {
    /// The longest free text that anybody may say, in characters.
    pub const LONGEST: usize = 4_096;

    /// The text exactly as it was sent: for execution, digests, storage and editors, **never** for a
    /// screen, a log or a message.
    pub fn raw_for_execution(&self) -> &str {
        &self.0
    }

    /// Whether the agent sent no text at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Length in bytes, as sent.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The beginning of the text on one line of at most `max_width` columns. The work depends on
    /// `max_width`, not on the length of the text.
    pub fn one_line(&self, max_width: usize) -> Shown {
        layout::one_line(&self.0, max_width)
    }

    /// The whole text in lines of at most `width` columns (two at least), broken between words.
    pub fn lines(&self, width: usize) -> Vec<Line> {
        wrap::lines(&self.0, width)
    }

    /// The same in as many lines, but none of them leaves a word or two alone below the others: where one
    /// would, they are broken evenly.
    pub fn even_lines(&self, width: usize) -> Vec<Line> {
        wrap::even_lines(&self.0, width)
    }

    /// The whole text in lines as the agent ended them, for the command line.
    pub fn plain(&self) -> String {
        plain::plain(&self.0)
    }

    /// The whole text on one line, for logs and messages.
    pub fn plain_line(&self) -> String {
        plain::plain_line(&self.0)
    }

    /// The whole text as one quoted field of a CSV file (RFC 4180) that no spreadsheet takes for a
    /// formula.
    pub fn csv_field(&self) -> String {
        plain::csv_field(&self.0)
    }

    /// What the text hides. Reads all of it: once per text, not once per draw.
    pub fn report(&self) -> Suspicions {
        Suspicions::of(&self.0)
    }
}

/// Any text on one line, safe to print: for text that reaches an error message without its type.
pub fn safe(text: &str) -> String {
    plain::plain_line(text)
}

/// Text of ours, safe to print, in which names from elsewhere may already stand in their visible form.
pub fn still_safe(text: &str) -> String {
    plain::still_plain(text)
}

impl From<String> for Untrusted {
    fn from(text: String) -> Self {
        Untrusted(text)
    }
}

impl From<&str> for Untrusted {
    fn from(text: &str) -> Self {
        Untrusted(text.to_owned())
    }
}

/// Shows the visible form, as panics and failed assertions print it.
impl fmt::Debug for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Untrusted(\"{}\")", self.plain_line())
    }
}
