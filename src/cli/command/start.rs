//! `signoff start`: an agent takes an approved request for running.

use std::io::{self, IsTerminal};

use uuid::Uuid;

use super::Exit;
use crate::api::problem::ProblemKind;
use crate::cli::args;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::cli::session::Session;
use crate::domain::id::RequestId;
use crate::domain::untrusted::Untrusted;

/// Take an approved or allowed request for running.
///
/// Prints the approved parameters, byte for byte as they were asked, and nothing else on standard output:
/// run exactly these. The digest and the epoch that `signoff report` needs go to standard error; --json
/// prints everything. A request can be started once.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    /// The whole id of the request
    #[arg(value_name = "ID", value_parser = args::whole_id)]
    id: RequestId,

    /// Print id, status, epoch, digest, action and parameters as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLE: &str = "\
Example:
  signoff start req_01k3… | ./send";

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    let id = args.id;
    // Sent again with the same key, it is the same start: an answer that was lost is given again.
    let key = Uuid::now_v7().to_string();
    let run = session
        .call(async |client| client.start(id, &key).await)
        .await
        .map_err(|failure| not_ready(failure, id))?;
    if args.json {
        out::print_json(&run)?;
        return Ok(Exit::Ok);
    }
    out::note(&format!(
        "started {} with epoch {}, {}",
        run.id, run.epoch, run.digest
    ));
    let params = run.params.text();
    if io::stdout().is_terminal() {
        out::print(&format!("{}\n", Untrusted::from(params).plain()))?;
    } else {
        out::print(params)?;
    }
    Ok(Exit::Ok)
}

fn not_ready(failure: Failure, id: RequestId) -> Failure {
    match failure.is(ProblemKind::NotReady) {
        true => failure.hint(format!(
            "`signoff wait {id}` says what became of it, once it is decided"
        )),
        false => failure,
    }
}
