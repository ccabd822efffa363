//! Who may call what: every route with every kind of caller, default deny. A route without a row here
//! fails, as does a row without a route.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use signoff::domain::id::TokenId;
use signoff::server::ROUTES;

use crate::support::{Answer, TestGate, Wire, email};

/// The callers, in the order of the columns.
const CALLERS: [&str; 8] = [
    "member", "manager", "admin", "owner", "agent", "worker", "nobody", "revoked",
];

/// What a caller gets, one letter for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gets {
    /// `+`: past every check of who may; what comes of it is another promise's matter.
    Heard,
    /// `k`: 403, a token of this kind can't.
    WrongKind,
    /// `-`: 403, this role can't; `~`: 403, this person can't with this request.
    Forbidden,
    /// `?`: 404, as if it weren't there.
    Hidden,
    /// `!`: 401.
    Unknown,
}

impl Gets {
    fn read(letter: char) -> Self {
        match letter {
            '+' => Self::Heard,
            'k' => Self::WrongKind,
            '-' | '~' => Self::Forbidden,
            '?' => Self::Hidden,
            '!' => Self::Unknown,
            other => panic!("{other} is no letter of the table"),
        }
    }

    fn of(answer: &Answer) -> Self {
        if answer.status < 400 {
            return Self::Heard;
        }
        match (answer.status, answer.problem().name()) {
            (401, _) => Self::Unknown,
            // Nothing in it is hidden.
            (422, _) if answer.problem().errors[0].pointer == "/pointer" => Self::Heard,
            (403, "wrong-kind-of-token") => Self::WrongKind,
            (403, "forbidden") => Self::Forbidden,
            (404, _) => Self::Hidden,
            // It had to be TOML, and name what it replaces.
            (403 | 409 | 415 | 428, _) => Self::Heard,
            _ => panic!("{answer:?}"),
        }
    }
}

struct Row {
    method: &'static str,
    path: &'static str,
    body: &'static str,
    /// One letter for each of [`CALLERS`].
    gets: &'static str,
}

const fn row(
    method: &'static str,
    path: &'static str,
    body: &'static str,
    gets: &'static str,
) -> Row {
    Row {
        method,
        path,
        body,
        gets,
    }
}

