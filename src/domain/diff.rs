//! What is another in one JSON value than in another, field by field. Values are compared by what they
//! mean, so that another way to write the same number is no change.

use super::json::{Json, canonical};
use super::untrusted::Untrusted;

/// A field that is another now.
#[derive(Debug, PartialEq)]
pub struct Change<'a> {
    /// Where it is, like `to[0]` or `headers.x-kind`; empty for the whole.
    pub path: Untrusted,
    pub was: Option<&'a Json>,
    pub is: Option<&'a Json>,
}

/// Every field that differs, in the order of the value that was.
pub fn diff<'a>(was: &'a Json, is: &'a Json) -> Vec<Change<'a>> {
    let mut changes = Vec::new();
    compare(String::new(), Some(was), Some(is), &mut changes);
    changes
}

fn compare<'a>(
    path: String,
    was: Option<&'a Json>,
    is: Option<&'a Json>,
    changes: &mut Vec<Change<'a>>,
) {
    match (was, is) {
        (Some(Json::Object(old)), Some(Json::Object(new))) => {
            let added = new
                .iter()
                .filter(|(key, _)| old.iter().all(|(k, _)| k != key));
            for (key, _) in old.iter().chain(added) {
                let path = member(&path, key);
                compare(path, of(old, key), of(new, key), changes);
            }
        }
        (Some(Json::Array(old)), Some(Json::Array(new))) => {
            for at in 0..old.len().max(new.len()) {
                compare(format!("{path}[{at}]"), old.get(at), new.get(at), changes);
            }
        }
        (Some(old), Some(new)) if canonical(old) == canonical(new) => {}
        (None, None) => {}
        (was, is) => changes.push(Change {
            path: Untrusted::from(path),
            was,
            is,
        }),
    }
}

fn of<'a>(members: &'a [(String, Json)], key: &str) -> Option<&'a Json> {
    members
        .iter()
        .find(|(name, _)| name == key)
        .map(|(_, value)| value)
}

fn member(path: &str, key: &str) -> String {
    match path {
        "" => key.to_owned(),
        path => format!("{path}.{key}"),
    }
}

/// What of a text of several lines is another: the lines that begin alike and that end alike are counted.
pub struct LineChange<'a> {
    pub before: usize,
    pub was: Vec<&'a str>,
    pub is: Vec<&'a str>,
    pub after: usize,
}

/// The lines in which two texts differ.
pub fn lines<'a>(was: &'a str, is: &'a str) -> LineChange<'a> {
    let (old, new): (Vec<&str>, Vec<&str>) = (was.split('\n').collect(), is.split('\n').collect());
    let alike = |(one, other): &(&&str, &&str)| one == other;
    let before = old.iter().zip(&new).take_while(alike).count();
    let (old, new) = (&old[before..], &new[before..]);
    let after = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take_while(alike)
        .count();
    LineChange {
        before,
        was: old[..old.len() - after].to_vec(),
        is: new[..new.len() - after].to_vec(),
        after,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::json::{Limits, parse};

    fn json(text: &str) -> Json {
        parse(text.as_bytes(), Limits::default()).unwrap()
    }

    fn said(was: &str, is: &str) -> Vec<String> {
        let (was, is) = (json(was), json(is));
        let text = |value: Option<&Json>| match value {
            Some(value) => String::from_utf8(canonical(value)).unwrap(),
            None => "nothing".to_owned(),
        };
        let changes = diff(&was, &is);
        let changes = changes.iter();
        changes
            .map(|change| {
                format!(
                    "{}: {} → {}",
                    change.path.plain_line(),
                    text(change.was),
                    text(change.is)
                )
            })
            .collect()
    }

    #[test]
    fn every_field_that_means_something_else_is_named_once() {
        assert_eq!(
            said(
                r#"{"to": ["a", "b"], "n": 1.0, "deep": {"x": 1, "y": [{"z": 0}]}, "gone": null}"#,
                r#"{"n": 1, "deep": {"y": [{"z": {}}], "x": 1}, "to": ["a"], "new": true}"#,
            ),
            [
                r#"to[1]: "b" → nothing"#,
                "deep.y[0].z: 0 → {}",
                "gone: null → nothing",
                "new: nothing → true",
            ]
        );
        assert_eq!(said("[1]", "{}"), [": [1] → {}"]);
        assert!(said(r#"{"a": 1, "b": 1E+2}"#, r#"{"b": 100, "a": 1}"#).is_empty());
    }

    #[test]
    fn a_name_that_would_break_a_line_is_named_safely() {
        let changes = said(r#"{"a\nb\u001b[2J": 1}"#, "{}");
        assert!(changes[0].starts_with("a⏎b<^[>[2J: 1"), "{changes:?}");
    }

    #[test]
    fn of_a_long_text_only_the_lines_that_differ_are_left() {
        let change = lines("a\nb\nc\nd", "a\nB\nB2\nc\nd");
        assert_eq!((change.before, change.after), (1, 2));
        assert_eq!((change.was, change.is), (vec!["b"], vec!["B", "B2"]));
        let change = lines("a\na", "a\na\na");
        assert_eq!((change.before, change.after), (2, 0));
        assert_eq!((change.was, change.is), (vec![], vec!["a"]));
    }
}
