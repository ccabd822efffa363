//! What is wrong with `config.toml`, and where: the line itself with the place marked under it.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

use unicode_width::UnicodeWidthStr;

use crate::domain::untrusted::safe;

/// Why the settings could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{} can't be read: {cause}; make it readable, or move it away to use the defaults", .path.display())]
    Unreadable {
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
    #[error("{0}")]
    Wrong(String),
}

/// A value that is well formed and makes no sense, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    pub span: Range<usize>,
    pub why: String,
}

impl Misfit {
    pub(super) fn at(self, path: &Path, text: &str) -> ConfigError {
        ConfigError::told(path, text, &self.why, Some(self.span))
    }
}

impl ConfigError {
    pub(super) fn wrong(path: &Path, text: &str, error: &toml::de::Error) -> Self {
        Self::told(path, text, &safe(error.message()), error.span())
    }

    fn told(path: &Path, text: &str, message: &str, span: Option<Range<usize>>) -> Self {
        let path = path.display();
        Self::Wrong(match span {
            Some(span) => {
                let place = Place::of(text, span);
                format!(
                    "{path}, line {}, column {}: {message}\n{}",
                    place.line,
                    place.column,
                    place.marked()
                )
            }
            None => format!("{path}: {message}"),
        })
    }
}

/// A stretch of one line, counted from 1.
struct Place<'a> {
    line: usize,
    column: usize,
    source: &'a str,
    before: &'a str,
    marked: &'a str,
}

impl<'a> Place<'a> {
    fn of(text: &'a str, span: Range<usize>) -> Self {
        let start = text.floor_char_boundary(span.start);
        let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let source = text[line_start..].lines().next().unwrap_or_default();
        let line_end = line_start + source.len();
        let start = start.min(line_end);
        let end = text.floor_char_boundary(span.end).clamp(start, line_end);
        let before = &text[line_start..start];
        Self {
            line: text[..line_start].matches('\n').count() + 1,
            column: before.chars().count() + 1,
            source,
            before,
            marked: &text[start..end],
        }
    }

    fn marked(&self) -> String {
        let number = self.line.to_string();
        let gutter = " ".repeat(number.len());
        let indent = " ".repeat(safe(self.before).width());
        let carets = "^".repeat(safe(self.marked).width().max(1));
        let mut text = format!("{gutter} |\n");
        write!(
            text,
            "{number} | {}\n{gutter} | {indent}{carets}",
            safe(self.source)
        )
        .expect("writing to a string can't fail");
        text
    }
}
