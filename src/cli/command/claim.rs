//! `signoff claim`: a person takes a request on.

use super::Exit;
use crate::api::request::Request;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::cli::session::Session;
use crate::cli::short_id::{resolve, unknown};
use crate::cli::words;

/// Say that you are looking after a request.
///
/// A claim is a courtesy: others are warned, not barred. It ends when you give it back with `signoff
/// release`, or when nothing is heard of you for 15 minutes; the deadline goes on meanwhile.
#[derive(clap::Args)]
#[command(after_long_help = "Example:\n  signoff claim gem0xd")]
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
    let request = session.call(async |client| client.claim(id).await);
    say(&request.await.map_err(unknown)?, args.json)?;
    Ok(Exit::Ok)
}

/// Prints the request, or who has claimed it now.
pub fn say(request: &Request, json: bool) -> Result<(), Failure> {
    if json {
        return out::print_json(request);
    }
    let claimed = match &request.claim {
        Some(claim) => words::claimed(claim, words::now()),
        None => "claimed by nobody".to_owned(),
    };
    out::print(&format!("{} {claimed}\n", request.id))
}
