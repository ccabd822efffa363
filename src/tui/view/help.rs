//! Every key, from the action table.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::domain::untrusted::Untrusted;
use crate::tui::action::ACTIONS;
use crate::tui::state::State;
use crate::tui::theme::Theme;
use crate::tui::widget::{line, text};

use super::{inside, row};

/// Columns for the keys.
const KEYS: usize = 16;

pub fn draw(state: &State, scroll: usize, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let area = inside(area, 2);
    let room = usize::from(area.width).saturating_sub(KEYS);
    let mut rows: Vec<Vec<Span<'static>>> =
        vec![vec![Span::styled("Keys", theme.title())], Vec::new()];
    for action in ACTIONS {
        let keys: Vec<String> = state
            .keymap
            .keys(action.id)
            .map(|key| key.to_string())
            .collect();
        let note = action.permission.note();
        let help = match note {
            "" => action.help.to_owned(),
            note => format!("{} ({note})", action.help),
        };
        for (index, wrapped) in Untrusted::from(help).lines(room).into_iter().enumerate() {
            let keys = if index == 0 {
                keys.join(" ")
            } else {
                String::new()
            };
            let pad = KEYS.saturating_sub(keys.chars().count());
            let mut spans = vec![Span::styled(keys, theme.key()), Span::raw(" ".repeat(pad))];
            spans.extend(text::spans(&wrapped.pieces, theme.text(), theme));
            rows.push(spans);
        }
    }
    scrolled(rows, scroll, theme, area, buffer);
}

/// A page that is longer than the screen, and how much of it is below.
pub fn scrolled(
    rows: Vec<Vec<Span<'static>>>,
    scroll: usize,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let height = usize::from(area.height);
    let top = scroll.min(rows.len().saturating_sub(height));
    let below = rows.len().saturating_sub(top + height);
    for (index, spans) in rows.into_iter().skip(top).take(height).enumerate() {
        if let Some(area) = row(area, index) {
            line::left(spans, area, buffer);
        }
    }
    if below > 0
        && let Some(last) = row(area, height.saturating_sub(1))
    {
        let more = Span::styled(format!(" {} {below} more ", theme.glyphs.down), theme.dim());
        line::right(vec![more], last, buffer);
    }
}
