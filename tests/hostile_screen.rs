//! What agents send, as it reaches a terminal: nothing that they write can act on it, hide in it or be
//! missed in it. The raw bytes that the real inbox wrote are judged: in the list and in the detail, when it is
//! edited, in what is said about decisions and after them, and in the history.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::hostile::{Sample, samples};
use crate::support::pty::Terminal;
use crate::support::{Home, Wire, program};

const SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];
/// How far the detail is scrolled; most samples end before that.
const PAGES: usize = 6;
/// As many can be marked at once.
const MARKED: usize = 200;
/// One in so many is edited, unless `SIGNOFF_EDITS` says how many: each starts an editor.
const EDITED: usize = 12;

/// What is sent, and what is to be said against it at first sight.
struct Case {
    body: Vec<u8>,
    /// Nothing: it is harmless.
    calm: bool,
}

/// The sign of a warning. In texts of others it stands where it stands for them.
const WARNING: &str = "  ⚠ ";
/// Stands before content, and only there: a request is shown once this is on the screen.
const GUTTER: &str = "▏";

/// Puts these cases before a person, looks at each of them wherever it is shown on a screen of this size, and
/// gives what was written to the terminal.
async fn shown(cases: &[Case], size: (u16, u16), edited: usize) -> Vec<u8> {
    let home = Home::new();
    // Everything that was asked is in front of the editor's own, taken out.
    let other = "printf '{\"instead\": true}' > \"$1\"\n";
    std::fs::write(home.path().join("editor"), other).unwrap();
    let gate = program::Served::start(home.path());
    let agent = Wire::new(
        gate.url(),
        Some(&program::token(home.path(), "agent-token")),
    );
    let mut says = HashMap::new();
    for case in cases {
        let answer = agent.post("/v1/requests", case.body.clone()).await;
        let asked = answer.json();
        if answer.status == 201 && asked["status"] == "pending" {
            says.insert(asked["id"].as_str().unwrap().to_owned(), case.calm);
        }
    }
    assert!(!says.is_empty());
    let owner = Wire::new(gate.url(), Some(&program::token(home.path(), "token")));
    let order = in_order(&owner).await;
    assert_eq!(order.len(), says.len());
    let order: Vec<(String, bool)> = order
        .into_iter()
        .map(|id| (id.clone(), says[&id]))
        .collect();
    tokio::task::spawn_blocking(move || {
        let waiting = order.len();
        let mut inbox = home.inbox(size);
        read_each(&mut inbox, &order, edited);
        reject_all(&mut inbox, waiting);
        look_back(&mut inbox, waiting);
        inbox.send("q");
        inbox.wait_for_end();
        drop(gate);
        inbox.raw()
    })
    .await
    .unwrap()
}

/// What waits, in the order of the list.
async fn in_order(owner: &Wire) -> Vec<String> {
    let mut order = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/requests?status=pending&reviewer=me&limit=200{cursor}");
        let page = owner.get(&path).await.json();
        let items = page["items"].as_array().unwrap();
        order.extend(
            items
                .iter()
                .map(|item| item["id"].as_str().unwrap().to_owned()),
        );
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return order,
        }
    }
}

/// In the list and in the detail, and on the page that shows what an edit takes out.
fn read_each(inbox: &mut Terminal, order: &[(String, bool)], edited: usize) {
    let waiting = order.len();
    for (number, (id, calm)) in (1..).zip(order) {
        inbox.wait_for(&format!("{number} of {waiting}"));
        let first = inbox.wait_until("the request to be shown", |screen| {
            screen.contains(GUTTER) || screen.contains("  Policy ")
        });
        let warned = first.contains(WARNING);
        assert!(
            !warned || !calm,
            "{id}: something is said against it:\n{first}"
        );
        for _ in 0..PAGES {
            if !inbox.screen().contains("% seen") {
                break;
            }
            inbox.send("\u{4}");
        }
        if number % edited == 0 {
            edit(inbox);
        }
        if number < waiting {
            // At the end of what is known so far a key does nothing until more is there.
            let next = format!("{} of {waiting}", number + 1);
            inbox.insist_on("j", |screen| screen.contains(&next));
        }
    }
}

/// Opens the form for single values, and then the editor, and looks at what it wrote. What can't be edited says so.
fn edit(inbox: &mut Terminal) {
    const FORM: &str = "Change values";
    let ends = [
        "Approve your change",
        "can't be sent",
        "not read",
        "the rest",
        "can't be edited",
    ];
    let refused = |screen: &str| ends.iter().any(|end| screen.contains(end));
    let screen = inbox.insist_on("e", |screen| {
        screen.contains(FORM) || screen.contains("E opens") || refused(screen)
    });
    if screen.contains(FORM) {
        inbox.send("\u{1b}");
        inbox.wait_until_gone(FORM);
    }
    let screen = inbox.insist_on("E", |screen| refused(screen));
    if screen.contains(ends[0]) || screen.contains(ends[1]) {
        for _ in 0..PAGES {
            if !inbox.screen().contains("more line") {
                break;
            }
            inbox.send("\u{4}");
        }
        inbox.send("\u{1b}");
        inbox.wait_until_gone(ends[0]);
        inbox.wait_until_gone(ends[1]);
    }
}

