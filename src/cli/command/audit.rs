//! `signoff audit`: the log as proof of what happened.

use std::fs;
use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::Exit;
use crate::cli::failure::Failure;
use crate::cli::new_file::{create, shown, unwritten};
use crate::cli::proof::Proof;
use crate::cli::session::Session;
use crate::cli::{log_key_file, out};
use crate::domain::checkpoint::{Checkpoint, PublicKey};
use crate::domain::untrusted::Untrusted;
use crate::store::{self, Database};

/// The longest file with a checkpoint or a key.
const LONGEST: u64 = 64 * 1024;

/// Prove that the log is what was written, give it out, or sign what it is now.
///
/// Everything that happened is in one log, and a tree of hashes over it (RFC 6962) covers every entry and
/// its place. A checkpoint is the size and the root of that tree, signed by the gate (C2SP
/// tlog-checkpoint, Ed25519). Keep one elsewhere now and then: with it, even a log that was cut off, or
/// written anew as a whole, is found out.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

const EXAMPLE: &str = "\
Examples:
  signoff audit checkpoint monday.checkpoint
  signoff audit verify --checkpoint monday.checkpoint
  signoff audit export log.ndjson";

const VERIFY_EXAMPLE: &str = "\
Examples:
  signoff audit verify
  signoff audit verify --checkpoint monday.checkpoint
  signoff audit verify --database sqlite:/srv/copy.db --json

Exit codes:
    0  Proven.
    1  Something is not as it was written; each line says what and where.";

const EXPORT_EXAMPLE: &str = "\
Examples:
  signoff audit export log.ndjson
  signoff audit export --after 1200 | jq -r .body.kind";

const CHECKPOINT_EXAMPLE: &str = "\
Examples:
  signoff audit checkpoint monday.checkpoint
  signoff audit checkpoint --key";

#[derive(Subcommand)]
enum What {
    /// Hold the database of this home against its log, and the log against its tree
    ///
    /// Reads the database file itself: no gate is needed, and one that runs is not disturbed. It finds an
    /// entry that was changed, taken out, moved or put in, and a row of any table that isn't what the log
    /// gives. A tail that was cut off with everything that belongs to it shows only against a checkpoint.
    /// Idempotency keys and the states that agents keep at the gate are no part of the log.
    #[command(after_long_help = VERIFY_EXAMPLE)]
    Verify(Verify),
    /// Write the log as lines of JSON, each with its position, its leaf hash and its body
    ///
    /// The leaf hash is SHA-256 of a zero byte and the body as it stands in the line, byte for byte.
    #[command(after_long_help = EXPORT_EXAMPLE)]
    Export(Export),
    /// Write what the log is now, signed
    #[command(after_long_help = CHECKPOINT_EXAMPLE)]
    Checkpoint(Sign),
}

#[derive(clap::Args)]
struct Verify {
    /// A checkpoint that was kept: the log has to go on from it
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,

    /// The key that signed it, or a file that holds it; without it the key of this home
    #[arg(long, value_name = "KEY", requires = "checkpoint")]
    key: Option<String>,

    /// Another database than that of this home, a copy for one
    #[arg(long, value_name = "sqlite:PATH | postgres://…")]
    database: Option<Database>,

    /// Print what was found as JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
struct Export {
    /// Where to; without it standard output
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    /// Begin after this position
    #[arg(long, value_name = "POSITION", default_value_t = 0)]
    after: u64,
}

#[derive(clap::Args)]
struct Sign {
    /// Where to; without it standard output
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    /// Print the public key that checks it, instead
    #[arg(long, conflicts_with_all = ["file", "json"])]
    key: bool,

    /// Print size, root and checkpoint as JSON
    #[arg(long, conflicts_with = "file")]
    json: bool,
}

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    match args.what {
        What::Verify(args) => verify(session, &args).await,
        What::Export(args) => export(session, &args).await,
        What::Checkpoint(args) => checkpoint(session, &args).await,
    }
}

async fn verify(session: &Session, args: &Verify) -> Result<Exit, Failure> {
    let database = args.database.clone();
    let database = database.unwrap_or_else(|| session.context.database());
    let kept = match &args.checkpoint {
        Some(file) => Some(read_checkpoint(session, file, args.key.as_deref())?),
        None => None,
    };
    let then = kept.as_ref().map(|kept| kept.size);
    let examined = store::examine(&database, then).await.map_err(|error| {
        Failure::because("could not verify", &error)
            .hint("SIGNOFF_HOME names the home to look in, --database another database")
    })?;
    let mut proof = Proof {
        database: &database,
        examined,
        checkpoint: then,
    };
    if let Some(kept) = kept {
        hold_to(&mut proof, &kept);
    }
    proof.tell(args.json)
}

