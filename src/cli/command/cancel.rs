//! `signoff cancel`: an agent withdraws what it asked.

use super::Exit;
use super::request::say;
use crate::cli::args;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::domain::id::RequestId;

/// Withdraw a request while it is pending.
///
/// Only the agent that asked can do this, and only until somebody has decided.
#[derive(clap::Args)]
#[command(after_long_help = "Example:\n  signoff cancel req_01k3…")]
pub struct Args {
    /// The whole id of the request
    #[arg(value_name = "ID", value_parser = args::whole_id)]
    id: RequestId,

    /// Print the request as JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    let id = args.id;
    let request = session.call(async |client| client.cancel(id).await).await?;
    say(&request, args.json)?;
    Ok(Exit::Ok)
}
