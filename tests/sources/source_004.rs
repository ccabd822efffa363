use serde_json::{Value, json};

use super::{Scene, act, approve, decide, path, reject, word};

const MODES: &str = r#"
[[mode]]
agent = "outreach"
node = "free/*"
mode = "disabled"
blocked_tools = ["shell.*"]

[[mode]]
agent = "outreach"
node = "strict/*"
mode = "blocking"

[[mode]]
agent = "outreach"
node = "tools/*"
mode = "confirm_tools"
approved_tools = ["browser.*"]

[[mode]]
agent = "outreach"
node = "watched/*"
mode = "audit"
"#;

#[tokio::test]
async fn source_004_each_node_has_its_mode_and_its_tool_lists() {
    let scene = Scene::under(MODES).await;
    let at = |node: &str, action: &str| {
        let mut request = act(action, json!({}));
        request["node"] = json!(node);
        request
    };
    for (node, action, status) in [
        ("free/1", "email.send", "allowed"),
        ("free/1", "shell.run", "denied"),
        ("strict/1", "file.read", "pending"),
        ("strict/1", "email.send", "pending"),
        ("tools/1", "browser.visit", "allowed"),
        ("tools/1", "file.read", "allowed"),
        ("tools/1", "email.send", "pending"),
        ("watched/1", "email.send", "allowed"),
        ("elsewhere", "email.send", "pending"),
    ] {
        assert_eq!(
            scene.status(at(node, action)).await,
            status,
            "{node} {action}"
        );
    }
    // Audit lets through, and says what it would have been.
    let watched = scene.asks(at("watched/1", "email.send")).await;
    let why = scene
        .owner
        .get(&format!("{}/why", path(&watched)))
        .await
        .json();
    assert_eq!(why["would_have_been"]["effect"], "ask", "{why}");
}

#[tokio::test]
async fn source_004_pending_details_history_and_respond() {
    let scene = Scene::new().await;
    let asked = scene.asks(act("record.update", json!({"n": 1}))).await;
    let pending = scene
        .ana
        .get("/v1/requests?status=pending&reviewer=me")
        .await
        .json();
    assert_eq!(pending["items"][0]["id"], asked["id"]);
    let body = json!({"decision": "respond", "text": "ask Ben first"});
    let answered = decide(&scene.ana, &asked, body).await.json();
    assert_eq!(answered["status"], "answered");
    let own = scene.agent.get(&path(&asked)).await.json();
    assert_eq!(own["settled"]["answer"], "ask Ben first");
    let over = scene.ana.get("/v1/requests?status=answered").await.json();
    assert_eq!(over["items"][0]["id"], asked["id"]);
    let started = scene
        .agent
        .post(&format!("{}/start", path(&asked)), "{}")
        .await;
    assert_eq!(started.problem().name(), "not-ready", "nothing runs");
}

#[tokio::test]
async fn source_004_a_timeout_rejects_or_escalates_and_the_reason_reaches_the_agent() {
    let scene = Scene::under(
        r#"
[[rule]]
name = "Passed on"
effect = "ask"
action = "record.update"
resolver = "requester"
fallbacks = ["manager"]
expires_in = "1h"
on_timeout = "escalate"
"#,
    )
    .await;
    let asked = scene.asks(act("record.update", json!({}))).await;
    scene.pass("1h").await;
    let mut now = scene.moved_on(&asked).await;
    while now["review"]["reviewers"] == json!(["ana"]) {
        now = scene.owner.get(&path(&asked)).await.json();
    }
    assert_eq!(now["status"], "pending");
    assert_eq!(now["review"]["reviewers"], json!(["ana", "lee"]));
    assert!(
        word(&now, "expires_at") > word(&asked, "expires_at"),
        "a fresh deadline"
    );
    reject(&scene.lee, &now, "wrong record").await;
    let own = scene.agent.get(&path(&asked)).await.json();
    assert_eq!(own["settled"]["reason"], "wrong record");
}

/// 01 §Checkpoint
#[tokio::test]
async fn source_004_a_checkpoint_is_handed_back_untouched_days_later() {
    let scene = Scene::under("[timeouts]\nlow = \"never\"\n").await;
    let mut request = act("record.update", json!({}));
    request["checkpoint"] = json!({"thread": 81, "step": 4});
    let asked = scene.asks(request).await;
    scene.pass("9d").await;
    approve(&scene.ana, &asked).await;
    let own = scene.agent.get(&path(&asked)).await.json();
    assert_eq!(own["checkpoint"], json!({"thread": 81, "step": 4}));
    assert_eq!(
        scene.ana.get(&path(&asked)).await.json()["checkpoint"],
        Value::Null
    );
    let place = format!("{}/checkpoint", path(&asked));
    let bytes = [0_u8, 255, 10, 13, 0];
    let call = scene
        .agent
        .call("PUT", &place)
        .header("content-type", "application/octet-stream");
    assert_eq!(
        call.body(bytes.to_vec()).send().await.unwrap().status(),
        204
    );
    let back = scene.agent.call("GET", &place).send().await.unwrap();
    assert_eq!(back.bytes().await.unwrap()[..], bytes);
}
