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
    let below = document
        .rows()
        .len()
        .saturating_sub(sheet.scroll + usize::from(area.height));
    let more = match below {
        0 => String::new(),
        below => format!(
            "{} {} more",
            theme.glyphs.down,
            words::grouped(below as u64)
        ),
    };
    if let Some(at) = row(page, 0) {
        line::both(title, vec![Span::styled(more, theme.dim())], at, buffer);
    }
    detail::document_rows(document, sheet.scroll, theme, area, buffer);
}
