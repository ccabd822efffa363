//! The bell: who is told of what, in which words, and what they have seen of it.

use serde_json::{Value, json};

use crate::sources::{Scene, act, approve, mail, path, word};
use crate::support::Wire;

/// What somebody's bell says of anything but tokens, the oldest first: everybody here was given one.
async fn told(to: &Wire) -> Vec<String> {
    bell(to, |kind| kind != "token.issued").await
}

async fn bell(of: &Wire, wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let bell = of.get("/v1/notifications?limit=500").await.json();
    let items = bell["items"].as_array().unwrap().iter().rev();
    let items = items.filter(|item| wanted(item["kind"].as_str().unwrap()));
    items.map(|item| word(item, "text")).collect()
}

fn chat(mut request: Value) -> Value {
    request["trigger"] = json!("chat");
    request["conversation"] = json!("c-1");
    request
}

const FINANCE: &str = "[[rule]]\nname = \"Refunds\"\neffect = \"ask\"\naction = \"refund.*\"\nresolver = \"group:finance\"\n";

/// 01 §Notifications
#[tokio::test]
async fn reviewers_and_the_owners_of_the_agent_are_told_and_nobody_else() {
    let scene = Scene::under(FINANCE).await;
    let asked = scene.asks(act("refund.make", json!({"amount": 5}))).await;
    assert_eq!(asked["review"]["reviewers"], json!(["ben"]));
    let text = format!("outreach asks: {}", word(&asked, "headline"));
    assert_eq!(told(&scene.ben).await, std::slice::from_ref(&text));
    assert_eq!(told(&scene.ana).await, [text]);
    let others: [&[String]; 2] = [&told(&scene.lee).await, &told(&scene.dana).await];
    let about_requests = |said: &[String]| said.iter().any(|text| text.contains("asks"));
    assert!(!others.into_iter().any(about_requests), "{others:?}");
    // What policy lets through or denies rings for nobody.
    assert_eq!(scene.status(act("file.read", json!({}))).await, "allowed");
    assert_eq!(told(&scene.ben).await.len(), 1);
}

/// 01 §Notifications
#[tokio::test]
async fn of_a_chat_only_a_reviewer_who_isnt_in_it_is_told() {
    let scene = Scene::under(FINANCE).await;
    scene.asks(chat(mail(&["pat@partner.example"]))).await;
    assert_eq!(told(&scene.ana).await, [""; 0]);
    scene.asks(chat(act("refund.make", json!({})))).await;
    assert_eq!(told(&scene.ben).await.len(), 1);
    assert_eq!(
        told(&scene.ana).await,
        [""; 0],
        "neither as the agent's owner"
    );
}

/// 01 §Notifications
#[tokio::test]
async fn for_an_agent_without_owners_the_teams_admins_are_told_and_else_the_workspaces() {
    let scene = Scene::under(FINANCE).await;
    let team = json!({"id": "sales", "admins": ["lee"]}).to_string();
    assert_eq!(scene.owner.post("/v1/teams", team).await.status, 201);
    for (agent, team) in [("of-a-team", json!("sales")), ("of-nobody", Value::Null)] {
        let added = json!({"id": agent, "owners": [], "team": team}).to_string();
        assert_eq!(scene.owner.post("/v1/agents", added).await.status, 201);
        let wire = scene
            .gate
            .wire(&scene.gate.token(json!({"agent": agent})).await);
        let body = json!({"action": "refund.make", "params": {}}).to_string();
        let asked = wire.post("/v1/requests", body).await.json();
        // Who is told of a request may look at it.
        let shown = if agent == "of-a-team" {
            &scene.lee
        } else {
            &scene.dana
        };
        assert_eq!(shown.get(&path(&asked)).await.status, 200);
    }
    let asks = |said: Vec<String>| -> Vec<String> {
        let of = |text: &String| Some(text.split_once(" asks")?.0.to_owned());
        said.iter().filter_map(of).collect()
    };
    assert_eq!(asks(told(&scene.lee).await), ["of-a-team"]);
    assert_eq!(asks(told(&scene.dana).await), ["of-nobody"]);
    assert_eq!(asks(told(&scene.owner).await), ["of-nobody"]);
    assert_eq!(asks(told(&scene.ben).await), ["of-a-team", "of-nobody"]);
}

