//! Source 004: how free each node of a workflow is, and a workflow that goes on where it stood.

use serde_json::{Value, json};
use signoff::domain::time::Span;

use crate::support::{Company, path, update, with};

const NODES: &str = r#"
    [[mode]]
    agent = "outreach"
    node = "free/*"
    mode = "disabled"

    [[mode]]
    agent = "outreach"
    node = "held/*"
    mode = "blocking"

    [[mode]]
    agent = "outreach"
    node = "talk/*"
    mode = "confirm_tools"
    approved_tools = ["crm.*"]
    blocked_tools = ["shell.*"]

    [[mode]]
    agent = "outreach"
    node = "watched/*"
    mode = "audit"
"#;

fn doing(action: &str, node: &str) -> Value {
    json!({"action": action, "params": {}, "on_behalf_of": "ana", "node": node})
}

fn turn(node: &str) -> Value {
    with(doing("chat.reply", node), json!({"kind": "step"}))
}

impl Company {
    async fn becomes(&self, body: Value) -> String {
        let asked = self.asks("outreach", body).await;
        Self::status(&asked).to_owned()
    }
}

/// `01 §Ladder.4`, `01 §Ladder.6`
#[tokio::test]
async fn source_004_modes_per_node_disabled_blocking_confirm_tools_audit() {
    let company = Company::new().await;
    company.policy(NODES).await;
    for (node, turns, reads, effects) in [
        ("free/send", "allowed", "allowed", "allowed"),
        ("held/send", "pending", "pending", "pending"),
        ("talk/send", "allowed", "allowed", "pending"),
        ("watched/send", "allowed", "allowed", "allowed"),
        ("elsewhere", "allowed", "allowed", "pending"),
    ] {
        assert_eq!(company.becomes(turn(node)).await, turns, "{node}");
        assert_eq!(
            company.becomes(doing("file.search", node)).await,
            reads,
            "{node}"
        );
        assert_eq!(
            company.becomes(doing("record.update", node)).await,
            effects,
            "{node}"
        );
    }
    let noted = company
        .asks("outreach", doing("record.update", "watched/a"))
        .await;
    let why = company.why(&noted).await;
    assert_eq!(why["would_have_been"]["effect"], "ask", "{why}");
    let listed = company
        .who("owner")
        .get("/v1/requests?status=allowed&node=watched/a")
        .await;
    assert_eq!(
        listed.json()["items"][0]["id"],
        noted["id"],
        "it is on record"
    );
}

/// `01 §Ladder.2`: a blocked tool is blocked in any mode.
#[tokio::test]
async fn source_004_approved_and_blocked_tool_lists() {
    let company = Company::new().await;
    company.policy(NODES).await;
    let approved = company.asks("outreach", doing("crm.note", "talk/a")).await;
    assert_eq!(Company::status(&approved), "allowed");
    assert_eq!(approved["verdict"]["rung"], "mode");
    assert_eq!(
        company.becomes(doing("crm.note", "elsewhere")).await,
        "pending"
    );
    let blocked = company.asks("outreach", doing("shell.run", "talk/a")).await;
    assert_eq!(Company::status(&blocked), "denied");
    assert_eq!(blocked["verdict"]["rung"], "blocked");

    let free = "[[mode]]\nagent = \"*\"\nmode = \"disabled\"\nblocked_tools = [\"shell.*\"]\n";
    company.policy(free).await;
    assert_eq!(
        company.becomes(doing("shell.run", "talk/a")).await,
        "denied"
    );
    assert_eq!(
        company.becomes(doing("record.update", "talk/a")).await,
        "allowed"
    );
}

/// `01 §Respond`
#[tokio::test]
async fn source_004_list_pending_details_history_and_respond() {
    let company = Company::new().await;
    let asked = company.asks("outreach", update()).await;
    let other = company.asks("outreach", update()).await;
    let pending = company
        .who("ana")
        .get("/v1/requests?status=pending&reviewer=me")
        .await
        .json();
    assert_eq!(pending["items"].as_array().unwrap().len(), 2);
    let details = company.as_seen_by("ana", &asked).await.json();
    assert_eq!(details["params"], json!({"name": "Acme"}));

    let words = json!({"decision": "respond", "text": "Ask me again on Monday."});
    let answered = company.decides("ana", &asked, words).await.json();
    assert_eq!(Company::status(&answered), "answered");
    company.rejects("ana", &other, "no").await;
    let history = "/v1/requests?status=answered,rejected";
    let history = company.who("ana").get(history).await.json();
    let statuses: Vec<&str> = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(Company::status)
        .collect();
    assert_eq!(statuses, ["rejected", "answered"], "the newest first");
    let got = company.as_seen_by("outreach", &asked).await.json();
    assert_eq!(got["settled"]["answer"], "Ask me again on Monday.");
    let start = company.post("outreach", &asked, "start", json!({})).await;
    assert_eq!(start.status, 409, "nothing runs");
}

