//! Single things by their ids: to look at one, to change it, to let it go.

use reqwest::Method;
use serde::de::DeserializeOwned;

use super::{Client, Result};
use crate::api::people::{
    Agent, AgentChanged, Group, Me, PatchAgent, PatchGroup, PatchMe, PatchPerson, PatchTeam,
    Person, Team,
};
use crate::api::settings::{ActionView, Integration};
use crate::domain::id::{ActionName, AgentId, GroupId, IntegrationName, PersonId, TeamId};

impl Client {
    /// Changes the calling person: when they are away, and how they are told.
    pub async fn change_me(&self, patch: &PatchMe) -> Result<Me> {
        self.send(Method::PATCH, "v1/me", patch).await
    }

    /// One person.
    pub async fn person(&self, id: &PersonId) -> Result<Person> {
        self.get(&format!("v1/people/{id}")).await
    }

    /// Changes a person.
    pub async fn change_person(&self, id: &PersonId, patch: &PatchPerson) -> Result<Person> {
        self.send(Method::PATCH, &format!("v1/people/{id}"), patch)
            .await
    }

    /// Ends what a person may do: their tokens and their opt-ins too.
    pub async fn remove_person(&self, id: &PersonId) -> Result<Person> {
        self.delete(&format!("v1/people/{id}")).await
    }

    /// One agent.
    pub async fn agent(&self, id: &AgentId) -> Result<Agent> {
        self.get(&format!("v1/agents/{id}")).await
    }

    /// Changes an agent; disabling it ends what is open of it.
    pub async fn change_agent(&self, id: &AgentId, patch: &PatchAgent) -> Result<AgentChanged> {
        self.send(Method::PATCH, &format!("v1/agents/{id}"), patch)
            .await
    }

    /// Disables an agent and ends its tokens.
    pub async fn remove_agent(&self, id: &AgentId) -> Result<AgentChanged> {
        self.delete(&format!("v1/agents/{id}")).await
    }

    /// One team.
    pub async fn team(&self, id: &TeamId) -> Result<Team> {
        self.get(&format!("v1/teams/{id}")).await
    }

    /// Changes a team.
    pub async fn change_team(&self, id: &TeamId, patch: &PatchTeam) -> Result<Team> {
        self.send(Method::PATCH, &format!("v1/teams/{id}"), patch)
            .await
    }

    /// Removes a team that nothing refers to.
    pub async fn remove_team(&self, id: &TeamId) -> Result<Team> {
        self.delete(&format!("v1/teams/{id}")).await
    }

    /// One group.
    pub async fn group(&self, id: &GroupId) -> Result<Group> {
        self.get(&format!("v1/groups/{id}")).await
    }

    /// Changes a group.
    pub async fn change_group(&self, id: &GroupId, patch: &PatchGroup) -> Result<Group> {
        self.send(Method::PATCH, &format!("v1/groups/{id}"), patch)
            .await
    }

    /// Removes a group that nothing refers to.
    pub async fn remove_group(&self, id: &GroupId) -> Result<Group> {
        self.delete(&format!("v1/groups/{id}")).await
    }

    /// One integration.
    pub async fn integration(&self, name: &IntegrationName) -> Result<Integration> {
        self.get(&format!("v1/integrations/{name}")).await
    }

    /// One action.
    pub async fn action(&self, name: &ActionName) -> Result<ActionView> {
        self.get(&format!("v1/actions/{name}")).await
    }

    async fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        let call = self.call(Method::DELETE, path)?;
        self.answer(call.timeout(self.patience)).await
    }
}
