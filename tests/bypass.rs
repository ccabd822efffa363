//! Ways around the gate: each is tried, and each ends with a person being asked, a refusal, or nothing.

use serde_json::{Value, json};
use signoff::domain::time::Span;

use crate::support::{Answer, Company, mail, texts, update, with};

const ASK: &str = "[[rule]]\nname = \"Test\"\neffect = \"ask\"\n";

fn reviewers(asked: &Value) -> Vec<&str> {
    texts(&asked["review"]["reviewers"])
}

impl Company {
    /// What Outreach gets that asks what it mustn't.
    async fn tries(&self, body: Value) -> Answer {
        let agent = self.who("outreach");
        agent.post("/v1/requests", body.to_string()).await
    }

    async fn approve(&self, who: &str, seen: &Value) -> Answer {
        self.decides(who, seen, json!({"decision": "approve"}))
            .await
    }

    /// Under an ask rule with this, a harmless change that Outreach asks for Ana.
    async fn asks_under(&self, rest: &str) -> Value {
        self.policy(&format!("{ASK}{rest}\n")).await;
        self.asks("outreach", update()).await
    }

    /// Nobody decided about this, whatever was tried.
    async fn still_waits(&self, asked: &Value) -> Value {
        let now = self.now(asked).await;
        assert_eq!(Self::status(&now), "pending");
        assert_eq!(now["version"], asked["version"], "nothing happened to it");
        now
    }

    async fn is_away(&self, who: &str, delegate: &str) {
        let now = self.gate.gate.now();
        let away =
            json!({"from": now, "until": now.plus(Span::from_hours(1)), "delegate": delegate});
        self.patch(&format!("/v1/people/{who}"), json!({"away": away}))
            .await;
    }

    async fn count(&self) -> usize {
        let all = self.who("owner").get("/v1/requests?limit=500").await.json();
        all["items"].as_array().unwrap().len()
    }
}

/// `01 §Claims`: an agent acts for nobody but its users, whoever it names.
#[tokio::test]
async fn a_user_of_somebody_elses() {
    let company = Company::new().await;
    for (who, status, name) in [
        ("cay", 403, "not-its-user"),
        ("owner", 403, "not-its-user"),
        ("nobody", 422, "invalid-input"),
    ] {
        let answer = company
            .tries(with(update(), json!({"on_behalf_of": who})))
            .await;
        answer.refused(status, name);
    }
    company
        .patch("/v1/people/ben", json!({"active": false}))
        .await;
    let answer = company
        .tries(with(update(), json!({"on_behalf_of": "ben"})))
        .await;
    answer.refused(422, "invalid-input");
    assert_eq!(company.count().await, 0, "nothing is stored");
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
        let stranger = to(json!("eve@evil.example"));
        for declared in [json!(["pat@ourco.example"]), json!([])] {
            let body = with(stranger.clone(), json!({"recipients": declared}));
            company.tries(body).await.refused(422, "invalid-input");
        }

        company.policy(&capability("crm.message", outside)).await;
        let only_declared = json!({
            "action": "crm.message",
            "params": {"text": "Hi"},
            "recipients": ["pat@ourco.example"],
            "on_behalf_of": "ana",
        });
        let asked = company.asks("outreach", only_declared).await;
        assert_eq!(Company::status(&asked), status, "only declared");
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
    for action in [
        "email.send",
        "record.update",
        "crm.merge",
        "steps.next",
        "chat.replies",
    ] {
        let body = json!({"action": action, "params": {}, "on_behalf_of": "ana", "kind": "step"});
        company.tries(body).await.refused(422, "not-a-step");
    }
    assert_eq!(company.count().await, 0, "nothing is stored");
    let called = json!({"action": "chat.reply", "params": {}, "on_behalf_of": "ana"});
    let called = company.asks("outreach", called).await;
    assert_eq!(
        Company::status(&called),
        "pending",
        "what isn't asked as a step is none"
    );
}

