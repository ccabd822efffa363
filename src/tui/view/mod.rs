//! The screen, drawn from the state alone.
//!
//! Invariant: drawing changes nothing and costs what the screen is large, not what the queue is long.

mod confirm;
mod detail;
mod edited;
mod empty;
mod footer;
mod header;
mod history;
mod page;
mod palette;
mod pending;
mod settings;
mod several;
mod sheet;
#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect, Size};

use crate::domain::untrusted::Untrusted;

use super::state::layout::{Layout, Mode, SMALLEST};
use super::state::overlay::Overlay;
use super::state::{State, Tab};
use super::theme::Theme;
use super::widget::{line, text};

/// Draws everything, and says where the cursor stands if a text is being typed. A buffer that doesn't
/// have the size that the state knows of is left blank: the news of its size are on their way.
pub fn draw(state: &State, theme: &Theme, buffer: &mut Buffer) -> Option<Position> {
    let layout = state.screen();
    if buffer.area.as_size() != state.size {
        return None;
    }
    if layout.mode == Mode::Tiny {
        let Size { width, height } = SMALLEST;
        let wish = format!("make me {width}x{height} or larger");
        let wish = text::line(
            &Untrusted::from(wish),
            usize::from(buffer.area.width),
            theme.text(),
            theme,
        );
        line::left(wish, buffer.area, buffer);
        return None;
    }
    header::draw(state, theme, &layout, buffer);
    if let Some(Overlay::Edited(edited)) = &state.overlay {
        edited::draw(state, edited, theme, &layout, buffer);
        return footer::draw(state, theme, &layout, buffer);
    }
    if let Some(Overlay::Sheet(sheet)) = &state.overlay {
        sheet::draw(state, sheet, theme, layout.page(), buffer);
        return footer::draw(state, theme, &layout, buffer);
    }
    match state.page() {
        Some((rows, scroll)) => page::draw(&rows, scroll, theme, layout.page(), buffer),
        None => screen(state, theme, &layout, buffer),
    }
    if let Some(Overlay::Confirm(_)) = &state.overlay {
        confirm::draw(state, theme, &layout, buffer);
    }
    if let Some(Overlay::Several(several)) = &state.overlay {
        several::draw(state, several, theme, &layout, buffer);
    }
    if let Some(Overlay::Palette(open)) = &state.overlay {
        palette::draw(state, open, theme, &layout, buffer);
    }
    footer::draw(state, theme, &layout, buffer)
}

fn screen(state: &State, theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    match state.tab {
        Tab::Pending => pending::draw(state, theme, layout, buffer),
        Tab::History => history::draw(state, theme, layout, buffer),
        Tab::Settings => settings::draw(state, theme, layout, buffer),
    }
}

/// An area without a margin at its left and right.
fn inside(area: Rect, margin: u16) -> Rect {
    let margin = margin.min(area.width / 2);
    Rect {
        x: area.x + margin,
        width: area.width - 2 * margin,
        ..area
    }
}

/// The n-th row of an area, if there is one.
fn row(area: Rect, n: usize) -> Option<Rect> {
    let n = u16::try_from(n).ok().filter(|n| *n < area.height)?;
    Some(Rect {
        y: area.y + n,
        height: 1,
        ..area
    })
}
