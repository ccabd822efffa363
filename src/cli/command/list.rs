//! `signoff list`: the requests, a page of them.

use super::Exit;
use crate::api::page::{MAX_LIMIT, Page};
use crate::api::request::{Filter, Request};
use crate::cli::failure::Failure;
use crate::cli::filters::{Filters, HEADING};
use crate::cli::out;
use crate::cli::session::Session;
use crate::cli::short_id::fitted;
use crate::cli::table::Table;
use crate::cli::words;
use crate::domain::id::{PersonId, RequestId};
use crate::domain::lifecycle::Status;
use crate::domain::time::At;

/// List requests: what waits for somebody, or what became of the rest.
///
/// Without flags it lists what is pending, in the order of the inbox: waiting callers first, then by risk,
/// then by deadline. Everything else is listed newest first.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    /// Which
    #[arg(long, value_name = "STATUS", default_value = "pending", value_parser = status,
        help = format!("Which: one status, several joined by commas, or all; there are {}", statuses()))]
    status: Statuses,

    #[command(flatten)]
    filters: Filters,

    /// Only what is yours to decide
    #[arg(long, help_heading = HEADING)]
    mine: bool,

    /// Only what you put off, which --mine leaves out
    #[arg(long, help_heading = HEADING)]
    put_off: bool,

    /// How many at most
    #[arg(long, value_name = "N", default_value_t = 50,
        value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_LIMIT)))]
    limit: u32,

    /// Go on where a page before ended: the `next_cursor` of its JSON
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,

    /// Print the page as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLE: &str = "\
Examples:
  signoff list --mine
  signoff list --recipient pat@partner.example -q renewal
  signoff list --status rejected,expired --agent outreach --limit 10
  signoff list --status all --json";

/// What the filter is to say about the status; nothing for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statuses(pub Option<String>);

pub fn status(text: &str) -> Result<Statuses, String> {
    if text == "all" {
        return Ok(Statuses(None));
    }
    let known = |word: &str| Status::ALL.iter().any(|status| status.word() == word);
    if text.split(',').all(known) {
        return Ok(Statuses(Some(text.to_owned())));
    }
    Err(format!("expected all, or some of {}", statuses()))
}

pub fn statuses() -> String {
    let words: Vec<&str> = Status::ALL.iter().map(|status| status.word()).collect();
    words.join(", ")
}

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    let me = || "me".parse::<PersonId>().expect("it has the form of an id");
    let filter = Filter {
        status: args.status.0,
        reviewer: (args.mine || args.put_off).then(me),
        put_off: args.put_off.then_some(true),
        limit: Some(args.limit),
        cursor: args.cursor,
        ..args.filters.filter()
    };
    let page = session
        .call(async |client| client.requests(&filter).await)
        .await?;
    if args.json {
        out::print_json(&page)?;
    } else {
        say(&page, &filter)?;
    }
    Ok(Exit::Ok)
}

fn say(page: &Page<Request>, filter: &Filter) -> Result<(), Failure> {
    if page.items.is_empty() {
        out::note(none(filter));
        return Ok(());
    }
    let width = out::width();
    let ids = ids(&page.items, width);
    out::print(&table(&page.items, ids, words::now()).one_line_each(width))?;
    more(page);
    Ok(())
}

/// The ids of these requests, as a list shows them.
pub fn ids(requests: &[Request], width: Option<usize>) -> Vec<String> {
    let ids: Vec<RequestId> = requests.iter().map(|request| request.id).collect();
    fitted(&ids, width)
}

/// Says that there is more than was shown, if there is.
pub fn more(page: &Page<Request>) {
    if page.next_cursor.is_some() {
        let of = page
            .total
            .map_or(String::new(), |total| format!(" of {total}"));
        out::note(&format!(
            "{}{of} shown; --limit shows more",
            page.items.len()
        ));
    }
}

/// What an empty page says: only one that nothing narrowed means that nothing waits.
fn none(filter: &Filter) -> &'static str {
    let any = Filter {
        status: filter.status.clone(),
        limit: filter.limit,
        ..Filter::default()
    };
    match filter.status.as_deref() {
        _ if filter.put_off.is_some() => "you have put nothing off",
        Some("pending") if *filter == any => {
            "nothing waits; `signoff list --status all` lists what has been"
        }
        Some(_) if filter.reviewer.is_none() => {
            "no request fits; `--status all` looks at those in other states too"
        }
        _ => "no request fits",
    }
}

fn table(requests: &[Request], ids: Vec<String>, now: At) -> Table {
    let mut table = Table::new(&["ID", "STATUS", "RISK", "AGENT", "AGE", "WHAT"]);
    for (request, id) in requests.iter().zip(ids) {
        table.row([
            id,
            request.status.word().to_owned(),
            request.risk.level.word().to_owned(),
            request.agent.to_string(),
            words::span(now.since(request.created_at)),
            request.headline.plain_line(),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_waits_only_where_nothing_narrowed_the_list() {
        let pending = Filter {
            status: Some("pending".to_owned()),
            limit: Some(50),
            ..Filter::default()
        };
        assert!(none(&pending).starts_with("nothing waits"));
        let narrowed = Filter {
            agent: Some("nobody".parse().unwrap()),
            ..pending.clone()
        };
        assert!(none(&narrowed).starts_with("no request fits"));
        let mine = Filter {
            reviewer: Some("me".parse().unwrap()),
            ..pending
        };
        assert!(none(&mine).starts_with("no request fits"));
    }
}
