//! By the choice of who reviews.

use serde_json::json;
use signoff::domain::time::Span;

use super::{ASK, reviewers};
use crate::support::{Company, update, with};

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
        let undecidable = asked["review"]["undecidable"].as_str().unwrap();
        assert!(
            undecidable.contains("nobody may decide it") && undecidable.contains("will expire"),
            "{undecidable}"
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
    let for_an_owner = json!({"person": "owner"}).to_string();
    let adam = company.who("adam");
    adam.post("/v1/tokens", for_an_owner)
        .await
        .refused(403, "forbidden");
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

/// `01 §Agents as reviewers`: yes or no to what isn't grave, and nothing of its own kin.
#[tokio::test]
async fn an_agent_that_reviews_more_than_it_may() {
    let mut company = Company::new().await;
    company
        .add_agent(json!({"id": "kin", "owners": ["adam"], "users": ["adam", "ana"]}))
        .await;
    company
        .add_agent(json!({"id": "stranger", "owners": ["ana"]}))
        .await;
    let asked = company
        .asks_under("resolver = \"agent:triage\"\nagent_max_risk = \"medium\"")
        .await;
    assert_eq!(reviewers(&asked), ["agent:triage"]);
    for body in [
        json!({"decision": "approve", "params": {"name": "Acme Ltd"}}),
        json!({"decision": "respond", "text": "Hello"}),
        json!({"decision": "approve", "remember": "always"}),
    ] {
        let refused = company.decides("triage", &asked, body.clone()).await;
        assert_eq!(refused.status, 403, "{body}: {refused:?}");
    }
    company
        .approve("stranger", &asked)
        .await
        .refused(403, "wrong-kind-of-token");
    company.still_waits(&asked).await;

    let adams = with(update(), json!({"on_behalf_of": "adam"}));
    for (what, agent, body) in [
        ("its own", "triage", adams.clone()),
        ("its owner's other agent's", "kin", update()),
        ("its owner's", "kin", adams),
        (
            "a grave one",
            "outreach",
            with(update(), json!({"risk": {"level": "high"}})),
        ),
    ] {
        let asked = company.asks(agent, body).await;
        assert_eq!(reviewers(&asked), ["adam", "owner"], "{what}");
        company
            .approve("triage", &asked)
            .await
            .refused(403, "wrong-kind-of-token");
    }
    company
        .policy(&format!(
            "{ASK}resolver = \"agent:triage\"\napprovals = 2\n"
        ))
        .await;
    let by_two = company.asks("outreach", update()).await;
    assert_eq!(
        reviewers(&by_two),
        ["adam", "owner"],
        "it counts for none of several"
    );
    let approved = company.approves("triage", &asked).await;
    assert_eq!(Company::status(&approved), "approved");
}

/// `01 §Delegation`: one step deep, only what is addressed to the person, and both names are recorded.
#[tokio::test]
async fn a_delegate_who_does_more_than_stand_in() {
    let company = Company::new().await;
    let own = company.asks_under("resolver = \"user:dan\"").await;
    company.approve("ben", &own).await.refused(404, "not-found");
    company.is_away("dan", "ben").await;
    company.is_away("ben", "cay").await;
    company.approve("cay", &own).await.refused(404, "not-found");
    company.patch("/v1/people/ben", json!({"away": null})).await;
    let approved = company.approves("ben", &own).await;
    assert_eq!(approved["decisions"][0]["by"], "ben");
    assert_eq!(approved["decisions"][0]["stands_for"], "dan");

    let as_group = company.asks_under("resolver = \"group:finance\"").await;
    let answer = company.approve("ben", &as_group).await;
    assert!(
        matches!(answer.status, 403 | 404),
        "groups have others: {answer:?}"
    );
}
