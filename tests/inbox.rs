//! The inbox's own loop, driven by keys, against a real gate. Tests wait for what is on the screen; the
//! time between two keys is that of a hand, which the inbox tells from a paste.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent};
use futures_util::stream;
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::{Backend, ClearType, TestBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use signoff::api::settings::PatchAction;
use signoff::client::{Client, Until};
use signoff::domain::lifecycle::Status;
use signoff::domain::time::At;
use signoff::tui::{self, Connect, Depth, Exit, GlyphSet, Keymap, Options, Palette, ShellEditor};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::support::{TestGate, ask, email};

/// Longer than any test needs; what isn't on the screen by then never will be.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two keys of a hand that looks before it presses.
const HAND: Duration = Duration::from_millis(450);

/// Where the gate is; it may move.
#[derive(Clone)]
struct Finder {
    address: watch::Receiver<String>,
    token: String,
    /// How long an answer may take, if it isn't the usual time.
    patience: Option<Duration>,
}

impl Connect for Finder {
    async fn connect(&self) -> Result<Client, String> {
        let address = self.address.borrow().clone();
        let client = Client::new(&address, &self.token).map_err(|error| error.to_string())?;
        Ok(match self.patience {
            Some(patience) => client.with_patience(patience),
            None => client,
        })
    }
}

/// How an inbox comes to the gate.
struct Way {
    url: String,
    token: String,
    patience: Option<Duration>,
}

/// A screen that can be read from outside.
struct Screen {
    backend: TestBackend,
    size: watch::Receiver<Size>,
    shown: watch::Sender<String>,
}

impl Backend for Screen {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        self.backend.draw(content).map_err(io::Error::other)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.backend.hide_cursor().map_err(io::Error::other)
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.backend.show_cursor().map_err(io::Error::other)
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.backend.get_cursor_position().map_err(io::Error::other)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.backend
            .set_cursor_position(position)
            .map_err(io::Error::other)
    }

    fn clear(&mut self) -> io::Result<()> {
        // A screen of another size is cleared before anything is drawn on it.
        let Size { width, height } = *self.size.borrow_and_update();
        self.backend.resize(width, height);
        self.backend.clear().map_err(io::Error::other)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        if matches!(region, ClearType::All) {
            return self.clear();
        }
        self.backend.clear_region(region).map_err(io::Error::other)
    }

    fn size(&self) -> io::Result<Size> {
        Ok(*self.size.borrow())
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.backend.window_size().map_err(io::Error::other)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.shown.send_replace(self.backend.to_string());
        Ok(())
    }
}

/// An inbox that runs.
pub struct Inbox {
    keys: mpsc::UnboundedSender<Event>,
    shown: watch::Receiver<String>,
    address: watch::Sender<String>,
    size: watch::Sender<Size>,
    running: JoinHandle<Exit>,
}

fn now() -> At {
    "2026-11-20T09:00:00Z".parse().unwrap()
}

impl Inbox {
    /// The owner's inbox. These keys were pressed before there was anything to see.
    async fn open(gate: &TestGate, early: &str) -> Self {
        Self::open_as(gate, "owner", "false", early).await
    }

    /// Somebody's inbox, with an editor of the shell.
    pub async fn open_as(gate: &TestGate, person: &str, editor: &str, early: &str) -> Self {
        let folder = std::env::temp_dir();
        Self::open_with(gate, person, editor, early, folder, None).await
    }

    /// Somebody's inbox that was started in this folder, with a file in which everything that it receives is
    /// written down.
    pub async fn open_with(
        gate: &TestGate,
        person: &str,
        editor: &str,
        early: &str,
        folder: PathBuf,
        record: Option<Arc<File>>,
    ) -> Self {
        let way = Way {
            url: gate.url.clone(),
            token: gate.token(serde_json::json!({"person": person})).await,
            patience: None,
        };
        Self::open_by(way, editor, early, folder, record)
    }

    /// The owner's inbox at another address of the gate, with so much patience for its answers.
    pub async fn through(gate: &TestGate, url: &str, patience: Duration) -> Self {
        let way = Way {
            url: url.to_owned(),
            token: gate.token(serde_json::json!({"person": "owner"})).await,
            patience: Some(patience),
        };
        Self::open_by(way, "false", "", std::env::temp_dir(), None)
    }

