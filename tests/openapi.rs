//! The API describes itself: what `/openapi.json` says is what the gate does, and the examples of the
//! API's own page fit it.

use std::collections::BTreeSet;

use jsonschema::Validator;
use serde_json::{Value, json};
use signoff::server::ROUTES;

use crate::support::{TestGate, Wire, email};

/// What the page on asking sends.
const ASKING: &str = r#"{
    "action": "email.send", "kind": "tool_call", "title": "Follow up with Acme about the renewal",
    "reason": "Their contract ends on 30 November and nobody has answered since the 3rd.",
    "trigger": "schedule", "conversation": null, "node": "outreach/send", "on_behalf_of": "ana",
    "resource": {"type": "deal", "id": "D-4411", "owner": "ben"},
    "recipients": ["cfo@acme.example"],
    "params": {"to": ["cfo@acme.example"], "subject": "Your renewal", "body": "Dear …"},
    "context": {"records": 1}, "risk": {"level": "medium", "reason": "external recipient"},
    "expires_in": "2h", "waiting": true, "callback_url": null,
    "voice": {"hold_message": "I need to verify this with my team. One moment please.",
              "hold_audio_url": null},
    "checkpoint": {"thread": 81, "step": 4}
}"#;

/// What the page on deciding sends.
const DECIDING: &str = r#"{
    "decision": "approve", "plan": 1, "reason": "checked with Ben", "notify_agent": true,
    "digest": "sha256:9f2c0000000000000000000000000000000000000000000000000000000000ff",
    "params": null, "remember": "once"
}"#;

/// The description, as a gate gives it.
struct Description(Value);

impl Description {
    async fn of(gate: &TestGate) -> Self {
        let answer = Wire::new(&gate.url, None).get("/openapi.json").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        Self(answer.json())
    }

    fn operation(&self, method: &str, path: &str) -> &Value {
        let operation = &self.0["paths"][path][method];
        assert!(operation.is_object(), "{method} {path} isn't described");
        operation
    }

    fn validator(&self, schema: &Value) -> Validator {
        let whole = json!({
            "allOf": [schema],
            "components": self.0["components"],
        });
        jsonschema::draft202012::options()
            .should_validate_formats(true)
            .build(&whole)
            .unwrap()
    }

    fn body(&self, method: &str, path: &str) -> Validator {
        let content = &self.operation(method, path)["requestBody"]["content"];
        self.validator(&content["application/json"]["schema"])
    }

    fn answer(&self, method: &str, path: &str, status: &str, kind: &str) -> Validator {
        let answer = &self.operation(method, path)["responses"][status];
        assert!(answer.is_object(), "{method} {path} has no {status}");
        self.validator(&answer["content"][kind]["schema"])
    }
}

#[track_caller]
fn fits(validator: &Validator, value: &Value) {
    let faults: Vec<_> = validator
        .iter_errors(value)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{faults:#?} in {value:#}");
}

#[tokio::test]
async fn every_route_is_described_and_nothing_else() {
    let gate = TestGate::start().await;
    let described = Description::of(&gate).await;
    let paths = described.0["paths"].as_object().unwrap();
    let operations: BTreeSet<_> = paths
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().keys();
            methods.map(move |method| (method.as_str(), path.as_str()))
        })
        .collect();
    assert_eq!(operations, ROUTES.iter().copied().collect());
    let mut ids = BTreeSet::new();
    for (method, path) in operations {
        let operation = described.operation(method, path);
        assert!(ids.insert(operation["operationId"].as_str().unwrap()));
        assert!(
            operation["summary"].as_str().unwrap().ends_with('.'),
            "{path}"
        );
    }
    assert_eq!(described.0["openapi"], "3.1.0");
}

