//! The Settings screen: a menu of pages. The first says what may go through without being looked at first:
//! actions by integration, and one's own choices. The others are lists, a [`Sheet`] each.
//!
//! Invariant: what is shown as set is what the gate said; a change is shown as one until it is saved.

mod change;
pub mod facts;
pub mod outline;
mod pages;
pub mod section;
pub mod sheet;
mod told;
pub mod trial;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::api::settings::{ActionView, Choice, Integration, Preference};
use crate::client::PolicyInForce;
use crate::domain::id::{ActionName, AgentId, IntegrationName};
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;

use super::State;
use super::layout::{Layout, Mode};
use crate::tui::action::{ActionId, Scope};

pub use change::{Change, Origin, Typing, can_be_unlocked};
pub use pages::{Around, Verb, columns, roles};

use facts::{Facts, Wanted};
use section::{MenuRow, Section, Side, menu};
use sheet::{Sheet, Subject};
use trial::Draft;

/// Everything that the gate says about the settings.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Known {
    pub integrations: Vec<Integration>,
    pub actions: Vec<ActionView>,
    pub preferences: Vec<Preference>,
}

#[derive(Debug, Default)]
pub struct Settings {
    /// Nothing until the gate has answered.
    pub known: Option<Known>,
    pub rows: Vec<Row>,
    /// One's own choice, action by action.
    pub yours: Vec<Yours>,
    /// Place of the focused row.
    pub focus: usize,
    /// Place of the first row on the screen.
    pub top: usize,
    /// What is to be changed, until it is saved or left.
    pub prepared: Option<Change>,
    /// What is on its way to the gate.
    pub saving: Option<Change>,
    /// Whether it was on the screen after the last event.
    pub shown: bool,
    pub asking: Asking,
    /// When the first of one's choices ends by itself.
    pub next_end: Option<At>,
    pub section: Section,
    /// Which side has the keys, once somebody has said so.
    pub side: Option<Side>,
    /// The first row of the menu on the screen.
    pub menu_top: usize,
    /// The agent whose own page is open.
    pub opened: Option<AgentId>,
    /// What the gate said for each page, the last time that it was asked.
    pub facts: BTreeMap<Section, Facts>,
    /// The rows of the page that is open.
    pub sheet: Sheet,
    /// Those rows don't say any more what is known.
    pub outdated: bool,
    /// What was written of the policy and isn't saved.
    pub draft: Option<Draft>,
    /// What came of reading the whole log.
    pub proof: Option<Proof>,
}

/// How it stands with proving the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// It is being read.
    Reading,
    /// So many entries give the root that was signed.
    Good(u64),
    Bad(String),
}

/// How it stands with what is known.
#[derive(Debug)]
pub struct Asking {
    /// It may be old.
    pub stale: bool,
    /// It is being asked for.
    pub open: bool,
    /// When it was last asked for.
    pub at: Duration,
}

impl Default for Asking {
    fn default() -> Self {
        Self {
            stale: true,
            open: false,
            at: Duration::ZERO,
        }
    }
}

/// A row of the page; numbers are places in what is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    Integration(usize),
    Action(usize),
    /// Stands before one's choices for single conversations.
    Conversations,
    Conversation(usize),
    /// Said where there are none.
    NoConversations,
}

impl Row {
    const fn takes_focus(self) -> bool {
        !matches!(self, Row::Conversations | Row::NoConversations)
    }
}

/// What a person has chosen for one action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Yours {
    pub always: bool,
    pub conversations: usize,
}

impl Yours {
    /// Whether anything goes through unseen.
    pub const fn any(self) -> bool {
        self.always || self.conversations > 0
    }
}

/// What a row is about, whatever its place.
#[derive(Debug, PartialEq, Eq)]
enum Key {
    Integration(IntegrationName),
    Action(ActionName),
    Conversation(ActionName, AgentId, Untrusted),
}

