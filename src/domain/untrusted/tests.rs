use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use proptest::prelude::*;
use ratatui::buffer::CellWidth;
use unicode_segmentation::UnicodeSegmentation;

use super::*;

fn text(pieces: &[Piece]) -> String {
    pieces.iter().map(Piece::text).collect()
}

fn line(raw: &str) -> String {
    text(&Untrusted::from(raw).one_line(200).pieces)
}

fn wrapped(raw: &str, width: usize) -> Vec<String> {
    Untrusted::from(raw)
        .lines(width)
        .iter()
        .map(|line| text(&line.pieces))
        .collect()
}

fn marks(raw: &str) -> Vec<String> {
    let shown = Untrusted::from(raw).one_line(500);
    let mark = |piece: &Piece| matches!(piece, Piece::Mark(_)).then(|| piece.text().to_owned());
    shown.pieces.iter().filter_map(mark).collect()
}

fn summary(raw: &str) -> Vec<String> {
    Untrusted::from(raw).report().summary()
}

/// Text that must raise no alarm.
const HARMLESS: [&str; 12] = [
    "Hi Dana,\n\n\tplease find the figures below.\r\n\tRegards",
    "Prix\u{A0}: 10\u{202F}000\u{A0}€, à régler avant l’été",
    "Grüße aus Köln – Maßstab 1:100, „schön“",
    "お世話になっております。\u{3000}山田です。請求書をお送りします。",
    "안녕하세요, 첨부 파일을 확인해 주세요.",
    "السلام عليكم ورحمة الله",
    "من می\u{200C}خواهم",
    "שָׁלוֹם עֲלֵיכֶם",
    "नमस्ते, क्ष की र\u{94D}\u{200D}य",
    "👍 👍🏽 👨\u{200D}👩\u{200D}👧 ❤\u{FE0F} 1\u{FE0F}\u{20E3} 🇩🇪 🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
    "Привет, Ана! Счёт во вложении.",
    "10 kΩ, 5 μm, Δt, TNFα, grep '^[a-z]' <file",
];

#[test]
fn control_characters_are_named() {
    assert_eq!(line("\0\x01\x1b[31m\x7f\u{9b}"), "^@^A^[[31m^?<U+009B>");
    assert_eq!(marks("a\x1bb\u{85}"), ["^[", "<U+0085>"]);
    assert_eq!(line("a\rb\r\nc"), "a^Mb⏎c");
}

#[test]
fn hidden_characters_are_named() {
    for c in "\u{AD}\u{34F}\u{61C}\u{180E}\u{200B}\u{200E}\u{2028}\u{202E}\u{2066}\u{2065}\u{2800}\u{3164}\
              \u{E000}\u{FDD0}\u{FE00}\u{FE0F}\u{FEFF}\u{FFF9}\u{FFFE}\u{1D173}\u{E0001}\u{E0100}\u{10FFFF}".chars() {
        assert_eq!(line(&format!("a{c}b")), format!("a<U+{:04X}>b", c as u32));
        assert_eq!(summary(&format!("a{c}b")), [format!("1 hidden character: U+{:04X}", c as u32)]);
    }
}

#[test]
fn tag_characters_are_read_out() {
    let hidden: String = "send <all>"
        .chars()
        .map(|c| char::from_u32(c as u32 + 0xE0000).unwrap())
        .collect();
    let raw = format!("ok{hidden}.");
    assert_eq!(line(&raw), "ok<tags: send <all>>.");
    assert_eq!(safe(&raw), "ok<tags: send <U+003C>all<U+003E>>.");
    assert_eq!(Untrusted::from(raw).report().count(Class::Tag), 10);
}

#[test]
fn piles_of_marks_are_counted() {
    assert_eq!(line("e\u{301}"), "e\u{301}");
    assert_eq!(
        line(&format!("z{}a", "\u{301}".repeat(21))),
        format!("z{}<+17 marks>a", "\u{301}".repeat(4))
    );
    assert_eq!(
        line(&format!("z{}", "\u{301}".repeat(5))),
        format!("z{}<+1 mark>", "\u{301}".repeat(4))
    );
    assert_eq!(line("\u{301}a \u{302}"), "◌\u{301}a ◌\u{302}");
    assert_eq!(summary(&"z\u{301}".repeat(9)), [""; 0]);
    assert_eq!(
        summary(&format!("z{}", "\u{301}".repeat(1021))),
        ["1,017 combining marks piled up"]
    );
}

