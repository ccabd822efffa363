//! The inbox: what `signoff` opens when it is given no command.

use std::io::{self, IsTerminal};
use std::path::Path;
use std::sync::Arc;

use super::context::{Context, Speaker};
use super::exit::Exit;
use super::failure::{Failure, causes};
use super::feed;
use super::look::{self, OwnLook};
use super::new_file;
use super::out;
use super::patience::Patience;
use super::program;
use super::session::Session;
use super::words;
use crate::client::Client;
use crate::tui::{self, Connect, Options};

/// How the inbox is opened this once.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manner<'a> {
    /// As lines to read and to type.
    pub plain: bool,
    /// Where what it receives is written down.
    pub record: Option<&'a Path>,
}

/// Opens the inbox and stays until it is left. Who leaves it for the sample comes back to it, and if it is
/// the gate it serves meanwhile.
pub async fn run(context: Context, manner: Manner<'_>) -> Result<Exit, Failure> {
    needs_terminal()?;
    let plain = manner.plain || context.config.tui.plain;
    let mut options = options(&context);
    if let Some(path) = manner.record {
        options.record = Some(Arc::new(new_file::create(path)?));
        // Whoever sends it on has to know.
        out::note(&format!(
            "recording to {}: it will hold the contents of what is shown, and only you can read it",
            new_file::shown(path)
        ));
    }
    options.greeting = context.url.is_none().then(|| context.new_home()).flatten();
    let session = Arc::new(Session::new(context, Speaker::Person));
    // Before the screen is taken over: a first start has something to say, and so has a failing one.
    session.client(&mut Patience::new()).await?;
    options.agent_token = program::agent_token(&session.context);
    // What a sample left that was killed; nobody waits for that.
    drop(tokio::task::spawn_blocking(feed::sweep));
    let left = match plain {
        true => talk(&session, options).await,
        false => stay(&session, &options).await,
    };
    let closed = session.close().await;
    left.and(closed).map(|()| Exit::Ok)
}

/// In plain mode there is no key to leave it for anything else.
async fn talk(session: &Arc<Session>, options: Options) -> Result<(), Failure> {
    let left = tui::plain::run(Connector(Arc::clone(session)), options).await;
    left.map(|_| ())
        .map_err(|error| Failure::new(Exit::Other, causes(&error)))
}

async fn stay(session: &Arc<Session>, options: &Options) -> Result<(), Failure> {
    loop {
        let left = tui::run(Connector(Arc::clone(session)), options.clone()).await;
        match left.map_err(|error| Failure::new(Exit::Other, causes(&error)))? {
            tui::Exit::Sample => {}
            tui::Exit::Quit | tui::Exit::Stopped | tui::Exit::TerminalGone => return Ok(()),
        }
        if feed::run(&session.context, false).await? != tui::Exit::Quit {
            return Ok(());
        }
    }
}

/// Opens the sample's inbox, and nothing else.
pub async fn run_sample(context: &Context, plain: bool) -> Result<Exit, Failure> {
    needs_terminal()?;
    let plain = plain || context.config.tui.plain;
    feed::run(context, plain).await.map(|_| Exit::Ok)
}

fn needs_terminal() -> Result<(), Failure> {
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        return Ok(());
    }
    Err(Failure::usage("the inbox needs a terminal")
        .hint("`signoff list` lists what is waiting; `ssh -t` gives a remote command a terminal"))
}

pub fn options(context: &Context) -> Options {
    let tui = &context.config.tui;
    let (palette, depth) = context.terminal.colours(tui.theme);
    look::obey(depth);
    let own = OwnLook::of(context.terminal.clone(), tui, context.home.config());
    Options {
        palette,
        depth,
        glyphs: context.terminal.glyphs(tui.glyphs),
        folder: std::env::current_dir().ok(),
        mouse: tui.mouse,
        keymap: context.keymap.clone(),
        appearance: Some(Arc::new(own)),
        record: None,
        zone: context.zone(),
        program: program::typed(context),
        agent_token: None,
        sample: false,
        greeting: None,
        now: words::now,
    }
}

/// Finds the gate for the inbox, or becomes it.
#[derive(Clone)]
pub struct Connector(pub Arc<Session>);

impl Connect for Connector {
    async fn connect(&self) -> Result<Client, String> {
        // The inbox itself goes on trying, and says so on the screen.
        let client = self.0.client(&mut Patience::short()).await;
        client.map_err(|failure| failure.to_string())
    }
}