const AMOUNTS: &str = r#"
    [[rule]]
    name = "Forbidden"
    effect = "deny"
    action = "record.update"
    when = "has(params.amount) && params.amount > 1000"

    [[rule]]
    name = "Large"
    effect = "ask"
    action = "record.update"
    when = "has(params.amount) && params.amount > 100"
    resolver = "group:finance"
    approvals = 2
    separate = true
"#;

fn amount(amount: u32) -> Value {
    with(update(), json!({"params": {"amount": amount}}))
}

/// `01 §Edit`: an edit is checked as a new request would be, and the stricter plan of the two holds.
#[tokio::test]
async fn an_edit_into_a_stricter_rule() {
    let company = Company::new().await;
    company.policy(AMOUNTS).await;
    let asked = company.asks("outreach", amount(10)).await;
    assert_eq!(reviewers(&asked), ["ana"]);
    let edit = json!({"decision": "approve", "params": {"amount": 500}});
    let edited = company.decides("ana", &asked, edit.clone()).await;
    assert_eq!(edited.status, 200, "{edited:?}");
    let edited = company.now(&asked).await;
    assert_eq!(
        Company::status(&edited),
        "pending",
        "it waits for somebody else"
    );
    assert_eq!(reviewers(&edited), ["cay", "dan"]);
    assert_eq!(edited["review"]["needed"], 2);
    assert_eq!(edited["review"]["given"], 0, "the editor's doesn't count");
    assert_eq!(edited["expires_at"], asked["expires_at"], "not moved back");
    assert_eq!(edited["original"]["digest"], asked["digest"]);
    assert_eq!(edited["original"]["params"], json!({"amount": 10}));
    assert_eq!(edited["edited_by"], json!(["ana"]));
    company
        .approve("ana", &edited)
        .await
        .refused(403, "not-a-reviewer");

    company.approves("cay", &edited).await;
    let approved = company.approves("dan", &edited).await;
    assert_eq!(Company::status(&approved), "approved");
    let started = company
        .post("outreach", &asked, "start", json!({}))
        .await
        .json();
    assert_eq!(started["params"], json!({"amount": 500}));
    assert_eq!(started["digest"], edited["digest"]);
}

/// `01 §Edit`: what policy denies can't be edited into, and an attempt decides nothing.
#[tokio::test]
async fn an_edit_into_what_is_denied() {
    let company = Company::new().await;
    company.policy(AMOUNTS).await;
    let asked = company.asks("outreach", amount(10)).await;
    let edit = json!({"decision": "approve", "params": {"amount": 5000}});
    let refused = company.decides("ana", &asked, edit).await;
    refused.refused(422, "edit-not-allowed");
    let still = company.still_waits(&asked).await;
    assert_eq!(still["digest"], asked["digest"]);

    company
        .policy(
            "[[capability]]\nagent = \"outreach\"\naction = \"email.send\"\n\
             recipients = [\"@ourco.example\"]\ninside = \"ask\"\noutside = \"block\"\n",
        )
        .await;
    let asked = company.asks("outreach", mail(&["pat@ourco.example"])).await;
    let elsewhere = json!({"to": ["eve@evil.example"], "subject": "Hi", "body": "Hi"});
    let edit = json!({"decision": "approve", "params": elsewhere});
    company
        .decides("ana", &asked, edit)
        .await
        .refused(422, "edit-not-allowed");
    company.still_waits(&asked).await;
}

