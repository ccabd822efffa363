//! The tabs and where each stands; and what of the screen is under the mouse.

use ratatui::layout::Position;

use super::layout::{Layout, Mode};
use super::settings::section::{MenuRow, Section, Side, menu};
use super::{State, Tab, words};

/// What the mouse can be on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Under {
    Tab(Tab),
    /// The list, and which of the entries on the screen.
    List(usize),
    /// A page of the settings, in their menu.
    Menu(Section),
    /// What is being read.
    Text,
}

impl State {
    /// What each tab is called now, and the column that it begins in.
    pub fn tab_places(&self, layout: &Layout) -> Vec<(Tab, u16, String)> {
        let narrow = layout.mode == Mode::Single;
        let mut x = match layout.mode {
            Mode::Split => 2 + BRAND.len() + BEHIND_BRAND.len(),
            Mode::Single => 1,
            _ => 2,
        };
        let mut places = Vec::new();
        for tab in Tab::ALL {
            if narrow && tab != self.tab {
                continue;
            }
            let title = self.tab_title(tab, narrow);
            let place = u16::try_from(x).unwrap_or(u16::MAX);
            x += title.len() + BETWEEN.len();
            places.push((tab, place, title));
        }
        places
    }

    fn tab_title(&self, tab: Tab, narrow: bool) -> String {
        // With one pane the list has no title of its own.
        let found = self.found().filter(|_| narrow);
        match (tab, self.pending.list.total) {
            (Tab::Pending, Some(_)) if found.is_some() => {
                format!("Pending {}", found.unwrap_or_default())
            }
            (Tab::Pending, Some(total)) => format!("Pending {}", words::grouped(total)),
            // Where only one side of the settings has room, its name stands here.
            (Tab::Settings, _) if narrow && self.settings_side() == Side::Page => {
                self.settings.section.title().to_owned()
            }
            (tab, _) => tab.title().to_owned(),
        }
    }

    /// How many the filter finds of how many, once the gate has said.
    pub fn found(&self) -> Option<String> {
        let list = &self.pending.list;
        let (found, total) = (list.found?, list.total?);
        let more = if found.or_more { "+" } else { "" };
        let (found, total) = (words::grouped(found.count), words::grouped(total));
        if list.query.is_put_off() {
            return Some(format!("{found}{more} put off"));
        }
        Some(format!("{found}{more} of {total}"))
    }

    /// What is there on the screen, when nothing is laid over it.
    pub fn under(&self, at: Position) -> Option<Under> {
        let layout = self.screen();
        if layout.tabs.contains(at) {
            let places = self.tab_places(&layout);
            let mut tabs = places.into_iter().filter(|(_, x, title)| {
                (*x..x.saturating_add(u16::try_from(title.len()).unwrap_or(u16::MAX)))
                    .contains(&at.x)
            });
            return tabs.next().map(|(tab, ..)| Under::Tab(tab));
        }
        let side = (self.tab == Tab::Settings).then(|| self.settings_side());
        if let (Some(side), true) = (side, layout.body.contains(at)) {
            let beside = layout.column().is_some_and(|column| at.x < column);
            let alone = layout.column().is_none() && side == Side::Menu;
            if beside || alone {
                let row = usize::from(at.y - layout.body.y) + self.settings.menu_top;
                return match menu().get(row) {
                    Some(MenuRow::Section(section)) => Some(Under::Menu(*section)),
                    _ => None,
                };
            }
        }
        if layout.list.contains(at) {
            let row = usize::from((at.y - layout.list.y) / layout.entry_height);
            return Some(Under::List(row)).filter(|_| row < layout.entries());
        }
        layout.detail.contains(at).then_some(Under::Text)
    }
}

/// What stands before the tabs, where there is room.
pub const BRAND: &str = "signoff";
/// Between that and the first tab.
pub const BEHIND_BRAND: &str = "   ";
/// Between two tabs.
pub const BETWEEN: &str = "    ";
