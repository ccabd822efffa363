//! The operator's view: the real program, in a terminal and in a pipe.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout};

use crossterm::event::KeyCode;
use serde_json::Value;
use signoff::client::Client;
use signoff::domain::lifecycle::Status;

use crate::inbox::Inbox;
use crate::support::program::{Served, signoff, token};
use crate::support::{Home, TestGate, email};

/// The program watching, and the lines that it says.
fn watching(home: &Home, how: &str) -> (Child, Lines<BufReader<ChildStdout>>) {
    let mut command = signoff(home.path(), &["watch", how]);
    command.env("SIGNOFF_TOKEN", token(home.path(), "token"));
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    (child, lines)
}

fn end(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

async fn ask(agent: &Client) {
    agent.ask(&email(), "1").await.unwrap();
}

#[tokio::test]
async fn in_a_pipe_it_says_what_comes_in_and_how_much_waits() {
    let home = Home::new();
    let gate = Served::start(home.path());
    let (child, mut lines) = watching(&home, "--plain");
    let first = lines.next().unwrap().unwrap();
    assert!(first.contains("waiting nothing"), "{first}");
    ask(&gate.client(&token(home.path(), "agent-token"))).await;
    let asked = lines.next().unwrap().unwrap();
    assert!(
        asked.contains("new, high risk, local: email to pat@"),
        "{asked}"
    );
    let after = lines.next().unwrap().unwrap();
    assert!(
        after.contains("waiting 1 (1 high); oldest asked"),
        "{after}"
    );
    end(child);

    let (child, mut lines) = watching(&home, "--json");
    let first: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    assert_eq!(first["stats"]["waiting"]["high"], 1, "{first}");
    end(child);
}

#[tokio::test]
async fn on_a_terminal_the_bell_rings_for_what_is_grave() {
    let home = Home::new();
    let _gate = Served::start(home.path());
    let mut screen = home.terminal(&["watch"], (80, 24));
    screen.wait_for("nothing waits");
    assert!(!screen.raw().contains(&7), "nothing rings for nothing");
    ask(&home.agent()).await;
    screen.wait_for("email to pat@partner.example");
    screen.wait_for("oldest asked");
    assert!(screen.raw().contains(&7), "it rings");
    screen.resize(40, 12);
    screen.wait_for("by hour");
    screen.wait_for("oldest ");
    screen.send("q");
    assert_eq!(screen.wait_for_end(), 0);
}

#[tokio::test]
async fn the_inbox_opens_it_with_a_key_and_esc_comes_back() {
    let gate = TestGate::start().await;
    let mut inbox = Inbox::open_as(&gate, "owner", "false", "").await;
    inbox.sees("Nothing waits.").await;
    inbox.types("W").await;
    inbox.sees("decided by the hour").await;
    let asked = gate.agent().ask(&email(), "1").await.unwrap();
    inbox.sees("email to pat@partner.example").await;
    // Nothing decides here.
    inbox.types("ay").await;
    inbox.press(KeyCode::Esc).await;
    inbox.sees("1 of 1").await;
    inbox.sees("Hi Pat").await;
    let seen = gate.owner().request(asked.id).await.unwrap();
    assert_eq!(seen.status, Status::Pending);
    inbox.leave().await;
}
