//! Hosts that aren't what they look like: names beyond ASCII, with the name that a computer looks up.

use std::collections::HashSet;

use crate::domain::recipient::a_label;
use crate::domain::untrusted::safe;

/// Hosts named at most; with more the warning says how many.
const NAMED: usize = 3;

/// A line for each host in a text whose name goes beyond ASCII, safe to show. A text that is full of
/// them costs no more than one look at each of its words.
pub fn disguised(text: &str) -> Vec<String> {
    let words = text.split(|char: char| !(char.is_alphanumeric() || matches!(char, '.' | '-')));
    let mut seen = HashSet::new();
    let mut hosts = words
        .map(|word| word.trim_matches(['.', '-']))
        .filter(|word| !word.is_ascii() && is_like_a_host(word) && seen.insert(*word));
    let mut lines = Vec::new();
    while lines.len() < NAMED {
        let Some(host) = hosts.next() else {
            return lines;
        };
        lines.extend(a_label(host).map(|label| format!("the host {} is {label}", safe(host))));
    }
    let more = hosts.count();
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
