//! `signoff --sample`: an inbox on a gate of its own, in a home that goes when it is left, to which the
//! agents of a small company send what such agents ask for. Nothing of the caller's own is touched: no
//! home, no gate, no token.

mod company;
mod home;
mod script;

use std::sync::Arc;

use tokio::task::JoinHandle;

use super::context::{Context, Speaker};
use super::exit::Exit;
use super::failure::{Failure, causes};
use super::inbox::{Connector, options};
use super::patience::Patience;
use super::session::Session;
use super::token_file;
use crate::tui;

use company::Company;
use home::TemporaryHome;
pub use home::sweep;
use script::Script;

/// Opens the sample's inbox and stays until it is left. It looks as the caller's own would; or it is read out.
pub async fn run(own: &Context, plain: bool) -> Result<tui::Exit, Failure> {
    sweep();
    let home = TemporaryHome::make().map_err(|error| {
        Failure::because("no home could be made for the sample", &error)
            .hint("TMPDIR names the directory in which it is made")
    })?;
    let context = own.in_sample(home.path())?;
    token_file::make_unsaid(&context.home)
        .map_err(|error| Failure::because("the sample's files can't be made", &error))?;
    let session = Arc::new(Session::new(context, Speaker::Person));
    let left = inbox(&session, plain).await;
    let closed = session.close().await;
    drop(home);
    let left = left?;
    closed.map(|()| left)
}

async fn inbox(session: &Arc<Session>, plain: bool) -> Result<tui::Exit, Failure> {
    let owner = session.client(&mut Patience::new()).await?;
    let company = Company::found(&owner, Script::shipped()).await?;
    let (company, opened) = company.open().await?;
    let playing = Playing(tokio::spawn(company.play(opened)));
    let options = tui::Options {
        sample: true,
        // It leaves nothing behind, no look either.
        appearance: None,
        ..options(&session.context)
    };
    let connector = Connector(Arc::clone(session));
    let left = match plain {
        true => tui::plain::run(connector, options).await,
        false => tui::run(connector, options).await,
    };
    drop(playing);
    left.map_err(|error| Failure::new(Exit::Other, causes(&error)))
}

/// The agents at work, until this is dropped.
struct Playing(JoinHandle<()>);

impl Drop for Playing {
    fn drop(&mut self) {
        self.0.abort();
    }
}
