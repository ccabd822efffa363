//! Asking: everything said comes back, the parameters byte for byte; what can't be relied on is refused
//! with its place, and a refusal stores nothing.

use std::collections::HashSet;

use serde_json::{Value, json};
use signoff::client::Client;
use signoff::domain::lifecycle::Status;
use signoff::domain::risk::Risk;
use signoff::domain::time::Span;

use crate::support::{Answer, TestGate, Wire, approve, ask, email};

/// A request that says everything there is to say.
const WHOLE: &str = r#"{ "action": "email.send", "kind": "tool_call", "title": "Follow up with Acme about the renewal",
  "reason": "Their contract ends on 30 November and nobody has answered since the 3rd.",
  "trigger": "schedule", "conversation": null, "node": "outreach/send", "on_behalf_of": "ana",
  "resource": {"type": "deal", "id": "D-4411", "owner": "ben"},
  "recipients": ["cfo@acme.example"],
  "params": {"to": ["cfo@acme.example"], "subject": "Your renewal", "body": "Dear …"},
  "context": {"records": 1}, "risk": {"level": "medium", "reason": "external recipient"},
  "expires_in": "2h", "waiting": true, "callback_url": null,
  "voice": {"hold_message": "I need to verify this with my team. One moment please.", "hold_audio_url": null},
  "checkpoint": {"thread": 81, "step": 4} }"#;

const PATH: &str = "/v1/requests";

