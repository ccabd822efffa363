//! Everything that can happen to the inbox, as one type. The loop makes events; only `update` reads them.

use std::time::Duration;

use crossterm::event::{KeyEvent, MouseEvent};
use ratatui::layout::Size;

use crate::api::notification::{Notifications, Unseen};
use crate::api::page::Page;
use crate::api::people::{Me, Stopped};
use crate::api::request::{Request, Why};
use crate::client::ClientError;
use crate::domain::id::RequestId;
use crate::domain::time::At;

use super::effect::PageFetch;
use super::state::document::Past;
use super::state::export::Exported;
use super::state::overlay::{About, NewSecret};
use super::state::pending::Deed;
use super::state::proof::Proven;
use super::state::settings::facts::{Facts, Wanted};
use super::state::settings::trial::Tried;
use super::state::settings::{Change, Known, Proof};

/// The two clocks, read together: what people are shown, and what intervals are measured with. The
/// first can be set; the second only goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    pub wall: At,
    /// Since the inbox was started.
    pub elapsed: Duration,
}

/// Something happened.
#[derive(Debug)]
pub enum Event {
    Key(KeyEvent),
    Mouse(MouseEvent),
    /// A line, where lines are typed in place of keys.
    Line(String),
    /// A bracketed paste.
    Paste(String),
    Resize(Size),
    /// The terminal's window got the keyboard.
    Focus,
    /// The shell had the terminal for a while, or couldn't be given it.
    Resumed(Result<(), String>),
    /// Something that counts down is due.
    Tick,
    /// The screen is as the state says: what it shows has now been seen.
    Drawn,
    Answer(Answer),
    Stream(Stream),
}

/// What came of an effect.
#[derive(Debug)]
pub enum Answer {
    Page(PageFetch, Result<Page<Request>, ClientError>),
    Request(RequestId, Result<Box<Request>, ClientError>),
    Decided(RequestId, Result<Box<Request>, ClientError>),
    Done(RequestId, Deed, Result<Box<Request>, ClientError>),
    /// What somebody wrote in an editor.
    Edited(About, Result<String, String>),
    /// What somebody wrote of one value of a form.
    Lines(About, usize, Result<String, String>),
    Why(RequestId, Result<Box<Why>, ClientError>),
    History(PageFetch, Result<Page<Request>, ClientError>),
    Opened(RequestId, Result<Box<Request>, ClientError>),
    Past(RequestId, Result<Box<Past>, ClientError>),
    Bell(Result<Notifications, ClientError>),
    BellSeen(Result<Unseen, ClientError>),
    Settings(Result<Box<Known>, ClientError>),
    Saved(Box<Change>, Result<Saved, ClientError>),
    Facts(Wanted, Result<Box<Facts>, ClientError>),
    /// What somebody wrote of the policy in an editor.
    PolicyEdited(Result<String, String>),
    /// What the gate says about this text.
    Tried(String, Result<Tried, ClientError>),
    Version(u64, Result<String, ClientError>),
    PolicySaved(Result<u64, ClientError>),
    Proven(Proof),
    Exported(Exported),
    /// What is right about the proof of a record, or what isn't.
    RecordProven(RequestId, Result<Result<Proven, String>, ClientError>),
    /// Where the chosen look is kept, or why it isn't.
    LookKept(Result<String, String>),
}

/// What came of a change that was saved.
#[derive(Debug, Default)]
pub struct Saved {
    /// The settings as they are since, if they could be had.
    pub known: Option<Box<Known>>,
    /// The one who looks, where it was about them.
    pub me: Option<Box<Me>>,
    /// A token that was made.
    pub token: Option<NewSecret>,
    /// What ended because an agent was stopped.
    pub stopped: Option<Stopped>,
}

/// News of the connection.
#[derive(Debug)]
pub enum Stream {
    /// There is a gate, it says who is asking, and its events come; and where it is.
    Live(Box<Me>, String),
    /// Something happened to a request, or to something else.
    Changed {
        kind: String,
        request: Option<RequestId>,
        /// Whether it was the one who looks who did it.
        mine: bool,
        /// Whether they are told of it.
        told: bool,
    },
    Lost(String),
}
