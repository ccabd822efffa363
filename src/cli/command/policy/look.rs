//! `signoff policy show`, `check`, `replay` and `versions`: looking, without changing anything.

use super::Exit;
use super::proposal::{self, Source};
use crate::api::policy::{PolicyVersion, Replay as Trial};
use crate::cli::args;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::cli::session::Session;
use crate::cli::table::Table;
use crate::cli::trial::{changes, counts, remark};
use crate::domain::id::PersonId;
use crate::domain::time::At;

/// Print the policy in force, or one that was
///
/// To a file it goes byte for byte, ready to be edited and applied.
#[derive(clap::Args)]
#[command(
    after_long_help = "Examples:\n  signoff policy show > policy.toml\n  signoff policy show --version 3"
)]
pub struct Show {
    /// This version, as `signoff policy versions` lists them
    #[arg(long, value_name = "N")]
    version: Option<u64>,

    /// Print the version, who saved it, when, and its text as JSON
    #[arg(long)]
    json: bool,
}

pub async fn show(args: Show, session: &Session) -> Result<Exit, Failure> {
    let version = match args.version {
        Some(version) => proposal::saved(session, version).await?,
        None => in_force(session).await?,
    };
    if args.json {
        out::print_json(&version)?;
        return Ok(Exit::Ok);
    }
    if version.version == 0 {
        out::note(
            "# nobody has saved a policy yet, and the defaults hold; this is an example of one",
        );
    }
    if let Some(text) = &version.text {
        out::print_text(text)?;
    }
    Ok(Exit::Ok)
}

async fn in_force(session: &Session) -> Result<PolicyVersion, Failure> {
    let policy = session.call(async |client| client.policy().await).await?;
    match policy.version() {
        Some(version) if version > 0 => proposal::saved(session, version).await,
        _ => Ok(PolicyVersion {
            version: 0,
            by: None,
            at: None,
            text: Some(policy.text),
            warnings: Vec::new(),
        }),
    }
}

/// Say what is wrong with a document, with line and column
///
/// Ends with 2 where it is no policy. What makes sense but should be known is said as a warning.
#[derive(clap::Args)]
#[command(after_long_help = "Example:\n  signoff policy check policy.toml")]
pub struct Check {
    #[command(flatten)]
    source: Source,

    /// Print errors and warnings as JSON
    #[arg(long)]
    json: bool,
}

pub async fn check(args: Check, session: &Session) -> Result<Exit, Failure> {
    let text = args.source.read()?;
    let checked = session.call(async |client| client.check_policy(&text).await);
    let checked = checked.await?;
    if args.json {
        out::print_json(&checked)?;
        return Ok(if checked.valid { Exit::Ok } else { Exit::Usage });
    }
    if !checked.valid {
        return Err(proposal::faulty(&args.source.name(), &checked.errors));
    }
    for warning in &checked.warnings {
        out::print(&format!("warning: {}\n", remark(warning, 0)))?;
    }
    out::print(&format!("{} is a policy\n", args.source.name()))?;
    Ok(Exit::Ok)
}

/// Hold a document against the requests of the past
///
/// Says how many would have been let through, asked about or denied that were not, and which: those first
/// that people had rejected. Nothing changes.
#[derive(clap::Args)]
#[command(after_long_help = "Example:\n  signoff policy replay policy.toml --since 30d")]
pub struct Replay {
    #[command(flatten)]
    source: Source,

    /// How far back: a day, a time, or how long ago; 30d without it
    #[arg(long, value_name = "TIME", value_parser = args::past)]
    since: Option<At>,

    /// Print counts and requests as JSON
    #[arg(long)]
    json: bool,
}

pub async fn replay(args: Replay, session: &Session) -> Result<Exit, Failure> {
    let text = args.source.read()?;
    let checked = session.call(async |client| client.check_policy(&text).await);
    let checked = checked.await?;
    if !checked.valid {
        return Err(proposal::faulty(&args.source.name(), &checked.errors));
    }
    let trial = Trial {
        policy: Some(text.into()),
        since: args.since,
        ..Trial::default()
    };
    let replayed = session.call(async |client| client.replay(&trial).await);
    let replayed = replayed.await?;
    if args.json {
        out::print_json(&replayed)?;
    } else {
        out::print(&(counts(&replayed) + &changes(&replayed, out::width())))?;
    }
    Ok(Exit::Ok)
}

/// List the versions that were saved, the newest first
///
/// `signoff policy show --version N` prints one, `signoff policy apply --rollback N` brings it back.
#[derive(clap::Args)]
#[command(after_long_help = "Example:\n  signoff policy versions ")]
pub struct Versions {
    /// Print the page as JSON
    #[arg(long)]
    json: bool,
}

pub async fn versions(args: Versions, session: &Session) -> Result<Exit, Failure> {
    let page = session.call(async |client| client.policy_versions().await);
    let page = page.await?;
    if args.json {
        out::print_json(&page)?;
        return Ok(Exit::Ok);
    }
    if page.items.is_empty() {
        out::note("nobody has saved a policy yet; the defaults hold");
        return Ok(Exit::Ok);
    }
    let mut table = Table::new(&["VERSION", "SAVED AT", "BY"]);
    for version in &page.items {
        table.row([
            version.version.to_string(),
            version.at.map_or_else(String::new, |at| at.to_string()),
            version
                .by
                .as_ref()
                .map_or_else(String::new, PersonId::to_string),
        ]);
    }
    out::print(&table.whole(out::width()))?;
    Ok(Exit::Ok)
}
