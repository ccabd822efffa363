//! What tests of the command line begin with: a request as a gate would answer it, and conversations
//! with a gate of their own.

use tempfile::TempDir;

use super::context::{Context, Environment, Global, Speaker};
use super::session::Session;
use crate::api::request::{Ask, Request};

/// An agent and a person at the gate of this home, which one of them becomes.
pub fn sessions(home: &TempDir) -> (Session, Session) {
    let environment = Environment {
        home: Some(home.path().into()),
        ..Environment::default()
    };
    let context = Context::new(&Global::default(), environment).unwrap();
    (
        Session::new(context.clone(), Speaker::Agent),
        Session::new(context, Speaker::Person),
    )
}

/// Asked at a gate, and pending.
pub async fn asked(agent: &Session, key: &str) -> Request {
    let ask: Ask = serde_json::from_str(
        r#"{"action": "email.send", "params": {"to": "pat@partner.example"},
            "on_behalf_of": "owner", "waiting": true}"#,
    )
    .unwrap();
    let request = agent.call(async |client| client.ask(&ask, key).await);
    request.await.unwrap()
}

/// Pending, asked by `outreach` on behalf of ana.
pub fn request() -> Request {
    serde_json::from_str(PENDING).expect("the sample is a request")
}

const PENDING: &str = r#"{
  "id": "req_01kaghd3g1ea8tap6w7rc6kdj8",
  "status": "pending",
  "version": 1,
  "digest": "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "created_at": "2027-01-15T07:58:00.000Z",
  "updated_at": "2027-01-15T07:58:00.000Z",
  "action": "email.send",
  "agent": "outreach",
  "kind": "tool_call",
  "headline": "email to cfo@acme.example: Your renewal",
  "title": "Follow up with Acme",
  "reason": "Their contract ends soon.\nNobody has answered.",
  "trigger": "schedule",
  "conversation": null,
  "node": "outreach/send",
  "on_behalf_of": "ana",
  "resource": {"type": "deal", "id": "D-4411", "owner": "ben"},
  "recipients": ["cfo@acme.example"],
  "params": {"to": ["cfo@acme.example"], "subject": "Your renewal", "copies": 1.10,
    "headers": {"x-kind": "renewal"}, "empty": {}, "body": "Dear all,\n\nthis is it.\n"},
  "context": {"records": 1},
  "waiting": true,
  "voice": null,
  "risk": {"level": "high", "reasons": ["external recipient"]},
  "verdict": {"effect": "ask", "rung": "ask", "rule": null, "text": "email.send needs approval"},
  "review": {"resolver": "requester", "reviewers": ["ana"], "needed": 1, "given": 0, "plan": 1,
    "fallback_at": null, "separate": false, "guidance": null},
  "expires_at": "2027-01-15T12:00:00.000Z",
  "on_timeout": "reject",
  "decisions": [],
  "settled": null,
  "execution": {"executor": "agent", "state": null, "epoch": 0, "lapses_at": null, "attempts": []}
}"#;
