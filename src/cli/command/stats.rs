//! `signoff stats`: how the queue does.

use super::Exit;
use crate::api::stats::{Stats, Waiting};
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::cli::session::Session;
use crate::cli::words;
use crate::domain::time::Span;

/// Say what waits, and how long decisions take.
///
/// Managers and up see everything that waits, others what they have a part in. Decisions are those that
/// people made within the last 24 hours.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:\n  signoff stats\n  signoff stats --json")]
pub struct Args {
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    let stats = session.call(async |client| client.stats().await).await?;
    if args.json {
        out::print_json(&stats)?;
    } else {
        out::print(&say(&stats))?;
    }
    Ok(Exit::Ok)
}

fn say(stats: &Stats) -> String {
    let waiting = &stats.waiting;
    let seconds = |seconds: u64| {
        words::span(Span::from_secs(
            seconds.try_into().unwrap_or(i64::MAX / 1_000),
        ))
    };
    let mut rows = vec![("waiting", depth(waiting))];
    rows.extend(waiting.oldest.map(|oldest| {
        (
            "oldest",
            format!("asked {} ago", words::span(stats.at.since(oldest))),
        )
    }));
    if waiting.expiring > 0 {
        rows.push((
            "expiring",
            format!("{} within a quarter of an hour", waiting.expiring),
        ));
    }
    let decided = &stats.decided;
    let median = decided.median_seconds.map_or(String::new(), |median| {
        format!(", half of them within {}", seconds(median))
    });
    let within = words::span(stats.at.since(decided.since));
    rows.push((
        "decided",
        format!("{} within {within}{median}", decided.total),
    ));
    let latest = decided.hours.iter().map(|hour| hour.decisions.to_string());
    let latest: Vec<_> = latest.take(6).collect();
    rows.push((
        "by hour",
        format!("{} (the latest first)", latest.join(" ")),
    ));
    let line = |(name, value)| format!("{name:<10}{value}\n");
    rows.into_iter().map(line).collect()
}

/// How much waits, and at which risk.
pub fn depth(waiting: &Waiting) -> String {
    let by_risk = [
        ("critical", waiting.critical),
        ("high", waiting.high),
        ("medium", waiting.medium),
        ("low", waiting.low),
    ];
    let some = by_risk.iter().filter(|(_, count)| *count > 0);
    let some: Vec<_> = some
        .map(|(word, count)| format!("{count} {word}"))
        .collect();
    match some.is_empty() {
        true => "nothing".to_owned(),
        false => format!("{} ({})", waiting.total(), some.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_urgent_comes_first_and_what_is_not_there_is_not_said() {
        let mut waiting = Waiting::default();
        assert_eq!(depth(&waiting), "nothing");
        waiting.low = 3;
        waiting.critical = 1;
        assert_eq!(depth(&waiting), "4 (1 critical, 3 low)");
    }
}
