//! `signoff agents`: who asks.

use clap::Subcommand;

use super::Exit;
use crate::api::people::{Agent, NewAgent};
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::cli::session::Session;
use crate::cli::table::Table;
use crate::domain::id::{AgentId, PersonId, TeamId};
use crate::domain::people::UserRef;
use crate::domain::untrusted::Untrusted;

/// List the agents, or add one.
///
/// An agent needs a token to ask: `signoff tokens add --agent ID`.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

const EXAMPLE: &str = "\
Examples:
  signoff agents list
  signoff agents add outreach --owner ana --user ana --user group:sales";

const ADD_EXAMPLE: &str = "\
Examples:
  signoff agents add outreach --owner ana
  signoff agents add outreach --owner ana --user ana --user group:sales";

#[derive(Subcommand)]
enum What {
    /// Every agent
    List {
        /// Print the page as JSON
        #[arg(long)]
        json: bool,
    },
    /// Add an agent
    #[command(after_long_help = ADD_EXAMPLE)]
    Add(Add),
}

#[derive(clap::Args)]
struct Add {
    /// Its id, by which it is known for good
    #[arg(value_name = "ID")]
    id: AgentId,

    /// Its name; without it, its id
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// A person who owns it; may be given several times
    #[arg(long = "owner", value_name = "PERSON")]
    owners: Vec<PersonId>,

    /// Whom it may act for: a person, group:ID, team:ID or *; may be given several times; without it,
    /// its owners
    #[arg(long = "user", value_name = "WHO")]
    users: Vec<UserRef>,

    /// The team whose admins answer for it when nobody owns it
    #[arg(long, value_name = "TEAM")]
    team: Option<TeamId>,

    /// Print the agent as JSON
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
    let page = session.call(async |client| client.agents().await).await?;
    if json {
        return out::print_json(&page);
    }
    out::print(&table(&page.items).whole(out::width()))
}

fn table(agents: &[Agent]) -> Table {
    let mut table = Table::new(&["ID", "ENABLED", "OWNERS", "ACTS FOR", "NAME"]);
    for agent in agents {
        table.row([
            agent.id.to_string(),
            if agent.enabled { "yes" } else { "no" }.to_owned(),
            joined(&agent.owners),
            joined(&agent.users),
            agent.name.plain_line(),
        ]);
    }
    table
}

fn joined(names: &[impl ToString]) -> String {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    names.join(" ")
}

async fn add(session: &Session, add: Add) -> Result<(), Failure> {
    let new = NewAgent {
        id: add.id,
        name: add.name.map(Untrusted::from),
        owners: add.owners,
        users: (!add.users.is_empty()).then_some(add.users),
        team: add.team,
        callback_url: None,
        enabled: None,
    };
    let agent = session
        .call_once(async |client| client.add_agent(&new).await)
        .await?;
    if add.json {
        return out::print_json(&agent);
    }
    out::print(&format!("added {}\n", agent.id))?;
    out::note(&format!(
        "`signoff tokens add --agent {}` makes a token for it",
        agent.id
    ));
    Ok(())
}
