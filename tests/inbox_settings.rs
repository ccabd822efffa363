//! The pages of the settings, in the inbox's own loop against a real gate: what they change is changed
//! there, and only what was shown before.

use crossterm::event::KeyCode;
use serde_json::json;
use signoff::domain::lifecycle::Status;

use super::inbox::Inbox;
use super::support::{TestGate, approve, ask, email, reject};

/// Goes to the page of this name, from the menu.
async fn to_page(inbox: &mut Inbox, downs: usize, says: &str) {
    inbox.types("3").await;
    inbox.sees("Auto-approval").await;
    inbox.press(KeyCode::Tab).await;
    inbox.types(&"j".repeat(downs)).await;
    inbox.sees(says).await;
    inbox.press(KeyCode::Tab).await;
}

#[tokio::test]
async fn an_agent_is_stopped_after_it_was_said_what_that_ends() {
    let gate = TestGate::start().await;
    let asked = gate.agent().ask(&email(), "1").await.unwrap();
    let mut inbox = Inbox::open_as(&gate, "owner", "false", "").await;
    inbox.sees("pat@partner.example").await;
    to_page(&mut inbox, 6, "the programs that act").await;
    inbox.sees("▌ local").await;
    inbox.press(KeyCode::Enter).await;
    inbox.sees("email to pat@partner.example").await;
    inbox.types(" ").await;
    inbox.sees("local, agent: from enabled to stopped").await;
    inbox.sees("1 request of it waits and is cancelled").await;
    let before = gate.agent().request(asked.id).await.unwrap();
    assert_eq!(before.status, Status::Pending);
    inbox.types("s").await;
    inbox.sees("local is stopped: 1 cancelled, 0 revoked").await;
    let after = gate.owner().request(asked.id).await.unwrap();
    assert_eq!(after.status, Status::Cancelled);
    inbox.press(KeyCode::Esc).await;
    inbox.sees("stopped").await;
    inbox.leave().await;
}

/// A rule that lets through what a person rejected, and is told so before it is saved.
const LOOSER: &str = r#"
[[capability]]
agent = "local"
action = "email.send"
recipients = ["@partner.example"]
inside = "send"
outside = "ask"
"#;

#[tokio::test]
async fn the_policy_is_edited_checked_and_held_against_the_past_before_it_is_saved() {
    let gate = TestGate::start().await;
    let (agent, owner) = (gate.agent(), gate.owner());
    let no = agent.ask(&email(), "no").await.unwrap();
    owner.decide(no.id, &reject(&no, "no")).await.unwrap();
    let place = tempfile::tempdir().unwrap();
    let written = place.path().join("policy.toml");
    std::fs::write(&written, LOOSER.replace("send\"\nout", "sned\"\nout")).unwrap();
    let editor = format!("cp {}", written.display());
    let mut inbox = Inbox::open_as(&gate, "owner", &editor, "").await;
    inbox.sees("Nothing waits").await;
    to_page(&mut inbox, 4, "what is asked about and what is refused").await;
    inbox.sees("nobody has saved one").await;
    inbox.types("E").await;
    inbox.sees("What you wrote is no policy yet").await;
    inbox.sees("line 6, column ").await;
    inbox.types("s").await;
    inbox.sees("it is no policy yet").await;

    std::fs::write(&written, LOOSER).unwrap();
    inbox.types("E").await;
    inbox.sees("Policy: from version 0 to version 1").await;
    inbox
        .sees("1 let through that were not, 1 of which people had rejected")
        .await;
    inbox.sees("ask → allow").await;
    inbox.sees("+ inside = \"send\"").await;
    assert_eq!(owner.policy().await.unwrap().version(), Some(0));
    inbox.types("s").await;
    inbox.sees("the policy is version 1 now").await;
    let saved = owner.policy().await.unwrap();
    assert_eq!(
        (saved.version(), saved.text.raw_for_execution()),
        (Some(1), LOOSER)
    );
    inbox.sees("Version 1").await;
    inbox.leave().await;
}

#[tokio::test]
async fn a_policy_that_was_overtaken_is_not_saved_over_the_other() {
    let gate = TestGate::start().await;
    let place = tempfile::tempdir().unwrap();
    let written = place.path().join("policy.toml");
    std::fs::write(&written, LOOSER).unwrap();
    let editor = format!("cp {}", written.display());
    let mut inbox = Inbox::open_as(&gate, "owner", &editor, "").await;
    inbox.sees("Nothing waits").await;
    to_page(&mut inbox, 4, "what is asked about and what is refused").await;
    inbox.sees("nobody has saved one").await;
    inbox.types("E").await;
    inbox.sees("+ inside = \"send\"").await;
    let other = "[defaults]\nmode = \"blocking\"\n";
    assert_eq!(gate.owner_wire().save_policy(other).await.status, 200);
    inbox.types("s").await;
    inbox
        .sees("not saved: somebody saved another version meanwhile")
        .await;
    let in_force = gate.owner().policy().await.unwrap();
    assert_eq!(in_force.text.raw_for_execution(), other);
    inbox.sees("Version 1").await;
    inbox.types("E").await;
    inbox.sees("− mode = \"blocking\"").await;
    inbox.types("s").await;
    inbox.sees("the policy is version 2 now").await;
    inbox.leave().await;
}

