//! Ways around the gate, each tried and refused.

use serde_json::{Value, json};

use crate::sources::{Scene, act, approve, decide, mail, path, reject, word};

const PAT: &[&str] = &["pat@partner.example"];

/// 01 §Claims: `on_behalf_of`.
#[tokio::test]
async fn an_agent_names_only_its_users_and_nothing_is_stored_of_other_tries() {
    let scene = Scene::new().await;
    let before = scene.gate.gate.head().await.unwrap();
    for (whom, status) in [("lee", 403), ("nobody", 422), ("clock", 422)] {
        let mut request = mail(PAT);
        request["on_behalf_of"] = json!(whom);
        let refused = scene.agent.post("/v1/requests", request.to_string()).await;
        assert_eq!(refused.status, status, "{whom}");
    }
    assert_eq!(scene.gate.gate.head().await.unwrap(), before);
}

/// 01 §Claims: `recipients`: declared ones put outside, never inside.
#[tokio::test]
async fn declared_or_missing_recipients_are_never_inside() {
    let scene = Scene::under(
        "[[capability]]\nagent = \"outreach\"\naction = \"*\"\nrecipients = [\"@customers.example\"]\n\
         inside = \"send\"\noutside = \"ask\"\n",
    )
    .await;
    let inside = ["cfo@customers.example"];
    assert_eq!(scene.status(mail(&inside)).await, "allowed");
    let declared = |action: &str, recipients: &[&str]| {
        let mut request = act(action, json!({"text": "Hi"}));
        request["recipients"] = json!(recipients);
        request
    };
    assert_eq!(scene.status(declared("crm.note", &inside)).await, "pending");
    assert_eq!(scene.status(declared("crm.note", &[])).await, "pending");
    assert_eq!(
        scene
            .status(act("email.send", json!({"subject": "Hi"})))
            .await,
        "pending"
    );
    assert_eq!(
        scene.status(act("email.send", json!({"to": []}))).await,
        "pending"
    );
    let mut lying = mail(&["x@evil.example"]);
    lying["recipients"] = json!(inside);
    let refused = scene.agent.post("/v1/requests", lying.to_string()).await;
    assert_eq!(
        refused.status, 422,
        "they have to be those of the parameters"
    );
    for odd in [
        "cfo@customers.example, x@evil.example",
        "cfo@customers.example\u{0}@evil.example",
    ] {
        let asked = scene
            .agent
            .post("/v1/requests", mail(&[odd]).to_string())
            .await;
        assert!(
            asked.status >= 400 || asked.json()["status"] == "pending",
            "{odd}"
        );
    }
}

/// 01 §Claims: `conversation`: an opt-in holds for that user, action, agent and id.
#[tokio::test]
async fn an_opt_in_serves_no_other_agent_conversation_user_or_action() {
    let scene = Scene::new().await;
    for action in ["email.send", "slack.send_message"] {
        let unlock = r#"{"auto_approval_allowed": true}"#;
        scene
            .dana
            .patch(&format!("/v1/actions/{action}"), unlock)
            .await;
    }
    let talk = |whom: &str, conversation: &str| {
        let mut request = mail(PAT);
        request["on_behalf_of"] = json!(whom);
        request["conversation"] = json!(conversation);
        request
    };
    let asked = scene.asks(talk("ana", "c-1")).await;
    let body =
        json!({"decision": "approve", "digest": asked["digest"], "remember": "conversation"});
    assert_eq!(decide(&scene.ana, &asked, body).await.status, 200);
    assert_eq!(scene.status(talk("ana", "c-1")).await, "allowed");
    assert_eq!(scene.status(talk("ben", "c-1")).await, "pending");
    assert_eq!(scene.status(talk("ana", "c-2")).await, "pending");
    let mut other_action = act("slack.send_message", json!({"channel": "#a"}));
    other_action["conversation"] = json!("c-1");
    assert_eq!(scene.status(other_action).await, "pending");
    scene.gate.agent_of("other", &["ana"], &["ana"]).await;
    let other = scene
        .gate
        .wire(&scene.gate.token(json!({"agent": "other"})).await);
    let asked = other
        .post("/v1/requests", talk("ana", "c-1").to_string())
        .await;
    assert_eq!(asked.json()["status"], "pending");
}

