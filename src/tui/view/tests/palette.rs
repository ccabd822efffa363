//! Pictures of the palette.

use super::{dark, mono, picture, text};
use crate::domain::people::Role;
use crate::tui::sample::{Desk, queue};

#[test]
fn everything_that_can_be_done() {
    for (width, height) in [(120, 36), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, queue());
        desk.keys(":");
        let size = format!("{width}x{height}");
        insta::assert_snapshot!(format!("palette_{size}_dark"), picture(&desk, &dark()));
        insta::assert_snapshot!(format!("palette_{size}_mono"), picture(&desk, &mono()));
    }
}

#[test]
fn some_of_it_found_by_typing() {
    for (width, height) in [(120, 36), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, queue());
        desk.connect_as(Role::Member);
        desk.keys(":");
        desk.type_in("to");
        insta::assert_snapshot!(
            format!("palette_typed_{width}x{height}"),
            text(&desk, &dark())
        );
    }
}
