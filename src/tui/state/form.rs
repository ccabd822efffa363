//! The form in which a reviewer changes single values of the parameters: a row for each, typed as it was.
//!
//! Invariant: what isn't touched stays as it was sent, byte for byte; only the bytes of a changed value are
//! put in place of its own.

use std::ops::Range;

use crate::domain::json::{Json, Limits, parse, places};
use crate::domain::raw::RawJson;
use crate::domain::untrusted::Untrusted;
use crate::tui::action::ActionId;
use crate::tui::keymap::Keymap;

use super::field::Field;
use super::overlay::About;
use super::page::{Look, PageRow, cell, title};
use super::words;

/// Columns for the names of the parameters.
const NAMES: usize = 22;
const NARROW_NAMES: usize = 12;
/// Columns below which names are short.
const NARROW: usize = 60;
/// Columns before what is wrong with a value.
const WHY: usize = 4;
/// Rows above the first.
const HEAD: usize = 2;

/// A form that is being filled in.
#[derive(Debug)]
pub struct Form {
    pub about: About,
    /// The parameters in force, as they were sent.
    text: String,
    pub rows: Vec<FormRow>,
    pub focus: usize,
    /// The first row on the screen.
    pub top: usize,
    /// What it is about was decided or changed meanwhile. It stays, so that what is being typed doesn't
    /// become commands, and nothing comes of it.
    pub stale: bool,
}

/// One value.
#[derive(Debug)]
pub struct FormRow {
    pub name: Untrusted,
    pub kind: FormKind,
    /// What stands there now, as it is typed.
    pub field: Field,
    was: String,
    bytes: Range<usize>,
    /// What is wrong with it.
    pub why: Option<String>,
}

/// What a value is, and so what it may become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormKind {
    Text,
    Number,
    Bool,
    /// A text of several lines, or one too long for a line: an editor opens on it.
    Lines,
    /// It can't be changed here, and why.
    Fixed(&'static str),
}

impl Form {
    /// The form of these parameters; none where there is nothing that could be changed in one.
    pub fn new(about: About, params: &RawJson) -> Option<Self> {
        let text = params.text().to_owned();
        let rows: Vec<FormRow> = places(&text)
            .into_iter()
            .map(|placed| {
                let kind = FormKind::of(&placed.value);
                let was = match &placed.value {
                    Json::String(text) => text.clone(),
                    other => other.to_text(),
                };
                FormRow {
                    name: Untrusted::from(placed.path),
                    kind,
                    field: Field::of(was.clone()),
                    was,
                    bytes: placed.bytes,
                    why: None,
                }
            })
            .collect();
        let focus = rows.iter().position(FormRow::is_open)?;
        Some(Self {
            about,
            text,
            rows,
            focus,
            top: 0,
            stale: false,
        })
    }

    /// Whether anything stands in it that wasn't asked.
    pub fn is_changed(&self) -> bool {
        self.rows.iter().any(|row| row.field.text != row.was)
    }

    /// The row that is being changed.
    pub fn row(&self) -> &FormRow {
        &self.rows[self.focus]
    }

    /// The line that is being typed, if one is.
    pub fn field(&self) -> Option<&Field> {
        let row = self.row();
        row.is_typed().then_some(&row.field)
    }

    pub fn field_mut(&mut self) -> Option<&mut Field> {
        let row = &mut self.rows[self.focus];
        row.why = None;
        row.is_typed().then_some(&mut row.field)
    }

    /// The next row that can be changed, or the one before.
    pub fn beside(&self, forward: bool) -> Option<usize> {
        let open = |at: &usize| self.rows[*at].is_open();
        match forward {
            true => (self.focus + 1..self.rows.len()).find(open),
            false => (0..self.focus).rev().find(open),
        }
    }

    /// Goes there.
    pub fn step(&mut self, forward: bool) {
        self.focus = self.beside(forward).unwrap_or(self.focus);
    }

    /// Makes a yes of a no, and the other way round.
    pub fn flip(&mut self) {
        let row = &mut self.rows[self.focus];
        if row.kind == FormKind::Bool {
            let flipped = if row.field.text == "true" {
                "false"
            } else {
                "true"
            };
            row.field = Field::of(flipped);
        }
    }

    /// What an editor made of a text of several lines.
    pub fn write_lines(&mut self, at: usize, text: &str) {
        let row = self.rows.get_mut(at);
        if let Some(row) = row.filter(|row| row.kind == FormKind::Lines) {
            row.field = Field::of(text);
        }
    }

    /// The parameters with what was changed. Where something is wrong, its row says so and is focused.
    pub fn filled(&mut self) -> Option<String> {
        let mut text = self.text.clone();
        let mut wrong = None;
        for (at, row) in self.rows.iter_mut().enumerate().rev() {
            row.why = None;
            if row.field.text == row.was {
                continue;
            }
            match row.written() {
                Ok(written) => text.replace_range(row.bytes.clone(), &written),
                Err(why) => {
                    row.why = Some(why);
                    wrong = Some(at);
                }
            }
        }
        if let Some(at) = wrong {
            self.focus = at;
            return None;
        }
        Some(text)
    }

