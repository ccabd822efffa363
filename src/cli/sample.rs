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
    serde_json::from_str(include_str!("../api/sample.json")).expect("the sample is a request")
}
