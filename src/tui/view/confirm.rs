//! The question before a grave approval. It stands where the document ends, and names again what would
//! be done and to whom; `y` alone says yes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;
use ratatui::widgets::{Clear, Widget};

use crate::tui::state::State;
use crate::tui::state::layout::{Layout, Mode};
use crate::tui::theme::Theme;
use crate::tui::widget::{line, text};

use super::{inside, row};

/// Recipients that are named one by one.
const NAMED: usize = 4;

pub fn draw(state: &State, theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    let Some(detail) = state.pending.reading() else {
        return;
    };
    let request = &detail.request;
    let whole = match layout.mode {
        Mode::Split | Mode::Stacked => layout.detail,
        _ => layout.body,
    };
    let width = usize::from(whole.width).saturating_sub(4);
    let risk = request.risk.level;
    let question = format!(
        "{} Approve this, at {} risk?",
        theme.glyphs.risk(risk).trim_start(),
        risk.word()
    );
    let mut rows = vec![
        vec![Span::styled(question, theme.risk(risk))],
        text::line(&request.headline, width, theme.title(), theme),
    ];
    let recipients = &detail.document.recipients;
    for recipient in recipients.iter().take(NAMED) {
        let mut spans = vec![Span::styled("to  ", theme.dim())];
        spans.extend(text::line(
            recipient,
            width.saturating_sub(4),
            theme.text(),
            theme,
        ));
        rows.push(spans);
    }
    if recipients.len() > NAMED {
        let more = format!("    and {} more", recipients.len() - NAMED);
        rows.push(vec![Span::styled(more, theme.warning())]);
    }
    let effect = format!(
        "{} lets {} do it once, exactly as shown.",
        request.action, request.agent
    );
    rows.push(vec![Span::styled(effect, theme.dim())]);
    rows.push(vec![
        Span::styled("y", theme.key()),
        Span::styled(" yes, approve   ", theme.text()),
        Span::styled("[ Cancel ]", theme.accent()),
        Span::styled(" esc", theme.dim()),
    ]);
    let height = u16::try_from(rows.len() + 1)
        .unwrap_or(u16::MAX)
        .min(whole.height);
    let area = Rect {
        y: whole.bottom() - height,
        height,
        ..whole
    };
    Clear.render(area, buffer);
    line::rule(
        theme.glyphs.heavy,
        theme.accent(),
        Rect { height: 1, ..area },
        buffer,
    );
    // With little room the answer stays, and what is named last goes.
    let room = usize::from(height.saturating_sub(1));
    let answer = rows.pop().unwrap_or_default();
    rows.truncate(room.saturating_sub(1));
    rows.push(answer);
    let inner = inside(area, 2);
    for (index, spans) in rows.into_iter().enumerate() {
        if let Some(area) = row(inner, index + 1) {
            line::left(spans, area, buffer);
        }
    }
}
