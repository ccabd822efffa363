//! Plain mode as people use it: the real binary on a terminal, lines in and lines out, and not one command
//! to the terminal among them.

use signoff::domain::lifecycle::Status;

use crate::support::{Home, email};

/// The four characters that the last question asks for.
fn code(screen: &str) -> String {
    let (_, after) = screen
        .rsplit_once("characters of its id, ")
        .expect("it asks");
    after
        .chars()
        .filter(|char| !char.is_whitespace())
        .take(4)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_read_out_and_approved_by_lines() {
    let home = Home::new();
    let mut plain = home.terminal(&["--plain"], (100, 60));
    plain.wait_for("Nothing waits for you.");
    let asked = home.agent().ask(&email(), "1").await.unwrap();
    plain.wait_for("New, number 1. High risk.");
    // What is typed ahead answers no question, however well it was guessed.
    let id = asked.id.to_string();
    plain.send(&format!("approve 1\n{}\naaaa\n", &id[id.len() - 4..]));
    let said = plain.wait_for("to do it; anything else leaves it.");
    assert!(said.contains("> Hi Pat"), "{said}");
    assert!(said.contains("That is all of number 1."), "{said}");
    // What comes in the moment in which the question is written is gone as well; a person types it again.
    plain.insist("help\n", "A line that begins with >");
    let status = home.owner().request(asked.id).await.unwrap().status;
    assert_eq!(status, Status::Pending);

    plain.send("approve\n");
    let said = plain.wait_until("a question after the help", |screen| {
        let help = screen.rfind("A line that begins with >");
        let asked = screen.rfind("to do it; anything else leaves it.");
        help < asked
    });
    plain.insist(&format!("{}\n", code(&said)), "Approved");
    let status = home.owner().request(asked.id).await.unwrap().status;
    assert_eq!(status, Status::Approved);
    plain.send("quit\n");
    assert_eq!(plain.wait_for_end(), 0);
    assert!(!plain.raw().contains(&0x1b), "a terminal is told nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_editor_gets_the_terminal_and_its_keys() {
    let home = Home::new();
    std::fs::write(home.path().join("config.toml"), "[tui]\nplain = true\n").unwrap();
    let script = "echo THE EDITOR HAS THE SCREEN\nread words\nsed -i \"s/Hi Pat/$words/\" \"$1\"\n";
    std::fs::write(home.path().join("editor"), script).unwrap();
    let mut plain = home.terminal(&[], (100, 60));
    plain.wait_for("Nothing waits for you.");
    let asked = home.agent().ask(&email(), "1").await.unwrap();
    plain.wait_for("New, number 1.");
    plain.send("edit 1\n");
    plain.wait_for("THE EDITOR HAS THE SCREEN");
    plain.send("Ciao Pat\n");
    let said = plain.wait_for("to do it; anything else leaves it.");
    assert!(said.contains("added: \"Ciao Pat\""), "{said}");
    plain.insist(&format!("{}\n", code(&said)), "Changed and approved");
    let is = home.owner().request(asked.id).await.unwrap();
    assert!(is.params.unwrap().text().contains("Ciao Pat"));
    plain.send("\u{3}");
    assert_eq!(plain.wait_for_end(), 0);
}
