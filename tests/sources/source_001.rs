use serde_json::json;

use super::{Scene, act, approve, decide, mail, path, reject, word};

const LISTS: &str = r#"
[[capability]]
agent = "outreach"
action = "email.send"
recipients = ["@customers.example", "*.ourco.example", "pat@partner.example"]
inside = "send"
outside = "ask"

[[capability]]
agent = "outreach"
action = "sms.send"
recipients = ["+4420*"]
inside = "ask"
outside = "block"

[[capability]]
agent = "outreach"
action = "record.update"
ask = "always"
"#;

#[tokio::test]
async fn source_001_allow_lists_send_inside_and_ask_or_block_outside() {
    let scene = Scene::under(LISTS).await;
    for (to, status) in [
        (&["cfo@customers.example"][..], "allowed"),
        (&["Pat <PAT@partner.example>"], "allowed"),
        (&["x@eu.ourco.example", "y@ourco.example"], "allowed"),
        (&["cfo@customers.example", "x@evil.example"], "pending"),
        (&["x@sub.customers.example"], "pending"),
        (&["x@ourco.example.evil.example"], "pending"),
        (&[], "pending"),
    ] {
        assert_eq!(scene.status(mail(to)).await, status, "{to:?}");
    }
    let text = |to: &str| act("sms.send", json!({"to": to, "text": "Hi"}));
    assert_eq!(scene.status(text("+44 20 7946 0000")).await, "pending");
    assert_eq!(scene.status(text("+1 202 555 0100")).await, "denied");
}

#[tokio::test]
async fn source_001_ask_before_every_action_and_require_approval() {
    let scene = Scene::under(LISTS).await;
    let asked = scene.asks(act("record.update", json!({"id": 1}))).await;
    assert_eq!(word(&asked, "status"), "pending");
    assert!(
        word(&asked["verdict"], "rule").contains("record.update"),
        "{asked}"
    );
    assert_eq!(scene.status(act("crm.merge", json!({}))).await, "pending");
}

#[tokio::test]
async fn source_001_a_request_says_what_to_whom_and_everything_of_one_agent_is_listed() {
    let scene = Scene::new().await;
    let chat = |trigger: &str| {
        let mut request = mail(&["pat@partner.example"]);
        request["trigger"] = json!(trigger);
        request
    };
    let first = scene.asks(chat("chat")).await;
    let second = scene.asks(chat("schedule")).await;
    approve(&scene.ana, &first).await;
    assert_eq!(first["recipients"], json!(["pat@partner.example"]));
    assert_eq!(first["params"]["subject"], "Hello");
    let listed = scene.ana.get("/v1/requests?agent=outreach").await.json();
    let ids: Vec<_> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| &r["id"])
        .collect();
    assert_eq!(
        ids,
        [&second["id"], &first["id"]],
        "chat and background, the newest first"
    );
    assert_eq!(listed["items"][1]["status"], "approved");
}

#[tokio::test]
async fn source_001_notify_agent_is_off_by_default_forced_in_chat_and_for_who_waits() {
    let scene = Scene::new().await;
    let told = async || {
        scene.agent.get("/v1/notices").await.json()["items"]
            .as_array()
            .unwrap()
            .len()
    };
    let quiet = scene.asks(mail(&["pat@partner.example"])).await;
    approve(&scene.ana, &quiet).await;
    assert_eq!(told().await, 0);
    let ticked = scene.asks(mail(&["pat@partner.example"])).await;
    let body = json!({"decision": "reject", "reason": "no", "notify_agent": true});
    decide(&scene.ana, &ticked, body).await;
    assert_eq!(told().await, 1);
    for more in [json!({"trigger": "chat"}), json!({"waiting": true})] {
        let mut request = mail(&["pat@partner.example"]);
        request
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let asked = scene.asks(request).await;
        let before = told().await;
        let body = json!({"decision": "reject", "reason": "no", "notify_agent": false});
        decide(&scene.ana, &asked, body).await;
        assert_eq!(told().await, before + 1, "{more}");
    }
}

#[tokio::test]
async fn source_001_each_is_decided_on_its_own_and_may_wait_for_ever() {
    let scene =
        Scene::under("[timeouts]\nlow = \"never\"\nmedium = \"never\"\nhigh = \"never\"\n").await;
    let first = scene.asks(mail(&["pat@partner.example"])).await;
    let second = scene.asks(mail(&["joe@partner.example"])).await;
    assert_eq!(first["expires_at"], json!(null));
    scene.pass("900d").await;
    assert_eq!(
        scene.owner.get(&path(&first)).await.json()["status"],
        "pending"
    );
    reject(&scene.ana, &first, "no").await;
    assert_eq!(
        scene.owner.get(&path(&second)).await.json()["status"],
        "pending"
    );
}
