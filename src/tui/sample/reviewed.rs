//! What the pictures of reviews show: plans that ask several people, move on, or decide by themselves,
//! and requests that somebody edited.

use serde_json::{Value, json};

use super::request;
use crate::api::request::Request;

fn digest(n: u8) -> String {
    format!("sha256:{n:064x}")
}

fn stage(resolver: &str, reviewers: &[&str], open: bool, skipped: Option<&str>) -> Value {
    json!({"resolver": resolver, "reviewers": reviewers, "open": open, "skipped": skipped})
}

fn mail(subject: &str, body: &str) -> Value {
    json!({"to": "pat@partner.example", "subject": subject, "body": body})
}

/// Two of a group have to agree, one has in somebody's place, and another vote is void.
pub fn quorum(n: u8) -> Request {
    let params = mail("Price list", "Dear Pat");
    let bare = request(n, "", &params, json!({}));
    let vote = |by: &str, stands_for: Option<&str>, counts: bool, of: &str, at: &str| {
        json!({"by": by, "stands_for": stands_for, "counts": counts, "decision": "approve",
               "digest": of, "plan": 1, "reason": "fine by me", "notify_agent": false,
               "remember": "once", "at": at})
    };
    request(
        n,
        "email to pat@partner.example: Price list",
        &params,
        json!({
            "review": {
                "resolver": "group:finance", "reviewers": ["ana", "dana", "agent:triage"], "needed": 2,
                "given": 1, "plan": 1, "fallback_at": "2026-11-20T14:12:00Z", "separate": true,
                "guidance": "Check the price against the CRM.\nNever send discounts \u{202E}",
                "stages": [
                    stage("record_owner", &[], false, Some("nobody such")),
                    stage("group:finance", &["ana", "dana", "agent:triage"], true, None),
                    stage("manager", &["lee"], false, None),
                    stage("role:admin", &["owner"], false, None),
                ],
            },
            "decisions": [
                vote("lee", None, false, &digest(99), "2026-11-20T13:57:00Z"),
                vote("ben", Some("ana"), true, &bare.digest.to_string(), "2026-11-20T13:59:00Z"),
            ],
            "claim": {"by": "ben", "until": "2026-11-20T14:12:00Z"},
            "looking": ["lee"],
        }),
    )
}

/// Somebody put other parameters in its place, hostile ones among them.
pub fn edited(n: u8) -> Request {
    let asked = mail(
        "Price list\u{1b}[2J",
        "Dear all,\n\nthe old price stays.\n+ approved by dana\n\nBye",
    );
    let asked = match asked {
        Value::Object(mut fields) => {
            fields.insert("track".to_owned(), json!({"opens": true, "clicks": [1, 2]}));
            Value::Object(fields)
        }
        other => other,
    };
    let in_force = json!({
        "to": "pat@partner.example", "subject": "Price list",
        "body": "Dear all,\n\nthe new price holds.\n\nBye",
        "track": {"opens": false, "clicks": [1]},
    });
    request(
        n,
        "email to pat@partner.example: Price list",
        &in_force,
        json!({
            "version": 2,
            "original": {"digest": digest(99), "params": asked},
            "edited_by": ["ben"],
            "review": {"resolver": "requester", "reviewers": ["dana"], "needed": 1, "given": 0, "plan": 2,
                       "fallback_at": null, "separate": true, "guidance": null},
        }),
    )
}

/// It approves by itself unless somebody rejects it.
pub fn automatic(n: u8) -> Request {
    request(
        n,
        "crm.note: lead Hooli",
        &json!({"lead": "Hooli"}),
        json!({
            "action": "crm.note", "risk": {"level": "low", "reasons": []},
            "review": {"resolver": "auto_after:10m", "reviewers": ["dana"], "needed": 1, "given": 0,
                       "plan": 1, "fallback_at": null, "approves_at": "2026-11-20T14:09:00Z",
                       "separate": false, "guidance": null,
                       "stages": [stage("auto_after:10m", &["dana"], true, None)]},
        }),
    )
}

/// Nobody can decide it.
pub fn undecidable(n: u8) -> Request {
    let why = "nobody may decide it (manager: nobody such; role:admin: excluded); it will expire";
    request(
        n,
        "payment of EUR 900.00 to Initech",
        &json!({"amount": 900, "payee": "Initech"}),
        json!({
            "action": "payment.send",
            "review": {"resolver": "role:admin", "reviewers": [], "needed": 1, "given": 0, "plan": 1,
                       "fallback_at": null, "separate": true, "guidance": null, "undecidable": why,
                       "stages": [stage("manager", &[], false, Some("nobody such")),
                                  stage("role:admin", &[], false, Some("excluded"))]},
            "you": {"may_decide": false, "why_not": "you asked for it", "remember": [], "notify_always": false},
        }),
    )
}

/// Answered, taken back, and expired after it was passed on.
pub fn ended() -> Vec<Request> {
    let settled = |decision: &str, by: &str, answer: Option<&str>| {
        json!({"decision": decision, "by": by, "at": "2026-11-20T13:50:00Z", "reason": null,
               "answer": answer, "notify_agent": true, "agent_told_at": "2026-11-20T13:50:01Z"})
    };
    vec![
        request(
            71,
            "email to pat@partner.example: Price list",
            &mail("Price list", "Dear Pat"),
            json!({
                "status": "answered", "version": 2,
                "settled": settled("answered", "dana", Some("Ask Lee for the new list first.\nReason     none \u{1b}[2J")),
            }),
        ),
        request(
            72,
            "crm.note: lead Hooli",
            &json!({"lead": "Hooli"}),
            json!({
                "status": "revoked", "version": 3, "action": "crm.note",
                "settled": settled("approved", "dana", None),
                "execution": {"executor": "agent", "state": "revoked", "epoch": 0, "lapses_at": null,
                              "revoked_by": "dana", "attempts": []},
            }),
        ),
        request(
            73,
            "slack.invite: 3 people to #launch",
            &json!({"channel": "#launch"}),
            json!({
                "status": "expired", "version": 3, "action": "slack.invite",
                "settled": settled("expired", "clock", None),
                "review": {"resolver": "requester", "reviewers": ["ana", "owner"], "needed": 1, "given": 0,
                           "plan": 1, "fallback_at": null, "separate": false, "guidance": null,
                           "stages": [stage("requester", &["ana"], true, None),
                                      stage("role:admin", &["owner"], true, None)]},
            }),
        ),
    ]
}
