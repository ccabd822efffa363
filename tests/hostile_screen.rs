//! What agents send, as it reaches a terminal: nothing that they write can act on it, hide in it or be
//! missed in it. The raw bytes that the real inbox wrote are judged, in the list and in the detail.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::hostile::{Sample, samples};
use crate::support::{Home, Wire, program};

const SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];
/// How far the detail is scrolled; most samples end before that.
const PAGES: usize = 6;

/// Puts these bodies before a person, looks at each of them on a screen of this size, and gives what was
/// written to the terminal.
async fn shown(bodies: &[Vec<u8>], size: (u16, u16)) -> Vec<u8> {
    let home = Home::new();
    let gate = program::Served::start(home.path());
    let agent = Wire::new(
        gate.url(),
        Some(&program::token(home.path(), "agent-token")),
    );
    let mut waiting = 0;
    for body in bodies {
        let answer = agent.post("/v1/requests", body.clone()).await;
        let pending = answer.status == 201 && answer.json()["status"] == "pending";
        waiting += usize::from(pending);
    }
    assert!(waiting > 0);
    tokio::task::spawn_blocking(move || {
        let mut inbox = home.inbox(size);
        for number in 1..=waiting {
            inbox.wait_for(&format!("{number} of {waiting}"));
            inbox.wait_until("the request to be shown", |screen| {
                !screen.contains("fetching")
            });
            for _ in 0..PAGES {
                if !inbox.screen().contains("% seen") {
                    break;
                }
                inbox.send("\u{4}");
            }
            inbox.send("j");
        }
        inbox.send("q");
        inbox.wait_for_end();
        drop(gate);
        inbox.raw()
    })
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_published_sample_reaches_the_terminal_as_harmless_text() {
    let Some(path) = samples() else {
        println!("SKIPPED: no published samples at hand (SIGNOFF_SHARED names their folder)");
        return;
    };
    let judge = path
        .ancestors()
        .nth(2)
        .unwrap()
        .join("tools/check_screen.py");
    let text = std::fs::read_to_string(path).unwrap();
    let bodies: Vec<Vec<u8>> = text
        .lines()
        .map(|line| serde_json::from_str::<Sample>(line).unwrap())
        .filter(|sample| sample.concerns_the_screen())
        .flat_map(|sample| sample.attacks())
        .map(|attack| attack.body)
        .collect();
    for size in SIZES {
        let capture = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(capture.path(), shown(&bodies, size).await).unwrap();
        let verdict = judged(&judge, capture.path());
        assert!(verdict.is_ok(), "{size:?}: {}", verdict.unwrap_err());
    }
}

fn judged(judge: &Path, capture: &Path) -> Result<(), String> {
    let output = Command::new("python3")
        .arg(judge)
        .arg(capture)
        .output()
        .unwrap();
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stdout).into_owned()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn own_cases_reach_the_terminal_as_harmless_text() {
    let blank = "\n".repeat(10_000);
    let marks = "\u{301}".repeat(200);
    let texts = [
        "\u{1b}[2J\u{1b}[H\u{1b}]0;owned\u{7} a approve",
        "\u{9b}31mred\u{9d}8;;http://evil.example\u{9c}",
        "invoice\u{202e}fdp.exe\u{2066}\u{200b}\u{feff}",
        "\u{e0061}\u{e0062}\u{e0063} tags",
        &format!("e{marks}nd"),
        &format!("harmless{blank}rm -rf /"),
        "\r\n\r\r  ✓ approved by owner",
        "\u{2028}\u{2029}\u{85}\u{7f}\u{8}\u{8}\u{8}",
    ];
    let bodies: Vec<Vec<u8>> = texts
        .iter()
        .map(|text| {
            let body = json!({
                "action": "email.send", "title": text, "reason": text, "conversation": text, "node": text,
                "resource": {"type": text, "id": text}, "risk": {"level": "high", "reason": text},
                "params": {"to": ["pat@partner.example"], "subject": text, "body": text, text.to_string(): text},
            });
            body.to_string().into_bytes()
        })
        .collect();
    for size in SIZES {
        let raw = shown(&bodies, size).await;
        let bad = forbidden(&raw);
        assert!(bad.is_empty(), "{size:?}: {bad:x?}");
        assert!(
            !String::from_utf8_lossy(&raw).contains("\u{1b}]"),
            "{size:?}: a string for the terminal"
        );
    }
}

/// The code points that must not be in what a terminal is told, once what moves and colours is taken out.
fn forbidden(raw: &[u8]) -> Vec<u32> {
    let text = std::str::from_utf8(raw).expect("the inbox writes UTF-8");
    let mut chars = text.chars().peekable();
    let mut bad = Vec::new();
    while let Some(c) = chars.next() {
        let hidden = matches!(u32::from(c),
            0..=0x1a | 0x1c..=0x1f | 0x7f..=0x9f | 0xad | 0x61c | 0x200b..=0x200f | 0x2028..=0x202e
            | 0x2060..=0x206f | 0xfe00..=0xfe0f | 0xfeff | 0xe000..=0xf8ff | 0xe0000..=0xe0fff);
        if c == '\u{1b}' {
            let sequence = chars.next() == Some('[');
            let last = chars.by_ref().find(|c| ('@'..='~').contains(c));
            if !sequence || !last.is_some_and(|last| "HJKmhlABCDGdX".contains(last)) {
                bad.push(0x1b);
            }
        } else if hidden {
            bad.push(u32::from(c));
        }
    }
    bad
}
