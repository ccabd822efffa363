//! How large a document and its parts may be: far beyond any that a person writes, and small enough that
//! reading one costs next to nothing.

use crate::domain::time::Span;

/// Bytes of the whole document.
pub const DOCUMENT: usize = 1024 * 1024;
/// Sections of each kind.
pub const SECTIONS: usize = 10_000;
/// Entries of a list.
pub(super) const LIST: usize = 1_000;
/// Characters of a glob.
pub(super) const GLOB: usize = 128;
/// Characters of a name.
pub(super) const NAME: usize = 200;
/// Characters of a text that is shown to a reviewer.
pub(super) const SHOWN: usize = 2_000;
/// Bytes of anything else that is written as a text.
pub(super) const TEXT: usize = 1_024;
/// Different people who may be asked for.
pub(super) const APPROVALS: u64 = 100;
/// A hundred years.
pub(super) const LONGEST: Span = Span::from_hours(24 * 36_525);

/// The beginning of a text, of at most so many characters.
pub(super) fn cut(text: &str, characters: usize) -> &str {
    let end = text
        .char_indices()
        .nth(characters)
        .map_or(text.len(), |(at, _)| at);
    &text[..end]
}
