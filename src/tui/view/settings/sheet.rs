//! A page that is a list, in columns.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use crate::domain::untrusted::Untrusted;
use crate::tui::state::State;
use crate::tui::state::layout::{Layout, Mode};
use crate::tui::state::settings::columns;
use crate::tui::state::settings::section::Side;
use crate::tui::state::settings::sheet::{Ink, SheetRow};
use crate::tui::theme::Theme;
use crate::tui::widget::{line, text};

use super::{focus, row};

/// The places of the columns; those without width aren't shown.
fn places(state: &State, layout: &Layout, area: Rect) -> Vec<Rect> {
    let settings = &state.settings;
    let columns = columns(settings.section, settings.opened.is_some());
    let width = |column: &crate::tui::state::settings::sheet::Column| match layout.mode {
        Mode::Split => column.split,
        Mode::Stacked => column.stacked,
        Mode::Single | Mode::Tiny => column.single,
    };
    let lead = if layout.mode == Mode::Single { 1 } else { 2 };
    let widths: Vec<u16> = columns.iter().map(width).collect();
    let taken: u16 = widths.iter().sum();
    let room = area.width.saturating_sub(lead + 1);
    let mut x = area.x + lead.min(area.width);
    let mut places = Vec::new();
    for (index, width) in widths.into_iter().enumerate() {
        let width = match index {
            0 => room.saturating_sub(taken).max(8).min(room),
            _ => width,
        };
        let width = width.min(area.right().saturating_sub(x));
        places.push(Rect { x, width, ..area });
        x += width;
    }
    places
}

/// Draws the page, and says how many of its rows are below.
pub fn draw(state: &State, theme: &Theme, layout: &Layout, buffer: &mut Buffer) -> usize {
    titles(state, theme, layout, buffer);
    let settings = &state.settings;
    let sheet = &settings.sheet;
    let note = match state.why_not_seen() {
        Some(why) => Some(why),
        None if sheet.rows.is_empty() => Some(match settings.page_facts() {
            None => "asking the gate …".to_owned(),
            Some(_) => "nothing yet".to_owned(),
        }),
        None => None,
    };
    if let (Some(note), Some(area)) = (note, row(layout.list, 0)) {
        let note = Span::styled(format!("  {note}"), theme.dim());
        line::left(vec![note], area, buffer);
        return 0;
    }
    let height = usize::from(layout.list.height);
    for (index, (place, shown)) in sheet.on_screen(height).enumerate() {
        let Some(area) = row(layout.list, index) else {
            break;
        };
        if place == sheet.focus && shown.subject.is_some() {
            focus(state, Side::Page, theme, area, buffer);
        }
        draw_row(state, shown, theme, layout, area, buffer);
    }
    sheet.rows.len().saturating_sub(sheet.top + height)
}

fn titles(state: &State, theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    let last = usize::from(layout.list_title.height).checked_sub(1);
    let Some(area) = last.and_then(|last| row(layout.list_title, last)) else {
        return;
    };
    let settings = &state.settings;
    // One line that says why there are no rows has no columns.
    let rows = &settings.sheet.rows;
    if !rows.is_empty() && rows.iter().all(|row| row.cells.len() == 1) {
        return;
    }
    let columns = columns(settings.section, settings.opened.is_some());
    for (column, area) in columns.iter().zip(places(state, layout, area)) {
        if area.width > 0 {
            line::left(vec![Span::styled(column.title, theme.dim())], area, buffer);
        }
    }
}

fn draw_row(
    state: &State,
    shown: &SheetRow,
    theme: &Theme,
    layout: &Layout,
    area: Rect,
    buffer: &mut Buffer,
) {
    let mut places = places(state, layout, area);
    let alone = shown.cells.len() == 1;
    if let (true, Some(first)) = (alone, places.first_mut()) {
        // What stands alone has the whole row.
        first.width = area.right().saturating_sub(first.x + 1);
    }
    let last = shown.cells.len() - 1;
    for (index, (cell, area)) in shown.cells.iter().zip(places).enumerate() {
        // A blank keeps it from the next column.
        let gap = u16::from(index < last && area.width > 0);
        let area = Rect {
            width: area.width - gap,
            ..area
        };
        if area.width > 0 {
            put(&cell.text, style(cell.ink, theme), theme, area, buffer);
        }
    }
}

fn put(words: &Untrusted, style: Style, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let room = usize::from(area.width);
    line::left(text::line(words, room, style, theme), area, buffer);
}

fn style(ink: Ink, theme: &Theme) -> Style {
    match ink {
        Ink::Text => theme.text(),
        Ink::Dim => theme.dim(),
        Ink::Good => theme.good(),
        Ink::Bad => theme.bad(),
        Ink::Warning => theme.warning(),
    }
}
