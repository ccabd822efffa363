//! `signoff backup`: a copy of everything that the gate knows, while it serves.

use std::path::PathBuf;

use super::Exit;
use crate::cli::failure::Failure;
use crate::cli::new_file::{create, shown};
use crate::cli::out;
use crate::cli::proof::Proof;
use crate::cli::session::Session;
use crate::domain::untrusted::safe;
use crate::store::{self, Database};

/// Copy the database to a file, while a gate serves it or not.
///
/// The copy is what was committed at one moment, and it is held against its log before it counts. It has
/// everything that the gate knows: requests and their parameters, people, agents, hashes of their tokens,
/// the whole log. It is as private as the database.
///
/// The files `token`, `agent-token` and `log-key` are secrets and are not in it. Tokens that people and
/// agents hold go on working after a restore; keep a copy of `log-key` where secrets are kept, so that
/// later checkpoints are signed with the same key.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    /// Where to; nothing may be there yet
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Another database than that of this home
    #[arg(long, value_name = "sqlite:PATH | postgres://…")]
    database: Option<Database>,

    /// Print what the copy was proven to be as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLE: &str = "\
Examples:
  signoff backup monday.db
  signoff audit checkpoint monday.checkpoint && signoff backup monday.db";

pub async fn run(args: &Args, session: &Session) -> Result<Exit, Failure> {
    let database = args.database.clone();
    let database = database.unwrap_or_else(|| session.context.database());
    if let Database::Sqlite(from) = &database
        && !from.exists()
    {
        return Err(Failure::new(
            Exit::Other,
            format!("there is no database {} to copy", shown(from)),
        )
        .hint("SIGNOFF_HOME names the home to look in, --database another database"));
    }
    drop(create(&args.file)?);
    let copy = Database::Sqlite(args.file.clone());
    let examined = match store::copy(&database, &args.file).await {
        Ok(()) => store::examine(&copy, None).await,
        Err(error) => Err(error),
    };
    let examined = examined.map_err(|error| {
        // What was copied in part is of no use; that it stays would be told by the next try.
        let _stays = std::fs::remove_file(&args.file);
        Failure::because("could not make a copy", &error)
    })?;
    let proof = Proof {
        database: &copy,
        examined,
        checkpoint: None,
    };
    if !args.json && proof.is_sound() {
        let database = safe(&database.to_string());
        out::note(&format!("copied {database} to {}", shown(&args.file)));
    }
    proof.tell(args.json)
}
