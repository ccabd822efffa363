//! The inbox as people use it: the real binary in a real terminal, on a gate of its own.

use std::path::Path;
use std::process::Output;

use signoff::domain::lifecycle::Status;
use vt100::MouseProtocolMode;

use crate::support::pty::Terminal;
use crate::support::{Home, email, program};

/// A mouse that is only moved is nobody's business.
const PRESSES: MouseProtocolMode = MouseProtocolMode::PressRelease;

const EMAIL: &[&str] = &[
    "request",
    "--action",
    "email.send",
    "--params",
    r#"{"to":"pat@partner.example","subject":"Hello","body":"Hi Pat"}"#,
    "--wait",
];

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn a_newcomer_lets_a_waiting_command_go_on_and_stops_another() {
    let home = Home::new();
    let mut inbox = home.inbox((80, 24));
    inbox.wait_for("Nothing waits");

    let asking = home.start(EMAIL);
    inbox.wait_for("pat@partner.example");
    inbox.insist("a", "at high risk?");
    inbox.insist("y", "approved");
    let approved = home.end(asking);
    assert_eq!(approved.status.code(), Some(0), "{}", text(&approved));
    inbox.wait_for("Nothing waits");

    let asking = home.start(EMAIL);
    inbox.wait_for("pat@partner.example");
    inbox.insist("r", "eason");
    inbox.send("ask Ben first");
    inbox.wait_for("ask Ben first");
    // Enter within the time of a burst is a part of it.
    inbox.insist("\r", "rejected");
    let rejected = home.end(asking);
    assert_eq!(rejected.status.code(), Some(3), "{}", text(&rejected));
    assert!(
        text(&rejected).contains("ask Ben first"),
        "{}",
        text(&rejected)
    );

    inbox.send("q");
    assert_eq!(inbox.wait_for_end(), 0);
}

/// 01 §Edit: while an editor has the terminal, its keys are its own; what was typed ahead decides nothing.
#[test]
fn an_editor_gets_the_terminal_and_gives_it_back() {
    let home = Home::new();
    let script = "echo THE EDITOR HAS THE SCREEN\nread words\nsed -i \"s/Hi Pat/$words/\" \"$1\"\n";
    std::fs::write(home.path().join("editor"), script).unwrap();
    let mut inbox = home.inbox((120, 36));
    inbox.wait_for("Nothing waits");
    let asking = home.start(EMAIL);
    inbox.wait_for("Hi Pat");
    inbox.insist("E", "THE EDITOR HAS THE SCREEN");
    inbox.send("aaaa Ciao Pat\ryyyy");
    inbox.wait_for("Approve your change");
    let page = inbox.wait_for("aaaa Ciao Pat");
    assert!(page.contains("- \"Hi Pat\""), "{page}");
    inbox.insist("y", "changed and approved");
    let approved = home.end(asking);
    assert_eq!(approved.status.code(), Some(0), "{}", text(&approved));
    inbox.insist("2", "Decided by");
    let opened = inbox.insist("\r", "by owner: - as asked, + in force");
    assert!(opened.contains("aaaa Ciao Pat"), "{opened}");
    inbox.send("q");
    assert_eq!(inbox.wait_for_end(), 0);
}

#[test]
fn two_inboxes_and_a_command_decide_once_and_all_say_who_it_was() {
    let home = Home::new();
    let mut first = home.inbox((120, 36));
    first.wait_for("Nothing waits");
    let mut second = home.inbox((80, 24));
    second.wait_for("Nothing waits");
    let asking = home.start(EMAIL);
    first.wait_for("Hi Pat");
    second.wait_for("Hi Pat");

    first.insist("a", "at high risk?");
    first.insist("y", "approved");
    let approved = home.end(asking);
    assert_eq!(approved.status.code(), Some(0), "{}", text(&approved));
    second.wait_for("approved by owner");
    let refused = second.insist("r", "already ");
    assert!(!refused.contains("why not?"), "{refused}");
    let id = text(&approved)
        .split_whitespace()
        .next()
        .unwrap()
        .to_owned();
    let late = home.terminal(&["reject", &id, "--reason", "no"], (100, 24));
    let said = late.wait_until("the command to say who decided", |screen| {
        screen.contains("owner") && screen.contains("approved")
    });
    assert!(said.contains("already"), "{said}");
}

