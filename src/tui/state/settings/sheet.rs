//! A page as a list: rows with cells in columns, some of them headings, and for each what it means.

use crate::api::people::NewToken;
use crate::domain::id::{
    ActionName, AgentId, GroupId, IntegrationName, PersonId, RequestId, TeamId, TokenId,
};
use crate::domain::untrusted::Untrusted;
use crate::tui::look::Look;

/// What a row is about, whatever its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    Agent(AgentId),
    /// Something that an agent asked.
    Request(RequestId),
    Person(PersonId),
    Group(GroupId),
    Team(TeamId),
    Token(TokenId),
    Pattern(Untrusted),
    /// A version of the policy that was saved.
    Version(u64),
    Integration(IntegrationName),
    Action(ActionName),
    Away,
    Email,
    Slack,
    Quiet,
    /// Colours and signs that can be chosen.
    Look(Look),
    /// Something of the policy, by its place on the page.
    Stated(usize),
}

/// How a cell looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ink {
    #[default]
    Text,
    Dim,
    Good,
    Bad,
    Warning,
}

/// A text in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    pub text: Untrusted,
    pub ink: Ink,
}

/// A cell of plain text.
pub fn plain(text: impl Into<String>) -> Cell {
    inked(text, Ink::Text)
}

/// A cell that stands back.
pub fn dim(text: impl Into<String>) -> Cell {
    inked(text, Ink::Dim)
}

/// A cell of that look.
pub fn inked(text: impl Into<String>, ink: Ink) -> Cell {
    let text = Untrusted::from(text.into());
    Cell { text, ink }
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetRow {
    /// Nothing for a heading, which can't be focused.
    pub subject: Option<Subject>,
    pub cells: Vec<Cell>,
    /// What stands at the foot of the page while it is focused.
    pub title: Untrusted,
    pub text: Untrusted,
}

impl SheetRow {
    pub fn heading(text: impl Into<String>) -> Self {
        Self {
            subject: None,
            cells: vec![dim(text)],
            title: Untrusted::default(),
            text: Untrusted::default(),
        }
    }

    pub fn new(
        subject: Subject,
        cells: Vec<Cell>,
        title: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        Self {
            subject: Some(subject),
            cells,
            title: Untrusted::from(title.into()),
            text: Untrusted::from(text.into()),
        }
    }
}

/// What is called how above a column, and how wide it is beside a menu, on a screen of 80 columns, and on
/// a narrow one. The first takes what the others leave.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub title: &'static str,
    pub split: u16,
    pub stacked: u16,
    pub single: u16,
}

/// Short for a table of them.
pub const fn column(title: &'static str, split: u16, stacked: u16, single: u16) -> Column {
    Column {
        title,
        split,
        stacked,
        single,
    }
}

/// The list of a page, and where one is in it.
#[derive(Debug, Default)]
pub struct Sheet {
    pub rows: Vec<SheetRow>,
    pub focus: usize,
    pub top: usize,
}

impl Sheet {
    /// Takes other rows in. The focus stays on what it was on.
    pub fn put(&mut self, rows: Vec<SheetRow>) {
        let before = self.focused().and_then(|row| row.subject.clone());
        let place = self.focus.saturating_sub(self.top);
        self.rows = rows;
        let again = before.and_then(|subject| {
            let same = |row: &SheetRow| row.subject.as_ref() == Some(&subject);
            self.rows.iter().position(same)
        });
        if let Some(at) = again {
            self.focus = at;
            self.top = at.saturating_sub(place);
        }
    }

    pub fn focused(&self) -> Option<&SheetRow> {
        self.rows
            .get(self.focus)
            .filter(|row| row.subject.is_some())
    }

    /// What is focused.
    pub fn subject(&self) -> Option<&Subject> {
        self.focused()?.subject.as_ref()
    }

    /// Moves the focus by rows that can have it.
    pub fn step(&mut self, by: isize) {
        let places = self.rows.iter().enumerate();
        let places = places.filter(|(_, row)| row.subject.is_some());
        let places: Vec<usize> = places.map(|(place, _)| place).collect();
        let at = places.iter().position(|place| *place >= self.focus);
        let last = places.len().saturating_sub(1);
        let to = at.unwrap_or(last).saturating_add_signed(by).min(last);
        if let Some(place) = places.get(to) {
            self.focus = *place;
        }
    }

