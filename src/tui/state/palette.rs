//! The palette: everything that can be done from the screen that is shown, found by a few of its letters.

use crate::tui::action::{ACTIONS, Action, ActionId, Scope};

use super::State;
use super::field::Field;
use super::settings::section::Section;

/// What is typed, and the row that is focused.
#[derive(Debug, Default)]
pub struct Palette {
    pub field: Field,
    pub focus: usize,
    /// The first row on the screen.
    pub top: usize,
    /// What the focus was set for: other letters find other rows.
    pub found_by: String,
}

impl Palette {
    /// Moves the focus, within that many rows.
    pub fn step(&mut self, by: isize, rows: usize) {
        let last = rows.saturating_sub(1);
        self.focus = self.focus.saturating_add_signed(by).min(last);
    }

    /// The focus is on a row that there is, and on the screen.
    pub fn fit(&mut self, rows: usize, height: usize) {
        if self.field.text != self.found_by {
            self.found_by.clone_from(&self.field.text);
            self.focus = 0;
        }
        self.step(0, rows);
        let height = height.max(1);
        self.top = self.top.min(self.focus);
        if self.focus >= self.top + height {
            self.top = self.focus + 1 - height;
        }
        self.top = self.top.min(rows.saturating_sub(height));
    }
}

/// What an entry does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    Act(ActionId),
    /// Goes to a page of the settings.
    Page(Section),
}

/// A row of the palette.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub command: Command,
    pub name: String,
    /// Its keys, as they are bound.
    pub keys: String,
    pub help: &'static str,
    /// Why it can't be done now.
    pub why_not: Option<String>,
    /// It is for another screen than the one that is shown.
    pub elsewhere: bool,
}

impl State {
    /// What can be done, the best match for what is typed first; of equals, what is possible now. What is
    /// for another screen comes last, so that it can be found.
    pub fn commands(&self, typed: &str) -> Vec<Entry> {
        let wanted: Vec<char> = letters(typed).filter(|char| *char != ' ').collect();
        let actions = ACTIONS.iter().filter_map(|action| self.entry_of(action));
        let pages = Section::ALL.map(|section| self.entry_to(section));
        let mut found: Vec<_> = actions
            .chain(pages)
            .filter_map(|entry| {
                let cost = cost_of(&wanted, &entry)?;
                let rank = (
                    entry.elsewhere,
                    cost,
                    entry.why_not.is_some(),
                    moves(&entry),
                );
                Some((rank, entry))
            })
            .collect();
        found.sort_by_key(|(rank, _)| *rank);
        found.into_iter().map(|(_, entry)| entry).collect()
    }

    /// An action of this screen or of another one; those of what is laid over a screen come up with it.
    fn entry_of(&self, action: &Action) -> Option<Entry> {
        let of = |scope: &Scope| action.scopes.contains(scope);
        let here = self.screen_scopes().iter().any(of);
        let why_not = match () {
            () if here => self.why_not(action.id),
            () if of(&Scope::Request) => Some("that is for the Pending screen".to_owned()),
            () if of(&Scope::Record) => Some("that is for the History screen".to_owned()),
            () if of(&Scope::Change) => Some("no change is prepared".to_owned()),
            () if of(&Scope::Setting) || of(&Scope::Sheet) => {
                Some("that is for a page of the settings".to_owned())
            }
            () => return None,
        };
        // To open the palette from itself is nothing to do.
        (action.id != ActionId::Palette).then(|| Entry {
            command: Command::Act(action.id),
            name: action.name.replace('_', " "),
            keys: self.keymap.all_keys(action.id),
            help: action.help,
            why_not,
            elsewhere: !here,
        })
    }

    fn entry_to(&self, section: Section) -> Entry {
        let role = self.me.as_ref().and_then(|me| me.role);
        Entry {
            command: Command::Page(section),
            name: format!("settings: {}", section.title().to_lowercase()),
            keys: String::new(),
            help: section.says(),
            why_not: section.why_not_seen(role).map(str::to_owned),
            elsewhere: false,
        }
    }
}

