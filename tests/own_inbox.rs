//! The inbox made one's own: commands found by typing, keys and looks from `config.toml`, and what is chosen
//! inside it, which goes back there.

use std::fs;

use crate::support::Home;
use crate::support::pty::Terminal;

const EMAIL: &[&str] = &[
    "request",
    "--action",
    "email.send",
    "--params",
    r#"{"to":"pat@partner.example","subject":"Hello","body":"Hi Pat"}"#,
];

fn said(home: &Home, args: &[&str]) -> (Option<i32>, String) {
    let output = home.end(home.start(args));
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

/// Finds a command by these letters and runs it, until the screen holds this text: a command that comes on
/// the heels of a change asks to look first, and is then chosen again, as a person would.
fn choose(inbox: &mut Terminal, letters: &str, text: &str) {
    inbox.insist_by(
        |inbox| {
            inbox.insist(":", "type a few letters");
            inbox.send(letters);
            inbox.wait_for(&format!(": {letters}"));
            inbox.insist_on("\r", |screen| !screen.contains(&format!(": {letters}")));
        },
        text,
    );
}

#[test]
fn what_is_found_by_typing_asks_before_it_approves() {
    let home = Home::new();
    let mut inbox = home.inbox((120, 36));
    inbox.wait_for("Nothing waits");
    let (code, asked) = said(&home, EMAIL);
    assert_eq!(code, Some(0), "{asked}");
    inbox.wait_for("Pending 1");

    inbox.send(":");
    inbox.wait_for("type a few letters");
    // A line end that comes with the letters is a paste, and runs nothing.
    inbox.send("approve\r");
    let listed = inbox.wait_for(": approve");
    assert!(listed.contains("approve marked"), "{listed}");
    inbox.send("\u{1b}");
    inbox.wait_until_gone(": approve");
    choose(&mut inbox, "approve", "at high risk?");
    inbox.send("\r");
    inbox.wait_until_gone("at high risk?");
    choose(&mut inbox, "appr", "at high risk?");
    inbox.insist("y", "approved");

    choose(&mut inbox, "settings tok", "Workspace");
    inbox.wait_for("what people, agents and workers speak with");
    inbox.send("q");
    assert_eq!(inbox.wait_for_end(), 0);
}

/// Without another key: what was asked for comes on the screen when it is here.
#[test]
fn what_the_bell_tells_of_is_opened_and_what_was_put_off_is_counted() {
    let home = Home::new();
    let mut inbox = home.inbox((120, 36));
    inbox.wait_for("Nothing waits");
    let (code, asked) = said(&home, EMAIL);
    assert_eq!(code, Some(0), "{asked}");
    let id = asked
        .split_whitespace()
        .find(|word| word.starts_with("req_"));
    let id = id.unwrap().to_owned();
    inbox.wait_for("Pending 1");
    inbox.insist("s", "Put off for");
    inbox.insist("\r", "Nothing waits but 1 put off.");
    inbox.insist("N", "What you were told");
    inbox.wait_for("local asks");
    inbox.send("\r");
    inbox.wait_for("and you put it off until");
    inbox.send("\u{1b}");
    inbox.wait_for("Nothing waits but");
    let (code, told) = said(&home, &["cancel", &id]);
    assert_eq!(code, Some(0), "{told}");
    inbox.wait_until_gone("put off");
    inbox.insist("N", "What you were told");
    inbox.wait_for("local asks");
    inbox.send("\r");
    inbox.wait_for("What you were told of is over");
    inbox.wait_for("Hi Pat");
    inbox.send("\u{1b}");
    inbox.wait_for("Nothing waits");
    inbox.send("q");
    assert_eq!(inbox.wait_for_end(), 0);
}

#[test]
fn own_keys_are_shown_and_do_what_they_say_and_the_shipped_ones_no_more() {
    let home = Home::new();
    let settings = home.path().join("config.toml");
    fs::write(&settings, "[tui.keys]\napprove = [\"x\"]\nundo = []\n").unwrap();
    let mut inbox = home.inbox((80, 24));
    inbox.wait_for("Nothing waits");
    said(&home, EMAIL);
    inbox.wait_for("Pending 1");
    inbox.wait_for("x approve");
    inbox.insist("?", "x  ");
    inbox.send("\u{1b}");
    inbox.wait_until_gone("Moves one row down");
    inbox.send("a");
    inbox.insist("x", "at high risk?");
    inbox.insist("y", ":undo takes it back");
    inbox.send("q");
    assert_eq!(inbox.wait_for_end(), 0);

    let (code, told) = said(&home, &["doctor"]);
    assert!(told.contains("2 actions have keys of your own"), "{told}");
    assert_eq!(code, Some(0), "{told}");
}

#[test]
fn keys_that_cannot_be_are_named_with_their_line_by_the_inbox_and_by_the_doctor() {
    let home = Home::new();
    let settings = home.path().join("config.toml");
    fs::write(&settings, "[tui.keys]\napprove = [\"enter\"]\n").unwrap();
    for (args, expected) in [(&[][..], 2), (&["doctor"][..], 1)] {
        let mut inbox = home.terminal(args, (120, 24));
        let told = inbox.wait_for("can't be the key of approve");
        assert!(told.contains("line 2, column 12"), "{told}");
        assert_eq!(inbox.wait_for_end(), expected);
    }
    // Who has nothing to do with keys isn't kept from working.
    for args in [EMAIL, &["list"]] {
        let (code, told) = said(&home, args);
        assert_eq!(code, Some(0), "{told}");
    }
    let (code, told) = said(&home, &["watch"]);
    assert_eq!(code, Some(2), "{told}");
}

#[test]
fn a_look_is_seen_at_once_and_kept_with_every_comment() {
    let home = Home::new();
    let settings = home.path().join("config.toml");
    fs::write(
        &settings,
        "# mine\n[tui]\ntheme = \"calm-dark\" # at night\n",
    )
    .unwrap();
    let mut inbox = home.inbox((120, 36));
    inbox.wait_for("Nothing waits");
    let live = |screen: &vt100::Screen| {
        let columns = 0..screen.size().1.get();
        let green = columns
            .filter_map(|x| screen.cell(0, x))
            .find(|cell| cell.contents() == "●");
        green.map(|cell| cell.fgcolor())
    };
    assert_eq!(inbox.look(live), Some(vt100::Color::Rgb(0x7f, 0xb6, 0x9a)));
    inbox.send(":");
    inbox.wait_for("type a few letters");
    inbox.send("appearance");
    inbox.wait_for(": appearance");
    inbox.insist("\r", "As the terminal says");
    inbox.insist("j", "theme = \"calm-dark\"");
    inbox.insist("j", "theme = \"calm-light\"");
    inbox.insist("\r", "kept in ");
    assert_eq!(inbox.look(live), Some(vt100::Color::Rgb(0x29, 0x6a, 0x4a)));
    let kept = fs::read_to_string(&settings).unwrap();
    assert_eq!(kept, "# mine\n[tui]\ntheme = \"calm-light\" # at night\n");
    // Without colours the signs still say everything.
    inbox.insist("G", "glyphs = \"ascii\"");
    inbox.insist("\r", "* live");
    inbox.send("q");
    assert_eq!(inbox.wait_for_end(), 0);
    let again = home.terminal(&["--color", "never"], (80, 24));
    again.wait_for("* live");
    let colours = |screen: &vt100::Screen| {
        let (rows, columns) = screen.size();
        let cells = (0..rows.get()).flat_map(|y| (0..columns.get()).map(move |x| (y, x)));
        let cells = cells.filter_map(|(y, x)| screen.cell(y, x));
        cells
            .filter(|cell| cell.fgcolor() != vt100::Color::Default)
            .count()
    };
    assert_eq!(again.look(colours), 0);
}