#[test]
fn a_gate_that_is_killed_takes_nothing_with_it() {
    let home = Home::new();
    let mut serving = home.start(&["serve", "--listen", "127.0.0.1:0"]);
    let mut inbox = home.inbox((80, 24));
    inbox.wait_for("Nothing waits");
    let asking = home.start(EMAIL);
    inbox.wait_for("Hi Pat");

    serving.kill().unwrap();
    serving.wait().unwrap();
    // The inbox or the command that waits is the gate now; nobody has to do anything.
    inbox.wait_for("live");
    inbox.wait_for("Hi Pat");
    inbox.insist("a", "at high risk?");
    inbox.insist("y", "approved");
    let approved = home.end(asking);
    assert_eq!(approved.status.code(), Some(0), "{}", text(&approved));
}

#[tokio::test(flavor = "multi_thread")]
async fn none_of_these_decides_anything() {
    let home = Home::new();
    let mut inbox = home.inbox((80, 24));
    // Before the first paint.
    inbox.send("aaaa");
    inbox.wait_for("Nothing waits");
    let mut asked = Vec::new();
    for n in 0..10 {
        asked.push(
            home.agent()
                .ask(&email(), &format!("k{n}"))
                .await
                .unwrap()
                .id,
        );
    }
    inbox.wait_for("Pending 10");
    inbox.wait_for("Hi Pat");
    for keys in [
        "\u{1b}[200~aaaa\u{1b}[201~",
        "aaaa",
        "\r",
        " ",
        "\u{1b}[<0;10;5M\u{1b}[<0;10;5m",
        "\ra\r",
        "ay",
    ] {
        inbox.send(keys);
        // Keys are dealt with in their order: when help has come and gone, these have been.
        inbox.send("?");
        inbox.wait_for("Moves one row down");
        inbox.send("\u{1b}");
        inbox.wait_until_gone("Moves one row down");
        inbox.wait_for("Pending 10");
    }
    inbox.send("q");
    assert_eq!(inbox.wait_for_end(), 0);
    // The gate went with the inbox; another inbox is the next.
    let again = home.inbox((80, 24));
    again.wait_for("Pending 10");
    for id in asked {
        assert_eq!(
            home.owner().request(id).await.unwrap().status,
            Status::Pending
        );
    }
}

#[test]
fn the_terminal_is_given_back_as_it_was_whatever_happens() {
    let home = Home::new();
    let mut inbox = home.inbox((80, 24));
    inbox.wait_for("Nothing waits");
    for (cols, rows) in [(40, 12), (20, 5), (1, 1), (200, 60), (80, 24)] {
        inbox.resize(cols, rows);
    }
    inbox.wait_for("Nothing waits");
    inbox.look(|screen| assert!(screen.alternate_screen() && screen.bracketed_paste()));
    inbox.look(|screen| assert_eq!(screen.mouse_protocol_mode(), PRESSES));
    inbox.insist("%", "the mouse is left to the terminal");
    inbox.look(|screen| assert_eq!(screen.mouse_protocol_mode(), MouseProtocolMode::None));
    inbox.insist("%", "the wheel scrolls");
    inbox.look(|screen| assert_eq!(screen.mouse_protocol_mode(), PRESSES));
    terminate(&inbox);
    inbox.wait_for_end();
    inbox.look(|screen| {
        assert!(!screen.alternate_screen() && !screen.bracketed_paste() && !screen.hide_cursor());
        assert_eq!(screen.mouse_protocol_mode(), MouseProtocolMode::None);
    });
}