    fn open_by(
        way: Way,
        editor: &str,
        early: &str,
        folder: PathBuf,
        record: Option<Arc<File>>,
    ) -> Self {
        let editor = ShellEditor::new(editor);
        let (keys, mut pressed) = mpsc::unbounded_channel();
        let (send_shown, shown) = watch::channel(String::new());
        let (address, found) = watch::channel(way.url);
        let (size, sized) = watch::channel(Size::new(120, 36));
        let finder = Finder {
            address: found,
            token: way.token,
            patience: way.patience,
        };
        for key in early.chars() {
            keys.send(character(key)).unwrap();
        }
        let running = tokio::spawn(async move {
            let screen = Screen {
                backend: TestBackend::new(120, 36),
                size: sized,
                shown: send_shown,
            };
            let mut terminal = Terminal::new(screen).unwrap();
            let mut input = Box::pin(stream::poll_fn(move |cx| {
                pressed.poll_recv(cx).map(|key| key.map(Ok))
            }));
            let options = Options {
                palette: Palette::CalmDark,
                depth: Depth::Mono,
                glyphs: GlyphSet::Unicode,
                folder: Some(folder),
                mouse: true,
                keymap: Keymap::shipped(),
                appearance: None,
                record,
                zone: TimeZone::UTC,
                program: "signoff".to_owned(),
                agent_token: None,
                sample: false,
                greeting: None,
                now,
            };
            let never = std::future::pending();
            tui::run_on(&mut terminal, &mut input, never, finder, editor, options)
                .await
                .unwrap()
        });
        Self {
            keys,
            shown,
            address,
            size,
            running,
        }
    }

    /// Waits until this is on the screen.
    pub async fn sees(&mut self, text: &str) {
        let seen = self.shown.wait_for(|screen| screen.contains(text));
        let timely = tokio::time::timeout(PATIENCE, seen).await.is_ok();
        let screen = self.shown.borrow().clone();
        assert!(timely, "never saw “{text}”:\n{screen}");
    }

    /// Waits until this isn't on the screen any more.
    pub async fn gone(&mut self, text: &str) {
        let gone = self.shown.wait_for(|screen| !screen.contains(text));
        let timely = tokio::time::timeout(PATIENCE, gone).await.is_ok();
        let screen = self.shown.borrow().clone();
        assert!(timely, "“{text}” never went:\n{screen}");
    }

    /// The screen gets another size.
    pub fn resize(&self, width: u16, height: u16) {
        self.size.send_replace(Size::new(width, height));
        self.at_once(Event::Resize(width, height));
    }

    /// What is on the screen now.
    pub fn screen(&self) -> String {
        self.shown.borrow().clone()
    }

    pub async fn press(&self, key: KeyCode) {
        tokio::time::sleep(HAND).await;
        self.at_once(Event::Key(key.into()));
    }

    pub async fn types(&self, keys: &str) {
        for key in keys.chars() {
            self.press(KeyCode::Char(key)).await;
        }
    }

    /// Without looking first.
    pub fn at_once(&self, event: Event) {
        self.keys.send(event).unwrap();
    }

    /// Moves down until this setting is focused.
    async fn goes_down_to(&mut self, what: &str) {
        let focused = |screen: &str| {
            let row = screen.lines().find(|row| row.contains("│▌"));
            row.map(str::to_owned)
        };
        self.sees("│▌").await;
        loop {
            let before = focused(&self.shown.borrow());
            if before.as_ref().is_some_and(|row| row.contains(what)) {
                return;
            }
            self.types("j").await;
            let moved = self.shown.wait_for(|screen| focused(screen) != before);
            let moved = tokio::time::timeout(PATIENCE, moved).await;
            assert!(moved.is_ok(), "never got to “{what}”");
        }
    }

    pub async fn leave(self) {
        self.types("q").await;
        assert_eq!(self.running.await.unwrap(), Exit::Quit);
    }
}

pub fn character(key: char) -> Event {
    Event::Key(KeyEvent::from(KeyCode::Char(key)))
}

#[tokio::test]
async fn an_agent_is_stopped_and_a_person_in_the_inbox_lets_it_go_on() {
    let gate = TestGate::start().await;
    let mut inbox = Inbox::open(&gate, "").await;
    inbox.sees("Nothing waits.").await;

    let asked = gate.agent().ask(&email(), "1").await.unwrap();
    inbox.sees("pat@partner.example").await;
    inbox.sees("Hi Pat").await;
    let agent = gate.agent();
    let waiting = tokio::spawn(async move { agent.wait(asked.id, Until::Decided, 20).await });
    inbox.types("a").await;
    inbox.sees("at high risk?").await;
    inbox.types("y").await;
    let decided = waiting.await.unwrap().unwrap();
    assert_eq!(decided.status, Status::Approved);
    inbox.sees("approved; z takes it back: ").await;
    inbox.sees("Nothing waits.").await;
    inbox.leave().await;
}

