//! What the pages of the settings show: a small company, and the policy that it has.

use serde_json::{Value, json};

use super::{id, request};
use crate::api::policy::Replayed;
use crate::client::PolicyInForce;
use crate::domain::lifecycle::Status;
use crate::tui::effect::PolicyToSave;
use crate::tui::state::settings::facts::{Facts, Wanted};
use crate::tui::state::settings::outline::Outline;

/// The policy in force.
pub const POLICY: &str = r#"[defaults]
mode = "confirm_tools"

[timeouts]
critical = "30m"

[[mode]]
node = "nightly/*"
mode = "blocking"

[[capability]]
agent = "outreach"
action = "email.send"
recipients = ["@customers.example", "pat@partner.example"]
inside = "send"
outside = "ask"

[[rule]]
name = "Outbound e-mail"
effect = "ask"
action = "email.send"
when = "size(recipients) > 1"
resolver = "manager"
guidance = "Check the price against the CRM."

[[rule]]
name = "No deletions at night"
effect = "deny"
action = "record.delete"
when = "now.getHours() < 6"

[[risk]]
name = "Large payment"
action = "payment.*"
when = "params.amount > 1000.0"
level = "critical"
reason = "amount above 1,000"
"#;

/// What was asked of the gate about the policy and the log, and isn't answered.
#[derive(Debug, Default)]
pub struct Policy {
    pub editing: Option<String>,
    pub trying: Option<String>,
    pub saves: Vec<PolicyToSave>,
    pub proofs: usize,
}

fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_str(&value.to_string()).expect("the sample is one")
}

/// What a change of the policy would have changed: one that people rejected would pass, one would be
/// stopped.
pub fn replayed() -> Replayed {
    let change = |n: u8, headline: &str, rejected: bool, was: &str, would_be: &str| {
        json!({"id": id(n).to_string(), "status": if rejected { "rejected" } else { "executed" },
            "created_at": "2026-11-12T09:00:00Z", "agent": "outreach", "action": "email.send",
            "headline": headline, "rejected": rejected, "was": was, "would_be": would_be,
            "rung": "trusted", "rule": "Outbound e-mail", "text": "because"})
    };
    read(
        json!({"since": "2026-10-21T14:00:00Z", "looked_at": 1842, "more": false,
        "would_allow": 14, "would_ask": 0, "would_deny": 1, "rejected_but_would_pass": 1,
        "changes": [
            change(41, "email to all@initech.example: Price list\u{202E}", true, "ask", "allow"),
            change(42, "email to pat@partner.example: Hello", false, "ask", "deny"),
        ]}),
    )
}

/// What the gate says for a page.
pub fn facts(wanted: &Wanted) -> Facts {
    let agents = json!([
        {"id": "billing-bot", "name": "Billing", "owners": ["ana", "dana"], "users": ["ana", "dana"],
         "team": "finance", "enabled": true},
        {"id": "old-bot", "name": "old-bot", "owners": [], "users": ["*"], "team": null, "enabled": false},
        {"id": "outreach", "name": "Outreach", "owners": ["ana"], "users": ["group:sales"], "team": null,
         "enabled": true},
    ]);
    let people = json!([
        {"id": "ana", "name": "Ana", "email": "ana@ourco.example", "role": "member", "manager": "lee",
         "groups": ["sales"], "team": "finance", "active": true,
         "away": {"from": "2026-11-18T00:00:00Z", "until": "2026-11-28T00:00:00Z", "delegate": "ben"}},
        {"id": "ben", "name": "Ben", "email": null, "role": "manager", "manager": null, "groups": [],
         "team": null, "active": true},
        {"id": "dana", "name": "Dana", "email": null, "role": "owner", "manager": null, "groups": [],
         "team": null, "active": true},
        {"id": "omar", "name": "Omar", "email": null, "role": "member", "manager": null, "groups": [],
         "team": null, "active": false},
    ]);
    let token = |n: u8, holder: Value, also: Value| {
        let id = crate::domain::id::TokenId::from_bytes([n; 16]);
        let mut whole = json!({"id": id.to_string(), "issued_by": "dana",
            "issued_at": "2026-11-19T08:00:00Z", "revoked": false});
        for object in [holder, also] {
            let fields = object.as_object().expect("an object").clone();
            whole.as_object_mut().expect("an object").extend(fields);
        }
        whole
    };
    let tokens = json!([
        token(9, json!({"person": "dana"}), json!({"issued_by": "gate"})),
        token(
            7,
            json!({"agent": "outreach"}),
            json!({"nodes": ["free/*"]})
        ),
        token(
            8,
            json!({"worker": "mailer"}),
            json!({"actions": ["email.send"], "revoked": true})
        ),
    ]);
    let patterns = json!([
        {"name": "Small exports", "agent": "reporter", "action": "data.export", "resource": "report",
         "when": "params.records < 100", "max_risk": "medium", "author": "dana", "uses": 412,
         "uses_left": 588, "last_use": "2026-11-20T09:00:00Z", "until": null, "suspended": null},
        {"name": "Status notes", "agent": "ops-bot", "action": "slack.send_message", "resource": null,
         "when": null, "max_risk": "low", "author": "dana", "uses": 3, "uses_left": null,
         "last_use": null, "until": "2027-01-01T00:00:00Z",
         "suspended": "ben rejected what it would have let through but for its risk"},
    ]);
    let versions = json!([
        {"version": 3, "by": "dana", "at": "2026-11-20T10:00:00Z"},
        {"version": 2, "by": "ben", "at": "2026-11-03T16:20:00Z"},
    ]);
    let one = |n: u8, headline: &str, agent: &str| {
        request(n, headline, &json!({}), json!({"agent": agent}))
    };
    let mut past = one(33, "email to cfo@acme.example: Your renewal", "outreach");
    past.status = Status::Executed;
    let waiting = vec![
        one(31, "email to pat@partner.example: Hello", "outreach"),
        one(32, "refund order 88213", "billing-bot"),
    ];
    let head = json!({"size": 18402, "root": "9f2c41".repeat(10) + "0a1b",
        "checkpoint": "signoff/4f1e\n18402\nnywx\n\n— signoff/4f1e xyz\n"});
    Facts {
        agents: read(agents),
        people: read(people),
        teams: read(json!([{"id": "finance", "name": "Finance", "admins": ["lee"]}])),
        groups: read(json!([{"id": "sales", "name": "Sales"}])),
        tokens: read(tokens),
        patterns: read(patterns),
        policy: Some(PolicyInForce {
            text: POLICY.into(),
            tag: "\"3\"".to_owned(),
        }),
        outline: Outline::of(POLICY),
        versions: read(versions),
        of_agent: match &wanted.agent {
            Some(agent) => {
                let all = waiting.iter().chain([&past]);
                all.filter(|request| request.agent == *agent)
                    .cloned()
                    .collect()
            }
            None => Vec::new(),
        },
        waiting,
        more_wait: false,
        head: Some(read(head)),
    }
}
