//! Text in the width that there is. What it is given obeys nobody already; here it learns where lines
//! end, so that no terminal breaks them on its own and an agent can't write at the edge of the screen.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// As much of the line as fits, with a sign where it was cut.
pub fn cut(line: &str, width: Option<usize>) -> String {
    match width {
        Some(width) if line.width() > width => {
            let end = end_within(line, width.saturating_sub(1));
            format!("{}…", &line[..end])
        }
        _ => line.to_owned(),
    }
}

/// The line in pieces that fit, at least one, broken between words where they are short enough; the
/// pieces make up the line.
pub fn wrap(mut line: &str, width: Option<usize>) -> Vec<&str> {
    let Some(width) = width else {
        return vec![line];
    };
    let mut pieces = Vec::new();
    while line.width() > width {
        let end = match end_within(line, width) {
            // A cluster that is wider than everything there is gets a piece of its own.
            0 => line.graphemes(true).next().map_or(line.len(), str::len),
            end => after_last_word(&line[..end]).unwrap_or(end),
        };
        let (piece, rest) = line.split_at(end);
        pieces.push(piece);
        line = rest;
    }
    pieces.push(line);
    pieces
}

/// Where the last word of a piece ends, unless that would leave most of the width empty.
fn after_last_word(piece: &str) -> Option<usize> {
    let end = piece.rfind(' ')? + 1;
    (end > piece.len() / 2).then_some(end)
}

fn end_within(line: &str, width: usize) -> usize {
    let mut used = 0;
    let mut end = 0;
    for (at, cluster) in line.grapheme_indices(true) {
        used += cluster.width();
        if used > width {
            break;
        }
        end = at + cluster.len();
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_shows_and_fits() {
        assert_eq!(cut("short", Some(5)), "short");
        assert_eq!(cut("too long", Some(5)), "too …");
        assert_eq!(cut("漢字漢字", Some(6)), "漢字…");
        assert_eq!(cut("漢字漢字", None), "漢字漢字");
        assert_eq!(cut("abc", Some(0)), "…");
    }

    #[test]
    fn pieces_fit_and_make_up_the_line() {
        for (line, width) in [
            ("abcdefg", 3),
            ("漢字漢字漢", 5),
            ("", 4),
            ("abc", 1),
            ("漢", 1),
        ] {
            let pieces = wrap(line, Some(width));
            assert_eq!(pieces.concat(), line);
            assert!(pieces.iter().all(|piece| piece.width() <= width.max(2)));
        }
        assert_eq!(wrap("abcd", Some(2)), ["ab", "cd"]);
        assert_eq!(wrap("abcd", None), ["abcd"]);
        assert_eq!(wrap("one two three", Some(9)), ["one two ", "three"]);
        assert_eq!(wrap("a bcdefghijk", Some(8)), ["a bcdefg", "hijk"]);
    }
}
