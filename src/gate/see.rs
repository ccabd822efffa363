//! Who may see what. Whoever may not see a thing is told that there is none.

use std::sync::Arc;

use super::ask::check_node;
use super::{Caller, Gate, GateError, not_found};
use crate::domain::id::{PersonId, RequestId};
use crate::domain::people::Holder;
use crate::domain::request::Asked;
use crate::domain::review::Reviewer;
use crate::store::{Audience, Checkpoint, Entry, Listed, Payload, Query, Stored};

/// The most entries of the log that are read at once.
const LOG_PAGE: u32 = 500;

impl Caller {
    /// Whether this caller may see that request.
    pub fn may_see(&self, stored: &Stored) -> bool {
        match &self.holder {
            Holder::Agent(agent) => {
                let plan = stored.standing.plan.as_ref();
                let reviews =
                    || plan.is_some_and(|plan| plan.asks(&Reviewer::Agent(agent.clone())));
                *agent == stored.asked.agent || reviews()
            }
            Holder::Person(person) => {
                self.sees_everything()
                    || stored.asked.parties.contains(person)
                    || stored.standing.watchers.contains(person)
            }
            Holder::Worker(_) => false,
        }
    }

    /// Whether nothing in the workspace is hidden from this caller.
    pub fn sees_everything(&self) -> bool {
        self.role.is_some_and(|role| role.sees_everything())
    }

    /// Whose list a caller is shown who asks for what there is.
    pub fn audience(&self) -> Result<Audience, GateError> {
        let person = self.person()?;
        Ok(match self.sees_everything() {
            true => Audience::Everybody,
            false => Audience::Party(person.clone()),
        })
    }

    /// The list of what waits for one reviewer: one's own, or anybody's for those who see everything.
    pub fn reviewer(&self, reviewer: &PersonId) -> Result<Audience, GateError> {
        let person = self.person()?;
        match reviewer == person || self.sees_everything() {
            true => Ok(Audience::Reviewer(Reviewer::Person(reviewer.clone()))),
            false => Err(GateError::Forbidden(
                "only managers and up see what waits for somebody else; use reviewer=me".to_owned(),
            )),
        }
    }
}

impl Gate {
    /// One request, if the caller may see it.
    pub async fn request(&self, caller: &Caller, id: RequestId) -> Result<Stored, GateError> {
        self.request_since(caller, id, None).await
    }

    /// The same, as it was at some moment when the log ended at this position or later.
    pub(super) async fn request_since(
        &self,
        caller: &Caller,
        id: RequestId,
        position: Option<u64>,
    ) -> Result<Stored, GateError> {
        let found = self.read().request_since(id, position).await?;
        found
            .filter(|stored| caller.may_see(stored) && !self.is_elsewhere(caller, stored))
            .ok_or_else(|| not_found(id))
    }

    /// Whether the caller's agent asked it from a node that the caller's token isn't bound to.
    pub(super) fn is_elsewhere(&self, caller: &Caller, stored: &Stored) -> bool {
        let asked = &stored.asked;
        caller.holder == Holder::Agent(asked.agent.clone())
            && check_node(caller, asked.node.as_ref(), &self.workspace()).is_err()
    }

    /// Whether the caller's token is bound to nodes.
    pub(super) fn is_bound(&self, caller: &Caller) -> bool {
        let workspace = self.workspace();
        let token = workspace.tokens.get(&caller.token);
        token.is_some_and(|token| !token.nodes.is_empty())
    }

    /// Whether this person has a part in that request, found without reading it.
    pub async fn is_party(&self, person: &PersonId, id: RequestId) -> Result<bool, GateError> {
        Ok(self.read().is_party(id, person).await?)
    }

    /// What was sent with a request that the caller may see.
    pub async fn payload(&self, stored: &Stored) -> Result<Option<Payload>, GateError> {
        let (id, digest) = (stored.asked.id, stored.standing.digest);
        Ok(self.read().payload(id, digest).await?)
    }

    /// The parameters as they were asked, whoever has edited them since.
    pub async fn asked_payload(&self, stored: &Stored) -> Result<Option<Payload>, GateError> {
        let (id, digest) = (stored.asked.id, stored.asked.digest);
        Ok(self.read().payload(id, digest).await?)
    }

    /// The agent's own state, kept with a request.
    pub async fn checkpoint(&self, id: RequestId) -> Result<Option<Checkpoint>, GateError> {
        Ok(self.read().checkpoint(id).await?)
    }

    /// A page of requests.
    pub async fn list(&self, query: Query) -> Result<Listed, GateError> {
        Ok(self.read().list(query).await?)
    }

    /// How a verdict came about, if the caller may see the request.
    pub async fn why(&self, caller: &Caller, id: RequestId) -> Result<Arc<Asked>, GateError> {
        caller.person()?;
        Ok(self.request(caller, id).await?.asked)
    }

    /// The position of the log's last entry.
    pub async fn head(&self) -> Result<u64, GateError> {
        Ok(self.read().head().await?)
    }

    /// The next entries of the log after a position.
    pub async fn log(&self, after: u64) -> Result<Vec<Entry>, GateError> {
        Ok(self.read().log(after, LOG_PAGE).await?)
    }

    /// The log's tail as it grows.
    pub fn tail(&self) -> tokio::sync::broadcast::Receiver<Arc<super::Passing>> {
        self.news().tail()
    }
}
