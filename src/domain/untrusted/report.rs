//! What is suspicious about a text, counted, for the header above it. Text that people write in their
//! own language, with its accents, joiners, emoji and tabs, raises nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::chars::{Class, class};
use super::disguise::disguises;
use super::layout::{name, plural};
use super::units::{Unit, Units};

/// Names that one line of the summary spells out.
const NAMES: usize = 4;

/// Characters of a word that are enough to recognise it.
const WORD: usize = 40;

/// What a text hides, by class, and the words it spells with letters that look like others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Suspicions {
    hidden: BTreeMap<(Class, char), usize>,
    piled_marks: usize,
    mixed_words: BTreeSet<String>,
    look_alikes: BTreeSet<String>,
    letters: BTreeSet<char>,
}

impl Suspicions {
    pub(super) fn of(text: &str) -> Self {
        // Most texts are names and addresses, in which nothing can hide.
        match text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            true => Self::default(),
            false => Self::found_in(text),
        }
    }

    fn found_in(text: &str) -> Self {
        let mut found = Suspicions::default();
        for unit in Units::new(text, usize::MAX) {
            match unit {
                Unit::Named(c) => found.count_hidden(c),
                Unit::Tags(tags) => tags.chars().for_each(|c| found.count_hidden(c)),
                Unit::MoreMarks(n) => found.piled_marks += n,
                _ => {}
            }
        }
        let disguises = disguises(text);
        let short = |words: BTreeSet<String>| words.iter().map(|word| shortened(word)).collect();
        found.mixed_words = short(disguises.mixed);
        found.look_alikes = short(disguises.look_alike);
        found.letters = disguises.letters;
        found
    }

    fn count_hidden(&mut self, c: char) {
        if let Some(class) = class(c) {
            *self.hidden.entry((class, c)).or_default() += 1;
        }
    }

    pub fn is_empty(&self) -> bool {
        self.hidden.is_empty()
            && self.piled_marks == 0
            && self.mixed_words.is_empty()
            && self.look_alikes.is_empty()
    }

    /// How many characters of a class the text holds.
    pub fn count(&self, class: Class) -> usize {
        self.hidden
            .iter()
            .filter(|((of, _), _)| *of == class)
            .map(|(_, n)| n)
            .sum()
    }

    /// Combining marks beyond those that a base may carry.
    pub fn piled_marks(&self) -> usize {
        self.piled_marks
    }

    /// The words that mix alphabets, each once, shortened and safe to show.
    pub fn mixed_words(&self) -> impl Iterator<Item = &str> {
        self.mixed_words.iter().map(String::as_str)
    }

    /// A line for each kind of finding, safe to show: `3 hidden characters: U+202E, U+2066`.
    pub fn summary(&self) -> Vec<String> {
        let control = |class: Class| class == Class::Control;
        let mut lines = Vec::new();
        lines.extend(self.characters("control", control));
        lines.extend(self.characters("hidden", |class| !control(class)));
        if self.piled_marks > 0 {
            lines.push(format!(
                "{} piled up",
                plural(self.piled_marks, "combining mark")
            ));
        }
        if !self.mixed_words.is_empty() {
            let count = plural(self.mixed_words.len(), "word");
            lines.push(format!(
                "{count} in mixed alphabets: {}",
                listed(self.mixed_words.iter().cloned())
            ));
        }
        if !self.look_alikes.is_empty() {
            let count = plural(self.look_alikes.len(), "word");
            let letters = self
                .letters
                .iter()
                .map(|c| format!("U+{:04X}", u32::from(*c)));
            lines.push(format!(
                "{count} with look-alike letters ({}): {}",
                listed(letters),
                listed(self.look_alikes.iter().cloned())
            ));
        }
        lines
    }

    fn characters(&self, adjective: &str, of: impl Fn(Class) -> bool) -> Option<String> {
        let found = || self.hidden.iter().filter(|((class, _), _)| of(*class));
        let total = found().map(|(_, n)| n).sum();
        let names = found().map(|((_, c), _)| name(*c).trim_matches(['<', '>']).to_owned());
        (total > 0).then(|| {
            format!(
                "{}: {}",
                plural(total, &format!("{adjective} character")),
                listed(names)
            )
        })
    }
}

fn listed(names: impl Iterator<Item = String>) -> String {
    let mut names: Vec<String> = names.collect();
    if names.len() > NAMES {
        names.truncate(NAMES);
        names.push("…".to_owned());
    }
    names.join(", ")
}

fn shortened(word: &str) -> String {
    let end = word
        .char_indices()
        .nth(WORD)
        .map_or(word.len(), |(at, _)| at);
    let ellipsis = if end < word.len() { "…" } else { "" };
    super::safe(&word[..end]) + ellipsis
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn printable_ascii_is_told_from_the_rest_at_a_glance(text in "[ -~]{0,40}|[\0-\x7F]{0,6}") {
            prop_assert_eq!(Suspicions::of(&text), Suspicions::found_in(&text));
        }
    }
}
