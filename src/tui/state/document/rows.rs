//! Blocks into rows of a width.

use crate::domain::untrusted::{Line, Piece, Untrusted};

use super::{Block, Row, Shape, Tone};

/// Columns between the left edge and the values of labelled rows.
const LABEL: usize = 11;
/// Guidance of no more rows than this stands right above the keys, where they have a place of their own.
pub const ABOVE_THE_KEYS: usize = 2;
/// Keys of parameters up to this width stand on the row of their value.
const LONGEST_KEY: usize = 16;
/// The column of the values behind them.
const KEY_COLUMN: usize = LONGEST_KEY + 2;
/// Between a value and what stands behind it.
const BESIDE: &str = "  ";
const BYTES_PER_COLUMN: usize = 32;
/// The gutter and the blank behind it.
const GUTTER: usize = 2;
/// One level of nested JSON.
const INDENT: usize = 2;
/// The sign of a change and the blank behind it.
const SIGN: usize = 2;

impl Block {
    pub(super) fn lay_out(&self, shape: Shape, rows: &mut Vec<Row>) {
        let width = usize::from(shape.width);
        match self {
            Block::Gap => {
                if !rows.last().is_none_or(Row::is_blank) {
                    rows.push(Row::blank());
                }
            }
            Block::Heading(title, note) => rows.push(Row {
                label: title,
                indent: LABEL,
                pieces: vec![Piece::Quiet(note.clone())],
                tone: Tone::Aside,
                ..Row::blank()
            }),
            Block::Field {
                label,
                value,
                aside,
                tone,
            } => field_rows(label, value, aside.as_ref(), *tone, width, rows),
            Block::Guidance(words) => {
                let guidance = guidance(words, shape.width);
                if shape.compact || guidance.len() > ABOVE_THE_KEYS {
                    rows.extend(guidance);
                }
            }
            Block::Text(text) => {
                let lines = text.lines(width.saturating_sub(GUTTER));
                rows.extend(lines.into_iter().map(|line| content(0, line.pieces)));
            }
            Block::Change { sign, text, tone } => change_rows(sign, text, *tone, width, rows),
            Block::Member { key, value, quoted } => member_rows(key, value, *quoted, width, rows),
            Block::Nested { depth, key, value } => {
                nested_rows(*depth, key.as_ref(), value, width, rows);
            }
        }
    }
}

/// What policy says to whoever decides, as rows.
pub fn guidance(words: &Untrusted, width: u16) -> Vec<Row> {
    let mut rows = Vec::new();
    field_rows(
        "Guidance",
        words,
        None,
        Tone::Content,
        width.into(),
        &mut rows,
    );
    rows
}

fn content(indent: usize, pieces: Vec<Piece>) -> Row {
    Row {
        gutter: true,
        indent,
        pieces,
        ..Row::blank()
    }
}

/// A line of a change. Where it goes on below, the sign isn't repeated, and no text reaches its column.
fn change_rows(
    sign: &'static str,
    text: &Untrusted,
    tone: Tone,
    width: usize,
    rows: &mut Vec<Row>,
) {
    let room = width.saturating_sub(GUTTER);
    if sign.is_empty() {
        return rows.extend(key_rows(text, 0, room));
    }
    let lines = text.lines(room.saturating_sub(INDENT + SIGN)).into_iter();
    rows.extend(lines.enumerate().map(|(index, line)| {
        let sign = if index == 0 { sign } else { " " };
        Row {
            key: vec![Piece::Plain(format!("{sign} "))],
            tone,
            ..content(INDENT, line.pieces)
        }
    }));
}

