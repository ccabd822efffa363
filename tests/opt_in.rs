//! Auto-approval as administrators unlock it and people choose it: unlocking changes nobody, locking
//! overrides everybody at once, and unlocking again brings nothing back.

use signoff::api::request::{Ask, Decide, Request};
use signoff::api::settings::{Choice, PatchAction};
use signoff::client::Client;
use signoff::domain::id::ActionName;
use signoff::domain::lifecycle::Status;
use signoff::domain::review::Remember;
use signoff::domain::time::Span;

use crate::support::{TestGate, approve, ask};

fn slack() -> ActionName {
    "slack.send_message".parse().unwrap()
}

fn message(conversation: &str) -> Ask {
    ask(serde_json::json!({
        "action": "slack.send_message",
        "params": {"channel": "#launch", "text": "It is live"},
        "on_behalf_of": "ana",
        "trigger": "chat",
        "conversation": conversation,
    }))
}

async fn unlock(admin: &Client, unlocked: bool) -> usize {
    let patch = PatchAction {
        auto_approval_allowed: Some(unlocked),
        ..PatchAction::default()
    };
    let action = admin.change_action(&slack(), &patch).await.unwrap();
    assert_eq!(action.auto_approval_allowed, unlocked);
    action.opted_in.always + action.opted_in.conversation
}

fn remembering(seen: &Request, remember: Remember) -> Decide {
    Decide {
        remember,
        ..approve(seen)
    }
}

async fn send(agent: &Client, conversation: &str) -> Request {
    let key = signoff::domain::id::NoticeId::generate().to_string();
    agent.ask(&message(conversation), &key).await.unwrap()
}

struct Scene {
    gate: TestGate,
    ana: Client,
    bot: Client,
}

async fn scene() -> Scene {
    let gate = TestGate::start().await;
    let ana = gate.person("ana", "member").await;
    let bot = gate.agent_of("bot", &["ana"], &["ana"]).await;
    Scene { gate, ana, bot }
}

#[tokio::test]
async fn always_unlock_opt_in_allowed_revoke_asked_unlock_still_asked() {
    let Scene { gate, ana, bot } = scene().await;
    let admin = gate.owner();

    let asked = send(&bot, "c1").await;
    assert_eq!(asked.status, Status::Pending);
    let refused = ana
        .decide(asked.id, &remembering(&asked, Remember::Always))
        .await;
    assert_eq!(
        refused.unwrap_err().problem().unwrap().name(),
        "auto-approval-not-allowed"
    );

    unlock(&admin, true).await;
    assert_eq!(
        send(&bot, "c1").await.status,
        Status::Pending,
        "unlocking changes nobody"
    );

    ana.decide(asked.id, &remembering(&asked, Remember::Always))
        .await
        .unwrap();
    let allowed = send(&bot, "c2").await;
    assert_eq!(allowed.status, Status::Allowed);
    assert!(
        allowed.verdict.text.plain().contains("ana"),
        "{:?}",
        allowed.verdict
    );

    assert_eq!(unlock(&admin, false).await, 0, "locking ends every opt-in");
    assert_eq!(send(&bot, "c2").await.status, Status::Pending);
    unlock(&admin, true).await;
    assert_eq!(
        send(&bot, "c2").await.status,
        Status::Pending,
        "unlocking again brings nothing back"
    );
}

#[tokio::test]
async fn one_conversation_only_and_only_while_it_is_used() {
    let Scene { gate, ana, bot } = scene().await;
    unlock(&gate.owner(), true).await;
    let asked = send(&bot, "c1").await;
    ana.decide(asked.id, &remembering(&asked, Remember::Conversation))
        .await
        .unwrap();

    assert_eq!(send(&bot, "c1").await.status, Status::Allowed);
    assert_eq!(
        send(&bot, "c2").await.status,
        Status::Pending,
        "another conversation"
    );
    let other_bot = gate.agent_of("other", &["ana"], &["ana"]).await;
    assert_eq!(
        send(&other_bot, "c1").await.status,
        Status::Pending,
        "another agent"
    );

    gate.hands.pass(Span::from_hours(11));
    assert_eq!(
        send(&bot, "c1").await.status,
        Status::Allowed,
        "a use keeps it alive"
    );
    gate.hands.pass(Span::from_hours(11));
    assert_eq!(send(&bot, "c1").await.status, Status::Allowed);
    gate.hands.pass(Span::from_hours(13));
    assert_eq!(
        send(&bot, "c1").await.status,
        Status::Pending,
        "twelve hours unused end it"
    );
}

#[tokio::test]
async fn choices_made_ahead_of_time_hold_over_a_restart_and_end_when_locked() {
    let Scene { gate, ana, bot } = scene().await;
    let refused = ana.choose(&slack(), &Choice::Always {}).await.unwrap_err();
    assert_eq!(
        refused.problem().unwrap().name(),
        "auto-approval-not-allowed"
    );
    unlock(&gate.owner(), true).await;
    ana.choose(&slack(), &Choice::Always {}).await.unwrap();
    assert_eq!(send(&bot, "c1").await.status, Status::Allowed);
    assert_eq!(
        gate.owner().preferences().await.unwrap().items,
        [],
        "others' choices are not mine"
    );
    drop((ana, bot));

    let gate = gate.restart().await;
    let ana = gate
        .owner()
        .add_token(&serde_json::from_str(r#"{"person":"ana"}"#).unwrap())
        .await
        .unwrap();
    let ana = gate.client(&ana.token.unwrap());
    assert_eq!(ana.preferences().await.unwrap().items.len(), 1);
    ana.choose(&slack(), &Choice::Manual {}).await.unwrap();
    assert_eq!(ana.preferences().await.unwrap().items, []);
    ana.choose(&slack(), &Choice::Always {}).await.unwrap();
    unlock(&gate.owner(), false).await;
    let gate = gate.restart().await;
    unlock(&gate.owner(), true).await;
    assert_eq!(
        gate.owner()
            .actions()
            .await
            .unwrap()
            .items
            .iter()
            .find(|a| a.name == slack())
            .unwrap()
            .opted_in
            .always,
        0
    );
}