/// Ctrl-Z: the shell gets the terminal as it was, and `fg` finds the inbox as it was.
#[test]
fn a_shell_gets_the_terminal_until_it_gives_it_back() {
    let home = Home::new();
    let mut inbox = home.shell(
        "set -m; \"$0\"; echo THE SHELL HAS THE SCREEN; read line; echo \"it read $line\"; fg >/dev/null",
        (80, 24),
    );
    inbox.wait_for("Nothing waits");
    let asked = home.end(home.start(&EMAIL[..EMAIL.len() - 1]));
    assert!(asked.status.success(), "{}", text(&asked));
    inbox.wait_for("Hi Pat");
    inbox.insist("r", "eason");
    inbox.send("ask Ben first\u{1a}");
    inbox.wait_for("THE SHELL HAS THE SCREEN");
    inbox.look(|screen| {
        assert!(!screen.alternate_screen() && !screen.bracketed_paste() && !screen.hide_cursor());
    });
    // A line ends with Return only where the terminal isn't in raw mode any more.
    inbox.send("aaaa\r");
    let back = inbox.wait_for("ask Ben first");
    assert!(back.contains("Hi Pat"), "{back}");
    inbox.look(|screen| assert!(screen.alternate_screen() && screen.bracketed_paste()));
    inbox.send("\u{1b}");
    inbox.wait_until_gone("ask Ben first");
    inbox.send("q");
    assert_eq!(inbox.wait_for_end(), 0);
    inbox.look(|screen| assert!(screen.contents().contains("it read aaaa")));
}

/// An editor that goes on doesn't hold up an inbox that was told to stop, and its file goes with it.
#[test]
fn an_inbox_stops_while_an_editor_has_the_terminal() {
    let home = Home::new();
    let named = home.path().join("named");
    let script = format!(
        "echo \"$1\" > {}\necho THE EDITOR HAS THE SCREEN\nread words\n",
        named.display()
    );
    std::fs::write(home.path().join("editor"), script).unwrap();
    let mut inbox = home.inbox((120, 36));
    inbox.wait_for("Nothing waits");
    let asked = home.end(home.start(&EMAIL[..EMAIL.len() - 1]));
    assert!(asked.status.success(), "{}", text(&asked));
    inbox.wait_for("Hi Pat");
    inbox.insist("E", "THE EDITOR HAS THE SCREEN");
    let file = std::fs::read_to_string(named).unwrap();
    assert!(Path::new(file.trim()).exists());
    terminate(&inbox);
    inbox.wait_for_end();
    assert!(!Path::new(file.trim()).exists());
}

fn terminate(inbox: &Terminal) {
    let killed = std::process::Command::new("kill")
        .arg("-TERM")
        .arg(inbox.pid().to_string())
        .status();
    assert!(killed.unwrap().success());
}

#[test]
fn a_yes_that_was_typed_before_the_question_approves_nothing() {
    let home = Home::new();
    let gate = program::Served::start(home.path());
    let asked = home.end(home.start(&EMAIL[..EMAIL.len() - 1]));
    let id = text(&asked).split_whitespace().next().unwrap().to_owned();
    let mut approving = home.terminal(&["approve", &id], (100, 30));
    approving.send("yes\nyes\n");
    approving.wait_for("type the last four characters");
    approving.send("no\n");
    assert_ne!(approving.wait_for_end(), 0);
    let shown = home.end(home.start(&["show", &id]));
    assert!(text(&shown).contains("pending"), "{}", text(&shown));
    drop(gate);
}

#[test]
fn what_an_argument_says_reaches_no_terminal_as_a_command() {
    let home = Home::new();
    for args in [
        &["request", "--action", "x\u{1b}[2J", "--params", "{}"][..],
        &[
            "request",
            "--action",
            "x.y",
            "--params",
            "@/nowhere/\u{1b}[2J",
        ][..],
        &["--\u{1b}[2J"][..],
    ] {
        let said = home.end(home.start(args));
        assert_eq!(said.status.code(), Some(2));
        assert!(!text(&said).contains('\u{1b}'), "{args:?}: {}", text(&said));
    }
}
