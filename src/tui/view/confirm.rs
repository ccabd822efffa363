//! The question before a grave approval. It stands where the document ends, or in its place where too little
//! of it would be left to read, and names again what would be done and to whom; `y` alone says yes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;
use ratatui::widgets::{Clear, Widget};

use crate::api::request::Request;
use crate::domain::review::Remember;
use crate::domain::untrusted::Untrusted;
use crate::tui::action::ActionId;
use crate::tui::keymap::Keymap;
use crate::tui::state::layout::{Layout, Mode};
use crate::tui::state::pending::Detail;
use crate::tui::state::{State, words};
use crate::tui::theme::Theme;
use crate::tui::widget::{line, text};

use super::{inside, row};

/// Recipients that are named one by one.
const NAMED: usize = 4;
/// Fewer rows of the request above the question are scraps of it, out of which nobody could read anything.
const WORTH_READING: u16 = 10;

pub fn draw(state: &State, theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    let Some(detail) = state.pending.reading() else {
        return;
    };
    let whole = match layout.mode {
        // The hairline above it becomes that of the question.
        Mode::Stacked if !layout.divider.is_empty() => layout.divider.union(layout.detail),
        Mode::Split | Mode::Stacked => layout.detail,
        Mode::Single | Mode::Tiny => layout.body,
    };
    let width = usize::from(whole.width).saturating_sub(4);
    let mut rows = question(detail, state.pending.choice.remember, width, theme);
    let height = u16::try_from(rows.len() + 3)
        .unwrap_or(u16::MAX)
        .min(whole.height);
    let area = match whole.height - height < WORTH_READING {
        true => whole,
        false => Rect {
            y: whole.bottom() - height,
            height,
            ..whole
        },
    };
    Clear.render(area, buffer);
    line::rule(
        theme.glyphs.heavy,
        theme.accent(),
        Rect { height: 1, ..area },
        buffer,
    );
    // With little room the answer stays, and what is named last goes.
    rows.truncate(usize::from(height.saturating_sub(2)));
    if rows.len() + 2 < usize::from(area.height) {
        rows.push(Vec::new());
    }
    rows.push(answer(&state.keymap, theme));
    let inner = inside(area, 2);
    for (index, spans) in rows.into_iter().enumerate() {
        if let Some(area) = row(inner, index + 1) {
            line::left(spans, area, buffer);
        }
    }
}

/// What would be done, to whom, and by whom.
fn question(
    detail: &Detail,
    remember: Remember,
    width: usize,
    theme: &Theme,
) -> Vec<Vec<Span<'static>>> {
    let request = &detail.request;
    let risk = request.risk.level;
    let glyph = theme.glyphs.risk(risk).trim_start();
    let question = format!("{glyph} Approve this, at {} risk?", risk.word());
    let mut rows = vec![
        vec![Span::styled(question, theme.risk(risk))],
        text::line(&request.headline, width, theme.title(), theme),
    ];
    let warnings = &detail.document.warnings;
    for warning in &warnings[warnings.len() - detail.document.hidden..] {
        let words = format!("{} {warning}", theme.glyphs.warning);
        rows.push(vec![Span::styled(words, theme.warning())]);
    }
    let lasts = words::and_from_now_on(remember);
    if !lasts.is_empty() {
        let lasts = lasts.trim_start_matches(", ");
        rows.push(vec![Span::styled(lasts, theme.warning())]);
    }
    let recipients = &detail.document.recipients;
    for recipient in recipients.iter().take(NAMED) {
        let mut spans = vec![Span::styled("to  ", theme.dim())];
        let room = width.saturating_sub(4);
        spans.extend(text::line(recipient, room, theme.text(), theme));
        rows.push(spans);
    }
    if recipients.len() > NAMED {
        let more = format!("    and {} more", recipients.len() - NAMED);
        rows.push(vec![Span::styled(more, theme.warning())]);
    }
    if request.recipients_claimed && recipients.is_empty() {
        let nobody = "to  nobody that the parameters name";
        rows.push(vec![Span::styled(nobody, theme.warning())]);
    }
    let effect = Untrusted::from(effect(request));
    let shown = effect.one_line(width);
    let lines = match shown.cut {
        false => vec![shown.pieces],
        true => {
            let lines = effect.even_lines(width).into_iter();
            lines.map(|line| line.pieces).collect()
        }
    };
    let lines = lines.iter();
    rows.extend(lines.map(|pieces| text::spans(pieces, theme.dim(), theme)));
    rows
}

/// What a yes does: it lets the action run, or counts towards those that it takes.
fn effect(request: &Request) -> String {
    let (agent, action) = (&request.agent, &request.action);
    if let Some(review) = &request.review
        && review.needed > review.given + 1
    {
        let needed = review.needed;
        return format!(
            "Yours is one of {needed} approvals; with the last, {agent} may run it once."
        );
    }
    let whom = request.on_behalf_of.as_ref();
    let whom = whom.map_or_else(String::new, |person| format!(", for {person}"));
    format!("{agent} may then run {action} once, exactly as you have read{whom}.")
}

pub fn answer(keymap: &Keymap, theme: &Theme) -> Vec<Span<'static>> {
    vec![
        Span::styled(keymap.key(ActionId::Confirm), theme.key()),
        Span::styled(" yes, approve   ", theme.text()),
        Span::styled("[ Cancel ]", theme.accent()),
        Span::styled(" esc", theme.dim()),
    ]
}
