//! Adding people, agents, teams and groups.

use super::bounds;
use super::references::{
    distinct, fault, manager_faults, missing_groups, missing_people, missing_team, missing_users,
    no_callbacks, refuse_if_any,
};
use super::{Caller, Gate, GateError, Once, claim};
use crate::domain::actor::Actor;
use crate::domain::event::Fact;
use crate::domain::people::{
    Agent, Group, NewAgent, NewGroup, NewPerson, NewTeam, Notifications, Person, Role, Team,
    UserRef,
};
use crate::domain::untrusted::Untrusted;
use crate::domain::workspace::Workspace;

/// What a call to add something needs besides the thing itself.
struct Addition<'a> {
    caller: &'a Caller,
    once: Option<&'a Once>,
    what: &'static str,
    id: &'a str,
}

impl Gate {
    /// Adds a person.
    pub async fn add_person(
        &self,
        caller: &Caller,
        new: &NewPerson,
        once: Option<&Once>,
    ) -> Result<Person, GateError> {
        let addition = Addition {
            caller,
            once,
            what: "person",
            id: new.id.as_str(),
        };
        bounds::text("/name", new.name.as_ref())?;
        bounds::text("/email", new.email.as_ref())?;
        self.add(addition, |workspace| {
            check_person(new, workspace)?;
            let role = caller.manages_in(workspace)?;
            if new.role == Role::Owner && role != Role::Owner {
                return Err(GateError::Forbidden(
                    "only an owner makes owners".to_owned(),
                ));
            }
            let person = Person {
                id: new.id.clone(),
                name: new
                    .name
                    .clone()
                    .unwrap_or_else(|| Untrusted::from(new.id.as_str())),
                email: new.email.clone(),
                role: new.role,
                manager: new.manager.clone(),
                groups: distinct(&new.groups),
                team: new.team.clone(),
                active: true,
                away: None,
                notifications: Notifications::default(),
            };
            Ok((!workspace.people.contains_key(&new.id)).then_some(Fact::PersonSaved(person)))
        })
        .await?;
        self.saved(|workspace| workspace.people.get(&new.id).cloned())
            .await
    }

    /// Adds an agent.
    pub async fn add_agent(
        &self,
        caller: &Caller,
        new: &NewAgent,
        once: Option<&Once>,
    ) -> Result<Agent, GateError> {
        let addition = Addition {
            caller,
            once,
            what: "agent",
            id: new.id.as_str(),
        };
        bounds::text("/name", new.name.as_ref())?;
        self.add(addition, |workspace| {
            let owners = || new.owners.iter().cloned().map(UserRef::Person).collect();
            let users: Vec<UserRef> = new.users.clone().unwrap_or_else(owners);
            let mut faults = missing_people(&new.owners, "/owners", workspace);
            faults.extend(missing_users(&users, "/users", workspace));
            faults.extend(missing_team(new.team.as_ref(), workspace));
            faults.extend(new.callback_url.as_ref().map(|_| no_callbacks()));
            refuse_if_any(faults)?;
            let agent = Agent {
                id: new.id.clone(),
                name: new
                    .name
                    .clone()
                    .unwrap_or_else(|| Untrusted::from(new.id.as_str())),
                owners: distinct(&new.owners),
                users,
                team: new.team.clone(),
                enabled: new.enabled.unwrap_or(true),
            };
            Ok((!workspace.agents.contains_key(&new.id)).then_some(Fact::AgentSaved(agent)))
        })
        .await?;
        self.saved(|workspace| workspace.agents.get(&new.id).cloned())
            .await
    }

    /// Adds a team.
    pub async fn add_team(
        &self,
        caller: &Caller,
        new: &NewTeam,
        once: Option<&Once>,
    ) -> Result<Team, GateError> {
        let addition = Addition {
            caller,
            once,
            what: "team",
            id: new.id.as_str(),
        };
        bounds::text("/name", new.name.as_ref())?;
        let team = Team {
            id: new.id.clone(),
            name: new
                .name
                .clone()
                .unwrap_or_else(|| Untrusted::from(new.id.as_str())),
            admins: distinct(&new.admins),
        };
        self.add(addition, |workspace| {
            refuse_if_any(missing_people(&new.admins, "/admins", workspace))?;
            Ok((!workspace.teams.contains_key(&new.id)).then(|| Fact::TeamSaved(team.clone())))
        })
        .await?;
        // A call that is repeated is shown what became of the team meanwhile.
        Ok(self.workspace().teams.get(&new.id).cloned().unwrap_or(team))
    }

    /// Adds a group.
    pub async fn add_group(
        &self,
        caller: &Caller,
        new: &NewGroup,
        once: Option<&Once>,
    ) -> Result<Group, GateError> {
        let addition = Addition {
            caller,
            once,
            what: "group",
            id: new.id.as_str(),
        };
        bounds::text("/name", new.name.as_ref())?;
        let group = Group {
            id: new.id.clone(),
            name: new
                .name
                .clone()
                .unwrap_or_else(|| Untrusted::from(new.id.as_str())),
        };
        self.add(addition, |workspace| {
            Ok((!workspace.groups.contains_key(&new.id)).then(|| Fact::GroupSaved(group.clone())))
        })
        .await?;
        let now = self.workspace().groups.get(&new.id).cloned();
        Ok(now.unwrap_or(group))
    }

    /// Something that was committed, as the workspace has it.
    pub(super) async fn saved<T>(
        &self,
        look: impl Fn(&Workspace) -> Option<T>,
    ) -> Result<T, GateError> {
        self.news()
            .once_known(look)
            .await
            .ok_or(GateError::Stopping)
    }

    async fn add(
        &self,
        addition: Addition<'_>,
        fact: impl Fn(&Workspace) -> Result<Option<Fact>, GateError>,
    ) -> Result<(), GateError> {
        let Addition {
            caller,
            once,
            what,
            id,
        } = addition;
        caller.manager()?;
        if self.earlier(caller, once).await?.is_some() {
            return Ok(());
        }
        let claim = once.map(|once| claim(caller, once, format!("{what}/{id}"), self.now()));
        let added = self
            .change_workspace(&caller.actor(), claim, |workspace| {
                caller.manages_in(workspace)?;
                match fact(workspace)? {
                    Some(fact) => Ok(vec![fact]),
                    None => Err(GateError::AlreadyExists {
                        what,
                        id: id.to_owned(),
                    }),
                }
            })
            .await;
        match added {
            // The same call may have been sent twice at once, and the other one was first.
            Err(GateError::AlreadyExists { .. }) if self.earlier(caller, once).await?.is_some() => {
                Ok(())
            }
            added => added,
        }
    }
}

fn check_person(new: &NewPerson, workspace: &Workspace) -> Result<(), GateError> {
    let mut faults = Vec::new();
    if Actor::RESERVED.contains(&new.id.as_str()) {
        faults.push(fault(
            "/id",
            format!("“{}” has a meaning of its own; choose another id", new.id),
        ));
    }
    faults.extend(manager_faults(&new.id, new.manager.as_ref(), workspace));
    faults.extend(missing_groups(&new.groups, workspace));
    faults.extend(missing_team(new.team.as_ref(), workspace));
    refuse_if_any(faults)
}