#[tokio::test]
async fn a_rejection_carries_its_reason() {
    let gate = TestGate::start().await;
    let asked = gate.agent().ask(&email(), "1").await.unwrap();
    let mut inbox = Inbox::open(&gate, "").await;
    inbox.sees("Hi Pat").await;
    inbox.types("r").await;
    inbox.sees("why not?").await;
    inbox.types("no").await;
    inbox.press(KeyCode::Enter).await;
    inbox.sees("rejected: ").await;
    let rejected = gate.agent().request(asked.id).await.unwrap();
    assert_eq!(rejected.status, Status::Rejected);
    let reason = rejected.settled.unwrap().reason.unwrap();
    assert_eq!(reason.plain_line(), "no");
    inbox.leave().await;
}

#[tokio::test]
async fn what_is_over_is_found_by_who_decided_it_and_how_it_ended() {
    let gate = TestGate::start().await;
    let asked = gate.agent().ask(&email(), "1").await.unwrap();
    let seen = gate.owner().request(asked.id).await.unwrap();
    let rejection = super::support::reject(&seen, "wrong list");
    gate.owner().decide(asked.id, &rejection).await.unwrap();
    let mut inbox = Inbox::open(&gate, "").await;
    inbox.sees("Nothing waits.").await;
    inbox.types("2").await;
    inbox.sees("✗ rejected").await;
    inbox.types("/by:me status:rejected").await;
    inbox.press(KeyCode::Enter).await;
    inbox.sees("1 found").await;
    inbox.types("/").await;
    inbox.types(" decided:2001-01-01").await;
    inbox.press(KeyCode::Enter).await;
    inbox.sees("Nothing that is over fits.").await;
    inbox.press(KeyCode::Esc).await;
    inbox.sees("✗ rejected").await;
    assert!(
        !inbox.screen().contains("found"),
        "all of it is shown again"
    );
    inbox.leave().await;
}

#[tokio::test]
async fn stray_keys_and_pastes_decide_nothing() {
    let gate = TestGate::start().await;
    for n in 0..10 {
        let agent = gate.agent();
        agent.ask(&email(), &n.to_string()).await.unwrap();
    }
    let mut inbox = Inbox::open(&gate, "aaaa").await;
    inbox.sees("Hi Pat").await;
    "aaaa".chars().for_each(|key| inbox.at_once(character(key)));
    inbox.sees("nothing was decided").await;
    inbox.press(KeyCode::Enter).await;
    inbox.press(KeyCode::Char(' ')).await;
    inbox.at_once(Event::Paste("aaaa".to_owned()));
    inbox.sees("a paste of 4 characters was ignored").await;
    // Had any of these keys decided, it would have been sent before this one is.
    inbox.types("?").await;
    inbox.sees("Moves one row down").await;
    inbox.types("q").await;
    inbox.sees("1 of 10").await;
    inbox.leave().await;
}

#[tokio::test]
async fn a_decision_of_somebody_else_is_told_with_who_and_why() {
    let gate = TestGate::start().await;
    let asked = gate.agent().ask(&email(), "1").await.unwrap();
    let mut inbox = Inbox::open(&gate, "").await;
    inbox.sees("Hi Pat").await;
    let reject = super::support::reject(&asked, "wrong list");
    gate.owner().decide(asked.id, &reject).await.unwrap();
    inbox.sees("rejected by owner at 09:00: wrong list").await;
    inbox.types("a").await;
    inbox.sees("already rejected").await;
    inbox.leave().await;
}

#[tokio::test]
async fn a_gate_that_moves_is_found_again_and_what_waits_still_waits() {
    let gate = TestGate::start().await;
    gate.agent().ask(&email(), "1").await.unwrap();
    let mut inbox = Inbox::open(&gate, "").await;
    inbox.sees("● live").await;
    inbox.sees("Hi Pat").await;
    let gate = gate.restart().await;
    inbox.sees("reconnecting").await;
    inbox.address.send_replace(gate.url.clone());
    inbox.sees("● live").await;
    let more = ask(serde_json::json!({"action": "crm.note", "params": {"lead": "Hooli"}}));
    gate.agent().ask(&more, "2").await.unwrap();
    inbox.sees("Pending 2").await;
    inbox.leave().await;
}

/// Asks for one more e-mail on the owner's behalf, in a conversation.
async fn asks(gate: &TestGate, key: &str) -> Status {
    let email = ask(serde_json::json!({
        "action": "email.send",
        "params": {"to": ["pat@partner.example"], "subject": key, "body": "Hi Pat"},
        "on_behalf_of": "owner",
        "conversation": "c-1",
    }));
    gate.agent().ask(&email, key).await.unwrap().status
}

