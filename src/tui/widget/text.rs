//! Text from agents as spans: what was hidden stands out, what stands for something ordinary stands back.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use crate::domain::untrusted::{Line, Piece, Untrusted};
use crate::tui::theme::Theme;

/// The pieces of a line, on a style for what the agent wrote.
pub fn spans(pieces: &[Piece], style: Style, theme: &Theme) -> Vec<Span<'static>> {
    let span = |piece: &Piece| {
        let style = match piece {
            Piece::Plain(_) => style,
            Piece::Mark(_) => theme.mark(),
            Piece::Quiet(_) => theme.quiet(),
        };
        Span::styled(piece.text().to_owned(), style)
    };
    pieces.iter().map(span).collect()
}

/// The lines of a text: even ones where all of them fit into the area, else as much as may be on each.
pub fn fitting(text: &Untrusted, area: Rect) -> Vec<Line> {
    let width = usize::from(area.width);
    let lines = text.even_lines(width);
    match lines.len() > usize::from(area.height) {
        true => text.lines(width),
        false => lines,
    }
}

/// The beginning of a text on one line.
pub fn line(text: &Untrusted, width: usize, style: Style, theme: &Theme) -> Vec<Span<'static>> {
    spans(&text.one_line(width).pieces, style, theme)
}
