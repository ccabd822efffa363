//! What a gate says about itself: figures, statistics, and a log that nobody can write into.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};

use serde_json::{Value, json};
use signoff::domain::time::Span;
use signoff::server::{self, Options};
use tokio::net::TcpListener;

use crate::support::program::{self, token};
use crate::support::{TestGate, Wire, approve, email, reject};

/// The figures of a gate, by name and labels.
async fn figures(wire: &Wire) -> BTreeMap<String, f64> {
    let answer = wire.get("/metrics").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let kind = answer.headers["content-type"].to_str().unwrap();
    assert!(kind.starts_with("text/plain; version=0.0.4"), "{kind}");
    let lines = answer.body.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), value.parse().unwrap())
        })
        .collect()
}

#[tokio::test]
async fn the_figures_follow_what_happens() {
    let gate = TestGate::start().await;
    let anybody = Wire::new(&gate.url, None);
    let before = figures(&anybody).await;
    assert_eq!(before["signoff_pending{risk=\"high\"}"], 0.0);
    let first = gate.agent().ask(&email(), "first").await.unwrap();
    let second = gate.agent().ask(&email(), "second").await.unwrap();
    gate.agent().ask(&email(), "third").await.unwrap();
    gate.hands.pass(Span::from_secs(90));
    let owner = gate.owner();
    owner.decide(second.id, &approve(&second)).await.unwrap();
    owner.decide(first.id, &reject(&first, "no")).await.unwrap();
    anybody
        .get("/v1/requests/anything")
        .await
        .refused(401, "unauthorized");
    anybody
        .get("/nowhere/\u{1b}[31m")
        .await
        .refused(404, "not-found");
    let after = figures(&anybody).await;
    for (figure, value) in [
        ("signoff_asks_total{effect=\"ask\"}", 3.0),
        ("signoff_decisions_total{decision=\"approved\"}", 1.0),
        ("signoff_decisions_total{decision=\"rejected\"}", 1.0),
        ("signoff_overdue_total", 0.0),
        ("signoff_pending{risk=\"high\"}", 1.0),
        ("signoff_pending_oldest_seconds", 90.0),
        ("signoff_streams", 0.0),
        ("signoff_waits", 0.0),
        (
            "signoff_http_requests_total{method=\"POST\",route=\"/v1/requests\",status=\"2xx\"}",
            3.0,
        ),
        (
            "signoff_http_requests_total{method=\"GET\",route=\"/v1/requests/{id}\",status=\"4xx\"}",
            1.0,
        ),
        (
            "signoff_http_requests_total{method=\"GET\",route=\"none\",status=\"4xx\"}",
            1.0,
        ),
    ] {
        assert_eq!(after.get(figure), Some(&value), "{figure} in {after:#?}");
    }
    let head = gate.gate.head().await.unwrap();
    assert_eq!(after["signoff_log_position"], head as f64);
    let commits = after["signoff_commit_batch_size_count"];
    assert!(commits >= 5.0, "{commits}");
    for name in ["signoff_commit_batch_size", "signoff_commit_seconds"] {
        assert_eq!(after[&format!("{name}_bucket{{le=\"+Inf\"}}")], commits);
        assert_eq!(after[&format!("{name}_count")], commits);
    }
}

#[tokio::test]
async fn streams_and_waits_are_counted_while_they_last() {
    let gate = TestGate::start().await;
    let asked = gate.agent().ask(&email(), "key").await.unwrap();
    let anybody = Wire::new(&gate.url, None);
    let stream = gate
        .owner_wire()
        .call("GET", "/v1/events")
        .send()
        .await
        .unwrap();
    let path = format!("/v1/requests/{}?wait=60", asked.id);
    let agent = gate.agent_wire();
    let wait = tokio::spawn(async move { agent.get(&path).await });
    until(&anybody, "signoff_waits", 1.0).await;
    until(&anybody, "signoff_streams", 1.0).await;
    gate.owner()
        .decide(asked.id, &approve(&asked))
        .await
        .unwrap();
    assert_eq!(wait.await.unwrap().status, 200);
    drop(stream);
    until(&anybody, "signoff_waits", 0.0).await;
    until(&anybody, "signoff_streams", 0.0).await;
}

/// Asks until the figure is this.
async fn until(wire: &Wire, figure: &str, value: f64) {
    let seen = async { while figures(wire).await[figure] != value {} };
    let patience = std::time::Duration::from_secs(20);
    let seen = tokio::time::timeout(patience, seen).await;
    seen.unwrap_or_else(|_| panic!("{figure} isn't {value}"));
}

#[tokio::test]
async fn beyond_loopback_the_figures_are_for_managers() {
    let gate = TestGate::start().await;
    gate.person("lee", "manager").await;
    let lee = gate.token(json!({"person": "lee"})).await;
    let agent = gate.token(json!({"agent": "local"})).await;
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let url = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
    let beyond = server::serve(
        gate.gate.clone(),
        listener,
        Options::default(),
        std::future::pending(),
    );
    tokio::spawn(beyond);
    let figures = async |token: Option<&str>| Wire::new(&url, token).get("/metrics").await;
    figures(None).await.refused(401, "unauthorized");
    figures(Some(&agent))
        .await
        .refused(403, "wrong-kind-of-token");
    figures(Some(&lee)).await.refused(403, "forbidden");
    assert_eq!(figures(Some(gate.owner_secret())).await.status, 200);
    assert_eq!(Wire::new(&url, None).get("/healthz").await.status, 200);
}

