//! A program in a pseudo-terminal, with the time at which each piece of its output came.

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::{Outcome, process};

pub const ROWS: u16 = 50;
pub const COLS: u16 = 160;
/// After that long a program has nothing more to say about a key.
const QUIET: Duration = Duration::from_millis(40);
/// What has not come by then won't.
const PATIENCE: Duration = Duration::from_secs(60);
/// A key about which nothing is said for that long changes nothing on the screen.
const SILENT: Duration = Duration::from_millis(1_500);

/// What programs ask a terminal, and what it answers. None is to sit in a time-out of its own.
const QUESTIONS: [(&[u8], &[u8]); 7] = [
    (b"\x1b[c", b"\x1b[?62;22c"),
    (b"\x1b[0c", b"\x1b[?62;22c"),
    (b"\x1b[>c", b"\x1b[>1;4000;0c"),
    (b"\x1b[6n", b"\x1b[1;1R"),
    (b"\x1b]10;?", b"\x1b]10;rgb:ffff/ffff/ffff\x1b\\"),
    (b"\x1b]11;?", b"\x1b]11;rgb:0000/0000/0000\x1b\\"),
    (b"\x1b[?u", b"\x1b[?0u"),
];

/// A piece of output, and when it came.
struct Piece {
    at: Instant,
    bytes: Vec<u8>,
}

/// What a program said about a key.
#[derive(Clone, Copy)]
pub struct Echo {
    pub last: Duration,
    pub bytes: usize,
}

pub struct Screen {
    started: Instant,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    pieces: Receiver<Piece>,
    parser: vt100::Parser,
    _master: Box<dyn MasterPty + Send>,
}

impl Screen {
    /// Starts a program with nothing of the caller's environment but what it is given.
    pub fn start(command: &[&str], environment: &[(&str, &str)]) -> Outcome<Self> {
        let size = PtySize {
            rows: ROWS,
            cols: COLS,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pty = native_pty_system().openpty(size)?;
        let (program, args) = command.split_first().ok_or("no program")?;
        let mut builder = CommandBuilder::new(program);
        builder.args(args);
        builder.env_clear();
        builder.env("TERM", "xterm-256color");
        builder.env("COLORTERM", "truecolor");
        builder.env("LANG", "C.UTF-8");
        builder.env("LC_ALL", "C.UTF-8");
        builder.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        for (name, value) in environment {
            builder.env(name, value);
        }
        let mut reader = pty.master.try_clone_reader()?;
        let (send, pieces) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 64 * 1024];
            // A closed pseudo-terminal reads as an error on Linux and as nothing elsewhere.
            while let Some(count) = reader.read(&mut buffer).ok().filter(|count| *count > 0) {
                let at = Instant::now();
                let bytes = buffer[..count].to_vec();
                if send.send(Piece { at, bytes }).is_err() {
                    return;
                }
            }
        });
        let keyboard = pty.master.take_writer()?;
        let started = Instant::now();
        let child = pty.slave.spawn_command(builder)?;
        drop(pty.slave);
        let cells = |count| NonZero::new(count).expect("a screen has cells");
        Ok(Self {
            started,
            keyboard,
            child,
            pieces,
            parser: vt100::Parser::new(cells(ROWS), cells(COLS), 0),
            _master: pty.master,
        })
    }

    pub fn pid(&self) -> Outcome<u32> {
        Ok(self.child.process_id().ok_or("the program has ended")?)
    }

    /// How long it was, since the program was started, until this held of the screen.
    pub fn ready(&mut self, what: &str, holds: impl Fn(&str) -> bool) -> Outcome<Duration> {
        let at = self.until(what, holds)?;
        Ok(at.saturating_duration_since(self.started))
    }

    /// When the piece came with which this holds of the screen.
    pub fn until(&mut self, what: &str, holds: impl Fn(&str) -> bool) -> Outcome<Instant> {
        let end = Instant::now() + PATIENCE;
        let mut at = Instant::now();
        loop {
            let shown = self.parser.screen().contents();
            if holds(&shown) {
                return Ok(at);
            }
            let Some(piece) = self.next(end.saturating_duration_since(Instant::now())) else {
                return Err(format!("never saw {what}; the screen:\n{shown}").into());
            };
            at = piece.at;
        }
    }

    /// Writes a key.
    pub fn press(&mut self, key: &str) -> Outcome<Instant> {
        let at = Instant::now();
        self.keyboard.write_all(key.as_bytes())?;
        self.keyboard.flush()?;
        Ok(at)
    }

    /// Presses a key and takes in what is said about it; nothing where nothing is said.
    pub fn key(&mut self, key: &str) -> Outcome<Option<Echo>> {
        self.rest(Duration::ZERO);
        let pressed = self.press(key)?;
        let mut echo = None;
        let mut wait = SILENT;
        while let Some(piece) = self.next(wait) {
            let before = echo.map_or(0, |echo: Echo| echo.bytes);
            echo = Some(Echo {
                last: piece.at.saturating_duration_since(pressed),
                bytes: before + piece.bytes.len(),
            });
            wait = QUIET;
        }
        Ok(echo)
    }

    /// Takes in what comes until there is silence for that long.
    pub fn settle(&mut self, silence: Duration) {
        while self.next(silence).is_some() {}
    }

    /// Takes in what comes within that time: bytes, and pictures as far as they are bracketed.
    pub fn rest(&mut self, time: Duration) -> (usize, usize) {
        let end = Instant::now() + time;
        let (mut bytes, mut frames) = (0, 0);
        while let Some(piece) = self.next(end.saturating_duration_since(Instant::now())) {
            bytes += piece.bytes.len();
            frames += begun(&piece.bytes);
        }
        (bytes, frames)
    }

    /// The row in which something stands.
    pub fn row_of(&self, sign: &str) -> Option<usize> {
        let shown = self.parser.screen().contents();
        shown.lines().position(|line| line.contains(sign))
    }

    pub fn processor_time(&self) -> Outcome<Option<Duration>> {
        Ok(process::processor_time(self.pid()?))
    }

    pub fn memory(&self) -> Outcome<Option<f64>> {
        Ok(process::memory(self.pid()?))
    }

    fn next(&mut self, wait: Duration) -> Option<Piece> {
        let piece = match self.pieces.recv_timeout(wait) {
            Ok(piece) => piece,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return None,
        };
        for (question, answer) in QUESTIONS {
            if contains(&piece.bytes, question) {
                // A program that has gone doesn't wait for an answer.
                let _gone = self.keyboard.write_all(answer);
            }
        }
        self.parser.process(&piece.bytes);
        Some(piece)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // One that has ended by itself can't be killed, and needn't be.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Beginnings of synchronised updates.
fn begun(bytes: &[u8]) -> usize {
    let mark = b"\x1b[?2026h";
    bytes
        .windows(mark.len())
        .filter(|part| part == mark)
        .count()
}
