//! Breaks text into lines for the detail of a request.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::layout::{BLANKS_IN_A_ROW, Line, NARROW_TAB, Piece, TAB, cell_width, dress, plural};
use super::units::{HardLine, Unit, Units, hard_lines};

/// A wide character needs two columns.
const NARROWEST: usize = 2;

pub(super) fn lines(text: &str, width: usize) -> Vec<Line> {
    let mut wrap = Wrap {
        width: width.max(NARROWEST),
        ..Wrap::default()
    };
    for line in hard_lines(text) {
        match line {
            HardLine::Text(text) => {
                Units::new(text, BLANKS_IN_A_ROW).for_each(|unit| wrap.add(unit))
            }
            HardLine::Blank(lines) => {
                wrap.place(Piece::Mark(format!("… {} …", plural(lines, "blank line"))))
            }
        }
        wrap.end_line();
    }
    wrap.lines
}

/// Fewer columns than this are a word or two.
const STRAY: usize = 14;
/// What is longer has enough below its first lines, and isn't worth looking at again.
const SHORT: usize = 8;

pub(super) fn even_lines(text: &str, width: usize) -> Vec<Line> {
    let full = lines(text, width);
    if !leaves_a_word(&full, width) {
        return full;
    }
    // More columns never need more lines, so that the fewest columns that do with these are found by halves.
    let (mut too_few, mut enough) = (width / 2, width);
    let mut even = full;
    let many = even.len();
    while enough - too_few > 1 {
        let middle = too_few + (enough - too_few) / 2;
        let tried = lines(text, middle);
        match tried.len() <= many && is_between_words(&tried) {
            true => (enough, even) = (middle, tried),
            false => too_few = middle,
        }
    }
    even
}

/// Whether the last line is a rest of the one before, and hardly anything.
fn leaves_a_word(lines: &[Line], width: usize) -> bool {
    let [_, .., last] = lines else {
        return false;
    };
    lines.len() <= SHORT && last.width < STRAY.min(width / 2) && is_between_words(lines)
}

/// Whether it is one line of the text, and each break is at a blank, which the row before ends with.
fn is_between_words(lines: &[Line]) -> bool {
    let [_, rest @ ..] = lines else {
        return true;
    };
    let blank = |line: &Line| {
        let last = line.pieces.last();
        last.is_some_and(|piece| piece.text().ends_with(' '))
    };
    rest.iter().all(|line| line.continued) && lines[..lines.len() - 1].iter().all(blank)
}

/// Breaks lines between words. The last column is kept free for the blank at which a line is broken,
/// so that no blank is ever lost: where text stands in the last column, the word goes on below.
#[derive(Default)]
struct Wrap {
    width: usize,
    lines: Vec<Line>,
    row: Line,
    /// The word that isn't placed yet, since its end isn't known.
    word: Line,
    /// Inside a word that is wider than a line; it is broken wherever the line ends.
    long_word: bool,
}

impl Wrap {
    fn add(&mut self, unit: Unit<'_>) {
        match unit {
            Unit::Blank(_) | Unit::MoreBlanks(_) => {
                self.end_word();
                if self.row.width == self.width {
                    self.new_row();
                }
                let tab_fits = self.row.width + TAB <= self.width;
                let column = if tab_fits { self.row.width } else { NARROW_TAB };
                self.place(dress(unit, column));
            }
            // Scripts with wide characters don't put blanks between words.
            Unit::Text { width: 2.., .. } => {
                self.end_word();
                self.word.push(unit, 0);
                self.end_word();
            }
            _ => {
                self.word.push(unit, 0);
                if self.long_word {
                    self.place_word();
                } else if self.word.width >= self.width {
                    if !self.row.is_blank() {
                        self.new_row();
                    }
                    self.place_word();
                    self.long_word = true;
                }
            }
        }
    }

    fn end_word(&mut self) {
        if self.word.width == 0 {
            self.long_word = false;
            return;
        }
        let room = self.width - 1;
        if !self.long_word && self.row.width > 0 && self.row.width + self.word.width > room {
            self.new_row();
        }
        self.place_word();
        self.long_word = false;
    }

    fn place_word(&mut self) {
        let word = std::mem::take(&mut self.word);
        if self.row.width + word.width <= self.width {
            self.row.append_line(word);
        } else {
            word.pieces.into_iter().for_each(|piece| self.place(piece));
        }
    }

    /// Puts a piece at the end of the row; what doesn't fit goes on the next. Only text is broken at
    /// any place, a mark just if it is wider than a whole line.
    fn place(&mut self, piece: Piece) {
        let width = cell_width(piece.text());
        if self.row.width + width <= self.width {
            self.row.append(piece, width);
        } else if width <= self.width && !matches!(piece, Piece::Plain(_)) {
            self.new_row();
            self.row.append(piece, width);
        } else {
            for cluster in piece.text().graphemes(true) {
                if cluster.width() <= self.width {
                    self.place_cluster(&piece, cluster);
                } else {
                    bases(cluster).for_each(|base| self.place_cluster(&piece, base));
                }
            }
        }
    }

    fn place_cluster(&mut self, piece: &Piece, cluster: &str) {
        let width = cluster.width();
        if self.row.width + width > self.width {
            self.new_row();
        }
        self.row.append(piece.with(cluster), width);
    }

    fn new_row(&mut self) {
        let next = Line {
            continued: true,
            ..Line::default()
        };
        self.lines.push(std::mem::replace(&mut self.row, next));
    }

    fn end_line(&mut self) {
        self.end_word();
        self.lines.push(std::mem::take(&mut self.row));
    }
}

/// A cluster of several columns, cut before each character that takes columns of its own.
fn bases(cluster: &str) -> impl Iterator<Item = &str> {
    let starts = cluster
        .char_indices()
        .filter(|&(at, c)| at == 0 || c.width() != Some(0));
    let ends = starts
        .clone()
        .skip(1)
        .map(|(at, _)| at)
        .chain([cluster.len()]);
    starts
        .zip(ends)
        .map(|((start, _), end)| &cluster[start..end])
}
