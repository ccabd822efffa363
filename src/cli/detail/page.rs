//! Lines in the width that there is, and the bar before everything that an agent wrote in lines of its
//! own.

use unicode_width::UnicodeWidthStr;

use crate::cli::fit::wrap;
use crate::domain::json::{Json, Limits, canonical, parse};
use crate::domain::raw::RawJson;
use crate::domain::time::At;
use crate::domain::untrusted::{Untrusted, safe};

/// Before a line of the agent's, and before what goes on of it below.
const BAR: &str = "  │ ";
pub const ON: &str = "  ┆ ";
/// Lines are broken no narrower than this.
const NARROWEST: usize = 24;

/// A page that is being written.
pub struct Page {
    text: String,
    width: Option<usize>,
}

impl Page {
    /// An empty one.
    pub fn new(width: Option<usize>) -> Self {
        Self {
            text: String::new(),
            width,
        }
    }

    /// What was written.
    pub fn done(self) -> String {
        self.text
    }

    /// A line of ours.
    pub fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// A line in as many pieces as it takes, the first behind `first`, the others behind `on`.
    pub fn wrapped(&mut self, first: &str, on: &str, text: &str) {
        let widest = first.width().max(on.width());
        let left = |width: usize| width.saturating_sub(widest).max(NARROWEST);
        let mut start = first;
        for piece in wrap(text, self.width.map(left)) {
            self.line(format!("{start}{piece}").trim_end());
            start = on;
        }
    }

    /// What is known, under its name.
    pub fn fact(&mut self, name: &str, value: &str) {
        self.wrapped(&format!("  {name:<13} "), "              ┆ ", value);
    }

    /// What happened, and when.
    pub fn step(&mut self, at: At, text: &str) {
        self.wrapped(&format!("  {at}  "), "              ┆ ", text);
    }

    /// Lines of the agent's, this far in.
    pub fn quoted(&mut self, indent: &str, text: &Untrusted) {
        for line in text.plain().lines() {
            self.wrapped(&format!("{BAR}{indent}"), &format!("{ON}{indent}"), line);
        }
    }

    /// The value with a line for each member, as `name: value`.
    pub fn json(&mut self, raw: &RawJson) {
        match parse(raw.text().as_bytes(), Limits::default()) {
            Ok(value) => self.value("", "", &value),
            Err(_) => self.quoted("", &Untrusted::from(raw.text())),
        }
    }

    fn value(&mut self, indent: &str, label: &str, value: &Json) {
        let deeper = format!("{indent}  ");
        let members: Vec<(String, &Json)> = match value {
            Json::Object(members) if !members.is_empty() => members
                .iter()
                .map(|(key, member)| (format!("{}:", safe(key)), member))
                .collect(),
            Json::Array(items) if !items.is_empty() => {
                items.iter().map(|item| ("-".to_owned(), item)).collect()
            }
            // A text of several lines is shown in lines, behind a bar of its own.
            Json::String(text) if text.contains('\n') => {
                self.own(indent, label);
                return self.quoted(&format!("{indent}  │ "), &Untrusted::from(text.as_str()));
            }
            scalar => return self.own(indent, &format!("{label} {}", written(scalar))),
        };
        if !label.is_empty() {
            self.own(indent, label);
        }
        let indent = if label.is_empty() { indent } else { &deeper };
        for (label, member) in members {
            self.value(indent, &label, member);
        }
    }

    /// A line that holds something of the agent's.
    pub fn own(&mut self, indent: &str, text: &str) {
        let text = text.trim_start();
        self.wrapped(&format!("{BAR}{indent}"), &format!("{ON}{indent}"), text);
    }
}

/// A value without members, as JSON has it, with numbers as they were sent.
pub fn written(scalar: &Json) -> String {
    match scalar {
        Json::Number(number) => number.as_written().to_owned(),
        scalar => safe(&String::from_utf8_lossy(&canonical(scalar))),
    }
}