/// 01 §Claims: `node`: a token bound to nodes is nothing outside of them.
#[tokio::test]
async fn a_bound_token_asks_from_and_acts_on_its_nodes_only() {
    let scene =
        Scene::under("[[mode]]\nagent = \"outreach\"\nnode = \"free/*\"\nmode = \"disabled\"\n")
            .await;
    let token = json!({"agent": "outreach", "nodes": ["held/*"]});
    let bound = scene.gate.wire(&scene.gate.token(token).await);
    for (node, status) in [
        (json!("free/1"), 403),
        (json!(null), 403),
        (json!("held/1"), 201),
    ] {
        let mut request = mail(PAT);
        request["node"] = node.clone();
        let asked = bound.post("/v1/requests", request.to_string()).await;
        assert_eq!(asked.status, status, "{node}");
    }

    // Nor does it act on what another token asked from there, or try it out.
    let mut elsewhere = mail(PAT);
    elsewhere["node"] = json!("free/1");
    let tried = bound.post("/v1/evaluate", elsewhere.to_string()).await;
    assert_eq!(tried.status, 403, "{tried:?}");
    let asked = scene.asks(elsewhere).await;
    assert_eq!(word(&asked, "status"), "allowed");
    let executed = json!({"outcome": "executed", "digest": asked["digest"]});
    for (verb, body) in [
        ("start", json!({})),
        ("report", executed),
        ("cancel", json!({})),
    ] {
        let path = format!("{}/{verb}", path(&asked));
        let refused = bound.post(&path, body.to_string()).await;
        assert_eq!(refused.problem().name(), "forbidden", "{refused:?}");
        assert_eq!(refused.status, 403, "{verb}");
    }
    let now = scene.agent.get(&path(&asked)).await.json();
    assert_eq!(now["version"], asked["version"]);
    let start = format!("{}/start", path(&asked));
    let started = scene.agent.post(&start, "{}").await;
    assert_eq!(started.status, 200, "{started:?}");
}

/// 01 §Claims: `expires_in` only shortens, `risk` only raises.
#[tokio::test]
async fn what_an_agent_says_of_time_and_risk_only_tightens() {
    let scene = Scene::new().await;
    let with = |risk: &str, expires_in: &str| {
        let mut request = act("user.delete", json!({"id": 7}));
        request["risk"] = json!({"level": risk});
        request["expires_in"] = json!(expires_in);
        request
    };
    let plain = scene.asks(act("user.delete", json!({"id": 7}))).await;
    let low = scene.asks(with("low", "90d")).await;
    assert_eq!(low["risk"]["level"], plain["risk"]["level"]);
    assert_eq!(low["expires_at"], plain["expires_at"]);
    let grave = scene.asks(with("critical", "5m")).await;
    assert_eq!(grave["risk"]["level"], "critical");
    assert!(word(&grave, "expires_at") < word(&plain, "expires_at"));
}

/// 01 §Claims: `resource.owner`: a second claim within 90 days makes the record owner unavailable.
#[tokio::test]
async fn an_agent_that_names_another_owner_gets_neither() {
    let scene = Scene::under(
        "[[rule]]\nname = \"Owner\"\neffect = \"ask\"\nresolver = \"record_owner\"\nfallbacks = [\"role:admin\"]\n",
    )
    .await;
    let owned = |owner: &str| {
        let mut request = act("record.update", json!({}));
        request["resource"] = json!({"type": "deal", "id": "D-1", "owner": owner});
        request
    };
    assert_eq!(
        scene.asks(owned("ben")).await["review"]["reviewers"],
        json!(["ben"])
    );
    let second = scene.asks(owned("lee")).await;
    assert_eq!(
        second["review"]["reviewers"],
        json!(["dana", "owner"]),
        "{second}"
    );
    assert_eq!(
        scene.asks(owned("ben")).await["review"]["reviewers"],
        json!(["dana", "owner"])
    );
    scene.pass("91d").await;
    assert_eq!(
        scene.asks(owned("ben")).await["review"]["reviewers"],
        json!(["ben"])
    );
}

#[tokio::test]
async fn only_the_catalogues_steps_are_steps() {
    let scene = Scene::new().await;
    for action in ["email.send", "stepping.stone", "chat.replys", "crm.step"] {
        let mut request = act(action, json!({}));
        request["kind"] = json!("step");
        let refused = scene.agent.post("/v1/requests", request.to_string()).await;
        assert_eq!(refused.problem().name(), "not-a-step", "{action}");
    }
}

const STRICT: &str = r#"
[[rule]]
name = "Never to evil"
effect = "deny"
action = "payment.send"
when = "params.payee == 'Evil'"

[[rule]]
name = "Large"
effect = "ask"
action = "payment.send"
when = "params.amount > 100.0"
resolver = "role:admin"
approvals = 2
"#;