/// The request that `{id}` stands for is one that the member has no part in; the agent is its own.
#[rustfmt::skip]
const TABLE: [Row; 78] = [
    row("post", "/v1/requests", r#"{"action": "file.read", "params": {}}"#, "kkkk+k!!"),
    row("get", "/v1/requests", "", "++++kk!!"),
    row("get", "/v1/requests/{id}", "", "?++++k!!"),
    row("get", "/v1/requests/{id}/why", "", "?+++kk!!"),
    row("get", "/v1/requests/{id}/proof", "", "-+++kk!!"),
    row("post", "/v1/requests/{id}/decision", r#"{"decision": "reject", "reason": "no"}"#, "?+++kk!!"),
    row("post", "/v1/requests/{id}/cancel", "{}", "kkkk+k!!"),
    row("post", "/v1/requests/{id}/start", "{}", "kkkk+k!!"),
    row("post", "/v1/requests/{id}/report", r#"{"outcome": "executed", "digest": "{digest}"}"#, "kkkk++!!"),
    row("delete", "/v1/requests/{id}/decision", "", "?+++kk!!"),
    row("post", "/v1/requests/{id}/opened", r#"{"digest": "{digest}", "seen": 1}"#, "?+++kk!!"),
    row("post", "/v1/requests/{id}/claim", "{}", "?~~+kk!!"),
    row("post", "/v1/requests/{id}/release", "{}", "?~~+kk!!"),
    row("post", "/v1/requests/{id}/snooze", r#"{"until": "2099-01-01T00:00:00Z"}"#, "?~~+kk!!"),
    row("post", "/v1/requests/{id}/retry", r#"{"reason": "again"}"#, "?~++kk!!"),
    row("post", "/v1/requests/{id}/settle", r#"{"outcome": "executed", "reason": "I looked"}"#, "?~++kk!!"),
    row("post", "/v1/requests/{id}/reveal", r#"{"pointer": "/subject"}"#, "?~~+kk!!"),
    row("put", "/v1/requests/{id}/checkpoint", "{}", "kkkk+k!!"),
    row("get", "/v1/requests/{id}/checkpoint", "", "kkkk+k!!"),
    row("post", "/v1/work/lease", r#"{"actions": ["email.send"], "wait": 0}"#, "kkkkk+!!"),
    row("post", "/v1/work/{id}/renew", r#"{"epoch": 1}"#, "kkkkk+!!"),
    row("get", "/v1/policy", "", "++++kk!!"),
    row("put", "/v1/policy", "# nothing", "--++kk!!"),
    row("get", "/v1/policy/versions", "", "++++kk!!"),
    row("get", "/v1/policy/versions/{n}", "", "????kk!!"),
    row("post", "/v1/policy/check", "# nothing", "--++kk!!"),
    row("post", "/v1/policy/replay", r#"{"since": "2026-01-01T00:00:00Z"}"#, "--++kk!!"),
    row("post", "/v1/evaluate", r#"{"agent": "local", "action": "file.read", "params": {}}"#, "+++++k!!"),
    row("get", "/v1/patterns", "", "--++kk!!"),
    row("get", "/v1/tools", "", "--++kk!!"),
    row("post", "/v1/tools/{id}/accept", "{}", "--??kk!!"),
    row("post", "/v1/patterns/{name}/resume", "{}", "--??kk!!"),
    row("get", "/v1/events", "", "++++kk!!"),
    row("get", "/v1/notices", "", "kkkk+k!!"),
    row("post", "/v1/notices/{id}/ack", "{}", "kkkk?k!!"),
    row("get", "/v1/notifications", "", "++++kk!!"),
    row("post", "/v1/notifications/seen", r#"{"through": 0}"#, "++++kk!!"),
    row("get", "/v1/integrations", "", "++++kk!!"),
    row("get", "/v1/integrations/{name}", "", "++++kk!!"),
    row("patch", "/v1/integrations/{name}", r#"{"enabled": true}"#, "--++kk!!"),
    row("get", "/v1/actions", "", "++++kk!!"),
    row("get", "/v1/actions/{name}", "", "++++kk!!"),
    row("patch", "/v1/actions/{name}", r#"{"enabled": true}"#, "--++kk!!"),
    row("get", "/v1/preferences", "", "++++kk!!"),
    row("put", "/v1/preferences/{action}", r#"{"mode": "manual"}"#, "++++kk!!"),
    row("post", "/v1/people", r#"{"id": "new-{caller}"}"#, "--++kk!!"),
    row("get", "/v1/people", "", "++++kk!!"),
    row("get", "/v1/people/{id}", "", "++++kk!!"),
    row("patch", "/v1/people/{id}", r#"{"name": "New"}"#, "--++kk!!"),
    row("delete", "/v1/people/{id}", "", "--++kk!!"),
    row("post", "/v1/agents", r#"{"id": "new-{caller}"}"#, "--++kk!!"),
    row("get", "/v1/agents", "", "++++kk!!"),
    row("get", "/v1/agents/{id}", "", "++++kk!!"),
    row("patch", "/v1/agents/{id}", r#"{"name": "New"}"#, "--++kk!!"),
    row("delete", "/v1/agents/{id}", "", "--++kk!!"),
    row("post", "/v1/teams", r#"{"id": "new-{caller}"}"#, "--++kk!!"),
    row("get", "/v1/teams", "", "++++kk!!"),
    row("get", "/v1/teams/{id}", "", "++++kk!!"),
    row("patch", "/v1/teams/{id}", r#"{"name": "New"}"#, "--++kk!!"),
    row("delete", "/v1/teams/{id}", "", "--++kk!!"),
    row("post", "/v1/groups", r#"{"id": "new-{caller}"}"#, "--++kk!!"),
    row("get", "/v1/groups", "", "++++kk!!"),
    row("get", "/v1/groups/{id}", "", "++++kk!!"),
    row("patch", "/v1/groups/{id}", r#"{"name": "New"}"#, "--++kk!!"),
    row("delete", "/v1/groups/{id}", "", "--++kk!!"),
    row("post", "/v1/tokens", r#"{"agent": "local"}"#, "--++kk!!"),
    row("get", "/v1/tokens", "", "--++kk!!"),
    row("delete", "/v1/tokens/{token}", "", "--++kk!!"),
    row("get", "/v1/audit", "", "-+++kk!!"),
    row("get", "/v1/audit/head", "", "-+++kk!!"),
    row("get", "/v1/audit/key", "", "++++++++"),
    row("get", "/v1/stats", "", "++++kk!!"),
    row("get", "/v1/me", "", "++++++!!"),
    row("patch", "/v1/me", r#"{"away": null}"#, "++++kk!!"),
    row("get", "/openapi.json", "", "++++++++"),
    row("get", "/metrics", "", "++++++++"),
    row("get", "/healthz", "", "++++++++"),
    row("get", "/readyz", "", "++++++++"),
];

#[test]
fn every_route_has_a_row() {
    let routes: BTreeSet<_> = ROUTES.iter().copied().collect();
    let rows: BTreeSet<_> = TABLE.iter().map(|row| (row.method, row.path)).collect();
    assert_eq!(routes, rows);
    assert_eq!(rows.len(), TABLE.len(), "one row for each");
}

#[tokio::test]
async fn every_caller_gets_what_the_table_says() {
    let gate = TestGate::start().await;
    let (gate, callers) = callers(gate).await;
    let spare = serde_json::from_value(json!({"agent": "local"})).unwrap();
    let mut wrong = Vec::new();
    for row in &TABLE {
        assert_eq!(row.gets.len(), CALLERS.len());
        for ((name, wire), expected) in CALLERS.iter().zip(&callers).zip(row.gets.chars()) {
            let asked = gate
                .agent()
                .ask(&email(), &format!("{}{}{name}", row.method, row.path))
                .await
                .unwrap();
            let path = fresh(&gate, row.path)
                .await
                .replace("{id}", &asked.id.to_string())
                .replace("/integrations/{name}", "/integrations/email")
                .replace("{name}", "email.send")
                .replace("{action}", "email.send")
                .replace("{n}", "99")
                .replace(
                    "{token}",
                    &gate.owner().add_token(&spare).await.unwrap().id.to_string(),
                );
            let body = row
                .body
                .replace("{digest}", &asked.digest.to_string())
                .replace("{caller}", name);
            let got = Gets::of(&call(wire, row.method, &path, body).await);
            if got != Gets::read(expected) {
                wrong.push(format!(
                    "{} {} as {name}: {got:?}, not {:?}",
                    row.method,
                    row.path,
                    Gets::read(expected)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The path of something that is there and that nothing refers to, where the path names such a thing.
async fn fresh(gate: &TestGate, path: &str) -> String {
    let Some(list) = path.strip_suffix("/{id}") else {
        return path.to_owned();
    };
    if list == "/v1/requests" {
        return path.to_owned();
    }
    let id = TokenId::generate().to_string();
    let body = json!({"id": id}).to_string();
    let added = gate.owner_wire().post(list, body).await;
    assert_eq!(added.status, 201, "{added:?}");
    format!("{list}/{id}")
}

/// The stream never ends by itself: of it only the head is awaited.
async fn call(wire: &Wire, method: &str, path: &str, body: String) -> Answer {
    let call = wire.call(&method.to_uppercase(), path);
    let call = match body.is_empty() {
        true => call,
        false => call.header("content-type", "application/json").body(body),
    };
    let response = call.send().await.unwrap();
    if path == "/v1/events" && response.status().is_success() {
        return Answer {
            status: 200,
            headers: response.headers().clone(),
            body: String::new(),
        };
    }
    Answer::read(response).await
}

async fn callers(gate: TestGate) -> (TestGate, Vec<Wire>) {
    let mut tokens = Vec::new();
    for role in ["member", "manager", "admin"] {
        gate.person(role, role).await;
        tokens.push(gate.token(json!({"person": role})).await);
    }
    tokens.push(gate.token(json!({"person": "owner"})).await);
    tokens.push(gate.token(json!({"agent": "local"})).await);
    tokens.push(
        gate.token(json!({"worker": "mailer", "actions": ["email.send"]}))
            .await,
    );
    let revoked = gate.token(json!({"person": "owner"})).await;
    let id = gate.client(&revoked).me().await.unwrap().token;
    gate.owner().revoke_token(id).await.unwrap();
    let mut callers: Vec<_> = tokens.iter().map(|token| gate.wire(token)).collect();
    callers.push(Wire::new(&gate.url, None));
    callers.push(gate.wire(&revoked));
    (gate, callers)
}

#[tokio::test]
async fn only_an_owner_makes_owners_and_speaks_for_them() {
    let gate = TestGate::start().await;
    gate.person("ana", "admin").await;
    let ana = gate.wire(&gate.token(json!({"person": "ana"})).await);
    let owner = r#"{"id": "lee", "role": "owner"}"#;
    ana.post("/v1/people", owner)
        .await
        .refused(403, "forbidden");
    ana.post("/v1/tokens", r#"{"person": "owner"}"#)
        .await
        .refused(403, "forbidden");
    assert_eq!(
        gate.owner_wire().post("/v1/people", owner).await.status,
        201
    );
    assert_eq!(
        ana.post("/v1/people", r#"{"id": "ben", "role": "admin"}"#)
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn nothing_is_granted_to_somebody_who_doesnt_exist_or_has_a_name_with_a_meaning() {
    let gate = TestGate::start().await;
    let owner = gate.owner_wire();
    let before = gate.gate.head().await.unwrap();
    for (path, body, pointer) in [
        (
            "/v1/people",
            json!({"id": "ana", "manager": "lee"}),
            "/manager",
        ),
        (
            "/v1/people",
            json!({"id": "ana", "manager": "ana"}),
            "/manager",
        ),
        ("/v1/people", json!({"id": "ana", "team": "sales"}), "/team"),
        (
            "/v1/people",
            json!({"id": "ana", "groups": ["finance"]}),
            "/groups/0",
        ),
        ("/v1/people", json!({"id": "clock"}), "/id"),
        ("/v1/people", json!({"id": "gate"}), "/id"),
        ("/v1/people", json!({"id": "me"}), "/id"),
        ("/v1/people", json!({"id": "Ana"}), "/id"),
        (
            "/v1/agents",
            json!({"id": "bot", "owners": ["ana"], "users": []}),
            "/owners",
        ),
        (
            "/v1/agents",
            json!({"id": "bot", "users": ["owner", "ana"]}),
            "/users/1",
        ),
        (
            "/v1/agents",
            json!({"id": "bot", "users": ["group:finance"]}),
            "/users/0",
        ),
        (
            "/v1/agents",
            json!({"id": "bot", "users": ["team:sales"]}),
            "/users/0",
        ),
        (
            "/v1/teams",
            json!({"id": "sales", "admins": ["lee"]}),
            "/admins",
        ),
        ("/v1/tokens", json!({"person": "ana"}), "/person"),
        ("/v1/tokens", json!({"agent": "bot"}), "/agent"),
        (
            "/v1/tokens",
            json!({"agent": "local", "person": "owner"}),
            "",
        ),
        ("/v1/tokens", json!({}), ""),
    ] {
        let problem = owner
            .post(path, body.to_string())
            .await
            .refused(422, "invalid-input");
        assert_eq!(problem.errors[0].pointer, pointer, "{body}: {problem:?}");
    }
    owner
        .post("/v1/people", r#"{"id": "owner"}"#)
        .await
        .refused(409, "already-exists");
    assert_eq!(gate.gate.head().await.unwrap(), before);
}

#[tokio::test]
async fn everything_that_can_be_said_of_somebody_is_kept() {
    let gate = TestGate::start().await;
    gate.person("lee", "manager").await;
    let owner = gate.owner_wire();
    for (path, body) in [
        ("/v1/groups", r#"{"id":"finance","name":"Finance"}"#),
        (
            "/v1/teams",
            r#"{"id":"sales","name":"Sales","admins":["lee"]}"#,
        ),
        (
            "/v1/people",
            r#"{"id":"ana","name":"Ana","email":"ana@ourco.example","role":"member","manager":"lee","groups":["finance"],"team":"sales"}"#,
        ),
        (
            "/v1/agents",
            r#"{"id":"outreach","name":"Outreach","owners":["ana"],"users":["ana","group:finance","team:sales","*"],"team":"sales","callback_url":null,"enabled":true}"#,
        ),
    ] {
        let answer = owner.post(path, body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let (sent, added) = (serde_json::from_str::<Value>(body).unwrap(), answer.json());
        for (field, said) in sent.as_object().unwrap() {
            assert_eq!(added[field], *said, "{path} {field}");
        }
        let listed = owner.get(path).await.json();
        assert!(
            listed["items"].as_array().unwrap().contains(&added),
            "{listed}"
        );
    }
    let url = r#"{"id":"other","callback_url":"https://agent.example/"}"#;
    let problem = owner
        .post("/v1/agents", url)
        .await
        .refused(422, "invalid-input");
    assert_eq!(problem.errors[0].pointer, "/callback_url");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn adding_somebody_twice_with_one_key_is_adding_them_once() {
    let gate = TestGate::start().await;
    let owner = gate.owner_wire();
    for (path, body) in [
        ("/v1/people", r#"{"id": "ana"}"#),
        ("/v1/agents", r#"{"id": "bot", "owners": ["ana"]}"#),
        ("/v1/teams", r#"{"id": "sales", "admins": ["ana"]}"#),
        ("/v1/groups", r#"{"id": "finance"}"#),
    ] {
        let calls = (0..16).map(|_| owner.post_once(path, path, body));
        for answer in futures_util::future::join_all(calls).await {
            assert_eq!(answer.status, 201, "{path}: {answer:?}");
        }
        owner
            .post_once(path, path, r#"{"id": "other"}"#)
            .await
            .refused(422, "idempotency-key-reused");
        owner.post(path, body).await.refused(409, "already-exists");
    }
    let calls = (0..16).map(|_| owner.post_once("/v1/tokens", "token", r#"{"agent": "bot"}"#));
    let answers = futures_util::future::join_all(calls).await;
    let ids: BTreeSet<_> = answers
        .iter()
        .map(|answer| answer.json()["id"].to_string())
        .collect();
    let shown = answers
        .iter()
        .filter(|answer| answer.json()["token"].is_string())
        .count();
    assert_eq!((ids.len(), shown), (1, 1), "shown once: {answers:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_use_one_key_for_different_things_one_is_told() {
    let gate = TestGate::start().await;
    let owner = gate.owner_wire();
    for round in 0..20 {
        let key = format!("round-{round}");
        let one = format!(r#"{{"id": "one-{round}"}}"#);
        let two = format!(r#"{{"id": "two-{round}"}}"#);
        let (one, two) = tokio::join!(
            owner.post_once("/v1/teams", &key, one),
            owner.post_once("/v1/teams", &key, two)
        );
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 422], "{one:?} {two:?}");
    }
    assert_eq!(gate.owner().teams().await.unwrap().items.len(), 20);
}

#[tokio::test]
async fn short_lists_come_in_pages_too() {
    let gate = TestGate::start().await;
    for n in 0..7 {
        gate.person(&format!("p{n}"), "member").await;
    }
    let owner = gate.owner_wire();
    let mut seen = Vec::new();
    let mut path = "/v1/people?limit=3".to_owned();
    loop {
        let page = owner.get(&path).await.json();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 3);
        seen.extend(
            items
                .iter()
                .map(|person| person["id"].as_str().unwrap().to_owned()),
        );
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/v1/people?limit=3&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(seen, ["owner", "p0", "p1", "p2", "p3", "p4", "p5", "p6"]);
    for bad in ["limit=0", "limit=501", "cursor=%21", "page=2"] {
        owner
            .get(&format!("/v1/people?{bad}"))
            .await
            .refused(422, "invalid-input");
    }
    assert_eq!(gate.owner().people().await.unwrap().items.len(), 8);
}

#[tokio::test]
async fn nobody_learns_anything_about_a_body_that_they_may_not_send() {
    let (gate, callers) = callers(TestGate::start().await).await;
    let asked = gate.agent().ask(&email(), "asked").await.unwrap();
    for row in TABLE.iter().filter(|row| !row.body.is_empty()) {
        for ((name, wire), expected) in CALLERS.iter().zip(&callers).zip(row.gets.chars()) {
            if !"k-!".contains(expected) {
                continue;
            }
            let path = row.path.replace("{id}", &asked.id.to_string());
            let answer = call(wire, row.method, &path, "{".to_owned()).await;
            assert_eq!(
                Gets::of(&answer),
                Gets::read(expected),
                "{} {path} as {name}",
                row.method
            );
        }
    }
}

#[tokio::test]
async fn a_token_that_was_revoked_speaks_for_nobody_and_the_last_owners_token_stays() {
    let gate = TestGate::start().await;
    let token = gate.token(json!({"agent": "local"})).await;
    let agent = gate.client(&token);
    let id = agent.me().await.unwrap().token;
    let mut stream = gate.owner().events(None).await.unwrap();
    assert!(gate.owner().revoke_token(id).await.unwrap().revoked);
    assert!(
        gate.owner().revoke_token(id).await.unwrap().revoked,
        "again is the same"
    );
    assert_eq!(agent.me().await.unwrap_err().problem().unwrap().status, 401);
    loop {
        if let Some(signoff::client::Tick::Event(event)) = stream.next().await.unwrap() {
            assert_eq!(event.kind, "token.revoked");
            break;
        }
    }
    let own = gate.owner().me().await.unwrap().token;
    let refused = gate.owner().revoke_token(own).await.unwrap_err();
    assert_eq!(refused.problem().unwrap().name(), "forbidden");
    gate.owner().me().await.unwrap();
}
