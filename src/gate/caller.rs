//! Who calls. The decider is always the caller, never a field of a body.

use super::{Gate, GateError, Secret};
use crate::domain::actor::Actor;
use crate::domain::id::{AgentId, PersonId, TokenId, WorkerId};
use crate::domain::people::Holder;
use crate::domain::review::Reviewer;
use crate::domain::workspace::Workspace;

pub use crate::domain::people::Role;

/// An authenticated caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub token: TokenId,
    pub holder: Holder,
    /// What a person may do; programs have no role.
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
            Holder::Agent(_) | Holder::Worker(_) => None,
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
                Holder::Worker(_) => true,
            }
    }
}

impl Caller {
    /// The caller as the log names them.
    pub fn actor(&self) -> Actor {
        self.holder.actor()
    }

    /// The agent that calls; nobody else asks.
    pub fn agent(&self) -> Result<&AgentId, GateError> {
        match &self.holder {
            Holder::Agent(agent) => Ok(agent),
            other => Err(wrong_kind("an agent's token", other)),
        }
    }

    /// The person who calls; a program can't decide.
    pub fn person(&self) -> Result<&PersonId, GateError> {
        match &self.holder {
            Holder::Person(person) => Ok(person),
            other => Err(wrong_kind("a person's token", other)),
        }
    }

    /// The worker that calls; nobody else runs what others asked for.
    pub fn worker(&self) -> Result<&WorkerId, GateError> {
        match &self.holder {
            Holder::Worker(worker) => Ok(worker),
            other => Err(wrong_kind("a worker's token", other)),
        }
    }

    /// Refuses who runs nothing.
    pub fn runs(&self) -> Result<(), GateError> {
        match &self.holder {
            Holder::Agent(_) | Holder::Worker(_) => Ok(()),
            other => Err(wrong_kind("an agent's or a worker's token", other)),
        }
    }

    /// Refuses who can have no part in a request: neither asks nor answers.
    pub fn asks_or_answers(&self) -> Result<(), GateError> {
        match &self.holder {
            Holder::Person(_) | Holder::Agent(_) => Ok(()),
            other => Err(wrong_kind("a person's or an agent's token", other)),
        }
    }

    /// The one who decides: a person, or an agent where a plan names it.
    pub fn reviewer_self(&self) -> Result<Reviewer, GateError> {
        match &self.holder {
            Holder::Person(person) => Ok(Reviewer::Person(person.clone())),
            Holder::Agent(agent) => Ok(Reviewer::Agent(agent.clone())),
            other => Err(wrong_kind("a person's token", other)),
        }
    }

    /// The person who calls, if nothing in the workspace is hidden from them.
    pub fn overseer(&self) -> Result<&PersonId, GateError> {
        let person = self.person()?;
        match self.sees_everything() {
            true => Ok(person),
            false => Err(GateError::Forbidden(format!(
                "this needs the role manager, admin or owner; {person} is a {}",
                self.role.map_or("guest", Role::word)
            ))),
        }
    }

    /// The person who calls, if they manage the workspace.
    pub fn manager(&self) -> Result<&PersonId, GateError> {
        let person = self.person()?;
        manages(person, self.role).map(|_| person)
    }

    /// Refuses a call whose token was revoked after it began: some wait long.
    pub(super) fn speaks_in(&self, workspace: &Workspace) -> Result<(), GateError> {
        match workspace.tokens.get(&self.token) {
            Some(token) if !token.revoked => Ok(()),
            _ => Err(GateError::TokenRevoked),
        }
    }

    /// The role of a caller who manages the workspace as this snapshot has it. What they were when
    /// their call began may be over.
    pub(super) fn manages_in(&self, workspace: &Workspace) -> Result<Role, GateError> {
        let person = self.person()?;
        self.speaks_in(workspace)?;
        manages(person, workspace.role(person))
    }
}

fn wrong_kind(needed: &'static str, given: &Holder) -> GateError {
    GateError::WrongKind {
        needed,
        given: given.whose(),
    }
}

fn manages(person: &PersonId, role: Option<Role>) -> Result<Role, GateError> {
    match role {
        Some(role) if role.manages() => Ok(role),
        _ => Err(GateError::Forbidden(format!(
            "this needs the role admin or owner; {person} is a {}",
            role.map_or("guest", Role::word)
        ))),
    }
}
