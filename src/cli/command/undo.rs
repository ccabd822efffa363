//! `signoff undo`: a person takes their approval back.

use super::Exit;
use super::request::say;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::short_id::{resolve, unknown};

/// Take back your own approval, until the action has been started.
///
/// A request that was approved by it ends as revoked, and its agent may ask again. Where more approvals
/// are needed, yours no longer counts. A rejection can't be taken back.
#[derive(clap::Args)]
#[command(after_long_help = "Example:\n  signoff undo gem0xd")]
pub struct Args {
    /// The id of the request, or as much of its beginning or of its end as names one only
    #[arg(value_name = "ID")]
    id: String,

    /// Print the request as JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    let id = resolve(session, &args.id).await?;
    let request = session.call(async |client| client.take_back(id).await);
    say(&request.await.map_err(unknown)?, args.json)?;
    Ok(Exit::Ok)
}
