//! The bell: who is told of what, in which words, and what they have seen of it.

use std::slice;

use serde_json::{Value, json};
use signoff::domain::time::Span;

use crate::support::{Company, mail, with};

const FINANCE: &str = "[[rule]]\nname = \"Refunds\"\neffect = \"ask\"\naction = \"refund.*\"\nresolver = \"group:finance\"\n";

fn refund() -> Value {
    json!({"action": "refund.make", "params": {"amount": 5}, "on_behalf_of": "ana"})
}

fn chat(request: Value) -> Value {
    with(request, json!({"trigger": "chat", "conversation": "c-1"}))
}

fn asks(agent: &str, asked: &Value) -> String {
    format!("{agent} asks: {}", asked["headline"].as_str().unwrap())
}

impl Company {
    async fn with_policy(policy: &str) -> Self {
        let company = Self::new().await;
        company.policy(policy).await;
        company
    }

    /// What somebody's bell says of anything but tokens and policies, the oldest first: everybody was given a
    /// token, and the admins were told of the policy.
    async fn told(&self, who: &str) -> Vec<String> {
        self.bell(who, |kind| {
            !["token.issued", "policy.saved"].contains(&kind)
        })
        .await
    }

    async fn bell(&self, who: &str, wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let bell = self
            .who(who)
            .get("/v1/notifications?limit=500")
            .await
            .json();
        let items = bell["items"].as_array().unwrap().iter().rev();
        let items = items.filter(|item| wanted(item["kind"].as_str().unwrap()));
        items
            .map(|item| item["text"].as_str().unwrap().to_owned())
            .collect()
    }

    async fn sees_all(&self, who: &str) {
        let head = self.gate.gate.head().await.unwrap();
        let seen = json!({"through": head}).to_string();
        let left = self.who(who).post("/v1/notifications/seen", seen).await;
        assert_eq!(left.json(), json!({"unseen": 0}));
    }
}

/// 01 §Notifications
#[tokio::test]
async fn reviewers_and_the_owners_of_the_agent_are_told_and_nobody_else() {
    let company = Company::with_policy(FINANCE).await;
    let asked = company.asks("outreach", refund()).await;
    assert_eq!(asked["review"]["reviewers"], json!(["cay", "dan"]));
    for told in ["cay", "dan", "ana"] {
        assert_eq!(
            company.told(told).await,
            [asks("outreach", &asked)],
            "{told}"
        );
    }
    for untold in ["owner", "adam", "lee", "ben"] {
        assert_eq!(company.told(untold).await, [""; 0], "{untold}");
    }
    // What policy lets through rings for nobody.
    let read = json!({"action": "file.read", "params": {}, "on_behalf_of": "ana"});
    assert_eq!(company.asks("outreach", read).await["status"], "allowed");
    assert_eq!(company.told("cay").await.len(), 1);
}

/// 01 §Notifications
#[tokio::test]
async fn of_a_chat_only_a_reviewer_who_isnt_in_it_is_told() {
    let company = Company::with_policy(FINANCE).await;
    let own = company
        .asks("outreach", chat(mail(&["pat@partner.example"])))
        .await;
    assert_eq!(own["review"]["reviewers"], json!(["ana"]));
    assert_eq!(company.told("ana").await, [""; 0]);
    company.asks("outreach", chat(refund())).await;
    assert_eq!(company.told("cay").await.len(), 1);
    assert_eq!(
        company.told("ana").await,
        [""; 0],
        "neither as the agent's owner"
    );
}

/// 01 §Notifications
#[tokio::test]
async fn for_an_agent_without_owners_the_teams_admins_are_told_and_else_the_workspaces() {
    let mut company = Company::with_policy(FINANCE).await;
    company
        .patch("/v1/teams/sales", json!({"admins": ["ben"]}))
        .await;
    company
        .add_agent(json!({"id": "of-a-team", "owners": [], "team": "sales"}))
        .await;
    company
        .add_agent(json!({"id": "of-nobody", "owners": []}))
        .await;
    let refund = json!({"action": "refund.make", "params": {}});
    let of_a_team = company.asks("of-a-team", refund.clone()).await;
    let of_nobody = company.asks("of-nobody", refund).await;
    let (team, nobody) = (asks("of-a-team", &of_a_team), asks("of-nobody", &of_nobody));
    assert_eq!(company.told("ben").await, slice::from_ref(&team));
    assert_eq!(company.told("adam").await, slice::from_ref(&nobody));
    assert_eq!(company.told("owner").await, slice::from_ref(&nobody));
    assert_eq!(company.told("cay").await, [team, nobody]);
    // Who is told of a request may look at it.
    assert_eq!(company.as_seen_by("ben", &of_a_team).await.status, 200);
    assert_eq!(company.as_seen_by("ben", &of_nobody).await.status, 404);
}

