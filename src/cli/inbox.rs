//! The inbox: what `signoff` opens when it is given no command.

use std::io::{self, IsTerminal};
use std::sync::Arc;

use super::context::{Context, Speaker};
use super::exit::Exit;
use super::failure::{Failure, causes};
use super::patience::Patience;
use super::program;
use super::session::Session;
use super::words;
use crate::client::Client;
use crate::tui::{self, Connect, Options};

/// Opens the inbox and stays until it is left.
pub async fn run(context: Context) -> Result<Exit, Failure> {
    if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
        return Err(Failure::usage("the inbox needs a terminal").hint(
            "`signoff list` lists what is waiting; `ssh -t` gives a remote command a terminal",
        ));
    }
    let options = options(&context);
    let session = Arc::new(Session::new(context, Speaker::Person));
    // Before the screen is taken over: a first start has something to say, and so has a failing one.
    session.client(&mut Patience::new()).await?;
    let left = tui::run(Connector(Arc::clone(&session)), options).await;
    let closed = session.close().await;
    left.map_err(|error| Failure::new(Exit::Other, causes(&error)))?;
    closed.map(|()| Exit::Ok)
}

pub fn options(context: &Context) -> Options {
    let tui = context.config.tui;
    let (palette, depth) = context.terminal.colours(tui.theme);
    Options {
        palette,
        depth,
        glyphs: context.terminal.glyphs(tui.glyphs),
        mouse: tui.mouse,
        zone: context.zone(),
        program: program::typed(context),
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
