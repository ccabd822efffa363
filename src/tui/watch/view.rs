//! The operator's view as it is drawn: one number that can be read from across the room, what it is made
//! of, and how the last day went.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use crate::api::stats::{Decided, Stats, Waiting};
use crate::domain::risk::Risk;
use crate::domain::time::{At, Span as Time};
use crate::domain::untrusted::Untrusted;
use crate::tui::state::words;
use crate::tui::theme::Theme;
use crate::tui::widget::{line, text};

use super::{Look, Watch};

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
/// Columns below which words are few.
const NARROW: u16 = 60;
/// Columns for what stands beside the number there.
const RISKS: usize = 18;

/// How much room there is.
#[derive(Clone, Copy)]
struct Shape {
    width: usize,
    narrow: bool,
    roomy: bool,
}

pub fn draw(watch: &Watch, now: At, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
    let theme = look.theme;
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
    let shape = Shape {
        width: usize::from(inside.width),
        narrow: area.width < NARROW,
        roomy: area.height >= ROOMY && area.width >= NARROW,
    };
    head(watch, look, shape, row(0), buffer);
    let Some(stats) = &watch.stats else {
        let words = match &watch.lost {
            Some(_) => "The gate can't be reached yet.",
            None => "asking the gate …",
        };
        line::left(vec![Span::styled(words, theme.dim())], row(2), buffer);
        return foot(look, row(area.height.saturating_sub(1)), buffer);
    };
    let gap = u16::from(shape.roomy);
    let mut y = 1 + gap;
    let style = worst(&stats.waiting, theme);
    let wide = number(stats.waiting.total(), style, shape, theme, row(y), buffer);
    if shape.narrow {
        // Beside the number, where the rows below are few.
        let beside = wide + 2;
        for (place, span) in (y..).zip(by_risk_words(&stats.waiting, shape, theme)) {
            let area = row(place);
            let area = Rect {
                x: (area.x + beside).min(area.right()),
                width: area.width.saturating_sub(beside),
                ..area
            };
            line::left(vec![span], area, buffer);
        }
    }
    y += 5 + gap;
    for spans in told(stats, now, theme, shape) {
        line::left(spans, row(y), buffer);
        y += 1;
    }
    let left = usize::from(area.height.saturating_sub(y + 1));
    for spans in last(watch, now, theme, shape, left) {
        line::left(spans, row(y), buffer);
        y += 1;
    }
    if area.height > y {
        foot(look, row(area.height - 1), buffer);
    }
}

/// How it is left, and to where.
fn foot(look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
    let theme = look.theme;
    let (key, words) = match look.back {
        true => ("esc", " back"),
        false => ("q", " leave"),
    };
    let spans = vec![
        Span::styled(key, theme.key()),
        Span::styled(words, theme.text()),
    ];
    line::left(spans, area, buffer);
}

fn head(watch: &Watch, look: &Look<'_>, shape: Shape, area: Rect, buffer: &mut Buffer) {
    let theme = look.theme;
    let glyphs = theme.glyphs;
    let link = match (&watch.lost, &watch.stats) {
        (Some(_), _) => Span::styled(
            format!("{} not connected", glyphs.reconnecting),
            theme.warning(),
        ),
        (None, Some(_)) => Span::styled(format!("{} live", glyphs.live), theme.good()),
        (None, None) => Span::styled(format!("{} connecting", glyphs.reconnecting), theme.dim()),
    };
    let title = match shape.narrow {
        true => "Waiting",
        false => "Waiting for a decision",
    };
    let mut right = vec![link];
    if look.sample {
        right.insert(0, Span::styled("SAMPLE  ", theme.warning()));
    }
    line::both(
        vec![Span::styled(title, theme.title())],
        right,
        area,
        buffer,
    );
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

/// A number five rows high, two columns a dot where they fit; and how wide it is.
fn number(
    number: u64,
    style: Style,
    shape: Shape,
    theme: &Theme,
    first: Rect,
    buffer: &mut Buffer,
) -> u16 {
    let digits: Vec<usize> = number
        .to_string()
        .bytes()
        .map(|digit| usize::from(digit - b'0'))
        .collect();
    let room = match shape.narrow {
        true => shape.width.saturating_sub(RISKS),
        false => shape.width,
    };
    let dots = if digits.len() * 8 <= room { 2 } else { 1 };
    let (dot, blank) = (theme.glyphs.block.repeat(dots), " ".repeat(dots));
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
    u16::try_from(digits.len() * 4 * dots).unwrap_or(u16::MAX)
}

/// How much waits at each risk.
fn by_risk_words(waiting: &Waiting, shape: Shape, theme: &Theme) -> Vec<Span<'static>> {
    let risks = by_risk(waiting).map(|(risk, count)| {
        let style = match count {
            0 => theme.dim(),
            _ => theme.risk(risk),
        };
        let glyph = theme.glyphs.risk(risk);
        let (word, count) = (risk.word(), words::grouped(count));
        let text = match (shape.roomy, shape.narrow) {
            (true, _) => format!("{glyph} {word:<10}{count:>7}"),
            (false, true) => format!("{glyph} {word:<9}{count}"),
            (false, false) => format!("{} {count}  ", glyph.trim()),
        };
        Span::styled(text, style)
    });
    risks.to_vec()
}

