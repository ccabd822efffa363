//! Pictures of the sample, which says on every screen that it is one, and of how it is offered.

use std::fmt::Write as _;

use crate::tui::sample::{Desk, queue};

use super::{dark, mono, picture, text};

const SIZES: [(u16, u16); 3] = [(120, 36), (80, 24), (40, 12)];

#[test]
fn the_sample_says_everywhere_that_it_is_one() {
    for (width, height) in SIZES {
        let mut desk = Desk::new(width, height, queue());
        desk.state.sample = true;
        let mut out = picture(&desk, &dark());
        let _infallible = writeln!(out, "{}", picture(&desk, &mono()));
        insta::assert_snapshot!(format!("sample_{width}x{height}"), out);
        for keys in ["?", "esc 2", "3", "1 enter", "w"] {
            desk.keys(keys);
            let shown = text(&desk, &mono());
            assert!(
                shown.contains("SAMPLE"),
                "{keys} at {width}x{height}:\n{shown}"
            );
        }
    }
}

#[test]
fn an_empty_inbox_says_how_to_ask_and_offers_the_sample() {
    for (width, height) in [(120, 36), (80, 24), (40, 30), (40, 12)] {
        let mut desk = Desk::new(width, height, Vec::new());
        desk.state.agent_token = Some("~/.local/share/signoff/agent-token".to_owned());
        insta::assert_snapshot!(format!("empty_{width}x{height}"), picture(&desk, &dark()));
    }
    let mut desk = Desk::new(80, 24, Vec::new());
    let shown = text(&desk, &dark());
    assert!(shown.contains("Bearer $SIGNOFF_TOKEN"), "{shown}");
    desk.keys("S");
    assert!(desk.left, "S opens it");
}

#[test]
fn where_something_waits_or_in_the_sample_itself_it_is_not_opened() {
    let mut busy = Desk::new(80, 24, queue());
    busy.keys("S");
    let mut inside = Desk::new(80, 24, Vec::new());
    inside.state.sample = true;
    inside.keys("S");
    for desk in [&busy, &inside] {
        assert!(!desk.left);
        assert!(desk.state.toast.is_some(), "it says why");
    }
    assert!(!text(&inside, &dark()).contains("S shows"));
}
