//! Everything that the inbox knows. `update` alone changes it, `view` alone draws it.

pub mod bell;
pub mod document;
pub mod draft;
pub mod export;
pub mod field;
pub mod form;
pub mod history;
pub mod layout;
pub mod list;
pub mod marks;
mod moves;
pub mod overlay;
pub mod page;
pub mod palette;
pub mod pending;
mod possible;
pub mod proof;
pub mod settings;
mod standing;
pub mod tabs;
pub mod words;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::Duration;

use crossterm::event::KeyCode;
use jiff::tz::TimeZone;
use ratatui::layout::{Rect, Size};

use crate::api::people::Me;
use crate::api::request::Request;
use crate::domain::id::RequestId;
use crate::domain::review::Word;
use crate::domain::time::At;

use super::action::{ActionId, Scope};
use super::event::Now;
use super::keymap::Keymap;
use super::look::Look;
use super::plain::Talk;
use super::query::Key;
use bell::Bell;
use document::Shape;
use export::Exporting;
use form::FormKind;
use history::History;
use layout::{Layout, Mode};
use overlay::Overlay;
use page::PageRow;
use pending::{Filter, Pane, Pending};
pub use possible::STALE;
use settings::Settings;
pub use standing::{STARTED, guidance_of, is_grave};

/// The tabs, from left to right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tab {
    #[default]
    Pending,
    History,
    Settings,
}

impl Tab {
    pub const ALL: [Tab; 3] = [Tab::Pending, Tab::History, Tab::Settings];

    pub const fn title(self) -> &'static str {
        match self {
            Tab::Pending => "Pending",
            Tab::History => "History",
            Tab::Settings => "Settings",
        }
    }
}

/// How it stands with the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    Connecting,
    Live,
    Lost {
        since: At,
        /// How often it was tried in vain.
        tries: u32,
        why: String,
    },
}

/// A line that says what happened, for a few seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    pub text: String,
    pub tone: ToastTone,
    pub until: Duration,
    /// It offers to take the approval of this one back.
    pub undoes: Option<RequestId>,
}

/// What a toast said, for whoever wants to read it again.
#[derive(Debug, Clone)]
pub struct Message {
    pub at: At,
    pub tone: ToastTone,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToastTone {
    Plain,
    Good,
    Bad,
}

/// Keeps stray keys from deciding. See `update::guard`, which knows the rules.
#[derive(Debug, Default)]
pub struct Guard {
    pub last_key: Option<Duration>,
    /// A key that would decide, waiting to be sure that it came alone.
    pub armed: Option<Armed>,
    /// Until then no key decides.
    pub dead_until: Duration,
    /// The key that decided last, or was taken for a held one, and when it last came.
    pub held: Option<(ActionId, Duration)>,
    /// What was pressed last to decide: held on, it isn't the text that it asks for.
    pub pressed: Option<KeyCode>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Armed {
    pub action: ActionId,
    pub due: Duration,
}

/// The state.
#[derive(Debug)]
pub struct State {
    pub now: Now,
    pub size: Size,
    pub zone: TimeZone,
    /// What to type in a shell to run signoff.
    pub program: String,
    /// The file with an agent's token, as a shell names it.
    pub agent_token: Option<String>,
    /// Nothing on the screen is real, and it says so.
    pub sample: bool,
    pub keymap: Keymap,
    /// The conversation, where there is one in place of a screen.
    pub plain: Option<Talk>,
    /// How it looks on this terminal, where that can be chosen from here.
    pub look: Option<Look>,
    pub me: Option<Me>,
    /// Where the gate is, once one was found.
    pub address: Option<String>,
    pub link: Link,
    pub tab: Tab,
    pub pending: Pending,
    pub history: History,
    pub settings: Settings,
    pub bell: Bell,
    pub overlay: Option<Overlay>,
    /// Where files go that somebody asks for; nowhere without.
    pub folder: Option<PathBuf>,
    /// A file that is being written.
    pub exporting: Option<Exporting>,
    /// Whether the mouse is ours, or the terminal's to select text with.
    pub mouse: bool,
    pub toast: Option<Toast>,
    /// What was said, the newest last.
    pub messages: VecDeque<Message>,
    pub guard: Guard,
    /// When the list was last asked for again.
    pub refreshed: Duration,
}

impl State {
    /// An inbox that has just been opened and knows nothing yet.
    pub fn new(now: Now, size: Size, zone: TimeZone, program: String) -> Self {
        Self {
            now,
            size,
            zone,
            program,
            agent_token: None,
            sample: false,
            keymap: Keymap::shipped(),
            plain: None,
            look: None,
            me: None,
            address: None,
            link: Link::Connecting,
            tab: Tab::default(),
            pending: Pending::default(),
            history: History::default(),
            settings: Settings::default(),
            bell: Bell::default(),
            overlay: None,
            folder: None,
            exporting: None,
            mouse: true,
            toast: None,
            messages: VecDeque::new(),
            guard: Guard::default(),
            refreshed: Duration::ZERO,
        }
    }

