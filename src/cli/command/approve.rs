//! `signoff approve`: a person says yes, to what they saw.

use std::io::{self, IsTerminal, Write};

use super::Exit;
use super::request::say;
use crate::api::request::{Decide, Request};
use crate::cli::args;
use crate::cli::detail::detail;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::cli::session::Session;
use crate::cli::short_id::{resolve, unknown};
use crate::cli::words;
use crate::domain::digest::Digest;
use crate::domain::id::RequestId;
use crate::domain::review::{Remember, Word};
use crate::domain::risk::Risk;
use crate::domain::untrusted::Untrusted;

/// Approve a request.
///
/// Shows the whole request and asks before it approves. Only --digest spares the question: it says that
/// you saw the parameters with this digest, and the gate refuses if they are others.
///
/// Decides only from a terminal, unless SIGNOFF_TOKEN says who you are: an agent that runs commands on
/// this machine is not to approve what it asked.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    /// The id of the request, or as much of its beginning or of its end as names one only
    #[arg(value_name = "ID")]
    id: String,

    /// Why; the agent is told where it waits or --notify-agent is given
    #[arg(long, value_name = "TEXT", value_parser = args::words)]
    reason: Option<String>,

    /// Tell the agent, even where it does not wait
    #[arg(long)]
    notify_agent: bool,

    /// The digest of what you saw; without it you are shown the request and asked
    #[arg(long, value_name = "DIGEST")]
    digest: Option<Digest>,

    /// Let the same action through next time: where an admin unlocked it, for what is done for you
    #[arg(long, value_name = "FOR", default_value = "once", value_parser = args::word::<Remember>(
        &["once", "conversation", "always"]))]
    remember: Remember,

    /// Print the request as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLE: &str = "\
Examples:
  signoff approve gem0xd
  signoff approve req_01k3… --digest sha256:9f2c… --reason 'checked with Ben'";

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    require_person(session, "approve")?;
    let id = resolve(session, &args.id).await?;
    let digest = match args.digest {
        Some(digest) => digest,
        None => show_and_ask(session, id).await?,
    };
    let decide = Decide {
        decision: Word::Approve,
        digest: Some(digest),
        plan: None,
        reason: args.reason.map(Untrusted::from),
        notify_agent: args.notify_agent,
        params: None,
        text: None,
        remember: args.remember,
    };
    let decided = session
        .call(async |client| client.decide(id, &decide).await)
        .await
        .map_err(unknown)?;
    say(&decided, args.json)?;
    Ok(Exit::Ok)
}

/// A guard rail: what runs without a terminal is probably an agent, and has to say who it speaks for.
pub fn require_person(session: &Session, verb: &str) -> Result<(), Failure> {
    if session.context.token_was_given() || io::stdin().is_terminal() {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "`signoff {verb}` decides only with a terminal on standard input"
    ))
    .hint("run it in a terminal, or set SIGNOFF_TOKEN to the token of the person who decides"))
}

/// Shows what would be approved and gives its digest, once somebody typed yes.
async fn show_and_ask(session: &Session, id: RequestId) -> Result<Digest, Failure> {
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return Err(Failure::usage(
            "without a terminal nobody can be shown what they approve, and --digest was not given",
        )
        .hint(format!(
            "`signoff show {id} --json` shows it with its digest; then `signoff approve {id} --digest …`"
        )));
    }
    let request = session
        .call(async |client| client.request(id).await)
        .await
        .map_err(unknown)?;
    // What is final stays so: the gate will say who decided, and there is nothing to ask.
    if !request.status.decided() && !confirmed(&request).await? {
        return Err(
            Failure::new(Exit::Other, "not approved; the request still waits")
                .hint(format!("`signoff reject {id} --reason …` says no to it")),
        );
    }
    Ok(request.digest)
}

/// What has to be typed: at grave risk the end of the digest, which stands behind everything else, so
/// that nobody types it who hasn't seen where the request ends.
fn password(request: &Request) -> String {
    match request.risk.level {
        Risk::Low | Risk::Medium => "yes".to_owned(),
        Risk::High | Risk::Critical => {
            let digest = request.digest.to_string();
            digest[digest.len() - 4..].to_owned()
        }
    }
}

async fn confirmed(request: &Request) -> Result<bool, Failure> {
    let page = detail(request, words::now(), out::terminal_width());
    let expected = password(request);
    let question = match expected.as_str() {
        "yes" => "approve? type yes: ".to_owned(),
        _ => format!(
            "approve, at {} risk? type the last four characters of the digest {}: ",
            request.risk.level.word(),
            request.digest
        ),
    };
    let mut err = io::stderr().lock();
    let asked = write!(err, "{page}\n{question}").and_then(|()| err.flush());
    drop(err);
    asked.map_err(|error| Failure::because("could not show the request", &error))?;
    // What was typed before the question stood there answers nothing.
    rustix::termios::tcflush(io::stdin(), rustix::termios::QueueSelector::IFlush)
        .map_err(|error| Failure::because("could not ask", &io::Error::from(error)))?;
    // Off this thread: it may be the one that the gate runs on.
    let line = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        io::stdin().read_line(&mut line).map(|_| line)
    });
    match line.await {
        Ok(Ok(line)) => Ok(line.trim() == expected),
        Ok(Err(error)) => Err(Failure::because("could not read the answer", &error)),
        Err(error) => Err(Failure::because("could not read the answer", &error)),
    }
}
