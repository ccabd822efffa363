//! What can be written down of what happened. An answer to a question that isn't asked any more is left out,
//! and so is what the question was: whoever plays it again asks the same.

use ratatui::layout::Size;
use serde::{Deserialize, Serialize};

use super::keys::{Moused, Pressed};
use crate::api::notification::{Notifications, Unseen};
use crate::api::page::Page;
use crate::api::people::Me;
use crate::api::problem::Problem;
use crate::api::request::{Request, Why};
use crate::client::ClientError;
use crate::domain::id::RequestId;
use crate::tui::event::{Answer, Event, Stream};
use crate::tui::state::State;
use crate::tui::state::document::Past;
use crate::tui::state::overlay::About;
use crate::tui::state::pending::Deed;
use crate::tui::state::settings::Known;

type Said<T> = Result<T, Trouble>;

/// Something that happened.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Heard {
    Key(Pressed),
    Mouse(Moused),
    Paste(String),
    Line(String),
    Size(u16, u16),
    Focus,
    Resumed(Result<(), String>),
    Tick,
    Drawn,
    Live(Box<Me>, String),
    Changed {
        kind: String,
        request: Option<RequestId>,
        mine: bool,
        told: bool,
    },
    Lost(String),
    Page(Said<Page<Request>>),
    History(Said<Page<Request>>),
    Request(RequestId, Said<Box<Request>>),
    Opened(RequestId, Said<Box<Request>>),
    Decided(RequestId, Said<Box<Request>>),
    Done(RequestId, Deed, Said<Box<Request>>),
    Edited(About, Result<String, String>),
    Lines(About, usize, Result<String, String>),
    Why(RequestId, Said<Box<Why>>),
    Past(RequestId, Said<Box<Past>>),
    Bell(Said<Notifications>),
    BellSeen(Said<Unseen>),
    Settings(Said<Box<Known>>),
    LookKept(Result<String, String>),
    /// Something of the settings, a file or a proof, which isn't written down.
    LeftOut,
}

/// Why there is no answer.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    Refused(Box<Problem>),
    Unreachable {
        address: String,
        why: String,
        sent: bool,
    },
}

impl Trouble {
    fn of(error: &ClientError) -> Self {
        match error {
            ClientError::Refused(problem) => Trouble::Refused(problem.clone()),
            ClientError::Unreachable { address, why, sent } => Trouble::Unreachable {
                address: address.clone(),
                why: why.clone(),
                sent: *sent,
            },
            other => Trouble::Unreachable {
                address: String::new(),
                why: other.to_string(),
                sent: !other.was_not_sent(),
            },
        }
    }

    fn error(self) -> ClientError {
        match self {
            Trouble::Refused(problem) => ClientError::Refused(problem),
            Trouble::Unreachable { address, why, sent } => {
                ClientError::Unreachable { address, why, sent }
            }
        }
    }
}

fn said<T: Clone>(result: &Result<T, ClientError>) -> Said<T> {
    match result {
        Ok(value) => Ok(value.clone()),
        Err(error) => Err(Trouble::of(error)),
    }
}

fn answer<T>(said: Said<T>) -> Result<T, ClientError> {
    said.map_err(Trouble::error)
}

impl Heard {
    /// What is written down of an event; nothing of one that changes nothing.
    pub fn of(event: &Event, state: &State) -> Option<Self> {
        Some(match event {
            Event::Key(key) => Heard::Key(Pressed::of(key)?),
            Event::Mouse(event) => Heard::Mouse(Moused::of(event)?),
            Event::Paste(text) => Heard::Paste(text.clone()),
            Event::Line(line) => Heard::Line(line.clone()),
            Event::Resize(size) => Heard::Size(size.width, size.height),
            Event::Focus => Heard::Focus,
            Event::Resumed(back) => Heard::Resumed(back.clone()),
            Event::Tick => Heard::Tick,
            Event::Drawn => Heard::Drawn,
            Event::Stream(Stream::Live(me, address)) => Heard::Live(me.clone(), address.clone()),
            Event::Stream(Stream::Lost(why)) => Heard::Lost(why.clone()),
            Event::Stream(Stream::Changed {
                kind,
                request,
                mine,
                told,
            }) => Heard::Changed {
                kind: kind.clone(),
                request: *request,
                mine: *mine,
                told: *told,
            },
            Event::Answer(answer) => Self::of_answer(answer, state)?,
        })
    }

