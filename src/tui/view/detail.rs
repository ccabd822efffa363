//! The request that is being read: what it would do, to whom, and everything that would be executed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use crate::api::request::Request;
use crate::domain::review::Remember;
use crate::domain::time::At;
use crate::tui::state::document::{Document, Row, Tone};
use crate::tui::state::layout::{DetailParts, Layout, Mode};
use crate::tui::state::pending::Detail;
use crate::tui::state::{State, Tab, guidance_of, words};
use crate::tui::theme::Theme;
use crate::tui::widget::{line, text};

use super::{footer, history, pending, row};

/// From this width on there is room for whole sentences beside each other.
const WIDE: u16 = 46;

pub fn draw(state: &State, theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    if layout.detail.is_empty() {
        return;
    }
    let Some(focused) = state.pending.list.focused() else {
        return;
    };
    let detail = state.pending.reading();
    let parts = read(state, focused, detail, theme, layout, buffer);
    if let Some(detail) = detail
        && !parts.rule.is_empty()
    {
        line::rule(theme.glyphs.rule, theme.rule(), parts.rule, buffer);
        let left = progress(detail, usize::from(parts.text.height), theme);
        line::right(left, parts.rule, buffer);
        let guidance = guidance_of(&detail.request, layout);
        for (index, content) in guidance.iter().enumerate() {
            if let Some(area) = row(parts.guidance, index) {
                document_row(content, theme, area, buffer);
            }
        }
        footer::decision_bar(state, theme, parts.bar, buffer);
    }
}

/// A request with everything in it, as far as it is here; says where its parts stand.
pub fn read(
    state: &State,
    focused: &Request,
    detail: Option<&Detail>,
    theme: &Theme,
    layout: &Layout,
    buffer: &mut Buffer,
) -> DetailParts {
    let warnings = detail.map_or(0, |detail| detail.document.warnings.len());
    let guidance = detail.filter(|_| state.tab == Tab::Pending);
    let guidance = guidance.map_or(0, |detail| guidance_of(&detail.request, layout).len());
    let parts = layout.detail_parts(warnings, guidance);
    let request = detail.map_or(focused, |detail| &detail.request);
    headline(request, theme, parts.headline, buffer);
    meta(state, request, theme, parts.meta, buffer);
    let Some(detail) = detail else {
        if let Some(area) = row(parts.text, 0) {
            line::left(vec![Span::styled("…", theme.dim())], area, buffer);
        }
        return parts;
    };
    for (index, warning) in detail.document.warnings.iter().enumerate() {
        if let Some(area) = row(parts.warnings, index) {
            let words = format!("{} {warning}", theme.glyphs.warning);
            line::left(vec![Span::styled(words, theme.warning())], area, buffer);
        }
    }
    document_rows(&detail.document, detail.scroll, theme, parts.text, buffer);
    parts
}

/// The rows of a document from the n-th on.
pub fn document_rows(
    document: &Document,
    scroll: usize,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let above = label_above(document.rows(), scroll);
    let rows = document.rows().iter().skip(scroll);
    for (index, content) in rows.take(usize::from(area.height)).enumerate() {
        let Some(area) = row(area, index) else {
            return;
        };
        match (index, above) {
            (0, Some(labelled)) => {
                // Long labels reach to where the gutter stands.
                let gutter = content.gutter && labelled.label.len() < content.indent;
                let indent = if gutter {
                    content.indent
                } else {
                    labelled.indent
                };
                let labelled = Row {
                    label: labelled.label,
                    gutter,
                    indent,
                    ..content.clone()
                };
                document_row(&labelled, theme, area, buffer);
            }
            _ => document_row(content, theme, area, buffer),
        }
    }
}

/// The row with the label of a value that goes on in the n-th one: at the top of the window it has its label
/// again, so that nobody has to guess what it is.
fn label_above(rows: &[Row], n: usize) -> Option<&Row> {
    let goes_on = |row: &Row| row.label.is_empty() && (row.hangs || !row.gutter && row.indent > 0);
    rows.get(n).filter(|row| goes_on(row))?;
    let above = rows[..n].iter().rev();
    above
        .into_iter()
        .find(|row| !goes_on(row))
        .filter(|row| !row.label.is_empty())
}

