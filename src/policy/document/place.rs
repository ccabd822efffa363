//! Where in a document something stands, for whoever has to find it.

use std::collections::BTreeMap;
use std::fmt;

/// A place in a text: line and column, in characters, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// The beginnings of a text's lines, so that many places in it are found without reading it again.
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let after_newlines = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            text,
            starts: std::iter::once(0).chain(after_newlines).collect(),
        }
    }

    /// The place of the byte at `offset`.
    pub(super) fn place(&self, offset: usize) -> Place {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts[line - 1];
        Place {
            line,
            column: self.text[start..offset].chars().count() + 1,
        }
    }
}

/// The kinds of section that a document repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Mode,
    Capability,
    Rule,
    Trusted,
    Risk,
}

impl Kind {
    /// The key that its sections stand under.
    pub const fn key(self) -> &'static str {
        match self {
            Kind::Mode => "mode",
            Kind::Capability => "capability",
            Kind::Rule => "rule",
            Kind::Trusted => "trusted",
            Kind::Risk => "risk",
        }
    }
}

/// Where the parts of a policy stand in the document that it was read from. A policy that wasn't read
/// from one has no places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// By the kind of section, its number in the order written, and the key; the section itself has the
    /// empty key. What stands outside of any is under no kind.
    places: BTreeMap<(Option<Kind>, usize), BTreeMap<String, Place>>,
}

impl Places {
    pub(super) fn note(&mut self, section: (Option<Kind>, usize), key: &str, place: Place) {
        let keys = self.places.entry(section).or_default();
        keys.insert(key.to_owned(), place);
    }

    /// Where a key of a section stands; where it isn't written, where the section begins.
    pub fn of(&self, kind: Option<Kind>, number: usize, key: &str) -> Place {
        let top = Place { line: 1, column: 1 };
        let keys = self.places.get(&(kind, number));
        keys.and_then(|keys| keys.get(key).or_else(|| keys.get("")))
            .copied()
            .unwrap_or(top)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_and_characters_from_one() {
        let lines = Lines::of("a\nbü = 1\n\nc");
        let at = |offset| {
            let place = lines.place(offset);
            (place.line, place.column)
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(1), (1, 2));
        assert_eq!(at(2), (2, 1));
        assert_eq!(at(4), (2, 2), "in the middle of a character");
        assert_eq!(at(5), (2, 3));
        assert_eq!(at(10), (3, 1));
        assert_eq!(at(11), (4, 1));
        assert_eq!(at(1000), (4, 2));
    }
}
