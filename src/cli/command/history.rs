//! `signoff history`: what is over.

use super::Exit;
use super::list::{ids, more};
use crate::api::export::{Export, Format, settled_by};
use crate::api::page::{MAX_LIMIT, Page};
use crate::api::request::{Filter, Request};
use crate::cli::failure::Failure;
use crate::cli::filters::{Filters, HEADING};
use crate::cli::out;
use crate::cli::session::Session;
use crate::cli::table::Table;
use crate::cli::words;
use crate::domain::lifecycle::Status;
use crate::domain::time::At;

/// List what is over: decided, allowed, denied, run, expired; the newest first.
///
/// You see what you asked, own, decided or were asked to review; a manager sees everything. The CSV has a
/// line for each request, with every text quoted and none that a spreadsheet would take for a formula.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    /// Only these
    #[arg(long, value_name = "STATUS", value_parser = over, help_heading = HEADING,
        help = format!("Only these: one status, or several joined by commas; there are {}", statuses()))]
    status: Option<String>,

    #[command(flatten)]
    filters: Filters,

    /// How many at most
    #[arg(long, value_name = "N", default_value_t = 50,
        value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_LIMIT)))]
    limit: u32,

    /// All of it, however much there is
    #[arg(long, conflicts_with_all = ["limit", "cursor"])]
    all: bool,

    /// Go on where a page before ended: the `next_cursor` of its JSON
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,

    /// Print the page as JSON
    #[arg(long, conflicts_with = "csv")]
    json: bool,

    /// Print it as CSV (RFC 4180)
    #[arg(long)]
    csv: bool,
}

const EXAMPLE: &str = "\
Examples:
  signoff history --since 7d --decided-by me
  signoff history --status rejected,expired --agent outreach
  signoff history --all --since 2026-01-01 --csv > decided.csv";

fn is_over(status: &Status) -> bool {
    *status != Status::Pending
}

fn statuses() -> String {
    let words: Vec<&str> = Status::ALL
        .iter()
        .filter(|s| is_over(s))
        .map(|s| s.word())
        .collect();
    words.join(", ")
}

/// Statuses of which none still waits.
fn over(text: &str) -> Result<String, String> {
    let known = |word: &str| Status::ALL.iter().any(|s| is_over(s) && s.word() == word);
    match text.split(',').all(known) {
        true => Ok(text.to_owned()),
        false => Err(format!("expected some of {}", statuses())),
    }
}

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    let limit = if args.all { MAX_LIMIT } else { args.limit };
    let filter = Filter {
        status: Some(args.status.unwrap_or_else(|| statuses().replace(' ', ""))),
        limit: Some(limit),
        cursor: args.cursor,
        ..args.filters.filter()
    };
    let page = pages(session, filter, args.all).await?;
    if args.json {
        print(&page, Format::Json)?;
    } else if args.csv {
        print(&page, Format::Csv)?;
        more(&page);
    } else {
        say(&page)?;
    }
    Ok(Exit::Ok)
}

/// What the inbox writes to a file.
fn print(page: &Page<Request>, format: Format) -> Result<(), Failure> {
    let (mut export, mut text) = Export::begin(format);
    let items = export
        .page(&page.items)
        .map_err(|error| Failure::because("could not write the requests as JSON", &error))?;
    text.push_str(&items);
    text.push_str(&export.end(page.next_cursor.as_deref()));
    out::print(&text)
}

/// One page, or all of them as one.
async fn pages(session: &Session, mut filter: Filter, all: bool) -> Result<Page<Request>, Failure> {
    let mut items = Vec::new();
    loop {
        let page = session.call(async |client| client.requests(&filter).await);
        let mut page = page.await?;
        items.append(&mut page.items);
        if !all || page.next_cursor.is_none() {
            return Ok(Page { items, ..page });
        }
        filter.cursor = page.next_cursor;
    }
}

fn say(page: &Page<Request>) -> Result<(), Failure> {
    if page.items.is_empty() {
        out::note("nothing that is over fits");
        return Ok(());
    }
    let width = out::width();
    let ids = ids(&page.items, width);
    out::print(&table(&page.items, ids, words::now()).one_line_each(width))?;
    more(page);
    Ok(())
}

fn table(requests: &[Request], ids: Vec<String>, now: At) -> Table {
    let mut table = Table::new(&["ID", "STATUS", "RISK", "AGENT", "AGO", "BY", "WHAT"]);
    for (request, id) in requests.iter().zip(ids) {
        table.row([
            id,
            request.status.word().to_owned(),
            request.risk.level.word().to_owned(),
            request.agent.to_string(),
            words::span(now.since(over_since(request))),
            settled_by(request),
            request.headline.plain_line(),
        ]);
    }
    table
}

/// Since when nobody had to decide about it any more.
fn over_since(request: &Request) -> At {
    let settled = request.settled.as_ref();
    settled.map_or(request.created_at, |settled| settled.at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_still_waits_is_not_over() {
        assert!(over("pending").is_err());
        assert!(over("rejected,pending").is_err());
        assert_eq!(over("rejected,expired").unwrap(), "rejected,expired");
        assert_eq!(statuses().split(", ").count(), Status::ALL.len() - 1);
    }
}