fn headline(request: &Request, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let risk = request.risk.level;
    let words = format!(
        "{} {} risk",
        theme.glyphs.risk(risk).trim_start(),
        risk.word()
    );
    let room = usize::from(area.width).saturating_sub(words.len() + 1);
    let left = text::line(&request.headline, room, theme.title(), theme);
    let right = vec![Span::styled(words, theme.risk(risk))];
    line::both(left, right, area, buffer);
}

fn meta(state: &State, request: &Request, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    if let Some(ended) = state.ended(request) {
        let (glyph, style) = pending::outcome_look(request.status, theme);
        let spans = vec![
            Span::styled(format!("{glyph} "), style),
            Span::styled(ended, theme.text()),
        ];
        return line::left(spans, area, buffer);
    }
    let asked = words::ago(state.now.wall.since(request.created_at));
    let automatic = request.approves_at();
    let expires = request.expires_at.filter(|_| automatic.is_none());
    let left = expires.map(|at| at.since(state.now.wall));
    let next = request.review.as_ref().and_then(|r| r.fallback_at);
    let until = |at: At| words::long(at.since(state.now.wall));
    let facts = [
        Some(request.action.to_string()),
        Some(request.agent.to_string()),
        Some(format!("asked {asked}")),
        request.waiting.then(|| waiting(state, request)),
        left.map(|left| format!("{} left", words::long(left))),
        next.map(|at| format!("passed on in {}", until(at))),
    ];
    let mut right = lasting(state, theme);
    if let Some(at) = automatic {
        let how = match area.width < WIDE {
            true => "approved",
            false => "approves by itself",
        };
        let words = format!("{how} in {} unless rejected", until(at));
        right.push(words, theme.warning());
    }
    attention(state, request, theme, &mut right);
    let right = right.spans;
    let room = usize::from(area.width).saturating_sub(footer::width(&right) + APART.len());
    let mut shown = String::new();
    for fact in facts.into_iter().flatten() {
        let dot = if shown.is_empty() {
            String::new()
        } else {
            format!(" {} ", theme.glyphs.dot)
        };
        // A fact stands there whole or not at all.
        if shown.chars().count() + dot.chars().count() + fact.len() > room {
            break;
        }
        shown.push_str(&dot);
        shown.push_str(&fact);
    }
    if shown.is_empty() {
        return line::left(right, area, buffer);
    }
    // What is said of it now and then stands at the right, so that the rest stays where it is.
    line::both(vec![Span::styled(shown, theme.dim())], right, area, buffer);
}

/// Between two things that are said beside each other.
const APART: &str = "  ";

/// Words beside each other.
#[derive(Default)]
struct Said {
    spans: Vec<Span<'static>>,
}

impl Said {
    fn push(&mut self, words: String, style: Style) {
        if !self.spans.is_empty() {
            self.spans.push(Span::raw(APART));
        }
        self.spans.push(Span::styled(words, style));
    }
}

/// A person on the line waits by the second.
fn waiting(state: &State, request: &Request) -> String {
    match request.calls() {
        true => {
            let time = state.now.wall.since(request.created_at);
            format!("caller waits {}", words::passed(time))
        }
        false => "waiting".to_owned(),
    }
}

