//! The terminal inbox. One loop (`runtime`) turns keys, time and answers into events; `update` makes a
//! new state and effects of each; `view` draws the state. Only the loop waits, and only it talks to the
//! gate, through the client.
//!
//! Inside: view → state, theme, widget; update → state, effect; runtime → all. No statics: several
//! inboxes may run in one process.

mod action;
mod calls;
mod editor;
mod effect;
mod event;
mod keymap;
mod look;
pub mod plain;
mod query;
pub mod record;
mod runtime;
#[cfg(test)]
mod sample;
mod state;
mod term;

mod theme;
mod update;
mod view;
pub mod watch;
mod widget;

use std::fs::File;
use std::future::Future;
use std::io::{self, Write as _};
use std::os::fd::AsFd as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::Event;
use futures_util::Stream;
use jiff::tz::TimeZone;
use tokio::signal::unix::{SignalKind, signal};

use crate::client::Client;
use crate::domain::time::At;
use term::Canvas;

pub use action::readme_table;
pub use editor::{ANOTHER, Editor, ShellEditor};
pub use keymap::{BadBinding, Binding, Keymap};
pub use look::{Appearance, Colours, Look, Signs};
pub use theme::{Depth, GlyphSet, Palette};

/// Finds the gate: at the start, and again whenever the connection is lost, since the gate may have
/// moved to another process and address.
pub trait Connect: Clone + Send + 'static {
    /// A client of the gate, or why there is none, in words for people.
    fn connect(&self) -> impl Future<Output = Result<Client, String>> + Send;
}

/// What the caller found out about the terminal and the person before it.
#[derive(Debug, Clone)]
pub struct Options {
    pub palette: Palette,
    pub depth: Depth,
    pub glyphs: GlyphSet,
    /// Where files go that somebody asks for; nowhere without.
    pub folder: Option<PathBuf>,
    /// Whether the mouse is the inbox's at first.
    pub mouse: bool,
    pub keymap: Keymap,
    /// The settings of the terminal, where the one who looks may change them from inside.
    pub appearance: Option<Arc<dyn Appearance>>,
    /// Where what the inbox receives is written down, for whoever looks for a fault.
    pub record: Option<Arc<File>>,
    /// The zone that times are shown in.
    pub zone: TimeZone,
    /// What to type in a shell to run signoff: an empty inbox shows a first request with it.
    pub program: String,
    /// The file with an agent's token, as a shell names it.
    pub agent_token: Option<String>,
    /// Nothing on the screen is real, and it says so.
    pub sample: bool,
    /// What there is to say at the beginning.
    pub greeting: Option<String>,
    /// What time it is.
    pub now: fn() -> At,
}

/// How the inbox was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// By a key.
    Quit,
    /// To see the sample.
    Sample,
    /// By SIGTERM or SIGHUP.
    Stopped,
    /// The terminal went away.
    TerminalGone,
}

