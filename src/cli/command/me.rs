//! `signoff me`: who the gate takes the caller for, and what people say of themselves.

use clap::Subcommand;

use super::Exit;
use super::away::{Absence, sentence, span};
use crate::api::people::{Me, MeKind, Notifications, PatchMe, PatchNotifications, Quiet};
use crate::cli::args;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::cli::session::Session;
use crate::domain::people::{Hour, Zone};
use crate::domain::untrusted::safe;

/// Say who you are to the gate, when you are away, and how you are told.
///
/// Asks with SIGNOFF_TOKEN, else with the owner's token file.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE, args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    what: Option<What>,

    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLE: &str = "\
Examples:
  signoff me
  signoff me away --until 2026-12-24 --delegate ben
  SIGNOFF_TOKEN=sgn_… signoff me --json";

const AWAY_EXAMPLE: &str = "\
Examples:
  signoff me away --from 2026-12-01 --until 2026-12-24 --delegate ben
  signoff me away --back";

const NOTIFY_EXAMPLE: &str = "\
Examples:
  signoff me notify --email yes
  signoff me notify --quiet 19:00-07:30 --zone Europe/Berlin
  signoff me notify --no-quiet";

#[derive(Subcommand)]
enum What {
    /// Say when you are away and who answers for you, or that you are back
    #[command(after_long_help = AWAY_EXAMPLE)]
    Away(AwayArgs),
    /// Say how you are told of what waits for you, besides in the inbox
    #[command(after_long_help = NOTIFY_EXAMPLE)]
    Notify(NotifyArgs),
}

#[derive(clap::Args)]
struct AwayArgs {
    #[command(flatten)]
    absence: Absence,

    /// Print who you are as JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
struct NotifyArgs {
    #[command(flatten)]
    changes: Notify,

    /// Print who you are as JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
#[group(required = true, multiple = true)]
struct Notify {
    /// Whether you get e-mail
    #[arg(long, value_name = "YES|NO", value_parser = args::yes_or_no())]
    email: Option<bool>,

    /// Whether you get messages in Slack
    #[arg(long, value_name = "YES|NO", value_parser = args::yes_or_no())]
    slack: Option<bool>,

    /// The hours of every day in which only what is critical gets through
    #[arg(long, value_name = "FROM-TO", value_parser = hours, requires = "zone")]
    quiet: Option<(Hour, Hour)>,

    /// The time zone of these hours, like Europe/Berlin
    #[arg(long, value_name = "ZONE", requires = "quiet")]
    zone: Option<Zone>,

