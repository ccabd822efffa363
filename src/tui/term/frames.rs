//! A canvas for slow lines: what a frame changes is gathered and written in one piece, and says as little as
//! can be. The way to the next cell is the shorter one of going there and writing again what stands
//! between; the blank rest of a row is erased rather than written; colours are said when they change, and
//! of blanks only what is seen of them.
//!
//! It uses no control functions but those to place the cursor, to erase and to choose colours: a frame is
//! then easily judged, by terminals and by tests.

use std::fs::File;
use std::io::{self, Write};

use crossterm::queue;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use ratatui::buffer::{Buffer, Cell, CellWidth as _};
use ratatui::layout::{Position, Rect, Size};

use super::canvas::Canvas;
use super::pen::{Pen, number};
use super::shown::Shown;
use super::width;

/// Blank cells that cost more than erasing them does.
const ERASE_FROM: usize = 4;

/// What frames are written to.
pub trait Line: Write {
    /// How large the screen at its end is.
    fn size(&self) -> io::Result<Size>;
}

impl Line for File {
    fn size(&self) -> io::Result<Size> {
        let size = rustix::termios::tcgetwinsize(self)?;
        Ok(Size::new(size.ws_col, size.ws_row))
    }
}

/// The canvas.
pub struct Frames<L> {
    line: L,
    /// What is to be written.
    frame: Vec<u8>,
    shown: Shown,
    /// What is to be shown.
    next: Buffer,
    pen: Pen,
    /// Where the terminal's cursor is, as far as that is known.
    at: Option<Position>,
    cursor_shown: bool,
}

impl<L: Line> Frames<L> {
    /// Frames go to `line`, which should not buffer.
    pub fn new(line: L) -> Self {
        Self {
            line,
            frame: Vec::new(),
            shown: Shown::default(),
            next: Buffer::default(),
            pen: Pen::PLAIN,
            at: None,
            cursor_shown: true,
        }
    }

    fn go(&mut self, x: u16, y: u16) {
        if self.at == Some(Position { x, y }) {
            return;
        }
        self.frame.extend_from_slice(b"\x1b[");
        number(y + 1, &mut self.frame);
        self.frame.push(b';');
        number(x + 1, &mut self.frame);
        self.frame.push(b'H');
        self.at = Some(Position { x, y });
    }

    /// Goes to a cell that is to be written next, over what stands between if that is shorter.
    fn reach(&mut self, x: u16, y: u16) {
        let Some(at) = self.at.filter(|at| at.y == y && at.x < x) else {
            return self.go(x, y);
        };
        let pen = self.pen;
        let between = || self.shown.known(y, at.x, x);
        let steps = between().filter(|_| usize::from(x - at.x) < jump(x, y));
        let steps = steps.into_iter().flatten();
        let mut length = 0;
        let walks = steps.into_iter().all(|cell| {
            length += cell.symbol().len();
            pen.suits(cell)
        });
        if !walks || length == 0 || length >= jump(x, y) {
            return self.go(x, y);
        }
        for cell in between().into_iter().flatten() {
            self.frame.extend_from_slice(cell.symbol().as_bytes());
        }
        self.at = Some(Position { x, y });
    }

    fn write(&mut self, x: u16, y: u16, cell: &Cell) {
        self.reach(x, y);
        if !self.pen.suits(cell) {
            self.pen.become_this(Pen::of(cell), &mut self.frame);
        }
        self.frame.extend_from_slice(cell.symbol().as_bytes());
        let next = x + cell.cell_width().max(1);
        // Behind the last column, and behind what isn't as wide everywhere, terminals differ in where they are.
        let known = next < self.shown.width() && width::is_sure(cell.symbol());
        self.at = known.then_some(Position { x: next, y });
    }

