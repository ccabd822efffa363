//! What a handler's signature says about its operation.

use std::collections::BTreeSet;
use std::future::Future;

use axum::extract::State;
use serde_json::{Map, Value, json};

use super::super::Shared;
use super::super::problem::Rejection;
use super::Schemas;
use crate::api::problem::ProblemKind;
use crate::gate::Caller;

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server) enum Callers {
    /// Everybody, without a token.
    Open,
    Anybody,
    Agents,
    People,
    /// Agents and people.
    Parties,
    Workers,
    /// Agents and workers.
    Runners,
    /// People with the role manager or above.
    Overseers,
    /// People with the role admin or owner.
    Managers,
    /// Everybody where the gate listens on loopback, elsewhere managers.
    ManagersUnlessLocal,
}

/// An operation as far as it is known.
pub(in crate::server) struct Sketch {
    pub(super) path: &'static str,
    pub(super) callers: Callers,
    pub(super) parameters: Vec<Value>,
    pub(super) body: Option<Value>,
    pub(super) answer: Value,
    pub(super) problems: BTreeSet<ProblemKind>,
}

impl Sketch {
    pub(super) fn new(path: &'static str) -> Self {
        Self {
            path,
            callers: Callers::Open,
            parameters: Vec::new(),
            body: None,
            answer: Value::Null,
            problems: BTreeSet::new(),
        }
    }

    /// Only these may call it.
    pub(in crate::server) fn only(&mut self, callers: Callers) {
        self.callers = callers;
        self.refuses(&[ProblemKind::Unauthorized]);
        match callers {
            Callers::Open | Callers::Anybody => {}
            Callers::Agents
            | Callers::People
            | Callers::Parties
            | Callers::Workers
            | Callers::Runners => self.refuses(&[ProblemKind::WrongKindOfToken]),
            Callers::Overseers | Callers::Managers | Callers::ManagersUnlessLocal => {
                self.refuses(&[ProblemKind::WrongKindOfToken, ProblemKind::Forbidden]);
            }
        }
    }

    /// It can end in these problems.
    pub(in crate::server) fn refuses(&mut self, problems: &[ProblemKind]) {
        self.problems.extend(problems);
    }

    /// It takes this body.
    pub(in crate::server) fn takes(&mut self, kind: &str, required: bool, schema: Value) {
        let body = self
            .body
            .get_or_insert(json!({"required": required, "content": {}}));
        body["content"][kind] = json!({"schema": schema});
    }

    /// It answers so when all goes well.
    pub(in crate::server) fn answers(&mut self, status: u16, kind: &str, schema: Value) {
        let answer = &mut self.answer[status.to_string()];
        answer["description"] = json!(if status == 201 { "Made." } else { "Done." });
        answer["content"][kind] = json!({"schema": schema});
    }

    /// It answers so, with nothing, when all goes well.
    pub(in crate::server) fn answers_nothing(&mut self) {
        self.answer["204"] = json!({"description": "All went well, and there is nothing to say."});
    }

    /// Its answer has this header.
    pub(in crate::server) fn answers_with(&mut self, header: &str, schema: &Value) {
        for answer in self
            .answer
            .as_object_mut()
            .into_iter()
            .flat_map(Map::values_mut)
        {
            answer["headers"][header] = json!({"required": true, "schema": schema});
        }
    }

    /// It takes this header.
    pub(in crate::server) fn header(&mut self, name: &str, description: &str, schema: Value) {
        self.parameters.push(json!({
            "name": name, "in": "header", "required": false, "description": description,
            "schema": schema,
        }));
    }

    /// It doesn't do without this header, which it takes.
    pub(in crate::server) fn requires(&mut self, header: &str) {
        let parameters = self.parameters.iter_mut();
        for parameter in parameters.filter(|parameter| parameter["name"] == header) {
            parameter["required"] = json!(true);
        }
    }

    /// It takes these parameters in the query: the properties of an object.
    pub(in crate::server) fn query(&mut self, object: &Value) {
        let required = object["required"].as_array().cloned().unwrap_or_default();
        for (name, schema) in object["properties"].as_object().into_iter().flatten() {
            let mut parameter = json!({
                "name": name, "in": "query",
                "required": required.iter().any(|other| other == name.as_str()),
                "schema": super::schemas::not_null(schema.clone()),
            });
            if let Some(text) = parameter["schema"]
                .as_object_mut()
                .and_then(|schema| schema.remove("description"))
            {
                parameter["description"] = text;
            }
            self.parameters.push(parameter);
        }
    }

    /// The part of its path that stands in braces is such a text.
    pub(in crate::server) fn path(&mut self, schema: &Value) {
        let name = self.path.split(['{', '}']).nth(1);
        let name = name.expect("a handler that takes a part of its path has one in braces");
        self.parameters.push(json!({
            "name": name, "in": "path", "required": true, "schema": schema,
        }));
    }
}

/// An argument of a handler: what it asks of a call.
pub(in crate::server) trait Takes {
    fn describe(sketch: &mut Sketch, schemas: &mut Schemas);
}

/// What a handler gives back.
pub(in crate::server) trait Gives {
    fn describe(sketch: &mut Sketch, schemas: &mut Schemas);
}

impl Takes for State<Shared> {
    fn describe(_: &mut Sketch, _: &mut Schemas) {}
}

impl Takes for Caller {
    fn describe(sketch: &mut Sketch, _: &mut Schemas) {
        sketch.only(Callers::Anybody);
    }
}

impl<T: Gives> Gives for Result<T, Rejection> {
    fn describe(sketch: &mut Sketch, schemas: &mut Schemas) {
        T::describe(sketch, schemas);
    }
}

/// A handler, whatever its arguments are.
pub(in crate::server) trait Operation<Arguments> {
    fn sketch(&self, path: &'static str, schemas: &mut Schemas) -> Sketch;
}

macro_rules! operations {
    ($([$($argument:ident)*])+) => {$(
        impl<F, Answer, $($argument),*> Operation<($($argument,)*)> for F
        where
            F: Fn($($argument),*) -> Answer,
            Answer: Future,
            Answer::Output: Gives,
            $($argument: Takes,)*
        {
            fn sketch(&self, path: &'static str, schemas: &mut Schemas) -> Sketch {
                let mut sketch = Sketch::new(path);
                $($argument::describe(&mut sketch, schemas);)*
                Answer::Output::describe(&mut sketch, schemas);
                sketch
            }
        }
    )+};
}

operations! { [] [A] [A B] [A B C] [A B C D] [A B C D E] [A B C D E G] }
