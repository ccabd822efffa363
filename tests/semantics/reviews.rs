//! 01 §Who reviews.

use serde_json::{Value, json};
use signoff::domain::time::Span;

use crate::support::{Company, texts, update, with};

const ASK: &str = "[[rule]]\nname = \"Test\"\neffect = \"ask\"\n";

fn reviewers(asked: &Value) -> Vec<&str> {
    texts(&asked["review"]["reviewers"])
}

impl Company {
    /// Under an ask rule with this, what an agent asks for.
    async fn ruled(&self, rest: &str, agent: &str, body: Value) -> Value {
        self.policy(&format!("{ASK}{rest}\n")).await;
        self.asks(agent, body).await
    }

    async fn goes_away(&self, who: &str, delegate: Option<&str>) {
        let now = self.gate.gate.now();
        let away =
            json!({"from": now, "until": now.plus(Span::from_hours(1)), "delegate": delegate});
        self.patch(&format!("/v1/people/{who}"), json!({"away": away}))
            .await;
    }
}

/// `01 §requester`: without a user acted for the agent's owners, then its team's admins, at last the workspace's.
#[tokio::test]
async fn the_requester_of_what_is_asked_for_nobody() {
    let mut company = Company::new().await;
    company
        .patch("/v1/teams/sales", json!({"admins": ["cay"]}))
        .await;
    for agent in [
        json!({"id": "owned", "owners": ["dan", "ben"], "team": "sales"}),
        json!({"id": "teams", "owners": [], "users": [], "team": "sales"}),
        json!({"id": "nobodys", "owners": [], "users": []}),
    ] {
        company.add_agent(agent).await;
    }
    let body = json!({"action": "record.update", "params": {}});
    for (agent, wanted) in [
        ("owned", &["dan", "ben"][..]),
        ("teams", &["cay"]),
        ("nobodys", &["adam", "owner"]),
    ] {
        let asked = company.asks(agent, body.clone()).await;
        assert_eq!(reviewers(&asked), wanted, "{agent}");
        let approved = company.approves(wanted[0], &asked).await;
        assert_eq!(Company::status(&approved), "approved");
    }
    for owner in ["dan", "ben"] {
        let gone = json!({"active": false});
        company.patch(&format!("/v1/people/{owner}"), gone).await;
    }
    let asked = company.asks("owned", body).await;
    assert_eq!(reviewers(&asked), ["cay"], "no owner is left");
}

/// `01 §auto_after`: while it counts down the requester, the agent's owners and the admins may say no or yes, and nobody
/// else.
#[tokio::test]
async fn whoever_may_stop_what_approves_itself() {
    let company = Company::new().await;
    let for_ben = with(update(), json!({"on_behalf_of": "ben"}));
    let rule = "resolver = \"auto_after:10m\"";
    for (who, may) in [
        ("ben", true),
        ("ana", true),
        ("adam", true),
        ("owner", true),
    ] {
        let asked = company.ruled(rule, "outreach", for_ben.clone()).await;
        assert!(asked["review"]["approves_at"].is_string(), "{asked}");
        let body = json!({"decision": "reject", "reason": "no"});
        let answer = company.decides(who, &asked, body).await;
        assert_eq!(answer.status == 200, may, "{who}: {answer:?}");
    }
    let asked = company.ruled(rule, "outreach", for_ben).await;
    for who in ["lee", "cay"] {
        let body = json!({"decision": "approve"});
        let answer = company.decides(who, &asked, body).await;
        assert!(matches!(answer.status, 403 | 404), "{who}: {answer:?}");
    }
    let approved = company.approves("ana", &asked).await;
    assert_eq!(Company::status(&approved), "approved", "no need to wait");
}

