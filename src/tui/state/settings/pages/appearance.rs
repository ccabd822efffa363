//! How the inbox looks on this terminal: one row for each choice, and which of them is in use.

use crate::tui::look::{Colours, Look, Signs};

use super::super::sheet::{Cell, Column, Ink, SheetRow, Subject, column, dim, inked, plain};

pub const COLUMNS: [Column; 3] = [
    column("Choice", 0, 0, 0),
    column("Name", 26, 22, 0),
    column("Now", 12, 10, 7),
];

/// Said where a look would be lost with the inbox.
pub const NOT_HERE: &str = "A look is chosen in an inbox of your own, which keeps it; not here.";

/// Colours, then signs; nothing where they can't be chosen from here.
pub fn rows(look: Option<Look>) -> Vec<SheetRow> {
    let Some(now) = look else {
        return vec![SheetRow::heading(NOT_HERE)];
    };
    let mut rows = vec![SheetRow::heading("Colours")];
    for colours in Colours::ALL {
        let look = Look { colours, ..now };
        let cells = cells(colours.title(), colours.word(), look == now);
        rows.push(row(look, cells, "theme", colours.word(), colours.help()));
    }
    rows.push(SheetRow::heading("Signs"));
    for signs in Signs::ALL {
        let look = Look { signs, ..now };
        let cells = cells(signs.title(), signs.word(), look == now);
        rows.push(row(look, cells, "glyphs", signs.word(), signs.help()));
    }
    rows
}

fn cells(title: &str, word: &str, now: bool) -> Vec<Cell> {
    let now = match now {
        true => inked("in use", Ink::Good),
        false => plain(""),
    };
    vec![plain(title), dim(word), now]
}

fn row(look: Look, cells: Vec<Cell>, key: &str, word: &str, help: &str) -> SheetRow {
    let title = format!("{key} = \"{word}\"");
    SheetRow::new(Subject::Look(look), cells, title, help)
}
