//! The pages that may be laid over a screen, as rows of text: `update` scrolls them, `view` colours them.

use std::collections::VecDeque;

use jiff::tz::TimeZone;

use crate::domain::untrusted::{Piece, Untrusted};
use crate::domain::verdict::{Answer, Effect, Rung, RungName};
use crate::tui::action::{ACTIONS, ActionId};
use crate::tui::keymap::Keymap;

use super::overlay::{Broken, Ladder, NewSecret};
use super::{Message, ToastTone, words};

/// Columns for the keys of the help.
const KEYS: usize = 16;
/// Columns for a rung's name, and for its answer.
const NAME: usize = 13;
/// Columns for the number of a line.
const NUMBER: usize = 6;
/// Columns for the time of a message.
const TIME: usize = 10;
/// The most that is shown of a line.
const LONGEST_LINE: usize = 400;
const ANSWER: usize = 11;

/// A row of a page: up to two columns, and a text beside them.
#[derive(Debug, Default)]
pub struct PageRow {
    /// It is what keys are about.
    pub focused: bool,
    pub first: Cell,
    pub second: Cell,
    pub text: Vec<Piece>,
}

/// A text in a column.
#[derive(Debug, Default)]
pub struct Cell {
    pub text: String,
    pub width: usize,
    pub look: Look,
}

/// What a column is to the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Look {
    #[default]
    Dim,
    Key,
    Title,
    Good,
    Bad,
}

pub fn cell(text: impl Into<String>, width: usize, look: Look) -> Cell {
    let text = text.into();
    Cell { text, width, look }
}

pub fn title(text: &str) -> PageRow {
    PageRow {
        first: cell(text, text.len(), Look::Title),
        ..PageRow::default()
    }
}

/// Every key, from the action table.
pub fn help(keymap: &Keymap, width: usize) -> Vec<PageRow> {
    let mut rows = vec![title("Keys"), PageRow::default()];
    for action in ACTIONS {
        // What has no key is done by its name.
        let keys = match keymap.all_keys(action.id) {
            none if none.is_empty() => keymap.key(action.id),
            keys => keys,
        };
        let help = match action.permission.note() {
            "" => action.help.to_owned(),
            note => format!("{} ({note})", action.help),
        };
        let lines = Untrusted::from(help).even_lines(width.saturating_sub(KEYS));
        // Many keys have a row of their own above what they do.
        let apart = keys.chars().count() >= KEYS;
        if apart {
            rows.push(PageRow {
                first: cell(keys.as_str(), width, Look::Key),
                ..PageRow::default()
            });
        }
        for (index, line) in lines.into_iter().enumerate() {
            let keys = if index == 0 && !apart {
                keys.as_str()
            } else {
                ""
            };
            rows.push(PageRow {
                first: cell(keys, KEYS, Look::Key),
                text: line.pieces,
                ..PageRow::default()
            });
        }
    }
    rows
}

/// Why what was written can't be sent, and the line that it is about.
pub fn broken(broken: &Broken, keymap: &Keymap, width: usize) -> Vec<PageRow> {
    let mut rows = vec![title("What you wrote can't be sent"), PageRow::default()];
    let mut text = |text: Untrusted, first: &str| {
        for (index, line) in text
            .lines(width.saturating_sub(NUMBER))
            .into_iter()
            .enumerate()
        {
            let first = if index == 0 { first } else { "" };
            rows.push(PageRow {
                first: cell(first, NUMBER, Look::Dim),
                text: line.pieces,
                ..PageRow::default()
            });
        }
    };
    text(Untrusted::from(broken.why.as_str()), "");
    if let Some((number, line)) = &broken.place {
        // Enough of it to find it by.
        let line: String = line.chars().take(LONGEST_LINE).collect();
        text(Untrusted::from(line), &number.to_string());
    }
    text(Untrusted::from(""), "");
    text(
        Untrusted::from(format!(
            "{} opens it again as you left it. Nothing was decided.",
            keymap.key(ActionId::Edit)
        )),
        "",
    );
    rows
}

