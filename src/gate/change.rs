//! Changing agents, teams and groups. An agent that is disabled or removed stays known, because what it
//! did does; what is open of it ends. A team or a group goes only when nothing refers to it.

use super::bounds;
use super::references::{
    distinct, missing_people, missing_team, missing_users, no_callbacks, of_group, of_team,
    refuse_if_any,
};
use super::tokens::tokens_of;
use super::{Caller, Gate, GateError, MeantFor, Stopped, Tag};
use crate::domain::event::{Fact, GroupRemoved, TeamRemoved};
use crate::domain::id::{AgentId, GroupId, TeamId};
use crate::domain::people::{Agent, Group, Holder, PatchAgent, PatchGroup, PatchTeam, Team};
use crate::domain::review::Reviewer;
use crate::domain::workspace::Workspace;

/// How many of those who stand in the way are named.
const NAMED: usize = 5;

impl Gate {
    /// Changes an agent; disabling it ends what is open of it.
    pub async fn change_agent(
        &self,
        caller: &Caller,
        id: &AgentId,
        patch: &PatchAgent,
        meant_for: &MeantFor,
    ) -> Result<(Agent, Option<Stopped>), GateError> {
        bounds::text("/name", patch.name.as_ref())?;
        self.change_workspace(&caller.actor(), None, |workspace| {
            caller.manages_in(workspace)?;
            let old = known_agent(id, workspace)?;
            meant_for.check("agent", &Tag::of(old))?;
            check_agent(patch, workspace)?;
            let new = patched_agent(old, patch);
            Ok((*old != new)
                .then_some(Fact::AgentSaved(new))
                .into_iter()
                .collect())
        })
        .await?;
        let stopped = match patch.enabled {
            Some(false) => Some(self.stopped_agent(caller, id).await?),
            _ => None,
        };
        Ok((known_agent(id, &self.workspace())?.clone(), stopped))
    }

    /// Disables an agent and ends its tokens and what is open of it.
    pub async fn remove_agent(
        &self,
        caller: &Caller,
        id: &AgentId,
        meant_for: &MeantFor,
    ) -> Result<(Agent, Stopped), GateError> {
        let holder = Holder::Agent(id.clone());
        self.change_workspace(&caller.actor(), None, |workspace| {
            caller.manages_in(workspace)?;
            let old = known_agent(id, workspace)?;
            meant_for.check("agent", &Tag::of(old))?;
            let disabled = old.enabled.then(|| {
                Fact::AgentSaved(Agent {
                    enabled: false,
                    ..old.clone()
                })
            });
            let tokens = tokens_of(&holder, workspace).map(Fact::TokenRevoked);
            Ok(disabled.into_iter().chain(tokens).collect())
        })
        .await?;
        let stopped = self.stopped_agent(caller, id).await?;
        Ok((known_agent(id, &self.workspace())?.clone(), stopped))
    }

    /// Ends what is open of an agent that was disabled, and passes on what waits for it as a reviewer.
    async fn stopped_agent(&self, caller: &Caller, id: &AgentId) -> Result<Stopped, GateError> {
        let stopped = self.stop_disabled(&caller.actor()).await?;
        self.reroute_for(&Reviewer::Agent(id.clone())).await?;
        Ok(stopped)
    }

    /// Changes a team.
    pub async fn change_team(
        &self,
        caller: &Caller,
        id: &TeamId,
        patch: &PatchTeam,
        meant_for: &MeantFor,
    ) -> Result<Team, GateError> {
        bounds::text("/name", patch.name.as_ref())?;
        self.change_workspace(&caller.actor(), None, |workspace| {
            caller.manages_in(workspace)?;
            let old = known_team(id, workspace)?;
            meant_for.check("team", &Tag::of(old))?;
            let admins = patch.admins.as_deref();
            refuse_if_any(missing_people(
                admins.unwrap_or_default(),
                "/admins",
                workspace,
            ))?;
            let new = Team {
                id: id.clone(),
                name: patch.name.clone().unwrap_or_else(|| old.name.clone()),
                admins: admins.map_or_else(|| old.admins.clone(), distinct),
            };
            Ok((*old != new)
                .then_some(Fact::TeamSaved(new))
                .into_iter()
                .collect())
        })
        .await?;
        known_team(id, &self.workspace()).cloned()
    }