/// `01 §Time`: on timeout it is rejected, or goes on to whoever is next with a fresh deadline.
#[tokio::test]
async fn source_004_timeout_rejects_or_escalates_and_the_reason_reaches_the_agent() {
    let company = Company::new().await;
    let rule = |rest: &str| {
        format!(
            "[[rule]]\nname = \"Slow\"\neffect = \"ask\"\nresolver = \"user:ben\"\n\
             fallbacks = [\"manager\"]\nexpires_in = \"30m\"\n{rest}\n"
        )
    };
    company.policy(&rule("")).await;
    let rejects = company
        .asks("outreach", with(update(), json!({"waiting": true})))
        .await;
    company.policy(&rule("on_timeout = \"escalate\"")).await;
    let escalates = company
        .asks("outreach", with(update(), json!({"waiting": true})))
        .await;
    assert_eq!(escalates["on_timeout"], "escalate");

    let company = company.after(Span::from_secs(30 * 60)).await;
    let told = company.as_seen_by("outreach", &rejects).await.json();
    assert_eq!(Company::status(&told), "expired");
    let escalated = company.now(&escalates).await;
    assert_eq!(Company::status(&escalated), "pending");
    assert_eq!(escalated["review"]["reviewers"], json!(["ben", "lee"]));
    company
        .rejects("lee", &escalated, "the price is out of date")
        .await;
    let told = company.as_seen_by("outreach", &escalates).await.json();
    assert_eq!(Company::status(&told), "rejected");
    assert_eq!(told["settled"]["reason"], "the price is out of date");
    let notices = company.who("outreach").get("/v1/notices").await.json();
    let notices = notices["items"].as_array().unwrap();
    let outcome = |asked: &Value| {
        let notice = notices.iter().find(|notice| notice["id"] == asked["id"]);
        notice
            .unwrap_or_else(|| panic!("not told of {asked}"))
            .clone()
    };
    assert_eq!(outcome(&rejects)["decision"], "expired");
    assert_eq!(outcome(&escalates)["reason"], "the price is out of date");
}

/// `01 §Checkpoint`: as it came, hours later, over a restart; for its agent and nobody else.
#[tokio::test]
async fn source_004_checkpoints_are_handed_back_untouched_hours_later() {
    let company = Company::new().await;
    let state = r#"{"thread" : 81, "step": 4.0, "said":["Hello "]}"#;
    let body = format!(
        r#"{{"action":"record.update","on_behalf_of":"ana","params":{{}},"checkpoint":{state}}}"#
    );
    let asked = company
        .who("outreach")
        .post("/v1/requests", body)
        .await
        .json();
    let opaque = company.asks("outreach", update()).await;
    let bytes = [0_u8, 159, 146, 150, 13, 10, 0];
    let put = company
        .who("outreach")
        .call("PUT", &path(&opaque, "/checkpoint"))
        .header("content-type", "application/octet-stream")
        .body(bytes.to_vec());
    let put = put.send().await.unwrap();
    assert!(put.status().is_success(), "{put:?}");

    let company = company.after(Span::from_hours(20)).await;
    company.approves("ana", &asked).await;
    company.rejects("ana", &opaque, "no").await;
    let reviewers = company.as_seen_by("ana", &asked).await.json();
    assert_eq!(reviewers["checkpoint"], Value::Null, "the agent's own");
    let back = company.as_seen_by("outreach", &asked).await;
    assert!(back.body.contains(state), "{back:?}");
    let back = company
        .who("outreach")
        .call("GET", &path(&opaque, "/checkpoint"));
    let back = back.send().await.unwrap();
    assert_eq!(back.bytes().await.unwrap()[..], bytes);
    for other in ["ana", "reporter"] {
        let refused = company.who(other).get(&path(&opaque, "/checkpoint")).await;
        assert!(matches!(refused.status, 403 | 404), "{other}: {refused:?}");
    }
}
