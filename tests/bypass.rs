//! Ways around the gate: each is tried, and each ends with a person being asked, a refusal, or nothing.

mod claims;
mod edits;
mod policies;
mod reviewers;

use serde_json::{Value, json};
use signoff::domain::time::Span;

use crate::support::{Answer, Company, texts, update};

const ASK: &str = "[[rule]]\nname = \"Test\"\neffect = \"ask\"\n";

fn reviewers(asked: &Value) -> Vec<&str> {
    texts(&asked["review"]["reviewers"])
}

impl Company {
    /// What Outreach gets that asks what it mustn't.
    async fn tries(&self, body: Value) -> Answer {
        let agent = self.who("outreach");
        agent.post("/v1/requests", body.to_string()).await
    }

    async fn approve(&self, who: &str, seen: &Value) -> Answer {
        self.decides(who, seen, json!({"decision": "approve"}))
            .await
    }

    /// Under an ask rule with this, a harmless change that Outreach asks for Ana.
    async fn asks_under(&self, rest: &str) -> Value {
        self.policy(&format!("{ASK}{rest}\n")).await;
        self.asks("outreach", update()).await
    }

    /// Nobody decided about this, whatever was tried.
    async fn still_waits(&self, asked: &Value) -> Value {
        let now = self.now(asked).await;
        assert_eq!(Self::status(&now), "pending");
        assert_eq!(now["version"], asked["version"], "nothing happened to it");
        now
    }

    async fn is_away(&self, who: &str, delegate: &str) {
        let now = self.gate.gate.now();
        let away =
            json!({"from": now, "until": now.plus(Span::from_hours(1)), "delegate": delegate});
        self.patch(&format!("/v1/people/{who}"), json!({"away": away}))
            .await;
    }

    /// How long the log is.
    async fn head(&self) -> u64 {
        self.gate.gate.head().await.unwrap()
    }
}
