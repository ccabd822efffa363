//! What the gate says about the things on a page.

use crate::api::audit::Head;
use crate::api::people::{Agent, Group, Person, Team, TokenView};
use crate::api::policy::{PatternView, PolicyVersion};
use crate::api::request::Request;
use crate::client::PolicyInForce;
use crate::domain::id::AgentId;

use super::outline::Outline;
use super::section::Section;

/// What a page asks the gate for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub section: Section,
    /// The agent whose own page it is.
    pub agent: Option<AgentId>,
}

/// What a page shows, as the gate said it last.
#[derive(Debug, Default)]
pub struct Facts {
    pub agents: Vec<Agent>,
    pub people: Vec<Person>,
    pub teams: Vec<Team>,
    pub groups: Vec<Group>,
    pub tokens: Vec<TokenView>,
    pub patterns: Vec<PatternView>,
    pub policy: Option<PolicyInForce>,
    pub outline: Outline,
    pub versions: Vec<PolicyVersion>,
    /// What waits for a decision, as far as it was counted.
    pub waiting: Vec<Request>,
    /// More waits than was counted.
    pub more_wait: bool,
    /// What one agent asked, the newest first: what waits, then what is over.
    pub of_agent: Vec<Request>,
    pub head: Option<Head>,
}

impl Facts {
    /// How much of an agent waits: `12`, or `12+` where not all of it was counted.
    pub fn waits(&self, agent: &AgentId) -> String {
        let count = self
            .waiting
            .iter()
            .filter(|one| one.agent == *agent)
            .count();
        let more = if self.more_wait { "+" } else { "" };
        match count {
            0 if !self.more_wait => String::new(),
            count => format!("{count}{more}"),
        }
    }
}
