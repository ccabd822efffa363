//! What was mistyped: a home that isn't there, a gate that doesn't answer, a command that isn't one. It is said
//! at once, with the next step, and scripts go on as before.

use crate::support::Home;

#[test]
fn a_home_that_is_not_there_is_made_and_spoken_of_once() {
    let home = Home::new();
    let named = home.path().join("mistyped");
    let named = named.to_str().unwrap();
    let args = ["--home", named, "list"];
    let first = home.end(home.start(&args));
    let said = String::from_utf8(first.stderr).unwrap();
    assert!(first.status.success(), "{said}");
    let new = format!("there was no {named}: a new home is made there");
    assert!(said.contains(&new), "{said}");
    let second = home.end(home.start(&args));
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(
        second.status.success() && !said.contains("new home"),
        "{said}"
    );
}

#[test]
fn an_inbox_in_a_new_home_says_so_on_its_screen() {
    let home = Home::new();
    let named = home.path().join("mistyped");
    let mut inbox = home.terminal(&["--home", named.to_str().unwrap()], (200, 36));
    inbox.wait_for("Nothing waits.");
    // Whoever was slower than the foot of the screen reads it among what was said.
    inbox.send("M");
    let screen = inbox.wait_for("Messages");
    let new = "a new home is made there, with a gate of its own that knows nothing yet";
    assert!(screen.contains(new), "{screen}");
    inbox.send("\u{1b}");
    inbox.wait_until_gone("Messages");
    inbox.send("q");
    assert_eq!(inbox.wait_for_end(), 0);
}

#[test]
fn a_gate_that_was_named_and_does_not_answer_is_spoken_of_before_patience_ends() {
    let home = Home::new();
    let script = "SIGNOFF_TOKEN=sgn_of_nobody $0 --url http://127.0.0.1:1 list";
    let mut shell = home.shell(script, (200, 36));
    let screen = shell.wait_for("it is tried again for ten seconds, ctrl-c stops that");
    assert!(
        screen.contains("the gate at http://127.0.0.1:1 can't be reached"),
        "{screen}"
    );
    assert!(screen.contains("`signoff serve` starts a gate"), "{screen}");
    assert!(!screen.contains("error:"), "it still tries:\n{screen}");
    shell.send("\u{3}");
    shell.wait_for_end();
}

#[test]
fn an_inbox_whose_gate_does_not_answer_says_why_and_what_to_do() {
    let home = Home::new();
    let script = "SIGNOFF_TOKEN=sgn_of_nobody exec $0 --url http://127.0.0.1:1";
    let mut inbox = home.shell(script, (120, 36));
    let screen = inbox.wait_for("SIGNOFF_URL name another");
    assert!(
        screen.contains("the gate at http://127.0.0.1:1 can't be"),
        "{screen}"
    );
    inbox.send("q");
    assert_eq!(inbox.wait_for_end(), 0);
}

#[test]
fn a_command_that_is_used_wrongly_shows_how_it_is_used() {
    let home = Home::new();
    let ended = home.end(home.start(&["snooze", "gem0xd"]));
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(2), "{said}");
    assert!(
        said.contains("example: signoff snooze gem0xd --for 2h"),
        "{said}"
    );
    assert!(said.contains("`signoff snooze --help`"), "{said}");
}
