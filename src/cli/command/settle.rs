//! `signoff settle`: a person says what became of a run.

use uuid::Uuid;

use super::Exit;
use super::approve::require_person;
use super::request::say;
use crate::api::request::SettleRun;
use crate::cli::args;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::short_id::{resolve, unknown};
use crate::domain::execution::Outcome;
use crate::domain::untrusted::Untrusted;

/// Say what became of a run that nobody knows the end of.
///
/// A run that broke off between its start and its report may have had its effect or not, and is never
/// tried again by itself. Look, and say which it was.
///
/// Only from a terminal, unless SIGNOFF_TOKEN says who you are.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    /// The id of the request, or as much of its beginning or of its end as names one only
    #[arg(value_name = "ID")]
    id: String,

    /// How it ended
    #[arg(long, value_name = "HOW", value_parser = args::word::<Outcome>(&["executed", "failed"]))]
    outcome: Outcome,

    /// How you know
    #[arg(long, value_name = "TEXT", value_parser = args::words)]
    reason: String,

    /// Print the request as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLE: &str = "\
Example:
  signoff settle gem0xd --outcome executed --reason 'the bank shows the payment'";

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    require_person(session, "settle")?;
    let id = resolve(session, &args.id).await?;
    let settle = SettleRun {
        outcome: args.outcome,
        reason: Untrusted::from(args.reason),
    };
    let key = Uuid::now_v7().to_string();
    let request = session.call(async |client| client.settle(id, &settle, &key).await);
    say(&request.await.map_err(unknown)?, args.json)?;
    Ok(Exit::Ok)
}
