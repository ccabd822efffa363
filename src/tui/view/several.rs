//! What is asked before several are decided: how many of each risk, and every one by its name as far as
//! there is room.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;
use ratatui::widgets::{Clear, Widget};

use crate::domain::review::Word;
use crate::tui::state::layout::Layout;
use crate::tui::state::marks::{Marked, Several, by_risk};
use crate::tui::state::{State, words};
use crate::tui::theme::Theme;
use crate::tui::widget::{line, text};

use super::{confirm, inside, row};

pub fn draw(state: &State, several: &Several, theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    let whole = layout.body;
    let approves = several.word == Word::Approve;
    let width = usize::from(whole.width).saturating_sub(4);
    let mut head = title(several, theme);
    let mut foot = Vec::new();
    if approves {
        let effect = "Each may then run once, exactly as you have read it.";
        foot.push(vec![Span::styled(effect, theme.dim())]);
        foot.push(confirm::answer(&state.keymap, theme));
    }
    let room = usize::from(whole.height).saturating_sub(1 + head.len() + foot.len());
    head.extend(names(&several.items, room, width, theme));
    head.extend(foot);
    let height = u16::try_from(head.len() + 1)
        .unwrap_or(u16::MAX)
        .min(whole.height);
    let area = Rect {
        y: whole.bottom() - height,
        height,
        ..whole
    };
    Clear.render(area, buffer);
    let edge = Rect { height: 1, ..area };
    line::rule(theme.glyphs.heavy, theme.accent(), edge, buffer);
    let inner = inside(area, 2);
    for (index, spans) in head.into_iter().enumerate() {
        if let Some(area) = row(inner, index + 1) {
            line::left(spans, area, buffer);
        }
    }
}

fn title(several: &Several, theme: &Theme) -> Vec<Vec<Span<'static>>> {
    let verb = match several.word {
        Word::Approve => "Approve",
        Word::Reject | Word::Respond => "Reject",
    };
    let count = words::count(several.items.len(), "marked request");
    let mut risks = Vec::new();
    for (risk, count) in by_risk(&several.items) {
        let glyph = theme.glyphs.risk(risk).trim_start();
        let words = format!("{glyph} {count} {}   ", risk.word());
        risks.push(Span::styled(words, theme.risk(risk)));
    }
    vec![
        vec![Span::styled(format!("{verb} {count}?"), theme.title())],
        risks,
    ]
}

/// One row for each; the last says how many there are besides.
fn names(items: &[Marked], room: usize, width: usize, theme: &Theme) -> Vec<Vec<Span<'static>>> {
    let shown = match items.len() > room {
        true => room.saturating_sub(1),
        false => items.len(),
    };
    let name = |item: &Marked| {
        let glyph = Span::styled(theme.glyphs.risk(item.risk), theme.risk(item.risk));
        let mut spans = vec![glyph, Span::raw(" ")];
        let room = width.saturating_sub(3);
        spans.extend(text::line(&item.headline, room, theme.text(), theme));
        spans
    };
    let mut rows: Vec<_> = items.iter().take(shown).map(name).collect();
    if shown < items.len() {
        let more = format!("   and {} more", items.len() - shown);
        rows.push(vec![Span::styled(more, theme.warning())]);
    }
    rows
}
