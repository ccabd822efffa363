//! The operator's view as it is drawn: one number that can be read from across the room, what it is made
//! of, and how the last day went.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use crate::api::stats::{Decided, Stats, Waiting};
use crate::domain::risk::Risk;
use crate::domain::time::{At, Span as Time};
use crate::tui::state::words;
use crate::tui::theme::Theme;
use crate::tui::widget::{line, text};

use super::Watch;

/// Three columns and five rows for each digit, a bit for each dot.
const DIGITS: [[u8; 5]; 10] = [
    [0b111, 0b101, 0b101, 0b101, 0b111],
    [0b010, 0b110, 0b010, 0b010, 0b111],
    [0b111, 0b001, 0b111, 0b100, 0b111],
    [0b111, 0b001, 0b111, 0b001, 0b111],
    [0b101, 0b101, 0b111, 0b001, 0b001],
    [0b111, 0b100, 0b111, 0b001, 0b111],
    [0b111, 0b100, 0b111, 0b101, 0b111],
    [0b111, 0b001, 0b001, 0b001, 0b001],
    [0b111, 0b101, 0b111, 0b101, 0b111],
    [0b111, 0b101, 0b111, 0b001, 0b111],
];
/// Rows from which on there is room between things.
const ROOMY: u16 = 20;

pub fn draw(watch: &Watch, now: At, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let margin = 2.min(area.width / 2);
    let inside = Rect {
        x: area.x + margin,
        width: area.width - 2 * margin,
        ..area
    };
    let row = |y: u16| match y < area.height {
        true => Rect {
            y: area.y + y,
            height: 1,
            ..inside
        },
        false => Rect::ZERO,
    };
    head(watch, theme, row(0), buffer);
    let Some(stats) = &watch.stats else {
        let words = match &watch.lost {
            Some(_) => "The gate can't be reached yet.",
            None => "asking the gate …",
        };
        line::left(vec![Span::styled(words, theme.dim())], row(2), buffer);
        return;
    };
    let roomy = area.height >= ROOMY;
    let gap = u16::from(roomy);
    let mut y = 1 + gap;
    number(
        stats.waiting.total(),
        worst(&stats.waiting, theme),
        theme,
        row(y),
        buffer,
    );
    y += 5 + gap;
    for spans in told(watch, stats, now, theme, roomy) {
        line::left(spans, row(y), buffer);
        y += 1;
    }
    if area.height > y {
        let foot = area.height - 1;
        line::left(
            vec![
                Span::styled("q", theme.key()),
                Span::styled(" leave", theme.text()),
            ],
            row(foot),
            buffer,
        );
    }
}

fn head(watch: &Watch, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let glyphs = theme.glyphs;
    let link = match (&watch.lost, &watch.stats) {
        (Some(_), _) => Span::styled(
            format!("{} not connected", glyphs.reconnecting),
            theme.warning(),
        ),
        (None, Some(_)) => Span::styled(format!("{} live", glyphs.live), theme.good()),
        (None, None) => Span::styled(format!("{} connecting", glyphs.reconnecting), theme.dim()),
    };
    let title = Span::styled("Waiting for a decision", theme.title());
    line::both(vec![title], vec![link], area, buffer);
}

/// The look of the gravest that waits.
fn worst(waiting: &Waiting, theme: &Theme) -> Style {
    let grave = by_risk(waiting)
        .into_iter()
        .find(|(risk, count)| *count > 0 && *risk >= Risk::High);
    match grave {
        Some((risk, _)) => theme.risk(risk),
        None if waiting.total() == 0 => theme.dim(),
        None => theme.text(),
    }
}

fn by_risk(waiting: &Waiting) -> [(Risk, u64); 4] {
    [
        (Risk::Critical, waiting.critical),
        (Risk::High, waiting.high),
        (Risk::Medium, waiting.medium),
        (Risk::Low, waiting.low),
    ]
}