/// 01 §Edit: the checks of a new request run on the result, and the stricter plan is in force.
#[tokio::test]
async fn an_edit_is_no_way_around_a_stricter_or_denying_rule() {
    let scene = Scene::under(STRICT).await;
    let pay =
        |payee: &str, amount: f64| act("payment.send", json!({"payee": payee, "amount": amount}));
    let asked = scene.asks(pay("Acme", 50.5)).await;
    assert_eq!(asked["review"]["reviewers"], json!(["ana"]));
    let edit =
        |params: Value| json!({"decision": "approve", "digest": asked["digest"], "params": params});
    let evil = edit(json!({"payee": "Evil", "amount": 50.5}));
    let refused = decide(&scene.ana, &asked, evil).await;
    assert_eq!(
        (refused.status, refused.problem().name()),
        (422, "edit-not-allowed")
    );
    assert_eq!(
        scene.owner.get(&path(&asked)).await.json()["version"],
        1,
        "nothing decided"
    );

    let edited = decide(
        &scene.ana,
        &asked,
        edit(json!({"payee": "Acme", "amount": 500.5})),
    )
    .await
    .json();
    assert_eq!(edited["status"], "pending", "{edited}");
    assert_eq!(edited["review"]["reviewers"], json!(["dana", "owner"]));
    assert_eq!(
        (&edited["review"]["needed"], &edited["review"]["given"]),
        (&json!(2), &json!(0))
    );
    assert_eq!(edited["original"]["digest"], asked["digest"]);
    assert_eq!(
        approve(&scene.dana, &asked).await.problem().name(),
        "stale-digest"
    );
    assert_eq!(
        approve(&scene.dana, &edited).await.json()["status"],
        "pending"
    );
    assert_eq!(
        approve(&scene.owner, &edited).await.json()["status"],
        "approved"
    );
    let started = scene
        .agent
        .post(&format!("{}/start", path(&asked)), "{}")
        .await
        .json();
    assert_eq!(started["params"]["amount"], 500.5);
}

/// 01 §Quorum, §Edit: votes for the earlier parameters are void.
#[tokio::test]
async fn votes_for_what_was_there_before_an_edit_count_nothing() {
    let scene = Scene::under(STRICT).await;
    let asked = scene
        .asks(act(
            "payment.send",
            json!({"payee": "Acme", "amount": 500.5}),
        ))
        .await;
    assert_eq!(
        approve(&scene.dana, &asked).await.json()["review"]["given"],
        1
    );
    let body = json!({"decision": "approve", "digest": asked["digest"],
                      "params": {"payee": "Acme", "amount": 400.5}});
    let edited = decide(&scene.owner, &asked, body).await.json();
    assert_eq!(
        (word(&edited, "status"), &edited["review"]["given"]),
        ("pending".into(), &json!(1))
    );
    assert_eq!(edited["decisions"][0]["counts"], false);
    assert_eq!(
        approve(&scene.dana, &edited).await.json()["status"],
        "approved"
    );
}

/// 01 §Who reviews: an empty or broken reviewer list never approves.
#[tokio::test]
async fn a_request_that_nobody_may_decide_says_so_and_expires() {
    let scene = Scene::under(
        "[[rule]]\nname = \"Both\"\neffect = \"ask\"\nresolver = \"user:ben\"\napprovals = 9\nexpires_in = \"1h\"\n",
    )
    .await;
    let asked = scene.asks(mail(PAT)).await;
    assert!(
        word(&asked["review"], "undecidable").contains("will expire"),
        "{asked}"
    );
    for wire in [&scene.ana, &scene.lee, &scene.dana, &scene.owner] {
        assert_eq!(
            approve(wire, &asked).await.problem().name(),
            "not-a-reviewer"
        );
    }
    scene.pass("1h").await;
    let mut now = scene.moved_on(&asked).await;
    while now["status"] == "pending" {
        now = scene.owner.get(&path(&asked)).await.json();
    }
    assert_eq!(now["status"], "expired");
}

