//! The operator's view: how the queue does, on a whole screen that changes only when the queue does. Nothing
//! here decides.

mod feed;
#[cfg(test)]
mod tests;
mod view;

use std::io;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use futures_util::{Stream, StreamExt as _};
use tokio::sync::mpsc;

use crate::api::stats::Stats;
use crate::domain::time::At;

use super::term::Canvas;
use super::theme::Theme;
use super::{Connect, Exit, Options, TuiError, ring, stopped, term, unbuffered_stdout};

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

/// How it looks, and where it is shown.
pub struct Look<'a> {
    pub theme: &'a Theme,
    pub clock: fn() -> At,
    /// There is an inbox to go back to.
    pub back: bool,
    /// Nothing on the screen is real, and it says so.
    pub sample: bool,
}

/// How it was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// To where it was opened.
    Back,
    /// And so is everything else.
    Away(Exit),
}

/// Shows the queue on this process's terminal until a key, or a signal, ends it.
pub async fn run(connector: impl Connect, options: Options) -> Result<Exit, TuiError> {
    let stopped = stopped().map_err(TuiError::Signals)?;
    let entered = term::enter(false).map_err(TuiError::Terminal)?;
    let out = unbuffered_stdout().map_err(TuiError::Terminal)?;
    let mut terminal = term::Frames::new(out);
    let mut input = term::Keyboard::new().map_err(TuiError::Terminal)?;
    let (send, sights) = mpsc::unbounded_channel();
    let theme = Theme::new(options.palette, options.depth, options.glyphs);
    let look = Look {
        theme: &theme,
        clock: options.now,
        back: false,
        sample: options.sample,
    };
    let driven = async {
        tokio::select! {
            exit = stopped => Ok(exit),
            () = observe(connector, send) => Ok(Exit::Quit),
            left = show(&mut terminal, &mut input, sights, &look, ring) => left.map(|left| match left {
                Left::Back => Exit::Quit,
                Left::Away(exit) => exit,
            }),
        }
    };
    let driven = driven.await;
    drop(entered);
    // A terminal that can't be written to has gone, and there is nobody to tell.
    Ok(driven.unwrap_or(Exit::TerminalGone))
}

/// Draws what comes in until it is left, and rings for what is grave.
pub async fn show<T, I>(
    terminal: &mut T,
    input: &mut I,
    mut sights: mpsc::UnboundedReceiver<Sight>,
    look: &Look<'_>,
    mut ring: impl FnMut(),
) -> Result<Left, T::Error>
where
    T: Canvas,
    I: Stream<Item = io::Result<Event>> + Unpin,
{
    let mut watch = Watch::default();
    terminal.clear()?;
    loop {
        let now = (look.clock)();
        terminal.draw(|buffer| {
            view::draw(&watch, now, look, buffer.area, buffer);
            None
        })?;
        tokio::select! {
            read = input.next() => match read {
                Some(Ok(Event::Key(key))) => {
                    if let Some(left) = leaves(&key) {
                        return Ok(left);
                    }
                }
                Some(Ok(Event::Resize(..))) => terminal.clear()?,
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Ok(Left::Away(Exit::TerminalGone)),
            },
            sight = sights.recv() => {
                let mut rings = false;
                let mut next = sight;
                while let Some(sight) = next {
                    rings |= watch.take(sight);
                    next = sights.try_recv().ok();
                }
                if rings {
                    ring();
                }
            }
        }
    }
}

/// `ctrl-c` leaves everything, as it does anywhere.
fn leaves(key: &KeyEvent) -> Option<Left> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let left = match key.code {
        KeyCode::Char('c') if control => Left::Away(Exit::Quit),
        KeyCode::Char('q') | KeyCode::Esc if !control => Left::Back,
        _ => return None,
    };
    (key.kind == KeyEventKind::Press).then_some(left)
}
