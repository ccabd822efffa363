//! `signoff tokens`: what people and agents speak with.

use clap::{ArgGroup, Subcommand};

use super::Exit;
use crate::api::people::{NewToken, TokenView};
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::cli::session::Session;
use crate::cli::table::Table;
use crate::domain::id::{AgentId, PersonId};
use crate::domain::untrusted::safe;

/// List the tokens, or make one.
///
/// A token is shown once, when it is made; the gate keeps a hash of it.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

const EXAMPLE: &str = "\
Examples:
  signoff tokens list
  (umask 077; signoff tokens add --agent outreach > outreach-token)";

#[derive(Subcommand)]
enum What {
    /// Every token, without its secret
    List {
        /// Print the page as JSON
        #[arg(long)]
        json: bool,
    },
    /// Make a token and print it, once
    Add(Add),
}

#[derive(clap::Args)]
#[command(group(ArgGroup::new("holder").args(["person", "agent"]).required(true)))]
struct Add {
    /// The person who is to speak with it
    #[arg(long, value_name = "ID")]
    person: Option<PersonId>,

    /// The agent that is to ask with it
    #[arg(long, value_name = "ID")]
    agent: Option<AgentId>,

    /// Print the token with its id as JSON
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
    let page = session.call(async |client| client.tokens().await).await?;
    if json {
        return out::print_json(&page);
    }
    let mut table = Table::new(&["ID", "HOLDER", "MADE BY", "MADE AT", "REVOKED"]);
    for token in &page.items {
        table.row([
            token.id.to_string(),
            token.holder.actor().to_string(),
            token.issued_by.to_string(),
            token.issued_at.to_string(),
            if token.revoked { "yes" } else { "no" }.to_owned(),
        ]);
    }
    out::print(&table.whole(out::width()))
}

async fn add(session: &Session, add: Add) -> Result<(), Failure> {
    let new = NewToken {
        person: add.person,
        agent: add.agent,
    };
    let token = session
        .call_once(async |client| client.add_token(&new).await)
        .await?;
    if add.json {
        return out::print_json(&token);
    }
    let TokenView {
        id, holder, token, ..
    } = token;
    let Some(secret) = token else {
        return Err(Failure::new(
            Exit::Other,
            format!("the gate made {id} without its secret"),
        )
        .hint("is the gate's version the same as this one's? `signoff me` shows it"));
    };
    out::note(&format!(
        "{id} for {}; it is shown this once",
        holder.actor()
    ));
    out::print(&format!("{}\n", safe(&secret)))
}
