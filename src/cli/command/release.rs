//! `signoff release`: a person gives their claim on a request back.

use super::Exit;
use super::claim::say;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::short_id::{resolve, unknown};

/// Give back a request that you had claimed.
///
/// Somebody else's claim on it stays as it is, and nothing else of the request changes.
#[derive(clap::Args)]
#[command(after_long_help = "Example:\n  signoff release gem0xd")]
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
    let request = session.call(async |client| client.release(id).await);
    say(&request.await.map_err(unknown)?, args.json)?;
    Ok(Exit::Ok)
}
