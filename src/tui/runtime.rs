//! The loop: events in, effects out, and a frame when something visible may have changed. The terminal
//! and the input are parameters, so tests drive the same loop.

mod pace;

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::Event as Input;
use futures_util::Stream as Inputs;
use futures_util::future::{BoxFuture, poll_immediate};
use futures_util::{FutureExt as _, StreamExt as _};
use ratatui::Terminal;
use ratatui::backend::Backend;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinError, JoinSet, spawn_blocking};
use tokio::time::{Instant, sleep_until, timeout};

use crate::api::problem::ProblemKind;
use crate::api::request::Filter;
use crate::client::{Client, ClientError, EventStream, Tick};
use crate::domain::id::RequestId;
use crate::domain::lifecycle::Status;
use crate::domain::time::At;

use super::effect::{Effect, PageFetch};
use super::event::{Answer, Event, Now, Stream};
use super::look::{Appearance, Look};
use super::record::Recorder;
use super::state::export::{Exported, ToExport};
use super::state::overlay::About;
use super::state::{State, Tab};
use super::theme::Theme;
use super::update::{next_deadline, say, update};
use super::{Connect, Exit, Host, calls, view, watch};
use pace::Pace;

/// A gate says where its log is every 15 s. One that has been silent for longer is gone.
const SILENCE: Duration = Duration::from_secs(40);
/// How much of what one was told is listed.
const BELL: u32 = 100;

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
pub async fn drive<B, I, C, H>(
    terminal: &mut Terminal<B>,
    input: &mut I,
    stopped: impl Future<Output = Exit>,
    state: State,
    surroundings: Surroundings<C>,
    mut host: H,
) -> Result<Exit, B::Error>
where
    B: Backend,
    I: Inputs<Item = io::Result<Input>> + Unpin,
    C: Connect,
    H: Host,
{
    let (send, mut news) = mpsc::unbounded_channel();
    let mut session = Session::new(state, surroundings, send);
    tokio::pin!(stopped);
    session.connect(Duration::ZERO);
    session.draw(terminal)?;
    // What was typed before anything was on the screen was meant for something else.
    while let Some(Some(_)) = poll_immediate(input.next()).await {}
    let mut pace = Pace::new(Instant::now());
    let mut dirty = false;
    let mut pressed = false;
    loop {
        if let Some(exit) = session.leave {
            return Ok(exit);
        }
        let tick = session.deadline();
        let frame = dirty.then(|| pace.next());
        tokio::select! {
            // Keys go first: one that comes while another waits to be sure that it came alone shows that it didn't.
            biased;
            exit = &mut stopped => return Ok(exit),
            read = input.next() => match read {
                Some(Ok(read)) => {
                    session.input(read);
                    while let Some(Some(Ok(read))) = poll_immediate(input.next()).await {
                        session.input(read);
                    }
                    pressed = true;
                }
                Some(Err(_)) | None => return Ok(Exit::TerminalGone),
            },
            Some(ended) = session.tasks.join_next(), if !session.tasks.is_empty() => reap(ended),
            Some(ended) = session.fetches.join_next(), if !session.fetches.is_empty() => reap(ended),
            Some(told) = news.recv() => {
                dirty |= session.told(told);
                while let Ok(told) = news.try_recv() {
                    dirty |= session.told(told);
                }
            }
            () = at(tick) => {
                session.event(Event::Tick);
                dirty = true;
            }
            () = at(frame) => {}
        }
        if let Some((writing, text)) = session.writing.take() {
            // The screen is the editor's meanwhile: news are taken in, and nothing is drawn.
            let editing = host.edit(text, writing.ending());
            tokio::pin!(editing);
            let written = loop {
                tokio::select! {
                    exit = &mut stopped => return Ok(exit),
                    written = &mut editing => break written,
                    Some(told) = news.recv() => {
                        session.told(told);
                    }
                }
            };
            session.event(Event::Answer(writing.answer(written)));
            // What was typed for the editor is not for the inbox.
            while let Some(Some(_)) = poll_immediate(input.next()).await {}
            session.redraw = true;
            dirty = true;
        }
        if std::mem::take(&mut session.watch) {
            // The inbox lives on behind it: news are taken in, and it draws nothing.
            let (send, sights) = mpsc::unbounded_channel();
            let connector = session.surroundings.connector.clone();
            let theme = session.surroundings.theme.clone();
            let look = watch::Look {
                theme: &theme,
                clock: session.surroundings.clock,
                back: true,
                sample: session.state.sample,
            };
            let observing = watch::observe(connector, send);
            let watching = watch::show(terminal, input, sights, &look, || host.ring());
            tokio::pin!(observing, watching);
            let left = loop {
                tokio::select! {
                    exit = &mut stopped => return Ok(exit),
                    left = &mut watching => break left?,
                    () = &mut observing => break watch::Left::Back,
                    Some(told) = news.recv() => {
                        session.told(told);
                    }
                }
            };
            if let watch::Left::Away(exit) = left {
                return Ok(exit);
            }
            session.event(Event::Resumed(Ok(())));
            session.redraw = true;
            dirty = true;
        }
        if let Some(ours) = session.mouse.take() {
            host.mouse(ours);
        }
        if std::mem::take(&mut session.suspend) {
            let back = host.suspend().await;
            session.event(Event::Resumed(back));
            session.redraw = true;
            dirty = true;
        }
        let now = Instant::now();
        let timely = dirty && pace.next() <= now;
        if timely {
            pace.drew(now);
        }
        if std::mem::take(&mut pressed) || timely {
            session.draw(terminal)?;
            dirty = false;
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

/// What a text is that somebody edits.
#[derive(Clone, Copy)]
pub(super) enum Writing {
    /// The parameters of a request.
    Params(About),
    /// One value of a form, by its place there.
    Lines(About, usize),
    Policy,
}

impl Writing {
    /// How its file ends, which editors go by.
    pub(super) const fn ending(self) -> &'static str {
        match self {
            Writing::Params(_) => "json",
            Writing::Lines(..) => "txt",
            Writing::Policy => "toml",
        }
    }

    pub(super) fn answer(self, written: Result<String, String>) -> Answer {
        match self {
            Writing::Params(about) => Answer::Edited(about, written),
            Writing::Lines(about, at) => Answer::Lines(about, at, written),
            Writing::Policy => Answer::PolicyEdited(written),
        }
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
    send: mpsc::UnboundedSender<News>,
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
        send: mpsc::UnboundedSender<News>,
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

    fn draw<B: Backend>(&mut self, terminal: &mut Terminal<B>) -> Result<(), B::Error> {
        let size = terminal.size()?;
        if size != self.state.size {
            self.event(Event::Resize(size));
        }
        if std::mem::take(&mut self.redraw) {
            terminal.clear()?;
        }
        let (state, theme) = (&self.state, &self.surroundings.theme);
        terminal.draw(|frame| view::draw(state, theme, frame))?;
        self.event(Event::Drawn);
        Ok(())
    }

    fn input(&mut self, input: Input) {
        match input {
            Input::Key(key) => self.event(Event::Key(key)),
            Input::Paste(text) => self.event(Event::Paste(text)),
            Input::Resize(width, height) => {
                // A terminal that was small for a moment has lost what was on it, even if it is back
                // to the size that is known.
                self.redraw = true;
                self.event(Event::Resize((width, height).into()));
            }
            Input::FocusGained => self.event(Event::Focus),
            Input::Mouse(event) => self.event(Event::Mouse(event)),
            Input::FocusLost => {}
        }
    }

    /// What is offered to be taken back.
    fn offers(&self) -> Option<RequestId> {
        self.state.toast.as_ref().and_then(|toast| toast.undoes)
    }

    /// Whether it may be visible.
    pub(super) fn told(&mut self, news: News) -> bool {
        match news {
            News::Event(event) => {
                let unseen = match &*event {
                    Event::Answer(Answer::Request(id, Ok(_))) => !self.state.shows(*id),
                    // What changed is on the screen once it has been asked for; the history counts it before.
                    Event::Stream(Stream::Changed { told, .. }) => {
                        !told && self.state.tab != Tab::History
                    }
                    _ => false,
                };
                let offered = self.offers();
                self.event(*event);
                return !unseen || offered != self.offers();
            }
            News::Linked(client) => self.client = Some(*client),
            News::Position(position) => {
                self.position = Some(position);
                return false;
            }
        }
        true
    }

    pub(super) fn event(&mut self, event: Event) {
        let now = self.now();
        self.write_down(&event, now);
        for effect in update(&mut self.state, event, now) {
            self.run(effect);
        }
    }

    /// A recording that can't go on ends, and that is said.
    fn write_down(&mut self, event: &Event, now: Now) {
        let Some(recorder) = &mut self.surroundings.recorder else {
            return;
        };
        let written = match recorder {
            Ok(recorder) => recorder.take(event, now, &self.state),
            Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
        };
        if let Err(error) = written {
            self.surroundings.recorder = None;
            say(&mut self.state, format!("the recording has ended: {error}"));
        }
    }

    fn run(&mut self, effect: Effect) {
        match effect {
            Effect::Connect { after } => self.connect(after),
            Effect::Look(look) => self.put_on(look),
            Effect::Mouse(ours) => self.mouse = Some(ours),
            Effect::Suspend => self.suspend = true,
            Effect::Redraw => self.redraw = true,
            Effect::Quit => self.leave = Some(Exit::Quit),
            Effect::Sample => self.leave = Some(Exit::Sample),
            Effect::Watch => self.watch = true,
            Effect::FetchPage(fetch) => self.fetch(move |client: Client| async move {
                let page = client.requests(&filter(&fetch)).await;
                Answer::Page(fetch, page)
            }),
            Effect::FetchRequest(id) => self.fetch(move |client: Client| async move {
                Answer::Request(id, client.request(id).await.map(Box::new))
            }),
            Effect::FetchWhy(id) => self.fetch(move |client: Client| async move {
                Answer::Why(id, client.why(id).await.map(Box::new))
            }),
            Effect::FetchHistory(fetch) => self.fetch(move |client: Client| async move {
                let page = client.requests(&calls::decided(&fetch)).await;
                Answer::History(fetch, page)
            }),
            Effect::FetchOpened(id) => self.fetch(move |client: Client| async move {
                Answer::Opened(id, client.request(id).await.map(Box::new))
            }),
            Effect::FetchPast(id, agent, recipient) => {
                self.fetch(move |client: Client| async move {
                    let past = calls::past(&client, agent, recipient).await;
                    Answer::Past(id, past.map(Box::new))
                });
            }
            Effect::FetchBell => self.fetch(move |client: Client| async move {
                Answer::Bell(client.notifications(false, BELL, None).await)
            }),
            Effect::BellSeen(through) => self.change(move |client: Client| async move {
                Answer::BellSeen(client.notifications_seen(through).await)
            }),
            Effect::FetchSettings => self.fetch(move |client: Client| async move {
                Answer::Settings(calls::known(&client).await.map(Box::new))
            }),
            Effect::Save(change) => self.change(move |client: Client| async move {
                let answer = calls::save(&client, &change).await;
                Answer::Saved(change, answer)
            }),
            Effect::FetchFacts(wanted) => self.fetch(move |client: Client| async move {
                let facts = calls::facts(&client, &wanted).await.map(Box::new);
                Answer::Facts(wanted, facts)
            }),
            Effect::EditPolicy(text) => self.writing = Some((Writing::Policy, text)),
            Effect::TryPolicy(text) => self.fetch(move |client: Client| async move {
                let tried = calls::try_policy(&client, &text).await;
                Answer::Tried(text, tried)
            }),
            Effect::FetchVersion(version) => self.fetch(move |client: Client| async move {
                Answer::Version(version, calls::version(&client, version).await)
            }),
            Effect::SavePolicy(policy) => self.change(move |client: Client| async move {
                Answer::PolicySaved(calls::save_policy(&client, &policy).await)
            }),
            Effect::Export(to) => self.export(to),
            Effect::StopExport => {
                if let Some(export) = self.export.take() {
                    export.abort();
                }
            }
            Effect::ProveRecord(id) => self.fetch(move |client: Client| async move {
                Answer::RecordProven(id, calls::prove_record(&client, id).await)
            }),
            Effect::ProveLog => self.fetch(move |client: Client| async move {
                Answer::Proven(calls::prove(&client).await)
            }),
            Effect::Decide(id, decide) => self.change(move |client: Client| async move {
                let answer = client.decide(id, &decide).await.map(Box::new);
                Answer::Decided(id, answer)
            }),
            Effect::Do(id, deed) => self.change(move |client: Client| async move {
                Answer::Done(id, deed, calls::act(&client, id, deed).await.map(Box::new))
            }),
            Effect::Opened(id, opened) => {
                if let Some(client) = self.client.clone() {
                    // A courtesy to others: nothing here depends on whether the gate has heard it.
                    self.fetches
                        .spawn(async move { drop(client.opened(id, &opened).await) });
                }
            }
            Effect::Edit(about, text) => self.writing = Some((Writing::Params(about), text)),
            Effect::EditLines(about, at, text) => {
                self.writing = Some((Writing::Lines(about, at), text));
            }
        }
    }

    /// Draws with another look from now on, and keeps it.
    fn put_on(&mut self, look: Look) {
        let Some(appearance) = self.surroundings.appearance.clone() else {
            return;
        };
        let (palette, depth, glyphs) = appearance.on_terminal(look);
        self.surroundings.theme = Theme::new(palette, depth, glyphs);
        self.redraw = true;
        let send = self.send.clone();
        self.tasks.spawn(async move {
            let kept = spawn_blocking(move || appearance.keep(look)).await;
            let kept = kept.unwrap_or_else(|error| Err(error.to_string()));
            tell(&send, Event::Answer(Answer::LookKept(kept)));
        });
    }

    fn fetch<F>(&mut self, ask: impl FnOnce(Client) -> F)
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        let task = self.answering(ask);
        if let Some(task) = task {
            self.fetches.spawn(task);
        }
    }

    /// Something that isn't given up when the connection breaks.
    fn change<F>(&mut self, ask: impl FnOnce(Client) -> F)
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        if let Some(task) = self.answering(ask) {
            self.tasks.spawn(task);
        }
    }

    /// Writes a file of what the history finds. A connection that breaks ends it with an error.
    fn export(&mut self, to: ToExport) {
        let send = self.send.clone();
        let exporting = self.answering(move |client: Client| async move {
            let so_far = |count| {
                tell(
                    &send,
                    Event::Answer(Answer::Exported(Exported::SoFar(count))),
                )
            };
            let exported = calls::export(&client, &to, so_far).await;
            Answer::Exported(exported.map_or_else(Exported::Failed, Exported::Done))
        });
        self.export = exporting.map(|exporting| self.tasks.spawn(exporting));
    }

    /// A task that asks the gate and hands the answer back. There is none before the first connection,
    /// and nothing is asked before it.
    fn answering<F>(&self, ask: impl FnOnce(Client) -> F) -> Option<BoxFuture<'static, ()>>
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        let answer = ask(self.client.clone()?);
        let send = self.send.clone();
        Some(async move { tell(&send, Event::Answer(answer.await)) }.boxed())
    }

    /// Looks for the gate, in place of whatever connection there is.
    pub(super) fn connect(&mut self, after: Duration) {
        self.fetches.abort_all();
        if let Some(connection) = self.connection.take() {
            connection.abort();
        }
        let connector = self.surroundings.connector.clone();
        let (send, position) = (self.send.clone(), self.position);
        let task = async move {
            // A sleep of no time at all is one of a millisecond.
            if !after.is_zero() {
                tokio::time::sleep(after).await;
            }
            let why = follow(connector, position, &send).await;
            tell(&send, Event::Stream(Stream::Lost(why)));
        };
        self.connection = Some(self.tasks.spawn(task));
    }
}