/// `01 §Edit`, `01 §States.4`: a vote for other parameters counts for nothing.
#[tokio::test]
async fn old_votes_after_an_edit() {
    let company = Company::new().await;
    let asked = company
        .asks_under("resolver = \"group:finance\"\napprovals = 2")
        .await;
    company.approves("dan", &asked).await;
    let edit = json!({"decision": "approve", "params": {"name": "Acme Ltd"}});
    let edited = company.decides("cay", &asked, edit).await.json();
    assert_eq!(
        Company::status(&edited),
        "pending",
        "Dan saw something else"
    );
    assert_eq!(edited["review"]["given"], 1, "the editor's");
    let counts: Vec<_> = edited["decisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|vote| (vote["by"].clone(), vote["counts"].clone()))
        .collect();
    assert_eq!(
        counts,
        [(json!("dan"), json!(false)), (json!("cay"), json!(true))]
    );
    company
        .approve("dan", &asked)
        .await
        .refused(409, "stale-digest");
    let old_plan = json!({"decision": "approve", "plan": asked["review"]["plan"]});
    company
        .decides("dan", &edited, old_plan)
        .await
        .refused(409, "stale-plan");
    let approved = company.approves("dan", &edited).await;
    assert_eq!(Company::status(&approved), "approved");
}

/// `01 §Who reviews ¶2`: an empty or broken list never approves; it expires.
#[tokio::test]
async fn a_reviewer_list_that_ends_empty() {
    let mut company = Company::new().await;
    company
        .add_agent(json!({"id": "ours", "owners": ["owner", "adam"], "users": ["adam"]}))
        .await;
    let mine = with(update(), json!({"on_behalf_of": "adam"}));
    company
        .policy(&format!("{ASK}resolver = \"requester\"\nseparate = true\n"))
        .await;
    let excluded = company.asks("ours", mine.clone()).await;
    company
        .policy(&format!(
            "{ASK}resolver = \"user:nobody\"\nseparate = true\n"
        ))
        .await;
    let broken = company.asks("ours", mine.clone()).await;
    company
        .policy(&format!("{ASK}resolver = \"manager\"\napprovals = 5\n"))
        .await;
    let too_few = company.asks("ours", mine).await;
    let all = [excluded, broken, too_few];
    for asked in &all {
        assert_eq!(Company::status(asked), "pending");
        assert!(
            asked["review"]["undecidable"].is_string(),
            "it says so: {asked}"
        );
        for who in ["adam", "owner", "lee", "dan"] {
            let answer = company.approve(who, asked).await;
            assert!(matches!(answer.status, 403 | 404), "{who}: {answer:?}");
        }
    }
    for asked in &all {
        company.still_waits(asked).await;
    }
    let company = company.after(Span::from_hours(24)).await;
    for asked in &all {
        assert_eq!(Company::status(&company.now(asked).await), "expired");
    }
}

/// `01 §Who reviews ¶2`: those who are left when the last one of the list goes are the admins.
#[tokio::test]
async fn a_reviewer_list_whose_last_one_goes() {
    let company = Company::new().await;
    let asked = company.asks_under("resolver = \"user:dan\"").await;
    assert_eq!(reviewers(&asked), ["dan"]);
    company
        .patch("/v1/people/dan", json!({"active": false}))
        .await;
    let company = company.after(Span::from_millis(1)).await;
    let moved = company.now(&asked).await;
    assert_eq!(Company::status(&moved), "pending");
    assert_eq!(reviewers(&moved), ["dan", "adam", "owner"]);
    company
        .approve("ana", &moved)
        .await
        .refused(403, "not-a-reviewer");
}

/// `01 §Separation`: not oneself, not through a delegate, not as the agent's owner or the record's, and not with
/// somebody else's new token.
#[tokio::test]
async fn a_review_of_ones_own_request() {
    let company = Company::new().await;
    let by_ana = company
        .asks_under("resolver = \"requester\"\nseparate = true")
        .await;
    assert_eq!(
        reviewers(&by_ana),
        ["adam", "owner"],
        "the requester is excluded"
    );
    company
        .approve("ana", &by_ana)
        .await
        .refused(403, "not-a-reviewer");

    let for_ben = with(update(), json!({"on_behalf_of": "ben"}));
    company
        .policy(&format!(
            "{ASK}resolver = \"agent_owner\"\nseparate = true\n"
        ))
        .await;
    let by_owner = company.asks("outreach", for_ben.clone()).await;
    company
        .approve("ana", &by_owner)
        .await
        .refused(403, "not-a-reviewer");

    company
        .policy(&format!(
            "{ASK}resolver = \"record_owner\"\nseparate = true\n"
        ))
        .await;
    let resource = json!({"resource": {"type": "deal", "id": "D", "owner": "ben"}});
    let by_record_owner = company.asks("outreach", with(for_ben, resource)).await;
    company
        .approve("ben", &by_record_owner)
        .await
        .refused(403, "not-a-reviewer");

    let for_somebody = company
        .asks_under("resolver = \"user:dan\"\nseparate = true")
        .await;
    company.is_away("dan", "ana").await;
    company
        .approve("ana", &for_somebody)
        .await
        .refused(403, "not-a-reviewer");
    company.patch("/v1/people/dan", json!({"away": null})).await;
    company.is_away("ana", "cay").await;
    let by_delegate = company
        .asks_under("resolver = \"requester\"\nfallbacks = [\"user:dan\"]\nseparate = true")
        .await;
    let answer = company.approve("cay", &by_delegate).await;
    assert!(
        matches!(answer.status, 403 | 404),
        "Ana's delegate is Ana: {answer:?}"
    );
    for asked in [&by_ana, &by_owner, &by_record_owner, &by_delegate] {
        company.still_waits(asked).await;
    }
}

/// `01 §Separation`: a token that one of the excluded made within the request's life speaks for them.
#[tokio::test]
async fn a_token_of_somebody_else_that_one_issued() {
    let company = Company::new().await;
    company
        .policy(&format!("{ASK}resolver = \"user:dan\"\nseparate = true\n"))
        .await;
    let asked = company
        .asks("triage", with(update(), json!({"on_behalf_of": "adam"})))
        .await;
    company.gate.hands.pass(Span::from_secs(1));
    let body = json!({"person": "dan"});
    let issued = company
        .who("adam")
        .post("/v1/tokens", body.to_string())
        .await
        .json();
    let as_dan = company.gate.wire(issued["token"].as_str().unwrap());
    let vote = json!({"decision": "approve", "digest": asked["digest"]});
    let path = crate::support::path(&asked, "/decision");
    let refused = as_dan.post(&path, vote.to_string()).await;
    refused.refused(403, "not-a-reviewer");
    company.still_waits(&asked).await;
    let approved = company.approves("dan", &asked).await;
    assert_eq!(Company::status(&approved), "approved");
}

/// `01 §Snapshot`: whether a voter is active and in the role is asked when they vote.
#[tokio::test]
async fn a_reviewer_who_was_removed_between_seeing_and_voting() {
    let mut company = Company::new().await;
    company
        .add_person(json!({"id": "eve", "role": "admin"}))
        .await;
    let as_admin = company.asks_under("resolver = \"role:admin\"").await;
    let as_group = company.asks_under("resolver = \"group:finance\"").await;
    let seen = company.as_seen_by("eve", &as_admin).await.json();
    assert_eq!(seen["you"]["may_decide"], true);
    company
        .patch("/v1/people/eve", json!({"role": "manager"}))
        .await;
    company
        .approve("eve", &seen)
        .await
        .refused(403, "not-a-reviewer");
    company.patch("/v1/people/dan", json!({"groups": []})).await;
    company
        .approve("dan", &as_group)
        .await
        .refused(403, "not-a-reviewer");
    company
        .patch("/v1/people/cay", json!({"active": false}))
        .await;
    company
        .approve("cay", &as_group)
        .await
        .refused(401, "unauthorized");
    for asked in [&as_admin, &as_group] {
        assert_eq!(Company::status(&company.now(asked).await), "pending");
    }
}

/// `01 §Trusted pattern`: its last use lets one through, however many ask at once.
#[tokio::test]
async fn two_asks_at_once_for_the_last_use_of_a_pattern() {
    let company = Company::new().await;
    for round in 0..5 {
        company
            .policy(&format!(
                "[[trusted]]\nname = \"Round {round}\"\nagent = \"outreach\"\naction = \"record.update\"\nuses = 2\n"
            ))
            .await;
        let asked = (0..6).map(|_| company.asks("outreach", update()));
        let asked = futures_util::future::join_all(asked).await;
        let allowed = asked.iter().filter(|one| Company::status(one) == "allowed");
        assert_eq!(allowed.count(), 2, "round {round}");
        let patterns = company.who("owner").get("/v1/patterns").await.json();
        assert_eq!(patterns["items"][0]["uses_left"], 0);
    }
}

/// A verdict is stored only under the policy that it was found by.
#[tokio::test]
async fn a_policy_that_is_saved_between_verdict_and_commit() {
    let company = Company::new().await;
    let never =
        "[[capability]]\nagent = \"outreach\"\naction = \"record.update\"\nask = \"never\"\n";
    let deny = "[[rule]]\nname = \"No\"\neffect = \"deny\"\naction = \"record.update\"\n";
    let policies = async {
        for round in 0..10 {
            let text = if round % 2 == 0 { never } else { deny };
            company.policy(&format!("{text}# {round}\n")).await;
        }
    };
    let asks = async {
        for _ in 0..10 {
            let asked = (0..8).map(|_| company.asks("outreach", update()));
            futures_util::future::join_all(asked).await;
        }
    };
    tokio::join!(policies, asks);

    let log = company.who("owner").get("/v1/audit").await;
    let (mut in_force, mut judged) = ("request.asked".to_owned(), 0);
    for line in log.body.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let body = &line["body"];
        match body["kind"].as_str().unwrap() {
            "policy.saved" => {
                let denies = body["data"]["text"].as_str().unwrap().contains("deny");
                let becomes = if denies {
                    "request.denied"
                } else {
                    "request.allowed"
                };
                in_force = becomes.to_owned();
            }
            kind if kind.starts_with("request.") => {
                judged += 1;
                assert_eq!(kind, in_force, "at {}", line["position"]);
            }
            _ => {}
        }
    }
    assert_eq!(judged, 80);
}

