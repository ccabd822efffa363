//! A window on a list that the gate keeps: a few pages of it, the focused row, and what is on the
//! screen. What it holds and does depends on the screen, not on the length of the list.
//!
//! Invariant: what stands under the cursor changes only when the user moves. The window is anchored at
//! the focused id; rows that come in above it wait above the top of the screen.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::api::page::{MAX_LIMIT, MOST_FOUND, Page};
use crate::api::request::Request;
use crate::domain::id::RequestId;
use crate::tui::effect::{PageFetch, Part};
use crate::tui::query::Query;

/// Rows asked for at a time.
pub const PAGE: usize = 64;
/// Rows kept. With rows beyond that those far from the cursor are let go.
const MOST: usize = 4 * PAGE;

/// The window.
#[derive(Debug, Default)]
pub struct List {
    pub rows: Vec<Request>,
    /// How many there are in all, as the gate counts them.
    pub total: Option<u64>,
    /// How many more wait that were put off until later.
    pub put_off: u64,
    /// How many of them the query finds, while there is one and the gate has said.
    pub found: Option<Found>,
    /// What the list is narrowed to.
    pub query: Arc<Query>,
    /// Whether the gate has answered at all.
    pub loaded: bool,
    /// Place of the focused row.
    pub focus: usize,
    /// Place of the first row on the screen.
    pub top: usize,
    /// Rows above the top of the screen that came in since it was there.
    pub new_above: usize,
    /// The focused row isn't in the list any more; it is kept for whoever is reading it.
    pub kept: bool,
    /// Where the window begins; nothing at the beginning of the list.
    start: Option<String>,
    /// Rows before the window.
    skipped: u64,
    /// What comes after the window.
    next: Option<String>,
    /// Where earlier windows began, and how many rows lie between each and the following.
    earlier: Vec<(Option<String>, usize)>,
    /// Places in the window before which it can be cut, with their cursors.
    cuts: Vec<(usize, String)>,
    pub asked: Option<PageFetch>,
    /// The gate refused to answer; nothing is asked until there are news.
    refused: bool,
    wants: Wants,
}

/// How many a query finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    pub count: u64,
    /// The gate stopped counting there.
    pub or_more: bool,
}

#[derive(Debug, Default)]
struct Wants {
    /// The beginning of the list.
    top: bool,
    /// And there the focused row, if it has one.
    follow: bool,
    window: bool,
    /// Goes on until the end is there.
    end: bool,
}

impl Found {
    fn of(count: u64) -> Self {
        Self {
            count,
            or_more: count >= MOST_FOUND,
        }
    }
}

impl List {
    /// The focused row.
    pub fn focused(&self) -> Option<&Request> {
        self.rows.get(self.focus)
    }

    /// The rows on the screen, with their places.
    pub fn on_screen(&self, entries: usize) -> impl Iterator<Item = (usize, &Request)> {
        self.rows.iter().enumerate().skip(self.top).take(entries)
    }

    /// Whether there is no row to go to from the focused one; from one that is only kept, to nothing is a way.
    pub fn is_alone(&self) -> bool {
        let more = self.next.is_some() || self.start.is_some();
        self.rows.len() <= 1 && !self.kept && !more
    }

    /// `3` of `3 of 128`; one that is only kept has no place any more.
    pub fn position(&self) -> Option<u64> {
        (!self.kept).then(|| self.skipped + self.focus as u64 + 1)
    }

    /// Rows of the list below those that are on the screen.
    pub fn below(&self, entries: usize) -> u64 {
        let kept = u64::from(self.kept);
        let total = self.count().unwrap_or(0) + kept;
        total.saturating_sub(self.skipped + (self.top + entries) as u64)
    }

    /// Rows to know about before the cursor gets there: the focused one first.
    pub fn nearby(&self) -> impl Iterator<Item = &Request> {
        let ahead = self.rows.iter().skip(self.focus).take(4);
        ahead.chain(self.rows[..self.focus.min(self.rows.len())].last())
    }

