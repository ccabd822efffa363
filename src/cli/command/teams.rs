//! `signoff teams`: people who work together.

use clap::Subcommand;

use super::Exit;
use crate::api::people::{NewTeam, PatchTeam};
use crate::cli::args;
use crate::cli::changes;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::cli::session::Session;
use crate::cli::table::Table;
use crate::domain::id::{PersonId, TeamId};
use crate::domain::untrusted::Untrusted;

/// List, add, change and remove teams.
///
/// A person or an agent is in at most one: `signoff people edit ID --team TEAM`. The admins of a team
/// answer for those of its agents that nobody owns.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

const EXAMPLE: &str = "\
Examples:
  signoff teams list
  signoff teams add sales --name Sales --admin lee";

const ADD_EXAMPLE: &str = "\
Example:
  signoff teams add sales --name Sales --admin lee";

const EDIT_EXAMPLE: &str = "\
Example:
  signoff teams edit sales --name Sales --admin lee --admin ana";

#[derive(Subcommand)]
enum What {
    /// Every team
    List {
        /// Print the page as JSON
        #[arg(long)]
        json: bool,
    },
    /// Add a team
    #[command(after_long_help = ADD_EXAMPLE)]
    Add(Add),
    /// Change a team; what isn't named stays as it is
    #[command(after_long_help = EDIT_EXAMPLE, override_usage = "signoff teams edit <ID> [OPTIONS]")]
    Edit(Edit),
    /// Remove a team that nobody names any more
    #[command(after_long_help = "Example:\n  signoff teams remove sales")]
    Remove(Remove),
}

#[derive(clap::Args)]
struct Add {
    /// Its id, by which it is known for good
    #[arg(value_name = "ID")]
    id: TeamId,

    /// Its name; without it, its id
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Somebody who answers for the agents of the team that nobody owns; may be given several times
    #[arg(long = "admin", value_name = "PERSON")]
    admins: Vec<PersonId>,

    /// Print the team as JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
struct Edit {
    /// The team
    #[arg(value_name = "ID")]
    id: TeamId,

    #[command(flatten)]
    changes: Changes,

    /// Print the team as JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
#[group(required = true, multiple = true)]
struct Changes {
    /// Its name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Somebody who answers for the agents of the team that nobody owns, and nobody else than those
    /// named; may be given several times
    #[arg(long = "admin", value_name = "PERSON")]
    admins: Vec<PersonId>,

    /// Nobody answers for them
    #[arg(long, conflicts_with = "admins")]
    no_admins: bool,
}

#[derive(clap::Args)]
struct Remove {
    /// The team
    #[arg(value_name = "ID")]
    id: TeamId,

    /// Print the team as JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    match args.what {
        What::List { json } => list(session, json).await?,
        What::Add(add_args) => add(session, add_args).await?,
        What::Edit(edit_args) => edit(session, edit_args).await?,
        What::Remove(remove_args) => remove(session, remove_args).await?,
    }
    Ok(Exit::Ok)
}

async fn list(session: &Session, json: bool) -> Result<(), Failure> {
    let page = session.call(async |client| client.teams().await).await?;
    if json {
        return out::print_json(&page);
    }
    let mut table = Table::new(&["ID", "ADMINS", "NAME"]);
    for team in &page.items {
        table.row([
            team.id.to_string(),
            team.admins
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(" "),
            team.name.plain_line(),
        ]);
    }
    out::print(&table.whole(out::width()))
}

async fn add(session: &Session, add: Add) -> Result<(), Failure> {
    let new = NewTeam {
        id: add.id,
        name: add.name.map(Untrusted::from),
        admins: add.admins,
    };
    let team = session
        .call_once(async |client| client.add_team(&new).await)
        .await?;
    match add.json {
        true => out::print_json(&team),
        false => out::print(&format!("added {}\n", team.id)),
    }
}

async fn edit(session: &Session, edit: Edit) -> Result<(), Failure> {
    let Edit { id, changes, json } = edit;
    let patch = PatchTeam {
        name: changes.name.map(Untrusted::from),
        admins: args::listed(changes.admins, changes.no_admins),
    };
    changes::make(
        session,
        (id.as_str(), json),
        async |client| client.team(&id).await,
        async |client| client.change_team(&id, &patch).await,
    )
    .await
}

async fn remove(session: &Session, remove: Remove) -> Result<(), Failure> {
    let team = session
        .call_once(async |client| client.remove_team(&remove.id).await)
        .await?;
    match remove.json {
        true => out::print_json(&team),
        false => out::print(&format!("removed {}\n", team.id)),
    }
}
