//! The Pending screen: the list of what waits, and beside or below it the request that is being read.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;
use unicode_width::UnicodeWidthStr;

use crate::api::request::Request;
use crate::domain::lifecycle::Status;
use crate::domain::time::Span as Time;
use crate::domain::untrusted::Untrusted;
use crate::tui::action::ActionId;
use crate::tui::state::layout::{Layout, Mode};
use crate::tui::state::pending::{Pane, sending_words};
use crate::tui::state::{Link, State, words};
use crate::tui::theme::Theme;
use crate::tui::widget::{line, text};

use super::{detail, empty, footer, inside, row};

/// Columns for the time that is left, and whether the agent waits meanwhile.
const TIME: u16 = 15;
/// Columns for the time alone.
const LEFT: usize = 8;
/// Columns for the action in one-line entries, where there is room.
const ACTION: u16 = 16;
const ACTION_FROM: u16 = 72;
/// With less than this left, the time doesn't stand back.
const SOON: Time = Time::from_secs(600);

pub fn draw(state: &State, theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    if state.pending.list.loaded && state.pending.list.rows.is_empty() {
        return match state.pending.list.query.is_empty() {
            true => empty::draw(state, theme, layout, buffer),
            false => nothing_found(state, theme, layout, buffer),
        };
    }
    title(state, theme, layout.list_title, buffer);
    list(state, theme, layout, buffer);
    divider(state, theme, layout, buffer);
    detail::draw(state, theme, layout, buffer);
}

fn title(state: &State, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let list = &state.pending.list;
    if area.is_empty() {
        return;
    }
    if !list.query.is_empty() {
        return narrowed(state, theme, area, buffer);
    }
    let mut left = match state.pending.marks.len() {
        0 => vec![Span::styled("  Needs you", theme.text())],
        marks => vec![Span::styled(format!("  {marks} marked"), theme.accent())],
    };
    let mut right = Vec::new();
    if list.new_above > 0 {
        let new = format!("{} new {}  ", list.new_above, theme.glyphs.up);
        right.push(Span::styled(new, theme.accent()));
    }
    if let Some(total) = list.total.filter(|_| !list.rows.is_empty()) {
        let total = words::grouped(total);
        let place = match list.position() {
            Some(place) => format!("{} of {total}", words::grouped(place)),
            None => format!("{total} left"),
        };
        right.push(Span::styled(place, theme.dim()));
    }
    right.push(Span::raw(" "));
    let order = match list.put_off {
        0 => format!("  {}  waiting first", theme.glyphs.dot),
        more => format!("  {}  {} put off", theme.glyphs.dot, words::grouped(more)),
    };
    let order = Span::styled(order, theme.dim());
    let taken: usize = left.iter().chain(&right).map(Span::width).sum();
    if taken + order.width() < usize::from(area.width) {
        left.push(order);
    }
    line::both(left, right, area, buffer);
}

/// What the list is narrowed to, and how many that leaves.
fn narrowed(state: &State, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let list = &state.pending.list;
    let mut right = Vec::new();
    if list.new_above > 0 {
        let new = format!("{} new {}  ", list.new_above, theme.glyphs.up);
        right.push(Span::styled(new, theme.accent()));
    }
    let found = match state.found() {
        Some(found) if !list.is_narrowing() => found,
        _ => "looking".to_owned(),
    };
    right.push(Span::styled(format!(" {found} "), theme.dim()));
    let label = match state.pending.marks.len() {
        0 => "  Only  ".to_owned(),
        marks => format!("  {marks} marked  {}  ", theme.glyphs.dot),
    };
    let room = usize::from(area.width).saturating_sub(footer::width(&right) + label.width());
    let text = Untrusted::from(state.pending.filter.text.as_str());
    let mut left = vec![Span::styled(label, theme.dim())];
    left.extend(text::line(&text, room, theme.text(), theme));
    line::both(left, right, area, buffer);
}

