//! `signoff approve`: a person says yes, to what they saw.

use std::io::{self, IsTerminal};

use super::Exit;
use super::request::say;
use crate::api::request::{Decide, Request};
use crate::api::seal::{BROKEN, HIDDEN, Seal};
use crate::cli::args;
use crate::cli::detail::{detail, edit};
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::cli::question::{ask, can_ask};
use crate::cli::session::Session;
use crate::cli::short_id::{resolve, unknown};
use crate::cli::words;
use crate::domain::digest::Digest;
use crate::domain::id::RequestId;
use crate::domain::lifecycle::Status;
use crate::domain::raw::RawJson;
use crate::domain::review::{Remember, Word};
use crate::domain::risk::Risk;
use crate::domain::untrusted::Untrusted;

/// Approve a request.
///
/// Shows the whole request and asks before it approves. Only --digest spares the question: it says that
/// you saw the parameters with this digest, and the gate refuses if they are others.
///
/// With --params you approve other parameters than were asked; what you change is shown field by field.
/// The gate judges them as it would a new request, and others may have to agree to them.
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

    /// Approve these parameters instead of those that were asked: JSON, @FILE, or @- for standard input
    #[arg(long, value_name = "JSON")]
    params: Option<String>,

    /// Let the same action through next time: where an admin unlocked it, for what is done for you
    #[arg(long, value_name = "FOR", default_value = "once", conflicts_with = "params", value_parser = args::word::<Remember>(
        &["once", "conversation", "always"]))]
    remember: Remember,

    /// Print the request as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLE: &str = "\
Examples:
  signoff approve gem0xd
  signoff approve req_01k3… --digest sha256:9f2c… --reason 'checked with Ben'
  signoff show gem0xd --json | jq .params > edited.json && vi edited.json &&
      signoff approve gem0xd --params @edited.json";

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    require_person(session, "approve")?;
    let id = resolve(session, &args.id).await?;
    let params = args.params.map(|text| args::json("--params", &text));
    let params = params.transpose()?;
    let seen = match (args.digest, &params) {
        (Some(digest), None) => {
            look(session, id).await?;
            Seen { digest, plan: None }
        }
        (Some(digest), Some(params)) => {
            let request = look(session, id).await?;
            out::note(edit_of(&request, params, out::terminal_width()).trim_end());
            Seen { digest, plan: None }
        }
        (None, _) => show_and_ask(session, id, params.as_ref()).await?,
    };
    let decide = Decide {
        decision: Word::Approve,
        digest: Some(seen.digest),
        plan: seen.plan,
        reason: args.reason.map(Untrusted::from),
        notify_agent: args.notify_agent,
        params,
        text: None,
        remember: args.remember,
    };
    let decided = session
        .call(async |client| client.decide(id, &decide).await)
        .await
        .map_err(unknown)?;
    // Whoever says again what they said is told what became of it, and that may be that it no longer holds.
    if matches!(decided.status, Status::Revoked | Status::Lapsed) {
        return Err(
            Failure::new(Exit::Other, words::outcome(&decided, words::now()))
                .hint("that is final: the agent has to ask again"),
        );
    }
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

/// What somebody says yes to.
struct Seen {
    digest: Digest,
    plan: Option<u32>,
}

/// The request as the gate shows it, which has to be what its digest stands for: nothing else is sent.
async fn look(session: &Session, id: RequestId) -> Result<Request, Failure> {
    let request = session.call(async |client| client.request(id).await);
    let request = request.await.map_err(unknown)?;
    match request.seal() {
        Seal::Broken => Err(broken_seal(id)),
        Seal::Whole => Ok(request),
        Seal::Untold => {
            out::note(&format!("warning: {HIDDEN}; you believe the gate"));
            Ok(request)
        }
    }
}

/// A request that isn't what its digest stands for is nothing to approve.
pub fn broken_seal(id: RequestId) -> Failure {
    Failure::new(Exit::Other, BROKEN).hint(format!(
        "don't approve {id}: the gate, or whatever stands before it, shows other parameters than would run. \
         Have the gate's log verified on its own machine: `signoff audit verify`"
    ))
}

/// Shows what would be approved and gives its digest, once somebody typed yes.
async fn show_and_ask(
    session: &Session,
    id: RequestId,
    edited: Option<&RawJson>,
) -> Result<Seen, Failure> {
    if !can_ask() {
        return Err(Failure::usage(
            "without a terminal nobody can be shown what they approve, and --digest was not given",
        )
        .hint(format!(
            "`signoff show {id} --json` shows it with its digest; then `signoff approve {id} --digest …`"
        )));
    }
    let request = look(session, id).await?;
    // What is final stays so: the gate will say who decided, and there is nothing to ask.
    if !request.status.decided() && !confirmed(&request, edited).await? {
        return Err(
            Failure::new(Exit::Other, "not approved; the request still waits")
                .hint(format!("`signoff reject {id} --reason …` says no to it")),
        );
    }
    Ok(Seen {
        digest: request.digest,
        plan: request.review.map(|review| review.plan),
    })
}

/// What would be another than what was asked, field by field.
fn edit_of(request: &Request, params: &RawJson, width: Option<usize>) -> String {
    let heading = "Your parameters, where they differ";
    edit(heading, request.params.as_ref(), params, width)
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

async fn confirmed(request: &Request, edited: Option<&RawJson>) -> Result<bool, Failure> {
    let width = out::terminal_width();
    let mut page = detail(request, words::now(), width);
    let approve = match edited {
        None => "approve",
        Some(params) => {
            page.push_str(&edit_of(request, params, width));
            "approve with your parameters"
        }
    };
    let expected = password(request);
    let question = match expected.as_str() {
        "yes" => format!("{approve}? type yes: "),
        _ => format!(
            "{approve}, at {} risk? type the last four characters of the digest {}: ",
            request.risk.level.word(),
            request.digest
        ),
    };
    let answer = ask(&format!("{page}\n{question}")).await?;
    Ok(answer == expected)
}
