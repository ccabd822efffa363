//! What conditions see: the facts about a request as CEL values, made once however many conditions look
//! at them, and only those that one looks at.

use std::collections::HashMap;
use std::sync::OnceLock;

use cel::common::types::{
    CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString, CelTimestamp,
};
use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;
use chrono::DateTime;

use super::Facts;
use super::language::VARIABLES;
use super::work::Shape;
use crate::domain::json::Json;
use crate::domain::request::Trigger;

/// Bytes of texts, names and numbers that conditions look at.
const MOST_BYTES: u64 = 64 * 1024;
/// Elements of a list, or members of an object.
const MOST_ITEMS: u64 = 1_000;

/// The facts about one request, ready for any number of conditions.
pub struct Scene<'a> {
    facts: Facts<'a>,
    seen: [OnceLock<Seen<'a>>; VARIABLES.len()],
}

/// A variable: its value, and its shape for reckoning. One that is too large has no value.
struct Seen<'a> {
    value: Option<Box<dyn Val + 'a>>,
    shape: Shape<'a>,
}

impl<'a> Scene<'a> {
    /// The scene of these facts.
    pub fn of(facts: Facts<'a>) -> Self {
        Self {
            facts,
            seen: [const { OnceLock::new() }; VARIABLES.len()],
        }
    }

    /// The shape of a variable, none for what is no variable.
    pub(super) fn shape(&self, variable: &str) -> Option<&Shape<'a>> {
        self.seen(variable).map(|seen| &seen.shape)
    }

    /// Whether a variable is larger than conditions look at.
    pub(super) fn is_too_large(&self, variable: &str) -> bool {
        self.seen(variable).is_some_and(|seen| seen.value.is_none())
    }

    fn seen(&self, variable: &str) -> Option<&Seen<'a>> {
        let number = VARIABLES.iter().position(|known| *known == variable)?;
        Some(self.seen[number].get_or_init(|| see(&self.facts, variable)))
    }
}

impl VariableResolver for Scene<'_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        let value = self.seen(variable)?.value.as_deref()?;
        Some(CowVal::Borrowed(value))
    }
}

fn see<'a>(facts: &Facts<'a>, variable: &str) -> Seen<'a> {
    match variable {
        "action" => seen_text(facts.action),
        "agent" => seen_text(facts.agent),
        "user" => facts.user.map_or_else(seen_null, seen_text),
        "risk" => seen_text(facts.risk.word()),
        "trigger" => seen_text(trigger(facts.trigger)),
        "params" => seen_json(facts.params),
        "context" => facts.context.map_or_else(seen_null, seen_json),
        "recipients" => seen_recipients(facts.recipients),
        "resource" => resource(facts),
        "now" => Seen {
            shape: Shape::leaf(),
            value: DateTime::from_timestamp_millis(facts.now.millis())
                .map(|now| boxed(CelTimestamp::from(now.fixed_offset()))),
        },
        _ => seen_null(),
    }
}

fn boxed<'a>(value: impl Val + 'a) -> Box<dyn Val + 'a> {
    Box::new(value)
}

fn seen_null<'a>() -> Seen<'a> {
    Seen {
        value: Some(boxed(CelNull)),
        shape: Shape::leaf(),
    }
}

fn seen_text(text: &str) -> Seen<'_> {
    Seen {
        value: Some(boxed(CelString::from(text))),
        shape: Shape::text(text),
    }
}

fn seen_json(json: &Json) -> Seen<'_> {
    let shape = Shape::of(json);
    let fits = shape.bytes() <= MOST_BYTES && shape.longest() <= MOST_ITEMS;
    Seen {
        value: fits.then(|| value(json)),
        shape,
    }
}

fn seen_recipients(recipients: &[String]) -> Seen<'_> {
    let shape = Shape::list(recipients.iter().map(|recipient| Shape::text(recipient)));
    let fits = shape.bytes() <= MOST_BYTES && shape.longest() <= MOST_ITEMS;
    let list = || {
        let texts = recipients
            .iter()
            .map(|recipient| boxed(CelString::from(recipient.as_str())));
        boxed(CelList::from(texts.collect::<Vec<_>>()))
    };
    Seen {
        value: fits.then(list),
        shape,
    }
}

fn resource<'a>(facts: &Facts<'a>) -> Seen<'a> {
    let Some(resource) = facts.resource else {
        return seen_null();
    };
    let mut members = vec![
        ("type", resource.kind.raw_for_execution()),
        ("id", resource.id.raw_for_execution()),
    ];
    members.extend(
        resource
            .owner
            .as_ref()
            .map(|owner| ("owner", owner.as_str())),
    );
    let shape = Shape::map(members.iter().map(|(key, text)| (*key, Shape::text(text))));
    let map = || {
        let member =
            |(key, text): (&'a str, &'a str)| (CelMapKey::from(key), boxed(CelString::from(text)));
        boxed(CelMap::from(
            members.into_iter().map(member).collect::<HashMap<_, _>>(),
        ))
    };
    let fits = shape.bytes() <= MOST_BYTES;
    Seen {
        value: fits.then(map),
        shape,
    }
}

/// A value as CEL has it: whole numbers are int, others double. The depth of JSON is bounded by its
/// reader.
fn value<'a>(json: &'a Json) -> Box<dyn Val + 'a> {
    match json {
        Json::Null => boxed(CelNull),
        Json::Bool(bool) => boxed(CelBool::from(*bool)),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => boxed(CelInt::from(whole)),
            None => boxed(CelDouble::from(number.as_f64())),
        },
        Json::String(text) => boxed(CelString::from(text.as_str())),
        Json::Array(items) => boxed(CelList::from(items.iter().map(value).collect::<Vec<_>>())),
        Json::Object(members) => {
            let member =
                |(key, json): &'a (String, Json)| (CelMapKey::from(key.as_str()), value(json));
            boxed(CelMap::from(
                members.iter().map(member).collect::<HashMap<_, _>>(),
            ))
        }
    }
}

const fn trigger(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Chat => "chat",
        Trigger::Schedule => "schedule",
        Trigger::Email => "email",
        Trigger::Webhook => "webhook",
        Trigger::Voice => "voice",
        Trigger::Api => "api",
    }
}