/// 01 §Notifications
#[tokio::test]
async fn escalation_tells_the_next_and_reminders_those_who_havent_voted() {
    let scene = Scene::new().await;
    scene.owner.post("/v1/groups", r#"{"id": "pair"}"#).await;
    for person in ["ana", "lee"] {
        let place = format!("/v1/people/{person}");
        let joined = scene.owner.patch(&place, r#"{"groups": ["pair"]}"#).await;
        assert_eq!(joined.status, 200, "{joined:?}");
    }
    // Two votes need two of the next as well.
    let max = r#"{"id": "max", "groups": ["finance"]}"#;
    assert_eq!(scene.owner.post("/v1/people", max).await.status, 201);
    let saved = scene.owner.save_policy(
        "[[rule]]\nname = \"Two\"\neffect = \"ask\"\naction = \"refund.*\"\nresolver = \"group:pair\"\n\
         approvals = 2\nfallbacks = [\"group:finance\"]\nescalate_after = \"7h\"\nexpires_in = \"10h\"\n",
    );
    assert_eq!(saved.await.status, 200);
    let asked = scene.asks(act("refund.make", json!({}))).await;
    assert_eq!(told(&scene.ben).await, [""; 0]);
    assert_eq!(approve(&scene.ana, &asked).await.status, 200);
    let asked = scene.gate.owner_wire().get(&path(&asked)).await.json();
    scene.pass("5h").await;
    let reminded = scene.moved_on(&asked).await;
    let still = format!("still waits for you: {}", word(&asked, "headline"));
    assert_eq!(told(&scene.lee).await.last(), Some(&still));
    assert!(!told(&scene.ana).await.contains(&still), "ana has voted");
    scene.pass("2h").await;
    scene.moved_on(&reminded).await;
    let yours = format!("now yours to review: {}", word(&asked, "headline"));
    assert_eq!(told(&scene.ben).await, std::slice::from_ref(&yours));
    assert!(
        !told(&scene.lee).await.contains(&yours),
        "lee was asked before"
    );
}

/// 01 §Trusted pattern
#[tokio::test]
async fn what_lets_more_through_is_told_to_the_other_admins() {
    let scene = Scene::new().await;
    let unlock = r#"{"auto_approval_allowed": true}"#;
    for _ in 0..2 {
        let unlocked = scene.owner.patch("/v1/actions/social.post", unlock).await;
        assert_eq!(unlocked.status, 200, "{unlocked:?}");
    }
    let lock = r#"{"auto_approval_allowed": false}"#;
    scene.owner.patch("/v1/actions/social.post", lock).await;
    assert_eq!(scene.owner.save_policy(FINANCE).await.status, 200);
    assert_eq!(
        told(&scene.dana).await,
        [
            "owner allows people to let social.post through unseen",
            "owner saved version 1 of the policy"
        ]
    );
    for nobody in [&scene.owner, &scene.ana, &scene.lee] {
        assert_eq!(told(nobody).await, [""; 0]);
    }
}

/// 01 §Trusted pattern
#[tokio::test]
async fn a_token_for_somebody_else_is_told_to_them_and_to_the_owners() {
    let scene = Scene::new().await;
    let tokens = async |of: &Wire| bell(of, |kind| kind == "token.issued").await;
    let before = tokens(&scene.ben).await.len();
    let body = json!({"person": "ben"}).to_string();
    assert_eq!(scene.dana.post("/v1/tokens", body).await.status, 201);
    let text = "dana made a token that speaks for ben".to_owned();
    assert_eq!(tokens(&scene.ben).await[before], text);
    assert_eq!(tokens(&scene.owner).await, [text]);
    // One's own is nobody's news.
    let body = json!({"person": "dana"}).to_string();
    assert_eq!(scene.dana.post("/v1/tokens", body).await.status, 201);
    assert_eq!(tokens(&scene.owner).await.len(), 1);
}

#[tokio::test]
async fn what_was_seen_stays_seen_and_is_ones_own_affair() {
    let scene = Scene::under(FINANCE).await;
    for wire in [&scene.ana, &scene.ben] {
        let head = scene.gate.gate.head().await.unwrap();
        let seen = json!({"through": head}).to_string();
        let seen = wire.post("/v1/notifications/seen", seen).await;
        assert_eq!(seen.json(), json!({"unseen": 0}));
    }
    for amount in 1..=3 {
        scene
            .asks(act("refund.make", json!({"amount": amount})))
            .await;
    }
    let bell = scene.ben.get("/v1/notifications").await.json();
    assert_eq!(
        (&bell["unseen"], &bell["next_cursor"]),
        (&json!(3), &Value::Null)
    );
    let mut ids: Vec<u64> = bell["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| i["id"].as_u64().unwrap())
        .collect();
    ids.truncate(3);
    assert!(ids[0] > ids[1] && ids[1] > ids[2], "{ids:?}");

    let seen = json!({"through": ids[1]}).to_string();
    for _ in 0..2 {
        let answer = scene
            .ben
            .post_once("/v1/notifications/seen", "seen", seen.clone())
            .await;
        assert_eq!(answer.json(), json!({"unseen": 1}));
    }
    // Saying less than before takes nothing back.
    let less = json!({"through": ids[2]}).to_string();
    assert_eq!(
        scene.ben.post("/v1/notifications/seen", less).await.json(),
        json!({"unseen": 1})
    );
    let unseen = scene.ben.get("/v1/notifications?unseen=true").await.json();
    assert_eq!(unseen["items"].as_array().unwrap().len(), 1);
    assert_eq!(unseen["items"][0]["id"], ids[0]);
    assert_eq!(scene.ana.get("/v1/notifications").await.json()["unseen"], 3);

    let scene = Scene {
        gate: scene.gate.restart().await,
        ..scene
    };
    let ben = scene
        .gate
        .wire(&scene.gate.token(json!({"person": "ben"})).await);
    let mut paged = Vec::new();
    let mut place = "/v1/notifications?limit=2".to_owned();
    loop {
        let page = ben.get(&place).await.json();
        paged.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|i| (i["id"].as_u64().unwrap(), i["seen"].as_bool().unwrap())),
        );
        match page["next_cursor"].as_str() {
            Some(cursor) => place = format!("/v1/notifications?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    // The token that ben was given just now rings too.
    assert_eq!(
        paged[1..4],
        [(ids[0], false), (ids[1], true), (ids[2], true)]
    );
}

#[tokio::test]
async fn nothing_is_seen_before_it_is_told() {
    let scene = Scene::new().await;
    let head = scene.gate.gate.head().await.unwrap();
    let beyond = json!({"through": head + 1}).to_string();
    let problem = scene
        .ben
        .post("/v1/notifications/seen", beyond)
        .await
        .refused(422, "invalid-input");
    assert_eq!(problem.errors[0].pointer, "/through");
    for query in ["cursor=%21", "limit=0", "unseen=perhaps", "since=1"] {
        let place = format!("/v1/notifications?{query}");
        scene.ben.get(&place).await.refused(422, "invalid-input");
    }
    assert_eq!(scene.gate.gate.head().await.unwrap(), head);
}
