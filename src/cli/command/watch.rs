//! `signoff watch`: the operator's view of the queue.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;

use serde::Serialize;
use tokio::sync::mpsc;

use super::Exit;
use super::stats::depth;
use crate::api::stats::{Stats, Waiting};
use crate::cli::failure::{Failure, causes};
use crate::cli::inbox::{Connector, options};
use crate::cli::out;
use crate::cli::patience::Patience;
use crate::cli::session::Session;
use crate::cli::words;
use crate::domain::risk::Risk;
use crate::domain::time::At;
use crate::tui::watch::{self, Alarm, Sight};

/// Watch what waits.
///
/// On a terminal a whole screen: how much waits, at which risk, since when, what is about to expire, and how
/// many decisions people made in each of the last 24 hours. The bell rings when something of high or critical
/// risk comes in. Elsewhere, and with --plain, a line whenever the figures change. Managers and up see
/// everything that waits, others what they have a part in.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    /// Lines instead of a screen
    #[arg(long)]
    plain: bool,

    /// A line of JSON for each change
    #[arg(long, conflicts_with = "plain")]
    json: bool,
}

const EXAMPLE: &str = "\
Examples:
  signoff watch
  signoff watch --plain | tee queue.log
  signoff watch --json | jq --unbuffered -r 'select(.asked) | .asked.headline'";

/// A line of JSON.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Line<'a> {
    Stats(&'a Stats),
    Asked {
        at: At,
        risk: Risk,
        agent: String,
        headline: String,
    },
    Lost(&'a str),
}

pub async fn run(args: Args, session: &Arc<Session>) -> Result<Exit, Failure> {
    // Before the screen is taken over: a first start has something to say, and so has a failing one.
    session.client(&mut Patience::new()).await?;
    let connector = Connector(Arc::clone(session));
    let on_screen = io::stdin().is_terminal() && io::stdout().is_terminal();
    if on_screen && !args.plain && !args.json {
        let options = options(&session.context);
        let left = watch::run(connector, options).await;
        left.map_err(|error| Failure::new(Exit::Other, causes(&error)))?;
        return Ok(Exit::Ok);
    }
    let (send, mut sights) = mpsc::unbounded_channel();
    let mut before = None;
    let said = async {
        while let Some(sight) = sights.recv().await {
            match args.json {
                true => out::print_json_line(&line(&sight))?,
                false => out::print(&text(&sight, &mut before))?,
            }
        }
        Ok(Exit::Ok)
    };
    tokio::select! {
        said = said => said,
        () = watch::observe(connector, send) => Ok(Exit::Ok),
        interrupted = tokio::signal::ctrl_c() => match interrupted {
            Ok(()) => Ok(Exit::Ok),
            Err(error) => Err(Failure::because("could not listen for an interrupt", &error)),
        },
    }
}

fn line(sight: &Sight) -> Line<'_> {
    match sight {
        Sight::Stats(stats) => Line::Stats(stats),
        Sight::Asked(at, alarm) => Line::Asked {
            at: *at,
            risk: alarm.risk.level,
            agent: alarm.agent.to_string(),
            headline: alarm.headline.raw_for_execution().to_owned(),
        },
        Sight::Lost(why) => Line::Lost(why),
    }
}

/// The figures that were said last.
type Said = Option<(Waiting, u64)>;

/// A line for people; none where the figures are what was said before.
fn text(sight: &Sight, before: &mut Said) -> String {
    match sight {
        Sight::Stats(stats) => {
            let figures = (stats.waiting, stats.decided.total);
            if before.replace(figures) == Some(figures) {
                return String::new();
            }
            format!("{}  {}\n", stats.at, figures_of(stats))
        }
        Sight::Asked(at, alarm) => format!("{at}  {}\n", asked(alarm)),
        Sight::Lost(why) => {
            *before = None;
            format!("{}  not connected: {why}\n", words::now())
        }
    }
}

fn figures_of(stats: &Stats) -> String {
    let waiting = &stats.waiting;
    let mut parts = vec![format!("waiting {}", depth(waiting))];
    if let Some(oldest) = waiting.oldest {
        let ago = words::span(stats.at.since(oldest));
        parts.push(format!("oldest asked {ago} ago"));
    }
    if waiting.expiring > 0 {
        parts.push(format!("expiring {} within 15 min", waiting.expiring));
    }
    let within = words::span(stats.at.since(stats.decided.since));
    parts.push(format!("decided {} in {within}", stats.decided.total));
    parts.join("; ")
}

fn asked(alarm: &Alarm) -> String {
    let headline = alarm.headline.plain_line();
    format!(
        "new, {} risk, {}: {headline}",
        alarm.risk.level.word(),
        alarm.agent
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_not_changed_is_not_said_again_and_nothing_obeys_an_agent() {
        let stats = serde_json::json!({
            "at": "2026-11-20T14:02:00Z",
            "waiting": {"low": 0, "medium": 1, "high": 2, "critical": 0,
                "oldest": "2026-11-20T13:02:00Z", "expiring": 1},
            "decided": {"since": "2026-11-19T14:02:00Z", "total": 3, "median_seconds": 41, "hours": []},
        });
        let sight = Sight::Stats(serde_json::from_value(stats).unwrap());
        let mut before = None;
        assert_eq!(
            text(&sight, &mut before),
            "2026-11-20T14:02:00.000Z  waiting 3 (2 high, 1 medium); oldest asked 1 h ago; \
             expiring 1 within 15 min; decided 3 in 1 d\n"
        );
        assert_eq!(text(&sight, &mut before), "");
        text(&Sight::Lost("gone".to_owned()), &mut before);
        assert!(!text(&sight, &mut before).is_empty(), "it is back");
        let alarm = serde_json::json!({"headline": "pay\n\u{1b}[2J", "agent": "bot",
            "risk": {"level": "critical", "reasons": []}});
        let alarm = Sight::Asked(words::now(), serde_json::from_value(alarm).unwrap());
        let told = text(&alarm, &mut before);
        assert!(told.contains("new, critical risk, bot: pay"), "{told}");
        assert!(
            !told.contains('\u{1b}') && told.lines().count() == 1,
            "{told}"
        );
    }
}
