//! What is over, in the inbox's own loop against a real gate: the proof of a record, and
//! a file of what the history shows.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crossterm::event::KeyCode;
use serde_json::json;
use signoff::api::request::Request;

use super::inbox::Inbox;
use super::support::program::signoff;
use super::support::{TestGate, ask, email, reject};

/// A gate where one e-mail was rejected.
async fn rejected(key: &str, gate: &TestGate) -> Request {
    let asked = gate.agent().ask(&email(), key).await.unwrap();
    let no = reject(&asked, "wrong list");
    gate.owner().decide(asked.id, &no).await.unwrap()
}

#[tokio::test]
async fn a_record_is_found_in_the_log_and_verified_up_to_where_it_is_signed() {
    let gate = TestGate::start().await;
    let before = rejected("1", &gate).await;
    rejected("2", &gate).await;
    let mut inbox = Inbox::open_as(&gate, "owner", "false", "").await;
    inbox.sees("Nothing waits.").await;
    inbox.types("2").await;
    inbox.sees("v finds it in the log").await;
    inbox.types("jv").await;
    inbox.sees("The record, and its place in the log").await;
    inbox.sees("Verified").await;
    let proof = gate.owner().proof(before.id).await.unwrap();
    let record = proof.entries.last().unwrap();
    let head = proof.head;
    inbox
        .sees(&format!("#{} of {}", record.position, head.size))
        .await;
    inbox.sees(&record.leaf).await;
    inbox.sees(&head.root).await;
    inbox.sees("request.voted").await;
    inbox.press(KeyCode::Esc).await;
    let place = format!("#{}, verified here to #{}", record.position, head.size);
    inbox.sees(&place).await;
    // Of the other record nothing was checked, and nothing says that it was.
    inbox.types("k").await;
    inbox.sees("v finds it in the log").await;
    assert!(!inbox.screen().contains("verified here"));
    inbox.leave().await;
}

#[tokio::test]
async fn a_record_that_was_changed_behind_the_gates_back_is_not_called_verified() {
    let gate = TestGate::start().await;
    rejected("1", &gate).await;
    let gate = gate
        .restart_after(|database| {
            let database = rusqlite::Connection::open(database).unwrap();
            let harm = "UPDATE log SET body = replace(body, 'wrong list', 'fine')";
            assert!(database.execute(harm, []).unwrap() > 0);
        })
        .await;
    let mut inbox = Inbox::open_as(&gate, "owner", "false", "").await;
    inbox.sees("Nothing waits.").await;
    inbox.types("2").await;
    inbox.sees("v finds it in the log").await;
    inbox.types("v").await;
    inbox.sees("NOT VERIFIED").await;
    inbox.sees("isn't in the log that is signed").await;
    inbox.press(KeyCode::Esc).await;
    inbox.sees("NOT VERIFIED: entry ").await;
    inbox.leave().await;
}

#[tokio::test]
async fn who_may_not_see_the_log_is_told_so() {
    let gate = TestGate::start().await;
    let member = gate.person("ana", "member").await;
    gate.agent_of("helper", &["ana"], &["ana"]).await;
    drop(member);
    let mut inbox = Inbox::open_as(&gate, "ana", "false", "").await;
    inbox.sees("Nothing waits.").await;
    inbox.types("2v").await;
    inbox
        .sees("only managers, admins and owners see the whole log")
        .await;
    inbox.leave().await;
}

/// The only file in a folder.
fn only_file(folder: &Path) -> PathBuf {
    let mut files = fs::read_dir(folder).unwrap();
    let file = files.next().unwrap().unwrap().path();
    assert!(files.next().is_none(), "there is one file");
    file
}

/// What the command line prints of a gate.
fn printed(gate: &TestGate, arguments: &[&str]) -> String {
    let home = tempfile::tempdir().unwrap();
    let mut command = signoff(home.path(), arguments);
    command.env("SIGNOFF_URL", &gate.url);
    let output = command
        .env("SIGNOFF_TOKEN", gate.owner_secret())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_history_shows_is_written_to_a_file_as_the_command_line_prints_it() {
    let gate = TestGate::start().await;
    let hostile = ask(json!({
        "action": "crm.note", "params": {"lead": "=HYPERLINK(\"x\")\u{1b}[2J\u{202e}", "text": "x"},
        "title": "=1+1", "on_behalf_of": "owner",
    }));
    let asked = gate.agent().ask(&hostile, "hostile").await.unwrap();
    let no = reject(&asked, "=cmd()|'/c calc'!A1");
    gate.owner().decide(asked.id, &no).await.unwrap();
    // More than a page of the gate, and of the list.
    let read = ask(json!({"action": "file.read", "params": {"path": "a"}}));
    for n in 0..520 {
        gate.agent().ask(&read, &format!("read-{n}")).await.unwrap();
    }
    rejected("1", &gate).await;
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_owned();
    let mut inbox = Inbox::open_with(&gate, "owner", "false", "", place, None).await;
    inbox.sees("Nothing waits.").await;
    inbox.types("2").await;
    inbox.sees("✗ rejected").await;
    inbox.types("x").await;
    inbox
        .sees("Write to  signoff-history-20261120-090000.csv")
        .await;
    inbox.press(KeyCode::Enter).await;
    inbox.sees("522 requests in").await;
    let file = only_file(folder.path());
    let written = fs::read_to_string(&file).unwrap();
    assert_eq!(written, printed(&gate, &["history", "--all", "--csv"]));
    assert!(written.contains("\"'=cmd()"), "{written}");
    assert!(!written.contains(['\u{1b}', '\u{202e}']));
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    // The same name again: nothing is overwritten.
    fs::write(&file, "mine").unwrap();
    inbox.types("x").await;
    inbox.sees("Write to").await;
    inbox.press(KeyCode::Enter).await;
    inbox.sees("there is such a file already").await;
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    fs::remove_file(&file).unwrap();

    // Narrowed, as JSON.
    inbox.types("/status:rejected").await;
    inbox.press(KeyCode::Enter).await;
    inbox.sees("2 found").await;
    inbox.types("x").await;
    inbox.sees("all that the filter finds").await;
    inbox.press(KeyCode::Tab).await;
    inbox.sees("090000.json").await;
    inbox.press(KeyCode::Enter).await;
    inbox.sees("2 requests in").await;
    let written = fs::read_to_string(only_file(folder.path())).unwrap();
    let arguments = ["history", "--all", "--json", "--status", "rejected"];
    assert_eq!(written, printed(&gate, &arguments));
    inbox.leave().await;
}
