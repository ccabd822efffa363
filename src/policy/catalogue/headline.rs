//! Headlines: one line that says what an action would do, filled in from its parameters.
//!
//! Invariants: the fixed words come first, whatever the parameters are; what is kept is bounded; a value
//! that is cut says so. Nothing here makes text fit to be shown, which is for
//! [`Untrusted`](crate::domain::untrusted::Untrusted).

use std::borrow::Cow;

use serde::Deserialize;

use crate::domain::id::ActionName;
use crate::domain::json::Json;
use crate::domain::recipient::found_in;
use crate::policy::excerpt::beginning;

/// The most characters of a headline.
const LINE_CHARS: usize = 300;
/// The most characters of one value in it.
const VALUE_CHARS: usize = 120;
/// The most characters of a parameter's name in it.
const KEY_CHARS: usize = 40;
/// How many parameters of an unknown action are shown, and among how many they are sought.
const SHOWN: usize = 4;
const SOUGHT: usize = 32;

/// Fixed words, then sections that show one value each: `email[ to {recipients}][: {subject}]`. Words
/// have no dot, which action names have, and end at a space or a colon, where a section begins.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Template {
    pub(super) words: String,
    sections: Vec<Section>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Section {
    before: String,
    value: Source,
    after: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    /// Those at all the places that the action names.
    Recipients,
    /// The first of these parameters that is there.
    FirstOf(Vec<String>),
    /// This parameter; a list of texts as the words of a command.
    Words(String),
}

/// A text that is not a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "“{0}” is not a headline: write fixed words, then sections with one value each, like email[ to {{recipients}}][: {{subject}}]"
)]
pub(super) struct BadTemplate(String);

impl TryFrom<String> for Template {
    type Error = BadTemplate;

    fn try_from(text: String) -> Result<Self, BadTemplate> {
        Template::read(&text).ok_or(BadTemplate(text))
    }
}

impl Template {
    fn read(text: &str) -> Option<Self> {
        let mut pieces = text.split('[');
        let words = pieces.next()?;
        let sections = pieces.map(Section::read).collect::<Option<_>>()?;
        let fixed = !words.is_empty() && !words.contains(['{', '}', ']', '.', ':']);
        fixed.then(|| Self {
            words: words.to_owned(),
            sections,
        })
    }

    /// The line for these parameters, whose recipients stand at `places`.
    pub(super) fn fill(&self, params: &Json, places: &[String]) -> String {
        let mut line = Line::default();
        line.push(&self.words, LINE_CHARS);
        for section in &self.sections {
            section.fill(&mut line, params, places);
        }
        line.text
    }
}

impl Section {
    fn read(text: &str) -> Option<Self> {
        let (before, rest) = text.strip_suffix(']')?.split_once('{')?;
        let (names, after) = rest.split_once('}')?;
        if names.is_empty() || !before.starts_with([' ', ':']) {
            return None;
        }
        let value = match names {
            "recipients" => Source::Recipients,
            _ if let Some(name) = names.strip_prefix("words of ") => Source::Words(name.to_owned()),
            _ => Source::FirstOf(names.split('|').map(str::to_owned).collect()),
        };
        Some(Self {
            before: before.to_owned(),
            value,
            after: after.to_owned(),
        })
    }

    fn fill(&self, line: &mut Line, params: &Json, places: &[String]) {
        match &self.value {
            Source::Recipients => {
                let places: Vec<&str> = places.iter().map(String::as_str).collect();
                let found = found_in(params, &places);
                if let Some(first) = found.recipients.first() {
                    line.push(&self.before, LINE_CHARS);
                    line.push(first.normal(), VALUE_CHARS);
                    line.push_more(found.normal().len());
                    line.push(&self.after, LINE_CHARS);
                }
            }
            Source::FirstOf(names) => {
                if let Some(value) = names.iter().find_map(|name| present(params, name)) {
                    line.push(&self.before, LINE_CHARS);
                    line.push_value(value);
                    line.push(&self.after, LINE_CHARS);
                }
            }
            Source::Words(name) => {
                if let Some(value) = present(params, name) {
                    line.push(&self.before, LINE_CHARS);
                    match command(value) {
                        Some(command) => line.push(&command, VALUE_CHARS),
                        None => line.push_value(value),
                    }
                    line.push(&self.after, LINE_CHARS);
                }
            }
        }
    }
}

