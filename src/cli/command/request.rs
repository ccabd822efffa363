//! `signoff request`: an agent asks.

use std::time::Duration;

use uuid::Uuid;

use super::Exit;
use crate::api::request::{Ask, Request};
use crate::cli::args;
use crate::cli::asking::{Question, only};
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::cli::session::Session;
use crate::cli::waiting::{Wait, take};
use crate::cli::words;
use crate::client::Until;
use crate::domain::lifecycle::Status;

/// Ask to perform an action.
///
/// Asks the gate as an agent: with SIGNOFF_TOKEN, else as the agent `local`. Policy may allow or deny it
/// at once; otherwise a person decides.
///
/// Without --wait the command says what became of the request so far and ends: 9 where policy denied it,
/// else 0. With --wait it stays until somebody has decided, whatever happens to the gate meanwhile. When
/// it ends with 0, the request was taken for running and reported as handed to you: run the action now,
/// once, with exactly these parameters. A step runs nothing, and what workers run is left to them. Where a
/// reviewer answered in words, these are on standard output, and it ends with 6.
#[derive(clap::Args)]
#[command(after_help = exit::help(), after_long_help = format!("{EXAMPLE}\n\n{}", exit::help()))]
pub struct Args {
    #[command(flatten)]
    question: Question,

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
    let only_owner = match args.question.on_behalf_of {
        Some(_) => None,
        None => {
            let me = session.call(async |client| client.me().await).await?;
            only(&me.owners)
        }
    };
    args.question.ask(only_owner, args.wait.is_some())
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
    tell(&told, json)?;
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

/// The same for whoever asked or waits: where somebody answered in words, these and nothing else go to
/// standard output.
fn tell(request: &Request, json: bool) -> Result<(), Failure> {
    let settled = request.settled.as_ref();
    let answer = settled.and_then(|settled| Some((settled, settled.answer.as_ref()?)));
    match answer {
        Some((settled, answer)) if !json => {
            out::note(&format!("{} answered by {}", request.id, settled.by));
            out::print_text(answer)
        }
        _ => say(request, json),
    }
}
