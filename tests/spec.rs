//! Each paragraph and item of the semantics (01) has a test that names it, as `01 §Edit` or
//! `01 §Ladder.4`, in the comment right above it. Those that have none yet are listed here, with what is
//! missing; giving one its test means taking it off the list.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::layers::rust_files;

/// What is there without a test.
const UNTESTED: [(&str, &str); 0] = [];

#[test]
fn every_paragraph_of_the_semantics_is_named_by_a_test() {
    let Some(text) = semantics() else {
        println!("SKIPPED: the semantics aren't at hand (SIGNOFF_SHARED names their folder)");
        return;
    };
    let paragraphs = paragraphs(&text);
    assert!(
        paragraphs.contains("Ladder.7") && paragraphs.contains("Edit"),
        "{paragraphs:?}"
    );
    let named = named_by_tests();
    let untested: BTreeSet<&str> = paragraphs
        .iter()
        .map(String::as_str)
        .filter(|paragraph| !named.contains(*paragraph))
        .collect();
    let expected = UNTESTED.map(|(paragraph, _)| paragraph).into();
    assert_eq!(untested, expected, "left: without a test; right: as listed");
}

fn semantics() -> Option<String> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let shared = std::env::var_os("SIGNOFF_SHARED").map_or_else(beside, PathBuf::from);
    std::fs::read_to_string(shared.join("design/01-semantics.md")).ok()
}

/// The names of all that can be cited: sections by their first word, numbered items as `Ladder.4`, and
/// what begins with a bold word by that word.
fn paragraphs(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut section = "";
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            section = first_word(heading);
            found.insert(section.to_owned());
        } else if let Some((number, _)) = line
            .split_once(". ")
            .filter(|(number, _)| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
        {
            found.insert(format!("{section}.{number}"));
        } else if let Some(bold) = bold_beginning(line) {
            let word = first_word(bold);
            let mut letters = word.chars();
            if let Some(first) = letters.next() {
                found.insert(first.to_uppercase().chain(letters).collect());
            }
        }
    }
    found
}

fn bold_beginning(line: &str) -> Option<&str> {
    let line = line.strip_prefix("- ").unwrap_or(line);
    line.strip_prefix("A ").unwrap_or(line).strip_prefix("**")
}

fn first_word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric());
    &text[..end.unwrap_or(text.len())]
}

/// What the comments above tests cite.
fn named_by_tests() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut named = BTreeSet::new();
    for file in ["src", "tests"]
        .map(|part| rust_files(&root.join(part)))
        .concat()
    {
        let text = std::fs::read_to_string(file).unwrap();
        let mut cited = Vec::new();
        for line in text.lines().map(str::trim) {
            if let Some(comment) = line.strip_prefix("///") {
                cited.extend(citations(comment));
            } else if is_test(line) {
                named.extend(cited.drain(..));
            } else if !line.starts_with("#[") {
                cited.clear();
            }
        }
    }
    named
}

/// The mark of a test, or the head of a property that a generated history is held against.
fn is_test(line: &str) -> bool {
    let marked = line.starts_with("#[") && (line.ends_with("test]") || line.contains("::test("));
    marked || line.starts_with("fn ") && line.ends_with("-> TestCaseResult {")
}

fn citations(comment: &str) -> Vec<String> {
    if !comment.contains("01 §") {
        return Vec::new();
    }
    comment
        .split('§')
        .skip(1)
        .map(|rest| {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '.');
            rest[..end.unwrap_or(rest.len())]
                .trim_end_matches('.')
                .to_owned()
        })
        .collect()
}