#[tokio::test]
async fn a_token_is_shown_once_and_speaks_for_whom_it_was_made() {
    let gate = TestGate::start().await;
    gate.person("ana", "member").await;
    let mut inbox = Inbox::open_as(&gate, "owner", "false", "").await;
    inbox.sees("Nothing waits").await;
    to_page(&mut inbox, 9, "what people, agents and workers speak with").await;
    inbox.types("nana").await;
    inbox.press(KeyCode::Enter).await;
    inbox.sees("ana, token: from none to a new one").await;
    inbox.sees("Whoever has it decides as ana, member").await;
    inbox.types("s").await;
    inbox.sees("A new token for ana").await;
    let screen = inbox.screen();
    let secret = screen
        .split_whitespace()
        .find(|word| word.starts_with("sgn_"));
    let client = gate.client(secret.expect("the secret is on the screen"));
    assert_eq!(client.me().await.unwrap().id, "ana");
    let secret = secret.unwrap().to_owned();
    inbox.press(KeyCode::Esc).await;
    inbox.sees("▌ owner").await;
    assert!(!inbox.screen().contains(&secret));

    inbox.types("k").await;
    inbox.sees("▌ ana").await;
    inbox.types("x").await;
    inbox.sees("token: from good to revoked").await;
    inbox.types("s").await;
    inbox.sees("the token of ana is revoked").await;
    assert!(client.me().await.is_err());
    inbox.leave().await;
}

/// 01 §Delegation
#[tokio::test]
async fn whoever_is_away_names_who_answers() {
    let gate = TestGate::start().await;
    gate.person("ben", "member").await;
    let mut inbox = Inbox::open_as(&gate, "owner", "false", "").await;
    inbox.sees("Nothing waits").await;
    to_page(&mut inbox, 2, "who answers for you").await;
    inbox.sees("you are there").await;
    inbox.press(KeyCode::Enter).await;
    inbox.types("2d ben").await;
    inbox.press(KeyCode::Enter).await;
    inbox.sees("from there to away").await;
    inbox
        .sees("ben is asked what is addressed to you by name")
        .await;
    inbox.types("s").await;
    inbox.sees("you are away").await;
    let away = gate.owner().me().await.unwrap().away.unwrap();
    assert_eq!(away.delegate.unwrap().as_str(), "ben");
    inbox.types(" ").await;
    inbox.sees("to there").await;
    inbox.types("s").await;
    inbox.sees("you are there again").await;
    assert!(gate.owner().me().await.unwrap().away.is_none());
    inbox.leave().await;
}

#[tokio::test]
async fn the_whole_log_is_hashed_here_and_gives_the_signed_root() {
    let gate = TestGate::start().await;
    let agent = gate.agent();
    for n in 0..7 {
        let asked = agent.ask(&email(), &n.to_string()).await.unwrap();
        gate.owner()
            .decide(asked.id, &approve(&asked))
            .await
            .unwrap();
    }
    let mut inbox = Inbox::open_as(&gate, "owner", "false", "").await;
    inbox.sees("Nothing waits").await;
    to_page(&mut inbox, 10, "the log, and what proves it").await;
    inbox.sees("not looked at yet").await;
    inbox.types("v").await;
    inbox.sees("entries give the signed root").await;
    inbox.leave().await;
}

#[tokio::test]
async fn a_pattern_that_was_suspended_is_resumed_by_an_admin_alone() {
    let gate = TestGate::start().await;
    let policy = "[[trusted]]\nname = \"Notes\"\nagent = \"local\"\naction = \"crm.note\"\n\
                  when = \"params.size < 5\"\nmax_risk = \"low\"\n";
    assert_eq!(gate.owner_wire().save_policy(policy).await.status, 200);
    // Within its condition, and beyond its risk: a rejection suspends it.
    let note = ask(json!({"action": "crm.note", "params": {"size": 1}, "on_behalf_of": "owner"}));
    let asked = gate.agent().ask(&note, "1").await.unwrap();
    assert_eq!(asked.status, Status::Pending);
    gate.owner()
        .decide(asked.id, &reject(&asked, "no"))
        .await
        .unwrap();
    gate.person("ana", "manager").await;
    let mut ana = Inbox::open_as(&gate, "ana", "false", "").await;
    ana.sees("Nothing waits").await;
    to_page(&mut ana, 5, "what goes through by itself").await;
    ana.sees("only admins and owners see them; you are a manager")
        .await;
    ana.leave().await;

    let mut inbox = Inbox::open_as(&gate, "owner", "false", "").await;
    inbox.sees("Nothing waits").await;
    to_page(&mut inbox, 5, "what goes through by itself").await;
    inbox.sees("suspended").await;
    inbox.types(" ").await;
    inbox
        .sees("Notes, pattern: from suspended to trusted")
        .await;
    inbox.types("s").await;
    inbox.sees("“Notes” lets through again").await;
    let patterns = gate.owner().patterns().await.unwrap().items;
    assert!(patterns[0].suspended.is_none());
    inbox.leave().await;
}
