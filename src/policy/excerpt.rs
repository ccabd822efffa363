//! The beginning of a text, found without looking at the rest of it.

/// The first `limit` characters of `text`, and whether there are more.
pub(super) fn beginning(text: &str, limit: usize) -> (&str, bool) {
    match text.char_indices().nth(limit) {
        Some((end, _)) => (&text[..end], true),
        None => (text, false),
    }
}
