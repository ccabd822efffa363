//! What is wrong with a document, each fault with its place.

use std::fmt;

use super::place::Place;

/// So many faults are shown; whoever made more will find the rest when these are gone.
const SHOWN: usize = 20;

/// One thing that is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub place: Place,
    /// The section it is in, as a person finds it: `[[rule]] “Outbound e-mail”`.
    pub section: Option<String>,
    /// What is wrong and what would be right; safe to print.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.place)?;
        if let Some(section) = &self.section {
            write!(f, "{section}: ")?;
        }
        f.write_str(&self.message)
    }
}

/// Why a document is no policy: at least one fault, in the order of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadPolicy {
    faults: Vec<Fault>,
}

impl BadPolicy {
    /// Those faults, if there are any.
    pub(super) fn of(mut faults: Vec<Fault>) -> Option<Self> {
        faults.sort_by_key(|fault| fault.place);
        (!faults.is_empty()).then_some(Self { faults })
    }

    /// Every fault, in the order of the text.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }
}

impl fmt::Display for BadPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.faults.iter().take(SHOWN).enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{fault}")?;
        }
        match self.faults.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}

impl std::error::Error for BadPolicy {}
