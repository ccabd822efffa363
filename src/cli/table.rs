//! Columns that line up, for people; programs read `--json`.

use unicode_width::UnicodeWidthStr;

use super::fit::{cut, wrap};

const GAP: &str = "  ";
/// The last column is wrapped no narrower than this.
const NARROWEST: usize = 16;

/// Rows under headings. Cells are safe to print already: they come from `Untrusted::plain_line` or
/// from types that hold nothing of an agent's.
pub struct Table {
    headings: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    pub fn new(headings: &[&str]) -> Self {
        Self {
            headings: headings.iter().map(|text| (*text).to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row, with a cell for each heading.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        debug_assert_eq!(N, self.headings.len(), "a cell for each heading");
        self.rows.push(cells.into());
    }

    /// A line for each row, cut where it is longer than the width.
    pub fn one_line_each(&self, width: Option<usize>) -> String {
        let widths = self.widths();
        self.lines()
            .map(|row| cut(line(row, &widths).trim_end(), width) + "\n")
            .collect()
    }

    /// Everything there is: the last column goes on below itself where it is longer than the width.
    pub fn whole(&self, width: Option<usize>) -> String {
        let widths = self.widths();
        let before: usize = widths.iter().rev().skip(1).map(|w| w + GAP.len()).sum();
        let left = width.map(|width| width.saturating_sub(before).max(NARROWEST));
        let mut text = String::new();
        for row in self.lines() {
            let Some((last, cells)) = row.split_last() else {
                continue;
            };
            let mut start = line(cells, &widths);
            for piece in wrap(last, left) {
                text.push_str(format!("{start}{piece}").trim_end());
                text.push('\n');
                start = " ".repeat(before);
            }
        }
        text
    }

    fn lines(&self) -> impl Iterator<Item = &Vec<String>> {
        std::iter::once(&self.headings).chain(&self.rows)
    }

    fn widths(&self) -> Vec<usize> {
        let widest = |column: usize| self.lines().map(|row| row[column].width()).max();
        (0..self.headings.len())
            .map(|column| widest(column).unwrap_or(0))
            .collect()
    }
}

fn line(row: &[String], widths: &[usize]) -> String {
    let mut line = String::new();
    for (cell, width) in row.iter().zip(widths) {
        line.push_str(cell);
        line.extend(std::iter::repeat_n(' ', width - cell.width()));
        line.push_str(GAP);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people() -> Table {
        let mut table = Table::new(&["ID", "NAME"]);
        table.row(["ana".into(), "Ana".into()]);
        table.row(["ben-the-second".into(), "漢字 and more of it".into()]);
        table
    }

    #[test]
    fn columns_line_up_and_nothing_trails() {
        let expected = "ID              NAME\n\
                        ana             Ana\n\
                        ben-the-second  漢字 and more of it\n";
        assert_eq!(people().one_line_each(None), expected);
        assert_eq!(people().whole(None), expected);
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_and_a_cut_shows() {
        let text = people().one_line_each(Some(20));
        assert!(text.lines().all(|line| line.width() <= 20), "{text}");
        assert!(text.ends_with("ben-the-second  漢…\n"), "{text}");
    }

    #[test]
    fn the_last_column_goes_on_below_itself() {
        let text = people().whole(Some(32));
        let end = "ben-the-second  漢字 and more\n                of it\n";
        assert!(text.ends_with(end), "{text}");
    }
}
