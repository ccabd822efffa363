//! Reading one section key by key. Whatever is wrong with a key is noted with its place and reading goes
//! on, so that a document tells all its faults at once.

use std::cell::RefCell;
use std::fmt::Display;
use std::ops::Range;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::Fault;
use super::place::{Kind, Lines, Places};
use super::{Lasts, limits};
use crate::domain::time::{At, Span};
use crate::domain::untrusted::{Untrusted, safe};
use crate::policy::glob::Glob;

/// A document while it is read: its lines, and what was found wrong so far.
pub(super) struct Reading<'t> {
    text: &'t str,
    lines: Lines<'t>,
    faults: RefCell<Vec<Fault>>,
    places: RefCell<Places>,
}

impl<'t> Reading<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self {
            text,
            lines: Lines::of(text),
            faults: RefCell::default(),
            places: RefCell::default(),
        }
    }

    pub(super) fn fault(&self, offset: usize, section: Option<&str>, message: impl Into<String>) {
        self.faults.borrow_mut().push(Fault {
            place: self.lines.place(offset),
            section: section.map(str::to_owned),
            message: message.into(),
        });
    }

    pub(super) fn into_parts(self) -> (Vec<Fault>, Places) {
        (self.faults.into_inner(), self.places.into_inner())
    }
}

/// One table of the document.
pub(super) struct Section<'r, 'd> {
    reading: &'r Reading<'d>,
    table: &'r DeTable<'d>,
    /// Where it begins.
    start: usize,
    /// How a person finds it.
    title: String,
    id: (Option<Kind>, usize),
    known: Vec<&'static str>,
}

/// A value and where it stands.
pub(super) struct Found<T> {
    pub(super) value: T,
    pub(super) span: Range<usize>,
}

impl<'r, 'd> Section<'r, 'd> {
    /// `[defaults]`, or whatever a table that stands once is called.
    pub(super) fn single(
        reading: &'r Reading<'d>,
        title: String,
        table: &'r Spanned<DeValue<'d>>,
    ) -> Option<Self> {
        let start = table.span().start;
        match table.get_ref() {
            DeValue::Table(inner) => Some(Self::new(reading, title, (None, 0), inner, start)),
            other => {
                let message = format!("expected a table, found {}", article(other.type_str()));
                reading.fault(start, Some(&title), message);
                None
            }
        }
    }

    /// The one with this number among those of a kind.
    pub(super) fn numbered(
        reading: &'r Reading<'d>,
        kind: Kind,
        number: usize,
        table: &'r Spanned<DeValue<'d>>,
    ) -> Option<Self> {
        let key = kind.key();
        let name = table
            .get_ref()
            .get("name")
            .and_then(|name| name.as_ref().as_str());
        let title = match name {
            Some(name) => format!("[[{key}]] “{}”", safe(limits::cut(name, limits::NAME))),
            None => format!("[[{key}]] number {}", number + 1),
        };
        let section = Self::single(reading, title, table)?;
        Some(
            Self {
                id: (Some(kind), number),
                ..section
            }
            .noted(),
        )
    }

    fn new(
        reading: &'r Reading<'d>,
        title: String,
        id: (Option<Kind>, usize),
        table: &'r DeTable<'d>,
        start: usize,
    ) -> Self {
        Self {
            reading,
            table,
            start,
            title,
            id,
            known: Vec::new(),
        }
    }

    /// Keeps where it and its keys stand.
    pub(super) fn noted(self) -> Self {
        let mut places = self.reading.places.borrow_mut();
        places.note(self.id, "", self.reading.lines.place(self.start));
        for key in self.table.keys() {
            let place = self.reading.lines.place(key.span().start);
            places.note(self.id, key.get_ref(), place);
        }
        drop(places);
        self
    }

    /// Notes what is wrong at a place of it.
    pub(super) fn fault(&self, offset: usize, message: impl Into<String>) {
        self.reading.fault(offset, Some(&self.title), message);
    }

    /// Notes what is wrong with it as a whole.
    pub(super) fn fault_of_all(&self, message: impl Into<String>) {
        self.fault(self.start, message);
    }

