//! `signoff renew`: a worker goes on with what it leased.

use super::Exit;
use crate::api::work::RenewLease;
use crate::cli::args;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::cli::session::Session;
use crate::domain::id::RequestId;

/// Go on with work that was leased, before its lease ends.
///
/// Speaks for a worker: with SIGNOFF_TOKEN. A lease that has ended, or that another worker has by now, is
/// refused; stop then, because what you do no longer counts.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    /// The whole id of the request
    #[arg(value_name = "ID", value_parser = args::whole_id)]
    id: RequestId,

    /// The epoch that `signoff lease` gave
    #[arg(long, value_name = "N")]
    epoch: u32,

    /// How long the lease is to go on from now, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    lease_seconds: u32,

    /// Print the lease as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLE: &str = "\
Example:
  signoff renew req_01k3… --epoch 1 --lease-seconds 300";

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    let renew = RenewLease {
        epoch: args.epoch,
        lease_seconds: args.lease_seconds,
    };
    let id = args.id;
    let lease = session.call(async |client| client.renew(id, &renew).await);
    let lease = lease.await?;
    if args.json {
        out::print_json(&lease)?;
        return Ok(Exit::Ok);
    }
    let until = lease
        .lease_until
        .map_or_else(String::new, |at| format!(" until {at}"));
    out::print(&format!(
        "{} is yours{until}, epoch {}\n",
        lease.id, lease.epoch
    ))?;
    Ok(Exit::Ok)
}
