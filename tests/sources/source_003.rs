//! Source 003: how grave it is says how long it waits; trusted patterns spare people what is safe; all is on record.

use serde_json::{Value, json};
use signoff::domain::time::{At, Span};

use crate::support::{Company, update, with};

fn at_risk(level: &str) -> Value {
    with(update(), json!({"risk": {"level": level}}))
}

fn export(records: Value) -> Value {
    json!({
        "action": "data.export",
        "params": {"report": "churn", "records": records},
        "resource": {"type": "report", "id": "R-1"},
    })
}

const SMALL: &str = r#"
    [[trusted]]
    name = "Small exports"
    agent = "reporter"
    action = "data.export"
    resource = "report"
    when = "params.records < 100"
"#;

/// `01 §Time`: 24, 12, 4 and 1 hours, and then nothing may run any more.
#[tokio::test]
async fn source_003_low_24h_medium_12h_high_4h_critical_1h_then_rejected_by_itself() {
    let mut company = Company::new().await;
    let mut waiting = Vec::new();
    for (level, hours) in [("low", 24), ("medium", 12), ("high", 4), ("critical", 1)] {
        let asked = company.asks("outreach", at_risk(level)).await;
        assert_eq!(asked["risk"]["level"], level);
        assert_eq!(asked["on_timeout"], "reject");
        let created: At = asked["created_at"].as_str().unwrap().parse().unwrap();
        let deadline = created.plus(Span::from_hours(hours));
        assert_eq!(asked["expires_at"], json!(deadline), "{level}");
        waiting.push((level, deadline, asked));
    }
    for (level, deadline, asked) in waiting.iter().rev() {
        let early = Span::from_millis(deadline.since(company.gate.gate.now()).millis() - 1);
        company = company.after(early).await;
        assert_eq!(
            Company::status(&company.now(asked).await),
            "pending",
            "{level}"
        );
        company = company.after(Span::from_millis(1)).await;
        let expired = company.now(asked).await;
        assert_eq!(Company::status(&expired), "expired", "{level}");
        assert_eq!(expired["settled"]["by"], "clock");
        company
            .decides("ana", asked, json!({"decision": "approve"}))
            .await
            .refused(410, "expired");
    }
}

/// `01 §Risk`: the reasons come with the level.
#[tokio::test]
async fn source_003_risk_is_assessed_by_rules_and_its_reasons_are_shown() {
    let company = Company::new().await;
    company
        .policy(
            r#"[[risk]]
               name = "Large payment"
               action = "payment.*"
               when = "params.amount > 1000.0"
               level = "critical"
               reason = "amount above 1,000""#,
        )
        .await;
    let pay = |amount: i64| {
        let params = json!({"to": "acme", "amount": amount});
        json!({"action": "payment.send", "params": params, "on_behalf_of": "ana"})
    };
    let small = company.asks("outreach", pay(10)).await;
    assert_eq!(small["risk"]["level"], "high");
    let large = company.asks("outreach", pay(5000)).await;
    assert_eq!(large["risk"]["level"], "critical");
    let reasons = crate::support::texts(&large["risk"]["reasons"]);
    assert!(reasons.contains(&"amount above 1,000"), "{reasons:?}");
}

/// `01 §States`: the ways through it, as people see them.
#[tokio::test]
async fn source_003_pending_approved_then_executed_or_failed_or_rejected_or_expired() {
    let company = Company::new().await;
    for outcome in ["executed", "failed"] {
        let asked = company.asks("outreach", update()).await;
        assert_eq!(Company::status(&asked), "pending");
        let approved = company.approves("ana", &asked).await;
        assert_eq!(Company::status(&approved), "approved");
        let ended = company.runs("outreach", &asked, outcome).await;
        assert_eq!(Company::status(&ended), outcome);
    }
    let asked = company.asks("outreach", update()).await;
    let rejected = company.rejects("ana", &asked, "no").await;
    assert_eq!(Company::status(&rejected), "rejected");
    let asked = company.asks("outreach", update()).await;
    let company = company.after(Span::from_hours(24)).await;
    assert_eq!(Company::status(&company.now(&asked).await), "expired");
}

/// `01 §Trusted pattern`: agent, operation, resource type and condition, all of which have to fit.
#[tokio::test]
async fn source_003_trusted_patterns_let_exports_under_100_records_through() {
    let company = Company::new().await;
    company.policy(SMALL).await;
    let small = company.asks("reporter", export(json!(99))).await;
    assert_eq!(Company::status(&small), "allowed");
    assert_eq!(small["verdict"]["rung"], "trusted");
    assert_eq!(small["verdict"]["rule"], "Small exports");
    let author = small["verdict"]["text"].as_str().unwrap();
    assert!(author.contains("owner"), "whose pattern it is: {author}");

    for (what, agent, body) in [
        ("records", "reporter", export(json!(100))),
        ("records that are a text", "reporter", export(json!("99"))),
        (
            "records left out",
            "reporter",
            with(export(json!(1)), json!({"params": {}})),
        ),
        ("agent", "outreach", export(json!(99))),
        (
            "operation",
            "reporter",
            with(export(json!(99)), json!({"action": "data.purge"})),
        ),
        (
            "resource",
            "reporter",
            with(
                export(json!(99)),
                json!({"resource": {"type": "table", "id": "T"}}),
            ),
        ),
        (
            "no resource",
            "reporter",
            with(export(json!(99)), json!({"resource": null})),
        ),
    ] {
        let asked = company.asks(agent, body).await;
        assert_eq!(Company::status(&asked), "pending", "another {what}");
    }
    let patterns = company.who("owner").get("/v1/patterns").await.json();
    assert_eq!(patterns["items"][0]["uses"], 1);
    assert_eq!(patterns["items"][0]["author"], "owner");
}

/// `01 §Nouns: Event`: every step is an entry of one log, which proves itself.
#[tokio::test]
async fn source_003_the_audit_log_has_all_of_it() {
    let company = Company::new().await;
    company.policy(SMALL).await;
    let asked = company.asks("reporter", export(json!(500))).await;
    company.approves("lee", &asked).await;
    company.runs("reporter", &asked, "executed").await;
    company.asks("reporter", export(json!(5))).await;
    let denied = company.who("ana").get("/v1/audit").await;
    denied.refused(403, "forbidden");

    let log = company.who("lee").get("/v1/audit").await;
    let lines: Vec<Value> = log
        .body
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for (index, line) in lines.iter().enumerate() {
        assert_eq!(line["position"], json!(index + 1), "dense");
    }
    let bodies: Vec<&Value> = lines.iter().map(|line| &line["body"]).collect();
    let kind = |body: &&&Value| body["kind"].as_str().unwrap().to_owned();
    let of = |body: &&&Value| body["request"] == asked["id"];
    let kinds: Vec<String> = bodies.iter().filter(of).map(|body| kind(&body)).collect();
    let steps = [
        "request.asked",
        "request.voted",
        "request.approved",
        "execution.started",
        "execution.reported",
    ];
    assert_eq!(kinds, steps);
    let all: Vec<String> = bodies.iter().map(|body| kind(&body)).collect();
    for kind in [
        "policy.saved",
        "request.allowed",
        "person.saved",
        "token.issued",
    ] {
        assert!(
            all.iter().any(|one| one == kind),
            "{kind} is missing: {all:?}"
        );
    }
    let head = company.who("lee").get("/v1/audit/head").await.json();
    assert_eq!(head["size"], json!(lines.len()), "{head}");
    let signed = head["checkpoint"].as_str().unwrap();
    assert!(
        signed.starts_with("signoff/") && signed.contains("\n\n— "),
        "{signed}"
    );
}
