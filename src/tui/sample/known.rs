//! What the pictures of Settings show.

use serde_json::{Value, json};

use crate::tui::state::settings::Known;

fn action(name: &str, unlocked: bool, opted_in: (usize, usize), also: Value) -> Value {
    let integration = name
        .split('.')
        .next()
        .expect("a name has a part before its dot");
    let mut whole = json!({
        "name": name, "integration": integration, "enabled": true, "read_only": false,
        "needs_approval": true, "auto_approval_allowed": unlocked, "default_risk": "medium",
        "executor": "agent", "idempotent": false, "recipient_params": [],
        "opted_in": {"always": opted_in.0, "conversation": opted_in.1},
    });
    let fields = whole.as_object_mut().expect("it is an object");
    for (key, value) in also.as_object().expect("an object of overrides") {
        fields.insert(key.clone(), value.clone());
    }
    whole
}

/// A small workspace, and what dana has chosen in it.
pub fn known() -> Known {
    let free = json!({"read_only": true, "needs_approval": false, "default_risk": "low"});
    let read = |value: Value| value.to_string();
    let actions = json!([
        action("browser.open", false, (0, 0), json!({"enabled": false})),
        action("crm.note", true, (0, 2), json!({"default_risk": "low"})),
        action(
            "crm.record.delete",
            false,
            (0, 0),
            json!({"default_risk": "high"})
        ),
        action("email.read", false, (0, 0), free),
        action("email.send", false, (0, 0), json!({})),
        action("slack.invite", true, (0, 0), json!({})),
        action("slack.send_message", true, (6, 0), json!({})),
    ]);
    let integrations = json!([
        {"name": "browser", "enabled": false, "users": ["*"]},
        {"name": "crm", "enabled": true, "users": ["group:sales", "dana"]},
        {"name": "email", "enabled": true, "users": ["*"]},
        {"name": "slack", "enabled": true, "users": ["*"]},
    ]);
    let talk = "lead Hooli \u{202E}llac";
    let preferences = json!([
        {"action": "slack.send_message", "mode": "always", "last_used": "2026-11-20T09:00:00Z", "ends_at": null},
        {"action": "crm.note", "mode": "conversation", "agent": "sales-bot", "conversation": talk,
         "last_used": "2026-11-20T13:00:00Z", "ends_at": "2026-11-21T01:00:00Z"},
    ]);
    Known {
        integrations: serde_json::from_str(&read(integrations)).expect("they are integrations"),
        actions: serde_json::from_str(&read(actions)).expect("they are actions"),
        preferences: serde_json::from_str(&read(preferences)).expect("they are preferences"),
    }
}
