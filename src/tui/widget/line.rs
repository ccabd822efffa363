//! One row, with something at its left and something at its right.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;
use unicode_width::UnicodeWidthStr;

/// Draws spans from the left edge; what doesn't fit is cut, with a mark.
pub fn left(spans: Vec<Span<'_>>, area: Rect, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return;
    }
    let (mut x, mut cut) = (area.x, false);
    for span in &spans {
        if cut {
            // Blanks that are cut are no loss.
            if !span.content.trim_end().is_empty() {
                return mark(area, buffer);
            }
            continue;
        }
        let written = put(span, x, area, buffer);
        x = written.x;
        cut = written.rest.is_some();
        if written.rest.is_some_and(|rest| !rest.trim_end().is_empty()) {
            return mark(area, buffer);
        }
    }
}

/// The mark doesn't stand on the second half of a wide character.
fn mark(area: Rect, buffer: &mut Buffer) {
    let last = area.right() - 1;
    if last > area.x && buffer[(last - 1, area.y)].symbol().width() > 1 {
        buffer[(last - 1, area.y)].set_symbol(" ");
    }
    buffer[(last, area.y)].set_symbol("…");
}

/// How far a span came.
struct Written<'a> {
    x: u16,
    /// What there was no room for.
    rest: Option<&'a str>,
}

/// Writes a span from a column on. Most of what is on a screen is ASCII, and needn't be looked at twice.
fn put<'a>(span: &'a Span<'_>, mut x: u16, area: Rect, buffer: &mut Buffer) -> Written<'a> {
    let text: &str = &span.content;
    if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        let room = area.right() - x;
        let (end, _) = buffer.set_stringn(x, area.y, text, room.into(), span.style);
        let whole = text.trim_end().width() <= usize::from(room);
        return Written {
            x: end,
            rest: (!whole).then_some(text),
        };
    }
    for at in 0..text.len() {
        if x == area.right() {
            return Written {
                x,
                rest: Some(&text[at..]),
            };
        }
        let cell = &mut buffer[(x, area.y)];
        cell.set_symbol(&text[at..=at]).set_style(span.style);
        x += 1;
    }
    Written { x, rest: None }
}

/// Draws spans to the right edge, and says where they begin.
pub fn right(spans: Vec<Span<'_>>, area: Rect, buffer: &mut Buffer) -> u16 {
    let width: usize = spans.iter().map(Span::width).sum();
    let width = u16::try_from(width).unwrap_or(u16::MAX).min(area.width);
    let x = area.right() - width;
    left(spans, Rect { x, width, ..area }, buffer);
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
