use serde_json::{Value, json};

use super::{Scene, act, approve, mail, path, reject, word};

fn deal(owner: &str) -> Value {
    let mut request = act(
        "email.send",
        json!({"to": "cfo@acme.example", "subject": "Renewal", "body": "Hi"}),
    );
    request["resource"] = json!({"type": "deal", "id": "D-1", "owner": owner});
    request
}

#[tokio::test]
async fn source_002_rules_speak_of_resource_action_and_condition() {
    let scene = Scene::under(
        r#"
[[rule]]
name = "Large deals"
effect = "ask"
category = "record_mutation"
action = "record.update"
resource = "deal"
when = "params.amount > 100.0"
resolver = "role:manager"
expires_in = "2h"
"#,
    )
    .await;
    let update = |kind: &str, amount: f64| {
        let mut request = act("record.update", json!({"amount": amount}));
        request["resource"] = json!({"type": kind, "id": "1"});
        request
    };
    let asked = scene.asks(update("deal", 100.5)).await;
    assert_eq!(asked["verdict"]["rule"], "Large deals");
    assert_eq!(asked["review"]["reviewers"], json!(["lee"]));
    for other in [update("deal", 99.5), update("ticket", 500.0)] {
        let asked = scene.asks(other).await;
        assert_eq!(asked["verdict"]["rule"], json!(null), "{asked}");
        assert_eq!(asked["review"]["reviewers"], json!(["ana"]));
    }
}

#[tokio::test]
async fn source_002_every_resolver_finds_its_people() {
    let scene = Scene::new().await;
    let triage = json!({"id": "triage", "owners": ["dana"]});
    scene.owner.post("/v1/agents", triage.to_string()).await;
    for (resolver, reviewers) in [
        ("requester", json!(["ana"])),
        ("user:ben", json!(["ben"])),
        ("manager", json!(["lee"])),
        ("role:manager", json!(["lee"])),
        ("role:admin", json!(["dana", "owner"])),
        ("group:finance", json!(["ben"])),
        ("record_owner", json!(["ben"])),
        ("agent_owner", json!(["ana"])),
    ] {
        let rule =
            format!("[[rule]]\nname = \"All\"\neffect = \"ask\"\nresolver = \"{resolver}\"\n");
        assert_eq!(scene.owner.save_policy(&rule).await.status, 200);
        let asked = scene.asks(deal("ben")).await;
        assert_eq!(
            asked["review"]["reviewers"], reviewers,
            "{resolver}: {asked}"
        );
        assert_eq!(asked["review"]["resolver"], resolver);
    }
    let rule = "[[rule]]\nname = \"All\"\neffect = \"ask\"\nresolver = \"agent:triage\"\n";
    scene.owner.save_policy(rule).await;
    let asked = scene.asks(act("record.update", json!({}))).await;
    assert_eq!(asked["review"]["reviewers"], json!(["agent:triage"]));
    let triage = scene
        .gate
        .wire(&scene.gate.token(json!({"agent": "triage"})).await);
    assert_eq!(approve(&triage, &asked).await.json()["status"], "approved");
    let stranger = scene.asks(act("record.update", json!({}))).await;
    assert_eq!(
        approve(&scene.agent, &stranger).await.problem().name(),
        "wrong-kind-of-token"
    );
}

#[tokio::test]
async fn source_002_a_delay_approves_by_itself_unless_somebody_rejects() {
    let rule = "[[rule]]\nname = \"Soon\"\neffect = \"ask\"\nresolver = \"auto_after:10m\"\naction = \"record.*\"\n";
    let scene = Scene::under(rule).await;
    let let_go = scene.asks(act("record.update", json!({"n": 1}))).await;
    let stopped = scene.asks(act("record.update", json!({"n": 2}))).await;
    assert_eq!(reject(&scene.ana, &stopped, "no").await.status, 200);
    scene.pass("9m").await;
    assert_eq!(
        scene.owner.get(&path(&let_go)).await.json()["status"],
        "pending",
        "not early"
    );
    scene.pass("1m").await;
    let now = scene.moved_on(&let_go).await;
    assert_eq!(
        (word(&now, "status"), word(&now["settled"], "by")),
        ("approved".into(), "clock".into())
    );
}

