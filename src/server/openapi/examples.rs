//! What the bodies of some calls may look like, by the name of their type. A test holds each against the
//! schema of its type.

use serde_json::Value;

const EXAMPLES: [(&str, &str); 9] = [
    (
        "Ask",
        r#"{
            "action": "email.send", "kind": "tool_call", "title": "Follow up with Acme about the renewal",
            "reason": "Their contract ends on 30 November and nobody has answered since the 3rd.",
            "trigger": "schedule", "conversation": null, "node": "outreach/send", "on_behalf_of": "ana",
            "resource": {"type": "deal", "id": "D-4411", "owner": "ben"},
            "recipients": ["cfo@acme.example"],
            "params": {"to": ["cfo@acme.example"], "subject": "Your renewal", "body": "Dear Pat"},
            "context": {"records": 1}, "risk": {"level": "medium", "reason": "external recipient"},
            "expires_in": "2h", "waiting": true, "callback_url": null,
            "voice": {"hold_message": "One moment please, I'm checking with my team.", "hold_audio_url": null},
            "checkpoint": {"thread": 81, "step": 4}
        }"#,
    ),
    (
        "Decide",
        r#"{
            "decision": "approve", "plan": 1, "reason": "checked with Ben", "notify_agent": true,
            "digest": "sha256:9f2c8a4d0e6b7f1a3c5d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b",
            "params": null, "remember": "once"
        }"#,
    ),
    (
        "ReportRun",
        r#"{
            "outcome": "executed", "epoch": 1, "result": {"message_id": "m-81"},
            "digest": "sha256:9f2c8a4d0e6b7f1a3c5d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b"
        }"#,
    ),
    (
        "NewPerson",
        r#"{
            "id": "ana", "name": "Ana", "email": "ana@ourco.example", "role": "member",
            "manager": "lee", "groups": ["finance"], "team": "sales"
        }"#,
    ),
    (
        "NewAgent",
        r#"{
            "id": "outreach", "name": "Outreach", "owners": ["ana"], "users": ["ana", "group:sales"],
            "team": "sales", "callback_url": null, "enabled": true
        }"#,
    ),
    (
        "NewTeam",
        r#"{"id": "sales", "name": "Sales", "admins": ["lee"]}"#,
    ),
    ("NewGroup", r#"{"id": "finance", "name": "Finance"}"#),
    ("NewToken", r#"{"agent": "outreach", "nodes": ["free/*"]}"#),
    (
        "Choice",
        r#"{"mode": "conversation", "agent": "outreach", "conversation": "c-81"}"#,
    ),
];

/// The example of a type, if it has one.
pub(super) fn of(type_name: &str) -> Option<Value> {
    let (_, text) = EXAMPLES.iter().find(|(name, _)| *name == type_name)?;
    Some(serde_json::from_str(text).expect("the examples are JSON"))
}
