//! `signoff why`: how policy came to its verdict, rung by rung.

use super::Exit;
use crate::api::request::Why;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::cli::session::Session;
use crate::cli::short_id::{resolve, unknown};
use crate::cli::table::Table;
use crate::cli::words::word_of;
use crate::domain::untrusted::Untrusted;

/// Say why policy allowed, denied or asked.
///
/// Policy is a ladder: its rungs are asked from top to bottom, and the first that answers decides. This
/// shows what each of them said when the request was asked.
#[derive(clap::Args)]
#[command(after_long_help = "Example:\n  signoff why gem0xd")]
pub struct Args {
    /// The id of the request, or as much of its beginning or of its end as names one only
    #[arg(value_name = "ID")]
    id: String,

    /// Print the ladder as JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    let id = resolve(session, &args.id).await?;
    let why = session.call(async |client| client.why(id).await);
    let why = why.await.map_err(unknown)?;
    if args.json {
        out::print_json(&why)?;
    } else {
        out::print(&ladder(&why, out::width()))?;
    }
    Ok(Exit::Ok)
}

fn ladder(why: &Why, width: Option<usize>) -> String {
    let mut table = Table::new(&["RUNG", "ANSWER", "RULE", "WHY"]);
    for rung in &why.rungs {
        table.row([
            word_of(&rung.rung).replace('_', " "),
            word_of(&rung.answer).replace('_', " "),
            rung.rule
                .as_ref()
                .map_or_else(String::new, Untrusted::plain_line),
            rung.text.plain_line(),
        ]);
    }
    let mut text = table.whole(width);
    let verdicts = [
        ("verdict", Some(&why.verdict)),
        ("would have been", why.would_have_been.as_ref()),
    ];
    for (name, verdict) in verdicts {
        if let Some(verdict) = verdict {
            let effect = word_of(&verdict.effect);
            text.push_str(&format!(
                "\n{name}: {effect}, {}\n",
                verdict.text.plain_line()
            ));
        }
    }
    text
}
