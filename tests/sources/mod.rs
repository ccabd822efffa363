//! What five descriptions of approval systems ask for, each over HTTP and named after where it comes from.
//! What concerns notifications, voice and actions that the gate itself runs is not here.

mod source_000;
mod source_001;
mod source_002;
mod source_003;
mod source_004;

use serde_json::{Value, json};
use signoff::domain::time::Span;

use crate::support::{Answer, TestGate, Wire};

/// A gate with people and agents: ana is managed by lee, ben is in finance, dana is an admin; ana owns the
/// agent outreach, which acts for ana and ben.
pub struct Scene {
    pub gate: TestGate,
    pub owner: Wire,
    pub agent: Wire,
    pub ana: Wire,
    pub ben: Wire,
    pub lee: Wire,
    pub dana: Wire,
}

impl Scene {
    pub async fn new() -> Self {
        let gate = TestGate::start().await;
        let owner = gate.owner_wire();
        owner.post("/v1/groups", r#"{"id": "finance"}"#).await;
        for person in [
            json!({"id": "lee", "role": "manager"}),
            json!({"id": "ana", "manager": "lee"}),
            json!({"id": "ben", "groups": ["finance"]}),
            json!({"id": "dana", "role": "admin"}),
        ] {
            let added = owner.post("/v1/people", person.to_string()).await;
            assert_eq!(added.status, 201, "{added:?}");
        }
        let agent = json!({"id": "outreach", "owners": ["ana"], "users": ["ana", "ben"]});
        owner.post("/v1/agents", agent.to_string()).await;
        let wire = async |holder: Value| gate.wire(&gate.token(holder).await);
        Self {
            agent: wire(json!({"agent": "outreach"})).await,
            ana: wire(json!({"person": "ana"})).await,
            ben: wire(json!({"person": "ben"})).await,
            lee: wire(json!({"person": "lee"})).await,
            dana: wire(json!({"person": "dana"})).await,
            owner,
            gate,
        }
    }

    /// The same under a policy.
    pub async fn under(policy: &str) -> Self {
        let scene = Self::new().await;
        let saved = scene.owner.save_policy(policy).await;
        assert_eq!(saved.status, 200, "{saved:?}");
        scene
    }

    /// What outreach gets when it asks for this.
    pub async fn asks(&self, request: Value) -> Value {
        let asked = self.agent.post("/v1/requests", request.to_string()).await;
        assert_eq!(asked.status, 201, "{asked:?}");
        asked.json()
    }

    /// The status that it gets.
    pub async fn status(&self, request: Value) -> String {
        word(&self.asks(request).await, "status")
    }

    /// Time passes, and the clock looks at once.
    pub async fn pass(&self, span: &str) {
        self.gate.hands.pass(span.parse::<Span>().unwrap());
        let name = format!("Owner after {span} at {}", self.gate.gate.now());
        let changed = self
            .owner
            .patch("/v1/people/owner", json!({"name": name}).to_string());
        assert_eq!(changed.await.status, 200);
    }

    /// The request once it is no longer as it was, by its version.
    pub async fn moved_on(&self, request: &Value) -> Value {
        for _ in 0..500 {
            let now = self.owner.get(&path(request)).await.json();
            if now["version"] != request["version"] {
                return now;
            }
            tokio::task::yield_now().await;
        }
        panic!("nothing happens to {request}");
    }
}

/// An e-mail in ana's name.
pub fn mail(to: &[&str]) -> Value {
    json!({"action": "email.send", "on_behalf_of": "ana",
           "params": {"to": to, "subject": "Hello", "body": "Hi"}})
}

/// Any other action in ana's name.
pub fn act(action: &str, params: Value) -> Value {
    json!({"action": action, "on_behalf_of": "ana", "params": params})
}

pub fn path(request: &Value) -> String {
    format!("/v1/requests/{}", request["id"].as_str().unwrap())
}

pub fn word(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

/// Approves what is shown.
pub async fn approve(by: &Wire, request: &Value) -> Answer {
    let body = json!({"decision": "approve", "digest": request["digest"]});
    decide(by, request, body).await
}

pub async fn reject(by: &Wire, request: &Value, reason: &str) -> Answer {
    decide(by, request, json!({"decision": "reject", "reason": reason})).await
}

pub async fn decide(by: &Wire, request: &Value, body: Value) -> Answer {
    by.post(&format!("{}/decision", path(request)), body.to_string())
        .await
}
