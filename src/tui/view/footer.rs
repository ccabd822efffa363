//! The last two rows: what happened, and what the keys do here. The keys come from the action table; one
//! that does nothing now stays, dim. Where there is no room for all, help is the one that is left.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::api::seal::Seal;
use crate::domain::review::{Remember, Word};
use crate::domain::untrusted::Untrusted;
use crate::tui::action::ActionId as Id;
use crate::tui::state::field::Field;
use crate::tui::state::layout::{Layout, Mode};
use crate::tui::state::overlay::Overlay;
use crate::tui::state::pending::{Pane, sending_words};
use crate::tui::state::{Link, State, Tab, ToastTone};
use crate::tui::theme::Theme;
use crate::tui::widget::{line, text};

use super::{detail, edited, inside, page, palette, settings};

/// Between two keys, and where they wouldn't all fit.
const GAP: &str = "   ";
const SHORT_GAP: &str = "  ";
/// Said where nothing else is.
const SAMPLE: &str = "sample: nothing here is real";

/// Draws both, and says where the cursor stands if a reason is being typed.
pub fn draw(
    state: &State,
    theme: &Theme,
    layout: &Layout,
    buffer: &mut Buffer,
) -> Option<Position> {
    message(state, theme, layout, buffer);
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
    let room = usize::from(area.width).saturating_sub(width(&last));
    let hints = |hint: fn(&State, Id, &Theme) -> Vec<Span<'static>>| -> Vec<_> {
        keys.iter().map(|key| hint(state, *key, theme)).collect()
    };
    let spans = match in_a_row(hints(hint), GAP, room) {
        (spans, true) => spans,
        (_, false) => {
            // Where keys have to go, those of a choice that can't be made go first.
            let needed =
                |key: &&Id| !matches!(key, Id::Remember | Id::Notify) || is_alive(state, **key);
            let hints = keys
                .iter()
                .filter(needed)
                .map(|key| short_hint(state, *key, theme));
            in_a_row(hints.collect(), SHORT_GAP, room).0
        }
    };
    line::both(spans, last, area, buffer);
    None
}

/// Keys side by side, as many as fit with a gap behind them; and whether those are all.
fn in_a_row(
    hints: Vec<Vec<Span<'static>>>,
    gap: &'static str,
    room: usize,
) -> (Vec<Span<'static>>, bool) {
    let mut spans = Vec::new();
    for hint in hints {
        let before = if spans.is_empty() { "" } else { gap };
        if width(&spans) + before.len() + width(&hint) + gap.len() > room {
            return (spans, false);
        }
        spans.push(Span::raw(before));
        spans.extend(hint);
    }
    (spans, true)
}

/// Which keys to show for what is focused, the most needed first; and the one at the right.
pub(super) fn keys(state: &State, layout: &Layout) -> (Vec<Id>, Id) {
    let (keys, last) = wanted(state, layout);
    let keys = keys.iter().copied().filter(|id| means(state, *id));
    (keys.collect(), last)
}

/// Whether a key means here what it says: another scope may go first, or it may be a letter that is typed.
fn means(state: &State, id: Id) -> bool {
    match state.keymap.keys(id).next() {
        // What has no key is shown by its name.
        None => true,
        Some(key) => {
            let found = state.keymap.find(key, state.scopes());
            found.is_some_and(|action| action.id == id)
        }
    }
}

