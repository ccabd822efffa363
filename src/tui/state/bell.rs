//! What the one who looks was told of.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use crate::api::notification::Notification;
use crate::domain::id::RequestId;
use crate::domain::time::At;
use crate::domain::untrusted::{Line, Piece};

use super::overlay::Overlay;
use super::page::{Look, PageRow, cell, title};
use super::{State, words};

/// Columns for when it was.
const TIME: usize = 8;
/// Columns for whether it is new.
const NEW: usize = 5;
/// Rows above the first.
const HEAD: usize = 2;

/// The bell.
#[derive(Debug, Default)]
pub struct Bell {
    /// How many of all that they were told they haven't seen.
    pub unseen: u64,
    /// Requests that were decided from here while something was new: of these, nothing is.
    pub decided: BTreeSet<RequestId>,
    /// It is to be asked for again because of these.
    pub is_old: bool,
    /// The newest of it, once it was asked for.
    pub told: Option<Vec<Notification>>,
}

/// The list of it, while it is on the screen.
#[derive(Debug, Default)]
pub struct Told {
    /// The focused one, by its number, so that what comes in above moves nothing.
    pub focus: Option<u64>,
    /// The first row on the screen.
    pub top: usize,
    /// The request that is to be opened as soon as the gate has answered.
    pub wanted: Option<RequestId>,
}

impl Bell {
    /// The place of the focused one, the first where there is none.
    pub fn place(&self, list: &Told) -> usize {
        let told = self.told.as_deref().unwrap_or_default();
        let at = told.iter().position(|one| Some(one.id) == list.focus);
        at.unwrap_or(0)
    }

    pub fn focused(&self, list: &Told) -> Option<&Notification> {
        self.told.as_deref()?.get(self.place(list))
    }

    /// What was on the list up to there isn't new any more.
    pub fn old_through(&mut self, number: u64) {
        for one in self.told.iter_mut().flatten() {
            one.seen |= one.id <= number;
        }
    }

    /// The page that lists it, the newest first; and the rows of the focused one.
    pub fn page(
        &self,
        list: &Told,
        now: At,
        zone: &TimeZone,
        width: usize,
    ) -> (Vec<PageRow>, std::ops::Range<usize>) {
        let mut rows = vec![title("What you were told"), PageRow::default()];
        let quiet = |text: &str| PageRow {
            text: vec![Piece::Quiet(text.to_owned())],
            ..PageRow::default()
        };
        let mut focused = 0..0;
        match self.told.as_deref() {
            None => rows.push(quiet("Loading.")),
            Some([]) => rows.push(quiet("Nothing yet.")),
            Some(told) => {
                let place = self.place(list);
                for (at, one) in told.iter().enumerate() {
                    let before = rows.len();
                    let width = width.saturating_sub(TIME + NEW);
                    rows.extend(self::rows(one, at == place, now, zone, width));
                    if at == place {
                        focused = before..rows.len();
                    }
                }
            }
        }
        (rows, focused)
    }
}

impl Told {
    /// Keeps the focus on a page of this height.
    pub fn fit(&mut self, rows: usize, focused: &std::ops::Range<usize>, height: usize) {
        let height = height.max(1);
        let highest = if focused.start <= HEAD {
            0
        } else {
            focused.start
        };
        let lowest = focused.end.saturating_sub(height).min(highest);
        self.top = self.top.clamp(lowest, highest);
        self.top = self.top.min(rows.saturating_sub(height));
    }
}

impl State {
    /// Why nothing opens of what one was told.
    pub fn why_not_told(&self) -> Option<String> {
        let Some(Overlay::Bell(list)) = &self.overlay else {
            return None;
        };
        let Some(told) = self.bell.focused(list) else {
            return Some("there is nothing to open".to_owned());
        };
        match told.request {
            None => Some("that is about no request".to_owned()),
            Some(id) if self.pending.details.get(id).is_none() && !self.is_live() => {
                Some("not connected: the gate has the request".to_owned())
            }
            Some(_) => None,
        }
    }
}

fn rows(
    told: &Notification,
    focused: bool,
    now: At,
    zone: &TimeZone,
    width: usize,
) -> Vec<PageRow> {
    let row = |(index, line): (usize, Line)| {
        let first = index == 0;
        let at = words::when(told.at, now, zone);
        PageRow {
            focused,
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
        .even_lines(width)
        .into_iter()
        .enumerate()
        .map(row)
        .collect()
}
