//! What stands on the screen for each unit, and the form for a single line.

use std::mem::discriminant;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::units::{Unit, Units, tag};

/// A stretch of a line. What the agent wrote and what stands in its place are told apart by the
/// variant, so a view gives them different styles: an agent can write `<U+202E>`, but only as `Plain`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// The agent's text as it is.
    Plain(String),
    /// Stands for something hidden or left out, and wants attention.
    Mark(String),
    /// Stands for something ordinary that can't be shown as it is (a line end, a tab, the joints of
    /// an emoji) or for the part that was cut off.
    Quiet(String),
}

impl Piece {
    /// The text to draw, whatever its kind.
    pub fn text(&self) -> &str {
        match self {
            Piece::Plain(text) | Piece::Mark(text) | Piece::Quiet(text) => text,
        }
    }

    fn text_mut(&mut self) -> &mut String {
        match self {
            Piece::Plain(text) | Piece::Mark(text) | Piece::Quiet(text) => text,
        }
    }

    /// A part of the same piece.
    pub(super) fn with(&self, text: &str) -> Piece {
        let text = text.to_owned();
        match self {
            Piece::Plain(_) => Piece::Plain(text),
            Piece::Mark(_) => Piece::Mark(text),
            Piece::Quiet(_) => Piece::Quiet(text),
        }
    }
}

/// The beginning of a text on one line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    pub pieces: Vec<Piece>,
    /// Columns taken.
    pub width: usize,
    /// Whether text was left out at the end; the last piece is then an ellipsis, if there was room.
    pub cut: bool,
}

/// One line of a text that was wrapped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    pub pieces: Vec<Piece>,
    /// Columns taken.
    pub width: usize,
    /// Whether the agent's line began further up and goes on here.
    pub continued: bool,
}

/// Blanks shown in a row, on one line and in wrapped text. On one line, line ends count as well.
const BLANKS_ON_ONE_LINE: usize = 4;
pub(super) const BLANKS_IN_A_ROW: usize = 40;

/// What one line looks at: enough for any honest text, and a bound for piles of marks and blanks.
const BYTES_PER_LINE: usize = 4096;
const BYTES_PER_COLUMN: usize = 16;

/// Tab stops are this many columns apart; a tab before the last of them takes a single column.
pub(super) const TAB: usize = 4;
pub(super) const NARROW_TAB: usize = TAB - 1;

const ELLIPSIS: &str = "…";

pub(super) fn one_line(text: &str, max_width: usize) -> Shown {
    plain_line(text, max_width).unwrap_or_else(|| dressed_line(text, max_width))
}

/// Most of what is shown needs no looking at: each of its bytes is a column.
fn plain_line(text: &str, max_width: usize) -> Option<Shown> {
    const MORE_BLANKS: &str = "     ";
    const { assert!(MORE_BLANKS.len() == BLANKS_ON_ONE_LINE + 1) };
    let is_plain = text.len() <= BYTES_PER_LINE
        && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
        && !text.contains(MORE_BLANKS);
    if !is_plain {
        return None;
    }
    let cut = text.len() > max_width;
    let room = if cut {
        max_width.saturating_sub(1)
    } else {
        text.len()
    };
    let mut pieces = Vec::with_capacity(2);
    if room > 0 {
        pieces.push(Piece::Plain(text[..room].to_owned()));
    }
    if cut && max_width > 0 {
        pieces.push(Piece::Quiet(ELLIPSIS.to_owned()));
    }
    Some(Shown {
        pieces,
        width: text.len().min(max_width),
        cut,
    })
}

fn dressed_line(text: &str, max_width: usize) -> Shown {
    let budget = max_width
        .saturating_mul(BYTES_PER_COLUMN)
        .saturating_add(BYTES_PER_LINE);
    let seen = &text[..text.floor_char_boundary(budget)];
    let mut row = Line::default();
    // Where to go back to when the text turns out not to fit: the last place with room for the ellipsis.
    let (mut pieces, mut last_piece, mut width) = (0, 0, 0);
    let mut cut = seen.len() < text.len();
    for unit in Units::new(seen, BLANKS_ON_ONE_LINE) {
        if row.width < max_width {
            pieces = row.pieces.len();
            last_piece = row.pieces.last().map_or(0, |piece| piece.text().len());
            width = row.width;
        }
        row.push(unit, NARROW_TAB);
        if row.width > max_width {
            cut = true;
            break;
        }
    }
    if cut && row.width >= max_width {
        row.pieces.truncate(pieces);
        if let Some(piece) = row.pieces.last_mut() {
            piece.text_mut().truncate(last_piece);
        }
        row.width = width;
    }
    if cut && max_width > 0 {
        row.pieces.push(Piece::Quiet(ELLIPSIS.to_owned()));
        row.width += 1;
    }
    Shown {
        pieces: row.pieces,
        width: row.width,
        cut,
    }
}

