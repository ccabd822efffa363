//! By what an agent says about itself.

use serde_json::{Value, json};
use signoff::domain::time::{At, Span};

use super::{ASK, reviewers};
use crate::support::{Answer, Company, mail, path, update, with};

/// `01 §Claims`: an agent acts for nobody but its users, whoever it names.
#[tokio::test]
async fn a_user_of_somebody_elses() {
    let company = Company::new().await;
    let before = company.head().await;
    for (who, status, name) in [
        ("cay", 403, "not-its-user"),
        ("owner", 403, "not-its-user"),
        ("nobody", 422, "invalid-input"),
        ("clock", 422, "invalid-input"),
    ] {
        let answer = company
            .tries(with(update(), json!({"on_behalf_of": who})))
            .await;
        answer.refused(status, name);
    }
    assert_eq!(company.head().await, before, "nothing is stored");
    company
        .patch("/v1/people/ben", json!({"active": false}))
        .await;
    let before = company.head().await;
    let answer = company
        .tries(with(update(), json!({"on_behalf_of": "ben"})))
        .await;
    answer.refused(422, "invalid-input");
    assert_eq!(company.head().await, before);
}

/// `01 §Claims`, `01 §Ladder.5`: declared recipients put a request outside a list, never inside; nor does having none.
#[tokio::test]
async fn an_empty_or_only_declared_recipient_list_against_a_send_capability() {
    let company = Company::new().await;
    let capability = |action: &str, outside: &str| {
        format!(
            "[[capability]]\nagent = \"outreach\"\naction = \"{action}\"\n\
             recipients = [\"@ourco.example\"]\ninside = \"send\"\noutside = \"{outside}\"\n"
        )
    };
    let inside = mail(&["pat@ourco.example"]);
    let to = |to: Value| with(inside.clone(), json!({"params": {"to": to, "body": "Hi"}}));
    let ways = [
        ("nobody", to(json!([]))),
        ("null", to(Value::Null)),
        (
            "left out",
            with(inside.clone(), json!({"params": {"body": "Hi"}})),
        ),
        ("an empty text", to(json!(""))),
        ("a number", to(json!(7))),
        ("an object", to(json!({"pat@ourco.example": true}))),
        ("a list in a list", to(json!([["pat@ourco.example"]]))),
        (
            "one that can't be read",
            to(json!(["pat@ourco.example", "pat at ourco"])),
        ),
        (
            "another domain's host",
            to(json!("pat@ourco.example.evil.example")),
        ),
        (
            "two in one text",
            to(json!("pat@ourco.example, eve@evil.example")),
        ),
        (
            "a copy to a stranger",
            with(
                inside.clone(),
                json!({"params":
            {"to": "pat@ourco.example", "bcc": "eve@evil.example"}}),
            ),
        ),
    ];
    for (outside, status) in [("ask", "pending"), ("block", "denied")] {
        company.policy(&capability("email.send", outside)).await;
        let asked = company.asks("outreach", inside.clone()).await;
        assert_eq!(Company::status(&asked), "allowed", "the list is one");
        for (what, body) in &ways {
            let asked = company.asks("outreach", body.clone()).await;
            assert_eq!(Company::status(&asked), status, "{what}");
        }
        let cut_short = to(json!("pat@ourco.example\u{0}@evil.example"));
        company.tries(cut_short).await.refused(400, "not-json");
        let stranger = to(json!("eve@evil.example"));
        for declared in [json!(["pat@ourco.example"]), json!([])] {
            let body = with(stranger.clone(), json!({"recipients": declared}));
            company.tries(body).await.refused(422, "invalid-input");
        }

        company.policy(&capability("crm.message", outside)).await;
        for declared in [json!(["pat@ourco.example"]), json!([])] {
            let only_declared = json!({
                "action": "crm.message",
                "params": {"text": "Hi"},
                "recipients": declared,
                "on_behalf_of": "ana",
            });
            let asked = company.asks("outreach", only_declared).await;
            assert_eq!(Company::status(&asked), status, "only declared: {declared}");
        }
    }
}

