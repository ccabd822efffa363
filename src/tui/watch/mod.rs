//! The operator's view: how the queue does, on a whole screen that changes only when the queue does. Nothing
//! here decides.

mod feed;
#[cfg(test)]
mod tests;
mod view;

use std::io::{self, Write as _};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use futures_util::{Stream, StreamExt as _};
use ratatui::Terminal;
use ratatui::backend::Backend;
use tokio::sync::mpsc;

use crate::api::stats::Stats;
use crate::domain::time::At;

use super::theme::Theme;
use super::{Connect, Exit, Options, TuiError, stopped, term, unbuffered_stdout};

pub use feed::{Alarm, Sight, observe};

/// What is known.
#[derive(Debug, Default)]
pub struct Watch {
    pub stats: Option<Stats>,
    /// The last grave request that came in.
    pub alarm: Option<(At, Alarm)>,
    /// Why nothing is heard of the gate.
    pub lost: Option<String>,
}

impl Watch {
    /// Takes a sight in; says whether it is one to ring the bell for.
    fn take(&mut self, sight: Sight) -> bool {
        match sight {
            Sight::Stats(stats) => {
                self.stats = Some(*stats);
                self.lost = None;
            }
            Sight::Asked(at, alarm) => {
                self.alarm = Some((at, alarm));
                return true;
            }
            Sight::Lost(why) => self.lost = Some(why),
        }
        false
    }
}

/// Shows the queue on this process's terminal until a key, or a signal, ends it.
pub async fn run(connector: impl Connect, options: Options) -> Result<Exit, TuiError> {
    let stopped = stopped().map_err(TuiError::Signals)?;
    let entered = term::enter(false).map_err(TuiError::Terminal)?;
    let out = unbuffered_stdout().map_err(TuiError::Terminal)?;
    let mut bell = unbuffered_stdout().map_err(TuiError::Terminal)?;
    let mut terminal = Terminal::new(term::Frames::new(out)).map_err(TuiError::Terminal)?;
    let mut input = term::Keyboard::new();
    let (send, sights) = mpsc::unbounded_channel();
    let driven = async {
        tokio::select! {
            exit = stopped => Ok(exit),
            () = observe(connector, send) => Ok(Exit::Quit),
            exit = drive(&mut terminal, &mut input, sights, &options, || bell.write_all(b"\x07")) => exit,
        }
    };
    let driven = driven.await;
    drop(entered);
    // A terminal that can't be written to has gone, and there is nobody to tell.
    Ok(driven.unwrap_or(Exit::TerminalGone))
}

/// Draws what comes in until it is left.
async fn drive<B, I>(
    terminal: &mut Terminal<B>,
    input: &mut I,
    mut sights: mpsc::UnboundedReceiver<Sight>,
    options: &Options,
    mut ring: impl FnMut() -> io::Result<()>,
) -> Result<Exit, io::Error>
where
    B: Backend<Error = io::Error>,
    I: Stream<Item = io::Result<Event>> + Unpin,
{
    let theme = Theme::new(options.palette, options.depth, options.glyphs);
    let mut watch = Watch::default();
    loop {
        let now = (options.now)();
        terminal.draw(|frame| {
            view::draw(&watch, now, &theme, frame.area(), frame.buffer_mut());
        })?;
        tokio::select! {
            read = input.next() => match read {
                Some(Ok(Event::Key(key))) if leaves(&key) => return Ok(Exit::Quit),
                Some(Ok(Event::Resize(..))) => terminal.clear()?,
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Ok(Exit::TerminalGone),
            },
            sight = sights.recv() => {
                let mut rings = false;
                let mut next = sight;
                while let Some(sight) = next {
                    rings |= watch.take(sight);
                    next = sights.try_recv().ok();
                }
                if rings {
                    ring()?;
                }
            }
        }
    }
}

fn leaves(key: &KeyEvent) -> bool {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let leaves = match key.code {
        KeyCode::Char('c') => control,
        KeyCode::Char('q') | KeyCode::Esc => !control,
        _ => false,
    };
    leaves && key.kind == KeyEventKind::Press
}
