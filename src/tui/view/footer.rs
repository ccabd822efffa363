//! The last two rows: what happened, and what the keys do here. The keys come from the action table; one
//! that does nothing now stays, dim. Where there is no room for all, help is the one that is left.

mod keys;
mod message;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::review::Remember;
use crate::domain::untrusted::Untrusted;
use crate::tui::action::ActionId as Id;
use crate::tui::state::field::Field;
use crate::tui::state::layout::Layout;
use crate::tui::state::overlay::Overlay;
use crate::tui::state::pending::Pane;
use crate::tui::state::{State, Tab};
use crate::tui::theme::Theme;
use crate::tui::widget::{line, text};

use super::{inside, settings};
pub(super) use keys::keys;

/// Between two keys, and where they wouldn't all fit.
const GAP: &str = "   ";
const SHORT_GAP: &str = "  ";

/// Draws both, and says where the cursor stands if a reason is being typed.
pub fn draw(
    state: &State,
    theme: &Theme,
    layout: &Layout,
    buffer: &mut Buffer,
) -> Option<Position> {
    message::draw(state, theme, layout, buffer);
    let area = inside(layout.footer, 1);
    if let Some(overlay) = &state.overlay
        && let Some(field) = overlay.field()
    {
        let label = match overlay {
            Overlay::Filter(_) => "/ ",
            Overlay::Palette(_) => ": ",
            // With several it says again that it is more than one.
            Overlay::Several(_) => "Reason for all  ",
            Overlay::Answer(_) => "Answer  ",
            Overlay::Snooze(_) => "Put off for  ",
            Overlay::Form(_) => "Value  ",
            Overlay::Export(_) => "Write to  ",
            Overlay::Typed(typing, _) => settings::label(typing),
            _ => "Reason  ",
        };
        return Some(typed_line(label, field, theme, area, buffer));
    }
    let (keys, last) = keys(state, layout);
    let last = hint(state, last, theme);
    let room = usize::from(area.width).saturating_sub(width(&last) + SHORT_GAP.len());
    let hints = |hint: fn(&State, Id, &Theme) -> Vec<Span<'static>>| -> Vec<_> {
        keys.iter().map(|key| hint(state, *key, theme)).collect()
    };
    let spans = match in_a_row(hints(hint), GAP, room) {
        (spans, true) => spans,
        (_, false) => in_a_row(hints(short_hint), SHORT_GAP, room).0,
    };
    line::both(spans, last, area, buffer);
    None
}

/// Keys side by side, as many as fit; and whether those are all.
fn in_a_row(
    hints: Vec<Vec<Span<'static>>>,
    gap: &'static str,
    room: usize,
) -> (Vec<Span<'static>>, bool) {
    let mut spans = Vec::new();
    for hint in hints {
        let before = if spans.is_empty() { "" } else { gap };
        if width(&spans) + before.len() + width(&hint) > room {
            return (spans, false);
        }
        spans.push(Span::raw(before));
        spans.extend(hint);
    }
    (spans, true)
}

/// The keys at the foot of what is decided.
pub(super) const DECISIONS: [Id; 6] = [
    Id::Approve,
    Id::Reject,
    Id::Form,
    Id::Respond,
    Id::Notify,
    Id::Remember,
];

/// The decision keys, at the foot of what is decided.
pub fn decision_bar(state: &State, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let hints = DECISIONS.map(|key| short_hint(state, key, theme));
    let (spans, _) = in_a_row(hints.to_vec(), SHORT_GAP, area.width.into());
    line::left(spans, area, buffer);
}

/// A key and what it does here; dim when it does nothing now. A choice takes the same room whatever is chosen, so
/// that no key moves while one goes from one request to the next.
pub fn hint(state: &State, id: Id, theme: &Theme) -> Vec<Span<'static>> {
    let title = match id {
        Id::Notify => format!("{} {:<5}", id.action().title, notify(state)),
        Id::Remember => format!("{} {:<9}", id.action().title, remembers(state)),
        id => title(state, id),
    };
    keyed(state, id, title, theme)
}