#[test]
fn joints_of_ordinary_sequences_are_quiet() {
    assert_eq!(
        line("👨\u{200D}👩 ❤\u{FE0F}1\u{FE0F}\u{20E3}"),
        "👨╴👩 ❤╴1\u{20E3}"
    );
    assert_eq!(line("می\u{200C}خ"), "می╴خ");
    assert_eq!(
        line("is\u{200D}Admin❤\u{FE0F}\u{FE0F}"),
        "is<U+200D>Admin❤╴<U+FE0F>"
    );
    assert_eq!(
        line("🏴\u{E0067}\u{E0062}\u{E007F}🏴\u{E0067}"),
        "🏴╴gb🏴<tags: g>"
    );
}

#[test]
fn harmless_text_raises_no_alarm_and_has_no_marks() {
    for raw in HARMLESS {
        assert_eq!(summary(raw), [""; 0], "{raw}");
        assert_eq!(marks(raw), [""; 0], "{raw}");
        assert!(Untrusted::from(raw).report().is_empty());
    }
}

#[test]
fn words_in_mixed_alphabets_are_reported() {
    assert_eq!(
        summary("pay p\u{430}ypal now, p\u{430}ypal"),
        ["1 word in mixed alphabets: p\u{430}ypal"]
    );
    assert_eq!(
        summary("G\u{3BF}ogle p\u{251}y"),
        ["2 words in mixed alphabets: G\u{3BF}ogle, p\u{251}y"]
    );
}

#[test]
fn one_line_is_cut_with_an_ellipsis() {
    let shown = Untrusted::from("hello world").one_line(8);
    assert_eq!(
        (text(&shown.pieces).as_str(), shown.width, shown.cut),
        ("hello w…", 8, true)
    );
    let shown = Untrusted::from("hello").one_line(5);
    assert_eq!(
        (text(&shown.pieces).as_str(), shown.width, shown.cut),
        ("hello", 5, false)
    );
    let shown = Untrusted::from("日本語").one_line(5);
    assert_eq!((text(&shown.pieces).as_str(), shown.width), ("日本…", 5));
    assert_eq!(
        text(&Untrusted::from("a\u{202E}b").one_line(8).pieces),
        "a…"
    );
    assert_eq!(
        Untrusted::from("x").one_line(0),
        Shown {
            cut: true,
            ..Shown::default()
        }
    );
    assert_eq!(Untrusted::from("").one_line(0), Shown::default());
}

#[test]
fn one_line_keeps_content_in_sight() {
    assert_eq!(
        line(&format!("ok{}rm -rf /", " ".repeat(999))),
        "ok    <+995 blanks>rm -rf /"
    );
    assert_eq!(
        line(&format!("ok{}rm", "\r\n\t\u{3000}".repeat(400))),
        "ok⏎╌┈┈⏎<+1,196 blanks>rm"
    );
}

#[test]
fn one_line_does_not_read_the_whole_text() {
    for unit in ["x", " ", "\u{301}", "\u{200B}", "\u{E0041}"] {
        let shown = Untrusted::from(format!("a{}z", unit.repeat(10_000_000))).one_line(76);
        assert!(shown.cut && shown.width <= 76);
        assert_eq!(shown.pieces.last(), Some(&Piece::Quiet("…".to_owned())));
    }
}

