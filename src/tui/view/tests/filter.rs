//! Pictures of a list that is narrowed.

use super::{dark, mono, picture, text};
use crate::tui::sample::{Desk, decided, queue};

#[test]
fn a_list_that_is_narrowed() {
    for (width, height) in [(120, 36), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, queue());
        desk.keys("/");
        desk.type_in("email agent:billing-bot ");
        insta::assert_snapshot!(format!("typed_{width}x{height}"), text(&desk, &dark()));
        desk.keys("enter");
        insta::assert_snapshot!(format!("kept_{width}x{height}"), text(&desk, &dark()));
    }
}

#[test]
fn nothing_is_found() {
    for (width, height) in [(80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, queue());
        desk.keys("/");
        desk.type_in("unicorn risk:high x");
        desk.keys("enter");
        insta::assert_snapshot!(format!("nothing_{width}x{height}"), text(&desk, &dark()));
    }
}

#[test]
fn what_cannot_be_looked_for_is_said() {
    let mut desk = Desk::new(80, 24, queue());
    desk.keys("/");
    desk.type_in("risk:dire \u{202e}x");
    insta::assert_snapshot!("refused_80x24", text(&desk, &dark()));
}

#[test]
fn what_is_over_is_narrowed() {
    for (width, height) in [(120, 36), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, decided());
        desk.keys("2 /");
        desk.type_in("agent:billing-bot email");
        insta::assert_snapshot!(format!("over_typed_{width}x{height}"), text(&desk, &dark()));
        desk.keys("enter");
        let name = format!("over_{width}x{height}_dark");
        insta::assert_snapshot!(name, picture(&desk, &dark()));
        let name = format!("over_{width}x{height}_mono");
        insta::assert_snapshot!(name, picture(&desk, &mono()));
        desk.keys("/");
        desk.type_in(" unicorn");
        desk.keys("enter");
        insta::assert_snapshot!(
            format!("over_nothing_{width}x{height}"),
            text(&desk, &dark())
        );
    }
}
