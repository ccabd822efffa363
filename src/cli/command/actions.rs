//! `signoff actions`: what agents can do, and what may go through without a look.

use clap::Subcommand;

use super::Exit;
use crate::api::settings::{ActionView, PatchAction};
use crate::cli::failure::Failure;
use crate::cli::near::unknown_action;
use crate::cli::out;
use crate::cli::session::Session;
use crate::cli::table::Table;
use crate::domain::id::ActionName;

/// List the actions; unlock or lock auto-approval.
///
/// Unlocking an action changes nobody by itself: it lets people opt in to having what is done for them
/// go through. Locking it ends every such opt-in at once and for good.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

const EXAMPLE: &str = "\
Examples:
  signoff actions list
  signoff actions unlock slack.send_message";

#[derive(Subcommand)]
enum What {
    /// Every action that is known
    List {
        /// Print the page as JSON
        #[arg(long)]
        json: bool,
    },
    /// Let people opt in to auto-approval of an action
    #[command(after_long_help = "Example:\n  signoff actions unlock slack.send_message")]
    Unlock(Toggle),
    /// Ask about an action again, whoever had opted in
    #[command(after_long_help = "Example:\n  signoff actions lock slack.send_message")]
    Lock(Toggle),
}

#[derive(clap::Args)]
struct Toggle {
    /// The action, like slack.send_message
    #[arg(value_name = "NAME")]
    name: ActionName,

    /// Print the action as JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    match args.what {
        What::List { json } => list(session, json).await?,
        What::Unlock(toggle) => set(session, toggle, true).await?,
        What::Lock(toggle) => set(session, toggle, false).await?,
    }
    Ok(Exit::Ok)
}

async fn list(session: &Session, json: bool) -> Result<(), Failure> {
    let page = session.call(async |client| client.actions().await).await?;
    if json {
        return out::print_json(&page);
    }
    let mut table = Table::new(&[
        "ACTION", "ENABLED", "APPROVAL", "UNLOCKED", "RISK", "OPTED IN",
    ]);
    for action in &page.items {
        table.row([
            action.name.to_string(),
            yes_or_no(action.enabled),
            yes_or_no(action.needs_approval),
            yes_or_no(action.auto_approval_allowed),
            action.default_risk.word().to_owned(),
            opted_in(action),
        ]);
    }
    out::print(&table.whole(out::width()))
}

async fn set(session: &Session, toggle: Toggle, unlocked: bool) -> Result<(), Failure> {
    let patch = PatchAction {
        auto_approval_allowed: Some(unlocked),
        ..PatchAction::default()
    };
    let changed = session.call(async |client| client.change_action(&toggle.name, &patch).await);
    let action = match changed.await {
        Ok(action) => action,
        Err(failure) => return Err(unknown_action(failure, session, &toggle.name).await),
    };
    if toggle.json {
        return out::print_json(&action);
    }
    out::print(&if unlocked {
        format!(
            "{} unlocked: people may opt in; nothing changes until they do\n",
            action.name
        )
    } else {
        format!("{} locked: every opt-in for it has ended\n", action.name)
    })
}

fn yes_or_no(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}

fn opted_in(action: &ActionView) -> String {
    match (action.opted_in.always, action.opted_in.conversation) {
        (0, 0) => "nobody".to_owned(),
        (always, 0) => format!("{always} always"),
        (0, some) => format!("{some} in a conversation"),
        (always, some) => format!("{always} always, {some} in a conversation"),
    }
}
