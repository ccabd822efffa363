//! The inbox for people who have it read out, or want one line after the other: no screen, no cursor, no
//! colours, and nothing that only a sign says. Lines are typed, lines are answered, and what happens is said.
//!
//! It is the same inbox: the same state, updates, calls and rules, with lines in place of keys and frames.

mod order;
mod read;
mod say;
mod talk;
#[cfg(test)]
mod tests;
pub(super) mod update;

use std::future::Future;
use std::io::{self, BufRead as _, Write};
use std::time::Duration;

use ratatui::layout::Size;
use rustix::termios::{QueueSelector, tcflush};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::event::{Event, Now};
use super::keymap::Keymap;
use super::record::Recorder;
use super::runtime::{Session, Surroundings, at, reap};
use super::state::State;
use super::theme::Theme;
use super::{Connect, Editor, Exit, Options, ShellEditor, TuiError};

pub use talk::Talk;

/// Rows of a screen that nobody sees: so many requests are known from the beginning of the list.
const ROWS: u16 = 200;
/// Where the terminal doesn't say how wide it is.
const COLUMNS: u16 = 80;

/// Talks on this process's terminal until it is left.
pub async fn run(connector: impl Connect, options: Options) -> Result<Exit, TuiError> {
    let stopped = super::stopped().map_err(TuiError::Signals)?;
    let out = super::unbuffered_stdout().map_err(TuiError::Terminal)?;
    let editor = ShellEditor::of_environment();
    let talked = converse(out, Typed::new(), stopped, connector, editor, options).await;
    // A terminal that can't be written to has gone, and there is nobody to tell.
    Ok(talked.unwrap_or(Exit::TerminalGone))
}

async fn converse(
    mut out: impl Write,
    mut typed: Typed,
    stopped: impl Future<Output = Exit>,
    connector: impl Connect,
    mut editor: impl Editor,
    options: Options,
) -> io::Result<Exit> {
    let now = Now {
        wall: (options.now)(),
        elapsed: Duration::ZERO,
    };
    let mut state = State::new(now, size(), options.zone, options.program);
    state.keymap = Keymap::spoken();
    state.plain = Some(Talk::default());
    state.sample = options.sample;
    let recorder = options.record.map(|out| Recorder::begin(out, &state));
    let surroundings = Surroundings {
        connector,
        theme: Theme::new(options.palette, options.depth, options.glyphs),
        appearance: None,
        recorder,
        clock: options.now,
    };
    let (send, mut news) = mpsc::unbounded_channel();
    let mut session = Session::new(state, surroundings, send);
    tokio::pin!(stopped);
    let mut interrupt = signal(SignalKind::interrupt())?;
    writeln!(out, "signoff, plain. Looking for the gate.")?;
    if session.state.sample {
        writeln!(
            out,
            "This is the sample: nothing here is real. quit leaves it."
        )?;
    }
    session.connect(Duration::ZERO);
    loop {
        if let Some(exit) = session.leave {
            return Ok(exit);
        }
        let listens = session.state.plain.as_ref().is_some_and(Talk::listens);
        let tick = session.deadline();
        tokio::select! {
            exit = &mut stopped => return Ok(exit),
            _ = interrupt.recv() => return Ok(Exit::Quit),
            line = typed.line(), if listens => match line {
                Some(line) => {
                    session.event(Event::Resize(size()));
                    session.event(Event::Line(line));
                }
                None => return Ok(Exit::Quit),
            },
            Some(ended) = session.tasks.join_next(), if !session.tasks.is_empty() => reap(ended),
            Some(ended) = session.fetches.join_next(), if !session.fetches.is_empty() => reap(ended),
            Some(told) = news.recv() => {
                session.told(told);
            }
            () = at(tick) => session.event(Event::Tick),
        }
        speak(&mut session, &mut out, &typed)?;
        if let Some((writing, text)) = session.writing.take() {
            // Keys are the editor's meanwhile: no line is read, and an interrupt isn't ours.
            let written = editor.edit(text, writing.ending()).await;
            session.event(Event::Answer(writing.answer(written)));
            interrupt = signal(SignalKind::interrupt())?;
            speak(&mut session, &mut out, &typed)?;
        }
    }
}

/// Writes what there is to say. What was typed before a question stood there answers nothing, and is gone.
fn speak<C: Connect>(
    session: &mut Session<C>,
    out: &mut impl Write,
    typed: &Typed,
) -> io::Result<()> {
    let Some(talk) = &mut session.state.plain else {
        return Ok(());
    };
    let lines = std::mem::take(&mut talk.out);
    if lines.is_empty() {
        return Ok(());
    }
    let asks = talk.asks();
    // As it is now: it may have been made narrower since the last line was typed.
    let width = usize::from(columns());
    let mut text = String::new();
    for row in lines.iter().flat_map(|line| say::wrapped(line, width)) {
        text.push_str(&row);
        text.push('\n');
    }
    out.write_all(text.as_bytes())?;
    out.flush()?;
    if asks {
        typed.forget();
    }
    Ok(())
}

/// What the inbox is laid out for.
fn size() -> Size {
    Size {
        width: columns().max(COLUMNS / 2),
        height: ROWS,
    }
}

/// The terminal's width, so that rows are no longer than its own.
fn columns() -> u16 {
    let told = crossterm::terminal::size().map_or(0, |(width, _)| width);
    match told {
        0 => COLUMNS,
        width => width,
    }
}

/// Lines from the terminal. Each is read when it is asked for and not before: meanwhile keys may be an
/// editor's.
struct Typed {
    ask: std::sync::mpsc::Sender<()>,
    lines: mpsc::UnboundedReceiver<Option<String>>,
    /// One is being read.
    asked: bool,
}

impl Typed {
    /// Reads on a thread of its own, which ends with the process: a read from a terminal can't be called off.
    fn new() -> Self {
        let (ask, asked) = std::sync::mpsc::channel();
        let (send, lines) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            for () in asked {
                let mut line = Vec::new();
                let read = io::stdin().lock().read_until(b'\n', &mut line);
                let more = read.is_ok_and(|count| count > 0);
                let line = more.then(|| String::from_utf8_lossy(&line).into_owned());
                if send.send(line).is_err() || !more {
                    return;
                }
            }
        });
        Self {
            ask,
            lines,
            asked: false,
        }
    }

    /// The next line; nothing once there are no more.
    async fn line(&mut self) -> Option<String> {
        if !self.asked {
            self.ask.send(()).ok()?;
            self.asked = true;
        }
        let line = self.lines.recv().await;
        self.asked = false;
        line.flatten()
    }

    /// What was typed and isn't read yet is gone.
    fn forget(&self) {
        // Where it can't be thrown away it is still too early to be an answer, which is found out there.
        let _kept = tcflush(io::stdin(), QueueSelector::IFlush);
    }
}