/// `01 §Claims`: an opt-in for a conversation is for that user, action, agent and conversation, and no longer than
/// twelve hours after its last use.
#[tokio::test]
async fn an_opt_in_that_was_given_to_another_agent_or_conversation() {
    let mut company = Company::new().await;
    company
        .add_agent(json!({"id": "second", "owners": ["ana"], "users": ["ana", "ben"]}))
        .await;
    for action in ["slack.send_message", "record.update"] {
        let unlock = json!({"auto_approval_allowed": true});
        company
            .patch(&format!("/v1/actions/{action}"), unlock)
            .await;
    }
    let message = json!({
        "action": "slack.send_message",
        "params": {"channel": "#launch", "text": "It is live"},
        "on_behalf_of": "ana",
        "conversation": "c1",
    });
    let first = company.asks("outreach", message.clone()).await;
    let remember = json!({"decision": "approve", "remember": "conversation"});
    assert_eq!(company.decides("ana", &first, remember).await.status, 200);
    let again = company.asks("outreach", message.clone()).await;
    assert_eq!(Company::status(&again), "allowed");
    for (what, agent, more) in [
        ("another agent", "second", json!({})),
        (
            "another conversation",
            "outreach",
            json!({"conversation": "c2"}),
        ),
        (
            "a conversation written alike",
            "outreach",
            json!({"conversation": "C1"}),
        ),
        ("no conversation", "outreach", json!({"conversation": null})),
        ("another user", "outreach", json!({"on_behalf_of": "ben"})),
        ("no user", "outreach", json!({"on_behalf_of": null})),
        (
            "another action",
            "outreach",
            json!({"action": "record.update"}),
        ),
        (
            "critical risk",
            "outreach",
            json!({"risk": {"level": "critical"}}),
        ),
    ] {
        let asked = company.asks(agent, with(message.clone(), more)).await;
        assert_eq!(Company::status(&asked), "pending", "{what}");
    }
    let mine = company.who("ana").get("/v1/preferences").await.json();
    assert_eq!(mine["items"][0]["conversation"], "c1", "it is listed");
    assert_eq!(mine["items"][0]["agent"], "outreach");

    company.gate.hands.pass(Span::from_hours(11));
    let kept = company.asks("outreach", message.clone()).await;
    assert_eq!(Company::status(&kept), "allowed");
    company
        .gate
        .hands
        .pass(Span::from_millis(12 * 60 * 60 * 1000 + 1));
    let ended = company.asks("outreach", message).await;
    assert_eq!(Company::status(&ended), "pending");
}

/// `01 §Claims`: an agent is as free as its freest node; the check says so, and a token can be bound.
#[tokio::test]
async fn a_node_that_is_freer() {
    let company = Company::new().await;
    let policy = "[[mode]]\nagent = \"outreach\"\nmode = \"blocking\"\n\
                  [[mode]]\nagent = \"outreach\"\nnode = \"free/*\"\nmode = \"disabled\"\n";
    let call = company
        .who("owner")
        .call("POST", "/v1/policy/check")
        .header("content-type", "application/toml");
    let checked = Answer::of(call.body(policy)).await.json();
    let warnings = checked["warnings"].to_string();
    assert!(
        warnings.contains("free/*") && warnings.contains("freest"),
        "{checked}"
    );

    company.policy(policy).await;
    let free = with(update(), json!({"node": "free/a"}));
    let asked = company.asks("outreach", free.clone()).await;
    assert_eq!(Company::status(&asked), "allowed");
    let bound = json!({"agent": "outreach", "nodes": ["held/*"]});
    let bound = company.gate.wire(&company.gate.token(bound).await);
    for node in [
        json!("free/a"),
        json!("held"),
        Value::Null,
        json!("free/held/a"),
    ] {
        let body = with(update(), json!({"node": node}));
        let answer = bound.post("/v1/requests", body.to_string()).await;
        answer.refused(403, "forbidden");
    }
    let held = with(update(), json!({"node": "held/a"}));
    let held = bound.post("/v1/requests", held.to_string()).await;
    assert_eq!(held.json()["status"], "pending");

    let tried = bound.post("/v1/evaluate", free.to_string()).await;
    tried.refused(403, "forbidden");
    let executed = json!({"outcome": "executed", "digest": asked["digest"]});
    for (verb, body) in [
        ("start", json!({})),
        ("report", executed),
        ("cancel", json!({})),
    ] {
        let path = path(&asked, &format!("/{verb}"));
        let answer = bound.post(&path, body.to_string()).await;
        answer.refused(403, "forbidden");
    }
    assert_eq!(company.now(&asked).await["version"], asked["version"]);
    let started = company.post("outreach", &asked, "start", json!({})).await;
    assert_eq!(started.status, 200, "{started:?}");
}

/// `01 §Claims`: what lets through on `context` is allowed to, and the check warns that it believes the agent.
#[tokio::test]
async fn a_context_that_lies() {
    let company = Company::new().await;
    let policy = "[[trusted]]\nname = \"Small\"\nagent = \"outreach\"\naction = \"record.update\"\n\
                  when = \"context.records < 100\"\n";
    let call = company
        .who("owner")
        .call("POST", "/v1/policy/check")
        .header("content-type", "application/toml");
    let checked = Answer::of(call.body(policy)).await.json();
    assert_eq!(checked["valid"], true);
    assert!(
        checked["warnings"]
            .to_string()
            .contains("believes the agent"),
        "{checked}"
    );

    company.policy(policy).await;
    for (context, status) in [
        (json!({"records": 5}), "allowed"),
        (json!({"records": "5"}), "pending"),
        (json!({"records": null}), "pending"),
        (json!({}), "pending"),
        (Value::Null, "pending"),
    ] {
        let asked = company
            .asks("outreach", with(update(), json!({"context": context})))
            .await;
        assert_eq!(Company::status(&asked), status, "{context}");
    }
}