/// `01 §States.15`: whoever changes a rule, a pattern or an unlock doesn't thereby approve what waits.
#[tokio::test]
async fn a_policy_of_ones_own_for_a_request_of_ones_own() {
    let company = Company::new().await;
    company
        .policy(&format!("{ASK}resolver = \"user:dan\"\n"))
        .await;
    let mine = with(update(), json!({"on_behalf_of": "adam"}));
    let asked = company.asks("triage", mine.clone()).await;
    for policy in [
        "[defaults]\nmode = \"disabled\"\n",
        "[[trusted]]\nname = \"Mine\"\nagent = \"triage\"\naction = \"record.update\"\n",
        "[[capability]]\nagent = \"triage\"\naction = \"*\"\nask = \"never\"\n",
        "[[rule]]\nname = \"Test\"\neffect = \"ask\"\nresolver = \"requester\"\n",
    ] {
        assert_eq!(company.save_policy("adam", policy).await.status, 200);
        company
            .approve("adam", &asked)
            .await
            .refused(403, "not-a-reviewer");
    }
    let unlock = json!({"auto_approval_allowed": true}).to_string();
    let unlocked = company
        .who("adam")
        .patch("/v1/actions/record.update", unlock)
        .await;
    assert_eq!(unlocked.status, 200);
    let always = company
        .who("adam")
        .call("PUT", "/v1/preferences/record.update");
    let always = always
        .header("content-type", "application/json")
        .body(r#"{"mode":"always"}"#);
    assert_eq!(Answer::of(always).await.status, 200);
    company.still_waits(&asked).await;
    let company = company.after(Span::from_millis(1)).await;
    company.still_waits(&asked).await;
    let next = company.asks("triage", mine).await;
    assert_eq!(
        Company::status(&next),
        "allowed",
        "what is asked from now on"
    );
}