    /// Writes what is new in a row, from left to right.
    fn row(&mut self, y: u16, cells: &[(u16, &Cell)]) {
        let was_sure = self.shown.is_sure(y);
        for (x, cell) in cells {
            self.shown.put(*x, y, cell);
        }
        if !(was_sure && self.shown.is_sure(y)) {
            return self.anew(y);
        }
        let blank = self.shown.blank_from(y);
        let tail = cells.iter().filter(|(x, _)| *x >= blank).count();
        let kept = match tail >= ERASE_FROM {
            true => cells.len() - tail,
            false => cells.len(),
        };
        for (x, cell) in &cells[..kept] {
            self.write(*x, y, cell);
        }
        if let Some((x, _)) = cells.get(kept) {
            self.reach(*x, y);
            self.erase();
        }
    }

    /// Erases the rest of the row. What colour letters are written in is nothing to a blank.
    fn erase(&mut self) {
        if !self.pen.suits(&Cell::EMPTY) {
            self.pen.become_this(Pen::PLAIN, &mut self.frame);
        }
        self.frame.extend_from_slice(b"\x1b[K");
    }

    /// Erases a row and writes all that is known of it: where a terminal counts columns in its own way, what it
    /// shows of the row isn't what was meant, and would stay.
    fn anew(&mut self, y: u16) {
        self.go(0, y);
        self.erase();
        for (x, cell) in self.shown.written(y) {
            self.write(x, y, &cell);
        }
    }
}

/// How many bytes it takes to go to a cell.
fn jump(x: u16, y: u16) -> usize {
    let digits = |n: u16| {
        if n < 9 {
            1
        } else if n < 99 {
            2
        } else {
            3
        }
    };
    4 + digits(x) + digits(y)
}

impl<L: Line> Frames<L> {
    /// Erases everything.
    fn blank(&mut self, size: Size) {
        self.shown.blank(size.width, size.height);
        self.next = Buffer::empty(Rect::from((Position::ORIGIN, size)));
        // Whatever else had the terminal may have left its colours and its cursor.
        self.pen = Pen::PLAIN;
        self.cursor_shown = false;
        self.at = None;
        self.frame.extend_from_slice(b"\x1b[?25l\x1b[m\x1b[2J");
    }

    fn cursor(&mut self, cursor: Option<Position>) {
        if self.cursor_shown != cursor.is_some() {
            self.cursor_shown = cursor.is_some();
            self.frame.extend_from_slice(match cursor {
                Some(_) => b"\x1b[?25h",
                None => b"\x1b[?25l",
            });
        }
        if let Some(Position { x, y }) = cursor {
            self.go(x, y);
        }
    }

    /// Writes what there is to be written, unless that is nothing.
    fn send(&mut self) -> io::Result<()> {
        if self.frame.is_empty() {
            return Ok(());
        }
        self.pen.become_this(Pen::PLAIN, &mut self.frame);
        let mut whole = Vec::with_capacity(self.frame.len() + 16);
        queue!(whole, BeginSynchronizedUpdate)?;
        whole.append(&mut self.frame);
        queue!(whole, EndSynchronizedUpdate)?;
        self.line.write_all(&whole)?;
        self.line.flush()
    }
}

impl<L: Line> Canvas for Frames<L> {
    type Error = io::Error;

    fn size(&self) -> io::Result<Size> {
        self.line.size()
    }

    fn clear(&mut self) -> io::Result<()> {
        let size = self.line.size()?;
        self.blank(size);
        Ok(())
    }

    fn draw(&mut self, paint: impl FnOnce(&mut Buffer) -> Option<Position>) -> io::Result<()> {
        let size = self.line.size()?;
        if self.next.area.as_size() != size {
            self.blank(size);
        }
        self.next.reset();
        let cursor = paint(&mut self.next);
        let next = std::mem::take(&mut self.next);
        let mut changed = Vec::new();
        for (y, row) in (0..).zip(next.content.chunks(usize::from(size.width).max(1))) {
            self.shown.changed(y, row, &mut changed);
            if !changed.is_empty() {
                self.row(y, &changed);
                changed.clear();
            }
        }
        self.next = next;
        self.cursor(cursor);
        self.send()
    }
}

#[cfg(test)]
mod tests;