/// Nothing is known yet: what is waited for, or why there is no gate and what to do about that.
fn not_yet(state: &State, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let area = inside(area, 2);
    let again = state.keymap.key(ActionId::Refresh);
    let (words, style) = match &state.link {
        Link::Connecting => ("connecting …".to_owned(), theme.dim()),
        Link::Live => ("asking the gate …".to_owned(), theme.dim()),
        Link::Lost { why, .. } => (
            format!(
                "{why}\nIt is tried again and again; {again} tries at once. `signoff serve` starts a gate, --url \
                 or SIGNOFF_URL name another."
            ),
            theme.text(),
        ),
    };
    let lines = Untrusted::from(words).lines(usize::from(area.width));
    for (index, told) in lines.iter().enumerate() {
        if let Some(area) = row(area, index) {
            line::left(text::spans(&told.pieces, style, theme), area, buffer);
        }
    }
}

/// Something waits, and nothing of it is what is looked for.
fn nothing_found(state: &State, theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    let area = inside(layout.body, 2);
    let total = state.pending.list.total.unwrap_or(0);
    let total = usize::try_from(total).unwrap_or(usize::MAX);
    let words = match state.pending.list.query.is_put_off() {
        true => "Nothing found among what you put off:".to_owned(),
        false => format!("Nothing found among {}:", words::count(total, "request")),
    };
    let text = Untrusted::from(state.pending.filter.text.as_str());
    let width = usize::from(area.width);
    let filter = state.keymap.key(ActionId::Filter);
    let rows = [
        vec![Span::styled(words, theme.text())],
        text::line(&text, width, theme.title(), theme),
        Vec::new(),
        vec![Span::styled(
            format!("esc shows all of them, {filter} changes it."),
            theme.dim(),
        )],
    ];
    for (index, spans) in rows.into_iter().enumerate() {
        if let Some(area) = row(area, index + 1) {
            line::left(spans, area, buffer);
        }
    }
}

fn divider(state: &State, theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    let area = layout.divider;
    match layout.mode {
        Mode::Split => {
            for y in area.top()..area.bottom() {
                buffer.set_string(area.x, y, theme.glyphs.column, theme.rule());
            }
        }
        _ => {
            line::rule(theme.glyphs.rule, theme.rule(), area, buffer);
            line::right(below(state, theme), area, buffer);
        }
    }
}

/// How many rows of the list are below its last one on the screen, for the hairline there.
pub fn below(state: &State, theme: &Theme) -> Vec<Span<'static>> {
    match state.pending.list.below(state.entries()) {
        0 => Vec::new(),
        below => {
            let more = format!(" {} {} more ", theme.glyphs.down, words::grouped(below));
            vec![Span::styled(more, theme.dim())]
        }
    }
}

fn list(state: &State, theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    let area = layout.list;
    if !state.pending.list.loaded {
        return not_yet(state, theme, area, buffer);
    }
    let height = usize::from(layout.entry_height);
    let entries = state.pending.list.on_screen(layout.entries());
    for (place, (at, request)) in entries.enumerate() {
        let focused = at == state.pending.list.focus;
        for part in 0..height {
            if let Some(area) = row(area, place * height + part) {
                entry(state, request, focused, part, theme, layout, area, buffer);
            }
        }
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "one row of the screen, and all that it shows"
)]
fn entry(
    state: &State,
    request: &Request,
    focused: bool,
    part: usize,
    theme: &Theme,
    layout: &Layout,
    area: Rect,
    buffer: &mut Buffer,
) {
    // Behind two lines nothing is laid: moving it would send both of them, and both of the row that was
    // focused before, over the line for every key.
    let lit = focused && layout.entry_height > 1;
    if focused {
        if !lit {
            buffer.set_style(area, theme.focused());
        }
        let style = match state.pending.pane {
            Pane::List => theme.accent(),
            Pane::Detail => theme.rule(),
        };
        buffer.set_string(area.x, area.y, theme.glyphs.bar, style);
    }
    let inner = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(2),
        ..area
    };
    match part {
        0 => {
            let style = if lit { theme.title() } else { theme.text() };
            first_line(state, request, style, theme, layout, inner, buffer);
        }
        _ => second_line(state, request, theme, inner, buffer),
    }
}