/// What stands below the number, row by row.
fn told(stats: &Stats, now: At, theme: &Theme, shape: Shape) -> Vec<Vec<Span<'static>>> {
    let mut rows = Vec::new();
    let waiting = &stats.waiting;
    let gap = |rows: &mut Vec<Vec<Span<'static>>>| {
        if shape.roomy {
            rows.push(Vec::new());
        }
    };
    match (shape.roomy, shape.narrow) {
        (true, _) => {
            let risks = by_risk_words(waiting, shape, theme);
            rows.extend(risks.into_iter().map(|span| vec![span]));
        }
        (false, true) => {}
        (false, false) => rows.push(by_risk_words(waiting, shape, theme)),
    }
    gap(&mut rows);
    let oldest = match (waiting.oldest, shape.narrow) {
        (Some(oldest), true) => format!("oldest {}", words::short(now.since(oldest))),
        (Some(oldest), false) => format!("oldest asked {}", words::ago(now.since(oldest))),
        (None, _) => "nothing waits".to_owned(),
    };
    let mut urgent = vec![Span::styled(oldest, theme.text())];
    if waiting.expiring > 0 {
        let count = words::grouped(waiting.expiring);
        let expiring = match (shape.narrow, waiting.expiring) {
            (true, _) => format!("  {count} due in 15 min"),
            (false, 1) => format!("   {count} expires within 15 min"),
            (false, _) => format!("   {count} expire within 15 min"),
        };
        urgent.push(Span::styled(expiring, theme.warning()));
    }
    rows.push(urgent);
    gap(&mut rows);
    let hours = match shape.narrow {
        true => "  by hour",
        false => "  decided by the hour, now at the right",
    };
    rows.push(vec![
        Span::styled(sparkline(&stats.decided, theme), theme.text()),
        Span::styled(hours, theme.dim()),
    ]);
    rows.push(vec![Span::styled(decided(stats, shape), theme.dim())]);
    gap(&mut rows);
    rows
}

/// What happened last, in as many rows as it needs and there are.
fn last(
    watch: &Watch,
    now: At,
    theme: &Theme,
    shape: Shape,
    most: usize,
) -> Vec<Vec<Span<'static>>> {
    let (said, style, what, ink) = if let Some(why) = &watch.lost {
        let why = Untrusted::from(why.as_str());
        (String::new(), theme.warning(), why, theme.warning())
    } else if let Some((at, alarm)) = &watch.alarm {
        let level = alarm.risk.level;
        let glyph = theme.glyphs.risk(level).trim();
        let said = format!("{glyph} {}  ", words::ago(now.since(*at)));
        (
            said,
            theme.risk(level),
            alarm.headline.clone(),
            theme.text(),
        )
    } else {
        return Vec::new();
    };
    let lead = Span::raw(said.clone()).width();
    // A column is left for the sign that there is more.
    let room = shape.width.saturating_sub(lead + 1).max(2);
    let lines = what.lines(room);
    let cut = lines.len() > most;
    let mut rows = Vec::new();
    for (at, written) in lines.into_iter().take(most).enumerate() {
        let mut spans = match at {
            0 => vec![Span::styled(said.clone(), style)],
            _ => vec![Span::raw(" ".repeat(lead))],
        };
        spans.extend(text::spans(&written.pieces, ink, theme));
        if cut && at + 1 == most {
            spans.push(Span::styled("…", theme.dim()));
        }
        rows.push(spans);
    }
    rows
}

fn decided(stats: &Stats, shape: Shape) -> String {
    let decided = &stats.decided;
    let total = words::grouped(decided.total);
    let since = words::long(stats.at.since(decided.since));
    let (some, half, within) = match shape.narrow {
        true => ("in", "half", "in"),
        false => ("decided in", "half of them", "within"),
    };
    let median = match decided.median_seconds {
        None => String::new(),
        Some(0) => format!(", {half} at once"),
        Some(seconds) => {
            let seconds = Time::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX / 1_000));
            format!(", {half} {within} {}", words::long(seconds))
        }
    };
    format!("{total} {some} {since}{median}")
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
