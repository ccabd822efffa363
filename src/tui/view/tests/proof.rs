//! Pictures of the proof of a record: what was verified is said, and what wasn't is not.

use std::fmt::Write as _;

use crate::domain::untrusted::Untrusted;
use crate::tui::event::{Answer, Event};
use crate::tui::sample::{Desk, TODAY, decided};
use crate::tui::state::proof::{Proven, ProvenEntry};

use super::{dark, mono, picture, text};

/// What the log has about the first record of the sample.
fn proven() -> Proven {
    let entry = |position, kind: &str, by: &str| ProvenEntry {
        position,
        leaf: format!("{position:064x}"),
        at: TODAY.parse().expect("a time"),
        kind: Untrusted::from(kind),
        by: by.to_owned(),
    };
    Proven {
        size: 18_402,
        root: "ab".repeat(32),
        signer: "signoff/4f1e5b6c9d2a3f10".to_owned(),
        entries: vec![
            entry(18_370, "request.asked", "agent:sales-bot"),
            entry(18_376, "request.voted", "omar"),
            entry(18_377, "request.rejected", "omar"),
        ],
    }
}

fn answered(desk: &mut Desk, found: Result<Proven, String>) {
    let asked = desk.proving.pop().expect("the gate was asked");
    desk.event(Event::Answer(Answer::RecordProven(asked, Ok(found))));
}

#[test]
fn a_proof_is_a_page_and_then_a_row_of_the_record() {
    for (width, height) in [(120, 36), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, decided());
        desk.keys("2 v");
        answered(&mut desk, Ok(proven()));
        let mut out = picture(&desk, &dark());
        let _infallible = writeln!(out, "{}", picture(&desk, &mono()));
        desk.keys("esc");
        let _infallible = writeln!(out, "{}", text(&desk, &dark()));
        insta::assert_snapshot!(format!("verified_{width}x{height}"), out);
    }
}

#[test]
fn what_is_not_in_the_log_as_it_is_shown_is_never_called_verified() {
    let mut desk = Desk::new(80, 24, decided());
    desk.keys("2 v");
    let mut other = proven();
    other.entries.pop();
    answered(&mut desk, Ok(other));
    let shown = text(&desk, &dark());
    assert!(
        shown.contains("no entry of the log says that it was rejected"),
        "{shown}"
    );
    assert!(!shown.contains("Verified"), "{shown}");
    insta::assert_snapshot!("unverified_80x24", picture(&desk, &dark()));

    // What happens to it later is in no proof from before; an answer that never comes proves nothing.
    desk.keys("esc v");
    answered(&mut desk, Ok(proven()));
    desk.keys("esc");
    assert!(text(&desk, &dark()).contains("verified here to #18,402"));
    desk.news("execution.reported", 61);
    assert!(!text(&desk, &dark()).contains("verified here"));
    desk.keys("v");
    desk.disconnect();
    let shown = text(&desk, &dark());
    assert!(!shown.contains("looking through the log"), "{shown}");
    assert!(!shown.contains("verified here"), "{shown}");
}
