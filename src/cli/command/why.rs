//! `signoff why`: how policy came to its verdict, rung by rung.

use super::Exit;
use crate::cli::failure::Failure;
use crate::cli::ladder::ladder;
use crate::cli::out;
use crate::cli::session::Session;
use crate::cli::short_id::{resolve, unknown};

/// Say why policy allowed, denied or asked.
///
/// Policy is a ladder: its rungs are asked from top to bottom, and the first that answers decides. This
/// shows what each of them said when the request was asked; in audit mode, where nothing is enforced, also
/// what the verdict would have been.
#[derive(clap::Args)]
#[command(after_long_help = "Example:\n  signoff why gem0xd")]
pub struct Args {
    /// The id of the request, or as much of its beginning or of its end as names one only
    #[arg(value_name = "ID")]
    id: String,

    /// Print the ladder as JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    let id = resolve(session, &args.id).await?;
    let why = session.call(async |client| client.why(id).await);
    let why = why.await.map_err(unknown)?;
    if args.json {
        out::print_json(&why)?;
    } else {
        let instead = why.would_have_been.as_ref();
        out::print(&ladder(&why.rungs, &why.verdict, instead, out::width()))?;
    }
    Ok(Exit::Ok)
}
