//! The History screen: one row for each decision, and below it the record of the focused one; or, when
//! it is opened, everything that it was about.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::api::request::Request;
use crate::domain::lifecycle::Status;
use crate::domain::untrusted::Untrusted;
use crate::domain::verdict::Effect;
use crate::tui::action::ActionId;
use crate::tui::state::history::{decided_at, decided_by, took};
use crate::tui::state::layout::{Layout, Mode};
use crate::tui::state::pending::Pane;
use crate::tui::state::{State, words};
use crate::tui::theme::Theme;
use crate::tui::widget::{line, text};

use super::{detail, inside, pending, row};

/// Columns that a headline keeps, whatever stands beside it.
const HEADLINE: usize = 30;

/// Where the columns begin and how wide they are; those without width aren't shown.
struct Columns {
    time: Rect,
    decision: Rect,
    risk: Rect,
    action: Rect,
    what: Rect,
    by: Rect,
    after: Rect,
}

impl Columns {
    fn of(layout: &Layout, area: Rect) -> Self {
        let (lead, time, decision, action, by, after) = match layout.mode {
            Mode::Split => (2, 8, 13, 19, 18, 8),
            Mode::Stacked => (2, 8, 13, 0, 12, 8),
            Mode::Single | Mode::Tiny => (1, 8, 2, 0, 0, 0),
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
        let (time, decision, risk, action) = (take(time), take(decision), take(3), take(action));
        let gaps = u16::from(by > 0);
        let rest = area
            .right()
            .saturating_sub(action.right() + by + after + gaps + 1);
        let what = take(rest);
        take(gaps);
        Self {
            time,
            decision,
            risk,
            action,
            what,
            by: take(by),
            after: take(after),
        }
    }
}

pub fn draw(state: &State, theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    let history = &state.history;
    if history.pane == Pane::Detail {
        if let Some(focused) = history.list.focused() {
            detail::read(state, focused, history.reading(), theme, layout, buffer);
        }
        return;
    }
    if !history.list.loaded {
        return note(&["asking the gate …"], theme, layout, buffer);
    }
    narrowed(state, theme, layout, buffer);
    if history.list.rows.is_empty() && !history.list.query.is_empty() {
        let filter = state.keymap.key(ActionId::Filter);
        let text = [
            "Nothing that is over fits.",
            "",
            &format!("esc shows all of it, {filter} changes it."),
        ];
        return note(&text, theme, layout, buffer);
    }
    if history.list.rows.is_empty() {
        let text = [
            "Nothing was decided yet.",
            "",
            "What people decide, what policy lets through or refuses",
            "and what expires is kept here.",
        ];
        return note(&text, theme, layout, buffer);
    }
    title(state, theme, layout, buffer);
    for (place, (at, request)) in history.list.on_screen(layout.entries()).enumerate() {
        if let Some(area) = row(layout.list, place) {
            let focused = at == history.list.focus;
            if focused {
                buffer.set_style(area, theme.focused());
                buffer.set_string(area.x, area.y, theme.glyphs.bar, theme.accent());
            }
            entry(state, request, theme, layout, area, buffer);
        }
    }
    if !layout.divider.is_empty() {
        line::rule(theme.glyphs.rule, theme.rule(), layout.divider, buffer);
        line::right(rows_below(state, layout, theme), layout.divider, buffer);
        record(state, theme, layout, buffer);
    }
}

/// How many rows of the list are below its last one on the screen, as far as they are known.
fn rows_below(state: &State, layout: &Layout, theme: &Theme) -> Vec<Span<'static>> {
    let list = &state.history.list;
    let more = if list.known().1 { "+" } else { "" };
    match list.rows.len().saturating_sub(list.top + layout.entries()) {
        0 => Vec::new(),
        below => {
            let below = words::grouped(below as u64);
            let words = format!(" {} {below}{more} more ", theme.glyphs.down);
            vec![Span::styled(words, theme.dim())]
        }
    }
}

/// What the list is narrowed to, and how much that leaves as far as it is known.
fn narrowed(state: &State, theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    let area = layout.narrowed;
    if area.is_empty() {
        return;
    }
    let list = &state.history.list;
    let found = match (list.is_narrowing(), list.known()) {
        (true, _) => "looking".to_owned(),
        (false, (count, more)) => {
            let more = if more { "+" } else { "" };
            format!("{}{more} found", words::grouped(count))
        }
    };
    let right = vec![Span::styled(format!(" {found} "), theme.dim())];
    let label = Span::styled("  Only  ", theme.dim());
    let room = usize::from(area.width).saturating_sub(spans_width(&right) + label.width());
    let text = Untrusted::from(state.history.filter.text.as_str());
    let mut left = vec![label];
    left.extend(text::line(&text, room, theme.text(), theme));
    line::both(left, right, area, buffer);
}

fn note(lines: &[&str], theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    let area = inside(layout.body, 2);
    for (index, text) in lines.iter().enumerate() {
        if let Some(area) = row(area, index + 1) {
            let style = if index == 0 {
                theme.title()
            } else {
                theme.dim()
            };
            line::left(vec![Span::styled((*text).to_owned(), style)], area, buffer);
        }
    }
}