fn wanted(state: &State, layout: &Layout) -> (&'static [Id], Id) {
    let keys: &[Id] = match (&state.overlay, state.tab) {
        (Some(Overlay::Confirm(_)), _) => return (&[Id::Confirm], Id::Cancel),
        (Some(Overlay::Reason(_)), _) => return (&[Id::SendReason], Id::CancelReason),
        (Some(Overlay::Answer(_)), _) => return (&[Id::SendAnswer], Id::CancelReason),
        (Some(Overlay::Snooze(_)), _) => {
            return (&[Id::SendSnooze, Id::OtherSnooze], Id::CancelReason);
        }
        (Some(Overlay::Several(several)), _) => match several.word {
            Word::Approve => return (&[Id::Confirm], Id::Cancel),
            Word::Reject | Word::Respond => return (&[Id::SendReason], Id::CancelReason),
        },
        (Some(Overlay::Filter(_)), _) => {
            return (&[Id::KeepFilter, Id::CompleteFilter], Id::ClearFilter);
        }
        (Some(Overlay::Edited(_)), _) => {
            return (
                &[
                    Id::Confirm,
                    Id::LeaveEdit,
                    Id::Form,
                    Id::Edit,
                    Id::Discard,
                    Id::Down,
                ],
                Id::Close,
            );
        }
        (Some(Overlay::Broken(_)), _) => return (&[Id::Edit, Id::Discard], Id::Close),
        (
            Some(
                Overlay::Help { .. }
                | Overlay::Why(_)
                | Overlay::Sheet(_)
                | Overlay::Messages { .. },
            ),
            _,
        ) => {
            return (&[Id::Down, Id::PageDown], Id::Close);
        }
        (Some(Overlay::Bell(_)), _) => {
            return (&[Id::Down, Id::Open, Id::PageDown], Id::Close);
        }
        (Some(Overlay::Form(_)), _) => {
            let keys = &[
                Id::FormDone,
                Id::FormLines,
                Id::FormFlip,
                Id::FormNext,
                Id::FormPrevious,
            ];
            return (keys, Id::CancelReason);
        }
        (Some(Overlay::Export(_)), _) => {
            return (&[Id::WriteFile, Id::OtherFormat], Id::CancelReason);
        }
        (Some(Overlay::Typed(..)), _) => return (&[Id::SendLine], Id::CancelReason),
        (Some(Overlay::Palette(_)), _) => {
            return (&[Id::RunEntry, Id::NextEntry], Id::CancelReason);
        }
        (Some(Overlay::Token(_)), _) => return (&[], Id::Close),
        (Some(Overlay::Trial(_)), _) => {
            let keys = &[
                Id::SavePolicy,
                Id::EditPolicy,
                Id::Discard,
                Id::Down,
                Id::PageDown,
            ];
            return (keys, Id::Close);
        }
        (None, Tab::History) => match state.history.pane {
            Pane::List
                if state.history.list.rows.is_empty() && !state.history.list.query.is_empty() =>
            {
                &[Id::Back, Id::Filter, Id::NextTab, Id::Quit]
            }
            Pane::List if state.history.list.rows.is_empty() => {
                &[Id::NextTab, Id::Refresh, Id::Quit]
            }
            Pane::List => &[
                Id::Down,
                Id::Open,
                Id::Filter,
                Id::Why,
                Id::Verify,
                Id::Export,
                Id::Undo,
                Id::NextTab,
                Id::Quit,
            ],
            Pane::Detail => &[
                Id::Down,
                Id::Back,
                Id::Why,
                Id::Verify,
                Id::Undo,
                Id::NextTab,
                Id::Quit,
            ],
        },
        (None, Tab::Settings) => settings::keys(state, layout),
        (None, Tab::Pending)
            if state.pending.list.rows.is_empty() && !state.pending.list.query.is_empty() =>
        {
            &[Id::Back, Id::Filter, Id::NextTab, Id::Quit]
        }
        // In the sample there is no other.
        (None, Tab::Pending) if state.pending.list.rows.is_empty() && state.sample => {
            &[Id::NextTab, Id::Quit, Id::Watch, Id::Refresh]
        }
        (None, Tab::Pending) if state.pending.list.rows.is_empty() => {
            &[Id::Sample, Id::NextTab, Id::Quit, Id::Watch, Id::Refresh]
        }
        (None, Tab::Pending)
            if !state.pending.marks.is_empty() && state.pending.pane == Pane::List =>
        {
            &[
                Id::ApproveMarked,
                Id::RejectMarked,
                Id::Mark,
                Id::Back,
                Id::Down,
                Id::Open,
            ]
        }
        (None, Tab::Pending) => match (layout.mode, state.pending.pane) {
            (Mode::Split, Pane::List) => &[
                Id::Down,
                Id::Open,
                Id::Mark,
                Id::Filter,
                Id::Why,
                Id::Claim,
                Id::Snooze,
                Id::Undo,
                Id::NextTab,
                Id::Quit,
            ],
            (Mode::Split, Pane::Detail) => &[
                Id::Down,
                Id::Back,
                Id::Raw,
                Id::Past,
                Id::Why,
                Id::Claim,
                Id::Snooze,
                Id::Undo,
                Id::NextTab,
                Id::Quit,
            ],
            (Mode::Single, Pane::List) => &[Id::Open, Id::Filter, Id::Down, Id::NextTab, Id::Quit],
            (_, Pane::List) => &[
                Id::Approve,
                Id::Reject,
                Id::Form,
                Id::Respond,
                Id::Remember,
                Id::Notify,
                Id::Mark,
                Id::Filter,
                Id::Open,
                Id::Why,
            ],
            (_, Pane::Detail) => &[
                Id::Approve,
                Id::Reject,
                Id::Form,
                Id::Respond,
                Id::Remember,
                Id::Notify,
                Id::Back,
                Id::Why,
            ],
        },
    };
    (keys, Id::Help)
}