    /// Its rows on a page of this width, and the one in which the focus is.
    pub fn page(&self, width: usize, keymap: &Keymap) -> (Vec<PageRow>, usize) {
        let names = if width < NARROW { NARROW_NAMES } else { NAMES };
        let mut page = vec![title("Change values"), PageRow::default()];
        let mut focused = 0;
        for (at, row) in self.rows.iter().enumerate() {
            let focus = at == self.focus;
            if focus {
                focused = page.len();
            }
            let changed = row.field.text != row.was;
            let sign = if changed { "+ " } else { "  " };
            let look = match (focus, changed) {
                (_, true) => Look::Good,
                (true, _) => Look::Key,
                (false, false) => Look::Dim,
            };
            let name = row.name.one_line(names - 1);
            let name: String = name.pieces.iter().map(|piece| piece.text()).collect();
            let room = width.saturating_sub(names + sign.len());
            let shown = match row.kind {
                FormKind::Fixed(why) => {
                    let editor = keymap.key(ActionId::Edit);
                    Untrusted::from(format!("{why}: {editor} opens an editor on it"))
                }
                FormKind::Lines => row.said_of_lines(&keymap.key(ActionId::FormLines)),
                _ => Untrusted::from(row.field.text.as_str()),
            };
            page.push(PageRow {
                focused: focus,
                first: cell(sign, sign.len(), look),
                second: cell(name, names, look),
                text: shown.one_line(room).pieces,
            });
            if let Some(why) = &row.why {
                page.push(PageRow {
                    first: cell("", WHY, Look::Dim),
                    second: cell(why.as_str(), 0, Look::Bad),
                    ..PageRow::default()
                });
            }
        }
        (page, focused)
    }

    /// Keeps the focus on a page of this size.
    pub fn fit(&mut self, width: usize, height: usize, keymap: &Keymap) {
        let (page, focused) = self.page(width, keymap);
        let height = height.max(1);
        let last = page.len().saturating_sub(height);
        // What is wrong with a row stands below it.
        let below = usize::from(self.row().why.is_some());
        let lowest = (focused + below + 1).saturating_sub(height);
        let highest = if focused <= HEAD { 0 } else { focused };
        self.top = self.top.clamp(lowest.min(highest), highest).min(last);
    }
}

impl FormKind {
    fn of(value: &Json) -> Self {
        match value {
            Json::Bool(_) => FormKind::Bool,
            Json::Number(_) => FormKind::Number,
            Json::String(text) if hides(text) => FormKind::Fixed("has what can't be seen in it"),
            Json::String(text) if text.contains('\n') || text.chars().count() > Field::LONGEST => {
                FormKind::Lines
            }
            Json::String(_) => FormKind::Text,
            Json::Null => FormKind::Fixed("null"),
            Json::Array(_) | Json::Object(_) => FormKind::Fixed("of several values"),
        }
    }
}

/// Whether a text has anything in it that an editor or a line wouldn't show as it is.
fn hides(text: &str) -> bool {
    let control = |char: char| char.is_control() && char != '\n';
    let reported = |line: &str| !Untrusted::from(line).report().is_empty();
    text.chars().any(control) || text.split('\n').any(reported)
}

impl FormRow {
    /// `4 lines (e): Hi Pat,`
    fn said_of_lines(&self, key: &str) -> Untrusted {
        let text = &self.field.text;
        let first = text.lines().find(|line| !line.trim().is_empty());
        let count = words::count(text.split('\n').count(), "line");
        Untrusted::from(format!("{count} ({key}): {}", first.unwrap_or_default()))
    }

    fn is_open(&self) -> bool {
        !matches!(self.kind, FormKind::Fixed(_))
    }

    fn is_typed(&self) -> bool {
        matches!(self.kind, FormKind::Text | FormKind::Number)
    }

    /// What is typed, as JSON.
    fn written(&self) -> Result<String, String> {
        let typed = &self.field.text;
        if self.kind != FormKind::Number {
            let value = match self.kind {
                FormKind::Bool => return Ok(typed.clone()),
                _ => Json::String(typed.clone()),
            };
            return Ok(value.to_text());
        }
        let typed = typed.trim();
        match parse(typed.as_bytes(), Limits::default()) {
            Ok(Json::Number(_)) => Ok(typed.to_owned()),
            // One that others would read as another number.
            Err(error) if typed.parse::<f64>().is_ok() => Err(error.kind.to_string()),
            _ => Err("needs a number, like 12 or 4.50".to_owned()),
        }
    }
}
