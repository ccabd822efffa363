//! `signoff patterns`: what goes through because somebody trusts it.

use clap::Subcommand;

use super::Exit;
use crate::api::policy::PatternView;
use crate::api::problem::ProblemKind;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::cli::session::Session;
use crate::cli::table::Table;
use crate::domain::id::PersonId;
use crate::domain::untrusted::Untrusted;

/// List the trusted patterns, or let a suspended one match again.
///
/// A trusted pattern is a grant in the policy: what matches it goes through. It is suspended, and matches
/// nothing, once a person rejects what it would have let through but for its limits.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

const EXAMPLE: &str = "\
Examples:
  signoff patterns list
  signoff patterns resume 'Small exports'";

#[derive(Subcommand)]
enum What {
    /// Every pattern of the policy in force: its uses, its limits, and why it is suspended
    List {
        /// Print the page as JSON
        #[arg(long)]
        json: bool,
    },
    /// Let a suspended pattern match again
    #[command(after_long_help = "Example:\n  signoff patterns resume 'Small exports'")]
    Resume {
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,

        /// Print the pattern as JSON
        #[arg(long)]
        json: bool,
    },
}

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    match args.what {
        What::List { json } => list(session, json).await?,
        What::Resume { name, json } => resume(session, &name, json).await?,
    }
    Ok(Exit::Ok)
}

async fn list(session: &Session, json: bool) -> Result<(), Failure> {
    let page = session.call(async |client| client.patterns().await).await?;
    if json {
        return out::print_json(&page);
    }
    if page.items.is_empty() {
        out::note("the policy trusts no pattern");
        return Ok(());
    }
    out::print(&table(&page.items).whole(out::width()))
}

fn table(patterns: &[PatternView]) -> Table {
    let mut table = Table::new(&[
        "NAME",
        "AGENT",
        "ACTION",
        "BY",
        "USED",
        "LEFT",
        "UNTIL",
        "SUSPENDED",
    ]);
    let text = |text: &Option<Untrusted>| {
        text.as_ref()
            .map_or_else(|| "*".to_owned(), Untrusted::plain_line)
    };
    for pattern in patterns {
        table.row([
            pattern.name.plain_line(),
            text(&pattern.agent),
            text(&pattern.action),
            pattern
                .author
                .as_ref()
                .map_or_else(String::new, PersonId::to_string),
            pattern.uses.to_string(),
            pattern
                .uses_left
                .map_or_else(|| "no limit".to_owned(), |left| left.to_string()),
            pattern
                .until
                .map_or_else(|| "no end".to_owned(), |at| at.to_string()),
            pattern
                .suspended
                .as_ref()
                .map_or_else(|| "no".to_owned(), Untrusted::plain_line),
        ]);
    }
    table
}

async fn resume(session: &Session, name: &str, json: bool) -> Result<(), Failure> {
    let resumed = session.call(async |client| client.resume_pattern(name).await);
    let resumed = resumed
        .await
        .map_err(|failure| match failure.is(ProblemKind::NotFound) {
            true => failure.hint("`signoff patterns list` lists them"),
            false => failure,
        })?;
    match json {
        true => out::print_json(&resumed),
        false => out::print(&format!("{} matches again\n", resumed.name.plain_line())),
    }
}
