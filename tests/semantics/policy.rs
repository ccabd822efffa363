//! 01 §Policy as a document.

use serde_json::{Value, json};

use crate::support::{Answer, Company, update, with};

const BIG: &str = "when = \"params.amount > 100\"\n";

fn amount(amount: Value) -> Value {
    with(update(), json!({"params": {"amount": amount}}))
}

fn rung<'a>(why: &'a Value, name: &str) -> &'a Value {
    let mut rungs = why["rungs"].as_array().unwrap().iter();
    rungs.find(|rung| rung["rung"] == name).unwrap()
}

/// `01 §Policy as a document`: a condition that can't be evaluated counts as matched where it restricts and as unmatched
/// where it would allow, and the trace says so.
#[tokio::test]
async fn a_condition_that_fails_never_lets_anything_through() {
    let company = Company::new().await;
    let failing = [amount(json!("a lot")), amount(Value::Null), update()];
    for (policy, status, name) in [
        (
            format!("[[rule]]\nname = \"Test\"\neffect = \"deny\"\n{BIG}"),
            "denied",
            "blocked",
        ),
        (
            format!("[[rule]]\nname = \"Test\"\neffect = \"ask\"\nlocked = true\n{BIG}"),
            "pending",
            "locked",
        ),
        (
            format!("[[rule]]\nname = \"Test\"\neffect = \"ask\"\nresolver = \"user:dan\"\n{BIG}"),
            "pending",
            "ask",
        ),
        (
            format!(
                "[[trusted]]\nname = \"Test\"\nagent = \"outreach\"\naction = \"record.*\"\n{BIG}"
            ),
            "pending",
            "trusted",
        ),
    ] {
        company.policy(&policy).await;
        for body in &failing {
            let asked = company.asks("outreach", body.clone()).await;
            assert_eq!(Company::status(&asked), status, "{policy}{body}");
            let why = company.why(&asked).await;
            let said = rung(&why, name)["text"].as_str().unwrap().to_owned();
            assert!(said.contains("nobody can tell whether"), "{said}");
        }
        let matched = company.asks("outreach", amount(json!(101))).await;
        let said = rung(&company.why(&matched).await, name)["text"].to_string();
        assert!(said.contains("since params.amount > 100"), "{said}");
    }
    let risk = format!(
        "[[risk]]\nname = \"Test\"\naction = \"record.*\"\nlevel = \"high\"\nreason = \"big\"\n{BIG}"
    );
    company.policy(&risk).await;
    for (body, level) in [
        (update(), "high"),
        (amount(json!(5)), "low"),
        (amount(json!(500.5)), "high"),
    ] {
        let asked = company.asks("outreach", body).await;
        assert_eq!(asked["risk"]["level"], level);
    }
}

/// `01 §Policy as a document`: it is checked as a whole, faults name their line and field, and nothing bad is saved.
#[tokio::test]
async fn faults_name_their_place_and_a_bad_document_is_not_saved() {
    let company = Company::new().await;
    let bad = "[defaults]\nmode = \"relaxed\"\n\n[[rule]]\nname = \"A\"\neffect = \"ask\"\nwhen = \"params.x >\"\n\
               approvels = 2\n\n[[trusted]]\nname = \"All\"\nagent = \"*\"\naction = \"*\"\n";
    let call = company.who("adam").call("POST", "/v1/policy/check");
    let call = call.header("content-type", "application/toml");
    let checked = Answer::of(call.body(bad)).await.json();
    assert_eq!(checked["valid"], false);
    let errors = checked["errors"].as_array().unwrap();
    for (line, field) in [
        (2, "mode"),
        (7, "when"),
        (8, "approvels"),
        (12, "agent"),
        (13, "action"),
    ] {
        let found = errors
            .iter()
            .any(|error| error["line"] == line && error["text"].as_str().unwrap().contains(field));
        assert!(found, "{field} in line {line}: {checked}");
    }
    let saved = company.who("adam").save_policy(bad).await;
    let problem = saved.refused(422, "invalid-input");
    assert_eq!(problem.errors.len(), errors.len());
    let versions = company.who("adam").get("/v1/policy/versions").await.json();
    assert_eq!(versions["items"], json!([]));
}

