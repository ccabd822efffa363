//! `signoff prefs`: what goes through without asking the caller.

use clap::Subcommand;

use super::Exit;
use crate::api::page::Page;
use crate::api::problem::ProblemKind;
use crate::api::settings::{Choice, Preference};
use crate::cli::failure::Failure;
use crate::cli::near::unknown_action;
use crate::cli::out;
use crate::cli::session::Session;
use crate::cli::table::Table;
use crate::domain::id::{ActionName, AgentId};
use crate::domain::untrusted::Untrusted;

/// Your own choices: which actions go through without asking you.
///
/// Only for what is done for you, and only where an admin has unlocked the action. `conversation` holds
/// for one conversation with one agent, and ends twelve hours after it was last used.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

const EXAMPLE: &str = "\
Examples:
  signoff prefs list
  signoff prefs set slack.send_message always
  signoff prefs set email.send conversation --agent outreach --conversation thread-81";

const SET_EXAMPLE: &str = "\
Examples:
  signoff prefs set slack.send_message always
  signoff prefs set email.send conversation --agent outreach --conversation thread-81
  signoff prefs set slack.send_message manual";

#[derive(Subcommand)]
enum What {
    /// What you have chosen; every other action is decided by hand
    List {
        /// Print the page as JSON
        #[arg(long)]
        json: bool,
    },
    /// Choose for one action
    #[command(after_long_help = SET_EXAMPLE)]
    Set(Set),
}

#[derive(clap::Args)]
struct Set {
    /// The action, like slack.send_message
    #[arg(value_name = "ACTION")]
    action: ActionName,

    /// manual: ask every time; always: never ask; conversation: don't ask in one conversation
    #[arg(value_name = "MODE", value_parser = ["manual", "always", "conversation"])]
    mode: String,

    /// The agent that the conversation is with
    #[arg(long, value_name = "AGENT", required_if_eq("mode", "conversation"))]
    agent: Option<AgentId>,

    /// The conversation, by the id that the agent gives it
    #[arg(long, value_name = "ID", required_if_eq("mode", "conversation"))]
    conversation: Option<String>,

    /// Print your choices as JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    let (page, json) = match args.what {
        What::List { json } => (
            session
                .call(async |client| client.preferences().await)
                .await?,
            json,
        ),
        What::Set(set) => {
            let choice = choice(&set)?;
            (choose(session, &set.action, &choice).await?, set.json)
        }
    };
    if json {
        out::print_json(&page)?;
    } else {
        say(&page)?;
    }
    Ok(Exit::Ok)
}

async fn choose(
    session: &Session,
    action: &ActionName,
    choice: &Choice,
) -> Result<Page<Preference>, Failure> {
    let chosen = session.call(async |client| client.choose(action, choice).await);
    match chosen.await {
        Err(failure) if failure.is(ProblemKind::AutoApprovalNotAllowed) => {
            Err(failure.hint(format!("an admin runs `signoff actions unlock {action}`")))
        }
        Err(failure) => Err(unknown_action(failure, session, action).await),
        chosen => chosen,
    }
}

fn choice(set: &Set) -> Result<Choice, Failure> {
    match (set.mode.as_str(), &set.agent, &set.conversation) {
        ("manual", None, None) => Ok(Choice::Manual {}),
        ("always", None, None) => Ok(Choice::Always {}),
        ("conversation", Some(agent), Some(conversation)) => Ok(Choice::Conversation {
            agent: agent.clone(),
            conversation: Untrusted::from(conversation.as_str()),
        }),
        _ => Err(Failure::usage(
            "--agent and --conversation belong to the mode conversation, which needs both",
        )),
    }
}

fn say(page: &Page<Preference>) -> Result<(), Failure> {
    if page.items.is_empty() {
        out::note("no choices: you are asked every time");
        return Ok(());
    }
    let mut table = Table::new(&["ACTION", "MODE", "ENDS AT", "CONVERSATION"]);
    for preference in &page.items {
        let (mode, place) = match &preference.choice {
            Choice::Manual {} => ("manual", String::new()),
            Choice::Always {} => ("always", String::new()),
            Choice::Conversation {
                agent,
                conversation,
            } => (
                "conversation",
                format!("{} with {agent}", conversation.plain_line()),
            ),
        };
        table.row([
            preference.action.to_string(),
            mode.to_owned(),
            preference
                .ends_at
                .map_or_else(String::new, |at| at.to_string()),
            place,
        ]);
    }
    out::print(&table.whole(out::width()))
}
