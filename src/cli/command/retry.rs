//! `signoff retry`: a person lets a run that didn't end well be tried again.

use uuid::Uuid;

use super::Exit;
use super::approve::require_person;
use super::request::say;
use crate::api::request::Retry;
use crate::cli::args;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::short_id::{resolve, unknown};
use crate::domain::untrusted::Untrusted;

/// Let a failed or unknown run be tried again, with the same parameters.
///
/// The approval still stands, so nobody is asked again; whoever runs the action takes it as a new attempt.
/// Where nobody knows how a run ended, look first whether it had its effect: it may happen twice.
///
/// Only from a terminal, unless SIGNOFF_TOKEN says who you are.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    /// The id of the request, or as much of its beginning or of its end as names one only
    #[arg(value_name = "ID")]
    id: String,

    /// Why
    #[arg(long, value_name = "TEXT", value_parser = args::words)]
    reason: String,

    /// Print the request as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLE: &str = "\
Example:
  signoff retry gem0xd --reason 'the mail server is back'";

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    require_person(session, "retry")?;
    let id = resolve(session, &args.id).await?;
    let retry = Retry {
        reason: Untrusted::from(args.reason),
    };
    let key = Uuid::now_v7().to_string();
    let request = session.call(async |client| client.retry(id, &retry, &key).await);
    say(&request.await.map_err(unknown)?, args.json)?;
    Ok(Exit::Ok)
}
