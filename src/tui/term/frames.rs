//! A ratatui backend for slow lines: a frame is gathered and written in one piece, and says as little as
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
use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::{Cell, CellWidth as _};
use ratatui::layout::{Position, Size};

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

/// The backend.
pub struct Frames<L> {
    line: L,
    frame: Vec<u8>,
    shown: Shown,
    pen: Pen,
    /// Where the terminal's cursor is, as far as that is known.
    at: Option<Position>,
    cursor_shown: bool,
    /// Where the cursor was last put. The terminal is never asked: its answer would come in with the keys.
    cursor: Position,
}

impl<L: Line> Frames<L> {
    /// Frames go to `line`, which should not buffer.
    pub fn new(line: L) -> Self {
        Self {
            line,
            frame: Vec::new(),
            shown: Shown::default(),
            pen: Pen::PLAIN,
            at: None,
            cursor_shown: true,
            cursor: Position::ORIGIN,
        }
    }

    /// Knows how large the screen is now.
    fn fit(&mut self) -> io::Result<()> {
        let size = self.line.size()?;
        self.shown.fit(size.width, size.height);
        Ok(())
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
            self.pen.become_this(Pen::PLAIN, &mut self.frame);
            self.frame.extend_from_slice(b"\x1b[K");
        }
    }

    /// Erases a row and writes all that is known of it: where a terminal counts columns in its own way, what it
    /// shows of the row isn't what was meant, and would stay.
    fn anew(&mut self, y: u16) {
        self.go(0, y);
        self.pen.become_this(Pen::PLAIN, &mut self.frame);
        self.frame.extend_from_slice(b"\x1b[K");
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

impl<L: Line> Backend for Frames<L> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut row = Vec::new();
        let mut content = content.peekable();
        if content.peek().is_some() {
            self.fit()?;
        }
        while let Some((x, y, cell)) = content.next() {
            row.push((x, cell));
            if content.peek().is_none_or(|next| next.1 != y || next.0 <= x) {
                self.row(y, &row);
                row.clear();
            }
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.cursor_shown, false) {
            self.frame.extend_from_slice(b"\x1b[?25l");
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if !std::mem::replace(&mut self.cursor_shown, true) {
            self.frame.extend_from_slice(b"\x1b[?25h");
        }
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.cursor = position.into();
        self.go(self.cursor.x, self.cursor.y);
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        self.fit()?;
        // Whatever else had the terminal may have left its colours.
        self.pen = Pen::PLAIN;
        let erase: &[u8] = match region {
            ClearType::All => b"\x1b[m\x1b[2J",
            ClearType::AfterCursor => b"\x1b[m\x1b[J",
            ClearType::BeforeCursor => b"\x1b[m\x1b[1J",
            ClearType::CurrentLine => b"\x1b[m\x1b[2K",
            ClearType::UntilNewLine => b"\x1b[m\x1b[K",
        };
        self.frame.extend_from_slice(erase);
        match region {
            ClearType::All => self.shown.blank(),
            _ => self.shown.forget(),
        }
        self.at = None;
        Ok(())
    }

    fn size(&self) -> io::Result<Size> {
        self.line.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize {
            columns_rows: self.size()?,
            pixels: Size::default(),
        })
    }

    fn flush(&mut self) -> io::Result<()> {
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

#[cfg(test)]
mod tests;
