//! Auto-approval: actions by integration with what is unlocked and what one has chosen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::api::settings::{ActionView, Choice, Integration, OptedInCount, Preference};
use crate::domain::untrusted::Untrusted;
use crate::tui::state::layout::{Layout, Mode};
use crate::tui::state::settings::section::Side;
use crate::tui::state::settings::{Change, Known, Row, Yours, can_be_unlocked};
use crate::tui::state::{State, words};
use crate::tui::theme::Theme;
use crate::tui::widget::{line, text};

use super::{focus, row};

/// The columns of a row; those without width aren't shown.
struct Columns {
    name: Rect,
    approval: Rect,
    unlocked: Rect,
    yours: Rect,
    opted_in: Rect,
}

impl Columns {
    fn of(layout: &Layout, area: Rect) -> Self {
        let (lead, approval, unlocked, yours, opted_in) = match layout.mode {
            Mode::Split => (2, 16, 12, 19, 20),
            Mode::Stacked => (2, 16, 12, 18, 0),
            Mode::Single | Mode::Tiny => (1, 0, 10, 9, 0),
        };
        let mut x = area.x + lead;
        let mut left = area.width.saturating_sub(lead + 1);
        let mut take = |wanted: u16| {
            let width = wanted.min(left);
            let part = Rect { x, width, ..area };
            x += width;
            left -= width;
            part
        };
        let rest = approval + unlocked + yours + opted_in;
        Self {
            name: take((area.width.saturating_sub(lead + 1 + rest)).max(8)),
            approval: take(approval),
            unlocked: take(unlocked),
            yours: take(yours),
            opted_in: take(opted_in),
        }
    }
}

/// Draws the page, and says how many of its rows are below.
pub fn draw(state: &State, theme: &Theme, layout: &Layout, buffer: &mut Buffer) -> usize {
    titles(theme, layout, buffer);
    match &state.settings.known {
        Some(known) => page(state, known, theme, layout, buffer),
        None => {
            if let Some(area) = row(layout.list, 0) {
                let asking = Span::styled("  asking the gate …", theme.dim());
                line::left(vec![asking], area, buffer);
            }
        }
    }
    let settings = &state.settings;
    let shown = settings.top + usize::from(layout.list.height);
    settings.rows.len().saturating_sub(shown)
}

fn titles(theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    let area = layout.list_title;
    let last = usize::from(area.height).checked_sub(1);
    let Some(area) = last.and_then(|last| row(area, last)) else {
        return;
    };
    let columns = Columns::of(layout, area);
    for (name, area) in [
        ("Action", columns.name),
        ("Needs approval", columns.approval),
        ("Unlocked", columns.unlocked),
        ("Yours", columns.yours),
        ("Opted in", columns.opted_in),
    ] {
        line::left(vec![Span::styled(name, theme.dim())], area, buffer);
    }
}

fn page(state: &State, known: &Known, theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    let height = usize::from(layout.list.height);
    for (index, (place, shown)) in state.settings.on_screen(height).enumerate() {
        let Some(area) = row(layout.list, index) else {
            return;
        };
        if place == state.settings.focus {
            focus(state, Side::Page, theme, area, buffer);
        }
        let columns = Columns::of(layout, area);
        let rest = Rect {
            width: area.right().saturating_sub(columns.name.x + 1),
            ..columns.name
        };
        match shown {
            Row::Integration(at) => {
                integration(state, &known.integrations[at], theme, rest, buffer);
            }
            Row::Action(at) => {
                let yours = state.settings.yours[at];
                action(state, &known.actions[at], yours, theme, &columns, buffer);
            }
            Row::Conversations => {
                let title = Span::styled("Yours for one conversation", theme.dim());
                line::left(vec![title], rest, buffer);
            }
            Row::NoConversations => {
                let none = "  none; approving with “remember this conversation” puts one here";
                line::left(vec![Span::styled(none, theme.dim())], rest, buffer);
            }
            Row::Conversation(at) => {
                conversation(state, &known.preferences[at], theme, rest, buffer);
            }
        }
    }
}

fn integration(
    state: &State,
    integration: &Integration,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let change = state.settings.in_hand();
    let changes = matches!(change, Some(Change::Enable { integration: name, .. }) if *name == integration.name);
    let word = |on: bool| if on { "enabled" } else { "disabled" };
    let state = match (changes, integration.enabled) {
        (true, on) => from_to(word(on), word(!on), theme),
        (false, true) => vec![Span::styled("enabled", theme.dim())],
        (false, false) => vec![Span::styled("disabled", theme.warning())],
    };
    let name = Span::styled(integration.name.to_string(), theme.text());
    line::both(vec![name], state, area, buffer);
}

