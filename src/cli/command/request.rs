//! `signoff request`: an agent asks.

use std::time::Duration;

use uuid::Uuid;

use super::Exit;
use crate::api::request::{Ask, Request};
use crate::cli::args;
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::cli::session::Session;
use crate::cli::waiting::{Wait, take};
use crate::cli::words;
use crate::client::Until;
use crate::domain::id::{ActionName, PersonId};
use crate::domain::lifecycle::Status;
use crate::domain::request::{Kind, Resource, Trigger};
use crate::domain::risk::{Declared, Risk};
use crate::domain::time::Span;
use crate::domain::untrusted::Untrusted;

/// Ask to perform an action.
///
/// Asks the gate as an agent: with SIGNOFF_TOKEN, else as the agent `local`. Policy may allow or deny it
/// at once; otherwise a person decides.
///
/// Without --wait the command says what became of the request so far and ends: 9 where policy denied it,
/// else 0. With --wait it stays until somebody has decided, whatever happens to the gate meanwhile. When
/// it ends with 0, the request was taken for running and reported as handed to you: run the action now,
/// once, with exactly these parameters.
#[derive(clap::Args)]
#[command(after_help = exit::help(), after_long_help = format!("{EXAMPLE}\n\n{}", exit::help()))]
pub struct Args {
    /// What to do, like email.send
    #[arg(long, value_name = "ACTION")]
    action: ActionName,

    /// With what: JSON, @FILE, or @- for standard input; its bytes are kept as they are
    #[arg(long, value_name = "JSON")]
    params: String,

    /// What it is about, in the agent's words
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,

    /// Why, in the agent's words
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,

    /// The person it is done for; without it the agent's only owner, where there is exactly one
    #[arg(long, value_name = "PERSON")]
    on_behalf_of: Option<PersonId>,

    /// The conversation that it is part of
    #[arg(long, value_name = "ID")]
    conversation: Option<String>,

    /// What made the agent ask
    #[arg(long, default_value = "api", value_parser = args::word::<Trigger>(
        &["chat", "schedule", "email", "webhook", "voice", "api"]))]
    trigger: Trigger,

    /// The node of the workflow that asks
    #[arg(long, value_name = "NODE")]
    node: Option<String>,

    /// The thing that it is about
    #[arg(long, value_name = "TYPE:ID", value_parser = args::resource)]
    resource: Option<Resource>,

    /// Whom it reaches, where the parameters don't say; may be given several times
    #[arg(long = "recipient", value_name = "RECIPIENT")]
    recipients: Vec<String>,

    /// How risky the agent thinks it is: this can raise the level, never lower it
    #[arg(long, value_name = "LEVEL", value_parser = args::word::<Risk>(
        &["low", "medium", "high", "critical"]))]
    risk: Option<Risk>,

    /// How long it may wait, like 2h: this can shorten what policy gives, never lengthen it
    #[arg(long, value_name = "TIME")]
    expires_in: Option<Span>,

    /// Stay until it is decided; `done`: until the run, which is left to others, has ended too
    #[arg(long, value_name = "FOR", num_args = 0..=1, require_equals = true,
        default_missing_value = "decided", value_parser = ["decided", "done"])]
    wait: Option<String>,

    /// How long to stay, like 10m; then the exit code is 5 and the request still stands
    #[arg(long, value_name = "TIME", requires = "wait", value_parser = args::duration)]
    timeout: Option<Duration>,

    /// Print the request as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLE: &str = "\
Examples:
  signoff request --action email.send --params @mail.json --wait && ./send mail.json
  echo '{\"to\":\"cfo@acme.example\",\"subject\":\"Hello\",\"body\":\"…\"}' |
      signoff request --action email.send --params @- --wait --timeout 10m";

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    let wait = args.wait.as_deref().map(|until| Wait {
        until: match until {
            "done" => Until::Done,
            _ => Until::Decided,
        },
        timeout: args.timeout,
    });
    let (json, ask) = (args.json, ask(args, session).await?);
    // Sent again with the same key, the request is still one request.
    let key = Uuid::now_v7().to_string();
    let asked = session
        .call(async |client| client.ask(&ask, &key).await)
        .await?;
    match wait {
        None => {
            say(&asked, json)?;
            Ok(match asked.status {
                Status::Denied => Exit::Denied,
                _ => Exit::Ok,
            })
        }
        Some(wait) => {
            let ended = wait.on(session, asked).await?;
            conclude(session, ended, wait.takes(), json).await
        }
    }
}

async fn ask(args: Args, session: &Session) -> Result<Ask, Failure> {
    let params = args::json("--params", &args.params)?;
    let on_behalf_of = match args.on_behalf_of {
        Some(person) => Some(person),
        None => only_owner(session).await?,
    };
    Ok(Ask {
        action: args.action,
        params,
        kind: Kind::ToolCall,
        title: args.title.map(Untrusted::from),
        reason: args.reason.map(Untrusted::from),
        trigger: args.trigger,
        conversation: args.conversation.map(Untrusted::from),
        node: args.node.map(Untrusted::from),
        on_behalf_of,
        resource: args.resource,
        recipients: match args.recipients {
            none if none.is_empty() => None,
            some => Some(some.into_iter().map(Untrusted::from).collect()),
        },
        context: None,
        risk: args.risk.map(|level| Declared {
            level,
            reason: None,
        }),
        expires_in: args.expires_in,
        waiting: args.wait.is_some(),
        voice: None,
        callback_url: None,
        checkpoint: None,
    })
}

async fn only_owner(session: &Session) -> Result<Option<PersonId>, Failure> {
    let me = session.call(async |client| client.me().await).await?;
    Ok(match me.owners.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    })
}

/// The end of a wait: takes the request over where it may run, says what became of it, and gives the
/// exit code.
pub async fn conclude(
    session: &Session,
    ended: Request,
    takes: bool,
    json: bool,
) -> Result<Exit, Failure> {
    let exit = Exit::of(ended.status);
    let told = if takes {
        take(session, ended).await?
    } else {
        ended
    };
    say(&told, json)?;
    Ok(exit)
}

/// Prints the request, or what became of it.
pub fn say(request: &Request, json: bool) -> Result<(), Failure> {
    if json {
        return out::print_json(request);
    }
    let outcome = words::outcome(request, words::now());
    out::print(&format!("{} {outcome}\n", request.id))
}