#[tokio::test]
async fn unlocked_chosen_revoked_and_unlocked_again_by_keys() {
    let gate = TestGate::start().await;
    let mut inbox = Inbox::open(&gate, "").await;
    inbox.sees("Nothing waits.").await;
    inbox.types("3").await;
    inbox.sees("what may go through without you").await;
    inbox.goes_down_to("email.send").await;

    inbox.types(" ").await;
    inbox.sees("email.send, unlocked: from off to on").await;
    inbox.types("s").await;
    inbox.sees("email.send is unlocked").await;
    assert_eq!(asks(&gate, "unlocked").await, Status::Pending);

    inbox.press(KeyCode::Enter).await;
    inbox.sees("email.send, yours: from manual to always").await;
    inbox.types("s").await;
    inbox.sees("email.send goes through for you").await;
    assert_eq!(asks(&gate, "chosen").await, Status::Allowed);

    inbox.types(" ").await;
    inbox.sees("makes 1 person approve by hand again").await;
    inbox.types("s").await;
    inbox.sees("email.send is locked").await;
    assert_eq!(asks(&gate, "revoked").await, Status::Pending);

    inbox.types(" ").await;
    inbox.sees("Turning on “email.send”").await;
    inbox.types("s").await;
    inbox.sees("email.send is unlocked").await;
    inbox.sees("[ on  ]     manual ").await;
    assert_eq!(asks(&gate, "unlocked-again").await, Status::Pending);

    inbox.types("2").await;
    inbox.sees("✓ allowed").await;
    inbox.sees("owner: always").await;
    inbox.leave().await;
}

#[tokio::test]
async fn remembered_for_one_conversation_and_revoked_by_keys() {
    let gate = TestGate::start().await;
    let mut inbox = Inbox::open(&gate, "").await;
    inbox.sees("Nothing waits.").await;
    inbox.types("3").await;
    inbox.goes_down_to("email.send").await;
    inbox.types(" ").await;
    inbox.sees("email.send, unlocked: from off to on").await;
    inbox.types("s").await;
    inbox.sees("email.send is unlocked").await;

    assert_eq!(asks(&gate, "first").await, Status::Pending);
    inbox.types("1").await;
    inbox.sees("Hi Pat").await;
    inbox.types("m").await;
    inbox.sees("remember this conversation").await;
    inbox.types("a").await;
    inbox.sees("at high risk?").await;
    inbox.types("y").await;
    inbox
        .sees("in this conversation from now on without asking")
        .await;
    // The question says so too: only when nothing waits any more has it been decided.
    inbox.sees("Nothing waits.").await;
    assert_eq!(asks(&gate, "remembered").await, Status::Allowed);
    let elsewhere = ask(serde_json::json!({
        "action": "email.send",
        "params": {"to": ["pat@partner.example"], "subject": "Hello", "body": "Hi Pat"},
        "on_behalf_of": "owner",
        "conversation": "c-2",
    }));
    let elsewhere = gate.agent().ask(&elsewhere, "elsewhere").await.unwrap();
    assert_eq!(elsewhere.status, Status::Pending, "another conversation");

    inbox.types("3").await;
    inbox.sees("1 conversation").await;
    inbox.goes_down_to("email.send").await;
    inbox.types(" ").await;
    inbox
        .sees("makes 1 person in a conversation approve by hand again")
        .await;
    inbox.types("s").await;
    inbox.sees("email.send is locked").await;
    assert_eq!(asks(&gate, "revoked").await, Status::Pending);
    inbox.types(" ").await;
    inbox.sees("Turning on “email.send”").await;
    inbox.types("s").await;
    inbox.sees("email.send is unlocked").await;
    assert_eq!(asks(&gate, "unlocked-again").await, Status::Pending);
    inbox.leave().await;
}

#[tokio::test]
async fn what_others_change_is_on_the_screen_at_once() {
    let gate = TestGate::start().await;
    let mut inbox = Inbox::open(&gate, "").await;
    inbox.types("3").await;
    inbox.sees("what may go through without you").await;
    inbox.goes_down_to("email.send").await;
    inbox.types(" ").await;
    inbox.sees("email.send, unlocked: from off to on").await;
    let unlock = PatchAction {
        auto_approval_allowed: Some(true),
        ..PatchAction::default()
    };
    let action = "email.send".parse().unwrap();
    gate.owner().change_action(&action, &unlock).await.unwrap();
    inbox.sees("email.send was changed by somebody else").await;
    inbox.sees("Unlocked, and you have chosen nothing").await;
    inbox.leave().await;
}