/// The log has to begin with what was signed.
fn hold_to(proof: &mut Proof<'_>, kept: &Checkpoint) {
    let examined = &mut proof.examined;
    let (size, then) = (examined.size, kept.size);
    match examined.root_then {
        Some(root) if root == kept.root => {}
        Some(_) => examined.findings.add(
            format!("log/1–{then}"),
            "not what the checkpoint signs: the log was written anew",
        ),
        None => examined.findings.add(
            format!("log/{}–{then}", size + 1),
            format!("missing: the checkpoint signs {then} entries, the log has {size}"),
        ),
    }
}

fn read_checkpoint(
    session: &Session,
    file: &Path,
    key: Option<&str>,
) -> Result<Checkpoint, Failure> {
    let key = match key {
        Some(key) => public_key(key)?,
        None => own_key(session)?,
    };
    key.open(&read_text(file)?).map_err(|error| {
        let place = shown(file);
        Failure::because(format_args!("{place} proves nothing"), &error).hint(
            "--key takes the key that the gate had then; `signoff audit checkpoint --key` prints today's",
        )
    })
}

/// A key as it is, or in a file.
fn public_key(text: &str) -> Result<PublicKey, Failure> {
    if let Ok(key) = text.parse() {
        return Ok(key);
    }
    let held = read_text(Path::new(text))?;
    held.trim().parse().map_err(|error| {
        Failure::usage(format!("{}: {error}", shown(Path::new(text))))
            .hint("`signoff audit checkpoint --key` prints the key of a gate")
    })
}

fn own_key(session: &Session) -> Result<PublicKey, Failure> {
    let path = session.context.home.log_key();
    match log_key_file::read(&path)? {
        Some(key) => Ok(key.public().clone()),
        None => Err(Failure::usage(format!(
            "this home has no key to check a checkpoint with: there is no file {}",
            shown(&path)
        ))
        .hint("--key takes what `signoff audit checkpoint --key` printed where the gate is")),
    }
}

fn read_text(path: &Path) -> Result<String, Failure> {
    let read = || {
        let mut text = String::new();
        fs::File::open(path)?
            .take(LONGEST)
            .read_to_string(&mut text)?;
        Ok(text)
    };
    read().map_err(|error: std::io::Error| {
        Failure::usage(format!("could not read {}: {error}", shown(path)))
    })
}

async fn export(session: &Session, args: &Export) -> Result<Exit, Failure> {
    let Some(path) = &args.file else {
        // The lines have to stay what their hashes cover, so nothing in them can be made safe to show.
        if std::io::stdout().is_terminal() {
            return Err(Failure::usage(
                "the log holds what agents wrote, as they wrote it, which is not for a terminal",
            )
            .hint("name a FILE, or send it on through a pipe"));
        }
        let write = |bytes: &[u8]| out::print_bytes(bytes);
        return copy_log(session, args.after, write).await;
    };
    let mut file = create(path)?;
    let written = copy_log(session, args.after, |bytes| {
        file.write_all(bytes)
            .map_err(|error| unwritten(path, &error))
    })
    .await;
    let synced = written.and_then(|exit| match file.sync_all() {
        Ok(()) => Ok(exit),
        Err(error) => Err(unwritten(path, &error)),
    });
    if synced.is_err() {
        // Half a log is none; that it stays would be told by the next try.
        let _stays = fs::remove_file(path);
    }
    synced
}

async fn copy_log(
    session: &Session,
    after: u64,
    mut write: impl FnMut(&[u8]) -> Result<(), Failure>,
) -> Result<Exit, Failure> {
    let mut lines = session.call(async |client| client.log(after).await).await?;
    while let Some(bytes) = lines.next().await? {
        write(&bytes)?;
    }
    Ok(Exit::Ok)
}

async fn checkpoint(session: &Session, args: &Sign) -> Result<Exit, Failure> {
    if args.key {
        let key = session.call(async |client| client.log_key().await).await?;
        out::print(&format!("{}\n", Untrusted::from(key.key).plain_line()))?;
        return Ok(Exit::Ok);
    }
    let head = session.call(async |client| client.log_head().await).await?;
    match &args.file {
        Some(path) => {
            let mut file = create(path)?;
            let written = file.write_all(head.checkpoint.as_bytes());
            written
                .and_then(|()| file.sync_all())
                .map_err(|error| unwritten(path, &error))?;
        }
        None if args.json => out::print_json(&head)?,
        None => {
            // Each line ends, the last one too, or it would be no signed note.
            let lines = head.checkpoint.lines();
            let lines = lines.map(|line| Untrusted::from(line).plain_line() + "\n");
            out::print(&lines.collect::<String>())?;
        }
    }
    Ok(Exit::Ok)
}
