//! Units in strings: the forms for the command line, logs and tables, where no style tells a mark from
//! the agent's text.
//!
//! So here every mark stands between `<` and `>`, `<^[>` included, and a `<` of the agent's that would
//! begin such a mark is itself named, as are the signs for blanks and joints. `^[` alone needs no
//! escape then, which keeps `grep '^[a-z]'` readable.

use super::chars::class;
use super::layout::{BLANKS_IN_A_ROW, NARROW_TAB, Piece, dress, name, plural};
use super::units::{HardLine, Unit, Units, hard_lines, tag};

/// What a mark may begin with after its `<`.
const MARKS: [&str; 4] = ["U+", "tags: ", "^", "◌"];

/// The signs that stand for something ordinary.
const QUIET: [&str; 4] = ["⏎", "╌", "┈", "╴"];

pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, line) in hard_lines(text).enumerate() {
        if at > 0 {
            out.push('\n');
        }
        match line {
            HardLine::Text(line) => write_units(&mut out, line, 0),
            HardLine::Blank(lines) => out.push_str(&format!("<+{}>", plural(lines, "blank line"))),
        }
    }
    out
}

pub(super) fn plain_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    write_units(&mut out, text, NARROW_TAB);
    out
}

/// Always quoted, since a spreadsheet may take `;` or a tab for a separator too.
pub(super) fn csv_field(text: &str) -> String {
    let shown = plain_line(text);
    // Some take a formula that stands behind blanks for one, too.
    let blank = |c: char| c.is_whitespace() || class(c).is_some();
    let formula = |text: &str| {
        text.starts_with(['\t', '\r', '\n'])
            || text
                .trim_start_matches(blank)
                .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
    };
    let apostrophe = if formula(text) || formula(&shown) {
        "'"
    } else {
        ""
    };
    format!("\"{apostrophe}{}\"", shown.replace('"', "\"\""))
}

/// Text of ours in which parts of others' already stand in their visible form: a mark stays as it is, and whatever
/// else can't be seen gets one.
pub(super) fn still_plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            out.push('\n');
        }
        for unit in Units::new(line, usize::MAX) {
            match unit {
                Unit::Text { text, .. } => out.push_str(text),
                other => write_unit(&mut out, other, NARROW_TAB),
            }
        }
    }
    out
}

fn write_units(out: &mut String, text: &str, tab_column: usize) {
    let mut units = Units::new(text, BLANKS_IN_A_ROW);
    while let Some(unit) = units.next() {
        match unit {
            Unit::Text { text: "<", .. } if begins_mark(units.rest()) => out.push_str(&name('<')),
            Unit::Text { text, .. } if QUIET.contains(&text) => {
                text.chars().for_each(|c| out.push_str(&name(c)))
            }
            Unit::Text { text, .. } => out.push_str(text),
            other => write_unit(out, other, tab_column),
        }
    }
}

/// What isn't text.
fn write_unit(out: &mut String, unit: Unit<'_>, tab_column: usize) {
    if let Unit::Tags(tags) = unit {
        out.push_str("<tags: ");
        for c in tags.chars().filter_map(tag) {
            match c {
                '<' | '>' => out.push_str(&name(c)),
                _ => out.push(c),
            }
        }
        return out.push('>');
    }
    match dress(unit, tab_column) {
        Piece::Mark(mark) if !mark.starts_with('<') => out.push_str(&format!("<{mark}>")),
        piece => out.push_str(piece.text()),
    }
}

fn begins_mark(rest: &str) -> bool {
    MARKS.iter().any(|mark| rest.starts_with(mark))
        || rest
            .strip_prefix('+')
            .is_some_and(|n| n.starts_with(|c: char| c.is_ascii_digit()))
}