/// `01 §auto_after`, `01 §Quorum`: what makes no sense of a delay or a number is a fault of the policy.
#[tokio::test]
async fn a_delay_or_a_number_that_makes_no_sense_is_a_fault_of_the_policy() {
    let company = Company::new().await;
    let wire = company.who("owner");
    for rest in [
        "resolver = \"requester\"\nfallbacks = [\"auto_after:10m\"]",
        "resolver = \"auto_after:10m\"\napprovals = 2",
        "resolver = \"auto_after:10m\"\nseparate = true",
        "resolver = \"auto_after:10m\"\nlocked = true",
        "resolver = \"auto_after:0s\"",
        "resolver = \"auto_after\"",
        "approvals = 0",
        "approvals = -1",
        "agent_max_risk = \"high\"",
        "resolver = \"role:emperor\"",
        "locked = \"yes\"",
        "lock = true",
    ] {
        let saved = wire.save_policy(&format!("{ASK}{rest}\n")).await;
        let problem = saved.refused(422, "invalid-input");
        assert!(!problem.errors.is_empty(), "{rest}");
    }
    let asked = company.asks("outreach", update()).await;
    assert_eq!(asked["verdict"]["rule"], Value::Null, "nothing was saved");
}

/// `01 §Who reviews ¶2`: whoever can't decide is passed over when it is asked, and when the last one goes it moves on at
/// once.
#[tokio::test]
async fn it_moves_on_at_once_when_the_last_reviewer_goes() {
    let company = Company::new().await;
    let rest = "resolver = \"user:dan\"\nfallbacks = [\"user:ben\", \"manager\"]";
    let asked = company.ruled(rest, "outreach", update()).await;
    assert_eq!(reviewers(&asked), ["dan"]);
    company.goes_away("ben", None).await;
    company
        .patch("/v1/people/dan", json!({"active": false}))
        .await;
    let moved = company.now(&asked).await;
    assert_eq!(
        reviewers(&moved),
        ["dan", "ben", "lee"],
        "Ben is away as well"
    );
    assert_eq!(moved["expires_at"], asked["expires_at"]);
    let late = company.asks("outreach", update()).await;
    assert_eq!(reviewers(&late), ["lee"]);
    let why: Vec<&Value> = late["review"]["stages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stage| &stage["skipped"])
        .collect();
    assert!(
        why[0].is_string() && why[1].is_string() && why[2].is_null(),
        "{why:?}"
    );
    let approved = company.approves("lee", &moved).await;
    assert_eq!(Company::status(&approved), "approved");
}

/// `01 §Snapshot`: a policy that is saved later is about later requests; who joins a role later isn't asked.
#[tokio::test]
async fn a_plan_is_fixed_when_it_is_asked() {
    let company = Company::new().await;
    let asked = company
        .ruled(
            "resolver = \"group:finance\"\nguidance = \"Look twice\"",
            "outreach",
            update(),
        )
        .await;
    assert_eq!(asked["review"]["guidance"], "Look twice");
    company.policy("[defaults]\nmode = \"disabled\"\n").await;
    company
        .patch("/v1/people/ben", json!({"groups": ["finance"]}))
        .await;
    let now = company.now(&asked).await;
    assert_eq!(now["review"], asked["review"]);
    let refused = company
        .decides("ben", &now, json!({"decision": "approve"}))
        .await;
    assert!(matches!(refused.status, 403 | 404), "{refused:?}");
    let approved = company.approves("dan", &now).await;
    assert_eq!(Company::status(&approved), "approved");
}

/// `01 §Snapshot`: what is disabled cancels and revokes what is open of it, and coming back brings nothing back.
#[tokio::test]
async fn a_stopped_agent_has_nothing_left() {
    let company = Company::new().await;
    let pending = company.asks("outreach", update()).await;
    let approved = company.asks("outreach", update()).await;
    company.approves("ana", &approved).await;
    let running = company.asks("outreach", update()).await;
    company.approves("ana", &running).await;
    let started = company
        .post("outreach", &running, "start", json!({}))
        .await
        .json();
    let stopped = company
        .patch("/v1/agents/outreach", json!({"enabled": false}))
        .await;
    assert_eq!(stopped["stopped"], json!({"cancelled": 1, "revoked": 1}));
    company
        .patch("/v1/agents/outreach", json!({"enabled": true}))
        .await;
    assert_eq!(Company::status(&company.now(&pending).await), "cancelled");
    assert_eq!(Company::status(&company.now(&approved).await), "revoked");
    let refused = company
        .post("outreach", &approved, "start", json!({}))
        .await;
    refused.refused(409, "revoked");
    let report =
        json!({"outcome": "executed", "digest": started["digest"], "epoch": started["epoch"]});
    let reported = company.post("outreach", &running, "report", report).await;
    assert_eq!(reported.json()["status"], "executed", "what ran has run");
}

/// `01 §Quorum`: so many different people; one no is a no; a person and their delegate are one.
#[tokio::test]
async fn a_quorum_is_of_different_people() {
    let mut company = Company::new().await;
    company
        .add_agent(json!({"id": "trio", "owners": ["ben", "cay", "dan"], "users": ["ana"]}))
        .await;
    let rest = "resolver = \"agent_owner\"\napprovals = 2";
    let asked = company.ruled(rest, "trio", update()).await;
    let once = company.approves("ben", &asked).await;
    assert_eq!(Company::status(&once), "pending");
    let twice = company.approves("ben", &asked).await;
    assert_eq!(
        twice["review"]["given"], 1,
        "the same word of the same person"
    );
    let rejected = company.rejects("cay", &asked, "no").await;
    assert_eq!(Company::status(&rejected), "rejected", "one no is a no");

    let asked = company.asks("trio", update()).await;
    company.goes_away("ben", Some("cay")).await;
    let stood_in = company.approves("cay", &asked).await;
    assert_eq!(stood_in["decisions"][0]["stands_for"], "ben");
    company.patch("/v1/people/ben", json!({"away": null})).await;
    let both = company.approves("ben", &stood_in).await;
    assert_eq!(
        Company::status(&both),
        "pending",
        "Ben and Cay are one: {both}"
    );
    let approved = company.approves("dan", &both).await;
    assert_eq!(Company::status(&approved), "approved");
}

/// `01 §Edit`: a ladder that would allow changes nothing, the editor's approval is one vote, and an edit isn't remembered.
#[tokio::test]
async fn an_edit_to_what_would_be_allowed_still_has_its_reviewers() {
    let company = Company::new().await;
    company
        .policy(
            "[[capability]]\nagent = \"outreach\"\naction = \"email.send\"\n\
             recipients = [\"@ourco.example\"]\ninside = \"send\"\noutside = \"ask\"\n\
             [[rule]]\nname = \"Two\"\neffect = \"ask\"\naction = \"email.send\"\n\
             resolver = \"group:finance\"\napprovals = 2\n",
        )
        .await;
    let asked = company
        .asks("outreach", crate::support::mail(&["eve@evil.example"]))
        .await;
    let inside = json!({"to": ["pat@ourco.example"], "subject": "Hi", "body": "Hi"});
    let edit = json!({"decision": "approve", "params": inside});
    let edited = company.decides("cay", &asked, edit.clone()).await;
    assert_eq!(edited.status, 200, "{edited:?}");
    let edited = edited.json();
    assert_eq!(Company::status(&edited), "pending");
    assert_eq!(edited["review"]["given"], 1);
    assert_eq!(reviewers(&edited), ["cay", "dan"]);
    let approved = company.approves("dan", &edited).await;
    assert_eq!(Company::status(&approved), "approved");

    company.policy("").await;
    let unlock = json!({"auto_approval_allowed": true});
    company.patch("/v1/actions/record.update", unlock).await;
    let asked = company.asks("outreach", update()).await;
    let remembered = json!({"decision": "approve", "params": {"name": "B"}, "remember": "always"});
    company
        .decides("ana", &asked, remembered)
        .await
        .refused(422, "invalid-input");
    let rejected = json!({"decision": "reject", "params": {"name": "B"}});
    company
        .decides("ana", &asked, rejected)
        .await
        .refused(422, "invalid-input");
    assert_eq!(company.now(&asked).await["version"], asked["version"]);
}

/// `01 §Edit`: the deadline isn't moved back by an edit, and an edit that means the same is none.
#[tokio::test]
async fn an_edit_gains_no_time() {
    let company = Company::new().await;
    company
        .policy(&format!(
            "{ASK}when = \"params.name == 'B'\"\nresolver = \"user:dan\"\nexpires_in = \"20d\"\n\
             [[rule]]\nname = \"Short\"\neffect = \"ask\"\nexpires_in = \"1h\"\n"
        ))
        .await;
    let asked = company.asks("outreach", update()).await;
    company.gate.hands.pass(Span::from_secs(60));
    let same = json!({"decision": "approve", "params": {"name": "\u{41}cme"}});
    let to_b = json!({"decision": "approve", "params": {"name": "B"}});
    let edited = company.decides("ana", &asked, to_b).await.json();
    assert_eq!(edited["review"]["reviewers"], json!(["dan"]));
    assert_eq!(edited["expires_at"], asked["expires_at"]);

    let other = company.asks("outreach", update()).await;
    let approved = company.decides("ana", &other, same).await.json();
    assert_eq!(Company::status(&approved), "approved");
    assert_eq!(approved["digest"], other["digest"]);
    assert_eq!(approved["edited_by"], Value::Null, "nothing was edited");
}

/// `01 §Respond`: words, and nothing runs; without words it is no answer.
#[tokio::test]
async fn an_answer_says_something_and_ends_it() {
    let company = Company::new().await;
    let asked = company
        .asks("outreach", with(update(), json!({"waiting": true})))
        .await;
    for body in [
        json!({"decision": "respond"}),
        json!({"decision": "respond", "text": "  "}),
        json!({"decision": "approve", "text": "Fine"}),
    ] {
        company
            .decides("ana", &asked, body)
            .await
            .refused(422, "invalid-input");
    }
    let body = json!({"decision": "respond", "text": "Use the other account"});
    let answered = company.decides("ana", &asked, body).await.json();
    assert_eq!(Company::status(&answered), "answered");
    assert_eq!(answered["execution"]["state"], Value::Null);
    let got = company.as_seen_by("outreach", &asked).await.json();
    assert_eq!(got["settled"]["answer"], "Use the other account");
    let refused = company.post("outreach", &asked, "start", json!({})).await;
    refused.refused(409, "not-ready");
}

/// `01 §Claim and snooze`: a claim bars nobody and ends by itself; a snooze is for one person, and neither stops time.
#[tokio::test]
async fn a_claim_bars_nobody_and_a_snooze_hides_from_one() {
    let company = Company::new().await;
    let rest = "resolver = \"group:finance\"\nexpires_in = \"10h\"";
    let asked = company.ruled(rest, "outreach", update()).await;
    let claimed = company.post("cay", &asked, "claim", json!({})).await;
    assert_eq!(claimed.status, 200, "{claimed:?}");
    let seen = company.as_seen_by("dan", &asked).await.json();
    assert_eq!(seen["claim"]["by"], "cay");
    assert_eq!(seen["you"]["may_decide"], true, "warned, not barred");
    company.gate.hands.pass(Span::from_secs(15 * 60 - 1));
    let seen = company.as_seen_by("dan", &asked).await.json();
    assert_eq!(seen["claim"]["by"], "cay");
    company.gate.hands.pass(Span::from_secs(2));
    let seen = company.as_seen_by("dan", &asked).await.json();
    assert_eq!(seen["claim"], Value::Null, "without a sign of them it ends");
    company.post("cay", &asked, "claim", json!({})).await;
    company.post("cay", &asked, "release", json!({})).await;
    assert_eq!(
        company.as_seen_by("dan", &asked).await.json()["claim"],
        Value::Null
    );

    let created: signoff::domain::time::At = asked["created_at"].as_str().unwrap().parse().unwrap();
    let too_late = json!({"until": created.plus(Span::from_secs(9 * 3600 + 1))});
    let snooze = async |body: Value| company.post("cay", &asked, "snooze", body).await;
    let cut = snooze(too_late).await.json();
    let latest = created.plus(Span::from_hours(9));
    assert_eq!(cut["you"]["snoozed_until"], json!(latest), "{cut}");
    let good = snooze(json!({"until": created.plus(Span::from_hours(5))})).await;
    assert_eq!(good.status, 200, "{good:?}");
    let cays = company.as_seen_by("cay", &asked).await.json();
    assert!(cays["you"]["snoozed_until"].is_string());
    let dans = company.as_seen_by("dan", &asked).await.json();
    assert_eq!(dans["you"]["snoozed_until"], Value::Null);
    assert_eq!(dans["expires_at"], asked["expires_at"]);
    let company = company.after(Span::from_hours(10)).await;
    assert_eq!(Company::status(&company.now(&asked).await), "expired");
}

/// `01 §Delegation`: a delegate stands in for a requester too, but remembers nothing for them, and loses their place when
/// the absence ends.
#[tokio::test]
async fn a_delegate_stands_in_only_while_it_lasts_and_opts_in_for_nobody() {
    let company = Company::new().await;
    let unlock = json!({"auto_approval_allowed": true});
    company.patch("/v1/actions/record.update", unlock).await;
    let asked = company.asks("outreach", update()).await;
    company.goes_away("ana", Some("dan")).await;
    let seen = company.as_seen_by("dan", &asked).await.json();
    assert_eq!(seen["you"]["may_decide"], true);
    assert_eq!(seen["you"]["remember"], json!([]));
    let mine = company
        .who("dan")
        .get("/v1/requests?status=pending&reviewer=me")
        .await
        .json();
    assert_eq!(
        mine["items"][0]["id"], asked["id"],
        "it is in the delegate's list"
    );
    let remember = json!({"decision": "approve", "remember": "always"});
    let refused = company.decides("dan", &asked, remember).await;
    refused.refused(403, "auto-approval-not-allowed");
    let approved = company.approves("dan", &asked).await;
    assert_eq!(approved["decisions"][0]["stands_for"], "ana");

    let late = company.asks("outreach", update()).await;
    let company = company.after(Span::from_hours(1)).await;
    let refused = company
        .decides("dan", &late, json!({"decision": "approve"}))
        .await;
    assert!(matches!(refused.status, 403 | 404), "{refused:?}");
    let approved = company.approves("ana", &late).await;
    assert_eq!(Company::status(&approved), "approved");
}

/// `01 §Delegation`: an absence that begins while no gate is running has begun when one answers again.
#[tokio::test]
async fn what_waits_is_the_delegates_when_the_gate_is_back_after_an_absence_began() {
    let company = Company::new().await;
    let now = company.gate.gate.now();
    let later = |hours| now.plus(Span::from_hours(hours));
    let away = json!({"from": later(1), "until": later(3), "delegate": "dan"});
    company.patch("/v1/people/ana", json!({"away": away})).await;
    let asked = company.asks("outreach", update()).await;
    assert_eq!(reviewers(&asked), ["ana"]);
    let company = company.after(Span::from_hours(2)).await;
    let dan = company.who("dan");
    let list = dan.get("/v1/requests?status=pending&reviewer=me");
    assert_eq!(list.await.json()["items"][0]["id"], asked["id"]);
    let approved = company.approves("dan", &asked).await;
    assert_eq!(approved["decisions"][0]["stands_for"], "ana");
}

/// `01 §Vote`: while others are still asked one's word can be taken back, and only then be another.
#[tokio::test]
async fn a_vote_can_be_taken_back_while_it_waits() {
    let company = Company::new().await;
    let asked = company
        .ruled(
            "resolver = \"group:finance\"\napprovals = 2",
            "outreach",
            update(),
        )
        .await;
    company.approves("cay", &asked).await;
    let other = json!({"decision": "reject", "reason": "no"});
    company
        .decides("cay", &asked, other.clone())
        .await
        .refused(409, "already-voted");
    let path = crate::support::path(&asked, "/decision");
    let back = company.who("cay").delete(&path).await;
    assert_eq!(back.json()["review"]["given"], 0, "{back:?}");
    company.approves("dan", &asked).await;
    let rejected = company.decides("cay", &asked, other).await.json();
    assert_eq!(Company::status(&rejected), "rejected");
    assert_eq!(rejected["settled"]["by"], "cay");
    let late = company
        .decides("dan", &asked, json!({"decision": "reject", "reason": "no"}))
        .await;
    let problem = late.refused(409, "already-decided");
    assert_eq!(
        problem.decided_by.map(|by| by.to_string()).as_deref(),
        Some("cay")
    );
}