/// The same in fewer columns.
fn short_hint(state: &State, id: Id, theme: &Theme) -> Vec<Span<'static>> {
    let title = match (id, state.pending.choice.remember) {
        (Id::Notify, _) => format!("notify {:<5}", notify(state)),
        // Once is what everybody expects.
        (Id::Remember, Remember::Once) => format!("{:<9}", "remember"),
        (Id::Remember, _) => format!("{:<9}", remembers(state)),
        (id, _) => title(state, id),
    };
    keyed(state, id, title, theme)
}

fn title(state: &State, id: Id) -> String {
    match id {
        Id::NextTab => "tabs".to_owned(),
        Id::Snooze if state.put_off().is_some() => "call back".to_owned(),
        Id::Quit if state.sample => "leave the sample".to_owned(),
        Id::Back if state.pending.pane == Pane::List && state.tab == Tab::Pending => {
            match state.pending.marks.is_empty() {
                true => "show all".to_owned(),
                false => "clear".to_owned(),
            }
        }
        Id::Back if state.tab == Tab::History && state.history.pane == Pane::List => {
            "show all".to_owned()
        }
        Id::ApproveMarked | Id::RejectMarked => {
            format!("{} {}", id.action().title, state.pending.marks.len())
        }
        Id::Down if matches!(state.overlay, Some(Overlay::Bell(_))) => "move".to_owned(),
        Id::Down if state.overlay.is_some() || reads(state) => "scroll".to_owned(),
        Id::Toggle | Id::Open | Id::Remove
            if state.tab == Tab::Settings && state.overlay.is_none() =>
        {
            settings::title_of(state, id).to_owned()
        }
        id => id.action().title.to_owned(),
    }
}

fn keyed(state: &State, id: Id, title: String, theme: &Theme) -> Vec<Span<'static>> {
    let key = match id {
        // Two that go both ways are named together.
        Id::Down => format!("{} {}", state.keymap.key(id), state.keymap.key(Id::Up)),
        Id::NextTab => {
            let back = state.keymap.key(Id::PreviousTab);
            format!("{back} {}", state.keymap.key(id))
        }
        id => state.keymap.key(id),
    };
    let alive = is_alive(state, id);
    let style = |style: Style| if alive { style } else { theme.dim() };
    vec![
        Span::styled(key, style(theme.key())),
        Span::raw(" "),
        Span::styled(title, style(theme.text())),
    ]
}

/// Whether a key does something now.
fn is_alive(state: &State, id: Id) -> bool {
    state.why_not(id).is_none()
}

/// Whether the keys that move do it within what is being read.
fn reads(state: &State) -> bool {
    match state.tab {
        Tab::Pending => state.pending.pane == Pane::Detail,
        Tab::History => state.history.pane == Pane::Detail,
        Tab::Settings => false,
    }
}

fn notify(state: &State) -> &'static str {
    match state.why_always_told().is_some() || state.pending.choice.notify_agent {
        true => "[on]",
        false => "[off]",
    }
}

/// How long an approval would hold, in the words of a key.
fn remembers(state: &State) -> &'static str {
    match state.pending.choice.remember {
        Remember::Once => "once",
        Remember::Conversation => "this talk",
        Remember::Always => "always",
    }
}

/// The same in a sentence.
pub fn remember(state: &State) -> &'static str {
    match state.pending.choice.remember {
        Remember::Once => "once",
        Remember::Conversation => "this conversation",
        Remember::Always => "always",
    }
}

fn typed_line(
    label: &'static str,
    field: &Field,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Position {
    let room = usize::from(area.width).saturating_sub(label.len() + 1);
    // The end that is being typed stays on the screen.
    let before = &field.text[..field.cursor];
    let fits = |start: &usize| {
        let shown = Untrusted::from(&before[*start..]).one_line(usize::MAX / 32);
        shown.width <= room
    };
    let starts = before.char_indices().rev().map(|(start, _)| start);
    let start = starts.take_while(fits).last().unwrap_or(field.cursor);
    let shown = Untrusted::from(&field.text[start..]);
    let mut spans = vec![Span::styled(label, theme.accent())];
    spans.extend(text::line(&shown, room, theme.text(), theme));
    line::left(spans, area, buffer);
    let column = Untrusted::from(&before[start..]).one_line(room).width;
    let x = area.x + u16::try_from(label.len() + column).unwrap_or(area.width);
    Position::new(x.min(area.right().saturating_sub(1)), area.y)
}

pub fn width(spans: &[Span<'_>]) -> usize {
    Line::from(spans.to_vec()).width()
}
