//! `signoff actions`: what agents can do, and what may go through without a look.

use clap::Subcommand;

use super::Exit;
use crate::api::policy::Replay;
use crate::api::settings::{ActionView, PatchAction};
use crate::cli::args;
use crate::cli::changes;
use crate::cli::failure::Failure;
use crate::cli::near::unknown_action;
use crate::cli::out;
use crate::cli::session::Session;
use crate::cli::table::Table;
use crate::cli::trial;
use crate::domain::execution::Executor;
use crate::domain::id::ActionName;
use crate::domain::risk::Risk;

/// List the actions; unlock or lock auto-approval; change what is known of one.
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
  signoff actions unlock slack.send_message
  signoff actions edit payment.send --risk critical";

const EDIT_EXAMPLE: &str = "\
Examples:
  signoff actions edit payment.send --risk critical
  signoff actions edit crm.note --needs-approval no --recipients to --recipients cc";

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
    /// Change what is known of an action; what isn't named stays as it is
    #[command(after_long_help = EDIT_EXAMPLE, override_usage = "signoff actions edit <NAME> [OPTIONS]")]
    Edit(Edit),
}

#[derive(clap::Args)]
struct Edit {
    /// The action, like slack.send_message
    #[arg(value_name = "NAME")]
    name: ActionName,

    #[command(flatten)]
    changes: Changes,

    /// Print the action as JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
#[group(required = true, multiple = true)]
struct Changes {
    /// Whether it may be done at all
    #[arg(long, value_name = "YES|NO", value_parser = args::yes_or_no())]
    enabled: Option<bool>,

    /// Whether somebody is asked before it is done
    #[arg(long, value_name = "YES|NO", value_parser = args::yes_or_no())]
    needs_approval: Option<bool>,

    /// How risky it is before anything is known of a request
    #[arg(long, value_name = "RISK", value_parser = args::word::<Risk>(
        &["low", "medium", "high", "critical"]))]
    risk: Option<Risk>,

    /// Who runs it once it is approved
    #[arg(long, value_name = "EXECUTOR", value_parser = args::wire::<Executor>)]
    executor: Option<Executor>,

    /// Whether it changes nothing
    #[arg(long, value_name = "YES|NO", value_parser = args::yes_or_no())]
    read_only: Option<bool>,

    /// Whether running it twice is harmless
    #[arg(long, value_name = "YES|NO", value_parser = args::yes_or_no())]
    idempotent: Option<bool>,

    /// A parameter that holds recipients, and no others than those named; may be given several times
    #[arg(long = "recipients", value_name = "PLACE")]
    recipients: Vec<String>,

    /// No parameter holds recipients
    #[arg(long, conflicts_with = "recipients")]
    no_recipients: bool,
}

#[derive(clap::Args)]
struct Toggle {
    /// The action, like slack.send_message
    #[arg(value_name = "NAME")]
    name: ActionName,

    /// Only say what it would have changed in the last 30 days
    #[arg(long)]
    replay: bool,

    /// Print the action as JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    match args.what {
        What::List { json } => list(session, json).await?,
        What::Unlock(toggle) => set(session, toggle, true).await?,
        What::Lock(toggle) => set(session, toggle, false).await?,
        What::Edit(edit_args) => edit(session, edit_args).await?,
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
    if toggle.replay {
        return try_out(session, toggle, patch).await;
    }
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

/// What a change would have made of the requests of the past; nothing changes.
async fn try_out(session: &Session, toggle: Toggle, patch: PatchAction) -> Result<(), Failure> {
    let asked = Replay {
        actions: [(toggle.name.clone(), patch)].into(),
        ..Replay::default()
    };
    let replayed = session.call(async |client| client.replay(&asked).await);
    let replayed = replayed.await?;
    if toggle.json {
        return out::print_json(&replayed);
    }
    out::print(&(trial::counts(&replayed) + &trial::changes(&replayed, out::width())))?;
    out::note(&format!("nothing was changed of {}", toggle.name));
    Ok(())
}

async fn edit(session: &Session, edit: Edit) -> Result<(), Failure> {
    let Edit {
        name,
        changes,
        json,
    } = edit;
    let patch = PatchAction {
        auto_approval_allowed: None,
        needs_approval: changes.needs_approval,
        default_risk: changes.risk,
        executor: changes.executor,
        read_only: changes.read_only,
        idempotent: changes.idempotent,
        recipient_params: args::listed(changes.recipients, changes.no_recipients),
        enabled: changes.enabled,
    };
    let made = changes::make(
        session,
        (name.as_str(), json),
        async |client| client.action(&name).await,
        async |client| client.change_action(&name, &patch).await,
    );
    match made.await {
        Err(failure) => Err(unknown_action(failure, session, &name).await),
        made => made,
    }
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
