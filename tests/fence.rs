//! The fence: only calls that were meant for this gate, by somebody it knows, get anywhere; and whatever
//! is refused is refused as a problem.

use signoff::domain::time::Span;

use crate::support::{Answer, TestGate, Wire};

#[tokio::test]
async fn a_name_that_is_not_the_gates_own_is_refused() {
    let gate = TestGate::start().await;
    let owner = gate.owner_wire();
    let port = gate.url.rsplit(':').next().unwrap();
    for foreign in [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example:80",
        "192.0.2.1",
    ] {
        for path in ["/v1/me", "/healthz", "/nowhere"] {
            Answer::of(owner.call("GET", path).header("host", foreign))
                .await
                .refused(421, "wrong-host");
        }
    }
    for own in [
        "localhost".to_owned(),
        format!("LOCALHOST:{port}"),
        format!("127.0.0.1:{port}"),
        "[::1]:1".to_owned(),
    ] {
        let answer = Answer::of(owner.call("GET", "/v1/me").header("host", own)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
}

#[tokio::test]
async fn another_sites_page_is_refused_even_with_a_token() {
    let gate = TestGate::start().await;
    let owner = gate.owner_wire();
    for foreign in [
        "http://evil.example",
        "https://localhost.evil.example",
        "null",
        "file://",
        "chrome-extension://aaaa",
        // Another program on this machine is another site.
        "http://127.0.0.1:3000",
        "http://localhost",
        "",
    ] {
        for (method, path) in [
            ("GET", "/v1/me"),
            ("POST", "/v1/requests"),
            ("OPTIONS", "/v1/requests"),
        ] {
            Answer::of(owner.call(method, path).header("origin", foreign))
                .await
                .refused(403, "foreign-origin");
        }
    }
    let own = owner.call("GET", "/v1/me").header("origin", &gate.url);
    let answer = Answer::of(own).await;
    assert_eq!(answer.status, 200);
    assert!(
        !answer
            .headers
            .keys()
            .any(|name| name.as_str().starts_with("access-control-"))
    );
}

#[tokio::test]
async fn without_a_token_that_holds_nothing_is_said() {
    let gate = TestGate::start().await;
    let nobody = Wire::new(&gate.url, None);
    let calls = [
        nobody.call("GET", "/v1/me"),
        nobody.call("GET", "/v1/requests?wait=nonsense"),
        nobody.call("POST", "/v1/requests").body("not JSON"),
        nobody
            .call("GET", "/v1/me")
            .header("authorization", "Bearer "),
        nobody
            .call("GET", "/v1/me")
            .header("authorization", "Basic b3duZXI6"),
        nobody
            .call("GET", "/v1/me?token=sgn_x")
            .header("authorization", "Bearer sgn_wrong"),
        gate.wire(&format!("sgn_{}", "A".repeat(43)))
            .call("GET", "/v1/me"),
    ];
    for call in calls {
        let answer = Answer::of(call).await;
        answer.refused(401, "unauthorized");
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
    }
}

#[tokio::test]
async fn the_scheme_is_read_without_case() {
    let gate = TestGate::start().await;
    let token = gate.token(serde_json::json!({"person": "owner"})).await;
    let nobody = Wire::new(&gate.url, None);
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let call = nobody
            .call("GET", "/v1/me")
            .header("authorization", format!("{scheme} {token}"));
        assert_eq!(Answer::of(call).await.status, 200, "{scheme}");
    }
}

#[tokio::test]
async fn what_isnt_there_is_a_problem_too() {
    let gate = TestGate::start().await;
    let owner = gate.owner_wire();
    for path in [
        "/",
        "/v1",
        "/v1/",
        "/v2/requests",
        "/v1/requests/",
        "/v1/requests/no-id",
        "/v1/requests/%ff",
        "/v1/requests/req_00000000000000000000000000",
        "/v1/requests/req_00000000000000000000000000/why",
        "/v1/nowhere",
    ] {
        owner.get(path).await.refused(404, "not-found");
    }
    for (method, path) in [
        ("DELETE", "/v1/requests"),
        ("PUT", "/v1/requests"),
        ("POST", "/v1/me"),
        ("POST", "/healthz"),
        ("BREW", "/v1/requests"),
        ("OPTIONS", "/v1/requests"),
    ] {
        let answer = Answer::of(owner.call(method, path)).await;
        answer.refused(405, "method-not-allowed");
        assert!(
            answer.headers.contains_key("allow"),
            "{method} {path}: {answer:?}"
        );
    }
    owner
        .get("/v1/requests?statu=pending")
        .await
        .refused(422, "invalid-input");
    owner
        .get("/v1/events?after=yesterday")
        .await
        .refused(422, "invalid-input");
}

#[tokio::test]
async fn health_is_open_and_changes_nothing() {
    let gate = TestGate::start().await;
    let before = gate.gate.head().await.unwrap();
    let nobody = Wire::new(&gate.url, None);
    for path in ["/healthz", "/readyz"] {
        assert_eq!(nobody.get(path).await.status, 200, "{path}");
    }
    assert_eq!(gate.gate.head().await.unwrap(), before);
}

#[tokio::test]
async fn nothing_changes_by_being_looked_at() {
    let gate = TestGate::start().await;
    let asked = gate
        .agent()
        .ask(&crate::support::email(), "k")
        .await
        .unwrap();
    gate.hands.pass(Span::from_secs(1));
    let before = gate.gate.head().await.unwrap();
    for wire in [gate.owner_wire(), gate.agent_wire()] {
        for (method, path) in signoff::server::ROUTES {
            if *method == "get" && *path != "/v1/events" {
                let path = path.replace("{id}", &asked.id.to_string());
                wire.get(&path).await;
                Answer::of(wire.call("HEAD", &path)).await;
            }
        }
    }
    assert_eq!(gate.gate.head().await.unwrap(), before);
    assert_eq!(gate.agent().request(asked.id).await.unwrap(), asked);
}
