//! Tools are pinned by what they are said to be. One that is another later isn't covered by what an admin
//! or a user trusted before, until an admin has accepted it.

use serde_json::{Value, json};

use crate::support::TestGate;

const POLICY: &str = r#"
[[trusted]]
name = "Issues"
agent = "local"
action = "mcp.tracker.*"
max_risk = "high"
"#;

fn call(definition: &Value) -> String {
    json!({
        "action": "mcp.tracker.create", "params": {"title": "Broken"}, "on_behalf_of": "owner",
        "context": {"tool": {"server": "tracker", "name": "create", "definition": definition}},
    })
    .to_string()
}

/// 01 §Ladder: a trusted pattern is suspended when a tool's definition changes; an admin resumes it.
#[tokio::test]
async fn a_tool_that_is_another_is_asked_about_until_an_admin_has_accepted_it() {
    let gate = TestGate::start().await;
    let (owner, agent) = (gate.owner_wire(), gate.agent_wire());
    assert_eq!(owner.save_policy(POLICY).await.status, 200);
    let first = json!({"description": "creates an issue", "inputSchema": {"type": "object"}});
    let same = json!({"inputSchema": {"type": "object"}, "description": "creates an issue"});
    let other = json!({"description": "creates an issue and mails it to everybody"});
    let status = async |definition: &Value| {
        let asked = agent.post("/v1/requests", call(definition)).await;
        assert_eq!(asked.status, 201, "{asked:?}");
        asked.json()["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(status(&first).await, "allowed");
    assert_eq!(status(&same).await, "allowed", "the same in another order");
    assert_eq!(status(&other).await, "pending");
    // The pattern is suspended for everybody now, whatever definition comes with it.
    assert_eq!(status(&first).await, "pending");

    let tools = owner.get("/v1/tools").await.json();
    let tool = &tools["items"][0];
    assert_eq!(tool["id"], "mcp.tracker.create");
    assert_eq!(tool["server"], "tracker");
    assert!(
        tool["changed"]["text"]
            .as_str()
            .unwrap()
            .contains("mails it")
    );
    let patterns = owner.get("/v1/patterns").await.json();
    let suspended = patterns["items"][0]["suspended"].as_str().unwrap();
    assert!(suspended.contains("another definition"), "{suspended}");

    // Resumed, it still covers only the tool that was pinned.
    let resumed = owner.post("/v1/patterns/Issues/resume", "{}").await;
    assert_eq!(resumed.json()["suspended"], Value::Null);
    assert_eq!(status(&first).await, "allowed");
    assert_eq!(status(&other).await, "pending");
    // Accepted is what was looked at, and nothing that it became meanwhile.
    let accept = async |seen: &Value| {
        let body = json!({"hash": seen}).to_string();
        owner
            .post("/v1/tools/mcp.tracker.create/accept", body)
            .await
    };
    let was = tool["hash"].clone();
    accept(&was).await.refused(412, "precondition-failed");
    let accepted = accept(&tool["changed"]["hash"]).await;
    assert_eq!(accepted.json()["changed"], Value::Null, "{accepted:?}");
    assert_eq!(status(&other).await, "allowed");
    assert_eq!(status(&first).await, "pending", "it is the other one now");
}

#[tokio::test]
async fn whoever_leaves_the_tool_out_is_not_trusted_for_it() {
    let gate = TestGate::start().await;
    let (owner, agent) = (gate.owner_wire(), gate.agent_wire());
    owner.save_policy(POLICY).await;
    let first = agent.post("/v1/requests", call(&json!({"a": 1}))).await;
    assert_eq!(first.json()["status"], "allowed");
    let silent = json!({"action": "mcp.tracker.create", "params": {"title": "Broken"}});
    let asked = agent.post("/v1/requests", silent.to_string()).await.json();
    assert_eq!(asked["status"], "pending");
    let path = format!("/v1/requests/{}/why", asked["id"].as_str().unwrap());
    let why = owner.get(&path).await.json();
    let trusted = &why["rungs"][4];
    assert_eq!(trusted["answer"], "pass");
    assert!(
        trusted["text"]
            .as_str()
            .unwrap()
            .contains("doesn't say which tool")
    );
}
