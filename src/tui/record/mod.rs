//! What an inbox received, written down: keys, sizes, the passing of time, and what the gate answered, each
//! with the moment at which it was taken in. Played again, it leads to the same screens and the same decisions.
//!
//! It holds the contents of requests. What the pages of the settings show isn't written down: policies, and
//! tokens that were just made.

mod heard;
mod keys;
mod replay;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write as _};
use std::sync::Arc;

use ratatui::layout::Size;
use serde::{Deserialize, Serialize};

use super::action::ACTIONS;
use super::event::{Event, Now};
use super::state::State;
use crate::domain::time::At;

pub use replay::{BadRecording, Played, replay};

use heard::Heard;

/// Of this form; another one is refused.
const FORM: u32 = 1;
const NOTE: &str =
    "Everything that an inbox showed, contents of requests included: keep it to yourself.";

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    form: u32,
    note: String,
    version: String,
    at: At,
    width: u16,
    height: u16,
    zone: String,
    program: String,
    mouse: bool,
    sample: bool,
    /// The file with an agent's token, as a shell names it, and where files would go.
    agent_token: Option<String>,
    folder: Option<String>,
    /// Actions that have other keys than the shipped ones.
    keys: BTreeMap<String, Vec<String>>,
}

/// Every other line.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    /// Since the inbox was started.
    micros: u64,
    at: At,
    heard: Heard,
}

/// Writes a recording.
#[derive(Debug)]
pub struct Recorder {
    out: Arc<File>,
}

impl Recorder {
    /// Begins it with how the inbox is before anything has happened.
    pub fn begin(out: Arc<File>, state: &State) -> io::Result<Self> {
        let keymap = &state.keymap;
        let own = ACTIONS.iter().filter(|action| keymap.is_own(action));
        let keys = own.map(|action| {
            let keys = keymap.keys(action.id).map(|key| key.to_string());
            (action.name.to_owned(), keys.collect())
        });
        let Size { width, height } = state.size;
        let folder = state.folder.as_ref();
        let mut recorder = Self { out };
        recorder.line(&Head {
            form: FORM,
            note: NOTE.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            at: state.now.wall,
            width,
            height,
            zone: state.zone.iana_name().unwrap_or("UTC").to_owned(),
            program: state.program.clone(),
            mouse: state.mouse,
            sample: state.sample,
            agent_token: state.agent_token.clone(),
            folder: folder.map(|folder| folder.to_string_lossy().into_owned()),
            keys: keys.collect(),
        })?;
        Ok(recorder)
    }

    /// Writes down what is about to be taken in.
    pub fn take(&mut self, event: &Event, now: Now, state: &State) -> io::Result<()> {
        match Heard::of(event, state) {
            None => Ok(()),
            Some(heard) => self.line(&Line {
                micros: u64::try_from(now.elapsed.as_micros()).unwrap_or(u64::MAX),
                at: now.wall,
                heard,
            }),
        }
    }

    /// One line, in one write: what is there is whole, whenever the program ends.
    fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        (&*self.out).write_all(&bytes)
    }
}