/// What is focused.
#[derive(Debug, Clone, Copy)]
pub enum Focused<'a> {
    Integration(&'a Integration),
    Action(&'a ActionView, Yours),
    Conversation(&'a Preference),
}

impl Settings {
    /// Takes in what the gate says. The focus stays on what it was on.
    pub fn accept(&mut self, known: Known, now: At) {
        let before = self.focused_key();
        let place = self.focus.saturating_sub(self.top);
        self.rows = rows(&known);
        self.yours = known
            .actions
            .iter()
            .map(|action| yours(action, &known))
            .collect();
        let ends = known.preferences.iter().filter_map(|chosen| chosen.ends_at);
        self.next_end = ends.filter(|end| *end > now).min();
        self.known = Some(known);
        self.outdated = true;
        let same = |row: &Row| before.is_some() && self.key(*row) == before;
        let again = self.rows.iter().position(same);
        let first = || {
            self.rows
                .iter()
                .position(|row| matches!(row, Row::Action(_)))
        };
        self.focus = match (again, &before) {
            (Some(at), _) => at,
            (None, Some(_)) => self.focus,
            (None, None) => first().unwrap_or(0),
        };
        self.top = self.focus.saturating_sub(place);
    }

    /// Moves the focus by rows that can have it.
    pub fn step(&mut self, by: isize) {
        let places = self.places();
        let at = places.iter().position(|place| *place >= self.focus);
        let to = at.unwrap_or(0).saturating_add_signed(by);
        if let Some(place) = places.get(to.min(places.len().saturating_sub(1))) {
            self.focus = *place;
        }
    }

    /// Moves the focus to a row of the screen, if it can have it.
    pub fn point(&mut self, row: usize) {
        let place = self.top + row;
        if self.rows.get(place).is_some_and(|row| row.takes_focus()) {
            self.focus = place;
        }
    }

    /// Whether there is one row that can have the focus, or none.
    pub fn is_alone(&self) -> bool {
        self.places().len() <= 1
    }

    fn places(&self) -> Vec<usize> {
        let places = self.rows.iter().enumerate();
        let places = places.filter(|(_, row)| row.takes_focus());
        places.map(|(place, _)| place).collect()
    }

    /// Keeps the focus on a row that can have it, and that row on a screen of this height.
    pub fn clamp(&mut self, height: usize) {
        self.focus = self.focus.min(self.rows.len().saturating_sub(1));
        if self
            .rows
            .get(self.focus)
            .is_some_and(|row| !row.takes_focus())
        {
            self.step(0);
        }
        let height = height.max(1);
        // The name of the integration stays above its first action.
        let from = match self.focus.checked_sub(1).map(|before| self.rows[before]) {
            Some(Row::Integration(_) | Row::Conversations) => self.focus - 1,
            _ => self.focus,
        };
        self.top = self.top.min(from);
        // Rows that can't have the focus come with the one before them.
        let behind = self.rows.iter().skip(self.focus + 1);
        let last = self.focus + behind.take_while(|row| !row.takes_focus()).count();
        if last >= self.top + height {
            self.top = (last + 1 - height).min(self.focus);
        }
        self.top = self.top.min(self.rows.len().saturating_sub(height));
    }

    /// The change that is prepared, or on its way.
    pub fn in_hand(&self) -> Option<&Change> {
        self.prepared.as_ref().or(self.saving.as_ref())
    }

    /// The rows on the screen, with their places.
    pub fn on_screen(&self, height: usize) -> impl Iterator<Item = (usize, Row)> {
        let rows = self.rows.iter().copied().enumerate();
        rows.skip(self.top).take(height)
    }

    pub fn focused(&self) -> Option<Focused<'_>> {
        let known = self.known.as_ref()?;
        match *self.rows.get(self.focus)? {
            Row::Integration(at) => known.integrations.get(at).map(Focused::Integration),
            Row::Action(at) => Some(Focused::Action(
                known.actions.get(at)?,
                *self.yours.get(at)?,
            )),
            Row::Conversation(at) => known.preferences.get(at).map(Focused::Conversation),
            Row::Conversations | Row::NoConversations => None,
        }
    }

    pub fn action(&self, name: &ActionName) -> Option<(&ActionView, Yours)> {
        let known = self.known.as_ref()?;
        let at = known
            .actions
            .iter()
            .position(|action| action.name == *name)?;
        Some((&known.actions[at], self.yours[at]))
    }

    pub fn integration(&self, name: &IntegrationName) -> Option<&Integration> {
        let known = self.known.as_ref()?;
        known.integrations.iter().find(|one| one.name == *name)
    }

    fn focused_key(&self) -> Option<Key> {
        self.rows.get(self.focus).and_then(|row| self.key(*row))
    }

    fn key(&self, row: Row) -> Option<Key> {
        let known = self.known.as_ref()?;
        Some(match row {
            Row::Integration(at) => Key::Integration(known.integrations[at].name.clone()),
            Row::Action(at) => Key::Action(known.actions[at].name.clone()),
            Row::Conversation(at) => {
                let chosen = &known.preferences[at];
                let Choice::Conversation {
                    agent,
                    conversation,
                } = &chosen.choice
                else {
                    return None;
                };
                Key::Conversation(chosen.action.clone(), agent.clone(), conversation.clone())
            }
            Row::Conversations | Row::NoConversations => return None,
        })
    }
}

/// Each integration with its actions, then one's choices for conversations.
fn rows(known: &Known) -> Vec<Row> {
    let mut rows = Vec::new();
    for (at, integration) in known.integrations.iter().enumerate() {
        rows.push(Row::Integration(at));
        let actions = known.actions.iter().enumerate();
        let own = actions.filter(|(_, action)| action.integration == integration.name);
        rows.extend(own.map(|(at, _)| Row::Action(at)));
    }
    rows.push(Row::Conversations);
    let before = rows.len();
    for (at, chosen) in known.preferences.iter().enumerate() {
        if let Choice::Conversation { .. } = chosen.choice {
            rows.push(Row::Conversation(at));
        }
    }
    if rows.len() == before {
        rows.push(Row::NoConversations);
    }
    rows
}

fn yours(action: &ActionView, known: &Known) -> Yours {
    let mut yours = Yours::default();
    for chosen in known
        .preferences
        .iter()
        .filter(|chosen| chosen.action == action.name)
    {
        match chosen.choice {
            Choice::Always {} => yours.always = true,
            Choice::Conversation { .. } => yours.conversations += 1,
            Choice::Manual {} => {}
        }
    }
    yours
}

impl Settings {
    /// What the page that is open asks the gate for.
    pub fn wanted(&self) -> Wanted {
        Wanted {
            section: self.section,
            agent: self.opened.clone(),
        }
    }

    /// What is known for the page that is open.
    pub fn page_facts(&self) -> Option<&Facts> {
        self.facts.get(&self.section)
    }

    /// Keeps the page that is open within the menu's window.
    pub fn clamp_menu(&mut self, height: usize) {
        let rows = menu();
        let at = rows
            .iter()
            .position(|row| *row == MenuRow::Section(self.section));
        let at = at.unwrap_or_default();
        let height = height.max(1);
        // The name of a group is seen with its first page.
        self.menu_top = self.menu_top.min(at.saturating_sub(1));
        if at >= self.menu_top + height {
            self.menu_top = at + 1 - height;
        }
        self.menu_top = self.menu_top.min(rows.len().saturating_sub(height));
    }
}

impl State {
    /// What pages are made of besides what the gate said about them.
    pub fn around(&self) -> Around<'_> {
        Around {
            me: self.me.as_ref(),
            known: self.settings.known.as_ref(),
            proof: self.settings.proof.as_ref(),
            keymap: &self.keymap,
            look: self.look,
            zone: &self.zone,
            now: self.now.wall,
        }
    }

    /// Which side of the settings has the keys: the page beside the menu, or, where there is room for one
    /// of them, the menu first.
    pub fn settings_side(&self) -> Side {
        let first = match Layout::of_settings(self.size, 0).mode {
            Mode::Split => Side::Page,
            _ => Side::Menu,
        };
        self.settings.side.unwrap_or(first)
    }

    /// Where a key goes on this screen.
    pub fn settings_scopes(&self) -> &'static [Scope] {
        let prepared = self.settings.prepared.is_some();
        match (self.settings_side(), self.settings.section, prepared) {
            (Side::Menu, ..) => &[Scope::List, Scope::Screen],
            (Side::Page, Section::AutoApproval, true) => {
                &[Scope::Change, Scope::Setting, Scope::List, Scope::Screen]
            }
            (Side::Page, Section::AutoApproval, false) => {
                &[Scope::Setting, Scope::List, Scope::Screen]
            }
            (Side::Page, _, true) => &[Scope::Change, Scope::Sheet, Scope::List, Scope::Screen],
            (Side::Page, _, false) => &[Scope::Sheet, Scope::List, Scope::Screen],
        }
    }

    /// Why the page that is open isn't shown to this person.
    pub fn why_not_seen(&self) -> Option<String> {
        let role = self.me.as_ref()?.role;
        let why = self.settings.section.why_not_seen(role)?;
        let role = role.map_or("", |role| role.word());
        Some(format!("{why}; you are {}", change::with_article(role)))
    }

    /// The policy as the page that is open knows it.
    pub fn policy_in_force(&self) -> Option<&PolicyInForce> {
        self.settings.page_facts()?.policy.as_ref()
    }

    /// Why the policy can't be edited from here. The key is dim then.
    pub fn why_not_edit_policy(&self) -> Option<String> {
        if !self.settings.section.is_policy() {
            return Some("the policy is edited where it is shown: Rules, Agents, Modes".to_owned());
        }
        let unable = self.unable_to_save().or_else(|| self.why_not_changed());
        let unknown = || {
            self.policy_in_force()
                .is_none()
                .then(|| "still loading".to_owned())
        };
        unable.or_else(unknown)
    }

    /// Makes the rows of the page anew where they don't say any more what is known.
    pub fn fit_sheet(&mut self) {
        if std::mem::take(&mut self.settings.outdated) {
            let none = Facts::default();
            let facts = self.settings.page_facts().unwrap_or(&none);
            let rows = match self.why_not_seen() {
                Some(_) => Vec::new(),
                None => pages::rows(&self.settings, facts, self.around()),
            };
            self.settings.sheet.put(rows);
        }
    }

    /// Why nothing opens of what is focused on a page that is a list.
    pub fn why_not_open_row(&self) -> Option<String> {
        if let Some(why) = self.why_not_seen() {
            return Some(why);
        }
        match self.settings_subject() {
            Some(Subject::Agent(_)) => None,
            Some(Subject::Look(look)) => {
                let on = self.look == Some(*look);
                on.then(|| "it looks like that already".to_owned())
            }
            Some(Subject::Version(version)) => {
                let in_force = self.policy_in_force().and_then(PolicyInForce::version);
                let current = in_force == Some(*version);
                self.why_not_edit_policy()
                    .or_else(|| current.then(|| "that version is in force".to_owned()))
            }
            _ => match self.typed_for() {
                None => Some(self.nothing_opens()),
                Some(typing) => {
                    let gone = || self.why_not_typed(&typing);
                    let unable = self.unable_to_save().or_else(|| self.why_not_changed());
                    unable.or_else(gone)
                }
            },
        }
    }

    /// Said where a row is all that there is of it.
    fn nothing_opens(&self) -> String {
        let editor = self.keymap.key(ActionId::EditPolicy);
        match (self.settings.section, self.settings_subject()) {
            (Section::Rules, Some(_)) => {
                format!(
                    "a version can be tried; a rule is changed in the policy: {editor} opens it"
                )
            }
            (Section::Notifications, Some(_)) => {
                "hours are for the quiet ones: go to that row".to_owned()
            }
            (Section::Appearance, None) => {
                "a look is chosen in an inbox of your own, not here".to_owned()
            }
            _ => "there is nothing more to open here".to_owned(),
        }
    }

    /// What is focused on a page that is a list.
    pub fn settings_subject(&self) -> Option<&Subject> {
        match self.settings.section {
            Section::AutoApproval => None,
            _ => self.settings.sheet.subject(),
        }
    }

    /// What a change would do has all the room it needs; elsewhere the rows don't move with the focus.
    pub fn settings_layout(&self) -> Layout {
        let layout = Layout::of_settings(self.size, self.change_rows());
        match (layout.mode, self.settings_side()) {
            (Mode::Stacked | Mode::Single, Side::Menu) => Layout::of_menu(self.size),
            _ => layout,
        }
    }

    /// Rows to say what the change would do, hairline and keys included; none without one.
    fn change_rows(&self) -> u16 {
        let Some(told) = self.told().filter(|told| told.change) else {
            return 0;
        };
        let layout = Layout::of_settings(self.size, 0);
        let width = usize::from(layout.foot_text().width);
        let (title, text) = (told.title.even_lines(width), told.text.even_lines(width));
        let keys = usize::from(layout.mode == Mode::Split);
        u16::try_from(title.len() + text.len() + 1 + keys).unwrap_or(u16::MAX)
    }

    /// Whether all of what the change would do is on the screen.
    pub fn change_is_visible(&self) -> bool {
        self.settings_layout().detail.height >= self.change_rows()
    }

    /// Whether this person may change the workspace.
    pub fn manages(&self) -> bool {
        let role = self.me.as_ref().and_then(|me| me.role);
        role.is_some_and(|role| role.manages())
    }
}
