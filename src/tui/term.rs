//! The terminal: entered, left whatever happens, and written to once per frame.
//!
//! Invariant: a frame reaches the terminal whole, between the two marks of a synchronised update, and a
//! frame in which nothing changed reaches it not at all.

use std::io::{self, Write};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use crossterm::cursor::Show;
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange, Event,
    EventStream,
};
use crossterm::queue;
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use futures_util::Stream;
use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use rustix::process::{Signal, kill_current_process_group};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;

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

/// Keys from the terminal, which can be left to another program for a while.
#[derive(Clone)]
pub struct Keyboard(Arc<Mutex<Option<EventStream>>>);

impl Keyboard {
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(Some(EventStream::new()))))
    }

    /// Reads none until they are taken again.
    pub fn leave(&self) {
        *self.stream() = None;
    }

    pub fn take(&self) {
        *self.stream() = Some(EventStream::new());
    }

    fn stream(&self) -> MutexGuard<'_, Option<EventStream>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stream for Keyboard {
    type Item = io::Result<Event>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.stream().as_mut() {
            Some(stream) => Pin::new(stream).poll_next(context),
            // Whoever took the keys gives them back before the loop goes on, and then asks again.
            None => Poll::Pending,
        }
    }
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

/// A ratatui backend that gathers a frame and writes it in one piece.
pub struct Frames<W> {
    out: W,
    frame: Vec<u8>,
    cursor_shown: bool,
    /// Where the cursor was last put. The terminal is never asked: its answer would come in with the keys.
    cursor: Position,
}

impl<W: Write> Frames<W> {
    /// Frames go to `out`, which should not buffer.
    pub fn new(out: W) -> Self {
        Self {
            out,
            frame: Vec::new(),
            cursor_shown: true,
            cursor: Position::ORIGIN,
        }
    }

    fn crossterm(&mut self) -> CrosstermBackend<&mut Vec<u8>> {
        CrosstermBackend::new(&mut self.frame)
    }
}

impl<W: Write> Backend for Frames<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        match content.peek() {
            Some(_) => self.crossterm().draw(content),
            None => Ok(()),
        }
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        match std::mem::replace(&mut self.cursor_shown, false) {
            true => self.crossterm().hide_cursor(),
            false => Ok(()),
        }
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        match std::mem::replace(&mut self.cursor_shown, true) {
            true => Ok(()),
            false => self.crossterm().show_cursor(),
        }
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        let moved = std::mem::replace(&mut self.cursor, position) != position;
        // Drawing moves the cursor; without it, it still stands where it was put.
        match moved || !self.frame.is_empty() {
            true => self.crossterm().set_cursor_position(position),
            false => Ok(()),
        }
    }

    fn clear(&mut self) -> io::Result<()> {
        self.crossterm().clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.crossterm().clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        let (width, height) = crossterm::terminal::size()?;
        Ok(Size { width, height })
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.crossterm().window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.frame.is_empty() {
            return Ok(());
        }
        let mut whole = Vec::with_capacity(self.frame.len() + 16);
        queue!(whole, BeginSynchronizedUpdate)?;
        whole.append(&mut self.frame);
        queue!(whole, EndSynchronizedUpdate)?;
        self.out.write_all(&whole)?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::layout::Rect;
    use ratatui::{TerminalOptions, Viewport};

    use super::*;

    /// Counts writes, as a slow line would feel them.
    #[derive(Default)]
    struct Line(Vec<Vec<u8>>);

    impl Write for &mut Line {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.push(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_frame_is_one_write_and_an_unchanged_one_is_none() {
        let mut line = Line::default();
        let viewport = Viewport::Fixed(Rect::new(0, 0, 20, 4));
        let mut terminal =
            Terminal::with_options(Frames::new(&mut line), TerminalOptions { viewport }).unwrap();
        for _ in 0..3 {
            terminal
                .draw(|frame| frame.render_widget("hello", frame.area()))
                .unwrap();
        }
        drop(terminal);
        let last = line.0.pop().unwrap();
        let text = String::from_utf8(last).unwrap();
        assert!(
            text.starts_with("\x1b[?2026h") && text.ends_with("\x1b[?2026l"),
            "{text:?}"
        );
        assert!(text.contains("hello"));
        assert!(line.0.is_empty(), "{:?}", line.0);
    }

    #[test]
    fn drawing_everything_again_asks_the_terminal_nothing() {
        let mut line = Line::default();
        let viewport = Viewport::Fixed(Rect::new(0, 0, 20, 4));
        let mut frames = Frames::new(&mut line);
        frames.set_cursor_position((3, 2)).unwrap();
        assert_eq!(frames.get_cursor_position().unwrap(), (3, 2).into());
        let mut terminal = Terminal::with_options(frames, TerminalOptions { viewport }).unwrap();
        terminal.clear().unwrap();
        terminal
            .draw(|frame| frame.set_cursor_position((1, 1)))
            .unwrap();
        drop(terminal);
        let written = String::from_utf8(line.0.concat()).unwrap();
        assert!(!written.contains("\x1b[6n"), "{written:?}");
    }
}
