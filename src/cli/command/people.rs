//! `signoff people`: who decides.

use clap::Subcommand;

use super::Exit;
use crate::api::people::{NewPerson, Person};
use crate::cli::args;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::cli::session::Session;
use crate::cli::table::Table;
use crate::domain::id::{GroupId, PersonId, TeamId};
use crate::domain::people::Role;
use crate::domain::untrusted::Untrusted;

/// List the people, or add one.
///
/// Somebody new can do nothing until they have a token: `signoff tokens add --person ID`.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

const EXAMPLE: &str = "\
Examples:
  signoff people list
  signoff people add ana --name Ana --role manager";

const ADD_EXAMPLE: &str = "\
Examples:
  signoff people add ana --name Ana
  signoff people add ben --name Ben --role manager --group sales";

#[derive(Subcommand)]
enum What {
    /// Everybody
    List {
        /// Print the page as JSON
        #[arg(long)]
        json: bool,
    },
    /// Add a person
    #[command(after_long_help = ADD_EXAMPLE)]
    Add(Add),
}

#[derive(clap::Args)]
struct Add {
    /// Their id, by which they are known for good
    #[arg(value_name = "ID")]
    id: PersonId,

    /// Their name; without it, their id
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Their e-mail address
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,

    /// What they may do
    #[arg(long, value_name = "ROLE", default_value = "member", value_parser = args::word::<Role>(
        &["member", "manager", "admin", "owner"]))]
    role: Role,

    /// Their manager
    #[arg(long, value_name = "PERSON")]
    manager: Option<PersonId>,

    /// A group that they are in; may be given several times
    #[arg(long = "group", value_name = "GROUP")]
    groups: Vec<GroupId>,

    /// Their team
    #[arg(long, value_name = "TEAM")]
    team: Option<TeamId>,

    /// Print the person as JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    match args.what {
        What::List { json } => list(session, json).await?,
        What::Add(add_args) => add(session, add_args).await?,
    }
    Ok(Exit::Ok)
}

async fn list(session: &Session, json: bool) -> Result<(), Failure> {
    let page = session.call(async |client| client.people().await).await?;
    if json {
        return out::print_json(&page);
    }
    out::print(&table(&page.items).whole(out::width()))
}

fn table(people: &[Person]) -> Table {
    let mut table = Table::new(&["ID", "ROLE", "ACTIVE", "TEAM", "NAME"]);
    for person in people {
        table.row([
            person.id.to_string(),
            person.role.word().to_owned(),
            if person.active { "yes" } else { "no" }.to_owned(),
            person
                .team
                .as_ref()
                .map_or_else(String::new, ToString::to_string),
            person.name.plain_line(),
        ]);
    }
    table
}

async fn add(session: &Session, add: Add) -> Result<(), Failure> {
    let new = NewPerson {
        id: add.id,
        name: add.name.map(Untrusted::from),
        email: add.email.map(Untrusted::from),
        role: add.role,
        manager: add.manager,
        groups: add.groups,
        team: add.team,
    };
    let person = session
        .call_once(async |client| client.add_person(&new).await)
        .await?;
    if add.json {
        return out::print_json(&person);
    }
    out::print(&format!("added {}, {}\n", person.id, person.role.word()))?;
    out::note(&format!(
        "`signoff tokens add --person {}` makes a token for them",
        person.id
    ));
    Ok(())
}
