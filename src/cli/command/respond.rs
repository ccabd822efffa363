//! `signoff respond`: a person answers in words.

use super::Exit;
use super::approve::require_person;
use super::request::say;
use crate::api::request::Decide;
use crate::cli::args;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::short_id::{resolve, unknown};
use crate::domain::review::{Remember, Word};
use crate::domain::untrusted::Untrusted;

/// Answer the agent in words, instead of letting the action run.
///
/// The request ends as answered, and the text is what the agent gets: a command that waits prints it and
/// ends with 6. The agent may ask for something else then.
///
/// Decides only from a terminal, unless SIGNOFF_TOKEN says who you are.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    /// The id of the request, or as much of its beginning or of its end as names one only
    #[arg(value_name = "ID")]
    id: String,

    /// What the agent gets
    #[arg(long, value_name = "TEXT", value_parser = args::words)]
    text: String,

    /// Tell the agent, even where it does not wait
    #[arg(long)]
    notify_agent: bool,

    /// Print the request as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLE: &str = "\
Example:
  signoff respond gem0xd --text 'Pat has left; ask who follows her first'";

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    require_person(session, "respond")?;
    let id = resolve(session, &args.id).await?;
    let decide = Decide {
        decision: Word::Respond,
        digest: None,
        plan: None,
        reason: None,
        notify_agent: args.notify_agent,
        params: None,
        text: Some(Untrusted::from(args.text)),
        remember: Remember::Once,
    };
    let decided = session.call(async |client| client.decide(id, &decide).await);
    say(&decided.await.map_err(unknown)?, args.json)?;
    Ok(Exit::Ok)
}