/// 01 §Notifications
#[tokio::test]
async fn escalation_tells_the_next_and_reminders_those_who_havent_voted() {
    let company = Company::with_policy(
        "[[rule]]\nname = \"Two\"\neffect = \"ask\"\naction = \"refund.*\"\nresolver = \"group:finance\"\n\
         approvals = 2\nfallbacks = [\"role:admin\"]\nescalate_after = \"7h\"\nexpires_in = \"10h\"\n",
    )
    .await;
    let asked = company.asks("outreach", refund()).await;
    let headline = asked["headline"].as_str().unwrap();
    company.approves("cay", &asked).await;
    let company = company.after("5h".parse::<Span>().unwrap()).await;
    let still = format!("still waits for you: {headline}");
    assert_eq!(company.told("dan").await[1], still);
    assert!(!company.told("cay").await.contains(&still), "cay has voted");
    assert_eq!(company.told("adam").await, [""; 0]);
    let company = company.after("2h".parse::<Span>().unwrap()).await;
    let yours = format!("now yours to review: {headline}");
    for next in ["adam", "owner"] {
        assert_eq!(company.told(next).await, slice::from_ref(&yours), "{next}");
    }
    assert!(
        !company.told("dan").await.contains(&yours),
        "dan was asked before"
    );
}

/// 01 §Trusted pattern
#[tokio::test]
async fn what_lets_more_through_is_told_to_the_other_admins() {
    let company = Company::new().await;
    for unlocked in [true, true, false] {
        let change = json!({"auto_approval_allowed": unlocked});
        company.patch("/v1/actions/social.post", change).await;
    }
    company.policy(FINANCE).await;
    let told = company.bell("adam", |kind| kind != "token.issued").await;
    assert_eq!(
        told,
        [
            "owner allows people to let social.post through unseen",
            "owner saved version 1 of the policy"
        ]
    );
    for untold in ["owner", "ana", "lee"] {
        let told = company.bell(untold, |kind| kind != "token.issued").await;
        assert_eq!(told, [""; 0], "{untold}");
    }
}

/// 01 §People and permissions
#[tokio::test]
async fn a_token_for_somebody_else_is_told_to_them_and_to_the_owners() {
    let company = Company::new().await;
    let of = async |who: &str| company.bell(who, |kind| kind == "token.issued").await;
    let before = of("ben").await.len();
    for holder in ["ben", "adam"] {
        let body = json!({"person": holder}).to_string();
        assert_eq!(
            company.who("adam").post("/v1/tokens", body).await.status,
            201
        );
    }
    let text = "adam made a token that speaks for ben";
    assert_eq!(of("ben").await[before..], [text]);
    assert_eq!(of("owner").await, [text], "one's own is nobody's news");
}

#[tokio::test]
async fn what_was_seen_stays_seen_and_is_ones_own_affair() {
    let company = Company::with_policy(FINANCE).await;
    for who in ["ana", "cay"] {
        company.sees_all(who).await;
    }
    for _ in 0..3 {
        company.asks("outreach", refund()).await;
    }
    let cay = company.who("cay");
    let bell = cay.get("/v1/notifications").await.json();
    assert_eq!(
        (&bell["unseen"], &bell["next_cursor"]),
        (&json!(3), &Value::Null)
    );
    let id = |item: &Value| item["id"].as_u64().unwrap();
    let ids: Vec<u64> = bell["items"].as_array().unwrap()[..3]
        .iter()
        .map(id)
        .collect();
    assert!(
        ids[0] > ids[1] && ids[1] > ids[2],
        "the newest first: {ids:?}"
    );

    let seen = json!({"through": ids[1]}).to_string();
    for _ in 0..2 {
        let answer = cay.post_once("/v1/notifications/seen", "seen", seen.clone());
        assert_eq!(answer.await.json(), json!({"unseen": 1}));
    }
    // Saying less than before takes nothing back.
    let less = json!({"through": ids[2]}).to_string();
    let answer = cay.post("/v1/notifications/seen", less).await;
    assert_eq!(answer.json(), json!({"unseen": 1}));
    let unseen = cay.get("/v1/notifications?unseen=true").await.json();
    let unseen: Vec<u64> = unseen["items"].as_array().unwrap().iter().map(id).collect();
    assert_eq!(unseen, ids[..1]);
    let ana = company.who("ana").get("/v1/notifications").await.json();
    assert_eq!(ana["unseen"], 3);

    let company = company.after("0s".parse::<Span>().unwrap()).await;
    let cay = company.who("cay");
    let mut paged = Vec::new();
    let mut place = "/v1/notifications?limit=2".to_owned();
    loop {
        let page = cay.get(&place).await.json();
        let items = page["items"].as_array().unwrap().iter();
        paged.extend(items.map(|item| (id(item), item["seen"] == true)));
        match page["next_cursor"].as_str() {
            Some(cursor) => place = format!("/v1/notifications?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(
        paged[..3],
        [(ids[0], false), (ids[1], true), (ids[2], true)]
    );
}

#[tokio::test]
async fn nothing_is_seen_before_it_is_told() {
    let company = Company::new().await;
    let head = company.gate.gate.head().await.unwrap();
    let beyond = json!({"through": head + 1}).to_string();
    let refused = company
        .who("ben")
        .post("/v1/notifications/seen", beyond)
        .await;
    let problem = refused.refused(422, "invalid-input");
    assert_eq!(problem.errors[0].pointer, "/through");
    for query in ["cursor=%21", "limit=0", "unseen=perhaps", "since=1"] {
        let place = format!("/v1/notifications?{query}");
        company
            .who("ben")
            .get(&place)
            .await
            .refused(422, "invalid-input");
    }
    assert_eq!(company.gate.gate.head().await.unwrap(), head);
}