/// A list of texts as it would be typed at a shell; no more of it than has room.
fn command(value: &Json) -> Option<String> {
    let Json::Array(items) = value else {
        return None;
    };
    let mut line = String::new();
    let mut words = items.iter().map(Json::as_str);
    // One more character than is kept, so that the cut shows.
    while line.len() <= 4 * VALUE_CHARS
        && let Some(word) = words.next()
    {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&quoted(beginning(word?, VALUE_CHARS + 1).0));
    }
    (!line.is_empty()).then_some(line)
}

/// A word as a shell would take it for one.
fn quoted(word: &str) -> Cow<'_, str> {
    let plain = |char: char| char.is_alphanumeric() || "-_./:=@%+,".contains(char);
    match !word.is_empty() && word.chars().all(plain) {
        true => Cow::Borrowed(word),
        false => Cow::Owned(format!("'{}'", word.replace('\'', r"'\''"))),
    }
}

/// A parameter that is there and isn't null.
fn present<'a>(params: &'a Json, name: &str) -> Option<&'a Json> {
    params.at(name).filter(|value| **value != Json::Null)
}

/// The line where the catalogue has no words for an action, or can't look into its parameters: its name,
/// then the first few parameters that are short to say.
pub(super) fn without_words(action: &ActionName, params: &Json) -> String {
    let mut line = Line::default();
    line.push(action.as_str(), LINE_CHARS);
    match params {
        Json::Null => {}
        Json::Object(members) if members.is_empty() => {}
        Json::Object(members) if push_scalars(&mut line, members) => {}
        value => {
            line.push(": ", LINE_CHARS);
            line.push_value(value);
        }
    }
    line.text
}

/// Shows the first few members that are short to say, and whether there are any.
fn push_scalars(line: &mut Line, members: &[(String, Json)]) -> bool {
    let scalars = members
        .iter()
        .take(SOUGHT)
        .filter(|(_, value)| !matches!(value, Json::Array(_) | Json::Object(_)));
    let mut shown = 0;
    for (key, value) in scalars.take(SHOWN) {
        line.push(if shown == 0 { ": " } else { ", " }, LINE_CHARS);
        line.push(key, KEY_CHARS);
        line.push(" ", LINE_CHARS);
        line.push_item(value);
        shown += 1;
    }
    if shown > 0 {
        line.push_more(1 + members.len() - shown);
    }
    shown > 0
}

/// A line that grows up to its limit; what no longer fits leaves a mark.
#[derive(Default)]
struct Line {
    text: String,
    chars: usize,
    full: bool,
}

impl Line {
    /// Adds at most `limit` characters of `text`, and a mark where it had more.
    fn push(&mut self, text: &str, limit: usize) {
        if self.full {
            return;
        }
        let left = LINE_CHARS - 1 - self.chars;
        let (kept, cut) = beginning(text, limit.min(left));
        self.text.push_str(kept);
        self.chars += kept.chars().count();
        if cut {
            self.text.push('…');
            self.chars += 1;
            self.full = self.chars >= LINE_CHARS;
        }
    }

    /// A value in a few words: of a list the first item and how many more there are.
    fn push_value(&mut self, value: &Json) {
        match value {
            Json::Array(items) => match items.first() {
                Some(first) => {
                    self.push_item(first);
                    self.push_more(items.len());
                }
                None => self.push("[]", LINE_CHARS),
            },
            Json::Object(members) => match members.first() {
                Some((key, _)) => {
                    self.push(key, KEY_CHARS);
                    self.push_more(members.len());
                }
                None => self.push("{}", LINE_CHARS),
            },
            scalar => self.push_item(scalar),
        }
    }

    fn push_item(&mut self, item: &Json) {
        match item {
            Json::Null => self.push("null", VALUE_CHARS),
            Json::Bool(value) => self.push(if *value { "true" } else { "false" }, VALUE_CHARS),
            Json::Number(number) => self.push(number.as_written(), VALUE_CHARS),
            Json::String(text) if text.is_empty() => self.push("\"\"", VALUE_CHARS),
            Json::String(text) => self.push(text, VALUE_CHARS),
            Json::Array(_) => self.push("[…]", VALUE_CHARS),
            Json::Object(_) => self.push("{…}", VALUE_CHARS),
        }
    }

    fn push_more(&mut self, count: usize) {
        if count > 1 {
            self.push(&format!(" and {} more", count - 1), LINE_CHARS);
        }
    }
}