/// The loop is gone when nobody listens, and then nobody needs to know.
fn tell(send: &mpsc::UnboundedSender<News>, event: Event) {
    let _nobody = send.send(News::Event(Box::new(event)));
}

/// Reads the events of the gate until they end, and says why they did.
async fn follow(
    connector: impl Connect,
    position: Option<u64>,
    send: &mpsc::UnboundedSender<News>,
) -> String {
    let client = match connector.connect().await {
        Ok(client) => client,
        Err(why) => return why,
    };
    let opened = timeout(SILENCE, async {
        tokio::try_join!(open(&client, position), client.me())
    });
    let (mut events, me) = match opened.await {
        Ok(Ok(both)) => both,
        Ok(Err(error)) => return reason(&error),
        Err(_) => return format!("{} doesn't answer", client.address()),
    };
    let address = client.address().to_owned();
    let who = me.id.clone();
    let _nobody = send.send(News::Linked(Box::new(client)));
    let live = Stream::Live(Box::new(me), address.clone());
    tell(send, Event::Stream(live));
    loop {
        let tick = match timeout(SILENCE, events.next()).await {
            Ok(Ok(Some(tick))) => tick,
            Ok(Ok(None)) => return format!("{address} ended the connection"),
            Ok(Err(error)) => return reason(&error),
            Err(_) => return format!("{address} has gone silent"),
        };
        let position = match tick {
            Tick::Position(position) => position,
            Tick::Event(event) => {
                let changed = Stream::Changed {
                    mine: event.actor.to_string() == who,
                    told: event.told.iter().any(|person| person.as_str() == who),
                    kind: event.kind,
                    request: event.request,
                };
                tell(send, Event::Stream(changed));
                event.position
            }
        };
        let _nobody = send.send(News::Position(position));
    }
}

/// Why there is no connection, and what to do where it won't come back by itself.
fn reason(error: &ClientError) -> String {
    match error.problem() {
        Some(problem) if problem.is(ProblemKind::Unauthorized) => {
            "this token is no longer valid; an admin makes one with `signoff tokens add`".to_owned()
        }
        _ => error.to_string(),
    }
}

/// The events after a position; a gate that has none there, since its log is another one, says what
/// happens from now on. Nothing is missed: whoever connects looks at everything again.
async fn open(client: &Client, position: Option<u64>) -> Result<EventStream, ClientError> {
    match client.events(position).await {
        Err(ClientError::Refused(_)) if position.is_some() => client.events(None).await,
        opened => opened,
    }
}

/// What waits for the person who looks.
fn filter(fetch: &PageFetch) -> Filter {
    fetch.query.narrow(Filter {
        status: Some(Status::Pending.word().to_owned()),
        reviewer: Some("me".parse().expect("“me” follows the rule for names")),
        limit: Some(fetch.limit),
        cursor: fetch.cursor.clone(),
        ..Filter::default()
    })
}
