//! Pictures of naming a file, and of one that takes long.

use crate::tui::sample::{Desk, decided};

use super::{dark, mono, picture};

#[test]
fn a_file_is_named_on_the_last_row() {
    for (width, height) in [(120, 36), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, decided());
        desk.state.folder = Some("/srv/here".into());
        desk.keys("2 x");
        let name = format!("export_{width}x{height}");
        insta::assert_snapshot!(name, picture(&desk, &dark()));
    }
    let mut desk = Desk::new(80, 24, decided());
    desk.state.folder = Some("/srv/here".into());
    desk.keys("2 x enter");
    desk.wait(2_000);
    insta::assert_snapshot!("exporting_80x24", picture(&desk, &mono()));
}
