//! Masks: values that the policy hides from everybody but the agent that sent them and whoever runs the
//! action. What is hidden is still covered by the digest; an edit that leaves a mark where it is leaves the
//! value as it was.

use crate::domain::json::Json;

/// What stands for a value that is hidden.
pub type Hide<'a> = &'a dyn Fn(&Json) -> String;

/// Hides the values at these paths, which begin with `root`. Says whether there were any.
///
/// A `*` in a path stands for every member; lists along it are gone through element by element.
pub fn hide(value: &mut Json, paths: &[String], root: &str, with: Hide<'_>) -> bool {
    let mut hidden = false;
    for path in under(paths, root) {
        each(value, &path, &mut |found| {
            *found = Json::String(with(found));
            hidden = true;
        });
    }
    hidden
}

/// Puts the original values back where the marks that stand for them were left as they are.
pub fn restore(edited: &mut Json, original: &Json, paths: &[String], root: &str, with: Hide<'_>) {
    for path in under(paths, root) {
        restore_at(edited, original, &path, with);
    }
}

/// The value at a pointer (RFC 6901), if one of these paths hides it.
pub fn reveal<'a>(
    value: &'a Json,
    paths: &[String],
    root: &str,
    pointer: &str,
) -> Option<&'a Json> {
    let tokens = pointer.strip_prefix('/')?.split('/');
    let tokens: Vec<String> = tokens
        .map(|token| token.replace("~1", "/").replace("~0", "~"))
        .collect();
    let hidden = under(paths, root).any(|path| covers(&path, &tokens, value));
    let found = tokens
        .iter()
        .try_fold(value, |value, token| step(value, token));
    found.filter(|_| hidden)
}

fn under<'a>(paths: &'a [String], root: &'a str) -> impl Iterator<Item = Vec<&'a str>> {
    paths.iter().filter_map(move |path| {
        let mut keys = path.split('.');
        (keys.next() == Some(root)).then(|| keys.collect())
    })
}

fn each(value: &mut Json, path: &[&str], change: &mut impl FnMut(&mut Json)) {
    let Some((key, rest)) = path.split_first() else {
        return change(value);
    };
    match value {
        Json::Array(items) => items.iter_mut().for_each(|item| each(item, path, change)),
        Json::Object(members) => members
            .iter_mut()
            .filter(|(name, _)| *key == "*" || name == key)
            .for_each(|(_, member)| each(member, rest, change)),
        _ => {}
    }
}

fn restore_at(edited: &mut Json, original: &Json, path: &[&str], with: Hide<'_>) {
    let Some((key, rest)) = path.split_first() else {
        if *edited == Json::String(with(original)) {
            edited.clone_from(original);
        }
        return;
    };
    match (edited, original) {
        (Json::Array(edited), Json::Array(original)) => {
            let pairs = edited.iter_mut().zip(original);
            pairs.for_each(|(edited, original)| restore_at(edited, original, path, with));
        }
        (Json::Object(edited), original) => {
            let named = edited
                .iter_mut()
                .filter(|(name, _)| *key == "*" || name == key);
            for (name, member) in named {
                if let Some(original) = original.get(name) {
                    restore_at(member, original, rest, with);
                }
            }
        }
        _ => {}
    }
}

fn step<'a>(value: &'a Json, token: &str) -> Option<&'a Json> {
    match value {
        Json::Array(items) => items.get(token.parse::<usize>().ok()?),
        value => value.get(token),
    }
}

/// Whether a path hides what these tokens lead to, or something that it lies within.
fn covers(path: &[&str], tokens: &[String], value: &Json) -> bool {
    let Some((key, rest)) = path.split_first() else {
        return true;
    };
    let Some((token, others)) = tokens.split_first() else {
        return false;
    };
    let Some(next) = step(value, token) else {
        return false;
    };
    match value {
        Json::Array(_) => covers(path, others, next),
        _ => (*key == "*" || key == token) && covers(rest, others, next),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::json::{Limits, parse};

    fn json(text: &str) -> Json {
        parse(text.as_bytes(), Limits::default()).unwrap()
    }

    fn dots(value: &Json) -> String {
        format!("•{}", value.to_text().len())
    }

    fn paths() -> Vec<String> {
        [
            "params.password",
            "params.card.*",
            "params.users.pin",
            "context.key",
        ]
        .map(str::to_owned)
        .to_vec()
    }

    #[test]
    fn what_a_path_leads_to_is_hidden_and_nothing_else() {
        let mut params = json(
            r#"{"password": "hunter2", "card": {"number": "4111", "cvc": 123}, "key": "shown",
                "users": [{"pin": 1, "name": "Ana"}, {"pin": 22}], "deep": {"password": "shown"}}"#,
        );
        assert!(hide(&mut params, &paths(), "params", &dots));
        assert_eq!(
            params.to_text(),
            r#"{"password":"•9","card":{"number":"•6","cvc":"•3"},"key":"shown","users":[{"pin":"•1","name":"Ana"},{"pin":"•2"}],"deep":{"password":"shown"}}"#
        );
        let mut nothing = json(r#"{"to": "pat@partner.example"}"#);
        assert!(!hide(&mut nothing, &paths(), "params", &dots));
        assert!(hide(&mut json(r#"{"key": 1}"#), &paths(), "context", &dots));
    }

    #[test]
    fn a_mark_that_an_edit_leaves_alone_leaves_the_value_alone() {
        let original =
            json(r#"{"password": "hunter2", "users": [{"pin": 1}, {"pin": 22}], "n": 1}"#);
        let mut edited = original.clone();
        hide(&mut edited, &paths(), "params", &dots);
        let marked = edited.to_text();
        restore(&mut edited, &original, &paths(), "params", &dots);
        assert_eq!(edited, original);

        let mut edited = json(
            &marked
                .replace("•9", "another")
                .replace("\"n\":1", "\"n\":2"),
        );
        restore(&mut edited, &original, &paths(), "params", &dots);
        assert_eq!(
            edited.to_text(),
            r#"{"password":"another","users":[{"pin":1},{"pin":22}],"n":2}"#
        );
    }

    #[test]
    fn only_what_is_hidden_can_be_revealed() {
        let params = json(r#"{"card": {"a/b": {"x": 1}}, "users": [{"pin": 7, "name": "Ana"}]}"#);
        let shown = |pointer: &str| reveal(&params, &paths(), "params", pointer).map(Json::to_text);
        assert_eq!(shown("/card/a~1b").as_deref(), Some(r#"{"x":1}"#));
        assert_eq!(shown("/card/a~1b/x").as_deref(), Some("1"));
        assert_eq!(shown("/users/0/pin").as_deref(), Some("7"));
        for open in [
            "/users/0/name",
            "/users/1/pin",
            "/users",
            "/card",
            "",
            "card",
        ] {
            assert_eq!(shown(open), None, "{open}");
        }
    }
}
