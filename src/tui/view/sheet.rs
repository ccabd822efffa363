//! A document that is laid over the screen: what a digest covers, what was decided before.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::tui::state::overlay::Sheet;
use crate::tui::state::{State, words};
use crate::tui::theme::Theme;
use crate::tui::widget::line;

use super::{detail, row};

pub fn draw(state: &State, sheet: &Sheet, theme: &Theme, page: Rect, buffer: &mut Buffer) {
    let (_, area) = state.sheet_window();
    let title = vec![Span::styled(sheet.title, theme.title())];
    let Some(document) = &sheet.document else {
        let asking = vec![Span::styled("asking the gate …", theme.dim())];
        for (spans, at) in [(title, row(page, 0)), (asking, row(area, 0))] {
            if let Some(at) = at {
                line::left(spans, at, buffer);
            }
        }
        return;
    };
    if let Some(at) = row(page, 0) {
        line::left(title, at, buffer);
    }
    detail::document_rows(document, sheet.scroll, theme, area, buffer);
}

/// How much of it is below, for the hairline there.
pub fn below(state: &State, sheet: &Sheet, theme: &Theme) -> Vec<Span<'static>> {
    let (_, area) = state.sheet_window();
    let rows = sheet.document.as_ref();
    let rows = rows.map_or(0, |document| document.rows().len());
    match rows.saturating_sub(sheet.scroll + usize::from(area.height)) {
        0 => Vec::new(),
        below => {
            let below = words::grouped(below as u64);
            let more = format!(" {} {below} more ", theme.glyphs.down);
            vec![Span::styled(more, theme.dim())]
        }
    }
}
