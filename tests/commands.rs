//! The command line as a person uses it: the real program, its real gate, and what it says.

use std::path::Path;

use serde_json::Value;

use crate::support::program::{Served, as_owner, signoff};

/// What the program says to these words, by the owner.
fn said(home: &Path, words: &str) -> (bool, String) {
    let words: Vec<&str> = words.split_whitespace().collect();
    let output = as_owner(home, &words);
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

#[test]
fn on_the_command_line_a_change_is_one_line() {
    let home = tempfile::tempdir().unwrap();
    let _gate = Served::start(home.path());
    for (words, line) in [
        ("groups add finance", "added finance"),
        ("teams add sales --admin owner", "added sales"),
        (
            "people add ana --group finance --manager owner",
            "added ana, member",
        ),
        (
            "people edit ana --role manager --team sales --no-manager",
            "ana: manager owner → none, role member → manager, team none → sales",
        ),
        (
            "people edit ana --role manager",
            "ana: nothing to change, it is so already",
        ),
        ("people add lee", "added lee, member"),
        (
            "people away ana --from 2026-12-01T08:00:00Z --until 2026-12-24T08:00:00Z --delegate lee",
            "ana is away from 2026-12-01T08:00:00.000Z until 2026-12-24T08:00:00.000Z; lee answers meanwhile",
        ),
        ("people away ana --back", "ana is not away"),
        (
            "me notify --email yes --quiet 19:00-07:30 --zone UTC",
            "owner is told in the inbox, by e-mail; from 19:00 to 07:30 UTC only of what is critical",
        ),
        (
            "me notify --no-quiet",
            "owner is told in the inbox, by e-mail",
        ),
        ("teams edit sales --name Sell", "sales: name sales → Sell"),
        (
            "groups edit finance --name Money",
            "finance: name finance → Money",
        ),
        ("agents edit local --team sales", "local: team none → sales"),
        ("agents stop local", "stopped local: nothing of it was open"),
        ("agents start local", "started local: it may ask again"),
        (
            "integrations edit slack --enabled no",
            "slack: enabled yes → no",
        ),
        (
            "actions edit email.send --risk high",
            "email.send: default risk medium → high",
        ),
        (
            "people remove ana",
            "removed ana: their tokens and their choices have ended",
        ),
        ("people edit ana --active yes", "ana: active no → yes"),
        (
            "people edit ana --no-groups --no-team",
            "ana: groups finance → none, team sales → none",
        ),
        ("groups remove finance", "removed finance"),
        (
            "agents remove local",
            "removed local: its tokens have ended; nothing of it was open",
        ),
    ] {
        let (worked, told) = said(home.path(), words);
        assert!(worked, "{words}: {told}");
        assert_eq!(told.lines().next(), Some(line), "{words}");
    }
    for (words, why) in [
        ("people edit owner --role member", "last active owner"),
        ("teams remove sales", "the agent local"),
        ("people edit ana", "required"),
        ("me away", "--until"),
        ("me away --until 2026-12-24 --back", "--back"),
    ] {
        let (worked, told) = said(home.path(), words);
        assert!(!worked && told.contains(why), "{words}: {told}");
    }
}

#[test]
fn stopping_an_agent_says_how_much_it_ended() {
    let home = tempfile::tempdir().unwrap();
    let _gate = Served::start(home.path());
    for _ in 0..3 {
        let asked = signoff(
            home.path(),
            &["request", "--action", "email.send", "--params", "{}"],
        )
        .output()
        .unwrap();
        assert!(asked.status.success(), "{asked:?}");
    }
    let (_, listed) = said(home.path(), "list --json");
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let first = &listed["items"][0];
    let approve = format!(
        "approve {} --digest {}",
        first["id"].as_str().unwrap(),
        first["digest"].as_str().unwrap()
    );
    let (approved, told) = said(home.path(), &approve);
    assert!(approved, "{told}");
    let (_, told) = said(home.path(), "agents stop local");
    assert_eq!(
        told,
        "stopped local: 2 pending requests cancelled, 1 unused approval revoked\n"
    );
}

#[test]
fn what_one_is_told_of_is_listed_until_it_was_seen() {
    let home = tempfile::tempdir().unwrap();
    let _gate = Served::start(home.path());
    let (_, nothing) = said(home.path(), "notifications");
    assert_eq!(nothing, "you were told of nothing\n");
    let request = ["request", "--action", "data.export", "--params", "{}"];
    let asked = signoff(home.path(), &request).output().unwrap();
    assert!(asked.status.success(), "{asked:?}");
    let (_, listed) = said(home.path(), "notifications --unseen --seen");
    assert!(
        listed.contains("new") && listed.contains("local asks: "),
        "{listed}"
    );
    let (_, nothing) = said(home.path(), "notifications --unseen");
    assert_eq!(nothing, "you were told of nothing\n");
    let (_, page) = said(home.path(), "notifications --json");
    let page: Value = serde_json::from_str(&page).unwrap();
    assert_eq!(
        (&page["unseen"], &page["items"][0]["seen"]),
        (&0.into(), &true.into())
    );
}

/// A name of a database is only a text: no error that says it commands a terminal.
#[test]
fn a_database_whose_name_commands_a_terminal_is_named_in_visible_characters() {
    let home = tempfile::tempdir().unwrap();
    let odd = "\u{1b}]0;PWN\u{7}\u{202e}";
    let at = format!("sqlite:/nonexistent/{odd}/x.db");
    for (named, arguments) in [
        (Some(odd), vec!["audit", "verify"]),
        (Some(odd), vec!["serve"]),
        (Some(&*at), vec!["audit", "verify"]),
        (Some(&*at), vec!["serve", "--listen", "127.0.0.1:0"]),
        (None, vec!["audit", "verify", "--database", &at]),
        (None, vec!["audit", "verify", "--database", odd]),
        (
            None,
            vec!["serve", "--listen", "127.0.0.1:0", "--database", &at],
        ),
        (None, vec!["serve", "--database", odd]),
        (Some(&*at), vec!["backup", "copy.db"]),
    ] {
        let mut command = signoff(home.path(), &arguments);
        if let Some(named) = named {
            command.env("SIGNOFF_DATABASE", named);
        }
        let output = command.output().unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{text:?}");
        assert!(text.contains("<U+202E>"), "{arguments:?}: {text}");
        assert!(!text.contains("U+003C"), "said once, not twice: {text}");
    }
}

/// Whatever names the things are given that a command speaks of, a terminal obeys nothing of them.
#[test]
fn an_odd_home_reaches_the_terminal_as_harmless_text() {
    let home = tempfile::tempdir().unwrap();
    let odd = home.path().join("a\u{1b}[2J\u{202e}b");
    let output = signoff(&odd, &["list"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("a<^[>[2J<U+202E>b/token"), "{said:?}");
    let hidden = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
    assert!(!said.contains(hidden), "{said:?}");
}
