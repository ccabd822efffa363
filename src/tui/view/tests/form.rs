//! Pictures of the form with the values of the parameters.

use std::fmt::Write as _;

use crate::tui::sample::{Desk, queue};

use super::{dark, mono, picture};

#[test]
fn the_values_stand_one_below_the_other_with_what_is_wrong_below_its_own() {
    for (width, height) in [(120, 36), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, queue());
        desk.keys("enter G e");
        while desk.state.overlay.is_none() {
            desk.keys("e");
        }
        let mut out = picture(&desk, &dark());
        desk.type_in("x");
        desk.keys("tab");
        desk.type_in(".bak");
        desk.keys("enter");
        let _infallible = writeln!(out, "{}", picture(&desk, &mono()));
        insta::assert_snapshot!(format!("form_{width}x{height}"), out);
    }
}
