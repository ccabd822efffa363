//! `signoff lease`: a worker takes what there is to run.

use std::time::Duration;

use tokio::time::Instant;

use super::Exit;
use crate::api::work::{LeaseWork, Work};
use crate::cli::args;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::cli::session::Session;
use crate::cli::table::Table;
use crate::domain::id::ActionName;

/// The seconds of a round of waiting: fewer than proxies on the way put up with.
const ROUND: u16 = 55;

/// Take approved work for running, as a worker.
///
/// Speaks for a worker: with SIGNOFF_TOKEN. Gives what was approved or allowed and is run by workers (the
/// action's executor is `queue`). With --json each item has its parameters as they were approved:
/// run exactly these, and say with `signoff report` how it ended, with the digest and the epoch
/// from here. Whoever doesn't report before the lease ends has lost it; `signoff renew` makes it longer.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    /// Only this action; may be given several times. Without it everything that the token is bound to
    #[arg(long = "action", value_name = "ACTION")]
    actions: Vec<ActionName>,

    /// How many at most
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    max: u32,

    /// How long to wait for something, like 5m; without it, not at all
    #[arg(long, value_name = "TIME", value_parser = args::duration)]
    wait: Option<Duration>,

    /// How long the work is yours, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    lease_seconds: u32,

    /// Print the work as JSON, with the parameters
    #[arg(long)]
    json: bool,
}

const EXAMPLE: &str = "\
Examples:
  signoff lease --action email.send --wait 5m --json
  signoff report req_01k3… --outcome executed --digest sha256:9f2c… --epoch 1";

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    let work = lease(&args, session).await?;
    if args.json {
        out::print_json(&work)?;
    } else {
        say(&work)?;
    }
    Ok(Exit::Ok)
}

/// In rounds, until there is something or the time is up.
async fn lease(args: &Args, session: &Session) -> Result<Work, Failure> {
    let end = Instant::now() + args.wait.unwrap_or_default();
    loop {
        let left = end.saturating_duration_since(Instant::now());
        let lease = LeaseWork {
            actions: args.actions.clone(),
            max: args.max,
            wait: u16::try_from(left.as_secs()).unwrap_or(ROUND).min(ROUND),
            lease_seconds: args.lease_seconds,
        };
        // Sent again after an answer that was lost, it takes other work; what was taken by the lost one
        // comes back when its lease ends, as it would from a worker that died.
        let work = session.call(async |client| client.lease(&lease).await);
        let work = work.await?;
        if !work.items.is_empty() || Instant::now() >= end {
            return Ok(work);
        }
        if lease.wait == 0 {
            // The last part of a second, which the gate doesn't count.
            tokio::time::sleep_until(end).await;
        }
    }
}

fn say(work: &Work) -> Result<(), Failure> {
    if work.items.is_empty() {
        out::note("nothing to run");
        return Ok(());
    }
    let mut table = Table::new(&["ID", "EPOCH", "YOURS UNTIL", "ACTION", "AGENT", "DIGEST"]);
    for item in &work.items {
        table.row([
            item.id.to_string(),
            item.epoch.to_string(),
            item.lease_until
                .map_or_else(String::new, |at| at.to_string()),
            item.action.to_string(),
            item.agent.to_string(),
            item.digest.to_string(),
        ]);
    }
    out::print(&table.whole(None))?;
    out::note("--json prints the parameters too");
    Ok(())
}