/// `01 §Policy as a document`: every version is kept, and any of them can be brought back.
#[tokio::test]
async fn every_version_is_kept_and_can_be_brought_back() {
    let company = Company::new().await;
    let texts = [
        "# one\n",
        "# two\n[defaults]\nmode = \"blocking\"\n",
        "# three\n",
    ];
    for text in texts {
        company.policy(text).await;
    }
    let owner = company.who("owner");
    let versions = owner.get("/v1/policy/versions").await.json();
    let numbers: Vec<&Value> = versions["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["version"])
        .collect();
    assert_eq!(numbers, [&json!(3), &json!(2), &json!(1)]);
    let second = owner.get("/v1/policy/versions/2").await.json();
    assert_eq!(second["text"], texts[1]);
    assert_eq!(second["by"], "owner");
    company.policy(second["text"].as_str().unwrap()).await;
    assert_eq!(owner.get("/v1/policy").await.body, texts[1]);
    let read = json!({"action": "file.read", "params": {}, "on_behalf_of": "ana"});
    let asked = company.asks("outreach", read).await;
    assert_eq!(Company::status(&asked), "pending", "it holds");
}

/// `01 §Policy as a document`: a change is replayed over what was asked, what people rejected and it would let through
/// first; a change of a toggle as well; and nothing is changed by that.
#[tokio::test]
async fn a_change_is_replayed_before_it_is_saved() {
    let company = Company::new().await;
    let rejected = company.asks("outreach", amount(json!(1))).await;
    company.rejects("ana", &rejected, "no").await;
    let approved = company.asks("outreach", amount(json!(2))).await;
    company.approves("ana", &approved).await;
    company.asks("outreach", amount(json!(3))).await;
    let deletes = json!({"action": "record.delete", "params": {}, "on_behalf_of": "ana"});
    company.asks("outreach", deletes).await;
    let before = company.gate.gate.head().await.unwrap();
    let policy = "[[capability]]\nagent = \"outreach\"\naction = \"record.update\"\nask = \"never\"\n\
                  [[rule]]\nname = \"No\"\neffect = \"deny\"\naction = \"record.delete\"\n";
    let body = json!({"policy": policy}).to_string();
    let replayed = company.who("adam").post("/v1/policy/replay", body).await;
    assert_eq!(replayed.status, 200, "{replayed:?}");
    let replayed = replayed.json();
    assert_eq!(replayed["looked_at"], 4);
    assert_eq!(replayed["would_allow"], 3);
    assert_eq!(replayed["would_deny"], 1);
    assert_eq!(replayed["rejected_but_would_pass"], 1);
    assert_eq!(replayed["changes"][0]["id"], rejected["id"]);
    assert_eq!(replayed["changes"][0]["rejected"], true);

    let toggle = json!({"actions": {"record.update": {"needs_approval": false}}}).to_string();
    let replayed = company
        .who("adam")
        .post("/v1/policy/replay", toggle)
        .await
        .json();
    assert_eq!(replayed["would_allow"], 3);
    assert_eq!(replayed["would_deny"], 0);
    assert_eq!(
        company.gate.gate.head().await.unwrap(),
        before,
        "nothing is stored"
    );
    let member = company.who("ana").post("/v1/policy/replay", "{}").await;
    member.refused(403, "forbidden");
}

/// `01 §Policy as a document`: whole numbers and others compare with each other; a missing field is asked for by `has()`;
/// and each name that a condition may use is there.
#[tokio::test]
async fn conditions_see_what_they_may_see() {
    let company = Company::new().await;
    let body = json!({
        "action": "email.send",
        "params": {"to": ["Pat <PAT@partner.example>"], "amount": 100, "rate": 1.5},
        "resource": {"type": "deal", "id": "D-1", "owner": "ben"},
        "context": {"records": 3},
        "trigger": "schedule",
        "on_behalf_of": "ana",
    });
    for (condition, holds) in [
        ("params.amount > 99.5", true),
        ("params.rate > 1", true),
        ("params.amount == 100.0", true),
        ("has(params.nothing)", false),
        ("has(params.amount) && params.amount == 100", true),
        ("action == 'email.send' && agent == 'outreach'", true),
        ("user == 'ana'", true),
        (
            "resource.type == 'deal' && resource.id == 'D-1' && resource.owner == 'ben'",
            true,
        ),
        ("recipients == ['pat@partner.example']", true),
        ("size(recipients) > 1", false),
        ("context.records == 3", true),
        ("risk == 'high'", true),
        ("trigger == 'schedule'", true),
        (
            "now > timestamp('2026-11-20T08:00:00Z') && now < timestamp('2026-11-21T00:00:00Z')",
            true,
        ),
    ] {
        let rule =
            format!("[[rule]]\nname = \"Test\"\neffect = \"deny\"\nwhen = \"{condition}\"\n");
        company.policy(&rule).await;
        let asked = company.asks("outreach", body.clone()).await;
        let status = if holds { "denied" } else { "pending" };
        assert_eq!(
            Company::status(&asked),
            status,
            "{condition}: {}",
            asked["verdict"]["text"]
        );
        assert!(
            !asked["verdict"]["text"]
                .to_string()
                .contains("nobody can tell"),
            "{condition}: {asked}"
        );
    }
}