/// 01 §Separation: not oneself, not through a delegate, not by a token that one issued.
#[tokio::test]
async fn nobody_reviews_themselves_where_that_is_forbidden() {
    let scene = Scene::under(
        "[[rule]]\nname = \"Apart\"\neffect = \"ask\"\nresolver = \"role:admin\"\nseparate = true\n",
    )
    .await;
    let bot = json!({"id": "bot", "owners": ["dana"], "users": ["ana", "dana"]});
    scene.owner.post("/v1/agents", bot.to_string()).await;
    let bot = scene
        .gate
        .wire(&scene.gate.token(json!({"agent": "bot"})).await);
    let asked = bot.post("/v1/requests", mail(PAT).to_string()).await.json();
    assert_eq!(
        asked["review"]["reviewers"],
        json!(["owner"]),
        "dana owns the agent: {asked}"
    );
    assert_eq!(
        approve(&scene.dana, &asked).await.problem().name(),
        "not-a-reviewer"
    );
    // A token of the owner's that was issued within the request's life, by the owner of the agent.
    let issued = scene
        .dana
        .post("/v1/tokens", r#"{"person": "owner"}"#)
        .await;
    assert_eq!(issued.status, 403, "only an owner issues one for an owner");
    let admin = json!({"id": "rita", "role": "admin"});
    assert_eq!(
        scene
            .dana
            .post("/v1/people", admin.to_string())
            .await
            .status,
        201
    );
    let asked = bot.post("/v1/requests", mail(PAT).to_string()).await.json();
    let token = scene
        .dana
        .post("/v1/tokens", r#"{"person": "rita"}"#)
        .await
        .json();
    let rita = scene.gate.wire(token["token"].as_str().unwrap());
    let refused = approve(&rita, &asked).await;
    assert_eq!(refused.problem().name(), "not-a-reviewer", "{refused:?}");
    assert_eq!(
        approve(&scene.owner, &asked).await.json()["status"],
        "approved"
    );
}

/// 01 §States.15: neither a rule, a pattern nor an unlock of one's own lets one's pending request pass.
#[tokio::test]
async fn whoever_changes_the_rules_decides_nothing_of_their_own_that_was_asked_before() {
    let scene = Scene::under(
        "[[rule]]\nname = \"Apart\"\neffect = \"ask\"\nresolver = \"role:admin\"\nseparate = true\n",
    )
    .await;
    let bot = json!({"id": "bot", "owners": ["ana"], "users": ["dana"]});
    scene.owner.post("/v1/agents", bot.to_string()).await;
    let bot = scene
        .gate
        .wire(&scene.gate.token(json!({"agent": "bot"})).await);
    let mut request = mail(PAT);
    request["on_behalf_of"] = json!("dana");
    let asked = bot.post("/v1/requests", request.to_string()).await.json();
    assert_eq!(asked["status"], "pending");

    let rules = "[[trusted]]\nname = \"Anything\"\nagent = \"bot\"\naction = \"email.send\"\nmax_risk = \"high\"\n";
    assert_eq!(scene.dana.save_policy(rules).await.status, 200);
    let unlock = r#"{"auto_approval_allowed": true}"#;
    let unlocked = scene.dana.patch("/v1/actions/email.send", unlock).await;
    assert_eq!(unlocked.status, 200);
    let call = scene.dana.call("PUT", "/v1/preferences/email.send");
    let call = call.header("content-type", "application/json");
    let chosen = call.body(r#"{"mode": "always"}"#).send().await.unwrap();
    assert_eq!(chosen.status(), 200);

    let refused = approve(&scene.dana, &asked).await;
    assert_eq!(refused.problem().name(), "not-a-reviewer", "{refused:?}");
    let now = scene.owner.get(&path(&asked)).await.json();
    assert_eq!(now["status"], "pending");
    assert_eq!(now["review"], asked["review"], "the plan is as it was");
    let decided = approve(&scene.owner, &asked).await.json();
    assert_eq!(decided["status"], "approved");
}

/// 01 §Snapshot: whether a voter is still active and still in the role is checked when they vote.
#[tokio::test]
async fn who_left_the_role_between_seeing_and_voting_decides_nothing() {
    let rule = "[[rule]]\nname = \"Admins\"\neffect = \"ask\"\nresolver = \"role:admin\"\n";
    let scene = Scene::under(rule).await;
    let asked = scene.asks(mail(PAT)).await;
    assert_eq!(asked["review"]["reviewers"], json!(["dana", "owner"]));
    let demoted = scene
        .owner
        .patch("/v1/people/dana", r#"{"role": "manager"}"#)
        .await;
    assert_eq!(demoted.status, 200);
    assert_eq!(
        approve(&scene.dana, &asked).await.problem().name(),
        "not-a-reviewer"
    );
    let promoted = scene
        .owner
        .patch("/v1/people/lee", r#"{"role": "admin"}"#)
        .await;
    assert_eq!(promoted.status, 200);
    assert_eq!(
        approve(&scene.lee, &asked).await.problem().name(),
        "not-a-reviewer",
        "a snapshot"
    );
}

/// 01 §Delegation: one who is away is answered for by their delegate, and the last reviewer who goes
/// moves the request on at once.
#[tokio::test]
async fn a_delegate_answers_and_a_missing_reviewer_passes_the_request_on() {
    let rule = "[[rule]]\nname = \"Ben\"\neffect = \"ask\"\nresolver = \"user:ben\"\nfallbacks = [\"manager\"]\n";
    let scene = Scene::under(rule).await;
    let now = scene.gate.gate.now();
    let until = now.plus("9d".parse().unwrap());
    let away = json!({"away": {"from": now, "until": until, "delegate": "dana"}});
    let asked = scene.asks(mail(PAT)).await;
    assert_eq!(
        approve(&scene.dana, &asked).await.problem().name(),
        "not-a-reviewer"
    );
    assert_eq!(
        scene.ben.patch("/v1/me", away.to_string()).await.status,
        200
    );
    let approved = approve(&scene.dana, &asked).await.json();
    assert_eq!(approved["status"], "approved", "{approved}");
    let vote = &approved["decisions"][0];
    assert_eq!(
        (&vote["by"], &vote["stands_for"]),
        (&json!("dana"), &json!("ben"))
    );

    let waiting = scene.asks(mail(PAT)).await;
    let gone = json!({"away": {"from": now, "until": until}});
    assert_eq!(
        scene.ben.patch("/v1/me", gone.to_string()).await.status,
        200
    );
    let moved = scene.moved_on(&waiting).await;
    assert_eq!(
        moved["review"]["reviewers"],
        json!(["ben", "lee"]),
        "{moved}"
    );
    assert_eq!(
        approve(&scene.lee, &moved).await.json()["status"],
        "approved"
    );
}

/// 01 §Ladder: a pattern has only so many uses, however many ask at once.
#[tokio::test]
async fn the_last_use_of_a_pattern_is_used_once() {
    let scene = Scene::under(
        "[[trusted]]\nname = \"Three\"\nagent = \"outreach\"\naction = \"data.export\"\nuses = 3\n",
    )
    .await;
    let asks = (0..12).map(|n| scene.status(act("data.export", json!({"n": n}))));
    let statuses = futures_util::future::join_all(asks).await;
    let allowed = statuses
        .iter()
        .filter(|status| *status == "allowed")
        .count();
    assert_eq!(allowed, 3, "{statuses:?}");
    let pattern = &scene.owner.get("/v1/patterns").await.json()["items"][0];
    assert_eq!(
        (&pattern["uses"], &pattern["uses_left"]),
        (&json!(3), &json!(0))
    );
    // Whoever rejects what it would have let through but for its limits suspends it.
    let asked = scene.asks(act("data.export", json!({"n": 99}))).await;
    reject(&scene.ana, &asked, "no more").await;
    let pattern = &scene.owner.get("/v1/patterns").await.json()["items"][0];
    assert!(word(pattern, "suspended").contains("rejected"), "{pattern}");
}

/// 01 §Agents as reviewers.
#[tokio::test]
async fn an_agent_reviews_nothing_grave_nothing_of_its_own_kin_and_only_yes_or_no() {
    let rule = "[[rule]]\nname = \"Triage\"\neffect = \"ask\"\nresolver = \"agent:triage\"\n";
    let scene = Scene::under(rule).await;
    for (id, owner) in [("triage", "dana"), ("kin", "dana")] {
        let agent = json!({"id": id, "owners": [owner], "users": ["ana", "dana"]});
        assert_eq!(
            scene
                .owner
                .post("/v1/agents", agent.to_string())
                .await
                .status,
            201
        );
    }
    let wire = async |id: &str| {
        scene
            .gate
            .wire(&scene.gate.token(json!({"agent": id})).await)
    };
    let (triage, kin) = (wire("triage").await, wire("kin").await);
    let low = || act("record.update", json!({}));
    let asked = scene.asks(low()).await;
    assert_eq!(asked["review"]["reviewers"], json!(["agent:triage"]));
    for refused in [
        json!({"decision": "approve", "digest": asked["digest"], "params": {"n": 2}}),
        json!({"decision": "respond", "text": "hello"}),
    ] {
        assert_eq!(decide(&triage, &asked, refused).await.status, 403);
    }
    let medium = scene.asks(mail(PAT)).await;
    assert_eq!(
        medium["review"]["reviewers"],
        json!(["dana", "owner"]),
        "too grave: {medium}"
    );
    for wire in [&triage, &kin] {
        let own = wire.post("/v1/requests", low().to_string()).await.json();
        assert_eq!(
            own["review"]["reviewers"],
            json!(["dana", "owner"]),
            "{own}"
        );
    }
    assert_eq!(approve(&triage, &asked).await.json()["status"], "approved");
}
