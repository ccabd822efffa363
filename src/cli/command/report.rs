//! `signoff report`: an agent says how a run ended.

use super::Exit;
use super::request::say;
use crate::api::request::ReportRun;
use crate::cli::args;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::domain::digest::Digest;
use crate::domain::execution::Outcome;
use crate::domain::id::RequestId;
use crate::domain::untrusted::Untrusted;

/// Say how the run of a request ended.
///
/// The digest and the epoch are those that `signoff start` gave; the gate refuses a report about other
/// parameters or about an older run. Without --epoch it is about the run that is due, and a request that
/// wasn't started is started and ended in one.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    /// The whole id of the request
    #[arg(value_name = "ID", value_parser = args::whole_id)]
    id: RequestId,

    /// How it ended
    #[arg(long, value_name = "HOW", value_parser = args::word::<Outcome>(
        &["executed", "failed", "unknown"]))]
    outcome: Outcome,

    /// The digest of what was run
    #[arg(long, value_name = "DIGEST")]
    digest: Digest,

    /// The epoch of the run
    #[arg(long, value_name = "N")]
    epoch: Option<u32>,

    /// What came of it: JSON, @FILE, or @- for standard input
    #[arg(long, value_name = "JSON")]
    result: Option<String>,

    /// What went wrong
    #[arg(long, value_name = "TEXT")]
    error: Option<String>,

    /// The action was handed on, and nobody saw its result
    #[arg(long)]
    unobserved: bool,

    /// Print the request as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLE: &str = "\
Example:
  signoff report req_01k3… --outcome failed --digest sha256:9f2c… --epoch 1 \\
      --error 'the mail server refused the recipient'";

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    let id = args.id;
    let result = args.result.map(|value| args::json("--result", &value));
    let report = ReportRun {
        outcome: args.outcome,
        digest: args.digest,
        epoch: args.epoch,
        result: result.transpose()?,
        error: args.error.map(Untrusted::from),
        observed: !args.unobserved,
    };
    let request = session
        .call(async |client| client.report(id, &report).await)
        .await?;
    say(&request, args.json)?;
    Ok(Exit::Ok)
}