/// By its name, or else by the word that its key has in the footer.
fn cost_of(wanted: &[char], entry: &Entry) -> Option<u32> {
    cost(wanted, &entry.name).or_else(|| match entry.command {
        Command::Act(id) => is_its_word(wanted, id.action().title).then_some(0),
        Command::Page(_) => None,
    })
}

/// Whether so much was typed of a word that nothing else can be meant.
fn is_its_word(typed: &[char], title: &str) -> bool {
    const ENOUGH: usize = 3;
    let title = letters(title).filter(|char| *char != ' ');
    typed.len() >= ENOUGH && title.take(typed.len()).eq(typed.iter().copied())
}

/// Where everything is listed, what only moves comes last: nobody looks for it there.
fn moves(entry: &Entry) -> bool {
    matches!(entry.command, Command::Act(id) if id.moves() || id == ActionId::Open)
}

fn letters(text: &str) -> impl Iterator<Item = char> {
    let blank = |char| if char == '_' { ' ' } else { char };
    text.chars().flat_map(char::to_lowercase).map(blank)
}

/// How far a name is from what was typed, where it has those letters in that order: nothing where they
/// begin it, more for each gap, least for gaps that end where a word begins.
fn cost(wanted: &[char], name: &str) -> Option<u32> {
    const WORD: u32 = 1;
    const GAP: u32 = 4;
    let name: Vec<char> = letters(name).collect();
    let jump = |to: usize| match name[to - 1] {
        ' ' => WORD,
        _ => GAP,
    };
    let Some((first, rest)) = wanted.split_first() else {
        return Some(0);
    };
    let begin = |at: usize| if at == 0 { 0 } else { jump(at) };
    let reached = |letter: char, cost: &dyn Fn(usize) -> Option<u32>| -> Vec<Option<u32>> {
        let places = name.iter().enumerate();
        places
            .map(|(at, char)| (*char == letter).then(|| cost(at)).flatten())
            .collect()
    };
    let mut costs = reached(*first, &|at| Some(begin(at)));
    for letter in rest {
        let before = costs;
        costs = reached(*letter, &|at| {
            let from = |(place, cost): (usize, &Option<u32>)| {
                let step = if place + 1 == at { 0 } else { jump(at) };
                cost.map(|cost| cost + step)
            };
            before[..at].iter().enumerate().filter_map(from).min()
        });
    }
    costs.into_iter().flatten().min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(typed: &str, name: &str) -> Option<u32> {
        let wanted: Vec<char> = letters(typed).filter(|char| *char != ' ').collect();
        cost(&wanted, name)
    }

    #[test]
    fn letters_in_their_order_are_found_and_no_others() {
        for (typed, name) in [
            ("", "approve"),
            ("apr", "approve"),
            ("settings tokens", "settings: tokens"),
            ("approve_marked", "approve marked"),
            ("AM", "approve marked"),
            ("aa", "approve marked"),
        ] {
            assert!(of(typed, name).is_some(), "{typed} {name}");
        }
        for (typed, name) in [("rpa", "approve"), ("approves", "approve"), ("x", "")] {
            assert_eq!(of(typed, name), None, "{typed} {name}");
        }
    }

    #[test]
    fn a_beginning_is_nearer_than_a_word_and_a_word_nearer_than_a_letter_inside() {
        for (typed, near, far) in [
            ("re", "reject", "approve"),
            ("re", "reject", "tab records"),
            ("am", "approve marked", "leave change m"),
            ("mark", "mark", "approve marked"),
            ("tok", "settings: tokens", "tab of keys"),
        ] {
            let far = of(typed, far).unwrap_or(u32::MAX);
            assert!(of(typed, near).unwrap() < far, "{typed} {near}");
        }
    }
}