/// The keys at the foot of what is decided, the last of them at the right.
pub(super) const DECISIONS: [Id; 6] = [
    Id::Approve,
    Id::Reject,
    Id::Form,
    Id::Respond,
    Id::Remember,
    Id::Notify,
];

/// The decision keys, at the foot of what is decided.
pub fn decision_bar(state: &State, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let [keys @ .., last] = DECISIONS;
    let last = short_hint(state, last, theme);
    let room = usize::from(area.width).saturating_sub(width(&last));
    let hints = keys.map(|key| short_hint(state, key, theme));
    let (spans, _) = in_a_row(hints.to_vec(), SHORT_GAP, room);
    line::both(spans, last, area, buffer);
}

/// A key and what it does here; dim when it does nothing now.
pub fn hint(state: &State, id: Id, theme: &Theme) -> Vec<Span<'static>> {
    let title = match id {
        Id::Notify => format!("{} [{}]", id.action().title, notify(state)),
        Id::Remember => format!("{} {}", id.action().title, remember(state)),
        id => title(state, id),
    };
    keyed(state, id, title, theme)
}

/// The same in fewer columns: what can't be chosen isn't said.
fn short_hint(state: &State, id: Id, theme: &Theme) -> Vec<Span<'static>> {
    let title = match (id, is_alive(state, id)) {
        (Id::Notify, true) => format!("notify [{}]", notify(state)),
        (Id::Notify, false) => "notify".to_owned(),
        (Id::Remember, true) => format!("remember {}", remember(state)),
        (id, _) => title(state, id),
    };
    keyed(state, id, title, theme)
}