    /// Where a key stands, if it is written.
    pub(super) fn key_at(&self, key: &str) -> Option<usize> {
        let (key, _) = self.table.get_key_value(key)?;
        Some(key.span().start)
    }

    fn get(&mut self, key: &'static str) -> Option<&'r Spanned<DeValue<'d>>> {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        self.table.get(key)
    }

    /// What a key holds, read by `read`, which says what is wrong with it.
    pub(super) fn read<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&DeValue<'d>) -> Result<T, String>,
    ) -> Option<Found<T>> {
        let value = self.get(key)?;
        let span = value.span();
        match read(value.get_ref()) {
            Ok(value) => Some(Found { value, span }),
            Err(wrong) => {
                self.fault(span.start, format!("{key} {wrong}"));
                None
            }
        }
    }

    fn value<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&DeValue<'d>) -> Result<T, String>,
    ) -> Option<T> {
        self.read(key, read).map(|found| found.value)
    }

    /// Notes that a key is absent that has to be there.
    pub(super) fn require<T>(&self, key: &'static str, value: Option<T>) -> Option<T> {
        if value.is_none() && !self.table.contains_key(key) {
            self.fault_of_all(format!("{key} is required"));
        }
        value
    }

    pub(super) fn text(&mut self, key: &'static str, longest: usize) -> Option<Untrusted> {
        self.value(key, |value| text(value, longest))
            .map(Untrusted::from)
    }

    pub(super) fn glob(&mut self, key: &'static str) -> Option<Glob> {
        self.value(key, glob)
    }

    pub(super) fn globs(&mut self, key: &'static str) -> Vec<Glob> {
        self.list(key, glob)
    }

    pub(super) fn flag(&mut self, key: &'static str) -> bool {
        let flag = |value: &DeValue| {
            value
                .as_bool()
                .ok_or_else(|| unlike(value, "true or false"))
        };
        self.value(key, flag).unwrap_or(false)
    }

    /// A whole number of at least one.
    pub(super) fn count(&mut self, key: &'static str, most: u64) -> Option<u64> {
        self.value(key, |value| count(value, most))
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(&mut self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        self.value(key, |value| {
            let known = || {
                words
                    .iter()
                    .map(|(word, _)| *word)
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            let given = value.as_str().ok_or_else(|| unlike(value, &known()))?;
            let found = words.iter().find(|(word, _)| *word == given);
            found
                .map(|(_, meaning)| *meaning)
                .ok_or_else(|| format!("must be one of {}, not {}", known(), quoted(given)))
        })
    }

    /// Anything that is written as a text and says itself what is wrong with it.
    pub(super) fn parsed<T>(&mut self, key: &'static str) -> Option<Found<T>>
    where
        T: FromStr<Err: Display>,
    {
        self.read(key, parsed)
    }

    /// A length of time, of more than nothing.
    pub(super) fn span(&mut self, key: &'static str) -> Option<Span> {
        self.value(key, |value| positive(span(value)?))
    }

    /// The same, where nothing is a length as well.
    pub(super) fn span_or_none(&mut self, key: &'static str) -> Option<Span> {
        self.value(key, span)
    }

    /// A length of time, or `"never"`.
    pub(super) fn lasts(&mut self, key: &'static str) -> Option<Lasts> {
        self.value(key, |value| match value.as_str() {
            Some("never") => Ok(Lasts::Forever),
            _ => positive(span(value)?).map(Lasts::For),
        })
    }

    pub(super) fn moment(&mut self, key: &'static str) -> Option<At> {
        self.value(key, moment)
    }

    pub(super) fn list<T>(
        &mut self,
        key: &'static str,
        read: impl Fn(&DeValue<'d>) -> Result<T, String>,
    ) -> Vec<T> {
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        let start = value.span().start;
        let DeValue::Array(items) = value.get_ref() else {
            self.fault(
                start,
                format!("{key} {}", unlike(value.get_ref(), "a list")),
            );
            return Vec::new();
        };
        if items.len() > limits::LIST {
            let message = format!(
                "{key} holds {} entries; at most {} are read",
                items.len(),
                limits::LIST
            );
            self.fault(start, message);
            return Vec::new();
        }
        let mut list = Vec::with_capacity(items.len());
        for item in items {
            match read(item.get_ref()) {
                Ok(item) => list.push(item),
                Err(wrong) => self.fault(item.span().start, format!("{key}: an entry {wrong}")),
            }
        }
        list
    }

    /// A table within it.
    pub(super) fn table(&mut self, key: &'static str) -> Option<Section<'r, 'd>> {
        let value = self.get(key)?;
        Section::single(self.reading, format!("{} {key}", self.title), value)
    }

    /// Notes keys that nobody asked for: usually a misspelt one that matters.
    pub(super) fn finish(self) {
        for key in self.table.keys() {
            let name: &str = key.get_ref();
            if !self.known.contains(&name) {
                let message = format!(
                    "there is no key {}; the keys are {}",
                    quoted(name),
                    self.known.join(", ")
                );
                self.fault(key.span().start, message);
            }
        }
    }

    /// The text of the document from `offset` on.
    pub(super) fn source_from(&self, offset: usize) -> &'d str {
        self.reading.text.get(offset..).unwrap_or_default()
    }
}

/// A text as messages quote it.
pub(super) fn quoted(text: &str) -> String {
    format!("“{}”", safe(limits::cut(text, 60)))
}

pub(super) fn article(kind: &str) -> String {
    match kind {
        "array" => "a list".to_owned(),
        "integer" => "a whole number".to_owned(),
        "string" => "a text".to_owned(),
        "float" => "a number with a point".to_owned(),
        "boolean" => "true or false".to_owned(),
        "datetime" => "a time".to_owned(),
        other => format!("a {other}"),
    }
}

fn unlike(value: &DeValue, expected: &str) -> String {
    format!("must be {expected}, not {}", article(value.type_str()))
}

pub(super) fn text(value: &DeValue, longest: usize) -> Result<String, String> {
    let text = value.as_str().ok_or_else(|| unlike(value, "a text"))?;
    if text.trim().is_empty() {
        Err("is empty; write a text or leave it out".to_owned())
    } else if text.chars().nth(longest).is_some() {
        Err(format!("is longer than {longest} characters"))
    } else {
        Ok(text.to_owned())
    }
}

pub(super) fn parsed<T: FromStr<Err: Display>>(value: &DeValue) -> Result<T, String> {
    let text = value.as_str().ok_or_else(|| unlike(value, "a text"))?;
    if text.len() > limits::TEXT {
        return Err(format!("is longer than {} bytes", limits::TEXT));
    }
    text.parse()
        .map_err(|error| format!("is not understood: {error}"))
}

fn glob(value: &DeValue) -> Result<Glob, String> {
    text(value, limits::GLOB).map(Glob::new)
}

fn count(value: &DeValue, most: u64) -> Result<u64, String> {
    let number = value
        .as_integer()
        .ok_or_else(|| unlike(value, "a whole number"))?;
    let number = i128::from_str_radix(number.as_str(), number.radix());
    match number.map(u64::try_from) {
        Ok(Ok(number)) if (1..=most).contains(&number) => Ok(number),
        Ok(Ok(number)) if number > most => Err(format!("must be at most {most}")),
        Err(_) => Err(format!("must be at most {most}")),
        Ok(_) => Err("must be at least 1".to_owned()),
    }
}

fn span(value: &DeValue) -> Result<Span, String> {
    let text = value
        .as_str()
        .ok_or_else(|| unlike(value, "a length of time like \"10m\""))?;
    let span: Span = text
        .parse()
        .map_err(|error| format!("{} is not understood: {error}", quoted(text)))?;
    if span > limits::LONGEST {
        return Err(format!("must be at most {}", limits::LONGEST));
    }
    Ok(span)
}

fn positive(span: Span) -> Result<Span, String> {
    match span.millis() {
        1.. => Ok(span),
        _ => Err("must be longer than nothing".to_owned()),
    }
}

fn moment(value: &DeValue) -> Result<At, String> {
    let expected = "a moment with its offset, like 2027-01-01T00:00:00Z";
    let moment = value.as_datetime().ok_or_else(|| unlike(value, expected))?;
    if moment.offset.is_none() {
        return Err(format!("must be {expected}"));
    }
    let text = moment.to_string();
    text.parse()
        .map_err(|error| format!("is not understood: {error}"))
}
