//! `signoff policy`: the rules, as one document with versions.

mod apply;
mod edit;
mod look;
mod proposal;

use clap::Subcommand;

use super::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::Session;

/// Show, check, try out, save and edit the policy.
///
/// The policy is one TOML document: who is asked about what, what is never done, and what goes through by
/// itself. Every version that was saved is kept, and any of them can be brought back. Before a version is
/// saved it is checked as a whole, and held against the requests of the past.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

const EXAMPLE: &str = "\
Examples:
  signoff policy show > policy.toml
  signoff policy check policy.toml
  signoff policy replay policy.toml --since 30d
  signoff policy apply policy.toml
  signoff policy edit";

#[derive(Subcommand)]
enum What {
    Show(look::Show),
    Check(look::Check),
    Replay(look::Replay),
    Apply(apply::Args),
    Edit(edit::Args),
    Versions(look::Versions),
}

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    match args.what {
        What::Show(args) => look::show(args, session).await,
        What::Check(args) => look::check(args, session).await,
        What::Replay(args) => look::replay(args, session).await,
        What::Apply(args) => apply::run(args, session).await,
        What::Edit(args) => edit::run(args, session).await,
        What::Versions(args) => look::versions(args, session).await,
    }
}