#[test]
fn lines_break_between_words() {
    assert_eq!(
        wrapped("the quick brown fox", 10),
        ["the quick ", "brown fox"]
    );
    assert_eq!(
        wrapped("one\r\ntwo\n\nthree\n", 10),
        ["one", "two", "", "three"]
    );
    assert_eq!(
        wrapped("see abcdefghijklmno end", 8),
        ["see ", "abcdefgh", "ijklmno ", "end"]
    );
    assert_eq!(wrapped("日本語のテキスト", 7), ["日本語", "のテキ", "スト"]);
    let continued: Vec<bool> = Untrusted::from("aaa bbb\nc")
        .lines(5)
        .iter()
        .map(|l| l.continued)
        .collect();
    assert_eq!(continued, [false, true, false]);
    assert_eq!(wrapped("", 10), [""; 0]);
}

#[test]
fn no_word_is_left_alone_below_the_others() {
    let even = |text: &str, width| -> Vec<String> {
        let lines = Untrusted::from(text).even_lines(width);
        lines
            .iter()
            .map(|line| super::tests::text(&line.pieces))
            .collect()
    };
    let policy = "asks: jane.doe@acme.example is not on its list";
    assert_eq!(wrapped(policy, 44).last().unwrap(), "list");
    assert_eq!(
        even(policy, 44),
        ["asks: jane.doe@acme.example ", "is not on its list"]
    );
    // Enough of it is below, or it isn't broken between words: nothing to mend.
    for (text, width) in [
        ("the quick brown fox", 10),
        ("sha256:0123456789abcdef", 20),
        ("one line\nand two", 14),
        ("日本語のテキスト", 7),
    ] {
        assert_eq!(even(text, width), wrapped(text, width), "{text}");
    }
    let text = "a b ".repeat(4_000);
    assert_eq!(even(&text, 30), wrapped(&text, 30));
}

#[test]
fn a_full_last_column_means_that_the_word_goes_on() {
    assert_eq!(wrapped("ab cdef ghi", 7), ["ab ", "cdef ", "ghi"]);
    assert_eq!(wrapped("abcdefghi", 7), ["abcdefg", "hi"]);
    assert_eq!(wrapped("abcdef \nx", 7), ["abcdef ", "x"]);
    assert_eq!(wrapped("abcdef  x", 7), ["abcdef ", " x"]);
}

#[test]
fn tabs_are_visible_and_stop_every_four_columns() {
    assert_eq!(wrapped("a\tb\tc", 20), ["a╌  b╌  c"]);
    assert_eq!(wrapped("\tx\n\u{A0}y", 20), ["╌   x", "┈y"]);
    assert_eq!(line("a\tb"), "a╌b");
}

#[test]
fn padding_is_counted() {
    let raw = format!("first{}rm -rf /", "\n".repeat(9_998));
    assert_eq!(
        wrapped(&raw, 40),
        ["first", "… 9,997 blank lines …", "rm -rf /"]
    );
    assert_eq!(
        Untrusted::from(raw.as_str()).plain(),
        "first\n<+9,997 blank lines>\nrm -rf /"
    );
    assert_eq!(wrapped("a\n \n\t\n\nb", 9), ["a", " ", "╌   ", "", "b"]);
    let raw = format!("ok{}x", " ".repeat(500));
    assert_eq!(
        wrapped(&raw, 80),
        [format!("ok{}<+460 blanks>x", " ".repeat(40))]
    );
}

#[test]
fn marks_longer_than_a_line_are_broken() {
    assert_eq!(wrapped("a\u{202E}b", 4), ["a<U+", "202E", ">b"]);
}

#[test]
fn plain_text_cannot_pass_for_a_mark() {
    assert_eq!(
        safe("a\x1b[0m <U+202E> <^[> <+3 marks> <tags: x>"),
        "a<^[>[0m <U+003C>U+202E> <U+003C>^[> <U+003C>+3 marks> <U+003C>tags: x>"
    );
    assert_eq!(
        safe("a < b, <p>, ^[a-z] ⏎\n"),
        "a < b, <p>, ^[a-z] <U+23CE>⏎"
    );
    assert_eq!(
        format!("{:?}", Untrusted::from("a\x1b")),
        "Untrusted(\"a<^[>\")"
    );
}