/// Why there is no inbox.
#[derive(Debug, thiserror::Error)]
pub enum TuiError {
    #[error("the terminal can't be used; is standard output one? `signoff list` works without")]
    Terminal(#[source] io::Error),
    #[error("could not listen for signals")]
    Signals(#[source] io::Error),
}

/// Opens the inbox on this process's terminal, and comes back when it is left.
pub async fn run(connector: impl Connect, options: Options) -> Result<Exit, TuiError> {
    let stopped = stopped().map_err(TuiError::Signals)?;
    let entered = term::enter(options.mouse).map_err(TuiError::Terminal)?;
    let out = unbuffered_stdout().map_err(TuiError::Terminal)?;
    let mut terminal = term::Frames::new(out);
    let mut input = term::Keyboard::new().map_err(TuiError::Terminal)?;
    let host = OnTerminal {
        editor: ShellEditor::of_environment(),
        entered: &entered,
        keyboard: input.clone(),
    };
    let driven = run_on(&mut terminal, &mut input, stopped, connector, host, options);
    let driven = driven.await;
    drop(entered);
    // A terminal that can't be written to has gone, and there is nobody to tell.
    Ok(driven.unwrap_or(Exit::TerminalGone))
}

/// Opens the inbox on any canvas, with any input, until it is left or `stopped` says so. Entering and
/// leaving a terminal is the caller's.
pub async fn run_on<T, I>(
    terminal: &mut T,
    input: &mut I,
    stopped: impl Future<Output = Exit>,
    connector: impl Connect,
    host: impl Host,
    options: Options,
) -> Result<Exit, T::Error>
where
    T: Canvas,
    I: Stream<Item = io::Result<Event>> + Unpin,
{
    let now = event::Now {
        wall: (options.now)(),
        elapsed: Duration::ZERO,
    };
    let size = terminal.size()?;
    let mut state = state::State::new(now, size, options.zone, options.program);
    state.mouse = options.mouse;
    state.folder = options.folder;
    state.agent_token = options.agent_token;
    state.sample = options.sample;
    state.keymap = options.keymap;
    if let Some(greeting) = options.greeting {
        update::greet(&mut state, greeting);
    }
    state.look = options.appearance.as_ref().map(|own| own.chosen());
    let recorder = options
        .record
        .map(|out| record::Recorder::begin(out, &state));
    let surroundings = runtime::Surroundings {
        connector,
        recorder,
        theme: theme::Theme::new(options.palette, options.depth, options.glyphs),
        appearance: options.appearance,
        clock: options.now,
    };
    runtime::drive(terminal, input, stopped, state, surroundings, host).await
}

/// What lies around the screen: an editor, and the shell that started the program. Where there is no
/// such shell, it can't be given the terminal; and where there is no mouse, nobody has it.
pub trait Host: Editor {
    /// Leaves the terminal to the shell until it says to go on, or says why that can't be.
    fn suspend(&mut self) -> impl Future<Output = Result<(), String>> + Send {
        async { Err("there is no shell here to go back to; q leaves the inbox".to_owned()) }
    }

    /// Takes the mouse, or leaves it to the terminal.
    fn mouse(&mut self, _ours: bool) {}

    /// Rings the terminal's bell.
    fn ring(&mut self) {}
}

impl Host for ShellEditor {}

/// An editor in the inbox's own terminal, which is its alone while it runs.
struct OnTerminal<'a> {
    editor: ShellEditor,
    entered: &'a term::Entered,
    keyboard: term::Keyboard,
}

impl Editor for OnTerminal<'_> {
    async fn edit(&mut self, text: String, ending: &'static str) -> Result<String, String> {
        // An interrupt from the keyboard is the editor's; the inbox listens to it and lives on.
        let listening = signal(SignalKind::interrupt());
        self.keyboard.leave();
        self.entered.lend();
        let written = self.editor.edit(text, ending).await;
        let back = self.entered.take_back().and_then(|()| self.keyboard.take());
        drop(listening);
        // Whoever can't take the terminal back finds out when the next frame is drawn.
        back.map_err(|error| format!("the terminal didn't come back: {error}"))
            .and(written)
    }
}

impl Host for OnTerminal<'_> {
    fn mouse(&mut self, ours: bool) {
        self.entered.mouse(ours);
    }

    fn ring(&mut self) {
        ring();
    }

    async fn suspend(&mut self) -> Result<(), String> {
        self.keyboard.leave();
        self.entered.lend();
        let stopped = term::stop().await;
        let back = self.entered.take_back().and_then(|()| self.keyboard.take());
        back.map_err(|error| format!("the terminal didn't come back: {error}"))
            .and(stopped.map_err(|error| format!("the inbox can't be stopped: {error}")))
    }
}

/// Standard output without the line buffer, which would cut frames into pieces.
fn unbuffered_stdout() -> io::Result<File> {
    Ok(File::from(io::stdout().as_fd().try_clone_to_owned()?))
}

/// Rings the terminal's bell. A terminal that has gone shows with the next frame.
fn ring() {
    if let Ok(mut out) = unbuffered_stdout() {
        let _gone = out.write_all(b"\x07");
    }
}

fn stopped() -> io::Result<impl Future<Output = Exit>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
        Exit::Stopped
    })
}
