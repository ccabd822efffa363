//! The palette: what can be done, above the line in which it is typed. What can't be done now stands there
//! dim, with the reason in place of what it does. Of the focused one all of it is told below, since rows are
//! short.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;
use ratatui::widgets::{Clear, Widget};

use crate::domain::untrusted::Untrusted;
use crate::tui::action::ActionId;
use crate::tui::state::State;
use crate::tui::state::layout::{Layout, Mode};
use crate::tui::state::palette::{Entry, Palette};
use crate::tui::theme::Theme;
use crate::tui::widget::{line, text};

use super::{inside, row};

/// Columns for the keys, where there are others beside them.
const KEYS: u16 = 15;

pub fn draw(state: &State, palette: &Palette, theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    let (edge, list, below) = layout.palette_parts();
    Clear.render(layout.palette(), buffer);
    line::rule(theme.glyphs.heavy, theme.accent(), edge, buffer);
    let entries = state.commands(&palette.field.text);
    let shown = entries.iter().enumerate().skip(palette.top);
    for (index, (place, entry)) in shown.take(usize::from(list.height)).enumerate() {
        let Some(area) = row(list, index) else { break };
        if place == palette.focus {
            buffer.set_style(area, theme.focused());
            buffer.set_string(area.x, area.y, theme.glyphs.bar, theme.accent());
        }
        draw_entry(entry, theme, layout.mode, area, buffer);
    }
    if let Some(entry) = entries.get(palette.focus) {
        let area = inside(below, 2);
        let lines = text::fitting(&Untrusted::from(told(entry)), area);
        for (index, told) in lines.iter().enumerate() {
            if let Some(area) = row(area, index) {
                line::left(text::spans(&told.pieces, theme.text(), theme), area, buffer);
            }
        }
    }
    let below = entries
        .len()
        .saturating_sub(palette.top + usize::from(list.height));
    if below > 0 {
        let more = format!(" {} {below} more ", theme.glyphs.down);
        line::right(vec![Span::styled(more, theme.dim())], edge, buffer);
    }
}

fn draw_entry(entry: &Entry, theme: &Theme, mode: Mode, area: Rect, buffer: &mut Buffer) {
    let alive = entry.why_not.is_none();
    let (name, key) = match alive {
        true => (theme.text(), theme.key()),
        false => (theme.dim(), theme.dim()),
    };
    let narrow = mode == Mode::Single;
    let last = area.right().saturating_sub(1);
    let keys_at = match mode {
        Mode::Split => area.x + 34,
        Mode::Stacked => area.x + 26,
        Mode::Single | Mode::Tiny => last.saturating_sub(KEYS),
    };
    let between = |from: u16, to: u16| Rect {
        x: from.min(last),
        width: to.saturating_sub(from),
        ..area
    };
    let put = |words: &str, style, area: Rect, buffer: &mut Buffer| {
        let room = usize::from(area.width);
        let words = Untrusted::from(words);
        line::left(text::line(&words, room, style, theme), area, buffer);
    };
    // Where there are no keys, a long name has their room.
    let name_to = match entry.keys.is_empty() {
        true => (keys_at + KEYS - 1).min(last),
        false => keys_at - 1,
    };
    put(&entry.name, name, between(area.x + 2, name_to), buffer);
    put(
        &entry.keys,
        key,
        between(keys_at, (keys_at + KEYS - 1).min(last)),
        buffer,
    );
    if !narrow {
        put(
            &told(entry),
            theme.dim(),
            between(keys_at + KEYS, last),
            buffer,
        );
    }
}

/// What an entry does, or why it doesn't.
fn told(entry: &Entry) -> String {
    match &entry.why_not {
        None => entry.help.to_owned(),
        Some(why) => format!("not now: {why}"),
    }
}

/// What stands on the hairline above the line: how it works.
pub fn said(state: &State, palette: &Palette) -> String {
    match state.commands(&palette.field.text).is_empty() {
        false => {
            let keys = &state.keymap;
            let (run, leave) = (
                keys.key(ActionId::RunEntry),
                keys.key(ActionId::CancelReason),
            );
            format!("type a few letters of what you want; {run} does it, {leave} leaves")
        }
        true => "there is nothing of that name".to_owned(),
    }
}
