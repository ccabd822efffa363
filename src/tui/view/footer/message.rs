//! The hairline above the keys: what happened, what a line takes, and how much is still to be read.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use super::width;
use crate::api::seal::Seal;
use crate::domain::review::Word;
use crate::domain::untrusted::Untrusted;
use crate::tui::state::layout::Layout;
use crate::tui::state::overlay::Overlay;
use crate::tui::state::pending::sending_words;
use crate::tui::state::{Link, State, Tab, ToastTone};
use crate::tui::theme::Theme;
use crate::tui::view::{detail, edited, page, palette, pending, settings, sheet};
use crate::tui::widget::{line, text};

/// Said where nothing else is.
const SAMPLE: &str = "sample: nothing here is real";

/// The hairline above the footer; what there is to say stands on it, and how much is still to be read.
pub fn draw(state: &State, theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    let area = layout.foot_rule;
    line::rule(theme.glyphs.rule, theme.rule(), area, buffer);
    let column = state.column(layout).filter(|_| state.overlay.is_none());
    if let Some(x) = column {
        buffer.set_string(x, area.y, theme.glyphs.tee_up, theme.rule());
    }
    let mut progress = match &state.overlay {
        Some(Overlay::Edited(edited)) => edited::progress(state, edited, theme),
        Some(Overlay::Sheet(sheet)) => sheet::below(state, sheet, theme),
        Some(Overlay::Filter(_) | Overlay::Several(_) | Overlay::Palette(_)) => Vec::new(),
        Some(overlay) if overlay.covers() => page::below(state, theme),
        Some(overlay) if overlay.field().is_none() => Vec::new(),
        _ => detail::progress_of(state, theme),
    };
    let words = said(state, theme).map(|(words, style)| (Untrusted::from(words), style));
    let wanted = words.as_ref().map_or(0, |(words, _)| {
        words.one_line(usize::from(area.width)).width + 3
    });
    // What has just happened, and what a line takes, is said in full; of what is still to be read there is then
    // no more than a sign, and the rest comes back with the next key.
    let typed = state.overlay.as_ref().and_then(Overlay::line).is_some();
    let first = state.toast.is_some() || typed;
    if first && width(&progress) + wanted > usize::from(area.width) {
        progress.retain(|span| span.content.trim_start().starts_with(theme.glyphs.down));
        progress.truncate(1);
        for sign in &mut progress {
            sign.content = format!(" {} ", theme.glyphs.down).into();
        }
    }
    let x = line::right(progress, area, buffer);
    if let Some(column) = column.filter(|_| state.tab == Tab::Pending) {
        let more = pending::below(state, theme);
        let list = Rect {
            width: column - area.x,
            ..area
        };
        if wanted + width(&more) < usize::from(list.width) {
            line::right(more, list, buffer);
        }
    }
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
