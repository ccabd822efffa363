//! `signoff doctor`: is everything as it should be?

use super::Exit;
use crate::cli::checkup::{self, Check, State};
use crate::cli::failure::Failure;
use crate::cli::fit::wrap;
use crate::cli::out;
use crate::cli::own_keys;
use crate::cli::session::Session;
use crate::domain::untrusted::still_safe;

/// Say what is wrong with a home, and what to do about it.
///
/// Looks at settings, home, tokens, store, clock and gate. It starts no gate and changes nothing. With SIGNOFF_URL it looks at that gate, without at the one of
/// this home and at its database. `signoff audit verify` holds the database against its log, which takes
/// longer.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    /// Print what was looked at as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLE: &str = "\
Examples:
  signoff doctor
  SIGNOFF_URL=https://gate.example signoff doctor --json

Exit codes:
    0  All is well.
    1  There is something to do.";

#[derive(serde::Serialize)]
struct Report {
    well: bool,
    checks: Vec<Check>,
}

/// Settings that stop every other command are something to find here, so they are read here.
pub async fn run(args: &Args, session: &Session) -> Result<Exit, Failure> {
    let mut context = session.context.clone();
    let settings = own_keys::read(&context.home.config());
    let settings = settings.map(|(config, keymap)| {
        context.config = config;
        context.keymap = keymap;
    });
    let checks = checkup::checks(&context, settings).await;
    let well = checks.iter().all(|check| check.state != State::Problem);
    match args.json {
        true => out::print_json(&Report { well, checks })?,
        false => out::print(&checks.iter().map(lines).collect::<String>())?,
    }
    Ok(match well {
        true => Exit::Ok,
        false => Exit::Other,
    })
}

/// The columns before the words.
const INDENT: usize = 24;

fn lines(check: &Check) -> String {
    let state = match check.state {
        State::Ok => "ok",
        State::Note => "note",
        State::Problem => "problem",
    };
    let mut head = format!("{state:<9}{:<15}", check.about);
    let mut text = String::new();
    let remedy = check.remedy.iter().map(|remedy| format!("→ {remedy}"));
    let width = out::width().map(|width| width.saturating_sub(INDENT).max(INDENT));
    for part in std::iter::once(check.what.clone()).chain(remedy) {
        for line in still_safe(&part).lines() {
            for piece in wrap(line, width) {
                text.push_str(&format!("{head}{}\n", piece.trim_end()));
                head = " ".repeat(INDENT);
            }
        }
    }
    text
}
