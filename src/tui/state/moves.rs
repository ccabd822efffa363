//! Whether the keys that move have anywhere to go. Keys that go both ways are one here: at an end of a list
//! the other way is still open.

use super::document::Document;
use super::overlay::Overlay;
use super::pending::Pane;
use super::settings::section::{Section, Side};
use super::{State, Tab};

const ALL_SEEN: &str = "there is nothing to scroll: all of it is on the screen";
const ALONE: &str = "there is no other row to go to";

impl State {
    /// Why neither one row down nor up is anything.
    pub(super) fn why_not_moved(&self) -> Option<String> {
        match self.over() {
            Some(over) => self.why_not_scrolled_over(over),
            None => match self.tab {
                Tab::Pending if self.pending.pane == Pane::Detail => self.why_not_scrolled(),
                Tab::Pending => alone(self.pending.list.is_alone()),
                Tab::History if self.history.pane == Pane::Detail => self.why_not_scrolled(),
                Tab::History => {
                    alone(self.history.list.is_alone() && self.history.waiting.count == 0)
                }
                Tab::Settings => alone(self.is_alone_on_page()),
            },
        }
    }

    /// Why neither a page down nor up is anything.
    pub(super) fn why_not_paged(&self) -> Option<String> {
        let reads = self.tab == Tab::Pending && self.detail_is_visible();
        match self.over() {
            None if reads => self.why_not_scrolled(),
            _ => self.why_not_moved(),
        }
    }

    /// Why what is read doesn't scroll.
    pub(super) fn why_not_scrolled(&self) -> Option<String> {
        let (document, height) = match self.tab {
            Tab::Pending => {
                let reading = self.pending.reading();
                (
                    reading.map(|detail| &detail.document),
                    self.reading_window().1,
                )
            }
            Tab::History => {
                let reading = self.history.reading();
                (
                    reading.map(|detail| &detail.document),
                    self.history_window().1,
                )
            }
            Tab::Settings => return None,
        };
        fits(document, height)
    }

    /// What is laid over the screen and takes the keys that move.
    fn over(&self) -> Option<&Overlay> {
        // What is chosen in the palette is done without it.
        let over = self.overlay.as_ref();
        over.filter(|over| !matches!(over, Overlay::Palette(_)))
    }

    fn why_not_scrolled_over(&self, over: &Overlay) -> Option<String> {
        match over {
            Overlay::Edited(edited) => fits(Some(&edited.document), self.edited_window().1),
            Overlay::Sheet(sheet) => fits(
                sheet.document.as_ref(),
                usize::from(self.sheet_window().1.height),
            ),
            Overlay::Bell(_) => {
                let told = self.bell.told.as_ref();
                alone(told.is_none_or(|told| told.len() <= 1))
            }
            _ => {
                let (rows, _) = self.page()?;
                let fits = rows.len() <= usize::from(self.layout().page().height);
                fits.then(|| ALL_SEEN.to_owned())
            }
        }
    }

    /// Whether there is one place for the focus on the page of the settings, or none.
    fn is_alone_on_page(&self) -> bool {
        let settings = &self.settings;
        // To move is to leave what is prepared, too.
        if self.settings_side() == Side::Menu || settings.prepared.is_some() {
            return false;
        }
        match settings.section {
            Section::AutoApproval => settings.is_alone(),
            _ => {
                let places = settings.sheet.rows.iter();
                places.filter(|row| row.subject.is_some()).nth(1).is_none()
            }
        }
    }
}

fn alone(alone: bool) -> Option<String> {
    alone.then(|| ALONE.to_owned())
}

fn fits(document: Option<&Document>, height: usize) -> Option<String> {
    let fits = document.is_none_or(|document| document.rows().len() <= height);
    fits.then(|| ALL_SEEN.to_owned())
}