    /// How many rows the list has at the gate.
    pub fn count(&self) -> Option<u64> {
        match self.query.is_empty() {
            true => self.total,
            false => self.found.map(|found| found.count),
        }
    }

    /// How many rows are known from its beginning, and whether there are more.
    pub fn known(&self) -> (u64, bool) {
        (self.skipped + self.rows.len() as u64, self.next.is_some())
    }

    /// Shows what a query finds, from its beginning.
    pub fn narrow(&mut self, query: Query) {
        if *self.query != query {
            self.query = Arc::new(query);
            self.found = None;
            self.wants.top = true;
            self.wants.follow = true;
            self.refused = false;
        }
    }

    /// Whether what is shown isn't what is looked for yet.
    pub fn is_narrowing(&self) -> bool {
        self.wants.follow
    }

    /// Moves the focus by rows.
    pub fn step(&mut self, by: isize, entries: usize) {
        let before = self.focus;
        if self.drop_kept() && by > 0 {
            // The row after the one that went stands in its place.
            return self.go(before, entries);
        }
        self.wants.end = false;
        self.go(before.saturating_add_signed(by), entries);
    }

    /// Moves the focus to an entry of the screen, if there is one.
    pub fn point(&mut self, entry: usize, entries: usize) {
        let to = self.top + entry;
        if to < self.rows.len() && to != self.focus {
            let below = to > self.focus;
            let gone = self.drop_kept();
            self.wants.end = false;
            self.go(to - usize::from(gone && below), entries);
        }
    }

    /// Moves the focus to this request, if it is known; a row that is only kept for whoever reads it isn't.
    pub fn focus_on(&mut self, id: RequestId, entries: usize) -> bool {
        let place = |list: &Self| list.rows.iter().position(|row| row.id == id);
        match place(self) {
            Some(at) if at == self.focus => return !self.kept,
            Some(_) => drop(self.drop_kept()),
            None => return false,
        }
        let at = place(self);
        if let Some(at) = at {
            self.go(at, entries);
        }
        at.is_some()
    }

    /// To the beginning of the list.
    pub fn first(&mut self, entries: usize) {
        self.drop_kept();
        self.wants.end = false;
        self.wants.top = self.start.is_some();
        self.go(0, entries);
    }

    /// To the end of the list, as far as it must be fetched.
    pub fn last(&mut self, entries: usize) {
        self.drop_kept();
        self.wants.end = self.next.is_some();
        self.go(usize::MAX, entries);
    }

    /// The list may have changed.
    pub fn refresh(&mut self) {
        self.wants.window = true;
        self.refused = false;
    }

    /// The list is to begin anew, since too much has come in above the window.
    pub fn restart(&mut self) {
        self.wants.top = true;
        self.refused = false;
    }

    /// There is no answer to what was asked.
    pub fn refused(&mut self) {
        self.asked = None;
        self.refused = true;
    }

    /// Forgets what was asked, since no answer will come.
    pub fn forget_asked(&mut self) {
        self.asked = None;
    }

    fn go(&mut self, to: usize, entries: usize) {
        self.focus = to.min(self.rows.len().saturating_sub(1));
        self.clamp(entries);
        self.pull_up(entries);
    }

    /// Once the user has moved, or the screen has grown, there are no blank rows at the end while there are
    /// rows above; not even where those are new.
    pub fn pull_up(&mut self, entries: usize) {
        self.top = self.top.min(self.rows.len().saturating_sub(entries));
        self.new_above = self.new_above.min(self.top);
    }

    /// Nothing counts as new any more, and what is above comes down where there is room.
    pub fn reveal(&mut self, entries: usize) {
        self.new_above = 0;
        self.go(self.focus, entries);
    }

    /// Keeps the focus on the screen. At an edge half a page comes in at once: scrolling line by line
    /// would send the whole list over the line for each key.
    pub fn clamp(&mut self, entries: usize) {
        self.focus = self.focus.min(self.rows.len().saturating_sub(1));
        let entries = entries.max(1);
        if self.focus < self.top || self.focus >= self.top + entries {
            let half = entries / 2;
            let down = self.focus >= self.top + entries;
            let above = if down { half } else { entries - 1 - half };
            self.top = self.focus.saturating_sub(above);
        }
        self.new_above = self.new_above.min(self.top);
    }

