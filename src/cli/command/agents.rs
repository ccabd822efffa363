//! `signoff agents`: who asks.

use clap::Subcommand;

use super::Exit;
use crate::api::people::{Agent, AgentChanged, NewAgent, PatchAgent, Stopped};
use crate::cli::args;
use crate::cli::changes;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::cli::session::Session;
use crate::cli::table::Table;
use crate::domain::id::{AgentId, PersonId, TeamId};
use crate::domain::people::UserRef;
use crate::domain::untrusted::Untrusted;

/// List, add, change, stop and remove agents.
///
/// An agent needs a token to ask: `signoff tokens add --agent ID`. One that is stopped is denied
/// everything until it is started again, and whatever was open of it has ended for good.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

const EXAMPLE: &str = "\
Examples:
  signoff agents list
  signoff agents add outreach --owner ana --user ana --user group:sales
  signoff agents stop outreach";

const EDIT_EXAMPLE: &str = "\
Examples:
  signoff agents edit outreach --owner ana --owner ben
  signoff agents edit outreach --user group:sales --no-team";

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
    /// Everything about one agent
    #[command(after_long_help = "Example:\n  signoff agents show outreach")]
    Show(One),
    /// Change an agent; what isn't named stays as it is
    #[command(after_long_help = EDIT_EXAMPLE, override_usage = "signoff agents edit <ID> [OPTIONS]")]
    Edit(Edit),
    /// Deny it everything from now on, cancel what waits and revoke what was approved and not used
    #[command(after_long_help = "Example:\n  signoff agents stop outreach")]
    Stop(One),
    /// Let it ask again; what stopping ended doesn't come back
    #[command(after_long_help = "Example:\n  signoff agents start outreach")]
    Start(One),
    /// Stop it, and end its tokens too
    #[command(after_long_help = "Example:\n  signoff agents remove outreach")]
    Remove(One),
}

#[derive(clap::Args)]
struct One {
    /// The agent
    #[arg(value_name = "ID")]
    id: AgentId,

    /// Print the agent as JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
struct Edit {
    /// The agent
    #[arg(value_name = "ID")]
    id: AgentId,

    #[command(flatten)]
    changes: Changes,

    /// Print the agent as JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
#[group(required = true, multiple = true)]
struct Changes {
    /// Its name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// A person who owns it, and no others than those named; may be given several times
    #[arg(long = "owner", value_name = "PERSON")]
    owners: Vec<PersonId>,

    /// Nobody owns it
    #[arg(long, conflicts_with = "owners")]
    no_owners: bool,

    /// Whom it may act for, and nobody else than those named: a person, group:ID, team:ID or *; may be
    /// given several times
    #[arg(long = "user", value_name = "WHO")]
    users: Vec<UserRef>,

    /// It may act for nobody
    #[arg(long, conflicts_with = "users")]
    no_users: bool,

    /// The team whose admins answer for it when nobody owns it
    #[arg(long, value_name = "TEAM")]
    team: Option<TeamId>,

    /// No team
    #[arg(long, conflicts_with = "team")]
    no_team: bool,
}

impl Changes {
    fn patch(self) -> PatchAgent {
        PatchAgent {
            name: self.name.map(Untrusted::from),
            owners: args::listed(self.owners, self.no_owners),
            users: args::listed(self.users, self.no_users),
            team: args::cleared(self.team, self.no_team),
            ..PatchAgent::default()
        }
    }
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
        What::Show(one) => show(session, one).await?,
        What::Edit(edit_args) => edit(session, edit_args).await?,
        What::Stop(one) => enable(session, one, false).await?,
        What::Start(one) => enable(session, one, true).await?,
        What::Remove(one) => remove(session, one).await?,
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
    let mut table = Table::new(&["ID", "ENABLED", "TEAM", "OWNERS", "ACTS FOR", "NAME"]);
    for agent in agents {
        table.row([
            agent.id.to_string(),
            if agent.enabled { "yes" } else { "no" }.to_owned(),
            agent
                .team
                .as_ref()
                .map_or_else(String::new, ToString::to_string),
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

async fn show(session: &Session, one: One) -> Result<(), Failure> {
    let agent = session
        .call(async |client| client.agent(&one.id).await)
        .await?;
    match one.json {
        true => out::print_json(&agent),
        false => out::print(&table(&[agent]).whole(out::width())),
    }
}

async fn edit(session: &Session, edit: Edit) -> Result<(), Failure> {
    let Edit { id, changes, json } = edit;
    let patch = changes.patch();
    changes::make(
        session,
        (id.as_str(), json),
        async |client| client.agent(&id).await,
        async |client| {
            client
                .change_agent(&id, &patch)
                .await
                .map(|changed| changed.agent)
        },
    )
    .await
}

async fn enable(session: &Session, one: One, enabled: bool) -> Result<(), Failure> {
    let patch = PatchAgent {
        enabled: Some(enabled),
        ..PatchAgent::default()
    };
    let changed = session
        .call(async |client| client.change_agent(&one.id, &patch).await)
        .await?;
    if one.json {
        return out::print_json(&changed);
    }
    let AgentChanged { agent, stopped } = changed;
    out::print(&match stopped {
        Some(stopped) => format!("stopped {}: {}\n", agent.id, ended(stopped)),
        None => format!("started {}: it may ask again\n", agent.id),
    })
}

async fn remove(session: &Session, one: One) -> Result<(), Failure> {
    let changed = session
        .call(async |client| client.remove_agent(&one.id).await)
        .await?;
    if one.json {
        return out::print_json(&changed);
    }
    let ended = changed.stopped.map(ended).unwrap_or_default();
    out::print(&format!(
        "removed {}: its tokens have ended; {ended}\n",
        changed.agent.id
    ))
}

/// What stopping ended, in one line.
fn ended(stopped: Stopped) -> String {
    let Stopped { cancelled, revoked } = stopped;
    let count = |count: usize, one: &str, many: &str| match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {many}"),
    };
    match (cancelled, revoked) {
        (0, 0) => "nothing of it was open".to_owned(),
        _ => format!(
            "{} cancelled, {} revoked",
            count(cancelled, "pending request", "pending requests"),
            count(revoked, "unused approval", "unused approvals")
        ),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stopping_ended_is_counted() {
        let ended = |cancelled, revoked| ended(Stopped { cancelled, revoked });
        assert_eq!(ended(0, 0), "nothing of it was open");
        assert_eq!(
            ended(1, 2),
            "1 pending request cancelled, 2 unused approvals revoked"
        );
    }
}