/// A number five rows high, two columns a dot where they fit.
fn number(number: u64, style: Style, theme: &Theme, first: Rect, buffer: &mut Buffer) {
    let digits: Vec<usize> = number
        .to_string()
        .bytes()
        .map(|digit| usize::from(digit - b'0'))
        .collect();
    let wide = digits.len() * 8 <= usize::from(first.width);
    let dot = theme.glyphs.block.repeat(if wide { 2 } else { 1 });
    let blank = " ".repeat(if wide { 2 } else { 1 });
    for (at, y) in (first.y..).take(5).enumerate() {
        let mut drawn = String::new();
        for digit in &digits {
            for bit in [4, 2, 1] {
                let set = DIGITS[*digit][at] & bit != 0;
                drawn.push_str(if set { &dot } else { &blank });
            }
            drawn.push_str(&blank);
        }
        if y < buffer.area.bottom() {
            let area = Rect { y, ..first };
            line::left(vec![Span::styled(drawn, style)], area, buffer);
        }
    }
}

/// What stands below the number, row by row.
fn told(
    watch: &Watch,
    stats: &Stats,
    now: At,
    theme: &Theme,
    roomy: bool,
) -> Vec<Vec<Span<'static>>> {
    let mut rows = Vec::new();
    let waiting = &stats.waiting;
    let risks = by_risk(waiting).map(|(risk, count)| {
        let style = match count {
            0 => theme.dim(),
            _ => theme.risk(risk),
        };
        let glyph = theme.glyphs.risk(risk);
        let (word, count) = (risk.word(), words::grouped(count));
        match roomy {
            true => Span::styled(format!("{glyph} {word:<10}{count:>7}"), style),
            false => Span::styled(format!("{} {count}  ", glyph.trim()), style),
        }
    });
    match roomy {
        true => rows.extend(risks.map(|span| vec![span])),
        false => rows.push(risks.to_vec()),
    }
    if roomy {
        rows.push(Vec::new());
    }
    let oldest = match waiting.oldest {
        Some(oldest) => format!("oldest asked {}", words::ago(now.since(oldest))),
        None => "nothing waits".to_owned(),
    };
    let mut urgent = vec![Span::styled(oldest, theme.text())];
    if waiting.expiring > 0 {
        let expiring = format!(
            "   {} {} within 15 min",
            words::grouped(waiting.expiring),
            if waiting.expiring == 1 {
                "expires"
            } else {
                "expire"
            },
        );
        urgent.push(Span::styled(expiring, theme.warning()));
    }
    rows.push(urgent);
    if roomy {
        rows.push(Vec::new());
    }
    rows.push(vec![
        Span::styled(sparkline(&stats.decided, theme), theme.text()),
        Span::styled("  decided by the hour, now at the right", theme.dim()),
    ]);
    rows.push(vec![Span::styled(decided(stats), theme.dim())]);
    if roomy {
        rows.push(Vec::new());
    }
    if let Some(why) = &watch.lost {
        rows.push(vec![Span::styled(why.clone(), theme.warning())]);
    } else if let Some((at, alarm)) = &watch.alarm {
        let level = alarm.risk.level;
        let said = format!(
            "{} {}  ",
            theme.glyphs.risk(level).trim(),
            words::ago(now.since(*at))
        );
        let mut last = vec![Span::styled(said, theme.risk(level))];
        last.extend(text::line(&alarm.headline, 80, theme.text(), theme));
        rows.push(last);
    }
    rows
}

fn decided(stats: &Stats) -> String {
    let decided = &stats.decided;
    let total = words::grouped(decided.total);
    let within = words::long(stats.at.since(decided.since));
    let half = decided.median_seconds.map_or_else(String::new, |seconds| {
        let seconds = Time::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX / 1_000));
        format!(", half of them within {}", words::long(seconds))
    });
    format!("{total} decided in {within}{half}")
}

/// A column for each hour, the latest at the right. An hour without decisions has only a dot.
fn sparkline(decided: &Decided, theme: &Theme) -> String {
    let most = decided.hours.iter().map(|hour| hour.decisions).max();
    let bars = theme.glyphs.bars;
    let hours = decided.hours.iter().rev();
    hours
        .map(|hour| match (hour.decisions, most) {
            (0, _) | (_, None | Some(0)) => theme.glyphs.dot,
            (count, Some(most)) => {
                let steps = bars.len() as u64;
                let step = (count * steps).div_ceil(most).clamp(1, steps) - 1;
                bars[usize::try_from(step).unwrap_or(0)]
            }
        })
        .collect()
}
