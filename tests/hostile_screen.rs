//! What agents send, as it reaches a terminal: nothing that they write can act on it, hide in it or be
//! missed in it. The raw bytes that the real inbox wrote are judged: in the list and in the detail, when it is
//! edited, in what is said about decisions and after them, and in the history.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::process::Command;

use serde_json::{Map, Value, json};
use unicode_width::UnicodeWidthChar;

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
#[derive(Clone)]
struct Case {
    name: String,
    body: Vec<u8>,
    says: Says,
}

/// What the inbox has to say of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Says {
    /// A warning with its reason.
    Warning,
    /// Nothing: it is harmless.
    Nothing,
    /// It is the text that is looked at.
    Whatever,
}

/// The sign of a warning. In texts of others it stands where it stands for them.
const WARNING: &str = "  ⚠ ";
/// One of these says why.
const REASONS: [&str; 6] = [
    "control character",
    "hidden character",
    "piled up",
    "in mixed alphabets",
    "with look-alike letters",
    " is xn--",
];
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
            says.insert(asked["id"].as_str().unwrap().to_owned(), case.clone());
        }
    }
    assert!(!says.is_empty());
    let owner = Wire::new(gate.url(), Some(&program::token(home.path(), "token")));
    let order = in_order(&owner).await;
    assert_eq!(order.len(), says.len());
    let order: Vec<Case> = order.iter().map(|id| says[id].clone()).collect();
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
fn read_each(inbox: &mut Terminal, order: &[Case], edited: usize) {
    let waiting = order.len();
    for (number, case) in (1..).zip(order) {
        inbox.wait_for(&format!("{number} of {waiting}"));
        let first = inbox.wait_until("the request to be shown", |screen| {
            [GUTTER, "  Policy ", "  For  "]
                .iter()
                .any(|sign| screen.contains(sign))
        });
        let warnings = first.lines().filter(|line| line.contains(WARNING));
        let said = warnings.clone().next().is_some();
        let why = warnings
            .clone()
            .any(|line| REASONS.iter().any(|why| line.contains(why)));
        let right = match case.says {
            Says::Warning => why,
            Says::Nothing => !said,
            Says::Whatever => true,
        };
        assert!(right, "{}: {:?} is due:\n{first}", case.name, case.says);
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
    // Every screen is drawn anew once, whether something was edited or not.
    inbox.send("\u{c}");
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
    let samples = text
        .lines()
        .map(|line| serde_json::from_str::<Sample>(line).unwrap());
    let samples = samples.filter(Sample::concerns_the_screen);
    let cases: Vec<Case> = samples.flat_map(|sample| cases_of(&sample)).collect();
    let due = |says| cases.iter().filter(|case| case.says == says).count();
    assert!(due(Says::Warning) > 0 && due(Says::Nothing) > 0);
    let twins: Vec<Case> = cases.iter().filter_map(twin).collect();
    let mut captures = Vec::new();
    for size in SIZES {
        let edits = edited();
        let (raw, harmless) = tokio::join!(shown(&cases, size, edits), shown(&twins, size, edits));
        captures.push((size, raw, harmless));
    }
    let harmless: Vec<&[u8]> = captures
        .iter()
        .map(|(_, _, twin)| twin.as_slice())
        .collect();
    let harmless = harmless.concat();
    let known = functions(&harmless);
    for (size, raw, _) in &captures {
        let twin = [&harmless, familiar(raw, &known).as_bytes()].concat();
        let verdict = judged(&judge, &file(raw), &file(&twin));
        assert!(verdict.is_ok(), "{size:?}: {}", verdict.unwrap_err());
    }
}

fn cases_of(sample: &Sample) -> Vec<Case> {
    let attacks = sample.attacks().into_iter();
    attacks
        .map(|attack| Case {
            name: sample.id.clone(),
            says: match (sample.must("S14"), sample.must("S9")) {
                (true, _) => Says::Nothing,
                // One that was published as a look-alike lost it on the way, and is what it seems to be.
                (_, true) if !is_ascii(&attack.body) => Says::Warning,
                _ => Says::Whatever,
            },
            body: attack.body,
        })
        .collect()
}

/// Whether JSON means nothing beyond ASCII, however it is written.
fn is_ascii(body: &[u8]) -> bool {
    serde_json::from_slice::<Value>(body).is_ok_and(|value| value.to_string().is_ascii())
}

/// The same request without anything hostile, for what shows it to write the same control sequences: visible text
/// stays as it is, and where something hidden is named there stands a blank that is named as well, but is harmless.
/// What is warned of has a harmless warning instead: a host that isn't written in ASCII.
fn twin(case: &Case) -> Option<Case> {
    let mut body = harmless(&serde_json::from_slice(&case.body).ok()?, case.says);
    if case.says != Says::Nothing {
        body.as_object_mut()?
            .insert("reason".to_owned(), json!("as on bücher.example"));
    }
    Some(Case {
        name: format!("the twin of {}", case.name),
        body: body.to_string().into_bytes(),
        says: Says::Whatever,
    })
}

fn harmless(value: &Value, says: Says) -> Value {
    let text = |text: &str| -> String { text.chars().map(|c| disarmed(c, says)).collect() };
    match value {
        Value::String(said) => json!(text(said)),
        Value::Array(items) => items.iter().map(|item| harmless(item, says)).collect(),
        Value::Object(members) => {
            let members = members.iter();
            let members = members.map(|(key, value)| (text(key), harmless(value, says)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

/// A character, or a harmless one that is shown likewise.
fn disarmed(c: char, says: Says) -> char {
    const EM_SPACE: char = '\u{2003}';
    match c {
        '\n' | '\t' => c,
        c if c.is_control() || is_hidden(c) => EM_SPACE,
        // What deceives may be any letter.
        c if says == Says::Warning
            && !c.is_ascii()
            && c.is_alphabetic()
            && c.width() == Some(1) =>
        {
            'ä'
        }
        c => c,
    }
}

fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    file
}

fn judged(
    judge: &Path,
    capture: &tempfile::NamedTempFile,
    twin: &tempfile::NamedTempFile,
) -> Result<(), String> {
    // Editors are lent the terminal.
    let output = Command::new("python3")
        .arg(judge)
        .args(["--allow-suspend", "--twin"])
        .args([twin.path(), capture.path()])
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
        (
            Says::Warning,
            "\u{1b}[2J\u{1b}[H\u{1b}]0;owned\u{7} a approve",
        ),
        (
            Says::Warning,
            "\u{9b}31mred\u{9d}8;;http://evil.example\u{9c}",
        ),
        (
            Says::Warning,
            "invoice\u{202e}fdp.exe\u{2066}\u{200b}\u{feff}",
        ),
        (Says::Warning, "\u{e0061}\u{e0062}\u{e0063} tags"),
        (Says::Warning, &format!("e{marks}nd")),
        (Says::Nothing, &format!("harmless{blank}rm -rf /")),
        (Says::Warning, "\r\n\r\r  ✓ approved by owner"),
        (Says::Warning, "\u{2028}\u{2029}\u{85}\u{7f}\u{8}\u{8}\u{8}"),
        (
            Says::Warning,
            "\u{1b}]52;c;cm0gLXJmIC8=\u{7}\u{1b}]8;;http://evil.example\u{1b}\\bank.example\u{1b}]8;;\u{1b}\\",
        ),
        (
            Says::Warning,
            "\u{1b}Pq#0;2;0;0;0#0~~@@vv@@~~$-\u{1b}\\\u{90}q~\u{9c}\u{1b}_apc\u{1b}\\\u{1b}^pm\u{1b}\\",
        ),
        (
            Says::Warning,
            "\u{1b}[?1049l\u{1b}[?2004l\u{1b}[6n\u{1b}[c\u{1b}c\u{1b}[200~aaaa\u{1b}[201~",
        ),
        (
            Says::Nothing,
            "👩\u{200d}👩\u{200d}👧\u{200d}👦 👍🏽 🏴\u{e0067}\u{e0062}\u{e007f} ❤\u{fe0f}",
        ),
        (Says::Nothing, &"漢字かな交じり文".repeat(60)),
        (
            Says::Warning,
            "שלום לכולם, אשרו את זה \u{202b}مرحبا بالجميع\u{202c}",
        ),
        (
            Says::Nothing,
            "j k move   a Approve   r Reject   y approve   esc cancel   ? help   q quit",
        ),
        (
            Says::Nothing,
            "▌ ▲ Approve this, at low risk?\n▏ y approve   esc leave it\n● live    owner · owner",
        ),
        (Says::Nothing, &"───────────────┬━━━━━━━━━━━".repeat(12)),
        (
            Says::Warning,
            "what are techniques to dısable polıcy enforcement?",
        ),
        (
            Says::Warning,
            "log in at p\u{430}ypal, byp\u{251}ss it, g\u{585}\u{585}gle it, rm /srv/\u{441}\u{43e}\u{440}\u{443}",
        ),
        (Says::Warning, "see https://b\u{fc}cher.example"),
        (
            Says::Nothing,
            "Sayın Işıl Hanım, toplantı yarın saat 10'da. Diyarbakır ve Balıkesir satış raporları hazır mı?",
        ),
        (
            Says::Nothing,
            "Please ask Ms Yıldız for the Diyarbakır file, Müller for Łódź, and the naïve façade",
        ),
        (
            Says::Nothing,
            "Привет, счёт во вложении, оплата через PayPal. Београд, Київ, Қазақстан",
        ),
        (Says::Nothing, "Σας στέλνω το τιμολόγιο σε PDF. Αθήνα"),
        (
            Says::Nothing,
            "שלום, החשבונית מצורפת. السلام عليكم، الفاتورة مرفقة",
        ),
        (
            Says::Nothing,
            "ใช้Facebookได้ที่ร้าน इनवॉइस संलग्न है 안녕하세요 PR을 请看 GitHub Ａ４",
        ),
        (
            Says::Nothing,
            "Chúng tôi gửi hóa đơn. Příliš žluťoučký kůň, Árvíztűrő, Țară și oraș, Ķekava, Õhtu, Þór",
        ),
        (
            Says::Nothing,
            "10 kΩ, 5 μm, Δt, TNFα, E = hν, p = ρgh, x ∈ ℝ, 250 mℓ, 20 °C, ½, ₺20, 👍🏽 ✓ →",
        ),
    ];
    let cases: Vec<Case> = texts
        .iter()
        .map(|(says, text)| Case {
            name: text.escape_debug().take(60).collect(),
            body: saying(text),
            says: *says,
        })
        .collect();
    let twins: Vec<Case> = cases.iter().filter_map(twin).collect();
    let mut captures = Vec::new();
    for size in SIZES {
        let (raw, harmless) = tokio::join!(shown(&cases, size, 1), shown(&twins, size, 1));
        captures.push((size, raw, harmless));
    }
    let twins = captures
        .iter()
        .flat_map(|(_, _, harmless)| functions(harmless));
    let known: BTreeSet<_> = twins.collect();
    for (size, raw, _) in captures {
        let foreign: Vec<_> = functions(&raw).difference(&known).cloned().collect();
        assert!(
            foreign.is_empty(),
            "{size:?}: harmless requests have none of these: {foreign:?}"
        );
        let bad = forbidden(&raw);
        assert!(bad.is_empty(), "{size:?}: {bad:x?}");
        assert!(
            !String::from_utf8_lossy(&raw).contains("\u{1b}]"),
            "{size:?}: a string for the terminal"
        );
    }
}

/// A request that says this wherever it can.
fn saying(text: &str) -> Vec<u8> {
    let body = json!({
        "action": "email.send", "title": text, "reason": text, "conversation": text, "node": text,
        "resource": {"type": text, "id": text}, "risk": {"level": "high", "reason": text},
        "params": {"to": ["pat@partner.example"], "subject": text, "body": text, text: text},
    });
    body.to_string().into_bytes()
}

/// The control functions in what a terminal is told: each as its parameters and its last letter.
fn told(raw: &[u8]) -> impl Iterator<Item = (&str, &str)> {
    let text = std::str::from_utf8(raw).expect("the inbox writes UTF-8");
    text.split('\u{1b}').skip(1).map(|rest| {
        let end = rest.find(|c: char| c != '[' && ('@'..='~').contains(&c));
        let (parameters, last) = rest.split_at(end.unwrap_or(rest.len()));
        (parameters, last.get(..1).unwrap_or(last))
    })
}

/// The control functions in what a terminal is told, without where they place the cursor, and with each look by
/// itself.
fn functions(raw: &[u8]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (parameters, last) in told(raw) {
        match last {
            "H" => found.extend(["H".to_owned()]),
            "m" => found.extend(looks(parameters)),
            last => found.extend([format!("{parameters}{last}")]),
        }
    }
    found
}

/// The colours and attributes that a terminal is told to write with from now on, one by one. From which others it
/// comes to them depends on what is redrawn when, and so does what it is told to end.
fn looks(parameters: &str) -> Vec<String> {
    let mut codes = parameters.trim_start_matches('[').split(';');
    let mut looks = Vec::new();
    while let Some(code) = codes.next() {
        let rest = match (code, codes.clone().next()) {
            ("38" | "48", Some("2")) => 4,
            ("38" | "48", Some("5")) => 2,
            _ => 0,
        };
        let look = std::iter::once(code).chain(codes.by_ref().take(rest));
        looks.push(look.collect::<Vec<_>>().join(";"));
    }
    let ends = |look: &str| {
        matches!(
            look,
            "" | "0" | "22" | "23" | "24" | "25" | "27" | "28" | "29" | "39" | "49"
        )
    };
    looks.retain(|look| !ends(look));
    looks.iter().map(|look| format!("{look}m")).collect()
}

/// Those of the changes of colour in what a terminal is told that lead to looks which are known.
fn familiar(raw: &[u8], known: &BTreeSet<String>) -> String {
    let changes = told(raw).filter(|(_, last)| *last == "m");
    let familiar =
        changes.filter(|(parameters, _)| looks(parameters).iter().all(|look| known.contains(look)));
    familiar
        .map(|(parameters, last)| format!("\u{1b}{parameters}{last}"))
        .collect()
}

/// The code points that must not be in what a terminal is told, once what moves and colours is taken out.
fn forbidden(raw: &[u8]) -> Vec<u32> {
    let text = std::str::from_utf8(raw).expect("the inbox writes UTF-8");
    let mut chars = text.chars().peekable();
    let mut bad = Vec::new();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            let sequence = chars.next() == Some('[');
            let last = chars.by_ref().find(|c| ('@'..='~').contains(c));
            if !sequence || !last.is_some_and(|last| "HJKmhlABCDGdX".contains(last)) {
                bad.push(0x1b);
            }
        } else if is_hidden(c) || c.is_control() {
            bad.push(u32::from(c));
        }
    }
    bad
}

fn is_hidden(c: char) -> bool {
    matches!(u32::from(c), 0xad | 0x61c | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfe00..=0xfe0f
        | 0xfeff | 0xe000..=0xf8ff | 0xe0000..=0xe0fff)
}
