//! What `update` wants done outside. The loop does it and hands the answer back as an event.

use std::sync::Arc;
use std::time::Duration;

use crate::api::request::{Decide, OpenedRequest};
use crate::domain::id::{AgentId, RequestId};
use crate::domain::untrusted::Untrusted;

use super::look::Look;
use super::query::Query;
use super::state::export::ToExport;
use super::state::overlay::About;
use super::state::pending::Deed;
use super::state::settings::Change;
use super::state::settings::facts::Wanted;

/// Something to do.
#[derive(Debug)]
pub enum Effect {
    /// Look for the gate after a while, and read its events from where they stopped.
    Connect {
        after: Duration,
    },
    FetchPage(PageFetch),
    FetchRequest(RequestId),
    Decide(RequestId, Box<Decide>),
    Do(RequestId, Deed),
    /// Tell the gate how much of it was on the screen.
    Opened(RequestId, OpenedRequest),
    /// Have this text edited.
    Edit(About, String),
    /// Have one value edited as lines: its place in the form of these parameters, and its text.
    EditLines(About, usize, String),
    FetchWhy(RequestId),
    FetchHistory(PageFetch),
    /// A request of the history, with its parameters.
    FetchOpened(RequestId),
    /// What was decided before: of this agent, and to this recipient.
    FetchPast(RequestId, AgentId, Option<Untrusted>),
    /// What the one who looks was told.
    FetchBell,
    /// Say that they have seen everything up to this one.
    BellSeen(u64),
    FetchSettings,
    /// What a page of the settings shows.
    FetchFacts(Wanted),
    /// Have the policy edited, from this text.
    EditPolicy(String),
    /// Check a policy, and hold it against the past.
    TryPolicy(String),
    /// The text of a version that was saved.
    FetchVersion(u64),
    SavePolicy(PolicyToSave),
    /// Ask for what shows that the record of a request is in the log, and check it.
    ProveRecord(RequestId),
    /// Read the whole log, and compare it with what is signed.
    ProveLog,
    Save(Box<Change>),
    /// Write a file of what the history finds.
    Export(ToExport),
    /// Leave that file, and keep nothing of it.
    StopExport,
    /// Leave the terminal to the shell that started the program, until it says to go on.
    Suspend,
    /// Look like this from now on, and keep it.
    Look(Look),
    /// Take the mouse, or leave it to the terminal.
    Mouse(bool),
    /// Draw every cell again.
    Redraw,
    /// Show the operator's view until it is left.
    Watch,
    /// Leave for the sample.
    Sample,
    Quit,
}

/// A policy, the version that it follows, and the key that saves it once however often it is sent.
#[derive(Debug, Clone)]
pub struct PolicyToSave {
    pub text: String,
    pub tag: String,
    pub key: String,
}

/// Which part of the list is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageFetch {
    pub part: Part,
    /// What the list is narrowed to.
    pub query: Arc<Query>,
    pub cursor: Option<String>,
    pub limit: u32,
}

/// What a page is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The beginning of the queue; the window goes there.
    Top,
    /// The window again.
    Window,
    /// What comes after the window.
    Next,
    /// What stood before the window.
    Earlier,
}