    /// What may be asked of the list that is shown.
    pub fn filter_keys(&self) -> &'static [Key] {
        match self.tab {
            Tab::History => Key::OVER,
            Tab::Pending | Tab::Settings => Key::WAITING,
        }
    }

    /// What the list that is shown is narrowed to.
    pub fn filter(&self) -> &Filter {
        match self.tab {
            Tab::History => &self.history.filter,
            Tab::Pending | Tab::Settings => &self.pending.filter,
        }
    }

    /// The rows of the list that is shown, from which a filter is completed.
    pub fn narrowable(&self) -> &[Request] {
        match self.tab {
            Tab::History => &self.history.list.rows,
            Tab::Pending | Tab::Settings => &self.pending.list.rows,
        }
    }

    /// Why the sample can't be opened now. The key is dim then.
    pub fn why_not_sample(&self) -> Option<&'static str> {
        if self.sample {
            return Some("this is the sample; q leaves it");
        }
        let list = &self.pending.list;
        let empty = list.loaded && list.rows.is_empty() && list.query.is_empty();
        (!empty).then_some("the sample is for while nothing waits; signoff --sample opens it too")
    }

    pub fn is_live(&self) -> bool {
        self.link == Link::Live
    }

    /// Where things stand on the Pending screen, which lives on while another is shown.
    pub fn layout(&self) -> Layout {
        Layout::of(self.size, self.pending.pane)
    }

    /// Rows of the list that are on the screen at once, when it is.
    pub fn entries(&self) -> usize {
        Layout::of(self.size, Pane::List).entries()
    }

    /// Where things stand on the screen that is shown.
    pub fn screen(&self) -> Layout {
        match self.tab {
            Tab::Pending => self.layout(),
            Tab::History => self.history_layout(),
            Tab::Settings => self.settings_layout(),
        }
    }

    /// The column of the line between two panes, while there are two to be seen.
    pub fn column(&self, layout: &Layout) -> Option<u16> {
        let empty = self.tab == Tab::Pending && self.pending.list.rows.is_empty();
        let covered = self.overlay.as_ref().is_some_and(Overlay::covers);
        layout.column().filter(|_| !empty && !covered)
    }

    /// The window on the document that is being read: its shape and its rows.
    pub fn reading_window(&self) -> (Shape, usize) {
        let layout = self.layout();
        let reading = self.pending.reading();
        let warnings = reading.map_or(0, |detail| detail.document.warnings.len());
        let guidance = reading.map_or(0, |detail| guidance_of(&detail.request, &layout).len());
        let parts = layout.detail_parts(warnings, guidance);
        let shape = Shape {
            width: parts.text.width,
            compact: layout.mode != Mode::Split,
        };
        (shape, usize::from(parts.text.height))
    }

    /// The window on what other parameters would change.
    pub fn edited_window(&self) -> (Shape, usize) {
        let layout = self.layout();
        let text = layout.edited_parts().text;
        let shape = Shape {
            width: text.width,
            compact: true,
        };
        (shape, usize::from(text.height))
    }

    /// The window on a document that is laid over the screen, below its title.
    pub fn sheet_window(&self) -> (Shape, Rect) {
        let page = self.layout().page();
        let title = 2.min(page.height);
        let area = Rect {
            y: page.y + title,
            height: page.height - title,
            ..page
        };
        let shape = Shape {
            width: area.width,
            compact: true,
        };
        (shape, area)
    }

