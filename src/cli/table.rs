//! Columns that line up, for people; programs read `--json`.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

const GAP: &str = "  ";

/// Rows under headings. Cells are safe to print already: they come from `Untrusted::plain_line` or
/// from types that hold nothing of an agent's.
pub struct Table {
    headings: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    pub fn new(headings: &[&'static str]) -> Self {
        Self {
            headings: headings.to_vec(),
            rows: Vec::new(),
        }
    }

    /// Adds a row, with a cell for each heading.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        debug_assert_eq!(N, self.headings.len(), "a cell for each heading");
        self.rows.push(cells.into());
    }

    /// The lines, each at most that wide where a width is given; the last column gives way.
    pub fn render(&self, width: Option<usize>) -> String {
        let headings: Vec<String> = self.headings.iter().map(|h| (*h).to_owned()).collect();
        let lines = || std::iter::once(&headings).chain(&self.rows);
        let widths: Vec<usize> = (0..headings.len())
            .map(|column| lines().map(|row| row[column].width()).max().unwrap_or(0))
            .collect();
        let mut text = String::new();
        for row in lines() {
            let line = line(row, &widths);
            text.push_str(&fit(line.trim_end(), width));
            text.push('\n');
        }
        text
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

/// As much of the line as fits, with a sign where it was cut.
pub fn fit(line: &str, width: Option<usize>) -> String {
    let Some(width) = width.filter(|width| line.width() > *width) else {
        return line.to_owned();
    };
    let mut cut = String::new();
    let mut used = 0;
    for cluster in line.graphemes(true) {
        used += cluster.width();
        if used >= width {
            break;
        }
        cut.push_str(cluster);
    }
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people() -> Table {
        let mut table = Table::new(&["ID", "NAME"]);
        table.row(["ana".into(), "Ana".into()]);
        table.row(["ben-the-second".into(), "漢字 and more".into()]);
        table
    }

    #[test]
    fn columns_line_up_and_nothing_trails() {
        let expected = "ID              NAME\n\
                        ana             Ana\n\
                        ben-the-second  漢字 and more\n";
        assert_eq!(people().render(None), expected);
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_and_a_cut_shows() {
        let text = people().render(Some(20));
        assert!(text.lines().all(|line| line.width() <= 20), "{text}");
        assert!(text.ends_with("ben-the-second  漢…\n"), "{text}");
    }
}