#[test]
fn csv_fields_are_never_formulas() {
    let field = |raw: &str| Untrusted::from(raw).csv_field();
    assert_eq!(field("=1+1"), "\"'=1+1\"");
    assert_eq!(field("\t=1"), "\"'╌=1\"");
    assert_eq!(field("\r+1"), "\"'<^M>+1\"");
    assert_eq!(field("＠sum"), "\"'＠sum\"");
    assert_eq!(field("  =1"), "\"'  =1\"");
    assert_eq!(field(" \t\r @sum"), "\"' ╌<^M> @sum\"");
    assert_eq!(field("\u{a0}-1"), "\"'┈-1\"");
    assert_eq!(field("\u{200b}=1"), "\"'<U+200B>=1\"");
    assert_eq!(field(" 1 = 1"), "\" 1 = 1\"");
    assert_eq!(field("say \"hi\", a=b\nc"), "\"say \"\"hi\"\", a=b⏎c\"");
}

#[test]
fn what_is_in_its_visible_form_stays_and_what_is_not_gets_one() {
    for odd in [
        "a\x1bb",
        "p\u{202e}q",
        "<U+202E>",
        "x<+9 blanks>",
        "e\u{301}⏎",
    ] {
        let once = safe(odd);
        assert_eq!(still_safe(&once), once, "{odd:?}");
    }
    assert_eq!(still_safe("a\x1b\n\u{202e}b  c"), "a<^[>\n<U+202E>b  c");
}

#[test]
fn the_wire_carries_the_text_as_it_is() {
    let raw = "a\u{202E}\u{1b}b";
    let untrusted: Untrusted = serde_json::from_str(&serde_json::to_string(raw).unwrap()).unwrap();
    assert_eq!(untrusted.raw_for_execution(), raw);
    assert_eq!(
        serde_json::to_string(&untrusted).unwrap(),
        serde_json::to_string(raw).unwrap()
    );
}

/// What must never reach a terminal, written down apart from the tables under test.
fn is_forbidden(c: char) -> bool {
    let n = c as u32;
    c.is_control()
        || matches!(n, 0x061C | 0x200E | 0x200F | 0x202A..=0x202E | 0x2066..=0x2069)
        || matches!(n, 0x00AD | 0x034F | 0x180B..=0x180F | 0x200B..=0x200D | 0x2060..=0x2064 | 0xFEFF
            | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x3164 | 0xFFA0)
        || matches!(n, 0xE0000..=0xE0FFF | 0xFE00..=0xFE0F | 0x2028 | 0x2029 | 0xFFF0..=0xFFFB)
        || matches!(n, 0x2065 | 0x206A..=0x206F | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A)
        || n & 0xFFFE == 0xFFFE
        || matches!(n, 0xFDD0..=0xFDEF | 0xE000..=0xF8FF | 0xF0000..)
        || matches!(n, 0x0600..=0x0605 | 0x06DD | 0x070F | 0x0890 | 0x0891 | 0x08E2
            | 0x110BD | 0x110CD | 0x13430..=0x1343F)
}

/// Columns by the rules of the screen buffer that will draw the text.
fn columns(text: &str) -> usize {
    text.graphemes(true)
        .map(|cluster| usize::from(cluster.cell_width()))
        .sum()
}

/// Columns by the rules of a terminal that knows no clusters.
fn columns_by_character(text: &str) -> usize {
    text.chars()
        .filter_map(unicode_width::UnicodeWidthChar::width)
        .sum()
}

fn assert_safe(shown: &str) -> Result<(), TestCaseError> {
    let found: Vec<char> = shown
        .chars()
        .filter(|&c| is_forbidden(c) && c != '\n')
        .collect();
    prop_assert!(found.is_empty(), "{found:X?} in {shown:?}");
    let mut marks = 0;
    for c in shown.chars() {
        marks = if matches!(c as u32, 0x0300..=0x036F | 0x20D0..=0x20F0 | 0x0591..=0x05BD) {
            marks + 1
        } else {
            0
        };
        prop_assert!(marks <= 4, "flood in {shown:?}");
    }
    Ok(())
}