#[tokio::test]
async fn statistics_say_what_waits_and_how_long_decisions_take() {
    let gate = TestGate::start().await;
    gate.person("ana", "member").await;
    let ana = gate.wire(&gate.token(json!({"person": "ana"})).await);
    let mut requests = Vec::new();
    for key in ["one", "two", "three", "four"] {
        requests.push(gate.agent().ask(&email(), key).await.unwrap());
    }
    gate.hands.pass(Span::from_secs(60));
    let owner = gate.owner();
    owner
        .decide(requests[0].id, &approve(&requests[0]))
        .await
        .unwrap();
    gate.hands.pass(Span::from_hours(2));
    owner
        .decide(requests[1].id, &reject(&requests[1], "no"))
        .await
        .unwrap();
    let stats = gate.owner_wire().get("/v1/stats").await.json();
    let waiting = &stats["waiting"];
    assert_eq!((&waiting["high"], &waiting["low"]), (&json!(2), &json!(0)));
    assert_eq!(waiting["oldest"], "2026-11-20T09:00:00.000Z");
    assert_eq!(waiting["expiring"], 0);
    let decided = &stats["decided"];
    assert_eq!(
        (&decided["total"], &decided["median_seconds"]),
        (&json!(2), &json!(60))
    );
    assert_eq!(decided["hours"][0]["median_seconds"], 7_260);
    assert_eq!(decided["hours"][2]["median_seconds"], 60);
    // Of what isn't hers a member learns nothing, not even how much there is.
    let hers = ana.get("/v1/stats").await.json();
    assert_eq!(
        (&hers["waiting"]["high"], &hers["decided"]["total"]),
        (&json!(0), &json!(0))
    );
    gate.hands.pass(Span::from_millis(110 * 60_000));
    let later = gate.owner_wire().get("/v1/stats").await.json();
    assert_eq!(later["waiting"]["expiring"], 2);
    gate.hands.pass(Span::from_hours(24));
    let later = gate.owner_wire().get("/v1/stats").await.json();
    assert_eq!(later["decided"]["total"], 0);
}

#[tokio::test]
async fn nobody_writes_into_the_log_and_no_token_is_in_it() {
    for format in ["json", "text"] {
        let home = tempfile::tempdir().unwrap();
        let log = home.path().join("log");
        let arguments = [
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--log",
            "trace",
            "--log-format",
            format,
        ];
        let mut command = program::signoff(home.path(), &arguments);
        let mut served = command.stderr(File::create(&log).unwrap()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(served.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = line
            .trim()
            .strip_prefix("listening on ")
            .unwrap()
            .to_owned();
        let tokens = [
            token(home.path(), "token"),
            token(home.path(), "agent-token"),
        ];
        let [owner, agent] = tokens.each_ref().map(|token| Wire::new(&url, Some(token)));
        let id = hostile_calls(&owner, &agent).await;
        served.kill().unwrap();
        served.wait().unwrap();
        let log = fs::read_to_string(log).unwrap();
        let raw: Vec<char> = log
            .chars()
            .filter(|c| c.is_control() && *c != '\n')
            .collect();
        assert!(raw.is_empty(), "{raw:?} in the log as {format}");
        assert!(
            !log.contains("forged"),
            "a line of its own in the log as {format}"
        );
        for token in &tokens {
            assert!(!log.contains(token), "a token in the log as {format}");
        }
        assert!(log.contains(&id), "the id of a call in the log as {format}");
        if format == "json" {
            let events: Vec<Value> = log
                .lines()
                .filter(|line| line.starts_with('{'))
                .map(|line| serde_json::from_str(line).unwrap())
                .collect();
            let answered = |event: &&Value| event["message"] == "answered";
            assert!(events.iter().filter(answered).count() >= 8, "{log}");
            let ids = |event: &Value| event["span"]["id"].as_str().map(str::to_owned);
            assert!(
                events.iter().filter_map(ids).any(|known| known == id),
                "{log}"
            );
        }
    }
}

/// Calls with control characters wherever somebody can put any; the id of one of them.
async fn hostile_calls(owner: &Wire, agent: &Wire) -> String {
    let evil = "a\u{1b}[2J\u{7}\u{9b}31m\u{202e}\r\n{\"forged\": true}\nforged";
    let body = json!({
        "action": "email.send", "title": evil, "reason": evil, "conversation": evil, "node": evil,
        "resource": {"type": evil, "id": evil}, "params": {"to": [evil], evil: evil},
        "context": {evil: evil}, "risk": {"level": "high", "reason": evil},
        "voice": {"hold_message": evil, "hold_audio_url": evil}, "checkpoint": evil,
    });
    let asked = agent.post("/v1/requests", body.to_string()).await;
    assert_eq!(asked.status, 201, "{asked:?}");
    let request = asked.request();
    let decision = format!("/v1/requests/{}/decision", request.id);
    let no = json!({"decision": "reject", "reason": evil});
    assert_eq!(owner.post(&decision, no.to_string()).await.status, 200);
    for (field, value) in [
        ("action", json!(evil)),
        (evil, json!(1)),
        ("on_behalf_of", json!(evil)),
    ] {
        let mut bad = body.clone();
        bad[field] = value;
        agent
            .post("/v1/requests", bad.to_string())
            .await
            .refused(422, "invalid-input");
    }
    agent
        .post("/v1/requests", evil)
        .await
        .refused(400, "not-json");
    let encoded = "%1b%5b2J%0d%0aforged";
    for path in [
        format!("/v1/requests/{encoded}"),
        format!("/v1/requests?conversation={encoded}"),
        format!("/v1/requests?agent={encoded}"),
        format!("/{encoded}"),
    ] {
        owner.get(&path).await;
    }
    let person = json!({"id": "ana", "name": evil, "email": evil});
    assert_eq!(
        owner.post("/v1/people", person.to_string()).await.status,
        201
    );
    asked.headers["x-request-id"].to_str().unwrap().to_owned()
}
