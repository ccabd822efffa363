//! The terminal: entered, left whatever happens, and written to once per frame.
//!
//! Invariant: a frame reaches the terminal whole, between the two marks of a synchronised update, and a
//! frame in which nothing changed reaches it not at all.

mod canvas;
mod frames;
mod keyboard;
mod pen;
mod shown;
mod width;

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossterm::cursor::Show;
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange,
};
use crossterm::queue;
use crossterm::terminal::{
    EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use rustix::process::{Signal, kill_current_process_group};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;

pub use canvas::Canvas;
pub use frames::Frames;
pub use keyboard::Keyboard;

/// Presses and the wheel, and no movements: a mouse that is only moved across costs nothing.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";

/// A program that still runs this long after it was to stop isn't stopped any more.
const UNSTOPPED: Duration = Duration::from_millis(500);

/// The terminal as the program found it comes back when this is dropped, or on a panic.
pub struct Entered {
    inside: Arc<AtomicBool>,
    mouse: AtomicBool,
}

/// Takes the terminal over: raw mode, the alternate screen, pastes in brackets, focus reported, and the
/// mouse if it is to be ours.
pub fn enter(mouse: bool) -> io::Result<Entered> {
    let inside = Arc::new(AtomicBool::new(true));
    let entered = Entered {
        inside: Arc::clone(&inside),
        mouse: AtomicBool::new(mouse),
    };
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        leave(&inside);
        before(panic);
    }));
    entered.take_over()?;
    Ok(entered)
}

impl Entered {
    fn take_over(&self) -> io::Result<()> {
        enable_raw_mode()?;
        let mut out = Vec::new();
        queue!(
            out,
            EnterAlternateScreen,
            EnableBracketedPaste,
            EnableFocusChange
        )?;
        if self.mouse.load(Ordering::SeqCst) {
            out.extend_from_slice(MOUSE_ON);
        }
        write_out(&out)
    }

    /// Gives the terminal to another program for a while.
    pub fn lend(&self) {
        leave(&self.inside);
    }

    /// Takes it over again.
    pub fn take_back(&self) -> io::Result<()> {
        self.inside.store(true, Ordering::SeqCst);
        self.take_over()
    }

    /// Takes the mouse, or leaves it to the terminal. A terminal that is gone is found out by the next frame.
    pub fn mouse(&self, ours: bool) {
        self.mouse.store(ours, Ordering::SeqCst);
        let _gone = write_out(if ours { MOUSE_ON } else { MOUSE_OFF });
    }
}

fn write_out(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()
}

/// Stops the program, with whatever was started together with it, until the shell lets it go on.
pub async fn stop() -> io::Result<()> {
    let mut continued = signal(SignalKind::from_raw(Signal::CONT.as_raw()))?;
    kill_current_process_group(Signal::TSTP)?;
    // The other threads may run on for a moment before it stops. Where no shell could let it go on, the
    // system doesn't stop it, and nothing is to be waited for.
    let _went_on = timeout(UNSTOPPED, continued.recv()).await;
    Ok(())
}

impl Drop for Entered {
    fn drop(&mut self) {
        leave(&self.inside);
    }
}

/// Gives the terminal back, once. A terminal that is gone can't be restored, and nobody is there to be
/// told: errors end here.
fn leave(inside: &AtomicBool) {
    if !inside.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = MOUSE_OFF.to_vec();
    let queued = queue!(
        out,
        EndSynchronizedUpdate,
        DisableFocusChange,
        DisableBracketedPaste,
        Show,
        LeaveAlternateScreen
    );
    if queued.is_ok() {
        let _gone = write_out(&out);
    }
    let _gone = disable_raw_mode();
}
