//! An inbox written down and played again: the same events through the same loop's core lead to the same
//! screen and to the same decisions, without a gate.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use crossterm::event::KeyCode;
use serde_json::json;
use signoff::domain::lifecycle::Status;
use signoff::domain::review::Word;
use signoff::tui::record::{BadRecording, Played, replay};
use signoff::tui::{Depth, GlyphSet, Palette};

use super::inbox::Inbox;
use super::support::{Home, TestGate, ask, email};

/// One that is kept: somebody rejects a message with a reason, approves a payment, and looks at both in the
/// history.
const KEPT: &str = include_str!("recordings/story.jsonl");

fn played(text: &str) -> Result<Played, BadRecording> {
    replay(text, Palette::CalmDark, Depth::Mono, GlyphSet::Unicode)
}

#[tokio::test]
async fn a_story_that_is_played_again_ends_on_the_same_screen() {
    let gate = TestGate::start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("story.jsonl");
    let file = Arc::new(fs::File::create(&path).unwrap());
    let message = gate.agent().ask(&email(), "1").await.unwrap();
    let mut inbox = Inbox::open_with(
        &gate,
        "owner",
        "false",
        "",
        std::env::temp_dir(),
        Some(file),
    )
    .await;
    inbox.sees("Hi Pat").await;
    inbox.types("r").await;
    inbox.sees("why not?").await;
    inbox.types("no").await;
    inbox.press(KeyCode::Enter).await;
    inbox.sees("rejected: ").await;
    let payment =
        ask(json!({"action": "payment.send", "params": {"to": "DE02 1203", "amount": "12.00"}}));
    let payment = gate.agent().ask(&payment, "2").await.unwrap();
    inbox.sees("DE02 1203").await;
    inbox.types(":").await;
    inbox.types("appr").await;
    inbox.press(KeyCode::Enter).await;
    inbox.sees("at high risk?").await;
    inbox.types("y").await;
    inbox.sees("approved; z takes it back").await;
    inbox.types("2").await;
    inbox.sees("Decided by").await;
    inbox.sees("approved").await;
    inbox.types("j").await;
    inbox.sees("▌ 09:00   ✗ rejected").await;
    let screen = inbox.screen();
    inbox.leave().await;
    for (id, status) in [
        (message.id, Status::Rejected),
        (payment.id, Status::Approved),
    ] {
        assert_eq!(gate.owner().request(id).await.unwrap().status, status);
    }

    let text = fs::read_to_string(&path).unwrap();
    let story = played(&text).unwrap();
    assert_eq!(story.screen, screen);
    let decided: Vec<_> = story
        .decisions
        .iter()
        .map(|(id, say)| (*id, say.decision, say.digest))
        .collect();
    assert_eq!(
        decided,
        [
            (message.id, Word::Reject, Some(message.digest)),
            (payment.id, Word::Approve, Some(payment.digest)),
        ]
    );
    assert!(story.frames > 5, "{}", story.frames);
    // Whatever is cut off is a story too, up to there.
    let half: String = text
        .lines()
        .take(text.lines().count() / 2)
        .map(|line| format!("{line}\n"))
        .collect();
    assert!(played(&half).unwrap().decisions.len() < 2);
}

#[test]
fn a_story_that_is_kept_still_ends_as_it_did() {
    let story = played(KEPT).unwrap();
    let said: Vec<_> = story.decisions.iter().map(|(_, decide)| decide).collect();
    assert_eq!(said.len(), 2);
    assert_eq!(said[0].decision, Word::Reject);
    assert_eq!(said[0].reason.as_ref().unwrap().plain_line(), "no");
    assert_eq!(said[1].decision, Word::Approve);
    assert!(said.iter().all(|decide| decide.digest.is_some()));
    for shown in [
        "Decided by",
        "rejected",
        "approved",
        "payment.send",
        "owner",
    ] {
        assert!(story.screen.contains(shown), "{shown}\n{}", story.screen);
    }
}

#[test]
fn what_is_no_recording_says_where() {
    assert!(matches!(played(""), Err(BadRecording::Empty)));
    assert!(matches!(played("{}"), Err(BadRecording::Line(1, _))));
    let (head, _) = KEPT.split_once('\n').unwrap();
    let broken = format!("{head}\n{{\"micros\":1}}\n");
    assert!(matches!(played(&broken), Err(BadRecording::Line(2, _))));
    let other = head.replacen("\"form\":1", "\"form\":99", 1);
    assert!(matches!(played(&other), Err(BadRecording::Form(99))));
}

#[test]
fn a_recording_is_for_its_owner_alone_and_says_what_it_holds() {
    let home = Home::new();
    let path = home.path().join("fault.jsonl");
    let named = path.to_str().unwrap().to_owned();
    let mut inbox = home.terminal(&["--record", &named], (80, 24));
    inbox.wait_for("Nothing waits");
    inbox.send("q");
    assert_eq!(inbox.wait_for_end(), 0);
    inbox.wait_for("it will hold the contents of what is shown");
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        text.lines().next().unwrap().contains("keep it to yourself"),
        "{text}"
    );
    let screen = played(&text).unwrap().screen;
    assert!(screen.contains("Nothing waits"), "{screen}");
    // What is there isn't written over.
    let again = home.end(home.start(&["--record", &named]));
    assert_ne!(again.status.code(), Some(0));
}
