//! How values that are written as text describe themselves in JSON Schema: each pattern here says what
//! its type's `FromStr` takes. Types that are objects or words derive `JsonSchema` where they are defined.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::actor::Actor;
use super::digest::Digest;
use super::id::{
    ActionName, ActionPattern, AgentId, GroupId, IntegrationName, NoticeId, PersonId, RequestId,
    TeamId, TokenId, WorkerId,
};
use super::people::{Hour, UserRef, Zone};
use super::raw::RawJson;
use super::review::{Resolver, Reviewer};
use super::time::{At, Span};
use super::untrusted::Untrusted;

/// What an id made by the gate has after its prefix.
macro_rules! digits {
    () => {
        "[0-7][0-9a-hjkmnp-tv-z]{25}"
    };
}

/// An id that people chose.
macro_rules! name {
    () => {
        "[a-z0-9][a-z0-9_.-]{0,62}"
    };
}

/// One line for each type: its name, and what its text looks like.
macro_rules! texts {
    ($($type:ident: $schema:tt;)+) => {$(
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                let mut schema = json_schema!($schema);
                schema.insert("type".to_owned(), "string".into());
                schema
            }
        }
    )+};
}

texts! {
    RequestId: {"pattern": concat!("^req_", digits!(), "$")};
    TokenId: {"pattern": concat!("^tok_", digits!(), "$")};
    NoticeId: {"pattern": concat!("^ntc_", digits!(), "$")};
    PersonId: {"pattern": concat!("^", name!(), "$")};
    AgentId: {"pattern": concat!("^", name!(), "$")};
    WorkerId: {"pattern": concat!("^", name!(), "$")};
    TeamId: {"pattern": concat!("^", name!(), "$")};
    GroupId: {"pattern": concat!("^", name!(), "$")};
    ActionName: {"pattern": r"^[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)+$", "maxLength": 128};
    ActionPattern: {
        "pattern": r"^([a-z][a-z0-9_-]*(\.[a-z0-9_-]+)+|[a-z0-9_.*-]*\*[a-z0-9_.*-]*)$",
        "maxLength": 128
    };
    IntegrationName: {"pattern": "^[a-z][a-z0-9_-]*$", "maxLength": 128};
    Actor: {"pattern": concat!("^((agent|worker):)?", name!(), "$")};
    Reviewer: {"pattern": concat!("^(agent:)?", name!(), "$")};
    UserRef: {"pattern": concat!(r"^(\*|((group|team):)?", name!(), ")$")};
    Resolver: {"pattern": concat!(
        "^(requester|manager|record_owner|agent_owner|auto_after:[0-9]+(ms|s|m|h|d)",
        "|role:(member|manager|admin|owner)|(user|group|agent):", name!(), ")$"
    )};
    Digest: {"pattern": "^sha256:[0-9a-f]{64}$"};
    At: {"format": "date-time"};
    Hour: {"pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"};
    Zone: {"pattern": "^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$", "maxLength": 64};
    Span: {"pattern": "^[0-9]{1,11}(ms|s|m|h|d)$"};
}

/// Text is bounded where it is said, and as long as it happens to be where it is shown.
impl JsonSchema for Untrusted {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        match generator.contract().is_deserialize() {
            true => json_schema!({"type": "string", "maxLength": Untrusted::LONGEST}),
            false => json_schema!({"type": "string"}),
        }
    }
}

/// Any JSON value, handed on as it came.
impl JsonSchema for RawJson {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Json".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        true.into()
    }
}
