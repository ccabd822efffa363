//! What is typed, read without a thread of its own: a key that had to come over from another thread would be
//! later by the time that waking one takes.

mod decoder;

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use crossterm::event::Event;
use futures_util::Stream;
use rustix::fs::{Mode, OFlags, open};
use rustix::termios::ttyname;
use tokio::io::{AsyncRead as _, ReadBuf};
use tokio::net::unix::pipe::Receiver;
use tokio::signal::unix::{Signal, SignalKind, signal};

use decoder::Decoder;

/// Keys from the terminal, which can be left to another program for a while.
#[derive(Clone)]
pub struct Keyboard(Arc<Mutex<Option<Listening>>>);

impl Keyboard {
    pub fn new() -> io::Result<Self> {
        let listening = Listening::begin()?;
        Ok(Self(Arc::new(Mutex::new(Some(listening)))))
    }

    /// Reads none until they are taken again.
    pub fn leave(&self) {
        *self.listening() = None;
    }

    pub fn take(&self) -> io::Result<()> {
        *self.listening() = Some(Listening::begin()?);
        Ok(())
    }

    fn listening(&self) -> MutexGuard<'_, Option<Listening>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stream for Keyboard {
    type Item = io::Result<Event>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.listening().as_mut() {
            Some(listening) => listening.poll(context).map(Some),
            // Whoever took the keys gives them back before the loop goes on, and then asks again.
            None => Poll::Pending,
        }
    }
}

/// The terminal, as long as its keys are ours.
struct Listening {
    tty: Receiver,
    resized: Signal,
    decoder: Decoder,
    events: VecDeque<Event>,
}

impl Listening {
    fn begin() -> io::Result<Self> {
        Ok(Self {
            tty: terminal()?,
            resized: signal(SignalKind::window_change())?,
            decoder: Decoder::default(),
            events: VecDeque::new(),
        })
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Event>> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Poll::Ready(Ok(event));
            }
            if self.resized.poll_recv(context).is_ready() {
                let (width, height) = crossterm::terminal::size()?;
                return Poll::Ready(Ok(Event::Resize(width, height)));
            }
            let mut bytes = [0; 1024];
            let mut read = ReadBuf::new(&mut bytes);
            ready!(Pin::new(&mut self.tty).poll_read(context, &mut read))?;
            if read.filled().is_empty() {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
            let more = read.remaining() == 0;
            self.decoder.take(read.filled(), more, &mut self.events);
        }
    }
}

/// The terminal, opened once more: that reading never waits there is then nothing to others who have it open.
fn terminal() -> io::Result<Receiver> {
    // By its own name where it isn't the one that the program is controlled from, or can't be waited for by
    // that name.
    listen(Path::new("/dev/tty")).or_else(|error| {
        let name = ttyname(io::stdin(), Vec::new()).map_err(|_| error)?;
        listen(Path::new(OsStr::from_bytes(name.as_bytes())))
    })
}

/// To tokio a terminal is like a pipe: there is something to be read, or there will be.
fn listen(path: &Path) -> io::Result<Receiver> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let tty = open(path, flags, Mode::empty())?;
    Receiver::from_owned_fd_unchecked(tty)
}
