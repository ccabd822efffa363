//! Pictures of the proof of a record: what was verified is said, and what wasn't is not.

use std::fmt::Write as _;

use crate::domain::untrusted::Untrusted;
use crate::tui::event::{Answer, Event};
use crate::tui::sample::{Desk, TODAY, decided};
use crate::tui::state::proof::{AskedEntry, EditedEntry, Proven, ProvenEntry, Says, SettledEntry};

use super::{dark, mono, picture, text};

/// What the log has about the first record of the sample.
fn proven() -> Proven {
    let shown = decided().remove(0);
    let settled = shown.settled.expect("it is decided");
    let asked = Says::Asked(AskedEntry {
        action: shown.action,
        agent: shown.agent,
        what: EditedEntry {
            digest: shown.digest,
            headline: shown.headline,
            recipients: shown.recipients,
        },
    });
    let settled = Says::Settled(SettledEntry {
        decision: settled.decision,
        by: settled.by,
        reason: settled.reason,
        answer: settled.answer,
    });
    let entry = |position, kind: &str, by: &str, says| ProvenEntry {
        position,
        leaf: format!("{position:064x}"),
        at: TODAY.parse().expect("a time"),
        kind: Untrusted::from(kind),
        by: by.to_owned(),
        says,
    };
    Proven {
        size: 18_402,
        root: "ab".repeat(32),
        signer: "signoff/4f1e5b6c9d2a3f10".to_owned(),
        entries: vec![
            entry(18_370, "request.asked", "agent:sales-bot", asked),
            entry(18_376, "request.voted", "omar", Says::Other),
            entry(18_377, "request.rejected", "omar", settled),
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

/// A false gate, or one whose tables somebody changed, shows a record that its entries don't bear out.
#[test]
fn a_record_that_says_other_than_its_entries_is_never_called_verified() {
    use crate::api::request::Request;

    type Lie = fn(&mut Request);
    let lies: [(Lie, &str); 8] = [
        (
            |shown| shown.headline = Untrusted::from("pay Eve 99"),
            "the headline in the log is “email to all@initech.example: Price list”",
        ),
        (
            |shown| shown.digest = decided()[1].digest,
            "the digest in the log is sha256:",
        ),
        (
            |shown| shown.action = "email.draft".parse().unwrap(),
            "the action in the log is email.send",
        ),
        (
            |shown| shown.agent = "other-bot".parse().unwrap(),
            "the agent in the log is sales-bot",
        ),
        (
            |shown| shown.recipients = vec![Untrusted::from("eve@evil.example")],
            "the list of recipients in the log",
        ),
        (
            |shown| shown.settled.as_mut().unwrap().by = "lee".parse().unwrap(),
            "the log says that it was rejected by omar, not rejected by lee",
        ),
        (
            |shown| shown.settled.as_mut().unwrap().reason = None,
            "omar gave other words for it",
        ),
        (
            |shown| shown.settled = None,
            "no entry of the log says that it was",
        ),
    ];
    for (lie, expected) in lies {
        let mut shown = decided();
        lie(&mut shown[0]);
        let mut desk = Desk::new(120, 36, shown);
        desk.keys("2 v");
        answered(&mut desk, Ok(proven()));
        let page = text(&desk, &dark());
        let words = page.split_whitespace().filter(|word| *word != "▏");
        let flat = words.collect::<Vec<_>>().join(" ");
        assert!(flat.contains("NOT VERIFIED"), "{expected}: {page}");
        assert!(flat.contains(expected), "{expected}: {page}");
        desk.keys("esc");
        let record = text(&desk, &dark());
        assert!(!record.contains("verified here"), "{record}");
    }

    // What is shown later is held against what was proven before.
    let mut desk = Desk::new(120, 36, decided());
    desk.keys("2 v");
    answered(&mut desk, Ok(proven()));
    desk.keys("esc");
    assert!(text(&desk, &dark()).contains("verified here"));
    desk.gate[0].headline = Untrusted::from("pay Eve 99");
    desk.keys("enter esc");
    let record = text(&desk, &dark());
    assert!(record.contains("NOT VERIFIED"), "{record}");
}

#[test]
fn what_was_edited_is_held_against_the_last_edit() {
    let shown = decided().remove(0);
    let mut proven = proven();
    let edited = |digest, headline: &Untrusted| ProvenEntry {
        says: Says::Edited(EditedEntry {
            digest,
            headline: headline.clone(),
            recipients: Vec::new(),
        }),
        ..proven.entries[1].clone()
    };
    let (other, own) = (
        edited(decided()[1].digest, &"another".into()),
        edited(shown.digest, &shown.headline),
    );
    proven.entries.splice(1..1, [other.clone(), own.clone()]);
    assert_eq!(proven.contradiction(&shown), None);
    proven.entries.swap(1, 2);
    let why = proven.contradiction(&shown);
    assert!(why.is_some_and(|why| why.contains("the headline in the log is “another”")));
}
