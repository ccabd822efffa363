//! Blocks into rows of a width.

use crate::domain::untrusted::{Line, Piece, Untrusted};

use super::{Block, Row, Shape, Tone};

/// Columns between the left edge and the values of labelled rows.
const LABEL: usize = 11;
/// Keys of parameters up to this width stand on the row of their value.
const LONGEST_KEY: usize = 16;
/// The gutter and the blank behind it.
const GUTTER: usize = 2;
/// One level of nested JSON.
const INDENT: usize = 2;

impl Block {
    pub(super) fn lay_out(&self, shape: Shape, rows: &mut Vec<Row>) {
        let width = usize::from(shape.width);
        match self {
            Block::Gap => {
                if !rows.last().is_some_and(Row::is_blank) {
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
            Block::Text(text) => {
                let lines = text.lines(width.saturating_sub(GUTTER));
                rows.extend(lines.into_iter().map(|line| content(0, line.pieces)));
            }
            Block::Member { key, value, quoted } => member_rows(key, value, *quoted, width, rows),
            Block::Nested { depth, key, value } => {
                nested_rows(*depth, key.as_ref(), value, width, rows);
            }
        }
    }
}

fn content(indent: usize, pieces: Vec<Piece>) -> Row {
    Row {
        gutter: true,
        indent,
        pieces,
        ..Row::blank()
    }
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
    let first = rows.len();
    for (index, line) in value.lines(room).into_iter().enumerate() {
        rows.push(Row {
            label: if index == 0 { label } else { "" },
            gutter: index > 0,
            hangs: index > 0,
            indent: if index == 0 { LABEL } else { LABEL - GUTTER },
            pieces: line.pieces,
            tone,
            ..Row::blank()
        });
        let taken = line.width;
        if let Some(aside) = aside.filter(|_| rows.len() == first + 1) {
            let beside = aside.one_line(room);
            if taken + 2 + beside.width <= room && value.lines(room).len() == 1 {
                let row = rows.last_mut().expect("the row was just put there");
                row.pieces.push(Piece::Quiet("  ".to_owned()));
                row.pieces.extend(beside.pieces.into_iter().map(quiet));
                return;
            }
        }
    }
    if let Some(aside) = aside {
        for line in aside.lines(room) {
            rows.push(Row {
                tone: Tone::Aside,
                hangs: true,
                ..content(LABEL - GUTTER, line.pieces)
            });
        }
    }
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
    let name = key.one_line(room + 1);
    let beside = room.saturating_sub(LONGEST_KEY + 2 + 2);
    let line = value.lines(beside);
    let short = line.len() == 1 && line[0].width < beside;
    if name.width <= LONGEST_KEY && short {
        let line = line.into_iter().next().unwrap_or_else(|| Line::default());
        let mut pieces = line.pieces;
        if quoted {
            pieces.insert(0, Piece::Quiet("\"".to_owned()));
            pieces.push(Piece::Quiet("\"".to_owned()));
        }
        let mut row = content(0, pieces);
        row.key = name.pieces;
        row.key
            .push(Piece::Quiet(" ".repeat(LONGEST_KEY + 2 - name.width)));
        rows.push(row);
        return;
    }
    for line in key.lines(room) {
        let mut row = content(0, Vec::new());
        row.key = line.pieces;
        rows.push(row);
    }
    for line in value.lines(room.saturating_sub(INDENT)) {
        rows.push(content(INDENT, line.pieces));
    }
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
        let lines = value.lines(room);
        rows.extend(lines.into_iter().map(|line| content(indent, line.pieces)));
        return;
    };
    let name = key.one_line(room);
    let lines = value.lines(room);
    if lines.len() == 1 && name.width + 1 + lines[0].width < room {
        let mut row = content(indent, Vec::new());
        row.key = name.pieces;
        row.key.push(Piece::Quiet(" ".to_owned()));
        row.pieces
            .extend(lines.into_iter().flat_map(|line| line.pieces));
        rows.push(row);
        return;
    }
    for line in key.lines(room) {
        let mut row = content(indent, Vec::new());
        row.key = line.pieces;
        rows.push(row);
    }
    let deeper = INDENT.min(room / 2);
    for line in value.lines(room - deeper) {
        rows.push(content(indent + deeper, line.pieces));
    }
}
