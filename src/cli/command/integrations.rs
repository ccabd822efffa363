//! `signoff integrations`: the systems that agents act through.

use clap::Subcommand;

use super::Exit;
use crate::api::settings::{Integration, PatchIntegration};
use crate::cli::args;
use crate::cli::changes;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::cli::session::Session;
use crate::cli::table::Table;
use crate::domain::id::IntegrationName;
use crate::domain::people::UserRef;

/// List the integrations, or change one.
///
/// An integration is the part of an action before its first dot. Disabling one denies everything that
/// goes through it, cancels what waits and revokes what was approved and not used.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

const EXAMPLE: &str = "\
Examples:
  signoff integrations list
  signoff integrations edit slack --enabled no";

const EDIT_EXAMPLE: &str = "\
Examples:
  signoff integrations edit slack --enabled no
  signoff integrations edit payment --user group:finance --user ana";

#[derive(Subcommand)]
enum What {
    /// Every integration that is known
    List {
        /// Print the page as JSON
        #[arg(long)]
        json: bool,
    },
    /// Change an integration; what isn't named stays as it is
    #[command(after_long_help = EDIT_EXAMPLE, override_usage = "signoff integrations edit <NAME> [OPTIONS]")]
    Edit(Edit),
}

#[derive(clap::Args)]
struct Edit {
    /// The integration, like slack
    #[arg(value_name = "NAME")]
    name: IntegrationName,

    #[command(flatten)]
    changes: Changes,

    /// Print the integration as JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
#[group(required = true, multiple = true)]
struct Changes {
    /// Whether anything may go through it
    #[arg(long, value_name = "YES|NO", value_parser = args::yes_or_no())]
    enabled: Option<bool>,

    /// Who may act through it, and nobody else than those named: a person, group:ID, team:ID or *; may
    /// be given several times
    #[arg(long = "user", value_name = "WHO")]
    users: Vec<UserRef>,

    /// Nobody may act through it
    #[arg(long, conflicts_with = "users")]
    no_users: bool,

    /// Whether a tool of it that calls itself read-only is believed
    #[arg(long, value_name = "YES|NO", value_parser = args::yes_or_no())]
    trust_read_only_hints: Option<bool>,
}

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    match args.what {
        What::List { json } => list(session, json).await?,
        What::Edit(edit_args) => edit(session, edit_args).await?,
    }
    Ok(Exit::Ok)
}

async fn list(session: &Session, json: bool) -> Result<(), Failure> {
    let page = session
        .call(async |client| client.integrations().await)
        .await?;
    if json {
        return out::print_json(&page);
    }
    out::print(&table(&page.items).whole(out::width()))
}

fn table(integrations: &[Integration]) -> Table {
    let word = |yes| if yes { "yes" } else { "no" }.to_owned();
    let mut table = Table::new(&["INTEGRATION", "ENABLED", "TRUSTS HINTS", "FOR"]);
    for integration in integrations {
        let users: Vec<String> = integration.users.iter().map(ToString::to_string).collect();
        table.row([
            integration.name.to_string(),
            word(integration.enabled),
            word(integration.trust_read_only_hints),
            users.join(" "),
        ]);
    }
    table
}

async fn edit(session: &Session, edit: Edit) -> Result<(), Failure> {
    let Edit {
        name,
        changes,
        json,
    } = edit;
    let patch = PatchIntegration {
        enabled: changes.enabled,
        users: args::listed(changes.users, changes.no_users),
        trust_read_only_hints: changes.trust_read_only_hints,
    };
    changes::make(
        session,
        (name.as_str(), json),
        async |client| client.integration(&name).await,
        async |client| client.change_integration(&name, &patch).await,
    )
    .await
}