    /// Where a key goes, the innermost first.
    pub fn scopes(&self) -> &'static [Scope] {
        match (&self.overlay, self.tab) {
            (Some(Overlay::Confirm(_)), _) => &[Scope::Confirm],
            (Some(Overlay::Reason(_)), _) => &[Scope::Reason],
            (Some(Overlay::Answer(_)), _) => &[Scope::Answer],
            (Some(Overlay::Snooze(_)), _) => &[Scope::Snooze],
            (Some(Overlay::Filter(_)), _) => &[Scope::Filter],
            (Some(Overlay::Palette(_)), _) => &[Scope::Palette],
            (Some(Overlay::Several(several)), _) => match several.word {
                Word::Approve => &[Scope::Confirm],
                Word::Reject | Word::Respond => &[Scope::Reason],
            },
            (Some(Overlay::Edited(_)), _) => &[Scope::Edited, Scope::Overlay],
            (Some(Overlay::Broken(_)), _) => &[Scope::Broken, Scope::Overlay],
            (Some(Overlay::Bell(_)), _) => &[Scope::Bell, Scope::Overlay],
            (Some(Overlay::Sheet(_) | Overlay::Token(_)), _) => &[Scope::Overlay],
            (Some(Overlay::Help { .. } | Overlay::Why(_) | Overlay::Messages { .. }), _) => {
                &[Scope::Overlay]
            }
            (Some(Overlay::Export(_)), _) => &[Scope::Export],
            (Some(Overlay::Form(form)), _) => match form.row().kind {
                FormKind::Bool => &[Scope::FormChoice, Scope::Form],
                FormKind::Lines => &[Scope::FormText, Scope::Form],
                _ => &[Scope::Form],
            },
            (Some(Overlay::Typed(..)), _) => &[Scope::Typed],
            (Some(Overlay::Trial(_)), _) => &[Scope::Trial, Scope::Overlay],
            (None, _) => self.screen_scopes(),
        }
    }

    /// The same as if nothing were laid over the screen.
    pub fn screen_scopes(&self) -> &'static [Scope] {
        match self.tab {
            Tab::Pending => &[Scope::Request, Scope::List, Scope::Screen],
            Tab::History => &[Scope::Record, Scope::List, Scope::Screen],
            Tab::Settings => self.settings_scopes(),
        }
    }

    /// The page that is laid over the screen, and its first row on the screen.
    pub fn page(&self) -> Option<(Vec<PageRow>, usize)> {
        let width = usize::from(self.layout().page().width);
        match &self.overlay {
            Some(Overlay::Help { scroll }) => Some((page::help(&self.keymap, width), *scroll)),
            Some(Overlay::Why(ladder)) => Some((page::ladder(ladder, width), ladder.scroll)),
            Some(Overlay::Bell(list)) => {
                let (rows, _) = self.bell.page(list, self.now.wall, &self.zone, width);
                Some((rows, list.top))
            }
            Some(Overlay::Messages { scroll }) => {
                Some((page::messages(&self.messages, &self.zone, width), *scroll))
            }
            Some(Overlay::Broken(broken)) => Some((page::broken(broken, &self.keymap, width), 0)),
            Some(Overlay::Trial(trial)) => {
                Some((settings::trial::rows(trial, width), trial.scroll))
            }
            Some(Overlay::Form(form)) => Some((form.page(width, &self.keymap).0, form.top)),
            Some(Overlay::Token(token)) => Some((page::token(token, width), 0)),
            _ => None,
        }
    }

    /// What a decision would be about: the focused request in the version that is on the screen.
    pub fn subject(&self) -> Option<(RequestId, Option<u32>)> {
        let id = self.pending.list.focused()?.id;
        let version = self.pending.reading().map(|detail| detail.request.version);
        Some((id, version))
    }

    /// Whether news of this request change more than what is known of it.
    pub fn shows(&self, id: RequestId) -> bool {
        let focused = self.pending.list.focused();
        let wanted = match &self.overlay {
            Some(Overlay::Bell(list)) => list.wanted == Some(id),
            _ => false,
        };
        wanted || focused.is_some_and(|row| row.id == id) || self.pending.sending(id).is_some()
    }

    /// Whether the document is on the screen; in a single pane it may not be.
    pub fn detail_is_visible(&self) -> bool {
        if let Some(talk) = &self.plain {
            let focused = self.pending.list.focused().map(|row| row.id);
            return talk.shown.is_some() && talk.shown == focused;
        }
        let shown = match self.layout().mode {
            Mode::Tiny => false,
            Mode::Single => self.pending.pane == Pane::Detail,
            Mode::Stacked | Mode::Split => true,
        };
        shown && self.tab == Tab::Pending
    }
}
