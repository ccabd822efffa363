//! 01 §Nouns and §Ladder: actions, the rungs, patterns and risk.

use serde_json::{Value, json};
use signoff::domain::time::Span;

use crate::support::{Answer, Company, mail, texts, update, with};

async fn status(company: &Company, body: Value) -> String {
    let asked = company.asks("outreach", body).await;
    Company::status(&asked).to_owned()
}

async fn opts_in(company: &Company, who: &str, action: &str) {
    let unlock = json!({"auto_approval_allowed": true});
    company
        .patch(&format!("/v1/actions/{action}"), unlock)
        .await;
    let call = company
        .who(who)
        .call("PUT", &format!("/v1/preferences/{action}"))
        .header("content-type", "application/json");
    let chosen = Answer::of(call.body(r#"{"mode":"always"}"#)).await;
    assert_eq!(chosen.status, 200, "{chosen:?}");
}

/// `01 §Integration`: one seen for the first time is learnt: enabled, with effects, in need of approval, of medium risk.
#[tokio::test]
async fn an_action_that_is_seen_for_the_first_time_is_learnt() {
    let company = Company::new().await;
    let body = json!({"action": "crm.merge", "params": {}, "on_behalf_of": "ana"});
    let asked = company.asks("outreach", body).await;
    assert_eq!(Company::status(&asked), "pending");
    assert_eq!(asked["risk"]["level"], "medium");
    let learnt = company.who("ana").get("/v1/actions/crm.merge").await.json();
    for (key, value) in [
        ("integration", json!("crm")),
        ("enabled", json!(true)),
        ("read_only", json!(false)),
        ("needs_approval", json!(true)),
        ("auto_approval_allowed", json!(false)),
        ("default_risk", json!("medium")),
        ("executor", json!("agent")),
        ("idempotent", json!(false)),
        ("recipient_params", json!([])),
    ] {
        assert_eq!(learnt[key], value, "{key}");
    }
    let integrations = company.who("ana").get("/v1/integrations").await.json();
    let items = integrations["items"].as_array().unwrap();
    let crm = items.iter().find(|one| one["name"] == "crm").unwrap();
    assert_eq!(crm["users"], json!(["*"]));
}

/// `01 §Event`: parameters lie beside the log, which has their hash.
#[tokio::test]
async fn the_log_has_the_digest_of_parameters_and_not_what_they_say() {
    let company = Company::new().await;
    let params = json!({"name": "Acme", "note": "needle-in-the-parameters"});
    let more = json!({"params": params, "checkpoint": {"at": "needle-in-the-checkpoint"}});
    let asked = company.asks("outreach", with(update(), more)).await;
    company.approves("ana", &asked).await;
    let log = company.who("owner").get("/v1/audit").await;
    assert!(log.body.contains(asked["digest"].as_str().unwrap()));
    assert!(!log.body.contains("needle"), "{}", log.body);
}

/// `01 §Ladder.1`: without a user acted for it is every owner of the agent who has to be among the integration's users.
#[tokio::test]
async fn an_agent_that_acts_for_nobody_acts_for_all_its_owners() {
    let mut company = Company::new().await;
    company
        .add_agent(json!({"id": "pair", "owners": ["cay", "ana"]}))
        .await;
    company
        .add_agent(json!({"id": "orphan", "owners": [], "users": []}))
        .await;
    let body = json!({"action": "record.update", "params": {}});
    let asks = async |agent: &str| {
        let asked = company.asks(agent, body.clone()).await;
        Company::status(&asked).to_owned()
    };
    assert_eq!(asks("pair").await, "pending");
    assert_eq!(asks("orphan").await, "pending", "open to everybody");
    let users = |users: Value| json!({"users": users});
    let path = "/v1/integrations/record";
    company.patch(path, users(json!(["group:finance"]))).await;
    assert_eq!(asks("pair").await, "denied", "Ana isn't in finance");
    assert_eq!(asks("orphan").await, "denied");
    let both = users(json!(["group:finance", "team:sales"]));
    company.patch(path, both).await;
    assert_eq!(asks("pair").await, "pending");
    company.patch(path, users(json!([]))).await;
    assert_eq!(asks("pair").await, "denied", "nobody is nobody");
}

/// `01 §Ladder.4`, `01 §Ladder.6`: the most specific section holds, of equal ones the stricter; what reads but needs
/// approval asks; what has an effect and needs none doesn't.
#[tokio::test]
async fn the_mode_that_holds_and_what_it_lets_through() {
    let company = Company::new().await;
    let at = |node: &str| with(update(), json!({"node": node}));
    company
        .policy(
            r#"
            [[mode]]
            agent = "out*"
            mode = "disabled"
            [[mode]]
            agent = "outreach"
            mode = "blocking"
            [[mode]]
            node = "free/*"
            mode = "disabled"
            [[mode]]
            node = "free/held*"
            mode = "blocking"
            [[mode]]
            node = "both/*"
            mode = "disabled"
            [[mode]]
            node = "both/*"
            mode = "confirm_tools"
            "#,
        )
        .await;
    for (node, wanted) in [
        ("elsewhere", "pending"),
        ("free/a", "allowed"),
        ("free/held-back", "pending"),
        ("both/a", "pending"),
    ] {
        assert_eq!(status(&company, at(node)).await, wanted, "{node}");
    }

    company.policy("").await;
    let read = json!({"action": "file.read", "params": {}, "on_behalf_of": "ana"});
    assert_eq!(status(&company, read.clone()).await, "allowed");
    let careful = json!({"needs_approval": true});
    company.patch("/v1/actions/file.read", careful).await;
    assert_eq!(status(&company, read).await, "pending");
    let easy = json!({"needs_approval": false});
    company.patch("/v1/actions/record.update", easy).await;
    assert_eq!(status(&company, update()).await, "allowed");
    company.policy("[defaults]\nmode = \"blocking\"\n").await;
    assert_eq!(status(&company, update()).await, "pending", "blocking asks");
}

/// `01 §Ladder.2`, `01 §Ladder.3`, `01 §Ladder.6`: a deny rule goes before every ask rule and a locked one before what is
/// trusted, wherever they stand; of several capabilities the strictest answer counts; of ask rules the first.
#[tokio::test]
async fn which_of_several_rules_and_capabilities_answers() {
    let company = Company::new().await;
    let rule = |name: &str, rest: &str| format!("[[rule]]\nname = \"{name}\"\n{rest}\n");
    let ask = rule("Ask", "effect = \"ask\"\nresolver = \"user:dan\"");
    let second = rule("Second", "effect = \"ask\"\nresolver = \"user:ben\"");
    let locked = rule(
        "Locked",
        "effect = \"ask\"\nresolver = \"user:cay\"\nlocked = true",
    );
    let deny = rule("Deny", "effect = \"deny\"");
    let never = "[[capability]]\nagent = \"outreach\"\naction = \"*\"\nask = \"never\"\n";
    let always = "[[capability]]\nagent = \"out*\"\naction = \"record.*\"\nask = \"always\"\n";
    let block = "[[capability]]\nagent = \"*\"\naction = \"record.update\"\nrecipients = [\"@a.example\"]\n\
                 inside = \"send\"\noutside = \"block\"\n";
    for (policy, effect, rung, rule) in [
        (format!("{ask}{second}"), "ask", "ask", "Ask"),
        (format!("{second}{ask}"), "ask", "ask", "Second"),
        (format!("{ask}{second}{locked}"), "ask", "locked", "Locked"),
        (format!("{ask}{locked}{deny}"), "deny", "blocked", "Deny"),
        (
            format!("{ask}{never}"),
            "allow",
            "trusted",
            "capability outreach *",
        ),
        (format!("{locked}{never}"), "ask", "locked", "Locked"),
        (
            format!("{never}{always}"),
            "ask",
            "ask",
            "capability out* record.*",
        ),
        (format!("{never}{always}{ask}"), "ask", "ask", "Ask"),
        (
            format!("{never}{block}"),
            "deny",
            "blocked",
            "capability * record.update",
        ),
    ] {
        company.policy(&policy).await;
        let asked = company.asks("outreach", update()).await;
        let verdict = &asked["verdict"];
        assert_eq!(verdict["effect"], effect, "{policy}");
        assert_eq!(verdict["rung"], rung, "{policy}");
        assert_eq!(verdict["rule"], rule, "{policy}");
    }
}

/// `01 §Ladder.7`: one waives one's own review and nobody else's.
#[tokio::test]
async fn an_opt_in_waives_ones_own_review_and_no_other() {
    let company = Company::new().await;
    opts_in(&company, "ana", "record.update").await;
    assert_eq!(status(&company, update()).await, "allowed");
    let rule = |rest: &str| format!("[[rule]]\nname = \"Test\"\neffect = \"ask\"\n{rest}\n");
    for (rest, wanted) in [
        ("resolver = \"requester\"", "allowed"),
        (
            "resolver = \"requester\"\nfallbacks = [\"manager\"]",
            "allowed",
        ),
        (
            "resolver = \"record_owner\"\nfallbacks = [\"requester\"]",
            "pending",
        ),
        ("resolver = \"user:ana\"", "pending"),
        ("resolver = \"agent_owner\"", "pending"),
        ("resolver = \"role:member\"", "pending"),
        ("resolver = \"requester\"\napprovals = 2", "pending"),
        ("resolver = \"requester\"\nseparate = true", "pending"),
        ("resolver = \"requester\"\nlocked = true", "pending"),
        ("resolver = \"auto_after:10m\"", "pending"),
    ] {
        company.policy(&rule(rest)).await;
        assert_eq!(status(&company, update()).await, wanted, "{rest}");
    }
    company.policy("").await;
    for (risk, wanted) in [("high", "allowed"), ("critical", "pending")] {
        let body = with(update(), json!({"risk": {"level": risk}}));
        assert_eq!(status(&company, body).await, wanted, "{risk}");
    }
    company.policy("[defaults]\nmode = \"blocking\"\n").await;
    assert_eq!(
        status(&company, update()).await,
        "allowed",
        "her own review"
    );
}

/// `01 §Ladder.7`: without a user acted for nothing can be remembered.
#[tokio::test]
async fn what_was_asked_for_nobody_cant_be_remembered() {
    let company = Company::new().await;
    opts_in(&company, "ana", "record.update").await;
    let body = with(
        update(),
        json!({"on_behalf_of": null, "conversation": "c1"}),
    );
    let asked = company.asks("outreach", body).await;
    assert_eq!(Company::status(&asked), "pending");
    assert_eq!(asked["review"]["reviewers"], json!(["ana"]), "the owner");
    for remember in ["always", "conversation"] {
        let body = json!({"decision": "approve", "remember": remember});
        let refused = company.decides("ana", &asked, body).await;
        refused.refused(403, "auto-approval-not-allowed");
    }
    assert_eq!(Company::status(&company.now(&asked).await), "pending");
}

/// `01 §Ladder ¶2`: a fresh workspace confirms tools; an unlock by itself changes nobody; a revocation ends the opt-ins
/// of everybody, also those of one conversation, and no later unlock brings one back.
#[tokio::test]
async fn a_fresh_workspace_confirms_tools_and_a_revocation_is_final() {
    let company = Company::new().await;
    let why = company.asks("outreach", update()).await;
    let why = company.why(&why).await;
    let mode = why["rungs"]
        .as_array()
        .unwrap()
        .iter()
        .find(|rung| rung["rung"] == "mode");
    assert_eq!(mode.unwrap()["text"], "record.update has an effect");
    let step = json!({"action": "step.plan", "kind": "step", "params": {}, "on_behalf_of": "ana"});
    assert_eq!(status(&company, step).await, "allowed");

    opts_in(&company, "ana", "record.update").await;
    opts_in(&company, "ben", "record.update").await;
    let for_ben = with(update(), json!({"on_behalf_of": "ben"}));
    assert_eq!(status(&company, for_ben.clone()).await, "allowed");
    let path = "/v1/actions/record.update";
    let seen = company.who("owner").get(path).await.json();
    assert_eq!(seen["opted_in"]["always"], 2, "whom it would touch");
    for unlocked in [false, true] {
        company
            .patch(path, json!({"auto_approval_allowed": unlocked}))
            .await;
        assert_eq!(status(&company, update()).await, "pending");
        assert_eq!(status(&company, for_ben.clone()).await, "pending");
    }
}

/// `01 §Trusted pattern`: at most medium risk unless it says so, until its end, and a changed text starts anew.
#[tokio::test]
async fn a_pattern_has_its_limits_and_belongs_to_its_text() {
    let company = Company::new().await;
    let pattern = |rest: &str| {
        format!(
            "[[trusted]]\nname = \"Test\"\nagent = \"outreach\"\naction = \"record.update\"\n{rest}\n"
        )
    };
    let at = |level: &str| with(update(), json!({"risk": {"level": level}}));
    company.policy(&pattern("")).await;
    assert_eq!(status(&company, at("medium")).await, "allowed");
    assert_eq!(status(&company, at("high")).await, "pending");
    company.policy(&pattern("max_risk = \"high\"")).await;
    assert_eq!(status(&company, at("high")).await, "allowed");
    assert_eq!(status(&company, at("critical")).await, "pending");

    company.policy(&pattern("uses = 1")).await;
    assert_eq!(status(&company, update()).await, "allowed");
    assert_eq!(status(&company, update()).await, "pending");
    company.policy(&pattern("max_risk = \"low\"")).await;
    company.policy(&pattern("uses = 1")).await;
    assert_eq!(status(&company, update()).await, "pending", "the same text");
    company.policy(&pattern("uses = 1\nwhen = \"true\"")).await;
    assert_eq!(status(&company, update()).await, "allowed", "another text");

    let until = company.gate.gate.now().plus(Span::from_hours(1));
    company.policy(&pattern(&format!("until = {until}"))).await;
    company
        .gate
        .hands
        .pass(Span::from_millis(60 * 60 * 1000 - 1));
    assert_eq!(status(&company, update()).await, "allowed");
    company.gate.hands.pass(Span::from_millis(1));
    let over = company.asks("outreach", update()).await;
    assert_eq!(Company::status(&over), "pending");
    let why = company.why(&over).await.to_string();
    assert!(why.contains("it ended at"), "{why}");
    let shown = company.who("adam").get("/v1/patterns").await.json();
    assert_eq!(shown["items"][0]["uses"], 1);
    assert_eq!(shown["items"][0]["author"], "owner");
    assert!(shown["items"][0]["last_use"].is_string());
}

/// `01 §Risk`: signs raise it by one level together and never to critical; a recipient is new until something for them
/// was allowed or approved.
#[tokio::test]
async fn signs_raise_the_risk_by_one_level() {
    let company = Company::new().await;
    let first = company
        .asks("outreach", mail(&["pat@partner.example"]))
        .await;
    assert_eq!(first["risk"]["level"], "high");
    assert_eq!(
        texts(&first["risk"]["reasons"]),
        ["never written to this recipient before"]
    );
    company.rejects("ana", &first, "no").await;
    let again = company
        .asks("outreach", mail(&["pat@partner.example"]))
        .await;
    assert_eq!(again["risk"]["level"], "high", "a no is no contact");
    company.approves("ana", &again).await;
    let known = company
        .asks("outreach", mail(&["Pat@PARTNER.example"]))
        .await;
    assert_eq!(known["risk"]["level"], "medium");
    assert_eq!(known["risk"]["reasons"], json!([]));

    let several = mail(&[
        "p\u{430}t@partner.example",
        "eve@evil.example",
        "pat@partner.example",
    ]);
    let several = company.asks("outreach", several).await;
    assert_eq!(
        several["risk"]["level"], "high",
        "all signs together: {several}"
    );
    assert!(texts(&several["risk"]["reasons"]).len() >= 3, "{several}");
    let payment =
        json!({"action": "payment.send", "params": {"to": "acme"}, "on_behalf_of": "ana"});
    let payment = company.asks("outreach", payment).await;
    assert_eq!(payment["risk"]["level"], "high", "never to critical");
    let delete = json!({"action": "crm.purge_all", "params": {}, "on_behalf_of": "ana"});
    let delete = company.asks("outreach", delete).await;
    assert_eq!(
        delete["risk"]["level"], "high",
        "a destructive name: {delete}"
    );
}

/// `01 §Agent`: whom it may act for: people, groups, teams, everybody; its owners where nothing is said.
#[tokio::test]
async fn an_agent_acts_for_its_users() {
    let mut company = Company::new().await;
    for (id, users) in [
        ("for_groups", json!(["group:finance"])),
        ("for_teams", json!(["team:sales"])),
        ("for_some", json!(["dan", "team:sales"])),
        ("for_all", json!(["*"])),
        ("for_none", json!([])),
        ("for_owners", Value::Null),
    ] {
        let mut agent = json!({"id": id, "owners": ["lee"]});
        if !users.is_null() {
            agent["users"] = users;
        }
        company.add_agent(agent).await;
    }
    for (agent, users) in [
        ("for_groups", &["cay", "dan"][..]),
        ("for_teams", &["ana", "ben"]),
        ("for_some", &["ana", "ben", "dan"]),
        (
            "for_all",
            &["owner", "adam", "lee", "ana", "ben", "cay", "dan"],
        ),
        ("for_none", &[]),
        ("for_owners", &["lee"]),
    ] {
        for who in ["owner", "adam", "lee", "ana", "ben", "cay", "dan"] {
            let body = with(update(), json!({"on_behalf_of": who}));
            let answer = company
                .who(agent)
                .post("/v1/requests", body.to_string())
                .await;
            let wanted = if users.contains(&who) { 201 } else { 403 };
            assert_eq!(answer.status, wanted, "{agent} for {who}: {answer:?}");
        }
    }
}

/// `01 §Ladder`: trying a request out gives the verdict that asking gives, and leaves nothing behind.
#[tokio::test]
async fn trying_out_says_what_asking_would_and_stores_nothing() {
    let company = Company::new().await;
    company
        .policy("[[rule]]\nname = \"Test\"\neffect = \"ask\"\naction = \"email.send\"\nresolver = \"manager\"\napprovals = 1\n")
        .await;
    let before = company.gate.gate.head().await.unwrap();
    for body in [
        mail(&["pat@partner.example"]),
        update(),
        json!({"action": "crm.unheard_of", "params": {}, "on_behalf_of": "ana"}),
    ] {
        let as_agent = company
            .who("outreach")
            .post("/v1/evaluate", body.to_string())
            .await;
        assert_eq!(as_agent.status, 200, "{as_agent:?}");
        let as_person = with(body.clone(), json!({"agent": "outreach"})).to_string();
        let as_person = company.who("ana").post("/v1/evaluate", as_person).await;
        assert_eq!(as_person.json(), as_agent.json());
        assert_eq!(company.gate.gate.head().await.unwrap(), before);
    }
    let body = mail(&["pat@partner.example"]);
    let tried = company
        .who("outreach")
        .post("/v1/evaluate", body.to_string())
        .await
        .json();
    let asked = company.asks("outreach", body).await;
    assert_eq!(tried["verdict"], asked["verdict"]);
    assert_eq!(tried["risk"], asked["risk"]);
    assert_eq!(tried["review"], asked["review"]);
    assert_eq!(tried["rungs"], company.why(&asked).await["rungs"]);
}
