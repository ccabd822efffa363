//! By a policy, its patterns and their limits.

use serde_json::{Value, json};
use signoff::domain::time::Span;

use super::{ASK, reviewers};
use crate::support::{Answer, Company, update, with};

impl Company {
    /// Why the only pattern is suspended.
    async fn suspended(&self) -> String {
        let patterns = self.who("owner").get("/v1/patterns").await.json();
        patterns["items"][0]["suspended"]
            .as_str()
            .unwrap()
            .to_owned()
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
        assert_eq!(patterns["items"][0]["uses"], 2);
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
    let mine = with(update(), json!({"on_behalf_of": "adam"}));
    let mut waiting = Vec::new();
    for resolver in [
        "resolver = \"user:dan\"",
        "resolver = \"role:admin\"\nseparate = true",
    ] {
        company.policy(&format!("{ASK}{resolver}\n")).await;
        waiting.push(company.asks("triage", mine.clone()).await);
    }
    for policy in [
        "[defaults]\nmode = \"disabled\"\n",
        "[[capability]]\nagent = \"triage\"\naction = \"*\"\nask = \"never\"\n",
        "[[rule]]\nname = \"Test\"\neffect = \"ask\"\nresolver = \"requester\"\n",
        "[[trusted]]\nname = \"Mine\"\nagent = \"triage\"\naction = \"record.update\"\n",
    ] {
        assert_eq!(company.who("adam").save_policy(policy).await.status, 200);
        for asked in &waiting {
            company
                .approve("adam", asked)
                .await
                .refused(403, "not-a-reviewer");
        }
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
    let company = company.after(Span::from_millis(1)).await;
    let next = company.asks("triage", mine).await;
    assert_eq!(
        Company::status(&next),
        "allowed",
        "what is asked from now on"
    );
    for (asked, other) in waiting.iter().zip(["dan", "owner"]) {
        company
            .approve("adam", asked)
            .await
            .refused(403, "not-a-reviewer");
        let now = company.still_waits(asked).await;
        assert_eq!(now["review"], asked["review"], "the plan is as it was");
        let approved = company.approves(other, asked).await;
        assert_eq!(Company::status(&approved), "approved");
    }
}

/// `01 §States.15`, `01 §Edit`: an edit is judged by the rules in force, and whoever changed them meanwhile gains nothing
/// by it: neither a seat in a review of their own request nor one with fewer approvals.
#[tokio::test]
async fn a_policy_of_ones_own_that_an_edit_brings_in() {
    let company = Company::new().await;
    let mine = with(update(), json!({"on_behalf_of": "adam"}));
    let other = json!({"decision": "approve", "params": {"name": "Acme Ltd"}});
    let rule = |rest: &str| format!("{ASK}{rest}\n");

    company.policy(&rule("resolver = \"user:dan\"")).await;
    let asked = company.asks("triage", mine.clone()).await;
    let adam = company.who("adam");
    let saved = adam.save_policy(&rule("resolver = \"user:adam\"")).await;
    assert_eq!(saved.status, 200, "{saved:?}");
    let edited = company.decides("dan", &asked, other.clone()).await.json();
    company
        .approve("adam", &edited)
        .await
        .refused(403, "not-a-reviewer");
    company.still_waits(&edited).await;
    let approved = company.approves("owner", &edited).await;
    assert_eq!(Company::status(&approved), "approved");

    // One of two who have to agree, who would rather do it alone.
    for who in ["adam", "lee"] {
        let finance = json!({"groups": ["finance"]});
        company.patch(&format!("/v1/people/{who}"), finance).await;
    }
    company
        .policy(&rule("resolver = \"role:admin\"\napprovals = 2"))
        .await;
    let asked = company.asks("triage", mine).await;
    let adam = company.who("adam");
    let saved = adam
        .save_policy(&rule("resolver = \"group:finance\""))
        .await;
    assert_eq!(saved.status, 200, "{saved:?}");
    let edited = company.decides("adam", &asked, other).await.json();
    assert_eq!(Company::status(&edited), "pending");
    assert_eq!(edited["review"]["needed"], 2);
    assert_eq!(edited["review"]["given"], 0, "it is Adam's own");
}

/// `01 §States.12`, `01 §Policy as a document`: leaving out what a condition looks at gets a request under no rule that
/// lets it through where another one asks somebody.
#[tokio::test]
async fn a_field_that_is_left_out() {
    let company = Company::new().await;
    let unlock = json!({"auto_approval_allowed": true});
    company.patch("/v1/actions/record.update", unlock).await;
    let always = company
        .who("ana")
        .call("PUT", "/v1/preferences/record.update");
    let always = always
        .header("content-type", "application/json")
        .body(r#"{"mode":"always"}"#);
    assert_eq!(Answer::of(always).await.status, 200);
    let small = |resolver: &str| {
        format!(
            "[[rule]]\nname = \"Small\"\neffect = \"ask\"\nresolver = \"{resolver}\"\nwhen = \"params.amount < 100\"\n\
             {ASK}resolver = \"group:finance\"\n"
        )
    };
    let amount = |amount: Value| with(update(), json!({"params": amount}));
    let left_out = [
        json!({}),
        json!({"amount": null}),
        json!({"amount": "5"}),
        json!([5]),
    ];

    company.policy(&small("requester")).await;
    let told = company.asks("outreach", amount(json!({"amount": 5}))).await;
    assert_eq!(Company::status(&told), "allowed", "it is Ana's to waive");
    for params in &left_out {
        let asked = company.asks("outreach", amount(params.clone())).await;
        assert_eq!(Company::status(&asked), "pending", "{params}");
    }

    company.policy(&small("auto_after:10m")).await;
    let told = company.asks("outreach", amount(json!({"amount": 5}))).await;
    let mut waiting = Vec::new();
    for params in &left_out {
        let asked = company.asks("outreach", amount(params.clone())).await;
        assert_eq!(reviewers(&asked), ["cay", "dan"], "{params}");
        let said = asked["verdict"]["text"].as_str().unwrap();
        assert!(
            said.contains("“Small” lets nothing through by itself"),
            "{said}"
        );
        waiting.push(asked);
    }
    let company = company.after(Span::from_secs(10 * 60)).await;
    assert_eq!(Company::status(&company.now(&told).await), "approved");
    for asked in &waiting {
        company.still_waits(asked).await;
    }
}

/// `01 §Trusted pattern`: what a person rejects that it would have let through but for its limits suspends it, until an
/// admin resumes it.
#[tokio::test]
async fn a_pattern_that_goes_on_after_a_person_has_said_no() {
    let company = Company::new().await;
    let pattern = "[[trusted]]\nname = \"Once\"\nagent = \"outreach\"\naction = \"record.update\"\nmax_risk = \"low\"\n";
    company.policy(pattern).await;
    assert_eq!(
        Company::status(&company.asks("outreach", update()).await),
        "allowed"
    );
    let graver = with(update(), json!({"risk": {"level": "medium"}}));
    let graver = company.asks("outreach", graver).await;
    company.rejects("ana", &graver, "not like that").await;
    assert!(company.suspended().await.contains("rejected"));
    let suspended = company.asks("outreach", update()).await;
    assert_eq!(Company::status(&suspended), "pending");
    company
        .policy(&format!("# The same once more\n{pattern}"))
        .await;
    let same = company.asks("outreach", update()).await;
    assert_eq!(
        Company::status(&same),
        "pending",
        "saving it again is no way out"
    );
    let path = "/v1/patterns/Once/resume";
    company
        .who("ana")
        .post(path, "{}")
        .await
        .refused(403, "forbidden");
    let resumed = company.who("adam").post(path, "{}").await;
    assert_eq!(resumed.status, 200, "{resumed:?}");
    assert_eq!(
        Company::status(&company.asks("outreach", update()).await),
        "allowed"
    );

    company.policy(&format!("{pattern}uses = 1\n")).await;
    let used = company.asks("outreach", update()).await;
    assert_eq!(Company::status(&used), "allowed");
    let used_up = company.asks("outreach", update()).await;
    company.rejects("ana", &used_up, "no more").await;
    assert!(company.suspended().await.contains("rejected"));
}
