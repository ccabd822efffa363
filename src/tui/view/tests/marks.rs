//! Pictures of what is marked, and of the questions about it.

use super::{dark, mono, picture, text};
use crate::domain::review::Word;
use crate::tui::sample::{Desk, queue};
use crate::tui::state::field::Field;
use crate::tui::state::marks::Several;
use crate::tui::state::overlay::Overlay;

#[test]
fn marks_and_the_reason_for_all() {
    for (width, height) in [(120, 36), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, queue());
        desk.keys("space space j space");
        insta::assert_snapshot!(format!("marks_{width}x{height}"), text(&desk, &dark()));
        desk.keys("R n o");
        insta::assert_snapshot!(format!("reason_{width}x{height}"), text(&desk, &dark()));
    }
}

#[test]
fn the_question_before_several_approvals() {
    let mut desk = Desk::new(80, 24, queue());
    desk.keys("space space space space space");
    desk.state.overlay = Some(Overlay::Several(Several {
        word: Word::Approve,
        items: desk.state.pending.marks.clone(),
        field: Field::default(),
        asked_again: false,
    }));
    insta::assert_snapshot!("approve_80x24", picture(&desk, &dark()));
    insta::assert_snapshot!("approve_80x24_mono", text(&desk, &mono()));
    desk.state.size = (40, 12).into();
    insta::assert_snapshot!("approve_40x12", text(&desk, &dark()));
}

#[test]
fn what_was_said_before() {
    let mut desk = Desk::new(80, 24, queue());
    desk.keys("R");
    desk.keys("j a a");
    desk.decide_elsewhere(2, "rejected");
    desk.keys("M");
    insta::assert_snapshot!("messages_80x24", text(&desk, &dark()));
}
