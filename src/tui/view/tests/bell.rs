//! Pictures of the bell.

use super::{dark, mono, picture, text};
use crate::tui::sample::{Desk, queue};

#[test]
fn what_one_was_told() {
    for (width, height) in [(120, 36), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, queue());
        desk.ring("owner saved version 2 of the policy");
        desk.keys("N N");
        desk.ring("outreach asks: email to pat@partner.example and 3 more: \u{202e}Your 2026 renewal quote\u{1b}[2J");
        insta::assert_snapshot!(format!("rung_{width}x{height}"), text(&desk, &dark()));
        desk.keys("N");
        insta::assert_snapshot!(format!("told_{width}x{height}"), picture(&desk, &dark()));
        insta::assert_snapshot!(
            format!("told_{width}x{height}_mono"),
            picture(&desk, &mono())
        );
    }
}
