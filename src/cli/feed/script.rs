//! What the sample plays, read from `assets/sample.toml`.

use std::time::Duration;

use serde::{Deserialize, Deserializer, de};

use crate::api::people::{NewAgent, NewPerson};
use crate::api::request::{Ask, Decide};
use crate::domain::digest::Digest;
use crate::domain::execution::Outcome;
use crate::domain::id::{ActionName, AgentId, PersonId};
use crate::domain::untrusted::Untrusted;

/// The whole of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    pub policy: String,
    #[serde(rename = "person")]
    pub people: Vec<NewPerson>,
    #[serde(rename = "agent")]
    pub agents: Vec<NewAgent>,
    pub away: Vec<PersonId>,
    pub unlocked: Vec<ActionName>,
    pub always: Vec<ActionName>,
    #[serde(rename = "ask")]
    pub parts: Vec<Part>,
}

/// A request, and what becomes of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    pub agent: AgentId,
    pub name: Option<String>,
    #[serde(default, deserialize_with = "seconds")]
    pub after: Duration,
    pub follows: Option<Follows>,
    #[serde(default)]
    pub votes: Vec<Vote>,
    #[serde(default)]
    pub withdrawn: bool,
    #[serde(default)]
    pub ends: Ends,
    #[serde(deserialize_with = "by_json")]
    pub request: Ask,
}

/// The request after which another is asked, and how that has to have ended.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Follows {
    pub name: String,
    pub status: String,
}

/// What somebody says to a request.
#[derive(Debug, Deserialize)]
pub struct Vote {
    pub by: PersonId,
    /// The rest, as the API takes it.
    #[serde(flatten)]
    says: toml::Table,
}

/// How a run ends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ends {
    pub outcome: Outcome,
    pub error: Option<Untrusted>,
}

impl Default for Ends {
    fn default() -> Self {
        Self {
            outcome: Outcome::Executed,
            error: None,
        }
    }
}

impl Script {
    /// The one that ships with the program.
    pub fn shipped() -> Self {
        toml::from_str(include_str!("../../../assets/sample.toml"))
            .expect("the sample that ships is read by a test")
    }
}

impl Part {
    /// Whether it is there when the inbox opens.
    pub fn opens(&self) -> bool {
        self.follows.is_none() && self.after.is_zero()
    }

    /// Whether it is asked once that one has ended so.
    pub fn comes_after(&self, other: &Part, status: &str) -> bool {
        let follows = self.follows.as_ref();
        follows.is_some_and(|it| other.name.as_ref() == Some(&it.name) && it.status == status)
    }
}

impl Vote {
    /// As it is sent, about what has this digest.
    pub fn decide(&self, digest: Digest) -> Result<Decide, serde_json::Error> {
        let mut says = self.says.clone();
        says.insert("digest".to_owned(), digest.to_string().into());
        serde_json::from_str(&serde_json::to_string(&says)?)
    }
}

fn seconds<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    u64::deserialize(from).map(Duration::from_secs)
}

/// A request has parameters as JSON, and keeps their text.
fn by_json<'de, D: Deserializer<'de>>(from: D) -> Result<Ask, D::Error> {
    let table = toml::Table::deserialize(from)?;
    let json = serde_json::to_string(&table).map_err(de::Error::custom)?;
    serde_json::from_str(&json).map_err(de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_that_ships_is_whole() {
        let script = Script::shipped();
        assert!(script.parts.iter().filter(|part| part.opens()).count() > 20);
        let agents: Vec<&AgentId> = script.agents.iter().map(|agent| &agent.id).collect();
        for part in &script.parts {
            assert!(agents.contains(&&part.agent), "{}", part.agent);
            for vote in &part.votes {
                vote.decide(Digest::of_bytes(b"")).unwrap();
            }
            if let Some(follows) = &part.follows {
                let named = |other: &Part| other.name.as_ref() == Some(&follows.name);
                assert!(script.parts.iter().any(named), "{}", follows.name);
            }
        }
    }
}
