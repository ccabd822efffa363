//! The form in which single values are changed: typed, refused at their row, shown before they are sent.

use serde_json::json;

use crate::domain::review::Word;
use crate::tui::event::{Answer, Event};
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
    assert!(shown(&desk).contains("2 lines (e): a"), "{}", shown(&desk));
    // The letters of a value are no commands.
    desk.keys("ctrl-u");
    desk.type_in("Pied Piper a");
    desk.keys("tab ctrl-u");
    desk.type_in("1.20");
    desk.keys("tab tab space tab enter");
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
    assert_eq!(
        desk.toast(),
        "nothing was decided; e takes up what you wrote"
    );
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
fn a_text_of_several_lines_is_edited_as_lines_and_sent_as_one_value() {
    let mut desk = desk(120, 36);
    desk.keys("e tab tab tab tab");
    assert_eq!(desk.lines, None, "the key of the form opened nothing more");
    desk.keys("e");
    let (_, _, text) = desk.lines.clone().expect("an editor is open");
    assert_eq!(text, "a\nb\n");
    desk.writes_lines("Dear Hooli,\n\n\"yes\"\n");
    assert!(
        shown(&desk).contains("3 lines (e): Dear Hooli,"),
        "{}",
        shown(&desk)
    );
    assert!(desk.sent.is_empty());
    desk.keys("enter y");
    let (_, decide) = desk.sent[0].clone();
    let sent = SENT.replace("a\\nb", "Dear Hooli,\\n\\n\\\"yes\\\"");
    assert_eq!(decide.params.unwrap().text(), sent);
}

#[test]
fn lines_that_an_editor_left_as_they_were_change_nothing() {
    let mut desk = desk(120, 36);
    desk.keys("e tab tab tab tab e");
    desk.writes_lines("a\nb\n");
    desk.keys("enter");
    assert!(
        desk.toast().contains("you changed nothing"),
        "{}",
        desk.toast()
    );
    // One that fails is told, and the form stays.
    desk.keys("e tab tab tab tab space");
    let (about, at, _) = desk.lines.take().expect("an editor is open");
    let failed = Err("vi: not found".to_owned());
    desk.event(Event::Answer(Answer::Lines(about, at, failed)));
    assert_eq!(desk.toast(), "vi: not found");
    assert!(matches!(desk.state.overlay, Some(Overlay::Form(_))));
}

#[test]
fn what_an_editor_would_not_show_is_not_edited_as_lines() {
    for hidden in ["a\r\nb", "a\n\u{202e}b", "a\n\tb\u{7}"] {
        let params = json!({"lead": "Hooli", "note": hidden});
        let asked = request(1, "crm.note", &params, json!({}));
        let mut desk = Desk::new(120, 36, vec![asked]);
        desk.keys("enter e");
        let shown = shown(&desk);
        assert!(
            shown.contains("has what can't be seen in it: E opens"),
            "{shown}"
        );
    }
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
