//! What the pictures of History show.

use serde_json::{Value, json};

use super::request;
use crate::api::request::Request;

/// A vote and what it settled.
fn vote(by: &str, word: &str, at: &str) -> Value {
    json!({"by": by, "decision": word, "digest": format!("sha256:{:064x}", 1), "plan": 1, "reason": null,
           "notify_agent": false, "remember": "once", "at": at})
}

fn settled(decision: &str, by: &str, at: &str) -> Value {
    json!({"decision": decision, "by": by, "at": at, "reason": null, "notify_agent": false, "agent_told_at": null})
}

fn run(state: &str, attempts: Value) -> Value {
    json!({"executor": "agent", "state": state, "epoch": 1, "lapses_at": "2026-11-21T13:50:00Z", "attempts": attempts})
}

fn attempt(outcome: &str, observed: bool, error: Option<&str>) -> Value {
    json!([{"epoch": 1, "started_at": "2026-11-20T13:51:21Z", "ended_at": "2026-11-20T13:51:23Z",
            "outcome": outcome, "observed": observed, "error": error}])
}

/// The n-th e-mail, rejected long ago.
pub fn rejected(n: u8) -> Request {
    let at = format!("2026-11-19T{:02}:{:02}:00Z", n / 60, n % 60);
    request(
        n,
        &format!("email to pat@partner.example: Hello {n}"),
        &json!({"to": "pat@partner.example", "subject": format!("Hello {n}"), "body": "Hi Pat"}),
        json!({
            "status": "rejected", "version": 2, "created_at": "2026-11-18T23:00:00Z",
            "decisions": [vote("dana", "reject", &at)], "settled": settled("rejected", "dana", &at),
        }),
    )
}

/// What was decided, newest first.
pub fn decided() -> Vec<Request> {
    let mail =
        |to: &str| json!({"to": to, "subject": "Price list", "body": "Dear all,\n\nhere it is."});
    let mut told = settled("rejected", "omar", "2026-11-20T13:51:20Z");
    told["reason"] = json!(
        "Wrong list. Send to the buyer only, not to everyone.\nAgent      told by nobody \u{202E}"
    );
    told["notify_agent"] = json!(true);
    told["agent_told_at"] = json!("2026-11-20T13:51:31Z");
    vec![
        request(
            61,
            "email to all@initech.example: Price list",
            &mail("all@initech.example"),
            json!({
                "status": "rejected", "version": 2, "agent": "sales-bot",
                "created_at": "2026-11-20T13:50:28Z", "risk": {"level": "high", "reasons": ["214 recipients"]},
                "decisions": [vote("omar", "reject", "2026-11-20T13:51:20Z")], "settled": told,
            }),
        ),
        request(
            62,
            "email to jo@globex.example: Kick-off agenda",
            &mail("jo@globex.example"),
            json!({
                "status": "executed", "version": 4, "created_at": "2026-11-20T13:47:00Z",
                "decisions": [vote("omar", "approve", "2026-11-20T13:48:00Z"), vote("dana", "approve", "2026-11-20T13:50:10Z")],
                "settled": settled("approved", "dana", "2026-11-20T13:50:10Z"),
                "execution": run("executed", attempt("executed", false, None)),
            }),
        ),
        request(
            63,
            "crm.note: lead Hooli",
            &json!({"lead": "Hooli"}),
            json!({
                "status": "allowed", "action": "crm.note", "agent": "sales-bot", "created_at": "2026-11-20T13:40:00Z",
                "risk": {"level": "low", "reasons": []}, "expires_at": null, "review": null,
                "verdict": {"effect": "allow", "rung": "own_opt_in", "rule": "ana: always", "text": "ana lets crm.note through (always)"},
                "execution": {"executor": "agent", "state": "ready", "epoch": 0, "lapses_at": null, "attempts": []},
            }),
        ),
        request(
            64,
            "shell.exec: rm -rf /srv",
            &json!({"command": "rm -rf /srv"}),
            json!({
                "status": "denied", "action": "shell.exec", "agent": "ops-bot", "created_at": "2026-11-20T13:30:00Z",
                "risk": {"level": "critical", "reasons": []}, "expires_at": null, "review": null,
                "verdict": {"effect": "deny", "rung": "off", "rule": null, "text": "the integration shell is disabled"},
            }),
        ),
        request(
            65,
            "email to ann@hooli.example: Follow-up after demo",
            &mail("ann@hooli.example"),
            json!({
                "status": "expired", "version": 2, "created_at": "2026-11-20T12:20:00Z",
                "settled": settled("expired", "clock", "2026-11-20T13:20:00Z"),
            }),
        ),
        request(
            66,
            "email to pat@partner.example: Reminder",
            &mail("pat@partner.example"),
            json!({
                "status": "cancelled", "version": 2, "created_at": "2026-11-20T12:00:00Z",
                "settled": settled("cancelled", "agent:billing-bot", "2026-11-20T12:09:12Z"),
            }),
        ),
        request(
            67,
            "slack.invite: 3 people to #launch",
            &json!({"channel": "#launch"}),
            json!({
                "status": "failed", "version": 4, "action": "slack.invite", "created_at": "2026-11-19T10:00:00Z",
                "decisions": [vote("dana", "approve", "2026-11-19T12:05:00Z")],
                "settled": settled("approved", "dana", "2026-11-19T12:05:00Z"),
                "execution": run("failed", attempt("failed", true, Some("channel_not_found\u{1b}[2J"))),
            }),
        ),
        request(
            68,
            "email to 支店@例え.example: ご確認ください",
            &mail("支店@例え.example"),
            json!({
                "status": "lapsed", "version": 3, "created_at": "2025-12-30T10:00:00Z",
                "decisions": [vote("dana", "approve", "2025-12-31T12:05:00Z")],
                "settled": settled("approved", "dana", "2025-12-31T12:05:00Z"),
                "execution": run("lapsed", json!([])),
            }),
        ),
    ]
}
