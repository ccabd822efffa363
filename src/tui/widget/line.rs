//! One row, with something at its left and something at its right.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

/// Draws spans from the left edge; what doesn't fit is cut, with a mark.
pub fn left(spans: Vec<Span<'_>>, area: Rect, buffer: &mut Buffer) {
    let line = Line::from(spans);
    let too_long = line.width() > usize::from(area.width)
        && line.to_string().trim_end().width() > usize::from(area.width);
    line.render(area, buffer);
    let Some(last) = area
        .right()
        .checked_sub(1)
        .filter(|_| too_long && !area.is_empty())
    else {
        return;
    };
    // The mark doesn't stand on the second half of a wide character.
    if last > area.x && buffer[(last - 1, area.y)].symbol().width() > 1 {
        buffer[(last - 1, area.y)].set_symbol(" ");
    }
    buffer[(last, area.y)].set_symbol("…");
}

/// Draws spans to the right edge, and says where they begin.
pub fn right(spans: Vec<Span<'_>>, area: Rect, buffer: &mut Buffer) -> u16 {
    let line = Line::from(spans);
    let width = u16::try_from(line.width())
        .unwrap_or(u16::MAX)
        .min(area.width);
    let x = area.right() - width;
    line.render(Rect { x, width, ..area }, buffer);
    x
}

/// Both; where they meet, the left is cut.
pub fn both(at_left: Vec<Span<'_>>, at_right: Vec<Span<'_>>, area: Rect, buffer: &mut Buffer) {
    let x = right(at_right, area, buffer);
    let width = x.saturating_sub(area.x);
    let width = if x < area.right() {
        width.saturating_sub(1)
    } else {
        width
    };
    left(at_left, Rect { width, ..area }, buffer);
}

/// A hairline.
pub fn rule(glyph: &str, style: Style, area: Rect, buffer: &mut Buffer) {
    buffer.set_stringn(
        area.x,
        area.y,
        glyph.repeat(usize::from(area.width)),
        usize::from(area.width),
        style,
    );
}