    /// Removes a team that nothing refers to.
    pub async fn remove_team(
        &self,
        caller: &Caller,
        id: &TeamId,
        meant_for: &MeantFor,
    ) -> Result<Team, GateError> {
        let team = known_team(id, &self.workspace())?.clone();
        self.change_workspace(&caller.actor(), None, |workspace| {
            caller.manages_in(workspace)?;
            meant_for.check("team", &Tag::of(known_team(id, workspace)?))?;
            unused("team", id.as_str(), &of_team(id, workspace))?;
            Ok(vec![Fact::TeamRemoved(TeamRemoved { id: id.clone() })])
        })
        .await?;
        Ok(team)
    }

    /// Changes a group.
    pub async fn change_group(
        &self,
        caller: &Caller,
        id: &GroupId,
        patch: &PatchGroup,
        meant_for: &MeantFor,
    ) -> Result<Group, GateError> {
        bounds::text("/name", patch.name.as_ref())?;
        self.change_workspace(&caller.actor(), None, |workspace| {
            caller.manages_in(workspace)?;
            let old = known_group(id, workspace)?;
            meant_for.check("group", &Tag::of(old))?;
            let new = Group {
                id: id.clone(),
                name: patch.name.clone().unwrap_or_else(|| old.name.clone()),
            };
            Ok((*old != new)
                .then_some(Fact::GroupSaved(new))
                .into_iter()
                .collect())
        })
        .await?;
        known_group(id, &self.workspace()).cloned()
    }

    /// Removes a group that nothing refers to.
    pub async fn remove_group(
        &self,
        caller: &Caller,
        id: &GroupId,
        meant_for: &MeantFor,
    ) -> Result<Group, GateError> {
        let group = known_group(id, &self.workspace())?.clone();
        self.change_workspace(&caller.actor(), None, |workspace| {
            caller.manages_in(workspace)?;
            meant_for.check("group", &Tag::of(known_group(id, workspace)?))?;
            unused("group", id.as_str(), &of_group(id, workspace))?;
            Ok(vec![Fact::GroupRemoved(GroupRemoved { id: id.clone() })])
        })
        .await?;
        Ok(group)
    }
}

fn known_agent<'a>(id: &AgentId, workspace: &'a Workspace) -> Result<&'a Agent, GateError> {
    workspace.agents.get(id).ok_or_else(|| unknown("agent", id))
}

fn known_team<'a>(id: &TeamId, workspace: &'a Workspace) -> Result<&'a Team, GateError> {
    workspace.teams.get(id).ok_or_else(|| unknown("team", id))
}

fn known_group<'a>(id: &GroupId, workspace: &'a Workspace) -> Result<&'a Group, GateError> {
    workspace.groups.get(id).ok_or_else(|| unknown("group", id))
}

fn unknown(what: &'static str, id: &impl ToString) -> GateError {
    GateError::NotFound {
        what,
        id: id.to_string(),
    }
}

fn patched_agent(old: &Agent, patch: &PatchAgent) -> Agent {
    Agent {
        id: old.id.clone(),
        name: patch.name.clone().unwrap_or_else(|| old.name.clone()),
        owners: patch
            .owners
            .as_deref()
            .map_or_else(|| old.owners.clone(), distinct),
        users: patch
            .users
            .as_deref()
            .map_or_else(|| old.users.clone(), distinct),
        team: patch.team.clone().unwrap_or_else(|| old.team.clone()),
        enabled: patch.enabled.unwrap_or(old.enabled),
    }
}

fn check_agent(patch: &PatchAgent, workspace: &Workspace) -> Result<(), GateError> {
    let owners = patch.owners.as_deref().unwrap_or_default();
    let users = patch.users.as_deref().unwrap_or_default();
    let team = patch.team.as_ref().and_then(Option::as_ref);
    let url = patch.callback_url.as_ref().and_then(Option::as_ref);
    let mut faults = missing_people(owners, "/owners", workspace);
    faults.extend(missing_users(users, "/users", workspace));
    faults.extend(missing_team(team, workspace));
    faults.extend(url.map(|_| no_callbacks()));
    refuse_if_any(faults)
}

fn unused(what: &'static str, id: &str, by: &[String]) -> Result<(), GateError> {
    let named = by[..by.len().min(NAMED)].join(", ");
    match by.len() {
        0 => Ok(()),
        few if few <= NAMED => Err(in_use(what, id, &named)),
        many => Err(in_use(
            what,
            id,
            &format!("{named} and {} more", many - NAMED),
        )),
    }
}

fn in_use(what: &'static str, id: &str, by: &str) -> GateError {
    GateError::InUse(format!(
        "the {what} {id} is still named by {by}; take it from them first"
    ))
}