    fn of_answer(answer: &Answer, state: &State) -> Option<Self> {
        Some(match answer {
            Answer::Page(fetch, page) => {
                let current = state.pending.list.asked.as_ref() == Some(fetch);
                current.then(|| Heard::Page(said(page)))?
            }
            Answer::History(fetch, page) => {
                let current = state.history.list.asked.as_ref() == Some(fetch);
                current.then(|| Heard::History(said(page)))?
            }
            Answer::Request(id, result) => Heard::Request(*id, said(result)),
            Answer::Opened(id, result) => Heard::Opened(*id, said(result)),
            Answer::Decided(id, result) => Heard::Decided(*id, said(result)),
            Answer::Done(id, deed, result) => Heard::Done(*id, *deed, said(result)),
            Answer::Edited(about, text) => Heard::Edited(*about, text.clone()),
            Answer::Lines(about, at, text) => Heard::Lines(*about, *at, text.clone()),
            Answer::Why(id, why) => Heard::Why(*id, said(why)),
            Answer::Past(id, past) => Heard::Past(*id, said(past)),
            Answer::Bell(told) => Heard::Bell(said(told)),
            Answer::BellSeen(unseen) => Heard::BellSeen(said(unseen)),
            Answer::Settings(known) => Heard::Settings(said(known)),
            Answer::LookKept(kept) => Heard::LookKept(kept.clone()),
            Answer::Saved(..)
            | Answer::Facts(..)
            | Answer::PolicyEdited(_)
            | Answer::Tried(..)
            | Answer::Version(..)
            | Answer::PolicySaved(_)
            | Answer::Exported(_)
            | Answer::RecordProven(..)
            | Answer::Proven(_) => Heard::LeftOut,
        })
    }

    /// The event again; nothing where it was left out, or answers what isn't asked.
    pub fn event(self, state: &State) -> Option<Event> {
        Some(match self {
            Heard::Key(key) => Event::Key(key.event()),
            Heard::Mouse(mouse) => Event::Mouse(mouse.event()),
            Heard::Paste(text) => Event::Paste(text),
            Heard::Line(line) => Event::Line(line),
            Heard::Size(width, height) => Event::Resize(Size { width, height }),
            Heard::Focus => Event::Focus,
            Heard::Resumed(back) => Event::Resumed(back),
            Heard::Tick => Event::Tick,
            Heard::Drawn => Event::Drawn,
            Heard::Live(me, address) => Event::Stream(Stream::Live(me, address)),
            Heard::Lost(why) => Event::Stream(Stream::Lost(why)),
            Heard::Changed {
                kind,
                request,
                mine,
                told,
            } => Event::Stream(Stream::Changed {
                kind,
                request,
                mine,
                told,
            }),
            Heard::Page(page) => {
                let asked = state.pending.list.asked.clone()?;
                Event::Answer(Answer::Page(asked, answer(page)))
            }
            Heard::History(page) => {
                let asked = state.history.list.asked.clone()?;
                Event::Answer(Answer::History(asked, answer(page)))
            }
            Heard::Request(id, said) => Event::Answer(Answer::Request(id, answer(said))),
            Heard::Opened(id, said) => Event::Answer(Answer::Opened(id, answer(said))),
            Heard::Decided(id, said) => Event::Answer(Answer::Decided(id, answer(said))),
            Heard::Done(id, deed, said) => Event::Answer(Answer::Done(id, deed, answer(said))),
            Heard::Edited(about, text) => Event::Answer(Answer::Edited(about, text)),
            Heard::Lines(about, at, text) => Event::Answer(Answer::Lines(about, at, text)),
            Heard::Why(id, said) => Event::Answer(Answer::Why(id, answer(said))),
            Heard::Past(id, said) => Event::Answer(Answer::Past(id, answer(said))),
            Heard::Bell(said) => Event::Answer(Answer::Bell(answer(said))),
            Heard::BellSeen(said) => Event::Answer(Answer::BellSeen(answer(said))),
            Heard::Settings(said) => Event::Answer(Answer::Settings(answer(said))),
            Heard::LookKept(kept) => Event::Answer(Answer::LookKept(kept)),
            Heard::LeftOut => return None,
        })
    }
}
