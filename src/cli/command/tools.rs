//! `signoff tools`: the tools behind actions, and whether they are what they were.

use clap::Subcommand;

use super::Exit;
use crate::api::page::Page;
use crate::api::policy::ToolView;
use crate::api::problem::ProblemKind;
use crate::cli::detail::edit;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::cli::question::{ask, can_ask};
use crate::cli::session::Session;
use crate::cli::table::Table;
use crate::domain::id::ActionName;
use crate::domain::raw::RawJson;
use crate::domain::tool::Definition;
use crate::domain::untrusted::Untrusted;

/// List the tools that agents call, and accept one that is another now.
///
/// What an agent says that a tool is, is pinned when it is seen first. A tool that is another later may do
/// another thing under the same name: no trusted pattern and no opt-in covers it until an admin has looked
/// at it and accepted it.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

const EXAMPLE: &str = "\
Examples:
  signoff tools list
  signoff tools accept mcp.tracker.create";

#[derive(Subcommand)]
enum What {
    /// Every tool, and whether it is another than when it was pinned
    List {
        /// Print the page as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show what is another of a tool, and pin it as it is now
    #[command(after_long_help = "Example:\n  signoff tools accept mcp.tracker.create")]
    Accept(Accept),
}

#[derive(clap::Args)]
struct Accept {
    /// The action that the tool is behind, like mcp.tracker.create
    #[arg(value_name = "ACTION")]
    action: ActionName,

    /// Don't ask
    #[arg(long)]
    yes: bool,

    /// Print the tool as JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    match args.what {
        What::List { json } => list(session, json).await?,
        What::Accept(args) => accept(session, &args).await?,
    }
    Ok(Exit::Ok)
}

async fn list(session: &Session, json: bool) -> Result<(), Failure> {
    let page = session.call(async |client| client.tools().await).await?;
    if json {
        return out::print_json(&page);
    }
    if page.items.is_empty() {
        out::note("no agent has said yet which tool it calls");
        return Ok(());
    }
    let mut table = Table::new(&["ACTION", "CHANGED", "PINNED AT", "SERVER", "TOOL"]);
    for tool in &page.items {
        let changed = tool.changed.as_ref();
        table.row([
            tool.id.to_string(),
            changed.map_or_else(|| "no".to_owned(), |changed| changed.since.to_string()),
            tool.pinned.since.to_string(),
            tool.pinned.server.plain_line(),
            tool.pinned.name.plain_line(),
        ]);
    }
    out::print(&table.whole(out::width()))
}

async fn accept(session: &Session, args: &Accept) -> Result<(), Failure> {
    let page: Page<ToolView> = session.call(async |client| client.tools().await).await?;
    let found = page.items.into_iter().find(|tool| tool.id == args.action);
    let tool = found.ok_or_else(|| {
        Failure::new(
            Exit::Other,
            format!("no tool is known behind {}", args.action),
        )
        .hint("`signoff tools list` lists those that are")
    })?;
    let Some(changed) = &tool.changed else {
        out::note(&format!("{} is what it was when it was pinned", tool.id));
        return match args.json {
            true => out::print_json(&tool),
            false => Ok(()),
        };
    };
    out::note(difference(&tool.pinned, changed, out::terminal_width()).trim());
    if !args.yes {
        if !can_ask() {
            return Err(Failure::usage(
                "without a terminal nobody can be asked whether to accept it, and --yes was not given",
            ));
        }
        if ask("\naccept it as it is now? type yes: ").await? != "yes" {
            return Err(Failure::new(
                Exit::Other,
                "not accepted; it is asked about as before",
            ));
        }
    }
    let seen = changed.hash;
    let accepted = session.call(async |client| client.accept_tool(&args.action, seen).await);
    let accepted =
        accepted.await.map_err(
            |failure| match failure.is(ProblemKind::PreconditionFailed) {
                true => failure.hint("it changed once more; run this again to see what it is now"),
                false => failure,
            },
        )?;
    match args.json {
        true => out::print_json(&accepted),
        false => out::print(&format!("{} is pinned as it is now\n", accepted.id)),
    }
}

/// What is another of it, field by field.
fn difference(pinned: &Definition, changed: &Definition, width: Option<usize>) -> String {
    let json = |text: &Untrusted| RawJson::from_text(text.raw_for_execution().to_owned()).ok();
    let mut text = String::new();
    for (name, was, is) in [
        ("server", &pinned.server, &changed.server),
        ("tool", &pinned.name, &changed.name),
    ] {
        if was != is {
            let (was, is) = (was.plain_line(), is.plain_line());
            text.push_str(&format!("the {name} was {was} and is {is}\n"));
        }
    }
    let heading = "What is another of its definition";
    text.push_str(&match json(&changed.text) {
        Some(is) => edit(heading, json(&pinned.text).as_ref(), &is, width),
        None => format!("\n{heading}\n{}\n", changed.text.plain_line()),
    });
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_another_of_a_tool_is_shown_field_by_field_and_obeys_nobody() {
        let definition = |server: &str, text: &str| -> Definition {
            serde_json::from_value(serde_json::json!({
                "server": server, "name": "create", "text": text,
                "hash": format!("sha256:{}", "0".repeat(64)), "since": "2026-11-20T09:00:00.000Z",
            }))
            .unwrap()
        };
        let was = definition("tracker", r#"{"description":"creates an issue","n":1}"#);
        let is = definition(
            "other\u{1b}[2J",
            "{\"description\":\"mails\u{202e} it\",\"n\":1}",
        );
        let told = difference(&was, &is, None);
        assert!(
            told.starts_with("the server was tracker and is other<^[>[2J\n"),
            "{told}"
        );
        assert!(
            told.contains("  │ description\n  │   - \"creates an issue\"\n"),
            "{told}"
        );
        assert!(
            !told.contains(['\u{1b}', '\u{202e}']) && !told.contains("│ n"),
            "{told}"
        );
    }
}
