//! What the one who looks was told of.

use jiff::tz::TimeZone;

use crate::api::notification::Notification;
use crate::domain::time::At;
use crate::domain::untrusted::{Line, Piece};

use super::page::{Look, PageRow, cell, title};
use super::words;

/// Columns for when it was.
const TIME: usize = 8;
/// Columns for whether it is new.
const NEW: usize = 5;

/// The bell.
#[derive(Debug, Default)]
pub struct Bell {
    /// How many of all that they were told they haven't seen.
    pub unseen: u64,
    /// The newest of it, once it was asked for.
    pub told: Option<Vec<Notification>>,
}

impl Bell {
    /// The page that lists it, the newest first.
    pub fn rows(&self, now: At, zone: &TimeZone, width: usize) -> Vec<PageRow> {
        let mut rows = vec![title("What you were told"), PageRow::default()];
        let quiet = |text: &str| PageRow {
            text: vec![Piece::Quiet(text.to_owned())],
            ..PageRow::default()
        };
        match self.told.as_deref() {
            None => rows.push(quiet("Loading.")),
            Some([]) => rows.push(quiet("Nothing yet.")),
            Some(told) => {
                let text = |one| self::rows(one, now, zone, width.saturating_sub(TIME + NEW));
                rows.extend(told.iter().flat_map(text));
            }
        }
        rows
    }
}

fn rows(told: &Notification, now: At, zone: &TimeZone, width: usize) -> Vec<PageRow> {
    let row = |(index, line): (usize, Line)| {
        let first = index == 0;
        let at = words::when(told.at, now, zone);
        PageRow {
            first: cell(if first { at } else { String::new() }, TIME, Look::Dim),
            second: cell(
                if first && !told.seen { "new" } else { "" },
                NEW,
                Look::Title,
            ),
            text: line.pieces,
        }
    };
    told.text
        .lines(width)
        .into_iter()
        .enumerate()
        .map(row)
        .collect()
}
