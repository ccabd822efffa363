use serde_json::json;

use super::{Scene, act, approve, path, reject, word};

#[tokio::test]
async fn source_003_each_risk_has_its_time_and_is_rejected_when_it_is_over() {
    let scene = Scene::new().await;
    for (risk, before, after) in [
        ("low", "1439m", "1m"),
        ("medium", "719m", "1m"),
        ("high", "239m", "1m"),
        ("critical", "59m", "1m"),
    ] {
        let mut request = act("record.update", json!({}));
        request["risk"] = json!({"level": risk});
        let asked = scene.asks(request).await;
        assert_eq!(asked["risk"]["level"], risk);
        scene.pass(before).await;
        let status = scene.owner.get(&path(&asked)).await.json()["status"].clone();
        assert_eq!(status, "pending", "{risk}: not early");
        scene.pass(after).await;
        let mut now = scene.owner.get(&path(&asked)).await.json();
        while now["status"] == "pending" {
            now = scene.owner.get(&path(&asked)).await.json();
        }
        assert_eq!(
            (word(&now, "status"), word(&now["settled"], "by")),
            ("expired".into(), "clock".into())
        );
    }
}

#[tokio::test]
async fn source_003_approved_runs_end_as_executed_or_failed_and_others_as_rejected() {
    let scene = Scene::new().await;
    for (outcome, status) in [("executed", "executed"), ("failed", "failed")] {
        let asked = scene.asks(act("record.update", json!({}))).await;
        approve(&scene.ana, &asked).await;
        let started = scene
            .agent
            .post(&format!("{}/start", path(&asked)), "{}")
            .await
            .json();
        assert_eq!(started["status"], "executing");
        let report =
            json!({"outcome": outcome, "digest": asked["digest"], "epoch": started["epoch"]});
        let reported = scene
            .agent
            .post(&format!("{}/report", path(&asked)), report.to_string())
            .await;
        assert_eq!(reported.json()["status"], status);
    }
    let asked = scene.asks(act("record.update", json!({}))).await;
    assert_eq!(
        reject(&scene.ana, &asked, "no").await.json()["status"],
        "rejected"
    );
}

#[tokio::test]
async fn source_003_a_trusted_pattern_lets_small_exports_through_and_no_others() {
    let scene = Scene::under(
        r#"
[[trusted]]
name = "Small exports"
agent = "outreach"
action = "data.export"
resource = "report"
when = "params.records < 100"
"#,
    )
    .await;
    let export = |kind: &str, records: serde_json::Value| {
        let mut request = act("data.export", json!({"records": records}));
        request["resource"] = json!({"type": kind, "id": "1"});
        request
    };
    let allowed = scene.asks(export("report", json!(99))).await;
    assert_eq!(
        (word(&allowed, "status"), word(&allowed["verdict"], "rule")),
        ("allowed".into(), "Small exports".into())
    );
    for other in [
        export("report", json!(100)),
        export("report", json!("few")),
        export("table", json!(1)),
        act("data.export", json!({"records": 1})),
        act("email.send", json!({"records": 1})),
    ] {
        assert_eq!(scene.status(other.clone()).await, "pending", "{other}");
    }
}

#[tokio::test]
async fn source_003_everything_is_in_one_log_and_the_log_is_signed() {
    let scene = Scene::new().await;
    let asked = scene.asks(act("record.update", json!({}))).await;
    approve(&scene.ana, &asked).await;
    let log = scene.owner.get("/v1/audit").await.body;
    let id = asked["id"].as_str().unwrap();
    let kinds: Vec<_> = log
        .lines()
        .filter(|line| line.contains(id))
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["body"]["kind"].clone()
        })
        .collect();
    assert_eq!(
        kinds,
        ["request.asked", "request.voted", "request.approved"]
    );
    let head = scene.owner.get("/v1/audit/head").await.body;
    assert!(head.contains("signoff/"), "{head}");
    assert_eq!(scene.ana.get("/v1/audit").await.status, 403);
}