fn assert_straight(pieces: &[Piece], width: usize) -> Result<(), TestCaseError> {
    prop_assert_eq!(
        pieces
            .iter()
            .map(|piece| columns(piece.text()))
            .sum::<usize>(),
        width
    );
    prop_assert_eq!(
        pieces
            .iter()
            .map(|piece| columns_by_character(piece.text()))
            .sum::<usize>(),
        width
    );
    prop_assert_eq!(columns(&text(pieces)), width);
    Ok(())
}

/// Any characters, and those that are trouble more often than chance would bring them.
fn hostile() -> impl Strategy<Value = String> {
    let troubled = prop::sample::select(
        "\n\r\t  \0\x1b\x7f\u{85}\u{9b}\u{A0}\u{AD}\u{301}\u{302}\u{20E3}\u{34F}\u{591}\u{600}\u{61C}\u{94D}\u{915}\u{93F}\
         \u{1100}\u{1161}\u{11A8}\u{17D2}\u{1780}\u{17D8}\u{2D7F}\u{2D31}\u{200B}\u{200C}\u{200D}\u{202E}\u{2028}\u{2800}\
         \u{3000}\u{FE0F}\u{FF76}\u{FF9E}\u{E000}\u{FFFE}\u{E0041}\u{E0062}\u{E007F}\u{E0100}\u{10FFFF}لا1#aАz<>^+U日👍👩❤🏽🏴🇩🇪"
            .chars().collect::<Vec<_>>(),
    );
    let run = (troubled.clone(), 1..60usize).prop_map(|(c, n)| c.to_string().repeat(n));
    let piece = prop_oneof![4 => any::<char>().prop_map(String::from), 8 => troubled.prop_map(String::from), 1 => run, 1 => "[a-z ]{1,20}"];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_form_lets_anything_through(raw in hostile(), width in 0..100usize) {
        let untrusted = Untrusted::from(raw.as_str());
        for shown in [untrusted.plain(), untrusted.plain_line(), untrusted.csv_field(), format!("{untrusted:?}"), untrusted.report().summary().join(" ")] {
            assert_safe(&shown)?;
        }
        prop_assert!(!untrusted.plain_line().contains('\n'));
        let shown = untrusted.one_line(width);
        prop_assert!(shown.width <= width);
        assert_safe(&text(&shown.pieces))?;
        assert_straight(&shown.pieces, shown.width)?;
        for line in untrusted.lines(width).into_iter().chain(untrusted.even_lines(width)) {
            prop_assert!(line.width <= width.max(2));
            prop_assert!(!text(&line.pieces).contains('\n'));
            assert_safe(&text(&line.pieces))?;
            assert_straight(&line.pieces, line.width)?;
        }
    }

    /// Every hidden character has its name or a quiet sign, every mark and blank is shown or counted.
    #[test]
    fn nothing_is_dropped(raw in hostile()) {
        let shown = Untrusted::from(raw.as_str()).plain_line();
        let named = |c: char| shown.matches(&format!("U+{:04X}>", c as u32)).count();
        let joints = shown.matches('╴').count() + shown.matches('\u{20E3}').count();
        let hidden: BTreeSet<char> = raw.chars().filter(|&c| is_forbidden(c) && !c.is_ascii_control() && !('\u{E0020}'..='\u{E007F}').contains(&c)).collect();
        for c in hidden {
            let sent = raw.matches(c).count();
            prop_assert!(named(c) == sent || named(c) + joints >= sent && "\u{200C}\u{200D}\u{FE0E}\u{FE0F}".contains(c), "{:X} in {shown:?}", c as u32);
        }
        let escapes = raw.matches('\x1b').count();
        prop_assert_eq!(shown.matches("<^[>").count(), escapes);
    }

    /// The lines, put together again, are what the agent wrote, to the last blank.
    #[test]
    fn wrapping_loses_no_text(
        words in prop::collection::vec(("[a-zé日]{1,30}", " {1,9}|\n{1,3}"), 0..40),
        width in 2..40usize,
    ) {
        let raw: String = words.into_iter().flat_map(|(word, gap)| [word, gap]).collect();
        let mut joined = String::new();
        for (at, line) in Untrusted::from(raw.as_str()).lines(width).iter().enumerate() {
            joined.push_str(if at > 0 && !line.continued { "\n" } else { "" });
            joined.push_str(&text(&line.pieces));
        }
        prop_assert_eq!(&joined, raw.strip_suffix('\n').unwrap_or(&raw));
    }
}

