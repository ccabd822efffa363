//! What a terminal shows, as far as it is known from what was written to it: what needn't be said again.

use ratatui::buffer::{Cell, CellWidth as _};

use super::pen::Pen;
use super::width;

/// Cells, row by row.
#[derive(Debug, Default)]
pub struct Shown {
    width: usize,
    /// Nothing for the second half of what is two columns wide, and for what became of the other half of such.
    cells: Vec<Option<Cell>>,
}

impl Shown {
    /// It is blank, and has this size.
    pub fn blank(&mut self, width: u16, height: u16) {
        self.width = width.into();
        self.cells.clear();
        let cells = self.width * usize::from(height);
        self.cells.resize(cells, Some(Cell::EMPTY));
    }

    /// Adds those cells of a row that don't look yet as they are to look. All of a screen goes through here for
    /// each frame.
    pub fn changed<'a>(&self, y: u16, row: &'a [Cell], changed: &mut Vec<(u16, &'a Cell)>) {
        let shown = self.row(y).unwrap_or_default();
        let mut hidden = 0;
        for (x, (shown, cell)) in (0..).zip(shown.iter().zip(row)) {
            // The second half of what is two columns wide.
            if hidden > 0 {
                hidden -= 1;
                continue;
            }
            if cell.symbol().len() > 1 {
                hidden = cell.cell_width().saturating_sub(1);
            }
            if !shown.as_ref().is_some_and(|shown| looks_alike(shown, cell)) {
                changed.push((x, cell));
            }
        }
    }

    /// A cell was written.
    pub fn put(&mut self, x: u16, y: u16, cell: &Cell) {
        let (at, width) = (usize::from(x), usize::from(cell.cell_width()));
        let Some(row) = self.row_mut(y).filter(|row| at < row.len()) else {
            return;
        };
        // Half of what is two columns wide goes with the other half; what is there then is the terminal's
        // affair.
        if at > 0 && row[at].is_none() {
            row[at - 1].take_if(|before| before.cell_width() > 1);
        }
        let was_wide =
            |cell: &Option<Cell>| cell.as_ref().is_some_and(|cell| cell.cell_width() > 1);
        if was_wide(&row[at])
            && let Some(half) = row.get_mut(at + 1)
        {
            *half = None;
        }
        row[at] = Some(cell.clone());
        for after in 1..width.max(1) {
            let next_is_wide = row.get(at + after).is_some_and(was_wide);
            if let Some(half) = row.get_mut(at + after) {
                *half = None;
            }
            if next_is_wide && let Some(half) = row.get_mut(at + after + 1) {
                *half = None;
            }
        }
    }

    /// Whether every terminal shows this row in the same columns.
    pub fn is_sure(&self, y: u16) -> bool {
        let row = self.row(y).unwrap_or_default();
        row.iter()
            .flatten()
            .all(|cell| width::is_sure(cell.symbol()))
    }

    /// What is known of a row and isn't blank, with its columns.
    pub fn written(&self, y: u16) -> Vec<(u16, Cell)> {
        let row = self.row(y).unwrap_or_default();
        let written = row.iter().enumerate().filter_map(|(x, cell)| {
            let cell = cell.as_ref().filter(|cell| !Pen::is_bare(cell))?;
            Some((u16::try_from(x).ok()?, cell.clone()))
        });
        written.collect()
    }

    /// The column from which on a row is blank up to its end.
    pub fn blank_from(&self, y: u16) -> u16 {
        let row = self.row(y).unwrap_or_default();
        let bare = |cell: &&Option<Cell>| cell.as_ref().is_some_and(Pen::is_bare);
        let blank = row.iter().rev().take_while(bare).count();
        u16::try_from(row.len() - blank).unwrap_or(u16::MAX)
    }

    /// These cells of a row, if all of them are known.
    pub fn known(&self, y: u16, from: u16, to: u16) -> Option<impl Iterator<Item = &Cell>> {
        let cells = self.row(y)?.get(from.into()..to.into())?;
        let known = cells.iter().all(Option::is_some);
        known.then(|| cells.iter().flatten())
    }

    pub fn width(&self) -> u16 {
        u16::try_from(self.width).unwrap_or(u16::MAX)
    }

    fn row(&self, y: u16) -> Option<&[Option<Cell>]> {
        let from = usize::from(y) * self.width;
        self.cells.get(from..from + self.width)
    }

    fn row_mut(&mut self, y: u16) -> Option<&mut [Option<Cell>]> {
        let from = usize::from(y) * self.width;
        self.cells.get_mut(from..from + self.width)
    }
}

/// Whether nobody can tell the one from the other.
fn looks_alike(one: &Cell, other: &Cell) -> bool {
    let same = match (one.symbol().as_bytes(), other.symbol().as_bytes()) {
        // Nearly all of them.
        ([a], [b]) => a == b,
        (a, b) => a == b,
    };
    same && Pen::of(one).suits(other)
}
