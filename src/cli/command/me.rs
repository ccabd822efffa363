//! `signoff me`: who the gate takes the caller for.

use super::Exit;
use crate::api::people::{Me, MeKind};
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::cli::session::Session;
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
    let kind = match (me.kind, me.role) {
        (MeKind::Agent, _) => "agent",
        (MeKind::Person, Some(role)) => role.word(),
        (MeKind::Person, None) => "person",
    };
    let version = safe(&me.version);
    let id = safe(&me.id);
    format!(
        "{id}, {kind} ({})\ntoken {}\ngate {gate}, signoff {version}\n",
        me.name.plain_line(),
        me.token
    )
}
