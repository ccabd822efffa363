//! Every paragraph and list item of the semantics (01) has a test that names it.
//!
//! How they are named: a heading up to its colon is a section. In it
//! - a numbered item is `01 §Ladder.4`;
//! - what begins with bold words, an article aside, goes by them: `01 §Who reviews: Separation`, or
//!   `01 §Separation` where no heading and nothing else is called so; an item that begins with a word in code goes by
//!   it: `01 §record_owner`;
//! - the paragraphs without a name are `01 §Time`, `01 §Time ¶2` and so on.
//!
//! A test names what it is about in the comment right above it or in its text; several in one line may share the `01`:
//! `01 §Risk and §Edit`. Case and a plural *s* don't matter, and what follows after a colon that is no name is the
//! test's own words.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::layers::rust_files;

/// What has no test, and why: exactly that, neither less nor more.
const EXCEPTIONS: &[(&str, &str)] = &[("Semantics", "says how the page is to be read")];

/// A paragraph or a list item.
#[derive(Debug)]
struct Item {
    /// Its whole name, without the sign.
    address: String,
    /// What it is called besides.
    short: Option<String>,
    line: usize,
}

/// The items of the page, in its order.
fn items(page: &str) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    let (mut section, mut unnamed, mut inside) = (String::new(), 0, false);
    for (index, line) in page.lines().enumerate() {
        if let Some(heading) = line.strip_prefix('#') {
            let heading = heading.trim_start_matches('#').trim();
            section = heading.split(':').next().unwrap_or(heading).to_owned();
            (unnamed, inside) = (0, false);
            continue;
        }
        let item = line.strip_prefix("- ");
        let begins = item.is_some() || number(line).is_some();
        if line.trim().is_empty() || (inside && !begins) {
            inside = !line.trim().is_empty();
            continue;
        }
        inside = true;
        let name = name(item.unwrap_or(line));
        let (address, short) = match (number(line), name) {
            (Some(number), _) => (format!("{section}.{number}"), None),
            (None, Some(name)) => (format!("{section}: {name}"), Some(name)),
            (None, None) => {
                unnamed += 1;
                let address = match unnamed {
                    1 => section.clone(),
                    _ => format!("{section} ¶{unnamed}"),
                };
                (address, None)
            }
        };
        let line = index + 1;
        items.push(Item {
            address,
            short,
            line,
        });
    }
    let addresses: BTreeSet<String> = items.iter().map(|item| item.address.clone()).collect();
    let shorts: Vec<String> = items.iter().filter_map(|item| item.short.clone()).collect();
    for item in &mut items {
        let is_only_one = |short: &String| {
            !addresses.contains(short) && shorts.iter().filter(|other| *other == short).count() == 1
        };
        item.short = item.short.take().filter(is_only_one);
    }
    items
}

/// The number of a numbered item.
fn number(line: &str) -> Option<&str> {
    let (number, _) = line.split_once(". ")?;
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    digits.then_some(number)
}

/// The bold words or the word in code that a text begins with.
fn name(text: &str) -> Option<String> {
    let bold = text.strip_prefix("A ").unwrap_or(text).strip_prefix("**");
    if let Some((name, _)) = bold.and_then(|rest| rest.split_once("**")) {
        return Some(name.trim_end_matches('.').to_owned());
    }
    let (code, _) = text.strip_prefix('`')?.split_once('`')?;
    let word = code.split(':').next().unwrap_or(code);
    let is_word = word
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    // A paragraph that begins with a word in code is named by its section.
    (is_word && text.contains(": ") || code.contains(':')).then(|| word.to_owned())
}

/// The item that the text after a § names: of several the one with the longest name.
fn named<'i>(after: &str, items: &'i [Item]) -> Option<&'i Item> {
    let after = after.to_lowercase();
    let length = |name: &str| {
        let rest = after.strip_prefix(&name.to_lowercase())?;
        let rest = rest.strip_prefix('s').unwrap_or(rest);
        let digit = |rest: &str| rest.starts_with(|next: char| next.is_ascii_digit());
        let goes_on = rest.starts_with(|next: char| next.is_alphanumeric() || next == '_')
            || rest.starts_with(" ¶")
            || rest.strip_prefix('.').is_some_and(digit);
        (!goes_on).then_some(name.len())
    };
    let longest = |item: &'i Item| {
        let names = [Some(&item.address), item.short.as_ref()];
        let lengths = names.into_iter().flatten().filter_map(|name| length(name));
        Some((lengths.max()?, item))
    };
    let found = items.iter().filter_map(longest);
    found
        .max_by_key(|(length, _)| *length)
        .map(|(_, item)| item)
}

/// What stands after each § of a line that speaks of 01.
fn mentions(line: &str) -> impl Iterator<Item = &str> {
    let line = line.find("01 §").map_or("", |at| &line[at..]);
    line.match_indices('§')
        .map(|(at, sign)| &line[at + sign.len()..])
}

