//! A real gate on a real port with a database of its own, and the clients that talk to it.

mod company;
mod gate;
mod home;
pub mod postgres;
pub mod program;
mod proxy;
pub mod pty;
mod wire;

pub use company::{Company, mail, path, texts, update, with};
pub use gate::{TestGate, as_a_file};
pub use home::Home;
pub use proxy::Proxy;
pub use wire::{Answer, Wire};

use signoff::api::request::{Ask, Decide, Request};
use signoff::domain::review::{Remember, Word};

/// A request as an agent asks it, from its JSON.
pub fn ask(json: serde_json::Value) -> Ask {
    serde_json::from_str(&json.to_string()).expect("the sample is a request")
}

/// An e-mail to somebody outside.
pub fn email() -> Ask {
    ask(serde_json::json!({
        "action": "email.send",
        "params": {"to": ["pat@partner.example"], "subject": "Hello", "body": "Hi Pat"},
        "on_behalf_of": "owner",
    }))
}

/// Approves what is shown.
pub fn approve(seen: &Request) -> Decide {
    Decide {
        decision: Word::Approve,
        digest: Some(seen.digest),
        plan: seen.review.as_ref().map(|review| review.plan),
        reason: None,
        notify_agent: false,
        params: None,
        text: None,
        remember: Remember::Once,
    }
}

/// Rejects what is shown, with a reason.
pub fn reject(seen: &Request, reason: &str) -> Decide {
    Decide {
        decision: Word::Reject,
        reason: Some(reason.into()),
        ..approve(seen)
    }
}
