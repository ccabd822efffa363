//! The form in which single values are changed: typed, refused at their row, shown before they are sent.

use serde_json::json;

use crate::domain::review::Word;
use crate::tui::sample::{Desk, id, request};
use crate::tui::state::overlay::Overlay;

/// Parameters as an agent wrote them, with blanks and digits that nobody else would write.
const SENT: &str = "{ \"lead\" : \"Hooli\",\"seats\":[1.10, 2],\"urgent\":false, \"note\":\"a\\nb\", \"by\": null }";

fn desk(width: u16, height: u16) -> Desk {
    let params = serde_json::from_str(SENT).expect("it is JSON");
    let mut asked = request(
        1,
        "crm.note: lead Hooli",
        &params,
        json!({"action": "crm.note"}),
    );
    asked.params = Some(serde_json::from_str(SENT).expect("it is JSON"));
    Desk::new(width, height, vec![asked.sealed()])
}

fn shown(desk: &Desk) -> String {
    let rows = desk.state.page().map(|(rows, _)| rows).unwrap_or_default();
    let rows = rows.into_iter().map(|row| {
        let text: String = row
            .text
            .iter()
            .map(|piece| piece.text().to_owned())
            .collect();
        format!("{}{}{text}", row.first.text, row.second.text)
    });
    rows.collect::<Vec<_>>().join("\n")
}

#[test]
fn what_was_changed_is_sent_and_the_rest_stays_byte_for_byte() {
    let mut desk = desk(120, 36);
    desk.keys("e");
    assert!(
        shown(&desk).contains("of several lines: E opens"),
        "{}",
        shown(&desk)
    );
    // The letters of a value are no commands.
    desk.keys("ctrl-u");
    desk.type_in("Pied Piper a");
    desk.keys("tab ctrl-u");
    desk.type_in("1.20");
    desk.keys("tab tab space enter");
    assert!(desk.sent.is_empty(), "it is shown first");
    assert!(matches!(desk.state.overlay, Some(Overlay::Edited(_))));
    desk.keys("y");
    let (about, decide) = desk.sent[0].clone();
    assert_eq!((about, decide.decision), (id(1), Word::Approve));
    let sent = SENT.replace("Hooli", "Pied Piper a");
    let sent = sent.replace("1.10", "1.20").replace("false", "true");
    assert_eq!(decide.params.unwrap().text(), sent);
}

#[test]
fn what_is_no_number_is_said_at_its_row_and_what_was_typed_is_kept() {
    let mut desk = desk(120, 36);
    desk.keys("e tab ctrl-u");
    desk.type_in("0x7");
    desk.keys("enter");
    assert!(
        shown(&desk).contains("needs a number, like 12 or 4.50"),
        "{}",
        shown(&desk)
    );
    assert!(matches!(desk.state.overlay, Some(Overlay::Form(_))));
    desk.keys("esc");
    assert!(desk.state.overlay.is_none() && desk.sent.is_empty());
    desk.keys("e");
    assert!(shown(&desk).contains("0x7"), "it is as it was left");
    desk.keys("ctrl-u");
    desk.type_in("7");
    desk.keys("enter e");
    assert!(
        shown(&desk).contains("+ ") || shown(&desk).contains('7'),
        "back from the change"
    );
    desk.keys("enter esc");
    assert!(desk.sent.is_empty());
}

#[test]
fn nothing_changed_is_nothing_to_approve_and_a_paste_opens_no_change() {
    let mut desk = desk(120, 36);
    desk.keys("e");
    desk.burst("x enter");
    assert!(
        matches!(desk.state.overlay, Some(Overlay::Form(_))),
        "that was a paste"
    );
    desk.keys("ctrl-u");
    desk.type_in("Hooli");
    desk.keys("enter");
    assert!(desk.state.overlay.is_none());
    assert!(
        desk.toast().contains("you changed nothing"),
        "{}",
        desk.toast()
    );
}

#[test]
fn what_is_decided_meanwhile_takes_nothing_and_what_is_typed_is_no_command() {
    let mut desk = desk(120, 36);
    desk.keys("e");
    desk.decide_elsewhere(1, "rejected");
    desk.type_in("aaa");
    desk.keys("enter");
    assert!(desk.sent.is_empty());
    assert!(
        matches!(desk.state.overlay, Some(Overlay::Form(_))),
        "it stays until it is left"
    );
    assert!(
        desk.toast().contains("it has changed meanwhile"),
        "{}",
        desk.toast()
    );
    desk.keys("esc");
    assert!(desk.state.pending.form.is_none());
}
