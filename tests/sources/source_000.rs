use serde_json::json;

use super::{Scene, act, approve, decide, mail, word};

#[tokio::test]
async fn source_000_side_effects_wait_for_a_person_by_default_and_the_integration_is_enabled_first()
{
    let scene = Scene::new().await;
    let slack = || {
        act(
            "slack.send_message",
            json!({"channel": "#sales", "text": "Hi"}),
        )
    };
    assert_eq!(scene.status(slack()).await, "pending");
    assert_eq!(
        scene.status(act("file.read", json!({"path": "a"}))).await,
        "allowed"
    );
    let off = r#"{"enabled": false}"#;
    assert_eq!(
        scene.dana.patch("/v1/integrations/slack", off).await.status,
        200
    );
    let denied = scene.asks(slack()).await;
    assert_eq!(
        (word(&denied, "status"), word(&denied["verdict"], "rung")),
        ("denied".into(), "off".into())
    );
}

#[tokio::test]
async fn source_000_unlock_opt_in_revoke_and_unlock_again() {
    let scene = Scene::new().await;
    let unlock = async |on: bool| {
        let patch = json!({"auto_approval_allowed": on}).to_string();
        let patched = scene.dana.patch("/v1/actions/email.send", patch).await;
        assert_eq!(patched.status, 200, "{patched:?}");
    };
    let talk = |id: &str| {
        let mut request = mail(&["pat@partner.example"]);
        request["conversation"] = json!(id);
        request
    };
    // Unlocking changes nobody until they opt in.
    unlock(true).await;
    let asked = scene.asks(talk("c-1")).await;
    assert_eq!(word(&asked, "status"), "pending");
    // At the prompt, for this conversation.
    let body =
        json!({"decision": "approve", "digest": asked["digest"], "remember": "conversation"});
    assert_eq!(decide(&scene.ana, &asked, body).await.status, 200);
    assert_eq!(scene.status(talk("c-1")).await, "allowed");
    assert_eq!(scene.status(talk("c-2")).await, "pending");
    // Ahead of time, always.
    let always = r#"{"mode": "always"}"#;
    let call = scene.ana.call("PUT", "/v1/preferences/email.send");
    let call = call.header("content-type", "application/json").body(always);
    assert_eq!(call.send().await.unwrap().status(), 200);
    assert_eq!(scene.status(talk("c-2")).await, "allowed");
    let mut bens = talk("c-2");
    bens["on_behalf_of"] = json!("ben");
    assert_eq!(
        scene.status(bens).await,
        "pending",
        "nobody else's review is waived"
    );
    // Revoking overrides everyone at once, and for good.
    unlock(false).await;
    assert_eq!(scene.status(talk("c-1")).await, "pending");
    unlock(true).await;
    assert_eq!(scene.status(talk("c-1")).await, "pending");
    assert_eq!(scene.status(talk("c-2")).await, "pending");
}

#[tokio::test]
async fn source_000_groups_restrict_access_to_agents_and_integrations() {
    let scene = Scene::new().await;
    let users = r#"{"users": ["group:finance"]}"#;
    assert_eq!(
        scene
            .dana
            .patch("/v1/integrations/payment", users)
            .await
            .status,
        200
    );
    let pay = |whom: &str| json!({"action": "payment.send", "on_behalf_of": whom, "params": {"payee": "Acme", "amount": 5}});
    assert_eq!(scene.status(pay("ana")).await, "denied");
    assert_eq!(scene.status(pay("ben")).await, "pending");
    assert_eq!(
        scene.dana.patch("/v1/agents/outreach", users).await.status,
        200
    );
    let refused = scene
        .agent
        .post("/v1/requests", mail(&["a@b.example"]).to_string())
        .await;
    assert_eq!(refused.problem().name(), "not-its-user");
    assert_eq!(
        approve(&scene.ben, &scene.asks(pay("ben")).await)
            .await
            .status,
        200
    );
}