    fn drop_kept(&mut self) -> bool {
        let kept = std::mem::take(&mut self.kept);
        if kept {
            self.remove_at(self.focus);
        }
        kept
    }

    /// Takes a row out that isn't in the list any more; the focus goes to the one behind it.
    pub fn remove(&mut self, id: RequestId) {
        if let Some(at) = self.rows.iter().position(|row| row.id == id) {
            // One that was kept isn't counted any more.
            let counted = !(self.kept && at == self.focus);
            self.kept &= at != self.focus;
            self.remove_at(at);
            if counted {
                self.total = self.total.map(|total| total.saturating_sub(1));
                if let Some(found) = &mut self.found {
                    found.count = found.count.saturating_sub(1);
                }
            }
        }
    }

    fn remove_at(&mut self, at: usize) {
        self.rows.remove(at);
        if at < self.focus {
            self.focus -= 1;
        }
        if at < self.top {
            self.top -= 1;
        }
        for (cut, _) in &mut self.cuts {
            if *cut > at {
                *cut -= 1;
            }
        }
        self.focus = self.focus.min(self.rows.len().saturating_sub(1));
    }

    /// What to ask the gate for now. One question is open at a time; more news meanwhile asks once more.
    pub fn ask(&mut self, entries: usize, may_refresh: bool) -> Option<PageFetch> {
        if self.asked.is_some() || self.refused {
            return None;
        }
        let margin = entries.max(8);
        let near_end = self.focus + margin >= self.rows.len();
        let (part, cursor, limit) = if !self.loaded || std::mem::take(&mut self.wants.top) {
            self.wants.window = false;
            (Part::Top, None, PAGE)
        } else if self.wants.window && may_refresh {
            self.wants.window = false;
            // One page more than there is, so that rows that came in don't push the focused one out.
            let pages = self.rows.len().div_ceil(PAGE) + 1;
            (Part::Window, self.start.clone(), pages * PAGE)
        } else if self.next.is_some() && (self.wants.end || near_end) {
            (Part::Next, self.next.clone(), PAGE)
        } else if let Some((cursor, count)) = self.earlier.last()
            && self.focus < margin
        {
            (Part::Earlier, cursor.clone(), *count)
        } else {
            return None;
        };
        let fetch = PageFetch {
            part,
            query: Arc::clone(&self.query),
            cursor,
            limit: u32::try_from(limit).map_or(MAX_LIMIT, |limit| limit.min(MAX_LIMIT)),
        };
        self.asked = Some(fetch.clone());
        Some(fetch)
    }

    /// Whether the window is to be asked for again.
    pub fn is_stale(&self) -> bool {
        self.wants.window
    }

    /// Takes an answer in.
    pub fn accept(&mut self, fetch: &PageFetch, page: Page<Request>, entries: usize) {
        self.asked = None;
        if fetch.query != self.query {
            // Somebody typed on meanwhile; what they look for now is asked next.
            return;
        }
        self.loaded = true;
        self.total = page.total.or(self.total);
        self.put_off = page.put_off.unwrap_or(self.put_off);
        self.found = page.found.map(Found::of).or(self.found);
        match fetch.part {
            Part::Top => {
                self.start = None;
                self.earlier.clear();
                self.skipped = 0;
                self.cuts.clear();
                let focused = self.focused().map(|row| row.id);
                let follow = std::mem::take(&mut self.wants.follow);
                self.rows = page.items;
                self.next = page.next_cursor;
                (self.focus, self.top, self.new_above) = (0, 0, 0);
                self.kept = false;
                if follow && let Some(id) = focused {
                    let at = self.rows.iter().position(|row| row.id == id);
                    self.focus = at.unwrap_or(0);
                }
            }
            Part::Window => self.replace(page),
            Part::Next => self.append(fetch, page),
            Part::Earlier => self.prepend(page),
        }
        if self.wants.end {
            self.focus = self.rows.len().saturating_sub(1);
            self.wants.end = self.next.is_some();
            self.clamp(entries);
            self.pull_up(entries);
        }
        // The window has run empty while there is more before it.
        self.wants.top |= self.rows.is_empty() && self.start.is_some();
        self.clamp(entries);
    }