/// What was said, the newest first.
pub fn messages(said: &VecDeque<Message>, zone: &TimeZone, width: usize) -> Vec<PageRow> {
    let mut rows = vec![title("Messages"), PageRow::default()];
    for message in said.iter().rev() {
        let look = match message.tone {
            ToastTone::Plain => Look::Dim,
            ToastTone::Good => Look::Good,
            ToastTone::Bad => Look::Bad,
        };
        let text = Untrusted::from(message.text.as_str());
        let lines = text.even_lines(width.saturating_sub(TIME));
        for (index, line) in lines.into_iter().enumerate() {
            let at = match index {
                0 => words::seconds(message.at, zone),
                _ => String::new(),
            };
            rows.push(PageRow {
                first: cell(at, TIME, look),
                text: line.pieces,
                ..PageRow::default()
            });
        }
    }
    if said.is_empty() {
        rows.push(PageRow {
            text: vec![Piece::Quiet("Nothing was said yet.".to_owned())],
            ..PageRow::default()
        });
    }
    rows
}

/// A token that was just made.
pub fn token(token: &NewSecret, width: usize) -> Vec<PageRow> {
    let mut rows = vec![
        title(&format!("A new token for {}", token.whose)),
        PageRow::default(),
    ];
    let mut text = |text: String| {
        let lines = Untrusted::from(text).even_lines(width).into_iter();
        rows.extend(lines.map(|line| PageRow {
            text: line.pieces,
            ..PageRow::default()
        }));
    };
    text(token.secret.clone());
    text(String::new());
    text(format!(
        "It is shown this once; the gate keeps a hash of it. Copy it now. Its id is {}, by which it is revoked.",
        token.id
    ));
    rows
}

/// What each rung of policy said.
pub fn ladder(ladder: &Ladder, width: usize) -> Vec<PageRow> {
    let mut rows = vec![title("Why"), PageRow::default()];
    let Some(why) = &ladder.why else {
        rows.push(PageRow {
            text: vec![Piece::Quiet("asking the gate …".to_owned())],
            ..PageRow::default()
        });
        return rows;
    };
    for rung in &why.rungs {
        let (word, look) = answer(rung.answer);
        entry(name(rung.rung), word, look, &said(rung), width, &mut rows);
    }
    rows.push(PageRow::default());
    let effect = effect(why.verdict.effect);
    entry(
        "So",
        effect,
        Look::Title,
        &why.verdict.text,
        width,
        &mut rows,
    );
    if let Some(verdict) = &why.would_have_been {
        let effect = self::effect(verdict.effect);
        entry(
            "Otherwise",
            effect,
            Look::Dim,
            &verdict.text,
            width,
            &mut rows,
        );
    }
    rows
}

fn entry(
    name: &str,
    answer: &str,
    look: Look,
    said: &Untrusted,
    width: usize,
    rows: &mut Vec<PageRow>,
) {
    let lines = said.even_lines(width.saturating_sub(NAME + ANSWER));
    for (index, line) in lines.into_iter().enumerate() {
        let (name, answer) = if index == 0 { (name, answer) } else { ("", "") };
        rows.push(PageRow {
            first: cell(name, NAME, Look::Dim),
            second: cell(answer, ANSWER, look),
            text: line.pieces,
            ..PageRow::default()
        });
    }
}

fn said(rung: &Rung) -> Untrusted {
    let named = |rule: &&Untrusted| {
        rung.text
            .raw_for_execution()
            .contains(rule.raw_for_execution())
    };
    match &rung.rule {
        None => rung.text.clone(),
        Some(rule) if named(&rule) => rung.text.clone(),
        Some(rule) => Untrusted::from(format!(
            "{}: {}",
            rule.raw_for_execution(),
            rung.text.raw_for_execution()
        )),
    }
}

fn answer(answer: Answer) -> (&'static str, Look) {
    match answer {
        Answer::Allow => ("allow", Look::Good),
        Answer::Deny => ("deny", Look::Bad),
        Answer::Ask => ("ask", Look::Title),
        Answer::Pass => ("pass", Look::Dim),
        Answer::NotAsked => ("not asked", Look::Dim),
    }
}

fn name(rung: RungName) -> &'static str {
    match rung {
        RungName::Off => "Off",
        RungName::Blocked => "Blocked",
        RungName::Locked => "Locked",
        RungName::Mode => "Mode",
        RungName::Trusted => "Trusted",
        RungName::Ask => "Ask",
        RungName::OwnOptIn => "Own opt-in",
    }
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Allow => "allow",
        Effect::Deny => "deny",
        Effect::Ask => "ask",
    }
}