/// Asks and expects to be heard.
async fn accepted(wire: &Wire, body: impl Into<Vec<u8>>) -> Answer {
    let answer = wire.post(PATH, body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer
}

/// An e-mail with these parameters, written as they are.
fn with_params(params: &str) -> String {
    format!(r#"{{"action": "x.try", "params": {params}}}"#)
}

#[tokio::test]
async fn everything_that_was_asked_comes_back() {
    let gate = TestGate::start().await;
    let ana = gate.person("ana", "member").await;
    gate.agent_of("outreach", &["ana"], &["ana"]).await;
    let token = gate.token(json!({"agent": "outreach"})).await;

    let answer = accepted(&gate.wire(&token), WHOLE).await;
    let sent: Value = serde_json::from_str(WHOLE).unwrap();
    let back = answer.json();
    for (field, said) in sent.as_object().unwrap() {
        match field.as_str() {
            "risk" | "expires_in" | "callback_url" => {}
            _ => assert_eq!(back[field], *said, "{field}"),
        }
    }
    let request = answer.request();
    assert_eq!(request.status, Status::Pending);
    assert_eq!(request.version, 1);
    assert_eq!(request.agent.as_str(), "outreach");
    assert_eq!(
        request.risk.level,
        Risk::High,
        "nobody has written there before"
    );
    assert_eq!(
        request.expires_at,
        Some(request.created_at.plus(Span::from_hours(2)))
    );
    assert_eq!(
        request.review.as_ref().unwrap().reviewers,
        ["ana".parse().unwrap()]
    );
    assert!(request.digest.to_string().starts_with("sha256:"));

    let seen = ana.request(request.id).await.unwrap();
    assert_eq!(seen.params, request.params);
    assert_eq!(
        seen.checkpoint, None,
        "the agent's own state is for the agent alone"
    );
    assert_eq!(
        gate.client(&token).request(request.id).await.unwrap(),
        request
    );
}

#[tokio::test]
async fn parameters_come_back_byte_for_byte() {
    let gate = TestGate::start().await;
    let agent = gate.agent_wire();
    let params = "{ \"z\": 1.10,\n  \"a\" :[1E+5 ,-0, 0.10e1], \"é\":\"\\u00e9\\/\\ud83d\\ude00\",\t\"nested\":{\"b\":2,\"a\":{ }} }";
    let asked = accepted(&agent, with_params(params)).await.request();
    assert_eq!(asked.params.as_ref().unwrap().text(), params);
    let shown = agent.get(&format!("{PATH}/{}", asked.id)).await;
    assert!(shown.body.contains(params), "{shown:?}");
    let shown = gate.owner_wire().get(&format!("{PATH}/{}", asked.id)).await;
    assert!(shown.body.contains(params), "{shown:?}");

    gate.owner()
        .decide(asked.id, &approve(&asked))
        .await
        .unwrap();
    let started = agent.post(&format!("{PATH}/{}/start", asked.id), "").await;
    assert_eq!(started.status, 200, "{started:?}");
    assert!(started.body.contains(params), "{started:?}");
}

#[tokio::test]
async fn any_json_value_may_be_the_parameters() {
    let gate = TestGate::start().await;
    for params in [
        "null",
        "true",
        "-1.5e-3",
        "\"text\"",
        "[]",
        "[1, [2, {}]]",
        "{}",
    ] {
        let asked = accepted(&gate.agent_wire(), with_params(params))
            .await
            .request();
        assert_eq!(asked.params.unwrap().text(), params);
    }
}

/// 01 §Request
#[tokio::test]
async fn the_digest_is_that_of_the_meaning() {
    let gate = TestGate::start().await;
    let agent = gate.agent_wire();
    let mut digests = HashSet::new();
    for same in [
        r#"{"amount": 100, "to": {"name": "pat", "id": 1.5}}"#,
        r#"{"to":{"id":15e-1,"name":"p\u0061t"},"amount":1E2}"#,
        "{ \"amount\" : 100.0,\n\"to\": {\"name\":\"pat\", \"id\": 1.50} }",
    ] {
        digests.insert(accepted(&agent, with_params(same)).await.request().digest);
    }
    assert_eq!(digests.len(), 1);
    for other in [
        r#"{"amount": 100, "to": {"name": "Pat", "id": 1.5}}"#,
        r#"{"amount": "100", "to": {"name": "pat", "id": 1.5}}"#,
        r#"{"amount": 100, "to": {"name": "pat", "id": 1.5}, "cc": null}"#,
    ] {
        let digest = accepted(&agent, with_params(other)).await.request().digest;
        assert!(digests.insert(digest), "{other}");
    }
    let other_action =
        r#"{"action": "x.other", "params": {"amount": 100, "to": {"name": "pat", "id": 1.5}}}"#;
    assert!(digests.insert(accepted(&agent, other_action).await.request().digest));
    let with_resource = r#"{"action": "x.try", "resource": {"type": "deal", "id": "D-1"}, "params": {"amount": 100, "to": {"name": "pat", "id": 1.5}}}"#;
    assert!(digests.insert(accepted(&agent, with_resource).await.request().digest));
}

#[tokio::test]
async fn what_cant_be_relied_on_is_refused_and_nothing_is_stored() {
    let gate = TestGate::start().await;
    let agent = gate.agent_wire();
    let before = gate.gate.head().await.unwrap();
    let nested = |depth: usize| with_params(&format!("{}{}", "[".repeat(depth), "]".repeat(depth)));
    let elements = |count: usize| with_params(&format!("[{}]", vec!["0"; count].join(",")));
    let refused: [(&str, u16, Vec<u8>); 24] = [
        (
            "a key twice",
            400,
            br#"{"action":"x.try","action":"x.other","params":{}}"#.into(),
        ),
        (
            "a key twice inside",
            400,
            with_params(r#"{"to":"a","to":"b"}"#).into(),
        ),
        (
            "a key twice, escaped",
            400,
            with_params(r#"{"to":"a","\u0074o":"b"}"#).into(),
        ),
        (
            "NUL in a value",
            400,
            with_params(r#"{"to":"a\u0000b"}"#).into(),
        ),
        ("NUL in a key", 400, with_params(r#"{"a\u0000b":1}"#).into()),
        ("half of a pair", 400, with_params(r#""\ud800""#).into()),
        (
            "the other half",
            400,
            with_params(r#""\udc00\ud800""#).into(),
        ),
        ("too deep", 400, nested(64).into()),
        ("far too deep", 400, nested(500_000).into()),
        ("too many members", 400, elements(9_999).into()),
        ("NaN", 400, with_params("NaN").into()),
        (
            "text after the value",
            400,
            format!("{} x", with_params("1")).into(),
        ),
        ("a trailing comma", 400, with_params("[1,]").into()),
        (
            "a byte order mark",
            400,
            format!("\u{feff}{}", with_params("1")).into(),
        ),
        (
            "not UTF-8",
            400,
            [&br#"{"action":"x.try","params":""#[..], b"\xff", br#""}"#].concat(),
        ),
        ("nothing", 400, Vec::new()),
        ("not an object", 422, b"[]".into()),
        (
            "a number that doubles change",
            422,
            with_params("9007199254740993").into(),
        ),
        ("a number beyond doubles", 422, with_params("1e400").into()),
        (
            "a misspelt field",
            422,
            br#"{"action":"x.try","params":{},"onbehalfof":"owner"}"#.into(),
        ),
        (
            "a misspelt field inside",
            422,
            br#"{"action":"x.try","params":{},"risk":{"level":"low","why":""}}"#.into(),
        ),
        ("no parameters", 422, br#"{"action":"x.try"}"#.into()),
        ("no action", 422, br#"{"params":{}}"#.into()),
        (
            "an action that is no name",
            422,
            br#"{"action":"Email Send","params":{}}"#.into(),
        ),
    ];
    for (what, status, body) in refused {
        let answer = agent.post(PATH, body).await;
        let name = if status == 400 {
            "not-json"
        } else {
            "invalid-input"
        };
        let problem = answer.refused(status, name);
        assert!(!problem.detail.plain().is_empty(), "{what}");
        assert!(
            status == 400 || !problem.errors.is_empty(),
            "{what}: {answer:?}"
        );
    }
    assert_eq!(gate.gate.head().await.unwrap(), before);

    accepted(&agent, nested(63)).await;
    accepted(&agent, elements(9_998)).await;
}

#[tokio::test]
async fn a_refusal_names_the_place() {
    let gate = TestGate::start().await;
    let agent = gate.agent_wire();
    for (pointer, body) in [
        ("/params", json!({"action": "x.try"})),
        (
            "/kind",
            json!({"action": "x.try", "params": 1, "kind": "tool"}),
        ),
        (
            "/onbehalfof",
            json!({"action": "x.try", "params": 1, "onbehalfof": "ana"}),
        ),
        (
            "/risk/level",
            json!({"action": "x.try", "params": 1, "risk": {"level": "none"}}),
        ),
        (
            "/risk/level",
            json!({"action": "x.try", "params": 1, "risk": {"reason": "why"}}),
        ),
        (
            "/recipients/1",
            json!({"action": "x.try", "params": 1, "recipients": ["a@b.example", 2]}),
        ),
        (
            "/expires_in",
            json!({"action": "x.try", "params": 1, "expires_in": "soon"}),
        ),
        (
            "/title",
            json!({"action": "x.try", "params": 1, "title": "x".repeat(4_097)}),
        ),
        (
            "/callback_url",
            json!({"action": "x.try", "params": 1, "callback_url": "https://agent.example/"}),
        ),
        (
            "/on_behalf_of",
            json!({"action": "x.try", "params": 1, "on_behalf_of": "nobody"}),
        ),
    ] {
        let problem = agent
            .post(PATH, body.to_string())
            .await
            .refused(422, "invalid-input");
        let pointers: Vec<_> = problem
            .errors
            .iter()
            .map(|error| error.pointer.as_str())
            .collect();
        assert_eq!(pointers, [pointer], "{body}: {problem:?}");
    }
    let number = agent
        .post(PATH, with_params(r#"{"sums": [1, 9007199254740993]}"#))
        .await;
    assert_eq!(
        number.refused(422, "invalid-input").errors[0].pointer,
        "/params/sums/1"
    );
}

#[tokio::test]
async fn a_body_is_json_and_at_most_a_mebibyte() {
    let gate = TestGate::start().await;
    let agent = gate.agent_wire();
    let of_size = |size: usize| {
        let frame = with_params("\"\"").len();
        with_params(&format!("\"{}\"", "x".repeat(size - frame)))
    };
    agent
        .post(PATH, of_size((1 << 20) + 1))
        .await
        .refused(413, "too-large");
    agent
        .post(PATH, of_size(24 << 20))
        .await
        .refused(413, "too-large");
    accepted(&agent, of_size(1 << 20)).await;

    for kind in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("application/jsonp"),
    ] {
        let call = agent.call("POST", PATH).body(with_params("1"));
        let call = match kind {
            Some(kind) => call.header("content-type", kind),
            None => call,
        };
        Answer::of(call)
            .await
            .refused(415, "unsupported-media-type");
    }
    let call = agent.call("POST", PATH).body(with_params("1"));
    let call = call.header("content-type", "Application/JSON; charset=utf-8");
    assert_eq!(Answer::of(call).await.status, 201);
}

#[tokio::test]
async fn only_steps_may_be_asked_for_as_steps() {
    let gate = TestGate::start().await;
    let agent = gate.agent_wire();
    for (action, is_step) in [
        ("chat.reply", true),
        ("step.plan", true),
        ("email.send", false),
        ("file.read", false),
        ("steps.plan", false),
    ] {
        let body = json!({"action": action, "kind": "step", "params": {}});
        let answer = agent.post(PATH, body.to_string()).await;
        if is_step {
            assert_eq!(answer.request().status, Status::Allowed, "{action}");
        } else {
            answer.refused(422, "not-a-step");
        }
    }
}

/// 01 §Agent
#[tokio::test]
async fn an_agent_acts_only_for_its_own_users() {
    let gate = TestGate::start().await;
    gate.person("ana", "member").await;
    gate.person("ben", "member").await;
    let bot = gate.agent_of("bot", &["ana"], &["ana"]).await;
    let before = gate.gate.head().await.unwrap();
    for (user, status, name) in [
        ("ben", 403, "not-its-user"),
        ("nobody", 422, "invalid-input"),
    ] {
        let mut asked = email();
        asked.on_behalf_of = Some(user.parse().unwrap());
        let refused = bot.ask(&asked, user).await.unwrap_err();
        let problem = refused.problem().unwrap();
        assert_eq!((problem.status, problem.name()), (status, name));
    }
    assert_eq!(gate.gate.head().await.unwrap(), before, "nothing is stored");
}

#[tokio::test]
async fn declared_recipients_are_those_that_the_parameters_name() {
    let gate = TestGate::start().await;
    let agent = gate.agent_wire();
    let mail = |declared: Value| {
        json!({
            "action": "email.send",
            "recipients": declared,
            "params": {"to": ["Pat <pat@Partner.example>"], "cc": "lee@ourco.example", "body": "Hi"},
        })
        .to_string()
    };
    let same = accepted(
        &agent,
        mail(json!(["LEE@ourco.example", "pat@partner.example"])),
    )
    .await;
    assert_eq!(
        same.json()["recipients"],
        json!(["lee@ourco.example", "pat@partner.example"])
    );
    for other in [
        json!([]),
        json!(["pat@partner.example"]),
        json!([
            "pat@partner.example",
            "lee@ourco.example",
            "dana@ourco.example"
        ]),
        json!(["pat@partner.example", "lee@ourco.example.evil.example"]),
    ] {
        let problem = agent
            .post(PATH, mail(other))
            .await
            .refused(422, "invalid-input");
        assert_eq!(problem.errors[0].pointer, "/recipients");
    }
}

#[tokio::test]
async fn a_person_cant_ask() {
    let gate = TestGate::start().await;
    for body in [WHOLE, "{}", "not JSON"] {
        let answer = gate.owner_wire().post(PATH, body).await;
        let problem = answer.refused(403, "wrong-kind-of-token");
        assert!(problem.detail.plain().contains("agent"), "{problem:?}");
    }
}

#[tokio::test]
async fn what_an_agent_says_of_risk_can_only_raise_it() {
    let gate = TestGate::start().await;
    let agent = gate.agent_wire();
    for (action, declared, becomes) in [
        ("email.send", "low", Risk::Medium),
        ("email.send", "medium", Risk::Medium),
        ("email.send", "critical", Risk::Critical),
        ("payment.send", "low", Risk::High),
        ("record.update", "high", Risk::High),
    ] {
        let body = json!({"action": action, "params": {}, "risk": {"level": declared, "reason": "I say so"}});
        let asked = accepted(&agent, body.to_string()).await.request();
        assert_eq!(asked.risk.level, becomes, "{action} {declared}");
        let raised = asked
            .risk
            .reasons
            .iter()
            .any(|reason| reason.plain().contains("I say so"));
        assert_eq!(raised, declared == "critical" || action == "record.update");
    }
}

#[tokio::test]
async fn an_agent_can_only_shorten_the_time() {
    let gate = TestGate::start().await;
    let agent = gate.agent_wire();
    for (wanted, becomes) in [("2h", 2), ("12h", 12), ("13h", 12), ("9000d", 12)] {
        let body = json!({"action": "email.send", "params": {}, "expires_in": wanted});
        let asked = accepted(&agent, body.to_string()).await.request();
        assert_eq!(
            asked.expires_at,
            Some(asked.created_at.plus(Span::from_hours(becomes)))
        );
    }
}

async fn all_requests(owner: &Client) -> usize {
    owner
        .requests(&Default::default())
        .await
        .unwrap()
        .items
        .len()
}

/// 01 §States.9
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_key_and_body_is_one_request_however_often_it_is_sent() {
    let gate = TestGate::start().await;
    let agent = gate.agent_wire();
    let body = with_params("{\"n\": 1}");
    let calls = (0..16).map(|_| agent.post_once(PATH, "once", body.clone()));
    let answers = futures_util::future::join_all(calls).await;
    let ids: HashSet<_> = answers
        .iter()
        .map(|answer| {
            assert_eq!(answer.status, 201, "{answer:?}");
            answer.request().id
        })
        .collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(all_requests(&gate.owner()).await, 1);

    let asked = answers[0].request();
    gate.owner()
        .decide(asked.id, &approve(&asked))
        .await
        .unwrap();
    let later = agent.post_once(PATH, "once", body.clone()).await;
    assert_eq!((later.status, later.request().id), (201, asked.id));
    assert_eq!(later.request().status, Status::Approved, "as it is now");

    agent
        .post_once(PATH, "once", with_params("{\"n\": 2}"))
        .await
        .refused(422, "idempotency-key-reused");
    let other = gate.agent_of("other", &["owner"], &["owner"]).await;
    let others = other
        .ask(&ask(serde_json::from_str(&body).unwrap()), "once")
        .await
        .unwrap();
    assert_ne!(others.id, asked.id, "a key belongs to its agent");
    assert_eq!(all_requests(&gate.owner()).await, 2);

    let gate = gate.restart().await;
    let after_restart = gate.agent_wire().post_once(PATH, "once", body).await;
    assert_eq!(after_restart.request().id, asked.id);
}

#[tokio::test]
async fn a_key_outlives_a_day_as_its_request_does() {
    let gate = TestGate::start().await;
    let body = with_params("1");
    let first = gate
        .agent_wire()
        .post_once(PATH, "once", body.clone())
        .await
        .request();
    gate.hands.pass(Span::from_hours(24 * 400));
    let later = gate
        .agent_wire()
        .post_once(PATH, "once", body)
        .await
        .request();
    assert_eq!(later.id, first.id);
}

#[tokio::test]
async fn what_policy_allows_costs_one_entry_and_leaves_nothing_to_do() {
    let gate = TestGate::start().await;
    let before = gate.gate.head().await.unwrap();
    let body = json!({"action": "file.read", "params": {"path": "notes.txt"}});
    let asked = accepted(&gate.agent_wire(), body.to_string())
        .await
        .request();
    assert_eq!(asked.status, Status::Allowed);
    assert_eq!(asked.review, None);
    assert_eq!(asked.expires_at, None);
    assert_eq!(asked.execution.lapses_at, None);
    let log = gate.gate.log(before).await.unwrap();
    assert_eq!(
        log.len(),
        1,
        "one commit, and nothing but the request in it"
    );
    assert_eq!(gate.gate.head().await.unwrap(), before + 1);
    let filter = serde_json::from_value(json!({"status": "pending"})).unwrap();
    let pending = gate.owner().requests(&filter).await.unwrap();
    assert_eq!((pending.items.len(), pending.total), (0, Some(0)));
}

#[tokio::test]
async fn nothing_beside_the_parameters_can_be_made_heavy_for_everybody() {
    let gate = TestGate::start().await;
    let agent = gate.agent_wire();
    let long = "x".repeat(70_000);
    let many: Vec<_> = (0..20)
        .map(|n| format!("{n}{}", "x".repeat(4_000)))
        .collect();
    for (field, pointer) in [
        (json!({"title": long}), "/title"),
        (
            json!({"resource": {"type": "deal", "id": long}}),
            "/resource/id",
        ),
        (
            json!({"risk": {"level": "low", "reason": long}}),
            "/risk/reason",
        ),
        (
            json!({"voice": {"hold_message": long}}),
            "/voice/hold_message",
        ),
        (json!({"context": {"note": long}}), "/context"),
        (json!({"recipients": [long]}), "/recipients/0"),
        (json!({"recipients": many}), "/params"),
    ] {
        let mut body = json!({"action": "x.y", "params": {}});
        body.as_object_mut()
            .unwrap()
            .extend(field.as_object().unwrap().clone());
        let problem = agent
            .post("/v1/requests", body.to_string())
            .await
            .refused(422, "invalid-input");
        assert_eq!(problem.errors[0].pointer, pointer);
    }
    let asked = agent
        .post(
            "/v1/requests",
            r#"{"action": "x.y", "params": {}, "context": {"a": 1}}"#,
        )
        .await;
    let listed = gate.owner_wire().get("/v1/requests").await.json();
    assert_eq!(listed["items"][0]["id"], asked.json()["id"]);
    assert_eq!(
        listed["items"][0]["context"],
        json!(null),
        "a list is for finding"
    );
}

#[tokio::test]
async fn one_agent_teaches_only_so_many_actions() {
    let gate = TestGate::start().await;
    let agent = gate.agent_wire();
    for n in 0..200 {
        let body = json!({"action": format!("learnt.n{n}"), "params": {}}).to_string();
        assert_eq!(agent.post("/v1/requests", body).await.status, 201);
    }
    let more = r#"{"action": "learnt.more", "params": {}}"#;
    agent
        .post("/v1/requests", more)
        .await
        .refused(429, "too-many-actions");
    assert_eq!(
        agent
            .post("/v1/requests", r#"{"action": "learnt.n7", "params": {}}"#)
            .await
            .status,
        201
    );
    let other = gate.agent_of("other", &["owner"], &["owner"]).await;
    let asked = other
        .ask(
            &crate::support::ask(json!({"action": "learnt.more", "params": {}})),
            "k",
        )
        .await;
    assert_eq!(asked.unwrap().action.as_str(), "learnt.more");
}

#[tokio::test]
async fn recipients_that_only_the_agent_names_are_marked_as_its_claim() {
    let gate = TestGate::start().await;
    let agent = gate.agent_wire();
    let claimed =
        r#"{"action": "payment.send", "params": {"account": "X1"}, "recipients": ["ACME Ltd"]}"#;
    let found = r#"{"action": "payment.send", "params": {"to": "X1"}, "recipients": ["X1"]}"#;
    let neither = r#"{"action": "payment.send", "params": {"account": "X1"}}"#;
    for (body, marked) in [(claimed, true), (found, false), (neither, false)] {
        let asked = agent.post("/v1/requests", body).await.request();
        assert_eq!(asked.recipients_claimed, marked, "{body}");
    }
}

#[tokio::test]
async fn a_token_that_is_bound_to_nodes_asks_from_nowhere_else() {
    let gate = TestGate::start().await;
    let token = gate
        .token(json!({"agent": "local", "nodes": ["free/*", "cron"]}))
        .await;
    let agent = gate.wire(&token);
    let body = |node: Value| json!({"action": "file.read", "params": {}, "node": node}).to_string();
    for node in ["free/search", "cron"] {
        assert_eq!(
            agent.post("/v1/requests", body(json!(node))).await.status,
            201,
            "{node}"
        );
    }
    for node in [json!("paid/search"), json!("cron2"), json!(""), Value::Null] {
        agent
            .post("/v1/requests", body(node))
            .await
            .refused(403, "forbidden");
    }
    let bound = r#"{"person": "owner", "nodes": ["free/*"]}"#;
    gate.owner_wire()
        .post("/v1/tokens", bound)
        .await
        .refused(422, "invalid-input");
}

/// A token that is bound to nodes reads what was asked elsewhere no more than it asks there: not by its id, not by
/// waiting for it, not among what its agent is to be told, and not by a key that another token used.
#[tokio::test]
async fn a_token_that_is_bound_to_nodes_sees_nothing_that_was_asked_elsewhere() {
    let gate = TestGate::start().await;
    let bound = json!({"agent": "local", "nodes": ["free/*"]});
    let bound = gate.wire(&gate.token(bound).await);
    let free = gate.agent_wire();
    let body = |node: &str| {
        json!({"action": "email.send", "params": {"to": "pat@partner.example"}, "node": node})
            .to_string()
    };
    let mut ids = Vec::new();
    for node in ["paid/a", "free/a"] {
        let asked = free.post_once("/v1/requests", node, body(node)).await;
        let asked = asked.request();
        let decision = json!({"decision": "reject", "notify_agent": true}).to_string();
        let path = format!("/v1/requests/{}", asked.id);
        let owner = gate.owner_wire();
        let decided = owner.post(&format!("{path}/decision"), decision).await;
        assert_eq!(decided.status, 200, "{decided:?}");
        assert_eq!(free.get(&path).await.status, 200);
        ids.push((node, asked.id));
    }
    for (node, id) in &ids {
        let path = format!("/v1/requests/{id}");
        let again = bound.post_once("/v1/requests", node, body(node)).await;
        let seen = [
            bound.get(&path).await,
            bound.get(&format!("{path}?wait=1")).await,
        ];
        match *node {
            "free/a" => {
                assert_eq!(again.request().id, *id);
                assert!(seen.iter().all(|answer| answer.status == 200));
            }
            _ => {
                again.refused(404, "not-found");
                for answer in seen {
                    answer.refused(404, "not-found");
                }
                let taken = bound.post(&format!("/v1/notices/{id}/ack"), "{}").await;
                taken.refused(404, "not-found");
            }
        }
    }
    let notices = bound.get("/v1/notices").await.json();
    let items = notices["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{notices}");
    assert_eq!(items[0]["id"], json!(ids[1].1), "{notices}");
    let all = free.get("/v1/notices").await.json();
    assert_eq!(all["items"].as_array().unwrap().len(), 2, "{all}");
}

/// Whoever asks by hand has what comes back on a terminal: what was wrong is named, and nothing of it is obeyed.
#[tokio::test]
async fn what_is_refused_is_named_in_characters_that_can_be_seen() {
    let gate = TestGate::start().await;
    let odd = "a\u{1b}[2J\u{9b}31m\u{202e}\u{7f}b";
    for body in [
        json!({"action": "x.try", "params": {}, odd: 1}),
        json!({"action": "x.try", "params": {}, "trigger": odd}),
        json!({"action": odd, "params": {}}),
    ] {
        let answer = gate
            .agent_wire()
            .post("/v1/requests", body.to_string())
            .await;
        let problem = answer.refused(422, "invalid-input");
        assert!(!problem.errors.is_empty());
        let hidden = |c: char| c.is_control() || c == '\u{202e}';
        assert!(!answer.body.contains(hidden), "{:?}", answer.body);
    }
    let answer = gate
        .agent_wire()
        .post(
            "/v1/requests",
            json!({"action": "x.try", "params": {}, odd: 1}).to_string(),
        )
        .await;
    assert_eq!(answer.problem().errors[0].pointer, format!("/{odd}"));
}
