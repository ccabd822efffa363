//! A policy before it is saved: what it changes, what is wrong with it, and what it would have made of the
//! requests of the last 30 days.

use crate::api::policy::{Remark, Replayed, ReplayedRequest};
use crate::domain::diff::lines;
use crate::domain::untrusted::{Piece, Untrusted};
use crate::domain::verdict::Effect;
use crate::tui::state::document::Shape;
use crate::tui::state::page::{Cell, Look, PageRow, cell, title};
use crate::tui::state::pending::Seen;
use crate::tui::state::words;

/// Columns for the number of a line, or for a mark.
const NUMBER: usize = 6;
/// Columns for what a request got, and what it would get.
const EFFECT: usize = 15;
/// The most that is shown of a line.
const LONGEST_LINE: usize = 400;

/// A text of the policy that somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub text: String,
}

/// What the gate says about a text.
#[derive(Debug)]
pub enum Tried {
    Faulty(Vec<Remark>),
    Good {
        replayed: Box<Replayed>,
        warnings: Vec<Remark>,
    },
}

/// The page about it.
#[derive(Debug)]
pub struct Trial {
    pub text: String,
    /// The version that it is compared with, and that it is to follow.
    pub tag: String,
    pub version: u64,
    in_force: String,
    /// Nothing until the gate has answered.
    pub tried: Option<Tried>,
    pub scroll: usize,
    pub seen: Seen,
}

impl Trial {
    pub fn new(text: String, in_force: String, tag: String, version: u64) -> Self {
        Self {
            text,
            tag,
            version,
            in_force,
            tried: None,
            scroll: 0,
            seen: Seen::default(),
        }
    }

    /// Keeps the window within the page, and what was seen of it with its rows.
    pub fn fit(&mut self, width: usize, height: usize) {
        let rows = rows(self, width).len();
        let shape = Shape {
            width: u16::try_from(width).unwrap_or(u16::MAX),
            compact: true,
        };
        self.seen.fit(shape, rows);
        self.scroll = self.scroll.min(rows.saturating_sub(height));
    }
}

/// The page, row by row: the faults, or what it would change and how.
pub fn rows(trial: &Trial, width: usize) -> Vec<PageRow> {
    let mut page = Page {
        rows: Vec::new(),
        width,
    };
    let next = trial.version + 1;
    match &trial.tried {
        None => {
            page.heading(&format!(
                "Policy: from version {} to version {next}",
                trial.version
            ));
            page.quiet("checking it, and holding it against the last 30 days …");
        }
        Some(Tried::Faulty(faults)) => page.faults(trial, faults),
        Some(Tried::Good { replayed, warnings }) => {
            page.heading(&format!(
                "Policy: from version {} to version {next}",
                trial.version
            ));
            page.counts(replayed);
            page.requests(replayed);
            page.warnings(warnings);
            page.difference(trial);
        }
    }
    page.rows
}

struct Page {
    rows: Vec<PageRow>,
    width: usize,
}

impl Page {
    fn blank(&mut self) {
        self.rows.push(PageRow::default());
    }

    fn heading(&mut self, text: &str) {
        if !self.rows.is_empty() {
            self.blank();
        }
        self.rows.push(title(text));
    }

    fn quiet(&mut self, text: &str) {
        self.rows.push(PageRow {
            text: vec![Piece::Quiet(text.to_owned())],
            ..PageRow::default()
        });
    }

    fn entry(&mut self, first: Cell, second: Cell, text: &Untrusted) {
        let taken = first.width + second.width;
        let (mut first, mut second) = (Some(first), Some(second));
        for line in text.even_lines(self.width.saturating_sub(taken).max(1)) {
            let blank = |width| cell("", width, Look::Dim);
            let (one, two) = (first.take(), second.take());
            self.rows.push(PageRow {
                first: one.unwrap_or_else(|| blank(taken)),
                second: two.unwrap_or_else(|| blank(0)),
                text: line.pieces,
                ..PageRow::default()
            });
        }
    }

