//! `signoff snooze`: a person puts a request off.

use super::Exit;
use crate::api::request::{Request, Snooze};
use crate::cli::args;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::cli::session::Session;
use crate::cli::short_id::{resolve, unknown};
use crate::cli::words;
use crate::domain::time::{At, Span};

/// Put a request off: it is hidden from you, and from nobody else.
///
/// It comes back at nine tenths of its time at the latest, because its deadline goes on.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    /// The id of the request, or as much of its beginning or of its end as names one only
    #[arg(value_name = "ID")]
    id: String,

    #[command(flatten)]
    end: End,

    /// Print the request as JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct End {
    /// Until when: a time like 2026-12-01T09:00:00Z, a day like 2026-12-01, or tomorrow, which is nine o'clock
    #[arg(long, value_name = "TIME", value_parser = args::moment_to_come)]
    until: Option<At>,

    /// For how long, like 2h
    #[arg(long = "for", value_name = "TIME")]
    span: Option<Span>,

    /// No longer: it is among what waits for you at once
    #[arg(long)]
    back: bool,
}

const EXAMPLE: &str = "\
Examples:
  signoff snooze gem0xd --for 2h
  signoff snooze gem0xd --until tomorrow
  signoff snooze gem0xd --until 2026-12-01T09:00:00Z
  signoff snooze gem0xd --back";

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    let id = resolve(session, &args.id).await?;
    let from_now = args.end.span.map(|span| words::now().plus(span));
    let until = args.end.until.or(from_now);
    let snooze = Snooze { until };
    let request = session.call(async |client| client.snooze(id, &snooze).await);
    let request = request.await.map_err(unknown)?;
    match args.json {
        true => out::print_json(&request)?,
        false => out::print(&said(&request, until))?,
    }
    Ok(Exit::Ok)
}

/// Until when it is hidden, which may be earlier than was asked for.
fn said(request: &Request, asked: Option<At>) -> String {
    let until = request.you.as_ref().and_then(|you| you.snoozed_until);
    match until {
        None => format!("{} is not hidden from you\n", request.id),
        Some(until) if asked.is_some_and(|asked| until < asked) => format!(
            "{} is hidden from you until {until}, nine tenths of its time\n",
            request.id
        ),
        Some(until) => format!("{} is hidden from you until {until}\n", request.id),
    }
}
