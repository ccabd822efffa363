//! `signoff me`: who the gate takes the caller for.

use super::Exit;
use crate::api::people::{Me, MeKind};
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::cli::session::Session;
use crate::domain::id::PersonId;
use crate::domain::untrusted::safe;

/// Say who you are to the gate.
///
/// Asks with SIGNOFF_TOKEN, else with the owner's token file.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:\n  signoff me\n  SIGNOFF_TOKEN=sgn_… signoff me --json")]
pub struct Args {
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    let me = session.call(async |client| client.me().await).await?;
    if args.json {
        out::print_json(&me)?;
    } else {
        let gate = session.address().await?;
        out::print(&say(&me, &gate))?;
    }
    Ok(Exit::Ok)
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
        let owners: Vec<&str> = me.owners.iter().map(PersonId::as_str).collect();
        rows.push(("owners", owners.join(" ")));
    }
    rows.push(("token", me.token.to_string()));
    rows.push(("gate", format!("{gate}, signoff {}", safe(&me.version))));
    let line = |(name, value)| format!("{name:<8}{value}\n");
    rows.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_one_is_and_what_one_may_do_are_told_apart() {
        let me: Me = serde_json::from_str(
            r#"{"kind": "person", "id": "owner", "name": "Owner", "role": "owner",
                "token": "tok_01kaghd3g1ea8tap6w7rc6kdj8", "version": "0.1.0"}"#,
        )
        .unwrap();
        assert_eq!(
            say(&me, "http://127.0.0.1:7474"),
            "person  owner (Owner)\n\
             role    owner\n\
             token   tok_01kaghd3g1ea8tap6w7rc6kdj8\n\
             gate    http://127.0.0.1:7474, signoff 0.1.0\n"
        );
    }
}