fn first_line(
    state: &State,
    request: &Request,
    style: Style,
    theme: &Theme,
    layout: &Layout,
    area: Rect,
    buffer: &mut Buffer,
) {
    let brief = layout.mode == Mode::Single;
    let mut at_right = vec![state_of(state, request, brief, theme)];
    let waits = !state.is_decided(request);
    let narrow = layout.mode != Mode::Split && waits;
    if narrow && !brief {
        // Whatever stands before it keeps its place.
        let words = format!("{:>LEFT$}", at_right[0].content);
        at_right[0] = Span::styled(words, at_right[0].style);
    }
    // There is one place before the time; who has taken it on counts more than that the agent waits.
    if narrow && request.claim.is_some() {
        let words = match state.claims(request) {
            true => "yours  ",
            false => "taken  ",
        };
        at_right.insert(0, Span::styled(words, theme.text()));
    } else if narrow && request.waiting && area.width >= ACTION_FROM {
        at_right.insert(0, Span::styled("waits  ", theme.dim()));
    }
    let x = line::right(at_right, area, buffer);
    let mut width = x.saturating_sub(area.x + 1);
    if layout.mode != Mode::Split && area.width >= ACTION_FROM {
        width = area
            .width
            .saturating_sub(ACTION + TIME.max(area.right() - x));
        let action = Rect {
            x: area.x + width,
            width: ACTION - 1,
            ..area
        };
        let name = Span::styled(request.action.to_string(), theme.dim());
        line::left(vec![name], action, buffer);
        width = width.saturating_sub(1);
    }
    let risk = request.risk.level;
    let glyph = theme.glyphs.risk(risk);
    // A mark stands behind the risk, and hides nothing of it.
    let mark = match state.pending.is_marked(request.id) {
        true => Span::styled(theme.glyphs.approved, theme.accent()),
        false => Span::raw(" "),
    };
    let mut spans = vec![Span::styled(glyph, theme.risk(risk)), mark];
    let room = usize::from(width).saturating_sub(3);
    spans.extend(text::line(&request.headline, room, style, theme));
    line::left(spans, Rect { width, ..area }, buffer);
}

fn second_line(state: &State, request: &Request, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let dot = theme.glyphs.dot;
    let who = format!("   {} {dot} {}", request.action, request.agent);
    let review = request.review.as_ref().filter(|review| review.needed > 1);
    let facts = [
        review.map(|review| format!("{} of {}", review.given, review.needed)),
        request.waiting.then(|| "waits".to_owned()),
    ];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    let mut right = Vec::new();
    if let Some(claim) = &request.claim {
        let words = match state.claims(request) {
            true => "yours".to_owned(),
            false => format!("{} has it", claim.by),
        };
        right.push(Span::styled(words, theme.text()));
        right.push(Span::raw("  "));
    }
    right.push(Span::styled(facts.join("  "), theme.dim()));
    line::both(vec![Span::styled(who, theme.dim())], right, area, buffer);
}

/// At the end of a row: the time that is left, or what became of it.
fn state_of(state: &State, request: &Request, brief: bool, theme: &Theme) -> Span<'static> {
    if let Some(sending) = state.pending.sending(request.id) {
        return Span::styled(sending_words(sending.decide.decision), theme.accent());
    }
    if state.is_decided(request) {
        return outcome(state.status_of(request), theme);
    }
    if let Some(at) = request.approves_at() {
        let words = format!("auto {}", words::short(at.since(state.now.wall)));
        return Span::styled(words, theme.warning());
    }
    match request.expires_at {
        None => Span::styled("no limit", theme.dim()),
        Some(at) => {
            let left = at.since(state.now.wall);
            let style = match left < SOON {
                true => theme.text(),
                false => theme.dim(),
            };
            let words = match brief {
                true => words::short(left),
                false => format!("{} left", words::short(left)),
            };
            Span::styled(words, style)
        }
    }
}

/// What became of a request: a glyph, a word, and only then a colour.
pub fn outcome(status: Status, theme: &Theme) -> Span<'static> {
    let (glyph, style) = outcome_look(status, theme);
    Span::styled(format!("{glyph} {}", status.word()), style)
}

/// The glyph and the colour of an outcome.
pub fn outcome_look(status: Status, theme: &Theme) -> (&'static str, Style) {
    let glyphs = theme.glyphs;
    match status {
        Status::Allowed
        | Status::Approved
        | Status::Executing
        | Status::Executed
        | Status::Answered => (glyphs.approved, theme.good()),
        Status::Denied | Status::Rejected | Status::Failed | Status::Revoked => {
            (glyphs.rejected, theme.bad())
        }
        Status::Expired | Status::Lapsed | Status::Unknown => (glyphs.expired, theme.dim()),
        Status::Cancelled => (glyphs.cancelled, theme.dim()),
        Status::Pending => (glyphs.dot, theme.dim()),
    }
}