/// In what is said about each decision, as it is said and in the list of it.
fn reject_all(inbox: &mut Terminal, waiting: usize) {
    let mut left = waiting;
    while left > 0 {
        let count = left.min(MARKED);
        // The one that was read last stays until one goes on.
        inbox.insist_on("g", |screen| screen.contains(&format!("1 of {left}")));
        for number in 1..=count {
            inbox.insist_on(" ", |screen| screen.contains(&format!("{number} marked")));
        }
        inbox.insist("R", "why not?");
        inbox.send("no, thanks");
        inbox.wait_for("no, thanks");
        inbox.insist_on("\r", |screen| !screen.contains("Reason for all"));
        inbox.wait_for(&format!("rejected {count} of {count}"));
        left -= count;
    }
    inbox.insist("g", "Nothing waits");
    inbox.send("M");
    inbox.wait_for("rejected: ");
    for _ in 0..waiting.div_ceil(8) {
        inbox.send("\u{4}");
    }
    inbox.send("\u{1b}");
    inbox.wait_for("Nothing waits");
}

/// In the history, in its list, beside it and opened.
fn look_back(inbox: &mut Terminal, waiting: usize) {
    inbox.send("2");
    inbox.wait_for("rejected");
    for _ in 0..waiting {
        inbox.send("\r");
        for _ in 0..2 {
            inbox.send("\u{4}");
        }
        // Esc and the letter after it would be one key.
        inbox.send("hj");
    }
    // Keys are dealt with in their order, those that come in a burst perhaps not at all.
    inbox.insist("?", "Moves one row down");
    inbox.send("\u{1b}");
    inbox.wait_until_gone("Moves one row down");
}

/// One in how many is edited.
fn edited() -> usize {
    let told = std::env::var("SIGNOFF_EDITS").ok();
    told.and_then(|told| told.parse().ok()).unwrap_or(EDITED)
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
    let cases: Vec<Case> = text
        .lines()
        .map(|line| serde_json::from_str::<Sample>(line).unwrap())
        .filter(|sample| sample.concerns_the_screen())
        .flat_map(|sample| {
            let calm = sample.must("S14");
            let attacks = sample.attacks().into_iter();
            attacks.map(move |attack| Case {
                body: attack.body,
                calm,
            })
        })
        .collect();
    for size in SIZES {
        let capture = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(capture.path(), shown(&cases, size, edited()).await).unwrap();
        let verdict = judged(&judge, capture.path());
        assert!(verdict.is_ok(), "{size:?}: {}", verdict.unwrap_err());
    }
}

fn judged(judge: &Path, capture: &Path) -> Result<(), String> {
    // Editors are lent the terminal.
    let output = Command::new("python3")
        .arg(judge)
        .arg("--allow-suspend")
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
        "\u{1b}]52;c;cm0gLXJmIC8=\u{7}\u{1b}]8;;http://evil.example\u{1b}\\bank.example\u{1b}]8;;\u{1b}\\",
        "\u{1b}Pq#0;2;0;0;0#0~~@@vv@@~~$-\u{1b}\\\u{90}q~\u{9c}\u{1b}_apc\u{1b}\\\u{1b}^pm\u{1b}\\",
        "\u{1b}[?1049l\u{1b}[?2004l\u{1b}[6n\u{1b}[c\u{1b}c\u{1b}[200~aaaa\u{1b}[201~",
        "👩\u{200d}👩\u{200d}👧\u{200d}👦 👍🏽 🏴\u{e0067}\u{e0062}\u{e007f} ❤\u{fe0f}",
        &"漢字かな交じり文".repeat(60),
        "שלום לכולם, אשרו את זה \u{202b}مرحبا بالجميع\u{202c}",
        "j k move   a Approve   r Reject   y approve   esc cancel   ? help   q quit",
        "▌ ▲ Approve this, at low risk?\n▏ y approve   esc leave it\n● live    owner · owner",
        &"───────────────┬━━━━━━━━━━━".repeat(12),
    ];
    let cases: Vec<Case> = texts
        .iter()
        .map(|text| {
            let body = json!({
                "action": "email.send", "title": text, "reason": text, "conversation": text, "node": text,
                "resource": {"type": text, "id": text}, "risk": {"level": "high", "reason": text},
                "params": {"to": ["pat@partner.example"], "subject": text, "body": text, text.to_string(): text},
            });
            Case {
                body: body.to_string().into_bytes(),
                calm: false,
            }
        })
        .collect();
    for size in SIZES {
        let raw = shown(&cases, size, 1).await;
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
