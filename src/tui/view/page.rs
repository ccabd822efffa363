//! A page laid over the screen, and how much of it is below the last row.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::tui::state::State;
use crate::tui::state::page::{Cell, Look, PageRow};
use crate::tui::theme::Theme;
use crate::tui::widget::{line, text};

use super::row;

pub fn draw(rows: &[PageRow], scroll: usize, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let height = usize::from(area.height);
    for (index, content) in rows.iter().skip(scroll).take(height).enumerate() {
        if let Some(area) = row(area, index) {
            if content.focused {
                focus(theme, area, buffer);
            }
            let mut spans = vec![
                column(&content.first, theme),
                column(&content.second, theme),
            ];
            spans.extend(text::spans(&content.text, theme.text(), theme));
            line::left(spans, area, buffer);
        }
    }
}

/// What keys are about looks as it does in a list, which has the whole width.
fn focus(theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let whole = Rect {
        x: buffer.area.x,
        width: buffer.area.width,
        ..area
    };
    buffer.set_style(whole, theme.focused());
    buffer.set_string(whole.x, whole.y, theme.glyphs.bar, theme.accent());
}

/// How much of it is below, for where no text stands.
pub fn below(state: &State, theme: &Theme) -> Vec<Span<'static>> {
    let Some((rows, scroll)) = state.page() else {
        return Vec::new();
    };
    let height = usize::from(state.layout().page().height);
    match rows.len().saturating_sub(scroll + height) {
        0 => Vec::new(),
        below => {
            let more = format!(" {} {below} more ", theme.glyphs.down);
            vec![Span::styled(more, theme.dim())]
        }
    }
}

fn column(cell: &Cell, theme: &Theme) -> Span<'static> {
    let style = match cell.look {
        Look::Dim => theme.dim(),
        Look::Key => theme.key(),
        Look::Title => theme.title(),
        Look::Good => theme.good(),
        Look::Bad => theme.bad(),
    };
    let width = cell.width;
    Span::styled(format!("{:<width$}", cell.text), style)
}
