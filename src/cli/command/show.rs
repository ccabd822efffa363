//! `signoff show`: one request with everything about it.

use super::Exit;
use super::approve::broken_seal;
use crate::api::seal::{HIDDEN, Seal};
use crate::cli::detail::detail;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::cli::session::Session;
use crate::cli::short_id::{resolve, unknown};
use crate::cli::words;

/// Show one request with everything about it.
///
/// What it would do and to whom comes first, then the agent's own words and the parameters, each line of
/// them behind a bar. Characters that a terminal would obey, hide or reorder are shown as signs.
///
/// Fails after it has shown it if that isn't what the digest covers: then don't trust the gate.
#[derive(clap::Args)]
#[command(after_long_help = "Example:\n  signoff show gem0xd")]
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
    let request = session
        .call(async |client| client.request(id).await)
        .await
        .map_err(unknown)?;
    if args.json {
        out::print_json(&request)?;
    } else {
        out::print(&detail(&request, words::now(), out::width()))?;
    }
    match request.seal() {
        Seal::Broken => Err(broken_seal(id)),
        Seal::Whole => Ok(Exit::Ok),
        Seal::Untold => {
            out::note(&format!("warning: {HIDDEN}"));
            Ok(Exit::Ok)
        }
    }
}