fn title(state: &State, theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    let area = layout.list_title;
    if area.is_empty() {
        return;
    }
    let columns = Columns::of(layout, area);
    let mut put = |name: &'static str, area: Rect| {
        line::left(vec![Span::styled(name, theme.dim())], area, buffer);
    };
    put("Time", columns.time);
    put("Decision", columns.decision);
    put("Action", columns.action);
    put("What", columns.what);
    put("Decided by", columns.by);
    line::right(
        vec![Span::styled("After", theme.dim())],
        columns.after,
        buffer,
    );
    let new = state.history.new_above();
    if new > 0 {
        let new = format!("{} new {}", words::grouped(new as u64), theme.glyphs.up);
        line::right(
            vec![Span::styled(new, theme.accent())],
            columns.what,
            buffer,
        );
    }
}

fn entry(
    state: &State,
    request: &Request,
    theme: &Theme,
    layout: &Layout,
    area: Rect,
    buffer: &mut Buffer,
) {
    let columns = Columns::of(layout, area);
    let outcome = pending::outcome(request.status, theme);
    let decision = match columns.decision.width {
        // The glyph alone.
        ..3 => {
            let glyph = outcome.content.chars().take(1).collect::<String>();
            Span::styled(glyph, outcome.style)
        }
        _ => outcome,
    };
    let time = words::when(decided_at(request), state.now.wall, &state.zone);
    let risk = request.risk.level;
    let mut put = |span: Span<'static>, area: Rect| line::left(vec![span], area, buffer);
    put(Span::styled(time, theme.dim()), columns.time);
    put(decision, columns.decision);
    put(
        Span::styled(theme.glyphs.risk(risk), theme.risk(risk)),
        columns.risk,
    );
    put(
        Span::styled(request.action.to_string(), theme.dim()),
        shorter(columns.action),
    );
    let room = usize::from(columns.what.width);
    let what = text::line(&request.headline, room, theme.text(), theme);
    line::left(what, columns.what, buffer);
    let by = shorter(columns.by);
    let decider = text::line(
        &decided_by(request),
        usize::from(by.width),
        theme.dim(),
        theme,
    );
    line::left(decider, by, buffer);
    let took = words::took(took(request));
    line::right(vec![Span::styled(took, theme.dim())], columns.after, buffer);
}

/// A column without the blank that keeps it from the next.
fn shorter(area: Rect) -> Rect {
    Rect {
        width: area.width.saturating_sub(1),
        ..area
    }
}

/// What became of the focused request.
fn record(state: &State, theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    let Some(request) = state.history.list.focused() else {
        return;
    };
    let parts = layout.detail_parts(0, 0);
    let width = usize::from(parts.headline.width);
    let mut right = vec![pending::outcome(request.status, theme)];
    let decision = decision(state, request, theme);
    if spans_width(&right) + spans_width(&decision) + HEADLINE <= width {
        right.extend(decision);
    }
    let room = width.saturating_sub(spans_width(&right) + 2);
    let left = text::line(&request.headline, room, theme.title(), theme);
    line::both(left, right, parts.headline, buffer);
    meta(state, request, theme, parts.meta, buffer);
    if let Some(record) = &state.history.record {
        detail::document_rows(&record.document, 0, theme, parts.text, buffer);
    }
}

/// ` by omar, 13:51:20` behind a status that says how it was decided; elsewhere, how that was as well.
fn decision(state: &State, request: &Request, theme: &Theme) -> Vec<Span<'static>> {
    let how = request
        .settled
        .as_ref()
        .map(|settled| settled.decision.word());
    let how = how.unwrap_or(match request.verdict.effect {
        Effect::Deny => "denied",
        Effect::Allow | Effect::Ask => "allowed",
    });
    let mut before = String::new();
    if how != request.status.word() {
        before = format!(", {how}");
    }
    if request.status != Status::Expired {
        before.push_str(" by ");
    }
    let mut spans = vec![Span::styled(before, theme.dim())];
    if request.status != Status::Expired {
        spans.extend(text::line(&decided_by(request), 24, theme.text(), theme));
    }
    let clock = words::seconds(decided_at(request), &state.zone);
    spans.push(Span::styled(format!(", {clock}"), theme.dim()));
    spans
}

fn spans_width(spans: &[Span<'_>]) -> usize {
    spans.iter().map(Span::width).sum()
}

fn meta(state: &State, request: &Request, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let dot = theme.glyphs.dot;
    let risk = request.risk.level;
    let mut facts = vec![request.action.to_string(), request.agent.to_string()];
    if let Some(person) = &request.on_behalf_of {
        facts.push(format!("for {person}"));
    }
    facts.push(format!(
        "asked {}",
        words::moment(request.created_at, &state.zone)
    ));
    let facts = facts.join(&format!(" {dot} "));
    let level = format!(
        "{} {} risk",
        theme.glyphs.risk(risk).trim_end(),
        risk.word()
    );
    line::both(
        vec![Span::styled(facts, theme.dim())],
        vec![Span::styled(level, theme.risk(risk))],
        area,
        buffer,
    );
}

/// How much of what was opened is below.
pub fn below(state: &State, theme: &Theme) -> Vec<Span<'static>> {
    let (_, height) = state.history_window();
    let Some(detail) = state
        .history
        .reading()
        .filter(|_| state.history.pane == Pane::Detail)
    else {
        return Vec::new();
    };
    let rows = detail.document.rows().len();
    match rows.saturating_sub(detail.scroll + height) {
        0 => Vec::new(),
        below => {
            let more = words::count(below, "more line");
            vec![Span::styled(
                format!(" {} {more} ", theme.glyphs.down),
                theme.text(),
            )]
        }
    }
}
