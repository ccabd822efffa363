//! The page with what somebody's own parameters would change, and the question whether to approve that.

use ratatui::buffer::Buffer;
use ratatui::text::Span;

use crate::tui::state::State;
use crate::tui::state::layout::Layout;
use crate::tui::state::overlay::Edited;
use crate::tui::theme::Theme;
use crate::tui::widget::{line, text};

use super::{detail, row};

pub fn draw(state: &State, edited: &Edited, theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    let Some(reading) = state.pending.reading() else {
        return;
    };
    let request = &reading.request;
    let parts = layout.edited_parts();
    let risk = request.risk.level;
    let glyph = theme.glyphs.risk(risk).trim_start();
    let question = format!(
        "{glyph} Approve your change, at {} risk or more?",
        risk.word()
    );
    let put = |spans: Vec<Span<'static>>, n: usize, buffer: &mut Buffer| {
        if let Some(area) = row(parts.head, n) {
            line::left(spans, area, buffer);
        }
    };
    put(vec![Span::styled(question, theme.risk(risk))], 0, buffer);
    let width = usize::from(parts.head.width);
    let headline = text::line(&request.headline, width, theme.title(), theme);
    put(headline, 1, buffer);
    let warnings = edited.document.warnings.join("; ");
    let under = match warnings.is_empty() {
        false => Span::styled(
            format!("{} {warnings}", theme.glyphs.warning),
            theme.warning(),
        ),
        true => Span::styled("- as it is   + as you wrote it", theme.dim()),
    };
    put(vec![under], 2, buffer);
    detail::document_rows(&edited.document, edited.scroll, theme, parts.text, buffer);
    let effect = "The gate judges it as a new request; others may have to agree to it.";
    if let Some(area) = row(parts.foot, 0) {
        line::left(vec![Span::styled(effect, theme.dim())], area, buffer);
    }
}

/// How much of it is still to be seen.
pub fn progress(state: &State, edited: &Edited, theme: &Theme) -> Vec<Span<'static>> {
    let (_, height) = state.edited_window();
    let rows = edited.document.rows().len();
    match rows.saturating_sub(edited.scroll + height) {
        0 => Vec::new(),
        below => {
            let more = crate::tui::state::words::count(below, "more line");
            let words = format!(" {} {more} ", theme.glyphs.down);
            vec![Span::styled(words, theme.text())]
        }
    }
}