/// A label and a value; where the value goes on below, its rows have the gutter, so that none of them
/// can pass for a label of ours.
fn field_rows(
    label: &'static str,
    value: &Untrusted,
    aside: Option<&Untrusted>,
    tone: Tone,
    width: usize,
    rows: &mut Vec<Row>,
) {
    let room = width.saturating_sub(LABEL);
    let labelled = |pieces| Row {
        label,
        indent: LABEL,
        pieces,
        tone,
        ..Row::blank()
    };
    if let Some(line) = on_one_row(value, room)
        && let Some(beside) = aside.map_or(Some(Line::default()), |aside| {
            on_one_row(aside, room.saturating_sub(line.width + BESIDE.len()))
        })
    {
        let mut row = labelled(line.pieces);
        if aside.is_some() {
            row.pieces.push(Piece::Quiet(BESIDE.to_owned()));
            row.pieces.extend(beside.pieces.into_iter().map(quiet));
        }
        return rows.push(row);
    }
    let hanging = |pieces, tone| Row {
        hangs: true,
        tone,
        ..content(LABEL - GUTTER, pieces)
    };
    let mut lines = value.even_lines(room).into_iter();
    rows.extend(lines.next().map(|line| labelled(line.pieces)));
    rows.extend(lines.map(|line| hanging(line.pieces, tone)));
    let asides = aside
        .map(|aside| aside.even_lines(room))
        .into_iter()
        .flatten();
    rows.extend(asides.map(|line| hanging(line.pieces, Tone::Aside)));
}

/// A text as one row of at most this width, if it is no longer.
fn on_one_row(text: &Untrusted, room: usize) -> Option<Line> {
    // No character of a row takes more bytes than this, with all that may be piled up on it.
    if text.len() > room.saturating_mul(BYTES_PER_COLUMN) {
        return None;
    }
    let mut lines = text.lines(room);
    let line = lines.pop().unwrap_or_default();
    (lines.is_empty() && line.width <= room).then_some(line)
}

/// Marks stay marks; the rest stands back.
fn quiet(piece: Piece) -> Piece {
    match piece {
        Piece::Plain(text) => Piece::Quiet(text),
        other => other,
    }
}

fn member_rows(
    key: &Untrusted,
    value: &Untrusted,
    quoted: bool,
    width: usize,
    rows: &mut Vec<Row>,
) {
    let room = width.saturating_sub(GUTTER);
    let quotes = if quoted { 2 } else { 0 };
    let name = on_one_row(key, LONGEST_KEY);
    let line = on_one_row(value, room.saturating_sub(KEY_COLUMN + quotes));
    let (Some(name), Some(line)) = (name, line) else {
        rows.extend(key_rows(key, 0, room));
        let lines = value.lines(room.saturating_sub(INDENT));
        return rows.extend(lines.into_iter().map(|line| content(INDENT, line.pieces)));
    };
    let mut row = content(0, line.pieces);
    if quoted {
        row.pieces.insert(0, Piece::Quiet("\"".to_owned()));
        row.pieces.push(Piece::Quiet("\"".to_owned()));
    }
    row.key = name.pieces;
    let blank = " ".repeat(KEY_COLUMN - name.width);
    row.key.push(Piece::Quiet(blank));
    rows.push(row);
}

fn nested_rows(
    depth: usize,
    key: Option<&Untrusted>,
    value: &Untrusted,
    width: usize,
    rows: &mut Vec<Row>,
) {
    let room = width.saturating_sub(GUTTER);
    // Deep structure is indented no further than leaves half the row for text.
    let indent = (depth * INDENT).min(room / 2);
    let room = room - indent;
    let Some(key) = key else {
        let lines = value.lines(room).into_iter();
        return rows.extend(lines.map(|line| content(indent, line.pieces)));
    };
    if let Some(name) = on_one_row(key, room)
        && let Some(line) = on_one_row(value, room.saturating_sub(name.width + 1))
    {
        let mut row = content(indent, line.pieces);
        row.key = name.pieces;
        row.key.push(Piece::Quiet(" ".to_owned()));
        return rows.push(row);
    }
    rows.extend(key_rows(key, indent, room));
    let deeper = INDENT.min(room / 2);
    let lines = value.lines(room - deeper).into_iter();
    rows.extend(lines.map(|line| content(indent + deeper, line.pieces)));
}

/// A key that has rows of its own.
fn key_rows(key: &Untrusted, indent: usize, room: usize) -> impl Iterator<Item = Row> {
    key.lines(room).into_iter().map(move |line| Row {
        key: line.pieces,
        ..content(indent, Vec::new())
    })
}
