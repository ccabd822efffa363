//! Who did something, as the log names them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};

use super::id::{AgentId, BadId, PersonId, WorkerId};

/// A person by their bare id, an agent as `agent:ID`, a worker as `worker:ID`, and the two that are nobody: the clock, whose
/// deadlines settle things, and the gate itself, which sets up a new workspace.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub enum Actor {
    Person(PersonId),
    Agent(AgentId),
    Worker(WorkerId),
    Clock,
    Gate,
}

impl Actor {
    /// Ids that no person may have, because they would pass for somebody else in the log.
    pub const RESERVED: [&'static str; 3] = ["clock", "gate", "me"];
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Actor::Person(id) => f.pad(id.as_str()),
            Actor::Agent(id) => write!(f, "agent:{id}"),
            Actor::Worker(id) => write!(f, "worker:{id}"),
            Actor::Clock => f.pad("clock"),
            Actor::Gate => f.pad("gate"),
        }
    }
}

impl FromStr for Actor {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        match text {
            "clock" => Ok(Actor::Clock),
            "gate" => Ok(Actor::Gate),
            _ => match text.split_once(':') {
                Some(("agent", agent)) => agent.parse().map(Actor::Agent),
                Some(("worker", worker)) => worker.parse().map(Actor::Worker),
                _ => text.parse().map(Actor::Person),
            },
        }
    }
}

impl Serialize for Actor {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self {
            Actor::Person(id) => id.serialize(out),
            other => out.collect_str(other),
        }
    }
}

impl TryFrom<String> for Actor {
    type Error = BadId;

    fn try_from(text: String) -> Result<Self, BadId> {
        text.parse()
    }
}
