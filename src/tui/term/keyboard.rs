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
use rustix::io::{Errno, retry_on_intr};
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
    /// Nobody has waited for it yet, so what was typed before is there without being known.
    fresh: bool,
    resized: Signal,
    decoder: Decoder,
    events: VecDeque<Event>,
}

impl Listening {
    fn begin() -> io::Result<Self> {
        Self::to(terminal()?)
    }

    fn to(tty: Receiver) -> io::Result<Self> {
        Ok(Self {
            tty,
            fresh: true,
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
            let read = ready!(self.read(context, &mut bytes))?;
            if read == 0 {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
            let more = read == bytes.len();
            self.decoder.take(&bytes[..read], more, &mut self.events);
        }
    }

    fn read(&mut self, context: &mut Context<'_>, bytes: &mut [u8]) -> Poll<io::Result<usize>> {
        if self.fresh {
            match retry_on_intr(|| rustix::io::read(&self.tty, &mut *bytes)) {
                Err(Errno::AGAIN) => self.fresh = false,
                read => return Poll::Ready(read.map_err(io::Error::from)),
            }
        }
        let mut read = ReadBuf::new(bytes);
        ready!(Pin::new(&mut self.tty).poll_read(context, &mut read))?;
        Poll::Ready(Ok(read.filled().len()))
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

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use crossterm::event::{KeyCode, KeyModifiers};
    use futures_util::StreamExt as _;
    use futures_util::future::poll_immediate;

    use super::*;

    /// What was typed for something else is thrown away before anything is waited for, so it has to be known then.
    #[tokio::test]
    async fn what_was_typed_before_is_there_at_once() {
        let (terminal, mut hands) = io::pipe().unwrap();
        hands.write_all(b"aq").unwrap();
        let tty = Receiver::from_owned_fd(terminal.into()).unwrap();
        let listening = Listening::to(tty).unwrap();
        let mut keyboard = Keyboard(Arc::new(Mutex::new(Some(listening))));
        for typed in ['a', 'q'] {
            let event = poll_immediate(keyboard.next()).await;
            let key = Event::Key(crossterm::event::KeyEvent::new(
                KeyCode::Char(typed),
                KeyModifiers::NONE,
            ));
            assert_eq!(event.unwrap().unwrap().unwrap(), key);
        }
        assert!(poll_immediate(keyboard.next()).await.is_none());
        hands.write_all(b"j").unwrap();
        let event = keyboard.next().await.unwrap().unwrap();
        assert!(matches!(event, Event::Key(key) if key.code == KeyCode::Char('j')));
        drop(hands);
        let end = keyboard.next().await.unwrap();
        assert_eq!(end.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