#[tokio::test]
async fn what_the_pages_on_asking_and_deciding_send_fits_and_a_misspelt_setting_does_not() {
    let gate = TestGate::start().await;
    let described = Description::of(&gate).await;
    for (path, example) in [
        ("/v1/requests", ASKING),
        ("/v1/requests/{id}/decision", DECIDING),
    ] {
        let body = described.body("post", path);
        let mut example: Value = serde_json::from_str(example).unwrap();
        fits(&body, &example);
        example["expires_inn"] = json!("1h");
        assert!(!body.is_valid(&example), "{path}");
    }
}

#[tokio::test]
async fn the_examples_in_the_description_fit_it() {
    let gate = TestGate::start().await;
    let described = Description::of(&gate).await;
    let mut seen = 0;
    for &(method, path) in ROUTES {
        let body = &described.operation(method, path)["requestBody"];
        let schema = &body["content"]["application/json"]["schema"];
        for example in schema["examples"].as_array().into_iter().flatten() {
            fits(&described.validator(schema), example);
            seen += 1;
        }
    }
    assert_eq!(seen, 9);
}

#[tokio::test]
async fn what_the_pages_show_is_what_a_gate_answers() {
    let gate = TestGate::start().await;
    let owner = gate.owner_wire();
    for (path, body) in [
        ("/v1/people", r#"{"id": "ana"}"#),
        ("/v1/people", r#"{"id": "ben"}"#),
        ("/v1/agents", r#"{"id": "outreach", "owners": ["ana"]}"#),
    ] {
        assert_eq!(owner.post(path, body).await.status, 201);
    }
    let described = Description::of(&gate).await;
    let outreach = gate.wire(&gate.token(json!({"agent": "outreach"})).await);
    let ana = gate.wire(&gate.token(json!({"person": "ana"})).await);
    let asked = outreach.post("/v1/requests", ASKING).await;
    assert_eq!(asked.status, 201, "{asked:?}");
    let request = asked.json();
    let answer = |path, status, kind| described.answer("post", path, status, kind);
    fits(&answer("/v1/requests", "201", "application/json"), &request);
    let path = format!("/v1/requests/{}/decision", request["id"].as_str().unwrap());
    let stale = ana.post(&path, DECIDING).await;
    let decision = "/v1/requests/{id}/decision";
    fits(
        &answer(decision, "409", "application/problem+json"),
        &stale.json(),
    );
    let mut deciding: Value = serde_json::from_str(DECIDING).unwrap();
    deciding["digest"] = request["digest"].clone();
    let decided = ana.post(&path, deciding.to_string()).await;
    assert_eq!(decided.status, 200, "{decided:?}");
    fits(
        &answer(decision, "200", "application/json"),
        &decided.json(),
    );
}

#[tokio::test]
async fn a_body_that_the_description_forbids_is_refused_and_one_that_it_allows_is_not() {
    let gate = TestGate::start().await;
    let described = Description::of(&gate).await;
    let body = described.body("post", "/v1/requests");
    let longest = "é".repeat(4_096);
    let too_long = "é".repeat(4_097);
    let with = |field: &str, value: Value| {
        let mut ask = serde_json::to_value(email()).unwrap();
        ask[field] = value;
        ask
    };
    for (ask, allowed) in [
        (with("title", json!(longest)), true),
        (with("title", json!(too_long)), false),
        (with("title", json!(null)), true),
        (with("kind", json!(null)), false),
        (with("action", json!("Email.send")), false),
        (with("expires_in", json!("2 hours")), false),
        (with("risk", json!({"level": "none"})), false),
        (with("recipients", json!([too_long])), false),
        (with("on_behalf_of", json!("-")), false),
        (with("resource", json!(["deal", "D-4411"])), false),
        (with("kind", json!({"step": null})), false),
        (with("callback_url", json!("https://agent.example")), false),
    ] {
        assert_eq!(body.is_valid(&ask), allowed, "{ask}");
        let answer = gate
            .agent_wire()
            .post("/v1/requests", ask.to_string())
            .await;
        assert_eq!(answer.status, if allowed { 201 } else { 422 }, "{answer:?}");
    }
}
