//! Who calls. The decider is always the caller, never a field of a body.

use super::{Gate, GateError, Secret};
use crate::domain::actor::Actor;
use crate::domain::id::{AgentId, PersonId, TokenId};
use crate::domain::people::Holder;
use crate::domain::review::Reviewer;

pub use crate::domain::people::Role;

/// An authenticated caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub token: TokenId,
    pub holder: Holder,
    /// What a person may do; agents have no role.
    pub role: Option<Role>,
}

impl Gate {
    /// The holder of a token, if it is one and they may still speak.
    pub fn caller(&self, secret: &str) -> Option<Caller> {
        let secret: Secret = secret.parse().ok()?;
        let workspace = self.workspace();
        let (token, holder) = workspace.holder(&secret.hash())?;
        let role = match holder {
            Holder::Person(person) => workspace.role(person),
            Holder::Agent(_) => None,
        };
        Some(Caller {
            token,
            holder: holder.clone(),
            role,
        })
    }

    /// Whether a caller whose call goes on for long may still speak as they did when it began.
    pub fn may_still_read(&self, caller: &Caller) -> bool {
        let workspace = self.workspace();
        let token = workspace.tokens.get(&caller.token);
        token.is_some_and(|token| !token.revoked)
            && match &caller.holder {
                Holder::Person(person) => workspace.role(person) == caller.role,
                Holder::Agent(agent) => workspace.agents.contains_key(agent),
            }
    }
}

impl Caller {
    /// The caller as the log names them.
    pub fn actor(&self) -> Actor {
        self.holder.actor()
    }

    /// The agent that calls; a person can't ask.
    pub fn agent(&self) -> Result<&AgentId, GateError> {
        match &self.holder {
            Holder::Agent(agent) => Ok(agent),
            Holder::Person(_) => Err(GateError::WrongKind {
                needed: "an agent's token",
                given: "a person's",
            }),
        }
    }

    /// The person who calls; an agent can't decide.
    pub fn person(&self) -> Result<&PersonId, GateError> {
        match &self.holder {
            Holder::Person(person) => Ok(person),
            Holder::Agent(_) => Err(GateError::WrongKind {
                needed: "a person's token",
                given: "an agent's",
            }),
        }
    }

    /// The one who decides: a person, or an agent where a plan names it.
    pub fn reviewer_self(&self) -> Result<Reviewer, GateError> {
        match &self.holder {
            Holder::Person(person) => Ok(Reviewer::Person(person.clone())),
            Holder::Agent(agent) => Ok(Reviewer::Agent(agent.clone())),
        }
    }

    /// The person who calls, if they manage the workspace.
    pub fn manager(&self) -> Result<&PersonId, GateError> {
        let person = self.person()?;
        match self.role {
            Some(role) if role.manages() => Ok(person),
            _ => Err(GateError::Forbidden(format!(
                "this needs the role admin or owner; {person} is a {}",
                self.role.map_or("guest", Role::word)
            ))),
        }
    }
}