fn shared() -> Option<PathBuf> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let shared = std::env::var_os("SIGNOFF_SHARED").map_or_else(beside, PathBuf::from);
    let python = Command::new("python3")
        .arg("--version")
        .output()
        .is_ok_and(|out| out.status.success());
    (python && shared.join("tools/check_screen.py").is_file()).then_some(shared)
}

fn strings(value: &serde_json::Value, found: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) => found.push(text.clone()),
        serde_json::Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        serde_json::Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            found.push(name.clone());
            strings(value, found);
        }),
        _ => {}
    }
}

/// Whether the judge of terminal output finds nothing in these lines.
fn assert_judged_clean(shared: &std::path::Path, lines: &[String]) {
    let mut capture = tempfile::NamedTempFile::new().unwrap();
    for line in lines {
        capture.write_all(line.as_bytes()).unwrap();
        capture.write_all(b"\r\n").unwrap();
    }
    let judged = Command::new("python3")
        .arg(shared.join("tools/check_screen.py"))
        .arg(capture.path())
        .args(["--no-alt-ok", "--allow-crlf"])
        .output()
        .unwrap();
    assert!(
        judged.status.success(),
        "{}",
        String::from_utf8_lossy(&judged.stdout)
    );
}

#[test]
fn published_samples_are_shown_safely_and_without_false_alarm() {
    let Some(shared) = shared() else {
        eprintln!("skipped: needs python3 and the shared samples ($SIGNOFF_SHARED)");
        return;
    };
    let samples = std::fs::read_to_string(shared.join("hostile-samples/published.jsonl")).unwrap();
    let mut shown = Vec::new();
    for sample in samples.lines() {
        let sample: serde_json::Value = serde_json::from_str(sample).unwrap();
        if !sample["must"].to_string().contains("\"S") {
            continue;
        }
        let mut found = Vec::new();
        strings(&sample["action"], &mut found);
        for untrusted in found.into_iter().map(Untrusted::from) {
            shown.extend(untrusted.lines(80).iter().map(|line| text(&line.pieces)));
            shown.push(text(&untrusted.one_line(76).pieces));
            shown.extend([
                untrusted.plain_line(),
                untrusted.plain().replace('\n', "\r\n"),
                untrusted.csv_field(),
            ]);
            if sample["category"] == "benign" {
                assert!(
                    untrusted.report().is_empty(),
                    "{}: {:?}",
                    sample["id"],
                    untrusted.report()
                );
            }
        }
    }
    assert!(shown.len() > 1000, "only {} lines of samples", shown.len());
    assert_judged_clean(&shared, &shown);
}

#[test]
fn every_forbidden_character_has_a_class() {
    let missed: Vec<char> = ('\0'..=char::MAX)
        .filter(|&c| is_forbidden(c) && chars::class(c).is_none())
        .collect();
    assert_eq!(missed, Vec::<char>::new());
}

/// A step that looked at all of the rest again would take minutes for each of these.
#[test]
fn the_work_grows_no_faster_than_the_text() {
    for unit in [
        "\u{93F}",
        "\u{301}",
        "\u{200D}",
        "\u{E0041}",
        " ",
        "\n",
        "\n\n\n\nx",
        "🇩",
        "\u{1161}",
        "p\u{430} ",
        "ı",
        "bı",
        "dısable ",
        "\u{441}\u{43e} ",
    ] {
        let untrusted = Untrusted::from(format!("a{}", unit.repeat(40_000)));
        let started = std::time::Instant::now();
        assert!(!untrusted.lines(80).is_empty());
        assert!(!untrusted.plain().is_empty());
        let summary = untrusted.report().summary();
        assert!(summary.iter().all(|line| line.len() < 500));
        let took = started.elapsed();
        assert!(took.as_secs() < 10, "{unit:?} took {took:?}");
    }
}
