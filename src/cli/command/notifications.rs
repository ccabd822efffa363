//! `signoff notifications`: what one's bell tells.

use super::Exit;
use crate::api::notification::{Notification, Notifications};
use crate::api::page::MAX_LIMIT;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::cli::session::Session;
use crate::cli::short_id::fitted;
use crate::cli::table::Table;
use crate::cli::words;
use crate::domain::id::RequestId;
use crate::domain::time::At;

/// List what you are told of: what waits for you, and what lets more through.
///
/// The newest come first, those that you haven't seen yet marked as new. --seen says that you have now, here and
/// in the inbox.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    /// Only those that you haven't seen
    #[arg(long)]
    unseen: bool,

    /// Say that you have seen all that is listed, and what is older
    #[arg(long)]
    seen: bool,

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
  signoff notifications --unseen
  signoff notifications --unseen --seen
  signoff notifications --limit 200 --json";

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    let listed = session.call(async |client| {
        let cursor = args.cursor.as_deref();
        client.notifications(args.unseen, args.limit, cursor).await
    });
    let page = listed.await?;
    print(&page, args.json)?;
    if let (true, Some(newest)) = (args.seen, page.items.first()) {
        session
            .call(async |client| client.notifications_seen(newest.id).await)
            .await?;
    }
    Ok(Exit::Ok)
}

fn print(page: &Notifications, json: bool) -> Result<(), Failure> {
    if json {
        return out::print_json(page);
    }
    if page.items.is_empty() {
        out::note("you were told of nothing");
        return Ok(());
    }
    let width = out::width();
    out::print(&table(&page.items, width, words::now()).one_line_each(width))?;
    if page.next_cursor.is_some() {
        out::note("there are older ones; --limit lists more of them");
    }
    Ok(())
}

fn table(told: &[Notification], width: Option<usize>, now: At) -> Table {
    let about: Vec<RequestId> = told.iter().filter_map(|told| told.request).collect();
    let mut ids = fitted(&about, width).into_iter();
    let mut table = Table::new(&["SEEN", "AGE", "REQUEST", "WHAT"]);
    for one in told {
        let seen = if one.seen { "yes" } else { "new" };
        table.row([
            seen.to_owned(),
            words::span(now.since(one.at)),
            one.request.and_then(|_| ids.next()).unwrap_or_default(),
            one.text.plain_line(),
        ]);
    }
    table
}