/// `01 §Claims`, `01 §record_owner`: the owner whom an agent names is a claim, and never its own people.
#[tokio::test]
async fn a_record_owner_of_the_agents_choice() {
    let company = Company::new().await;
    company
        .policy(&format!(
            "{ASK}resolver = \"record_owner\"\nfallbacks = [\"user:dan\"]\n"
        ))
        .await;
    let owned = |id: &str, owner: &str| {
        with(
            update(),
            json!({"resource": {"type": "deal", "id": id, "owner": owner}}),
        )
    };
    let asked = company.asks("outreach", owned("D-1", "cay")).await;
    assert_eq!(reviewers(&asked), ["cay"]);
    for (what, body) in [
        ("the user acted for", owned("D-2", "ana")),
        (
            "the agent's owner",
            with(owned("D-3", "ana"), json!({"on_behalf_of": "ben"})),
        ),
        ("nobody such", owned("D-4", "nobody")),
        (
            "nobody",
            with(update(), json!({"resource": {"type": "deal", "id": "D-5"}})),
        ),
        (
            "at critical risk",
            with(owned("D-6", "cay"), json!({"risk": {"level": "critical"}})),
        ),
        ("another one than before", owned("D-1", "ben")),
        ("the first one again", owned("D-1", "cay")),
    ] {
        let asked = company.asks("outreach", body).await;
        assert_eq!(reviewers(&asked), ["dan"], "{what}");
    }
    let contested = company.asks("outreach", owned("D-1", "cay")).await;
    let skipped = &contested["review"]["stages"][0]["skipped"];
    assert!(skipped.as_str().unwrap().contains("90 days"), "{skipped}");

    company.gate.hands.pass(Span::from_hours(24 * 91));
    let forgotten = company.asks("outreach", owned("D-1", "cay")).await;
    assert_eq!(reviewers(&forgotten), ["cay"]);
}

/// `01 §Claims`: a trigger changes no verdict; `expires_in` only shortens; `risk` only raises.
#[tokio::test]
async fn a_trigger_a_time_and_a_risk_of_the_agents_choice() {
    let company = Company::new().await;
    let plain = company.asks("outreach", update()).await;
    for trigger in ["chat", "schedule", "email", "webhook", "voice", "api"] {
        let asked = company
            .asks("outreach", with(update(), json!({"trigger": trigger})))
            .await;
        assert_eq!(asked["verdict"], plain["verdict"], "{trigger}");
        assert_eq!(asked["review"], plain["review"], "{trigger}");
    }
    let longer = company
        .asks("outreach", with(update(), json!({"expires_in": "30d"})))
        .await;
    assert_eq!(longer["expires_at"], plain["expires_at"]);
    company
        .tries(with(update(), json!({"expires_in": "never"})))
        .await
        .refused(422, "invalid-input");
    let sooner = with(
        update(),
        json!({"expires_in": "5m", "risk": {"level": "critical"}}),
    );
    let sooner = company.asks("outreach", sooner).await;
    let created: At = sooner["created_at"].as_str().unwrap().parse().unwrap();
    let deadline = created.plus(Span::from_secs(5 * 60));
    assert_eq!(sooner["expires_at"], json!(deadline));
    assert_eq!(sooner["risk"]["level"], "critical");
    let payment = json!({
        "action": "payment.send",
        "params": {"to": "acme", "amount": 5},
        "on_behalf_of": "ana",
        "risk": {"level": "low", "reason": "trust me"},
    });
    let payment = company.asks("outreach", payment).await;
    assert_eq!(payment["risk"]["level"], "high");
    let said = payment["risk"]["reasons"].to_string();
    assert!(!said.contains("trust me"), "{said}");
}

/// 02: only the catalogue's steps are steps.
#[tokio::test]
async fn a_step_that_is_an_action() {
    let company = Company::new().await;
    let before = company.head().await;
    for action in [
        "email.send",
        "record.update",
        "crm.step",
        "steps.next",
        "stepping.stone",
        "chat.replys",
    ] {
        let body = json!({"action": action, "params": {}, "on_behalf_of": "ana", "kind": "step"});
        company.tries(body).await.refused(422, "not-a-step");
    }
    assert_eq!(company.head().await, before, "nothing is stored");
    let called = json!({"action": "chat.reply", "params": {}, "on_behalf_of": "ana"});
    let called = company.asks("outreach", called).await;
    assert_eq!(
        Company::status(&called),
        "pending",
        "what isn't asked as a step is none"
    );
}