#[tokio::test]
async fn source_002_fallbacks_step_in_for_who_is_missing_and_when_nobody_answers() {
    let scene = Scene::under(
        r#"
[[rule]]
name = "Owners"
effect = "ask"
resolver = "record_owner"
fallbacks = ["manager", "role:admin"]
escalate_after = "1h"
expires_in = "3h"
"#,
    )
    .await;
    assert_eq!(
        scene.asks(deal("ben")).await["review"]["reviewers"],
        json!(["ben"])
    );
    // The user acted for doesn't count as record owner.
    let mut own = deal("ana");
    own["resource"]["id"] = json!("D-2");
    let asked = scene.asks(own).await;
    assert_eq!(asked["review"]["reviewers"], json!(["lee"]));
    scene.pass("1h").await;
    let now = scene.moved_on(&asked).await;
    assert_eq!(
        now["review"]["reviewers"],
        json!(["lee", "dana", "owner"]),
        "{now}"
    );
    assert_eq!(
        now["expires_at"], asked["expires_at"],
        "escalating early gains no time"
    );
    assert_eq!(
        approve(&scene.dana, &now).await.json()["status"],
        "approved"
    );
}

#[tokio::test]
async fn source_002_the_shipped_tools_are_gated() {
    let scene = Scene::new().await;
    for action in [
        "email.send",
        "social.post",
        "landing_page.create",
        "record.create",
        "record.update",
        "browser.visit",
    ] {
        assert_eq!(
            scene.status(act(action, json!({}))).await,
            "pending",
            "{action}"
        );
    }
}

#[tokio::test]
async fn source_002_approved_ones_go_on_with_their_parameters_and_others_never_run() {
    let scene = Scene::new().await;
    let raw = r#"{"action":"record.update","on_behalf_of":"ana","params":{"b": 1.10, "a":1E+2}}"#;
    let asked = scene.agent.post("/v1/requests", raw).await.json();
    approve(&scene.ana, &asked).await;
    let started = scene
        .agent
        .post(&format!("{}/start", path(&asked)), "{}")
        .await;
    assert!(
        started.body.contains(r#""params":{"b": 1.10, "a":1E+2}"#),
        "{started:?}"
    );
    assert_eq!(started.json()["digest"], asked["digest"]);
    let rejected = scene.asks(mail(&["pat@partner.example"])).await;
    reject(&scene.ana, &rejected, "no").await;
    let expired = scene.asks(mail(&["pat@partner.example"])).await;
    scene.pass("13h").await;
    assert_eq!(scene.moved_on(&expired).await["status"], "expired");
    for never in [&rejected, &expired] {
        let refused = scene
            .agent
            .post(&format!("{}/start", path(never)), "{}")
            .await;
        assert_eq!(refused.problem().name(), "not-ready");
    }
}

#[tokio::test]
async fn source_002_managing_deciding_and_seeing_belong_to_different_roles() {
    let scene = Scene::new().await;
    let asked = scene.asks(mail(&["pat@partner.example"])).await;
    let rule = "[[rule]]\nname = \"a\"\neffect = \"deny\"\n";
    for (wire, saves) in [(&scene.ana, 403), (&scene.lee, 403), (&scene.dana, 200)] {
        assert_eq!(wire.save_policy(rule).await.status, saves);
    }
    assert_eq!(
        scene.ben.get(&path(&asked)).await.status,
        404,
        "no part in it"
    );
    assert_eq!(
        scene.lee.get(&path(&asked)).await.status,
        200,
        "managers see everything"
    );
    assert_eq!(
        approve(&scene.lee, &asked).await.problem().name(),
        "not-a-reviewer"
    );
    assert_eq!(approve(&scene.ana, &asked).await.status, 200);
}
