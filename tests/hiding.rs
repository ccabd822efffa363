//! What the policy masks is hidden from everybody but the agent that sent it and whoever runs it, and is
//! covered by the digest all the same.

use serde_json::{Value, json};

use crate::support::{TestGate, Wire};

const POLICY: &str = r#"
[defaults]
mask = ["params.card.*", "context.session"]
"#;

const SECRETS: [&str; 3] = ["4111111111111111", "73913", "s3ss10n"];

fn payment() -> String {
    json!({
        "action": "payment.send", "on_behalf_of": "owner",
        "params": {"payee": "Acme", "amount": 12.50, "card": {"number": "4111111111111111", "cvc": 73913}},
        "context": {"session": "s3ss10n", "records": 1},
    })
    .to_string()
}

fn hides(text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

async fn asked(gate: &TestGate) -> (Wire, Wire, Value) {
    let (owner, agent) = (gate.owner_wire(), gate.agent_wire());
    assert_eq!(owner.save_policy(POLICY).await.status, 200);
    let asked = agent.post("/v1/requests", payment()).await;
    assert_eq!(asked.status, 201, "{asked:?}");
    (owner, agent, asked.json())
}

#[tokio::test]
async fn people_see_that_something_is_there_and_the_agent_sees_what() {
    let gate = TestGate::start().await;
    let (owner, agent, own) = asked(&gate).await;
    assert_eq!(own["params"]["card"]["cvc"], 73913);
    let path = format!("/v1/requests/{}", own["id"].as_str().unwrap());
    let shown = owner.get(&path).await;
    hides(&shown.body);
    let card = &shown.json()["params"]["card"];
    assert!(
        card["number"]
            .as_str()
            .unwrap()
            .starts_with("•••• (16 characters, #")
    );
    assert!(
        card["cvc"]
            .as_str()
            .unwrap()
            .starts_with("•••• (5 characters, #")
    );
    assert_eq!(shown.json()["digest"], own["digest"]);
    hides(&owner.get("/v1/requests").await.body);
    hides(&owner.get("/v1/audit").await.body);
    for word in SECRETS {
        let found = owner.get(&format!("/v1/requests?q={word}")).await.json();
        assert_eq!(found["items"], json!([]), "a search would tell");
    }
    assert_eq!(agent.get(&path).await.json()["params"], own["params"]);
}

#[tokio::test]
async fn a_reviewer_reveals_one_value_at_a_time_and_the_log_says_so() {
    let gate = TestGate::start().await;
    let (owner, agent, own) = asked(&gate).await;
    let path = format!("/v1/requests/{}/reveal", own["id"].as_str().unwrap());
    let revealed = owner.post(&path, r#"{"pointer": "/card/number"}"#).await;
    assert_eq!(revealed.json()["value"], "4111111111111111");
    for nothing in ["/payee", "/card", "/nowhere", "card/number"] {
        let refused = owner
            .post(&path, json!({"pointer": nothing}).to_string())
            .await;
        assert_eq!(refused.status, 422, "{nothing}");
    }
    gate.person("ben", "manager").await;
    let ben = gate.wire(&gate.token(json!({"person": "ben"})).await);
    let refused = ben.post(&path, r#"{"pointer": "/card/number"}"#).await;
    assert_eq!(
        refused.problem().name(),
        "forbidden",
        "he isn't asked to decide"
    );
    assert_eq!(
        agent
            .post(&path, r#"{"pointer": "/card/cvc"}"#)
            .await
            .status,
        403
    );
    let log = owner.get("/v1/audit").await.body;
    let told = log.lines().filter(|line| line.contains("request.revealed"));
    assert_eq!(told.count(), 1);
    hides(&log);
}

/// 08: an edit keeps a masked value untouched.
#[tokio::test]
async fn an_edit_that_leaves_the_marks_alone_leaves_the_values_alone() {
    let gate = TestGate::start().await;
    let (owner, agent, own) = asked(&gate).await;
    let path = format!("/v1/requests/{}", own["id"].as_str().unwrap());
    let mut params = owner.get(&path).await.json()["params"].clone();
    params["amount"] = json!(10.5);
    let decision = json!({"decision": "approve", "digest": own["digest"], "params": params});
    let decided = owner
        .post(&format!("{path}/decision"), decision.to_string())
        .await;
    assert_eq!(decided.json()["status"], "approved", "{decided:?}");
    hides(&decided.body);
    let started = agent.post(&format!("{path}/start"), "{}").await.json();
    assert_eq!(
        started["params"],
        json!({"payee": "Acme", "amount": 10.5, "card": {"number": "4111111111111111", "cvc": 73913}})
    );
    assert_eq!(started["digest"], decided.json()["digest"]);
}