    fn replace(&mut self, page: Page<Request>) {
        let screen_row = self.focus.saturating_sub(self.top);
        let before = std::mem::replace(&mut self.rows, page.items);
        self.next = page.next_cursor;
        self.cuts.clear();
        let places: HashMap<RequestId, usize> =
            self.rows.iter().map(|row| row.id).zip(0..).collect();
        self.kept = false;
        if let Some(focused) = before.get(self.focus) {
            if let Some(at) = places.get(&focused.id) {
                self.focus = *at;
            } else {
                // It stays behind whatever it stood behind.
                let behind = before[..self.focus].iter().rev();
                let at = behind.filter_map(|row| places.get(&row.id)).next();
                self.focus = at.map_or(0, |at| at + 1);
                self.rows.insert(self.focus, focused.clone());
                self.kept = true;
            }
        } else {
            self.focus = 0;
        }
        self.top = self.focus.saturating_sub(screen_row);
        let known: HashSet<RequestId> = before.iter().map(|row| row.id).collect();
        let above = self.rows[..self.top].iter();
        self.new_above += above.filter(|row| !known.contains(&row.id)).count();
    }

    fn append(&mut self, fetch: &PageFetch, page: Page<Request>) {
        let known: HashSet<RequestId> = self.rows.iter().map(|row| row.id).collect();
        self.cuts
            .extend(fetch.cursor.clone().map(|cursor| (self.rows.len(), cursor)));
        let fresh = page
            .items
            .into_iter()
            .filter(|row| !known.contains(&row.id));
        self.rows.extend(fresh);
        self.next = page.next_cursor;
        self.cut_front();
    }

    /// Lets rows go that lie well before the screen.
    fn cut_front(&mut self) {
        while self.rows.len() > MOST {
            let Some((at, _)) = self.cuts.first() else {
                return;
            };
            let at = *at;
            if at > self.top || (self.kept && at > self.focus) {
                return;
            }
            let (_, cursor) = self.cuts.remove(0);
            self.rows.drain(..at);
            for (cut, _) in &mut self.cuts {
                *cut -= at;
            }
            self.earlier.push((self.start.replace(cursor), at));
            self.skipped += at as u64;
            self.focus -= at;
            self.top -= at;
            self.new_above = self.new_above.min(self.top);
        }
    }

    fn prepend(&mut self, page: Page<Request>) {
        let Some((start, _)) = self.earlier.pop() else {
            return;
        };
        let known: HashSet<RequestId> = self.rows.iter().map(|row| row.id).collect();
        let cut = std::mem::replace(&mut self.start, start);
        let fresh: Vec<Request> = page
            .items
            .into_iter()
            .filter(|row| !known.contains(&row.id))
            .collect();
        let count = fresh.len();
        for (at, _) in &mut self.cuts {
            *at += count;
        }
        self.cuts.splice(0..0, cut.map(|cursor| (count, cursor)));
        self.rows.splice(0..0, fresh);
        self.focus += count;
        self.top += count;
        self.skipped = self.skipped.saturating_sub(count as u64);
        self.cut_back();
    }

    /// Lets rows go that lie well behind the screen; they are fetched again from where they begin.
    fn cut_back(&mut self) {
        while self.rows.len() > MOST {
            let Some((at, _)) = self.cuts.last() else {
                return;
            };
            if *at <= self.focus + PAGE {
                return;
            }
            let (at, cursor) = self.cuts.pop().expect("there was a last one");
            self.rows.truncate(at);
            self.next = Some(cursor);
        }
    }
}
