//! `signoff tokens`: what people, agents and workers speak with.

use clap::{ArgGroup, Subcommand};

use super::Exit;
use crate::api::people::{NewToken, TokenView};
use crate::api::problem::ProblemKind;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::cli::session::Session;
use crate::cli::table::Table;
use crate::domain::id::{ActionPattern, AgentId, PersonId, TokenId, WorkerId};
use crate::domain::untrusted::safe;

/// List the tokens, make one, or revoke one.
///
/// A token is shown once, when it is made; the gate keeps a hash of it. Whoever may have got hold of one
/// that isn't theirs has nothing more of it once it is revoked.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

const EXAMPLE: &str = "\
Examples:
  signoff tokens list
  (umask 077; signoff tokens add --agent outreach > outreach-token)
  signoff tokens revoke tok_01k3…";

const ADD_EXAMPLE: &str = "\
Examples:
  signoff tokens add --person ana
  (umask 077; signoff tokens add --agent outreach > outreach-token)
  (umask 077; signoff tokens add --worker mailer --action email.send > mailer-token)";

const REVOKE_EXAMPLE: &str = "\
Example:
  signoff tokens revoke tok_01k3…";

const LIST: &str = "`signoff tokens list` lists them";

#[derive(Subcommand)]
enum What {
    /// Every token, without its secret
    List {
        /// Print the page as JSON
        #[arg(long)]
        json: bool,
    },
    /// Make a token and print it, once
    #[command(after_long_help = ADD_EXAMPLE)]
    Add(Add),
    /// Take a token back, for good: what it asks from now on is refused
    #[command(after_long_help = REVOKE_EXAMPLE)]
    Revoke(Revoke),
}

#[derive(clap::Args)]
#[command(group(ArgGroup::new("holder").args(["person", "agent", "worker"]).required(true)))]
struct Add {
    /// The person who is to speak with it
    #[arg(long, value_name = "ID")]
    person: Option<PersonId>,

    /// The agent that is to ask with it
    #[arg(long, value_name = "ID")]
    agent: Option<AgentId>,

    /// The worker that is to run with it what was approved
    #[arg(long, value_name = "NAME", requires = "actions")]
    worker: Option<WorkerId>,

    /// What the worker may run with it: an action, or many with `*` for any characters; may be given
    /// several times
    #[arg(long = "action", value_name = "ACTION", requires = "worker",
        conflicts_with_all = ["person", "agent"])]
    actions: Vec<ActionPattern>,

    /// A node that the agent may ask from with it; `*` stands for any characters; may be given several times
    #[arg(long = "node", value_name = "PATTERN", requires = "agent")]
    nodes: Vec<String>,

    /// Print the token with its id as JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
struct Revoke {
    /// The id of the token, as `signoff tokens list` shows it; never the token itself
    #[arg(value_name = "ID")]
    id: String,

    /// Print the token as JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    match args.what {
        What::List { json } => list(session, json).await?,
        What::Add(add_args) => add(session, add_args).await?,
        What::Revoke(revoke_args) => revoke(session, revoke_args).await?,
    }
    Ok(Exit::Ok)
}

async fn list(session: &Session, json: bool) -> Result<(), Failure> {
    let page = session.call(async |client| client.tokens().await).await?;
    if json {
        return out::print_json(&page);
    }
    let mut table = Table::new(&["ID", "HOLDER", "MADE BY", "MADE AT", "REVOKED", "ONLY FOR"]);
    for token in &page.items {
        let nodes = token.nodes.iter().map(|node| safe(node));
        let bounds = nodes.chain(token.actions.iter().map(ToString::to_string));
        table.row([
            token.id.to_string(),
            token.holder.actor().to_string(),
            token.issued_by.to_string(),
            token.issued_at.to_string(),
            if token.revoked { "yes" } else { "no" }.to_owned(),
            bounds.collect::<Vec<_>>().join(" "),
        ]);
    }
    out::print(&table.whole(out::width()))
}

async fn add(session: &Session, add: Add) -> Result<(), Failure> {
    let new = NewToken {
        person: add.person,
        agent: add.agent,
        worker: add.worker,
        nodes: add.nodes,
        actions: add.actions,
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

async fn revoke(session: &Session, revoke: Revoke) -> Result<(), Failure> {
    let id = token_id(&revoke.id)?;
    let token = session
        .call(async |client| client.revoke_token(id).await)
        .await
        .map_err(unknown)?;
    if revoke.json {
        return out::print_json(&token);
    }
    out::print(&format!("revoked {id} of {}\n", token.holder.actor()))
}

/// A text that is no id may be the secret itself, so it is not repeated.
fn token_id(text: &str) -> Result<TokenId, Failure> {
    text.parse().map_err(|_| {
        Failure::usage("that is not the id of a token, which is like tok_01k3…").hint(LIST)
    })
}

fn unknown(failure: Failure) -> Failure {
    match failure.is(ProblemKind::NotFound) {
        true => failure.hint(LIST),
        false => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_is_given_for_an_id_is_not_repeated() {
        let report = token_id("sgn_secret").unwrap_err().report().unwrap();
        assert!(!report.contains("secret"), "{report}");
        assert!(token_id("tok_01kaghd3g1ea8tap6w7rc6kdj8").is_ok());
    }
}
