//! `signoff restore`: a backup becomes the database of this home.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::Exit;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::lock::{self, GateLock};
use crate::cli::new_file::{create, shown};
use crate::cli::proof::Proof;
use crate::cli::session::Session;
use crate::domain::untrusted::safe;
use crate::store::{self, Database};

/// Put a backup in the place of this home's database.
///
/// The backup is held against its log first, and the database after it: what isn't proven isn't put in
/// place. No gate may serve this home meanwhile. A database that is there already is replaced only with
/// `--force`, and is gone then; what happened after the backup was made is gone with it, and a checkpoint
/// from that time says so.
///
/// Tokens that were good when the backup was made are good again, those that were revoked since among
/// them; where the home has no `token` file, put the owner's token there or set SIGNOFF_TOKEN.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    /// What `signoff backup` wrote
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Replace the database that is there
    #[arg(long)]
    force: bool,

    /// Print what the database was proven to be as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLE: &str = "\
Examples:
  signoff restore monday.db
  signoff restore monday.db --force && signoff audit verify --checkpoint monday.checkpoint";

pub async fn run(args: &Args, session: &Session) -> Result<Exit, Failure> {
    let context = &session.context;
    context.home.make()?;
    let _lock = take_lock(context)?;
    let database = context.database();
    let Database::Sqlite(target) = &database else {
        return Err(Failure::new(
            Exit::Other,
            format!(
                "{} is no file, so nothing can be put in its place; nothing was changed",
                safe(&database.to_string())
            ),
        )
        .hint(
            "restore the backup into a home of its own (SIGNOFF_HOME, a config.toml without \
             `database`), or restore the server with its own tools",
        ));
    };
    if target.exists() && !args.force {
        return Err(Failure::new(
            Exit::Other,
            format!("{} exists already, and nothing was changed", shown(target)),
        )
        .hint("`signoff backup FILE` keeps what is there; --force replaces it"));
    }
    let backup = Database::Sqlite(args.file.clone());
    let proof = examine(&backup).await?;
    if !proof.is_sound() {
        return proof.tell(args.json);
    }
    replace(&backup, target).await?;
    examine(&database).await?.tell(args.json)
}

fn take_lock(context: &Context) -> Result<GateLock, Failure> {
    let unusable = |error| Failure::because("the files of the gate can't be used", &error);
    if let Some(lock) = GateLock::take(&context.home).map_err(unusable)? {
        return Ok(lock);
    }
    let address = lock::published(&context.home).map_err(unusable)?;
    let at = address.map_or(String::new(), |address| format!(" at {address}"));
    Err(Failure::new(
        Exit::Other,
        format!("a gate serves this home{at}, and nothing was changed"),
    )
    .hint("end `signoff serve`, or leave the inbox that is open; then try again"))
}

async fn examine(database: &Database) -> Result<Proof<'_>, Failure> {
    let examined = store::examine(database, None).await.map_err(|error| {
        Failure::because("could not verify the backup", &error)
            .hint("`signoff backup FILE` makes one; is this the right file?")
    })?;
    Ok(Proof {
        database,
        examined,
        checkpoint: None,
    })
}

/// The copy is whole before it takes the place of what is there.
async fn replace(backup: &Database, target: &Path) -> Result<(), Failure> {
    let unfinished = beside(target, ".restoring");
    remove(&unfinished)?;
    drop(create(&unfinished)?);
    let copied = store::copy(backup, &unfinished).await;
    copied.map_err(|error| Failure::because("could not copy the backup", &error))?;
    // They belong to the database that goes, and would be taken for the new one's.
    for ending in ["-wal", "-shm"] {
        remove(&beside(target, ending))?;
    }
    let put = || {
        fs::rename(&unfinished, target)?;
        match target.parent() {
            Some(directory) => File::open(directory)?.sync_all(),
            None => Ok(()),
        }
    };
    put().map_err(|error| {
        Failure::because(
            format_args!("could not put the backup at {}", shown(target)),
            &error,
        )
    })
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn remove(path: &Path) -> Result<(), Failure> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Failure::because(
            format_args!("could not remove {}", shown(path)),
            &error,
        )),
        _ => Ok(()),
    }
}
