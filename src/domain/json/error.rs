//! Why a text was refused: what, where, and what to send instead.

use std::fmt;

/// A text that isn't acceptable JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    /// RFC 6901 pointer to the innermost value that was being read, empty for the whole text.
    pub pointer: String,
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
    pub kind: JsonErrorKind,
}

/// What is wrong with the text. Its message holds no text of the sender but digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonErrorKind {
    #[error("the text ends before its value is complete")]
    UnexpectedEnd,
    #[error("a byte that isn't UTF-8; send the text encoded as UTF-8")]
    NotUtf8,
    #[error("a byte order mark; send the text without it")]
    ByteOrderMark,
    #[error("expected {0}")]
    Expected(&'static str),
    #[error("more text after the value; send exactly one JSON value")]
    TrailingText,
    #[error("nested deeper than {0} levels; flatten the value")]
    TooDeep(usize),
    #[error("more than {0} members and elements in all; send fewer, or a reference to the data")]
    TooManyMembers(usize),
    #[error("this key occurs twice in its object; send it once")]
    DuplicateKey,
    #[error("U+0000 in a string; leave it out")]
    Nul,
    #[error("a control character (U+{:04X}) in a string; write it as an escape", u32::from(*.0))]
    ControlCharacter(u8),
    #[error(
        "an unknown escape; known are \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four hex digits"
    )]
    UnknownEscape,
    #[error("half of a surrogate pair; write the character itself or both halves")]
    LoneSurrogate,
    #[error("NaN and Infinity aren't JSON; send null or a string")]
    NotFinite,
    #[error(transparent)]
    Number(#[from] super::NumberError),
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)?;
        if !self.pointer.is_empty() {
            write!(f, " (at {})", Shown(&self.pointer))?;
        }
        write!(f, ": {}", self.kind)
    }
}

impl std::error::Error for JsonError {}

/// A pointer is made of the sender's keys: shown without anything that could move a cursor or hide, and not at length.
struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 120;
        let cut = self.0.char_indices().nth(LONGEST).map(|(at, _)| at);
        write!(
            f,
            "{}",
            self.0[..cut.unwrap_or(self.0.len())].escape_debug()
        )?;
        if cut.is_some() {
            f.write_str("…")
        } else {
            Ok(())
        }
    }
}
