//! The ladder of one request: what each rung of policy said.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use crate::domain::untrusted::Untrusted;
use crate::domain::verdict::{Answer, Effect, Rung, RungName};
use crate::tui::state::overlay::Ladder;
use crate::tui::theme::Theme;
use crate::tui::widget::text;

use super::{help, inside};

/// Columns for a rung's name, and for its answer.
const NAME: usize = 13;
const ANSWER: usize = 11;

pub fn draw(ladder: &Ladder, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let area = inside(area, 2);
    let mut rows = vec![vec![Span::styled("Why", theme.title())], Vec::new()];
    match &ladder.why {
        None => rows.push(vec![Span::styled("asking the gate …", theme.dim())]),
        Some(why) => {
            for rung in &why.rungs {
                rung_rows(rung, theme, area, &mut rows);
            }
            rows.push(Vec::new());
            let effect = effect_word(why.verdict.effect);
            entry(
                "So",
                effect,
                theme.title(),
                &why.verdict.text,
                theme,
                area,
                &mut rows,
            );
            if let Some(verdict) = &why.would_have_been {
                let effect = effect_word(verdict.effect);
                entry(
                    "Otherwise",
                    effect,
                    theme.text(),
                    &verdict.text,
                    theme,
                    area,
                    &mut rows,
                );
            }
        }
    }
    help::scrolled(rows, ladder.scroll, theme, area, buffer);
}

fn rung_rows(rung: &Rung, theme: &Theme, area: Rect, rows: &mut Vec<Vec<Span<'static>>>) {
    let (word, style) = match rung.answer {
        Answer::Allow => ("allow", theme.good()),
        Answer::Deny => ("deny", theme.bad()),
        Answer::Ask => ("ask", theme.title()),
        Answer::Pass => ("pass", theme.dim()),
        Answer::NotAsked => ("not asked", theme.dim()),
    };
    let said = match &rung.rule {
        None => rung.text.clone(),
        Some(rule) => Untrusted::from(format!(
            "{}: {}",
            rule.raw_for_execution(),
            rung.text.raw_for_execution()
        )),
    };
    entry(rung_word(rung.rung), word, style, &said, theme, area, rows);
}

fn entry(
    name: &str,
    answer: &str,
    style: Style,
    said: &Untrusted,
    theme: &Theme,
    area: Rect,
    rows: &mut Vec<Vec<Span<'static>>>,
) {
    let room = usize::from(area.width).saturating_sub(NAME + ANSWER);
    for (index, wrapped) in said.lines(room).into_iter().enumerate() {
        let first = index == 0;
        let (name, answer) = if first { (name, answer) } else { ("", "") };
        let mut spans = vec![
            Span::styled(format!("{name:<NAME$}"), theme.dim()),
            Span::styled(format!("{answer:<ANSWER$}"), style),
        ];
        spans.extend(text::spans(&wrapped.pieces, theme.text(), theme));
        rows.push(spans);
    }
}

fn rung_word(rung: RungName) -> &'static str {
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

fn effect_word(effect: Effect) -> &'static str {
    match effect {
        Effect::Allow => "allow",
        Effect::Deny => "deny",
        Effect::Ask => "ask",
    }
}