impl Line {
    pub(super) fn push(&mut self, unit: Unit<'_>, column: usize) {
        if let Unit::Text { text, width } = unit
            && let Some(Piece::Plain(before)) = self.pieces.last_mut()
        {
            before.push_str(text);
            self.width += width;
        } else {
            let piece = dress(unit, column);
            let width = cell_width(piece.text());
            self.append(piece, width);
        }
    }

    pub(super) fn append(&mut self, piece: Piece, width: usize) {
        self.width += width;
        match self.pieces.last_mut() {
            Some(last) if discriminant(last) == discriminant(&piece) => {
                last.text_mut().push_str(piece.text());
            }
            _ => self.pieces.push(piece),
        }
    }

    pub(super) fn append_line(&mut self, line: Line) {
        self.width += line.width;
        line.pieces
            .into_iter()
            .for_each(|piece| self.append(piece, 0));
    }

    /// Whether nothing but blanks, and what stands for them, is on the line.
    pub(super) fn is_blank(&self) -> bool {
        self.pieces.iter().all(|piece| match piece {
            Piece::Plain(text) => text.bytes().all(|b| b == b' '),
            Piece::Quiet(_) => true,
            Piece::Mark(_) => false,
        })
    }
}

/// Columns as a screen buffer counts them: cluster by cluster.
pub(super) fn cell_width(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// What stands for a unit that begins at a column; the column matters for tabs only.
pub(super) fn dress(unit: Unit<'_>, column: usize) -> Piece {
    match unit {
        Unit::Text { text, .. } => Piece::Plain(text.to_owned()),
        Unit::Blank(' ') => Piece::Plain(" ".to_owned()),
        Unit::Blank('\t') => Piece::Quiet(format!("{:<1$}", '╌', TAB - column % TAB)),
        Unit::Blank('\n') => Piece::Quiet("⏎".to_owned()),
        Unit::Blank('\u{3000}') => Piece::Quiet("┈┈".to_owned()),
        Unit::Blank(_) => Piece::Quiet("┈".to_owned()),
        Unit::Joint => Piece::Quiet("╴".to_owned()),
        Unit::Keycap(key) => Piece::Quiet(format!("{key}\u{20E3}")),
        Unit::Flag(region) => Piece::Quiet(format!("╴{}", untagged(region))),
        Unit::Named(c) => Piece::Mark(name(c)),
        Unit::Tags(tags) => Piece::Mark(format!("<tags: {}>", untagged(tags))),
        Unit::Loose(marks) => Piece::Mark(format!("◌{marks}")),
        Unit::MoreMarks(n) => Piece::Mark(format!("<+{}>", plural(n, "mark"))),
        Unit::MoreBlanks(n) => Piece::Mark(format!("<+{}>", plural(n, "blank"))),
    }
}

/// `^[` for a control character of ASCII, `<U+202E>` for any other.
pub(super) fn name(c: char) -> String {
    match c {
        '\0'..='\x1F' => format!("^{}", char::from(c as u8 + b'@')),
        '\x7F' => "^?".to_owned(),
        _ => format!("<U+{:04X}>", u32::from(c)),
    }
}

fn untagged(tags: &str) -> String {
    tags.chars().filter_map(tag).collect()
}

/// `1 mark`, `9,997 marks`.
pub(super) fn plural(n: usize, noun: &str) -> String {
    format!("{} {noun}{}", grouped(n), if n == 1 { "" } else { "s" })
}

/// A number with its thousands set apart: `9,997`.
fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_plain_line_is_shown_as_any_other(text in "[ a~]{0,30}|\\PC{0,12}", width in 0_usize..40) {
            if let Some(plain) = plain_line(&text, width) {
                prop_assert_eq!(plain, dressed_line(&text, width));
            }
        }
    }
}
