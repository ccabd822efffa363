//! Hosts that aren't what they look like: names beyond ASCII, with the name that a computer looks up.

use crate::domain::recipient::a_label;
use crate::domain::untrusted::safe;

/// Hosts named at most; with more the warning says how many.
const NAMED: usize = 3;

/// A line for each host in a text whose name goes beyond ASCII, safe to show.
pub fn disguised(text: &str) -> Vec<String> {
    let mut found: Vec<(String, String)> = Vec::new();
    for word in text.split(|char: char| !(char.is_alphanumeric() || matches!(char, '.' | '-'))) {
        let host = word.trim_matches(['.', '-']);
        if host.is_ascii() || !is_like_a_host(host) {
            continue;
        }
        let known = found.iter().any(|(had, _)| had == host);
        if let Some(label) = a_label(host).filter(|_| !known) {
            found.push((host.to_owned(), label));
        }
    }
    let more = found.len().saturating_sub(NAMED);
    let named = found.into_iter().take(NAMED);
    let mut lines: Vec<String> = named
        .map(|(host, label)| format!("the host {} is {label}", safe(&host)))
        .collect();
    if more > 0 {
        lines.push(format!("{more} more hosts beyond ASCII"));
    }
    lines
}

/// Two labels at least, and the last one written like those of the root: a sentence that goes on after its
/// full stop without a blank is no host.
fn is_like_a_host(word: &str) -> bool {
    match word.rsplit_once('.') {
        Some((rest, last)) => {
            !rest.is_empty() && last.len() > 1 && last.bytes().all(|b| b.is_ascii_lowercase())
        }
        None => false,
    }
}
