//! Whether a database is what it was when it was written: what is looked at, and what is found.

use std::fmt;

use crate::domain::merkle::Hash;

/// Findings beyond this are counted, not kept.
const MOST: usize = 50;

/// What an examination saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// How many entries the log has.
    pub size: u64,
    /// The root hash of the tree over them, as they stand there.
    pub root: Hash,
    /// The root hash over as many entries as were asked for; nothing when there are fewer.
    pub root_then: Option<Hash>,
    /// Whether the tables could be compared with the log.
    pub replayed: bool,
    pub findings: Findings,
}

/// Something that isn't as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The entry of the log, the row, or the file.
    pub place: String,
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// What was found, in the order of the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    kept: Vec<Finding>,
    more: u64,
}

impl Findings {
    /// Whether everything is as it was written.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Keeps one, or counts it.
    pub fn add(&mut self, place: impl Into<String>, what: impl Into<String>) {
        if self.kept.len() < MOST {
            self.kept.push(Finding {
                place: place.into(),
                what: what.into(),
            });
        } else {
            self.more += 1;
        }
    }

    /// The first of them.
    pub fn kept(&self) -> &[Finding] {
        &self.kept
    }

    /// How many there are besides those.
    pub fn more(&self) -> u64 {
        self.more
    }
}
