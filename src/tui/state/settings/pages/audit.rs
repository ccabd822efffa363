//! The log: how long it is, what its tree has at the root, and whether that was found to be so.

use crate::tui::state::settings::Proof;
use crate::tui::state::settings::facts::Facts;
use crate::tui::state::settings::sheet::{
    Column, Ink, SheetRow, Subject, column, dim, inked, plain,
};
use crate::tui::state::words;

use super::Around;

pub const COLUMNS: [Column; 2] = [column("The log", 0, 0, 0), column("Is", 72, 58, 24)];

pub fn rows(facts: &Facts, around: Around<'_>) -> Vec<SheetRow> {
    let Some(head) = &facts.head else {
        return Vec::new();
    };
    let note = &head.checkpoint;
    let signed = note
        .lines()
        .find(|line| line.starts_with('—'))
        .unwrap_or_default();
    let signed = signed.trim_start_matches('—').split_whitespace().next();
    let found = match around.proof {
        None => dim("not looked at yet: v reads all of it"),
        Some(Proof::Reading) => plain("reading all of it …"),
        Some(Proof::Good(size)) => inked(
            format!("all {} entries give the signed root", words::grouped(*size)),
            Ink::Good,
        ),
        Some(Proof::Bad(why)) => inked(why.clone(), Ink::Bad),
    };
    let row = |place: usize, name: &str, cell, text: &str| {
        let title = name.to_owned();
        SheetRow::new(Subject::Stated(place), vec![plain(name), cell], title, text)
    };
    vec![
        row(
            0,
            "Entries",
            plain(words::grouped(head.size)),
            "Every change to anything is one of them; nothing is changed outside.",
        ),
        row(
            1,
            "Root",
            plain(head.root.clone()),
            &format!(
                "{}: whatever is changed, taken out or moved changes it (RFC 6962).",
                head.root
            ),
        ),
        row(
            2,
            "Signed by",
            plain(signed.unwrap_or("nobody")),
            "Keep a checkpoint elsewhere, with `signoff audit checkpoint`: with it a whole other history \
             can't pass for this one.",
        ),
        row(
            3,
            "Verified",
            found,
            "v asks for the whole log, hashes every entry here, and compares with what was signed. `signoff \
             audit verify` also replays it, on the gate's own machine.",
        ),
    ]
}