    fn faults(&mut self, trial: &Trial, faults: &[Remark]) {
        self.heading("What you wrote is no policy yet");
        for fault in faults {
            let place = format!("line {}, column {}: ", fault.line, fault.column);
            let told = fault.text.plain_line();
            let told = told.strip_prefix(&place).unwrap_or(&told);
            let none = || cell("", 0, Look::Dim);
            self.blank();
            self.entry(none(), none(), &Untrusted::from(format!("{place}{told}")));
            let line = trial.text.lines().nth(fault.line.saturating_sub(1));
            let line: String = line
                .unwrap_or_default()
                .chars()
                .take(LONGEST_LINE)
                .collect();
            let number = cell(fault.line.to_string(), NUMBER, Look::Dim);
            self.entry(number, none(), &Untrusted::from(line));
        }
        self.blank();
        self.quiet("Nothing was saved. E opens it again as you left it.");
    }

    fn counts(&mut self, replayed: &Replayed) {
        let newest = if replayed.more { "the newest " } else { "" };
        let looked_at = words::grouped(replayed.looked_at as u64);
        let none = || cell("", 0, Look::Dim);
        let head = format!("Of {newest}{looked_at} requests of the last 30 days it would have");
        self.entry(none(), none(), &Untrusted::from(head));
        let rejected = match replayed.rejected_but_would_pass {
            0 => String::new(),
            some => format!(
                ", {} of which people had rejected",
                words::grouped(some as u64)
            ),
        };
        for (count, look, what) in [
            (
                replayed.would_allow,
                Look::Bad,
                format!("let through that were not{rejected}"),
            ),
            (
                replayed.would_ask,
                Look::Title,
                "asked about that were not".to_owned(),
            ),
            (
                replayed.would_deny,
                Look::Title,
                "stopped that were not".to_owned(),
            ),
        ] {
            let look = if count == 0 { Look::Dim } else { look };
            let count = format!("{:>5} ", words::grouped(count as u64));
            self.entry(
                cell(count, NUMBER, look),
                cell("", 0, Look::Dim),
                &Untrusted::from(what),
            );
        }
    }

    fn requests(&mut self, replayed: &Replayed) {
        let passes =
            |change: &&ReplayedRequest| change.rejected && change.would_be == Effect::Allow;
        let (rejected, others): (Vec<_>, Vec<_>) = replayed.changes.iter().partition(passes);
        for (heading, changes) in [
            ("People rejected these, and they would pass", rejected),
            ("What else would have become something else", others),
        ] {
            if !changes.is_empty() {
                self.heading(heading);
            }
            for change in changes {
                let became = format!("{} → {}", effect(change.was), effect(change.would_be));
                let look = match change.would_be {
                    Effect::Allow => Look::Bad,
                    Effect::Ask | Effect::Deny => Look::Title,
                };
                let by = change
                    .rule
                    .as_ref()
                    .map(|rule| format!(", by “{}”", rule.plain_line()));
                let told = format!(
                    "{} ({}{})",
                    change.headline.plain_line(),
                    change.agent,
                    by.unwrap_or_default()
                );
                let none = cell("", 0, Look::Dim);
                self.entry(cell(became, EFFECT, look), none, &Untrusted::from(told));
            }
        }
        let all = replayed.would_allow + replayed.would_ask + replayed.would_deny;
        if all > replayed.changes.len() {
            self.quiet(&format!(
                "and {} more",
                words::grouped((all - replayed.changes.len()) as u64)
            ));
        }
    }

    fn warnings(&mut self, warnings: &[Remark]) {
        if !warnings.is_empty() {
            self.heading("What should be known");
        }
        for warning in warnings {
            let number = cell(warning.line.to_string(), NUMBER, Look::Dim);
            let text = Untrusted::from(warning.text.plain_line());
            self.entry(number, cell("", 0, Look::Dim), &text);
        }
    }

    fn difference(&mut self, trial: &Trial) {
        self.heading("What you changed");
        let difference = lines(&trial.in_force, &trial.text);
        let marked = [
            ("−", Look::Bad, difference.was),
            ("+", Look::Good, difference.is),
        ];
        for (mark, look, lines) in marked {
            for line in lines {
                let mark = cell(mark, 2, look);
                self.entry(mark, cell("", 0, Look::Dim), &Untrusted::from(line));
            }
        }
    }
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Allow => "allow",
        Effect::Ask => "ask",
        Effect::Deny => "deny",
    }
}