/// What tests name: in the comment right above one, or in its text.
fn named_by_tests(text: &str) -> Vec<&str> {
    let (mut named, mut above, mut in_tests) = (Vec::new(), Vec::new(), false);
    for line in text.lines().map(str::trim) {
        in_tests |= is_test(line);
        if line.starts_with("//!") {
            continue;
        }
        if let Some(comment) = line.strip_prefix("///") {
            above.extend(mentions(comment));
        } else if is_test(line) {
            named.append(&mut above);
        } else if !line.starts_with("#[") {
            above.clear();
            named.extend(mentions(line).filter(|_| in_tests));
        }
    }
    named
}

/// The mark of a test, or the head of a property that generated histories are held against.
fn is_test(line: &str) -> bool {
    let marked = line.starts_with("#[") && (line.ends_with("test]") || line.contains("::test("));
    marked || line.starts_with("fn ") && line.ends_with("-> TestCaseResult {")
}

/// The sources of the project, but for this file: its own tests name what there isn't.
fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = ["src", "tests"].map(|part| rust_files(&root.join(part)));
    let files = files.concat().into_iter();
    files
        .filter(|path| !path.ends_with(file!()))
        .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .collect()
}

fn page() -> Option<String> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let shared = std::env::var_os("SIGNOFF_SHARED").map_or_else(beside, PathBuf::from);
    fs::read_to_string(shared.join("design/01-semantics.md")).ok()
}

#[test]
fn every_paragraph_of_the_semantics_has_a_test_that_names_it() {
    let Some(page) = page() else {
        println!("SKIPPED: no semantics at hand (SIGNOFF_SHARED names their folder)");
        return;
    };
    let items = items(&page);
    let (mut tested, mut wrong) = (BTreeSet::new(), Vec::new());
    for (path, text) in sources() {
        for after in named_by_tests(&text) {
            match named(after, &items) {
                Some(item) => drop(tested.insert(&item.address)),
                None => {
                    let start: String = after.chars().take(40).collect();
                    wrong.push(format!(
                        "{} names §{start}, which 01 hasn't got",
                        path.display()
                    ));
                }
            }
        }
    }
    let excepted = |address: &str| EXCEPTIONS.iter().any(|(excepted, _)| *excepted == address);
    for item in &items {
        if !tested.contains(&item.address) && !excepted(&item.address) {
            wrong.push(format!(
                "no test names 01 §{} (line {})",
                item.address, item.line
            ));
        }
    }
    for (address, reason) in EXCEPTIONS {
        if items.iter().all(|item| item.address != *address) {
            wrong.push(format!("01 has no §{address}, which is excepted: {reason}"));
        } else if tested.contains(&(*address).to_owned()) {
            wrong.push(format!(
                "a test names 01 §{address}: it needs no exception any more"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_page_is_split_and_what_names_its_parts_is_found() {
    let page = "# Page\nWhat it\nis.\n\n## Ladder: how\n`ask(a)` goes\ndown.\n\n1. **Off** says no.\n2. Goes on.\n\n\
                More: words.\n**Claims.** Are so.\n\n**Claims.** Are so.\n\nA **good deed** is. \n\n## Time\n\
                `in` of it.\n- `record_owner`: who.\n- `user:ana`; one.\n- **Ladder** and **more**: x\n";
    let items = items(page);
    let all: Vec<&str> = items.iter().map(|item| item.address.as_str()).collect();
    assert_eq!(
        all,
        [
            "Page",
            "Ladder",
            "Ladder.1",
            "Ladder.2",
            "Ladder ¶2",
            "Ladder: Claims",
            "Ladder: good deed",
            "Time",
            "Time: record_owner",
            "Time: user",
            "Time: Ladder",
        ]
    );
    for (text, wanted) in [
        ("01 §Ladder.1: off", Some("Ladder.1")),
        ("01 §Ladder.12", None),
        ("01 §Ladder, too", Some("Ladder")),
        ("01 §Ladder: how it goes", Some("Ladder")),
        ("01 §Ladder ¶2", Some("Ladder ¶2")),
        ("01 §claims`", Some("Ladder: Claims")),
        ("01 §Good deeds", Some("Ladder: good deed")),
        ("01 §record_owner", Some("Time: record_owner")),
        ("01 §Time: Ladder", Some("Time: Ladder")),
        ("01 §Ladders", Some("Ladder")),
        ("01 §Timer", None),
    ] {
        let after = mentions(text).next().unwrap();
        let found = named(after, &items).map(|item| item.address.as_str());
        assert_eq!(found, wanted, "{text}");
    }
    let text = "//! 01 §Time\n/// 01 §Time\nfn none() {}\n/// 01 §Time,\n/// 01 §Ladder and §Claims\n\
                #[test]\nfn one() {\n    a(\"see 01 §Ladder.2\"); // §Time\n}\n";
    let named: Vec<&str> = named_by_tests(text)
        .into_iter()
        .map(|after| named(after, &items).unwrap().address.as_str())
        .collect();
    let wanted = ["Time", "Ladder", "Ladder: Claims", "Ladder.2", "Time"];
    assert_eq!(named, wanted);
}
