//! By an edit.

use serde_json::{Value, json};

use super::reviewers;
use crate::support::{Company, mail, update, with};

const AMOUNTS: &str = r#"
    [[rule]]
    name = "Forbidden"
    effect = "deny"
    action = "record.update"
    when = "has(params.amount) && params.amount > 1000"

    [[rule]]
    name = "Large"
    effect = "ask"
    action = "record.update"
    when = "has(params.amount) && params.amount > 100"
    resolver = "group:finance"
    approvals = 2
    separate = true
"#;

fn amount(amount: u32) -> Value {
    with(update(), json!({"params": {"amount": amount}}))
}

/// `01 §Edit`: an edit is checked as a new request would be, and the stricter plan of the two holds.
#[tokio::test]
async fn an_edit_into_a_stricter_rule() {
    let company = Company::new().await;
    company.policy(AMOUNTS).await;
    let asked = company.asks("outreach", amount(10)).await;
    assert_eq!(reviewers(&asked), ["ana"]);
    let edit = json!({"decision": "approve", "params": {"amount": 500}});
    let edited = company.decides("ana", &asked, edit.clone()).await;
    assert_eq!(edited.status, 200, "{edited:?}");
    let edited = company.now(&asked).await;
    assert_eq!(
        Company::status(&edited),
        "pending",
        "it waits for somebody else"
    );
    assert_eq!(reviewers(&edited), ["cay", "dan"]);
    assert_eq!(edited["review"]["needed"], 2);
    assert_eq!(edited["review"]["given"], 0, "the editor's doesn't count");
    assert_eq!(edited["expires_at"], asked["expires_at"], "not moved back");
    assert_eq!(edited["original"]["digest"], asked["digest"]);
    assert_eq!(edited["original"]["params"], json!({"amount": 10}));
    assert_eq!(edited["edited_by"], json!(["ana"]));
    company
        .approve("ana", &edited)
        .await
        .refused(403, "not-a-reviewer");

    company.approves("cay", &edited).await;
    let approved = company.approves("dan", &edited).await;
    assert_eq!(Company::status(&approved), "approved");
    let started = company
        .post("outreach", &asked, "start", json!({}))
        .await
        .json();
    assert_eq!(started["params"], json!({"amount": 500}));
    assert_eq!(started["digest"], edited["digest"]);
}

/// `01 §Edit`: what policy denies can't be edited into, and an attempt decides nothing.
#[tokio::test]
async fn an_edit_into_what_is_denied() {
    let company = Company::new().await;
    company.policy(AMOUNTS).await;
    let asked = company.asks("outreach", amount(10)).await;
    let edit = json!({"decision": "approve", "params": {"amount": 5000}});
    let refused = company.decides("ana", &asked, edit).await;
    refused.refused(422, "edit-not-allowed");
    let still = company.still_waits(&asked).await;
    assert_eq!(still["digest"], asked["digest"]);

    company
        .policy(
            "[[capability]]\nagent = \"outreach\"\naction = \"email.send\"\n\
             recipients = [\"@ourco.example\"]\ninside = \"ask\"\noutside = \"block\"\n",
        )
        .await;
    let asked = company.asks("outreach", mail(&["pat@ourco.example"])).await;
    let elsewhere = json!({"to": ["eve@evil.example"], "subject": "Hi", "body": "Hi"});
    let edit = json!({"decision": "approve", "params": elsewhere});
    company
        .decides("ana", &asked, edit)
        .await
        .refused(422, "edit-not-allowed");
    company.still_waits(&asked).await;
}

/// `01 §Edit`, `01 §States.4`: a vote for other parameters counts for nothing.
#[tokio::test]
async fn old_votes_after_an_edit() {
    let company = Company::new().await;
    let asked = company
        .asks_under("resolver = \"group:finance\"\napprovals = 2")
        .await;
    company.approves("dan", &asked).await;
    let edit = json!({"decision": "approve", "params": {"name": "Acme Ltd"}});
    let edited = company.decides("cay", &asked, edit).await.json();
    assert_eq!(
        Company::status(&edited),
        "pending",
        "Dan saw something else"
    );
    assert_eq!(edited["review"]["given"], 1, "the editor's");
    let counts: Vec<_> = edited["decisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|vote| (vote["by"].clone(), vote["counts"].clone()))
        .collect();
    assert_eq!(
        counts,
        [(json!("dan"), json!(false)), (json!("cay"), json!(true))]
    );
    company
        .approve("dan", &asked)
        .await
        .refused(409, "stale-digest");
    let old_plan = json!({"decision": "approve", "plan": asked["review"]["plan"]});
    company
        .decides("dan", &edited, old_plan)
        .await
        .refused(409, "stale-plan");
    let approved = company.approves("dan", &edited).await;
    assert_eq!(Company::status(&approved), "approved");
}
