//! `signoff groups`: people with something in common.

use clap::Subcommand;

use super::Exit;
use crate::api::people::{NewGroup, PatchGroup};
use crate::cli::changes;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::cli::session::Session;
use crate::cli::table::Table;
use crate::domain::id::GroupId;
use crate::domain::untrusted::Untrusted;

/// List, add, change and remove groups.
///
/// Who is in a group is said of each person: `signoff people edit ID --group GROUP`. Agents and
/// integrations may be for a group, and rules may ask one.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

const EXAMPLE: &str = "\
Examples:
  signoff groups list
  signoff groups add finance --name Finance";

const ADD_EXAMPLE: &str = "\
Example:
  signoff groups add finance --name Finance";

const EDIT_EXAMPLE: &str = "\
Example:
  signoff groups edit finance --name Finance";

#[derive(Subcommand)]
enum What {
    /// Every group
    List {
        /// Print the page as JSON
        #[arg(long)]
        json: bool,
    },
    /// Add a group
    #[command(after_long_help = ADD_EXAMPLE)]
    Add(Add),
    /// Change a group; what isn't named stays as it is
    #[command(after_long_help = EDIT_EXAMPLE, override_usage = "signoff groups edit <ID> [OPTIONS]")]
    Edit(Edit),
    /// Remove a group that nobody names any more
    #[command(after_long_help = "Example:\n  signoff groups remove finance")]
    Remove(Remove),
}

#[derive(clap::Args)]
struct Add {
    /// Its id, by which it is known for good
    #[arg(value_name = "ID")]
    id: GroupId,

    /// Its name; without it, its id
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Print the group as JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
struct Edit {
    /// The group
    #[arg(value_name = "ID")]
    id: GroupId,

    #[command(flatten)]
    changes: Changes,

    /// Print the group as JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
#[group(required = true, multiple = true)]
struct Changes {
    /// Its name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

#[derive(clap::Args)]
struct Remove {
    /// The group
    #[arg(value_name = "ID")]
    id: GroupId,

    /// Print the group as JSON
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
    let page = session.call(async |client| client.groups().await).await?;
    if json {
        return out::print_json(&page);
    }
    let mut table = Table::new(&["ID", "NAME"]);
    for group in &page.items {
        table.row([group.id.to_string(), group.name.plain_line()]);
    }
    out::print(&table.whole(out::width()))
}

async fn add(session: &Session, add: Add) -> Result<(), Failure> {
    let new = NewGroup {
        id: add.id,
        name: add.name.map(Untrusted::from),
    };
    let group = session
        .call_once(async |client| client.add_group(&new).await)
        .await?;
    match add.json {
        true => out::print_json(&group),
        false => out::print(&format!("added {}\n", group.id)),
    }
}

async fn edit(session: &Session, edit: Edit) -> Result<(), Failure> {
    let Edit { id, changes, json } = edit;
    let patch = PatchGroup {
        name: changes.name.map(Untrusted::from),
    };
    changes::make(
        session,
        (id.as_str(), json),
        async |client| client.group(&id).await,
        async |client| client.change_group(&id, &patch).await,
    )
    .await
}

async fn remove(session: &Session, remove: Remove) -> Result<(), Failure> {
    let group = session
        .call_once(async |client| client.remove_group(&remove.id).await)
        .await?;
    match remove.json {
        true => out::print_json(&group),
        false => out::print(&format!("removed {}\n", group.id)),
    }
}
