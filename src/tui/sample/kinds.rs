//! One request of each kind that has a view of its own.

use serde_json::{Value, json};

use super::request;
use crate::api::request::Request;

/// What it would do, its action, its parameters, and what else there is to it.
fn kinds() -> Vec<(&'static str, &'static str, Value, Value)> {
    vec![
        (
            "shell: rm -rf node_modules",
            "shell.run",
            json!({"command": "rm -rf node_modules && npm ci", "cwd": "/srv/app", "timeout": 600}),
            json!({}),
        ),
        (
            "shell: a script",
            "shell.run",
            json!({"command": "set -e\ncd /srv/app\nmake deploy", "user": "root", "env": {"STAGE": "prod"}}),
            json!({}),
        ),
        (
            "exec: git push",
            "exec.run",
            json!({"argv": ["git", "push", "--force", "origin main"], "cwd": " /srv"}),
            json!({}),
        ),
        (
            "payment of 4120.00 EUR to Northwind",
            "payment.send",
            json!({"amount": 4120.50, "currency": "EUR", "payee": "Northwind Ltd", "iban": "DE02 1203 0000 0000 2020 51",
                "reference": "invoice 2214", "instant": true}),
            json!({}),
        ),
        (
            "record.update: deal D-4411",
            "record.update",
            json!({"type": "deal", "id": "D-4411",
                "before": {"stage": "offer", "amount": 38, "owner": "ben", "note": "one\ntwo\nthree"},
                "after": {"stage": "won", "amount": 38, "owner": "ben", "note": "one\n2\nthree"}}),
            json!({}),
        ),
        (
            "POST https://api.partner.example/v2/orders",
            "http.request",
            json!({"method": "POST", "url": "https://bank.example@api.partner.example/v2/orders",
                "headers": {"content-type": "application/json", "x-trace": "77"}, "body": "{\"order\": 88213,\n \"qty\": 2}"}),
            json!({}),
        ),
        (
            "visit https://shop.example/cart",
            "browser.visit",
            json!({"url": "http://shop.example/cart", "action": "fill in the form", "text": "4417 1234", "selector": "#card"}),
            json!({}),
        ),
        (
            "post on mastodon",
            "social.post",
            json!({"platform": "mastodon", "account": "@ourco", "text": "We are open again.\n\nCome by!", "media": ["shop.jpg"]}),
            json!({}),
        ),
        (
            "call +15550100",
            "phone.call",
            json!({"to": "+15550100", "say": "Your appointment is on Friday at ten.", "record": false}),
            json!({"trigger": "voice", "waiting": true, "created_at": "2026-11-20T13:58:40Z",
                "voice": {"hold_message": "One moment please.", "hold_audio_url": "https://cdn.example/hold.mp3"}}),
        ),
        (
            "crm.delete_row: 7",
            "crm.delete_row",
            json!({"id": 7, "cascade": true}),
            json!({"context": {"tool": {"server": "crm", "name": "delete_row", "definition": "sha256:9c1e"}}}),
        ),
        (
            "write file src/main.rs",
            "file.write",
            json!({"path": "src/main.rs", "old_string": "let a = 1;\nlet b = 2;", "new_string": "let a = 1;\nlet b = 3;"}),
            json!({}),
        ),
        (
            "message to #launch",
            "slack.send_message",
            json!({"channel": "#launch", "text": "We ship at ten.\nBe there.", "thread": null}),
            json!({"recipients": ["#launch"]}),
        ),
        (
            "weather.look_up: Lisbon",
            "weather.look_up",
            json!({"place": "Lisbon", "days": [1, 2], "units": {"wind": "kn"}}),
            json!({}),
        ),
    ]
}

/// They wait in this order.
pub fn queue_of_kinds() -> Vec<Request> {
    let numbered = kinds().into_iter().zip(1..);
    numbered
        .map(|((headline, action, params, also), n)| {
            let mut more = json!({"action": action, "agent": "ops-bot", "expires_at": null});
            let fields = more.as_object_mut().expect("an object");
            fields.extend(also.as_object().expect("an object").clone());
            request(n, headline, &params, more)
        })
        .collect()
}
