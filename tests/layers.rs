//! The house plan: which part may know of which. Read from the `use crate::` lines, so that a short cut
//! through a wall is seen the day it is made.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Each part, and the parts that it may use besides itself.
const MAY_USE: [(&str, &[&str]); 10] = [
    ("domain", &[]),
    ("policy", &["domain"]),
    ("store", &["domain"]),
    ("gate", &["domain", "policy", "store"]),
    ("api", &["domain"]),
    ("client", &["api", "domain"]),
    ("server", &["api", "domain", "gate", "store"]),
    ("tui", &["api", "client", "domain"]),
    ("config", &["domain", "store"]),
    (
        "cli",
        &[
            "api", "client", "config", "domain", "gate", "server", "store", "tui",
        ],
    ),
];

#[test]
fn every_part_uses_only_what_it_may() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let rules: BTreeMap<_, _> = MAY_USE.into_iter().collect();
    let mut breaches = Vec::new();
    for (part, allowed) in &rules {
        for file in rust_files(&source.join(part)) {
            if only_for_tests(&file) {
                continue;
            }
            let text = fs::read_to_string(&file).unwrap();
            for used in used_parts(without_tests(&text)) {
                if used != *part && !allowed.contains(&used) {
                    breaches.push(format!("{} uses {used}", file.display()));
                }
            }
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn every_folder_has_a_rule() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in fs::read_dir(source).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            assert!(
                MAY_USE.iter().any(|(part, _)| *part == name),
                "{name} has no rule in this test"
            );
        }
    }
}

pub fn rust_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files
}

/// Files that are compiled for tests alone: whole modules of them, and what they share.
fn only_for_tests(path: &Path) -> bool {
    let name = path
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default();
    let in_folder = |folder: &str| path.components().any(|part| part.as_os_str() == folder);
    matches!(name, "tests" | "sample" | "fixtures") || in_folder("tests") || in_folder("sample")
}

#[test]
fn a_way_through_a_wall_is_seen_wherever_it_stands_in_a_file() {
    let text = "#[cfg(test)]\nmod sample;\n\nuse crate::gate::Gate;\n\n#[cfg(test)]\nmod tests {\n    use crate::cli;\n}\n";
    assert_eq!(
        used_parts(without_tests(text)).collect::<Vec<_>>(),
        ["gate"]
    );
}

fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or(text)
}

fn used_parts(text: &str) -> impl Iterator<Item = &str> {
    text.split("crate::").skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        &rest[..end.unwrap_or(rest.len())]
    })
}
