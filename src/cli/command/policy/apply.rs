//! `signoff policy apply`: a document becomes the policy.

use super::Exit;
use super::proposal::{Preview, Source, faulty, save, saved};
use crate::api::policy::PolicyVersion;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::cli::question::{ask, can_ask};
use crate::cli::session::Session;
use crate::domain::untrusted::Untrusted;

/// Save a document as the policy, or bring a version back
///
/// First it says what the document would have made of the requests of the last 30 days, and what else
/// should be known; then it asks. If somebody else saves a version meanwhile, nothing is saved.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    /// The document; - for standard input
    #[arg(value_name = "FILE", required_unless_present = "rollback")]
    file: Option<String>,

    /// Bring this version back, as `signoff policy versions` lists them
    #[arg(long, value_name = "N", conflicts_with = "file")]
    rollback: Option<u64>,

    /// Don't ask
    #[arg(long)]
    yes: bool,

    /// Print the version that was saved as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLE: &str = "\
Examples:
  signoff policy apply policy.toml
  signoff policy apply --rollback 3 --yes";

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    if !args.yes && !can_ask() {
        return Err(Failure::usage(
            "without a terminal nobody can be asked whether to save it, and --yes was not given",
        ));
    }
    // Before the document is read: whatever is saved from now on was not seen.
    let seen = session.call(async |client| client.policy().await).await?;
    let (name, text) = match (args.rollback, args.file) {
        (Some(version), _) => {
            let text = saved(session, version).await?.text.unwrap_or_default();
            (format!("version {version}"), text)
        }
        (None, Some(file)) => {
            let source = Source::new(file);
            let text = source.read()?;
            (source.name(), Untrusted::from(text))
        }
        (None, None) => return Err(Failure::usage("say which FILE, or --rollback N")),
    };
    let text = text.raw_for_execution();
    let preview = Preview::of(session, text).await?;
    let preview = preview.map_err(|faults| faulty(&name, &faults))?;
    if seen.version() != Some(0) && seen.text.raw_for_execution() == text {
        out::note(&format!("nothing to change: {name} is the policy in force"));
    } else {
        out::note(preview.shown(out::terminal_width()).trim_end());
        if !args.yes && ask("\nsave it? type yes: ").await? != "yes" {
            return Err(Failure::new(
                Exit::Other,
                "not saved; the policy is what it was",
            ));
        }
    }
    say(&save(session, text, &seen).await?, args.json)?;
    Ok(Exit::Ok)
}

/// Prints the version that was saved.
pub fn say(version: &PolicyVersion, json: bool) -> Result<(), Failure> {
    match json {
        true => out::print_json(version),
        false => out::print(&format!("the policy is version {} now\n", version.version)),
    }
}