fn action(
    state: &State,
    action: &ActionView,
    yours: Yours,
    theme: &Theme,
    columns: &Columns,
    buffer: &mut Buffer,
) {
    let name = Untrusted::from(action.name.as_str());
    let room = usize::from(columns.name.width).saturating_sub(3);
    let mut spans = vec![Span::raw("  ")];
    spans.extend(text::line(&name, room, theme.text(), theme));
    line::left(spans, columns.name, buffer);
    let approval = match (action.enabled, action.needs_approval, action.read_only) {
        (false, ..) => Span::styled("disabled", theme.warning()),
        (true, true, _) => Span::styled("yes", theme.text()),
        (true, false, true) => Span::styled("no, read-only", theme.dim()),
        (true, false, false) => Span::styled("no", theme.dim()),
    };
    line::left(vec![approval], columns.approval, buffer);
    line::left(unlocked(state, action, theme), columns.unlocked, buffer);
    let brief = columns.yours.width < 16;
    let chosen = chosen(state, action, yours, brief, theme);
    line::left(chosen, columns.yours, buffer);
    let opted_in = Span::styled(opted_in(action.opted_in), theme.dim());
    line::left(vec![opted_in], columns.opted_in, buffer);
}

/// A switch for those whose it is, a word for everybody else.
fn unlocked(state: &State, action: &ActionView, theme: &Theme) -> Vec<Span<'static>> {
    if !can_be_unlocked(action) {
        return vec![Span::styled(theme.glyphs.none, theme.dim())];
    }
    let on = action.auto_approval_allowed;
    let word = |on: bool| if on { "on" } else { "off" };
    let change = state.settings.in_hand();
    if matches!(change, Some(Change::Unlock { action: name, .. }) if *name == action.name) {
        return from_to(word(on), word(!on), theme);
    }
    match (state.manages(), on) {
        (true, true) => vec![Span::styled("[ on  ]", theme.text())],
        (true, false) => vec![Span::styled("[ off ]", theme.dim())],
        (false, on) => vec![Span::styled(word(on), theme.dim())],
    }
}

fn chosen(
    state: &State,
    action: &ActionView,
    yours: Yours,
    brief: bool,
    theme: &Theme,
) -> Vec<Span<'static>> {
    if !can_be_unlocked(action) {
        return vec![Span::styled(theme.glyphs.none, theme.dim())];
    }
    let change = state.settings.in_hand();
    let to = match change {
        Some(Change::Always { action: name }) if *name == action.name => Some("always"),
        Some(Change::Manual { action: name }) if *name == action.name => Some("manual"),
        _ => None,
    };
    match (to, action.auto_approval_allowed) {
        (Some(to), _) => from_to(&yours.word(), to, theme),
        (None, true) if yours.any() => vec![Span::styled(yours.word(), theme.text())],
        (None, true) => vec![Span::styled("manual", theme.dim())],
        (None, false) if brief => vec![Span::styled("locked", theme.dim())],
        (None, false) => vec![Span::styled("manual  (locked)", theme.dim())],
    }
}

fn from_to(from: &str, to: &'static str, theme: &Theme) -> Vec<Span<'static>> {
    vec![
        Span::styled(format!("{from} {} ", theme.glyphs.arrow), theme.dim()),
        Span::styled(to, theme.accent()),
    ]
}

/// How many people let it through: always, and in a conversation.
fn opted_in(count: OptedInCount) -> String {
    let always = words::grouped(count.always as u64);
    let some = words::grouped(count.conversation as u64);
    match (count.always, count.conversation) {
        (0, 0) => "nobody".to_owned(),
        (_, 0) => format!("{always} always"),
        (0, _) => format!("{some} in conversation"),
        (_, _) => format!("{always} always, {some} in conversation"),
    }
}

/// One of one's choices that end by themselves.
fn conversation(
    state: &State,
    preference: &Preference,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let Choice::Conversation {
        agent,
        conversation,
    } = &preference.choice
    else {
        return;
    };
    let left = preference
        .ends_at
        .map(|at| words::long(at.since(state.now.wall)));
    let right = left.map(|left| Span::styled(format!("ends in {left}"), theme.dim()));
    let dot = theme.glyphs.dot;
    let words = format!("  {} {dot} {agent} {dot} ", preference.action);
    let taken = words.chars().count() + right.as_ref().map_or(0, Span::width) + 1;
    // Without room for any of it there is still the mark that it is cut.
    let room = usize::from(area.width).saturating_sub(taken).max(1);
    let mut spans = vec![Span::styled(words, theme.text())];
    spans.extend(text::line(conversation, room, theme.text(), theme));
    line::both(spans, right.into_iter().collect(), area, buffer);
}