    /// Moves the focus to a row of the screen, if it can have it.
    pub fn point(&mut self, row: usize) {
        let place = self.top + row;
        if self
            .rows
            .get(place)
            .is_some_and(|row| row.subject.is_some())
        {
            self.focus = place;
        }
    }

    /// Keeps the focus on a row that can have it, and that row on a screen of this height.
    pub fn clamp(&mut self, height: usize) {
        self.focus = self.focus.min(self.rows.len().saturating_sub(1));
        if self.focused().is_none() {
            self.step(0);
        }
        let height = height.max(1);
        // What stands above the first row that can be focused is seen with it.
        let above = self.rows[..self.focus.min(self.rows.len())].iter();
        let headings = above.rev().take_while(|row| row.subject.is_none()).count();
        let from = self.focus - headings.min(height - 1);
        self.top = self.top.min(from);
        if self.focus >= self.top + height {
            self.top = self.focus + 1 - height;
        }
        self.top = self.top.min(self.rows.len().saturating_sub(height));
    }

    /// The rows on the screen, with their places.
    pub fn on_screen(&self, height: usize) -> impl Iterator<Item = (usize, &SheetRow)> {
        self.rows.iter().enumerate().skip(self.top).take(height)
    }
}

/// What is done at the gate once it is saved.
#[derive(Debug, Clone)]
pub enum ToSave {
    Agent(AgentId, bool),
    Person(PersonId, Box<crate::api::people::PatchPerson>),
    RemovePerson(PersonId),
    Resume(Untrusted),
    Revoke(TokenId),
    Issue(Box<NewToken>),
    Me(Box<crate::api::people::PatchMe>),
    Action(ActionName, bool),
}

/// A change that a page offers: what, from what, to what, and who is affected.
#[derive(Debug, Clone)]
pub struct Offer {
    pub saves: ToSave,
    pub subject: String,
    pub what: &'static str,
    pub from: String,
    pub to: String,
    pub consequence: String,
    pub done: String,
}

/// Two are the same when they do the same to the same, from the same.
impl PartialEq for Offer {
    fn eq(&self, other: &Self) -> bool {
        let said = |offer: &Self| {
            (
                offer.subject.clone(),
                offer.what,
                offer.from.clone(),
                offer.to.clone(),
            )
        };
        said(self) == said(other)
    }
}

impl Eq for Offer {}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(names: &[&str]) -> Vec<SheetRow> {
        let row = |name: &&str| match name.strip_prefix('#') {
            Some(heading) => SheetRow::heading(heading),
            None => SheetRow::new(
                Subject::Pattern(Untrusted::from(*name)),
                vec![plain(*name)],
                *name,
                "",
            ),
        };
        names.iter().map(row).collect()
    }

    fn focused(sheet: &Sheet) -> String {
        sheet.focused().unwrap().title.plain_line()
    }

    #[test]
    fn the_focus_skips_headings_and_stays_on_what_it_was_on() {
        let mut sheet = Sheet::default();
        sheet.put(rows(&["#one", "a", "b", "#two", "c"]));
        sheet.clamp(9);
        assert_eq!(focused(&sheet), "a");
        sheet.step(2);
        assert_eq!(focused(&sheet), "c");
        sheet.step(-1);
        assert_eq!(focused(&sheet), "b");
        sheet.put(rows(&["#one", "new", "a", "b"]));
        sheet.clamp(9);
        assert_eq!(focused(&sheet), "b");
        sheet.put(rows(&["#one", "a"]));
        sheet.clamp(9);
        assert_eq!(focused(&sheet), "a");
    }

    #[test]
    fn a_short_screen_shows_the_focus_and_the_heading_above_it() {
        let mut sheet = Sheet::default();
        sheet.put(rows(&["#one", "a", "b", "c", "#two", "d"]));
        sheet.clamp(3);
        sheet.step(isize::MAX);
        sheet.clamp(3);
        assert_eq!((sheet.focus, sheet.top), (5, 3));
        sheet.step(isize::MIN);
        sheet.clamp(3);
        assert_eq!((sheet.focus, sheet.top), (1, 0));
        sheet.put(Vec::new());
        sheet.clamp(3);
        assert!(sheet.focused().is_none());
    }
}
