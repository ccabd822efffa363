//! The loop: events in, effects out, and a frame when something visible may have changed. The terminal
//! and the input are parameters, so tests drive the same loop.

mod aside;
mod effects;
mod events;
mod link;
mod pace;
mod writing;

use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::Event as Input;
use futures_util::Stream as Inputs;
use futures_util::StreamExt as _;
use futures_util::future::poll_immediate;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::task::{AbortHandle, JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};

use crate::client::Client;
use crate::domain::time::At;

use super::event::{Event, Now};
use super::look::Appearance;
use super::record::Recorder;
use super::state::State;
use super::term::Canvas;
use super::theme::Theme;
use super::update::next_deadline;
use super::{Connect, Exit, Host};
use aside::Lent;
use pace::Pace;
use writing::Writing;

/// What the loop is told from outside itself.
pub(super) enum News {
    Event(Box<Event>),
    /// There is a connection; from now on effects use it.
    Linked(Box<Client>),
    /// The log was read up to here.
    Position(u64),
}

/// What the loop needs besides a terminal and an input.
pub struct Surroundings<C> {
    pub connector: C,
    pub theme: Theme,
    /// Writes down what is received; or why that couldn't begin.
    pub recorder: Option<io::Result<Recorder>>,
    pub appearance: Option<Arc<dyn Appearance>>,
    pub clock: fn() -> At,
}

/// Runs the inbox until it is left, or `stopped` says to stop.
pub async fn drive<T, I, C, H>(
    terminal: &mut T,
    input: &mut I,
    stopped: impl Future<Output = Exit>,
    state: State,
    surroundings: Surroundings<C>,
    mut host: H,
) -> Result<Exit, T::Error>
where
    T: Canvas,
    I: Inputs<Item = io::Result<Input>> + Unpin,
    C: Connect,
    H: Host,
{
    let (send, mut news) = mpsc::unbounded_channel();
    let mut session = Session::new(state, surroundings, send);
    let mut stopped = pin!(stopped);
    session.connect(Duration::ZERO);
    session.draw(terminal)?;
    // What was typed before anything was on the screen was meant for something else.
    while let Some(Some(_)) = poll_immediate(input.next()).await {}
    let mut pace = Pace::new(Instant::now());
    let mut dirty = false;
    loop {
        if let Some(exit) = session.leave {
            return Ok(exit);
        }
        let frame = dirty.then(|| pace.next());
        let woken = session.wake(input, stopped.as_mut(), &mut news, frame);
        let woken = woken.await;
        match woken {
            Woken::Exit(exit) => return Ok(exit),
            Woken::News(visible) => dirty |= visible,
            Woken::Input | Woken::Nothing => {}
        }
        let lent = aside::lend(
            &mut session,
            terminal,
            input,
            stopped.as_mut(),
            &mut news,
            &mut host,
        );
        match lent.await? {
            Lent::Exit(exit) => return Ok(exit),
            Lent::Back => dirty = true,
            Lent::Not => {}
        }
        let now = Instant::now();
        let timely = dirty && pace.next() <= now;
        if timely {
            pace.drew(now);
        }
        if woken == Woken::Input || timely {
            session.draw(terminal)?;
            dirty = false;
        }
    }
}

/// What woke the loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Woken {
    Exit(Exit),
    /// Keys, or whatever else comes from the terminal.
    Input,
    /// News, or time that has come; and whether that may be visible.
    News(bool),
    /// A frame is due, or a task has ended.
    Nothing,
}

impl<C: Connect> Session<C> {
    /// Waits for the next thing to happen, and takes it in.
    async fn wake<I>(
        &mut self,
        input: &mut I,
        stopped: Pin<&mut impl Future<Output = Exit>>,
        news: &mut UnboundedReceiver<News>,
        frame: Option<Instant>,
    ) -> Woken
    where
        I: Inputs<Item = io::Result<Input>> + Unpin,
    {
        let tick = self.deadline();
        tokio::select! {
            // Keys go first: one that comes while another waits to be sure that it came alone shows that it didn't.
            biased;
            exit = stopped => Woken::Exit(exit),
            read = input.next() => match read {
                Some(Ok(read)) => {
                    self.input(read);
                    while let Some(Some(Ok(read))) = poll_immediate(input.next()).await {
                        self.input(read);
                    }
                    Woken::Input
                }
                Some(Err(_)) | None => Woken::Exit(Exit::TerminalGone),
            },
            Some(ended) = self.tasks.join_next(), if !self.tasks.is_empty() => {
                reap(ended);
                Woken::Nothing
            }
            Some(ended) = self.fetches.join_next(), if !self.fetches.is_empty() => {
                reap(ended);
                Woken::Nothing
            }
            Some(told) = news.recv() => {
                let mut visible = self.told(told);
                while let Ok(told) = news.try_recv() {
                    visible |= self.told(told);
                }
                Woken::News(visible)
            }
            () = at(tick) => {
                self.event(Event::Tick);
                Woken::News(true)
            }
            () = at(frame) => Woken::Nothing,
        }
    }
}

/// Waits for a moment, or for ever where there is none.
pub(super) async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

/// A task that panicked takes the inbox with it: what it was to do is not done.
pub(super) fn reap(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        std::panic::resume_unwind(error.into_panic());
    }
}

/// One inbox while it runs.
pub(super) struct Session<C> {
    pub(super) state: State,
    started: Instant,
    surroundings: Surroundings<C>,
    client: Option<Client>,
    position: Option<u64>,
    connection: Option<AbortHandle>,
    /// A file that is being written.
    export: Option<AbortHandle>,
    /// The connection, and what changes something: that isn't given up when it breaks.
    pub(super) tasks: JoinSet<()>,
    pub(super) fetches: JoinSet<()>,
    send: UnboundedSender<News>,
    /// What waits to be edited.
    pub(super) writing: Option<(Writing, String)>,
    /// Whose the mouse is to be from now on.
    mouse: Option<bool>,
    /// The shell is to have the terminal.
    suspend: bool,
    redraw: bool,
    /// The operator's view is to be shown.
    watch: bool,
    pub(super) leave: Option<Exit>,
}

impl<C: Connect> Session<C> {
    pub(super) fn new(
        state: State,
        surroundings: Surroundings<C>,
        send: UnboundedSender<News>,
    ) -> Self {
        Self {
            state,
            started: Instant::now(),
            surroundings,
            client: None,
            position: None,
            connection: None,
            export: None,
            tasks: JoinSet::new(),
            fetches: JoinSet::new(),
            send,
            writing: None,
            mouse: None,
            suspend: false,
            redraw: false,
            watch: false,
            leave: None,
        }
    }

    fn now(&self) -> Now {
        Now {
            wall: (self.surroundings.clock)(),
            elapsed: self.started.elapsed(),
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        next_deadline(&self.state).map(|due| self.started + due)
    }
}

/// The loop is gone when nobody listens, and then nobody needs to know.
fn tell(send: &UnboundedSender<News>, event: Event) {
    let _nobody = send.send(News::Event(Box::new(event)));
}
