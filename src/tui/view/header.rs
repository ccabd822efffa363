//! The tabs, how it stands with the gate, and who is looking.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::domain::time::Span as Time;
use crate::tui::state::layout::{Layout, Mode};
use crate::tui::state::tabs::{BEHIND_BRAND, BETWEEN, BRAND};
use crate::tui::state::{Link, State, words};
use crate::tui::theme::Theme;
use crate::tui::widget::{line, text};

/// After this the connection counts as gone for good, until it is back.
const OFFLINE: Time = Time::from_secs(60);
/// The longest name shown.
const NAME: usize = 20;

pub fn draw(state: &State, theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    let narrow = layout.mode == Mode::Single;
    let margin = if narrow { " " } else { "  " };
    let mut spans = vec![Span::raw(margin)];
    if layout.mode == Mode::Split {
        spans.push(Span::styled(BRAND, theme.dim()));
        spans.push(Span::raw(BEHIND_BRAND));
    }
    let mut active = (0, 0);
    for (tab, x, title) in state.tab_places(layout) {
        let style = match tab == state.tab {
            true => theme.accent(),
            false => theme.dim(),
        };
        if tab == state.tab {
            active = (usize::from(x), title.len());
        }
        spans.push(Span::styled(title, style));
        spans.push(Span::raw(BETWEEN));
    }
    let mut right = vec![link(state, theme)];
    if state.sample {
        right.insert(0, Span::styled("SAMPLE", theme.warning()));
        right.insert(1, Span::raw(if narrow { "  " } else { "    " }));
    }
    if !narrow && state.bell.unseen > 0 {
        let told = format!("{} new", words::grouped(state.bell.unseen));
        right.insert(0, Span::styled(told, theme.title()));
        right.insert(1, Span::raw("    "));
    }
    if !narrow {
        right.extend(whoami(state, theme, layout));
    }
    right.push(Span::raw(margin));
    line::both(spans, right, layout.tabs, buffer);
    hairline(active, state, theme, layout, buffer);
}

/// The rule below, heavy under the active tab.
fn hairline(
    active: (usize, usize),
    state: &State,
    theme: &Theme,
    layout: &Layout,
    buffer: &mut Buffer,
) {
    let area = layout.tabs_rule;
    line::rule(theme.glyphs.rule, theme.rule(), area, buffer);
    let (x, width) = active;
    let tab = Rect {
        x: u16::try_from(x.saturating_sub(1))
            .unwrap_or(u16::MAX)
            .min(area.width),
        width: u16::try_from(width + 2).unwrap_or(u16::MAX),
        ..area
    };
    line::rule(
        theme.glyphs.heavy,
        theme.accent(),
        tab.intersection(area),
        buffer,
    );
    if let Some(x) = state.column(layout) {
        buffer.set_string(x, area.y, theme.glyphs.tee_down, theme.rule());
    }
}

fn link(state: &State, theme: &Theme) -> Span<'static> {
    let glyphs = theme.glyphs;
    match &state.link {
        Link::Live => Span::styled(format!("{} live", glyphs.live), theme.good()),
        Link::Connecting => {
            Span::styled(format!("{} connecting", glyphs.reconnecting), theme.dim())
        }
        Link::Lost { since, .. } => {
            let lost = state.now.wall.since(*since);
            let text = match lost < OFFLINE {
                true => format!(
                    "{} reconnecting {} s",
                    glyphs.reconnecting,
                    lost.millis() / 1000
                ),
                false => format!(
                    "{} offline since {}",
                    glyphs.expired,
                    words::clock(*since, &state.zone)
                ),
            };
            Span::styled(text, theme.warning())
        }
    }
}

fn whoami(state: &State, theme: &Theme, layout: &Layout) -> Vec<Span<'static>> {
    let Some(me) = &state.me else {
        return Vec::new();
    };
    let mut spans = vec![Span::raw("    ")];
    spans.extend(text::line(&me.name, NAME, theme.text(), theme));
    if layout.mode == Mode::Split
        && let Some(role) = me.role
    {
        let role = format!(" {} {}", theme.glyphs.dot, role.word());
        spans.push(Span::styled(role, theme.dim()));
    }
    spans
}
