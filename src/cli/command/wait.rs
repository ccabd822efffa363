//! `signoff wait`: stays until a request is decided.

use std::time::Duration;

use super::Exit;
use super::request::conclude;
use crate::cli::args;
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::waiting::Wait;
use crate::client::Until;
use crate::domain::id::RequestId;

/// Wait for a request of the agent's to be decided.
///
/// The answer is the same whether it begins before, during or after the decision, and as often as it is
/// asked for. With --take it does what `signoff request --wait` does: where the answer is yes, the request
/// is taken for running and reported as handed to you. Of several that try, or of one that tries twice, one
/// is told yes; the others end with 1, because the action must not run again.
#[derive(clap::Args)]
#[command(after_help = exit::help(), after_long_help = format!("{EXAMPLE}\n\n{}", exit::help()))]
pub struct Args {
    /// The whole id of the request
    #[arg(value_name = "ID", value_parser = args::whole_id)]
    id: RequestId,

    /// Until it is decided, or until its run has ended too
    #[arg(long, value_name = "WHAT", default_value = "decided", value_parser = ["decided", "done"])]
    until: String,

    /// How long to stay, like 10m; then the exit code is 5 and the request still stands
    #[arg(long, value_name = "TIME", value_parser = args::duration)]
    timeout: Option<Duration>,

    /// Take it for running where the answer is yes
    #[arg(long)]
    take: bool,

    /// Print the request as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLE: &str = "\
Example:
  signoff wait req_01k3… --take --timeout 1h && ./send mail.json";

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    let wait = Wait {
        until: match args.until.as_str() {
            "done" => Until::Done,
            _ => Until::Decided,
        },
        timeout: args.timeout,
    };
    if args.take && !wait.takes() {
        return Err(Failure::usage(
            "--take goes with --until decided: whoever waits for the end of a run leaves the run to others",
        ));
    }
    let id = args.id;
    let request = session
        .call(async |client| client.request(id).await)
        .await?;
    let ended = wait.on(session, request).await?;
    conclude(session, ended, args.take, args.json).await
}