/// Who has taken it on, and who else has it on their screen.
fn attention(state: &State, request: &Request, theme: &Theme, said: &mut Said) {
    if state.tab != Tab::Pending {
        return;
    }
    let until = request.you.as_ref().and_then(|you| you.snoozed_until);
    if let Some(until) = until.filter(|until| *until > state.now.wall) {
        let until = words::when(until, state.now.wall, &state.zone);
        said.push(format!("put off until {until}"), theme.text());
    }
    if let Some(claim) = &request.claim {
        match state.claims(request) {
            true => said.push("you have it".to_owned(), theme.text()),
            false => {
                let left = words::long(claim.until.since(state.now.wall));
                let words = format!("{} has it for {left} more", claim.by);
                said.push(words, theme.warning());
            }
        }
    }
    let reading = state.pending.reading();
    let looking = reading.map_or(&[][..], |detail| detail.looking(state.now.elapsed));
    // Whoever has taken it on may be expected to look at it.
    let holder = request.claim.as_ref().map(|claim| &claim.by);
    let looking: Vec<_> = looking
        .iter()
        .filter(|person| Some(*person) != holder)
        .collect();
    match looking.as_slice() {
        [] => {}
        [one] => said.push(format!("{one} is looking"), theme.warning()),
        several => {
            let words = format!("{} others are looking", several.len());
            said.push(words, theme.warning());
        }
    }
}

/// An approval that would hold longer than once says so wherever it can be given.
fn lasting(state: &State, theme: &Theme) -> Said {
    let mut said = Said::default();
    if state.tab == Tab::Pending && state.pending.choice.remember != Remember::Once {
        let words = format!("remember {}", footer::remember(state));
        said.push(words, theme.warning());
    }
    said
}

fn document_row(content: &Row, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let style = match content.tone {
        Tone::Content => theme.text(),
        Tone::Aside => theme.dim(),
    };
    let mut spans = Vec::new();
    let indent = content.indent;
    if !content.label.is_empty() {
        spans.push(Span::styled(
            format!("{:<indent$}", content.label),
            theme.dim(),
        ));
        if content.gutter {
            spans.push(Span::styled(theme.glyphs.gutter, theme.rule()));
            spans.push(Span::raw(" "));
        }
    } else if content.gutter {
        let (before, after) = match content.hangs {
            true => (indent, 0),
            false => (0, indent),
        };
        spans.push(Span::raw(" ".repeat(before)));
        spans.push(Span::styled(theme.glyphs.gutter, theme.rule()));
        spans.push(Span::raw(" ".repeat(after + 1)));
    } else {
        spans.push(Span::raw(" ".repeat(indent)));
    }
    spans.extend(text::spans(&content.key, theme.dim(), theme));
    spans.extend(text::spans(&content.pieces, style, theme));
    line::left(spans, area, buffer);
}

/// How much of the document is still to be read; nothing when all of it has been.
pub fn progress(detail: &Detail, height: usize, theme: &Theme) -> Vec<Span<'static>> {
    let rows = detail.document.rows().len();
    let below = rows.saturating_sub(detail.scroll + height);
    let unseen = detail.unseen(height);
    if below == 0 && unseen == 0 {
        return Vec::new();
    }
    let percent = detail.seen.percent(detail.scroll, height);
    let arrow = if below > 0 {
        theme.glyphs.down
    } else {
        theme.glyphs.up
    };
    let more = match below {
        0 => String::new(),
        1 => format!("1 more line {} ", theme.glyphs.dot),
        below => format!(
            "{} more lines {} ",
            words::grouped(below as u64),
            theme.glyphs.dot
        ),
    };
    let unseen = match unseen {
        // Said once: mostly what is below is what hasn't been seen.
        0 => String::new(),
        unseen if unseen == below => String::new(),
        unseen => format!(
            " {} {} not seen",
            theme.glyphs.dot,
            words::count(unseen, "line")
        ),
    };
    let text = format!(" {arrow} {more}{percent} % seen{unseen} ");
    vec![Span::styled(text, theme.text())]
}

/// The same where the detail has no rule of its own.
pub fn progress_of(state: &State, theme: &Theme) -> Vec<Span<'static>> {
    if state.tab == Tab::History {
        return history::below(state, theme);
    }
    let layout = state.layout();
    let (_, height) = state.reading_window();
    match state.pending.reading() {
        Some(detail) if layout.mode != Mode::Split && state.detail_is_visible() => {
            progress(detail, height, theme)
        }
        _ => Vec::new(),
    }
}
