//! Plays a recording: every event goes through the same update at the same moment, and every frame is drawn
//! again. Nothing is asked of a gate, and nothing is decided: what would have been sent is only collected.

use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Size;

use super::{FORM, Head, Line};
use crate::api::request::Decide;
use crate::domain::id::RequestId;
use crate::tui::effect::Effect;
use crate::tui::event::{Event, Now};
use crate::tui::keymap::{BadBinding, Binding, Keymap};
use crate::tui::state::State;
use crate::tui::term::Canvas;
use crate::tui::theme::{Depth, GlyphSet, Palette, Theme};
use crate::tui::update::update;
use crate::tui::view;

/// What came of it.
#[derive(Debug)]
pub struct Played {
    /// The last screen, row by row.
    pub screen: String,
    pub frames: usize,
    /// What was sent to the gate, in its order.
    pub decisions: Vec<(RequestId, Decide)>,
}

/// What is no recording, or none of this program's.
#[derive(Debug, thiserror::Error)]
pub enum BadRecording {
    #[error("it is empty")]
    Empty,
    #[error("line {0} is not what a recording has there")]
    Line(usize, #[source] serde_json::Error),
    #[error("it is of form {0}; this program plays form {FORM}")]
    Form(u32),
    #[error("its keys can't be")]
    Keys(#[from] BadBinding),
}

/// Plays it from the beginning to the end.
pub fn replay(
    text: &str,
    palette: Palette,
    depth: Depth,
    glyphs: GlyphSet,
) -> Result<Played, BadRecording> {
    let mut lines = text.lines().enumerate();
    let (_, first) = lines.next().ok_or(BadRecording::Empty)?;
    let head: Head = serde_json::from_str(first).map_err(|error| BadRecording::Line(1, error))?;
    if head.form != FORM {
        return Err(BadRecording::Form(head.form));
    }
    let mut state = begin(head)?;
    let theme = Theme::new(palette, depth, glyphs);
    let Size { width, height } = state.size;
    let mut terminal =
        Terminal::new(TestBackend::new(width, height)).unwrap_or_else(|none| match none {});
    let mut played = Played {
        screen: String::new(),
        frames: 0,
        decisions: Vec::new(),
    };
    for (index, line) in lines {
        let line: Line =
            serde_json::from_str(line).map_err(|error| BadRecording::Line(index + 1, error))?;
        let now = Now {
            wall: line.at,
            elapsed: Duration::from_micros(line.micros),
        };
        let Some(event) = line.heard.event(&state) else {
            continue;
        };
        match &event {
            Event::Resize(size) => terminal.backend_mut().resize(size.width, size.height),
            Event::Drawn => {
                let drawn =
                    Canvas::draw(&mut terminal, |buffer| view::draw(&state, &theme, buffer));
                drawn.unwrap_or_else(|none| match none {});
                played.frames += 1;
            }
            _ => {}
        }
        for effect in update(&mut state, event, now) {
            if let Effect::Decide(id, decide) = effect {
                played.decisions.push((id, *decide));
            }
        }
    }
    played.screen = terminal.backend().to_string();
    Ok(played)
}

/// The inbox as it was before anything had happened.
fn begin(head: Head) -> Result<State, BadRecording> {
    let now = Now {
        wall: head.at,
        elapsed: Duration::ZERO,
    };
    let size = Size {
        width: head.width,
        height: head.height,
    };
    let zone = TimeZone::get(&head.zone).unwrap_or(TimeZone::UTC);
    let mut state = State::new(now, size, zone, head.program);
    let own: Vec<Binding<'_>> = head
        .keys
        .iter()
        .map(|(action, keys)| Binding {
            action,
            keys: keys.iter().map(String::as_str).collect(),
        })
        .collect();
    state.keymap = Keymap::with(&own)?;
    state.mouse = head.mouse;
    state.sample = head.sample;
    state.agent_token = head.agent_token;
    state.folder = head.folder.map(PathBuf::from);
    Ok(state)
}
