//! The document: every operation, and what they have in common.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Callers, Operation, Schemas, Sketch};
use crate::api::problem::{Problem, ProblemKind};

/// An operation as the document shows it.
pub(in crate::server) struct Described {
    method: &'static str,
    path: &'static str,
    operation: Value,
}

impl Described {
    /// Describes one route: `name` is its handler's, `problems` are those that are its own.
    pub(in crate::server) fn new<A>(
        (method, path): (&'static str, &'static str),
        (name, handler): (&str, &impl Operation<A>),
        summary: &str,
        problems: &[ProblemKind],
        schemas: &mut Schemas,
    ) -> Self {
        let mut sketch = handler.sketch(path, schemas);
        sketch.refuses(problems);
        // What may happen to any call: it came to the wrong place, or at the wrong time.
        sketch.refuses(&[
            ProblemKind::WrongHost,
            ProblemKind::ForeignOrigin,
            ProblemKind::Busy,
            ProblemKind::Unavailable,
            ProblemKind::Internal,
        ]);
        Self {
            method,
            path,
            operation: operation(&sketch, name, summary, schemas),
        }
    }
}

fn operation(sketch: &Sketch, name: &str, summary: &str, schemas: &mut Schemas) -> Value {
    let tag = name.split("::").next().unwrap_or(name);
    let mut operation = json!({
        "operationId": name.replace("::", "_"),
        "tags": [tag],
        "summary": summary,
        "description": who(sketch.callers),
        "security": security(sketch.callers),
        "responses": sketch.answer,
    });
    if !sketch.parameters.is_empty() {
        operation["parameters"] = Value::Array(sketch.parameters.clone());
    }
    if let Some(body) = &sketch.body {
        operation["requestBody"] = body.clone();
    }
    let mut by_status: BTreeMap<u16, Vec<ProblemKind>> = BTreeMap::new();
    for problem in &sketch.problems {
        by_status
            .entry(problem.status())
            .or_default()
            .push(*problem);
    }
    for (status, kinds) in by_status {
        operation["responses"][status.to_string()] = refusal(status, &kinds, schemas);
    }
    let responses = operation["responses"].as_object_mut();
    for response in responses.into_iter().flat_map(Map::values_mut) {
        response["headers"]["X-Request-Id"] = json!({
            "required": true,
            "description": "The id of this call in the gate's log.",
            "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        });
    }
    operation
}

/// One status, and the kinds of problem that have it here.
fn refusal(status: u16, kinds: &[ProblemKind], schemas: &mut Schemas) -> Value {
    let titles: Vec<_> = kinds.iter().map(|kind| kind.title()).collect();
    let types: Vec<_> = kinds
        .iter()
        .map(|kind| format!("/problems/{}", kind.name()))
        .collect();
    let mut response = json!({
        "description": format!("{}.", titles.join(", or: ")),
        "content": {"application/problem+json": {"schema": {"allOf": [
            schemas.answer::<Problem>(),
            {"properties": {"type": {"enum": types}, "status": {"const": status}}},
        ]}}},
    });
    let header = match status {
        401 => Some(("WWW-Authenticate", "Bearer")),
        429 | 503 => Some(("Retry-After", "1")),
        _ => None,
    };
    if let Some((name, value)) = header {
        let schema = json!({"type": "string", "const": value});
        response["headers"] = json!({name: {"required": true, "schema": schema}});
    }
    response
}

const fn who(callers: Callers) -> &'static str {
    match callers {
        Callers::Open => "Anybody may call it, without a token.",
        Callers::Anybody => "Needs a token of any kind.",
        Callers::Agents => "Needs an agent's token.",
        Callers::People => "Needs a person's token.",
        Callers::Parties => "Needs a person's or an agent's token.",
        Callers::Workers => "Needs a worker's token.",
        Callers::Runners => "Needs an agent's or a worker's token.",
        Callers::Overseers => "Needs the token of a person with the role manager, admin or owner.",
        Callers::Managers => "Needs the token of a person with the role admin or owner.",
        Callers::ManagersUnlessLocal => {
            "Open where the gate listens on loopback; elsewhere it needs the token of a person with the \
             role admin or owner."
        }
    }
}

fn security(callers: Callers) -> Value {
    match callers {
        Callers::Open => json!([]),
        Callers::Anybody => json!([{"person": []}, {"agent": []}, {"worker": []}]),
        Callers::Parties => json!([{"person": []}, {"agent": []}]),
        Callers::Workers => json!([{"worker": []}]),
        Callers::Runners => json!([{"agent": []}, {"worker": []}]),
        Callers::Agents => json!([{"agent": []}]),
        Callers::ManagersUnlessLocal => json!([{}, {"person": []}]),
        Callers::People | Callers::Overseers | Callers::Managers => json!([{"person": []}]),
    }
}

/// The whole document.
pub(super) fn whole(described: Vec<Described>, schemas: Schemas) -> Value {
    let mut paths = Map::new();
    for Described {
        method,
        path,
        operation,
    } in described
    {
        let item = paths.entry(path).or_insert_with(|| json!({}));
        item[method] = operation;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "signoff",
            "summary": env!("CARGO_PKG_DESCRIPTION"),
            "description": ABOUT,
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "Apache-2.0", "identifier": env!("CARGO_PKG_LICENSE")},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas.components(),
            "securitySchemes": {
                "agent": bearer("The token of an agent: it asks, and runs what was approved."),
                "person": bearer("The token of a person: they decide."),
                "worker": bearer("The token of a worker: it runs what was approved."),
            },
        },
    })
}

fn bearer(description: &str) -> Value {
    json!({"type": "http", "scheme": "bearer", "description": description})
}

const ABOUT: &str = "Agents ask, policy answers what it can, people decide the rest, and the action then \
runs once, with exactly the parameters that were seen. Every error is a problem (RFC 9457) with a stable \
type. Unknown fields and parameters are errors. A body is at most 1 MiB, at most 64 deep, and has no \
duplicate keys, no U+0000 and no number that another reader of JSON would change. Whole numbers are written \
without a point.";
