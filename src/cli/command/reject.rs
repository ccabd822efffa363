//! `signoff reject`: a person says no.

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

/// Reject a request.
///
/// The reason is kept, and told to an agent that waits. A rejection is final: the agent has to ask again.
///
/// Decides only from a terminal, unless SIGNOFF_TOKEN says who you are.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    /// The id of the request, or as much of its beginning or of its end as names one only
    #[arg(value_name = "ID")]
    id: String,

    /// Why not
    #[arg(long, value_name = "TEXT", value_parser = args::words)]
    reason: String,

    /// Tell the agent, even where it does not wait
    #[arg(long)]
    notify_agent: bool,

    /// Print the request as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLE: &str = "\
Example:
  signoff reject gem0xd --reason 'wrong list: send it to the buyer only'";

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    require_person(session, "reject")?;
    let id = resolve(session, &args.id).await?;
    let decide = Decide {
        decision: Word::Reject,
        digest: None,
        plan: None,
        reason: Some(Untrusted::from(args.reason)),
        notify_agent: args.notify_agent,
        params: None,
        text: None,
        remember: Remember::Once,
    };
    let decided = session
        .call(async |client| client.decide(id, &decide).await)
        .await
        .map_err(unknown)?;
    say(&decided, args.json)?;
    Ok(Exit::Ok)
}