fn title(state: &State, id: Id) -> String {
    match id {
        Id::NextTab => "tabs".to_owned(),
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
        Id::Toggle | Id::Open if state.tab == Tab::Settings && state.overlay.is_none() => {
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
    let you = state.pending.reading().and_then(|d| d.request.you.as_ref());
    match (
        you.is_some_and(|you| you.notify_always),
        state.pending.choice.notify_agent,
    ) {
        (true, _) => "always",
        (false, true) => "on",
        (false, false) => "off",
    }
}

pub fn remember(state: &State) -> &'static str {
    match state.pending.choice.remember {
        Remember::Once => "once",
        Remember::Conversation => "this conversation",
        Remember::Always => "always",
    }
}

/// The hairline above the footer; what there is to say stands on it, and how much is still to be read.
fn message(state: &State, theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    let area = layout.foot_rule;
    line::rule(theme.glyphs.rule, theme.rule(), area, buffer);
    let column = state.column(layout).filter(|_| state.overlay.is_none());
    if let Some(x) = column {
        buffer.set_string(x, area.y, theme.glyphs.tee_up, theme.rule());
    }
    let mut progress = match &state.overlay {
        Some(Overlay::Edited(edited)) => edited::progress(state, edited, theme),
        Some(Overlay::Filter(_) | Overlay::Several(_) | Overlay::Palette(_)) => Vec::new(),
        Some(overlay) if overlay.covers() => page::below(state, theme),
        Some(overlay) if overlay.field().is_none() => Vec::new(),
        _ => detail::progress_of(state, theme),
    };
    let words = said(state, theme).map(|(words, style)| (Untrusted::from(words), style));
    let wanted = words.as_ref().map_or(0, |(words, _)| {
        words.one_line(usize::from(area.width)).width + 3
    });
    // What has just happened is said in full; how much is still to be read comes back with the next key.
    if state.toast.is_some() && width(&progress) + wanted > usize::from(area.width) {
        progress.clear();
    }
    let x = line::right(progress, area, buffer);
    let room = usize::from(x.saturating_sub(area.x + 3));
    let Some((words, style)) = words else {
        return;
    };
    let mut spans = vec![Span::raw(" ")];
    spans.extend(text::line(&words, room, style, theme));
    spans.push(Span::raw(" "));
    let width = x.saturating_sub(area.x + 1);
    line::left(
        spans,
        Rect {
            x: area.x + 1,
            width,
            ..area
        },
        buffer,
    );
}

fn said(state: &State, theme: &Theme) -> Option<(String, Style)> {
    if let Some(toast) = &state.toast {
        let glyphs = theme.glyphs;
        return Some(match toast.tone {
            ToastTone::Plain => (toast.text.clone(), theme.text()),
            ToastTone::Good => (format!("{} {}", glyphs.approved, toast.text), theme.good()),
            ToastTone::Bad => (format!("{} {}", glyphs.rejected, toast.text), theme.bad()),
        });
    }
    if let Some(overlay) = &state.overlay
        && let Some(line) = overlay.line()
    {
        let words = match line.asked_again {
            _ if line.stale => "it has changed meanwhile: nothing was decided; esc leaves",
            _ if matches!(overlay, Overlay::Answer(_)) => {
                "what does the agent get instead? Enter answers and ends it, esc cancels"
            }
            _ if matches!(overlay, Overlay::Snooze(_)) => {
                "15m, 1h, 2d or tomorrow; tab offers another, Enter puts off, esc cancels"
            }
            true => "a reason helps the agent: type one, or press Enter again to reject without",
            false => "why not? Enter rejects, esc cancels",
        };
        return Some((words.to_owned(), theme.text()));
    }
    if let Some(Overlay::Form(form)) = &state.overlay {
        let words = match form.field() {
            _ if form.stale => "it has changed meanwhile: nothing comes of this; esc leaves",
            Some(_) => "down and up go on; Enter shows what you changed, esc leaves",
            None => return None,
        };
        return Some((words.to_owned(), theme.text()));
    }
    if let Some(Overlay::Export(_)) = &state.overlay {
        return Some((exports(state), theme.text()));
    }
    if let Some(Overlay::Typed(typing, _)) = &state.overlay {
        return Some((settings::how(typing).to_owned(), theme.text()));
    }
    if let Some(Overlay::Palette(palette)) = &state.overlay {
        return Some((palette::said(state, palette), theme.text()));
    }
    if let Some(Overlay::Filter(_)) = &state.overlay {
        return Some(match &state.filter().why_not {
            Some(why) => (why.clone(), theme.warning()),
            None => (filtering(state), theme.text()),
        });
    }
    if let Some(Overlay::Several(several)) = &state.overlay {
        let words = match several.asked_again {
            _ if several.word == Word::Approve => return None,
            true => "a reason helps the agents: type one, or press Enter again to reject without",
            false => "why not? Enter rejects each of them, esc cancels",
        };
        return Some((words.to_owned(), theme.text()));
    }
    if let Some(batch) = &state.pending.batch {
        let verb = sending_words(batch.word);
        let at = batch.done + batch.failed.len() + 1;
        return Some((format!("{verb} {at} of {}", batch.of()), theme.text()));
    }
    if let Some(progress) = state.export_progress() {
        return Some((progress, theme.text()));
    }
    match &state.link {
        Link::Lost { why, .. } => Some((why.clone(), theme.warning())),
        Link::Live => {
            let sample = || state.sample.then(|| SAMPLE.to_owned());
            let words = obstacle(state).or_else(sample);
            words.map(|words| (words, theme.dim()))
        }
        Link::Connecting => None,
    }
}

/// What the line for a filter takes, and how many it finds.
fn filtering(state: &State) -> String {
    let keys: Vec<&str> = state.filter_keys().iter().map(|key| key.word()).collect();
    let keys = keys.join(" ");
    match state.found().filter(|_| state.tab == Tab::Pending) {
        Some(found) => format!("{found}; Enter keeps, esc shows all; {keys}"),
        None => format!("words, or {keys} (tab completes)"),
    }
}

/// What would be in the file.
fn exports(state: &State) -> String {
    let what = match state.history.list.query.is_empty() {
        true => "all that is over",
        false => "all that the filter finds",
    };
    format!("{what}, as .csv or .json (tab); Enter writes, esc cancels")
}

/// Why the keys are dim, where it isn't plain from the screen.
fn obstacle(state: &State) -> Option<String> {
    let detail = state.pending.reading()?;
    let request = &detail.request;
    let barred = request.you.as_ref().is_some_and(|you| !you.may_decide);
    let barred = barred || detail.seal == Seal::Broken;
    let said = state.tab == Tab::Pending && barred && !request.status.decided();
    said.then(|| state.why_not_approve()).flatten()
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