    /// No quiet hours any more
    #[arg(long, conflicts_with = "quiet")]
    no_quiet: bool,
}

fn hours(text: &str) -> Result<(Hour, Hour), String> {
    let (from, to) = text
        .split_once('-')
        .ok_or("expected two times of day, like 19:00-07:30")?;
    let hour = |text: &str| text.parse::<Hour>().map_err(|error| error.to_string());
    Ok((hour(from)?, hour(to)?))
}

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    match args.what {
        None => show(session, args.json).await?,
        Some(What::Away(away_args)) => away(session, away_args).await?,
        Some(What::Notify(notify_args)) => notify(session, notify_args).await?,
    }
    Ok(Exit::Ok)
}

async fn show(session: &Session, json: bool) -> Result<(), Failure> {
    let me = session.call(async |client| client.me().await).await?;
    if json {
        return out::print_json(&me);
    }
    let gate = session.address().await?;
    out::print(&say(&me, &gate))
}

async fn away(session: &Session, args: AwayArgs) -> Result<(), Failure> {
    let patch = PatchMe {
        away: Some(args.absence.said()?),
        ..PatchMe::default()
    };
    let me = change(session, &patch).await?;
    match args.json {
        true => out::print_json(&me),
        false => out::print(&sentence(&safe(&me.id), me.away.as_ref())),
    }
}

async fn notify(session: &Session, args: NotifyArgs) -> Result<(), Failure> {
    let Notify {
        email,
        slack,
        quiet,
        zone,
        no_quiet,
    } = args.changes;
    let quiet = quiet
        .zip(zone)
        .map(|((from, to), zone)| Some(Quiet { from, to, zone }));
    let patch = PatchMe {
        notifications: Some(PatchNotifications {
            email,
            slack,
            quiet: if no_quiet { Some(None) } else { quiet },
        }),
        ..PatchMe::default()
    };
    let me = change(session, &patch).await?;
    match (args.json, &me.notifications) {
        (false, Some(told)) => {
            out::print(&format!("{} is told {}\n", safe(&me.id), channels(told)))
        }
        _ => out::print_json(&me),
    }
}

async fn change(session: &Session, patch: &PatchMe) -> Result<Me, Failure> {
    session
        .call(async |client| client.change_me(patch).await)
        .await
}

/// How somebody is told, in one line.
pub(super) fn channels(told: &Notifications) -> String {
    let outside = [(told.email, "e-mail"), (told.slack, "Slack")];
    let mut line = "in the inbox".to_owned();
    for (_, name) in outside.iter().filter(|(on, _)| *on) {
        line.push_str(", by ");
        line.push_str(name);
    }
    if let Some(Quiet { from, to, zone }) = &told.quiet {
        line.push_str(&format!(
            "; from {from} to {to} {zone} only of what is critical"
        ));
    }
    line
}

fn say(me: &Me, gate: &str) -> String {
    let kind = match me.kind {
        MeKind::Agent => "agent",
        MeKind::Person => "person",
        MeKind::Worker => "worker",
    };
    let name = format!("{} ({})", safe(&me.id), me.name.plain_line());
    let mut rows = vec![(kind, name)];
    rows.extend(me.role.map(|role| ("role", role.word().to_owned())));
    if !me.owners.is_empty() {
        rows.push(("owners", joined(&me.owners)));
    }
    if !me.actions.is_empty() {
        rows.push(("runs", joined(&me.actions)));
    }
    rows.extend(me.away.as_ref().map(|away| ("away", span(away))));
    rows.extend(
        me.notifications
            .as_ref()
            .map(|told| ("told", channels(told))),
    );
    rows.push(("token", me.token.to_string()));
    rows.push(("gate", format!("{gate}, signoff {}", safe(&me.version))));
    let line = |(name, value)| format!("{name:<8}{value}\n");
    rows.into_iter().map(line).collect()
}

fn joined(names: &[impl ToString]) -> String {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    names.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn me(rest: &str) -> Me {
        serde_json::from_str(&format!(
            r#"{{"kind": "person", "id": "owner", "name": "Owner", "role": "owner",
                "token": "tok_01kaghd3g1ea8tap6w7rc6kdj8", "version": "0.1.0"{rest}}}"#,
        ))
        .unwrap()
    }

    #[test]
    fn who_one_is_and_what_one_may_do_are_told_apart() {
        assert_eq!(
            say(&me(""), "http://127.0.0.1:7474"),
            "person  owner (Owner)\n\
             role    owner\n\
             token   tok_01kaghd3g1ea8tap6w7rc6kdj8\n\
             gate    http://127.0.0.1:7474, signoff 0.1.0\n"
        );
    }

    #[test]
    fn when_one_is_away_and_how_one_is_told_are_said_in_a_line_each() {
        let rest = r#", "away": {"from": "2026-12-01T00:00:00Z", "until": "2026-12-24T00:00:00Z", "delegate": "ben"},
            "notifications": {"email": true, "slack": false,
                "quiet": {"from": "19:00", "to": "07:30", "zone": "Europe/Berlin"}}"#;
        let said = say(&me(rest), "http://127.0.0.1:7474");
        assert!(
            said.contains(
                "away    from 2026-12-01T00:00:00.000Z until 2026-12-24T00:00:00.000Z; ben answers meanwhile\n\
                 told    in the inbox, by e-mail; from 19:00 to 07:30 Europe/Berlin only of what is critical\n"
            ),
            "{said}"
        );
    }
}
