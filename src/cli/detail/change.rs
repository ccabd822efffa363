//! What is another in the parameters, field by field: what was behind a minus, what is behind a plus.

use super::page::{Page, written};
use crate::domain::diff::{Change, LineChange, diff, lines};
use crate::domain::json::{Json, canonical};
use crate::domain::raw::RawJson;
use crate::domain::untrusted::{Untrusted, safe};

/// Every field that differs.
pub fn change(page: &mut Page, was: Option<&RawJson>, is: Option<&RawJson>) {
    let tree = |raw: Option<&RawJson>| raw.and_then(|raw| raw.tree().ok());
    let (Some(was), Some(is)) = (tree(was), tree(is)) else {
        page.line("  the parameters are not kept any more");
        return;
    };
    let changes = diff(&was, &is);
    if changes.is_empty() {
        page.line("  nothing: they mean the same");
    }
    for change in changes {
        one(page, &change);
    }
}

fn one(page: &mut Page, change: &Change) {
    let path = match change.path.is_empty() {
        true => "all of it".to_owned(),
        false => change.path.plain_line(),
    };
    page.own("", &path);
    match (change.was, change.is) {
        (Some(Json::String(was)), Some(Json::String(is)))
            if was.contains('\n') || is.contains('\n') =>
        {
            text(page, &lines(was, is));
        }
        (was, is) => {
            for (sign, value) in [("-", was), ("+", is)] {
                if let Some(value) = value {
                    page.own("  ", &format!("{sign} {}", in_one_line(value)));
                }
            }
        }
    }
}

/// The lines of a long text that differ.
fn text(page: &mut Page, change: &LineChange) {
    alike(page, change.before);
    for (sign, lines) in [("-", &change.was), ("+", &change.is)] {
        for line in lines {
            let line = Untrusted::from(*line).plain_line();
            page.own("  ", format!("{sign} {line}").trim_end());
        }
    }
    alike(page, change.after);
}

fn alike(page: &mut Page, count: usize) {
    match count {
        0 => {}
        1 => page.own("    ", "(1 line as it was)"),
        count => page.own("    ", &format!("({count} lines as they were)")),
    }
}

fn in_one_line(value: &Json) -> String {
    match value {
        Json::Object(_) | Json::Array(_) => safe(&String::from_utf8_lossy(&canonical(value))),
        scalar => written(scalar),
    }
}
