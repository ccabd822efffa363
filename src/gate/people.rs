//! Adding people, agents, teams, groups and tokens. A reference to somebody who doesn't exist is
//! refused, so nothing is ever granted to a name that a stranger could take later.

use super::error::Fault;
use super::{Caller, Gate, GateError, Once, Secret, claim};
use crate::domain::actor::Actor;
use crate::domain::event::{Fact, TokenRevoked};
use crate::domain::id::{GroupId, PersonId, TeamId, TokenId};
use crate::domain::people::{
    Agent, Group, Holder, NewAgent, NewGroup, NewPerson, NewTeam, Person, Role, Team, Token,
    UserRef,
};
use crate::domain::untrusted::Untrusted;
use crate::domain::workspace::Workspace;

/// A new token and, once, its secret.
#[derive(Debug, Clone)]
pub struct Issued {
    pub token: Token,
    /// Absent when the call that issued it is repeated: it is shown once.
    pub secret: Option<Secret>,
}

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
        self.add(addition, |workspace| {
            check_person(new, workspace)?;
            if new.role == Role::Owner && caller.role != Some(Role::Owner) {
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
                groups: new.groups.clone(),
                team: new.team.clone(),
                active: true,
                away: None,
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
                owners: new.owners.clone(),
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
        let team = Team {
            id: new.id.clone(),
            name: new
                .name
                .clone()
                .unwrap_or_else(|| Untrusted::from(new.id.as_str())),
            admins: new.admins.clone(),
        };
        self.add(addition, |workspace| {
            refuse_if_any(missing_people(&new.admins, "/admins", workspace))?;
            Ok((!workspace.teams.contains_key(&new.id)).then(|| Fact::TeamSaved(team.clone())))
        })
        .await?;
        Ok(team)
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
        Ok(group)
    }

    /// Issues a token. Only an owner issues one for an owner: whoever holds it is that owner.
    pub async fn issue_token(
        &self,
        caller: &Caller,
        holder: &Holder,
        nodes: &[String],
        once: Option<&Once>,
    ) -> Result<Issued, GateError> {
        caller.manager()?;
        if !nodes.is_empty() && matches!(holder, Holder::Person(_)) {
            return Err(GateError::invalid(
                "/nodes",
                "only an agent asks from nodes",
            ));
        }
        if let Some(earlier) = self.earlier(caller, once).await? {
            return self.issued_before(&earlier.target).await;
        }
        let secret = Secret::generate().map_err(GateError::NoRandomness)?;
        let token = Token {
            id: TokenId::generate(),
            holder: holder.clone(),
            issued_by: caller.actor(),
            issued_at: self.now(),
            hash: secret.hash(),
            nodes: nodes.to_vec(),
            revoked: false,
        };
        let claim = once.map(|once| claim(caller, once, token.id.to_string(), self.now()));
        self.change_workspace(&caller.actor(), claim, |workspace| {
            check_holder(caller, holder, workspace)?;
            Ok(vec![Fact::TokenIssued(token.clone())])
        })
        .await?;
        match self.workspace().tokens.contains_key(&token.id) {
            true => Ok(Issued {
                token,
                secret: Some(secret),
            }),
            // The same call was sent twice at once, and the other one was first.
            false => match self.earlier(caller, once).await? {
                Some(earlier) => self.issued_before(&earlier.target).await,
                None => Err(GateError::Busy),
            },
        }
    }

    /// Makes a token speak for nobody, from the next call on. The last token of the last owner stays:
    /// without it nobody could manage the workspace any more.
    pub async fn revoke_token(&self, caller: &Caller, id: TokenId) -> Result<Token, GateError> {
        caller.manager()?;
        self.change_workspace(&caller.actor(), None, |workspace| {
            let token = workspace
                .tokens
                .get(&id)
                .ok_or_else(|| GateError::NotFound {
                    what: "token",
                    id: id.to_string(),
                })?;
            let owners = is_an_owners(token, workspace);
            if owners && caller.role != Some(Role::Owner) {
                return Err(GateError::Forbidden(
                    "only an owner revokes an owner's token".to_owned(),
                ));
            }
            let speaks = |other: &&Token| !other.revoked && is_an_owners(other, workspace);
            if owners && !token.revoked && workspace.tokens.values().filter(speaks).count() == 1 {
                return Err(GateError::Forbidden(
                    "this is the last token of an owner; make another one first".to_owned(),
                ));
            }
            let revoked = Fact::TokenRevoked(TokenRevoked { id });
            Ok((!token.revoked).then_some(revoked).into_iter().collect())
        })
        .await?;
        let gone = |workspace: &Workspace| {
            workspace
                .tokens
                .get(&id)
                .filter(|token| token.revoked)
                .cloned()
        };
        self.saved(gone).await
    }

    async fn issued_before(&self, id: &str) -> Result<Issued, GateError> {
        let id: TokenId = id.parse().map_err(|_| GateError::KeyReused)?;
        let token = self
            .saved(|workspace| workspace.tokens.get(&id).cloned())
            .await?;
        Ok(Issued {
            token,
            secret: None,
        })
    }

    /// Something that was committed, as the workspace has it.
    async fn saved<T>(&self, look: impl Fn(&Workspace) -> Option<T>) -> Result<T, GateError> {
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
            .change_workspace(&caller.actor(), claim, |workspace| match fact(workspace)? {
                Some(fact) => Ok(vec![fact]),
                None => Err(GateError::AlreadyExists {
                    what,
                    id: id.to_owned(),
                }),
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

fn is_an_owners(token: &Token, workspace: &Workspace) -> bool {
    match &token.holder {
        Holder::Person(person) => workspace.role(person) == Some(Role::Owner),
        Holder::Agent(_) => false,
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
    if new.manager.as_ref() == Some(&new.id) {
        faults.push(fault("/manager", "nobody is their own manager".to_owned()));
    } else {
        faults.extend(missing_people(
            new.manager.as_slice(),
            "/manager",
            workspace,
        ));
    }
    faults.extend(
        new.groups.iter().enumerate().filter_map(|(index, group)| {
            missing_group(group, format!("/groups/{index}"), workspace)
        }),
    );
    faults.extend(missing_team(new.team.as_ref(), workspace));
    refuse_if_any(faults)
}

fn check_holder(caller: &Caller, holder: &Holder, workspace: &Workspace) -> Result<(), GateError> {
    match holder {
        Holder::Person(person) => match workspace.role(person) {
            None => Err(GateError::invalid(
                "/person",
                format!("there is no active person “{person}”"),
            )),
            Some(Role::Owner) if caller.role != Some(Role::Owner) => Err(GateError::Forbidden(
                "only an owner issues a token for an owner".to_owned(),
            )),
            Some(_) => Ok(()),
        },
        Holder::Agent(agent) => match workspace.agents.contains_key(agent) {
            true => Ok(()),
            false => Err(GateError::invalid(
                "/agent",
                format!("there is no agent “{agent}”"),
            )),
        },
    }
}

pub(super) fn check_users(
    users: &[UserRef],
    pointer: &str,
    workspace: &Workspace,
) -> Result<(), GateError> {
    refuse_if_any(missing_users(users, pointer, workspace))
}

fn missing_users(users: &[UserRef], pointer: &str, workspace: &Workspace) -> Vec<Fault> {
    let missing = |(index, user): (usize, &UserRef)| {
        let place = format!("{pointer}/{index}");
        match user {
            UserRef::Person(id) if !workspace.people.contains_key(id) => {
                Some(fault(&place, format!("there is no person “{id}”")))
            }
            UserRef::Group(id) => missing_group(id, place, workspace),
            UserRef::Team(id) if !workspace.teams.contains_key(id) => {
                Some(fault(&place, format!("there is no team “{id}”")))
            }
            _ => None,
        }
    };
    users.iter().enumerate().filter_map(missing).collect()
}

fn missing_people(people: &[PersonId], pointer: &str, workspace: &Workspace) -> Vec<Fault> {
    let absent = people
        .iter()
        .filter(|id| !workspace.people.contains_key(*id));
    absent
        .map(|id| fault(pointer, format!("there is no person “{id}”")))
        .collect()
}

fn missing_team(team: Option<&TeamId>, workspace: &Workspace) -> Option<Fault> {
    let absent = team.filter(|id| !workspace.teams.contains_key(*id));
    absent.map(|id| fault("/team", format!("there is no team “{id}”")))
}

fn missing_group(group: &GroupId, pointer: String, workspace: &Workspace) -> Option<Fault> {
    let absent = !workspace.groups.contains_key(group);
    absent.then(|| fault(&pointer, format!("there is no group “{group}”")))
}

/// An address that nothing is sent to would be taken for one that is.
pub(super) fn no_callbacks() -> Fault {
    let detail = "outcomes are not sent to addresses; take them from /v1/notices";
    fault("/callback_url", detail.to_owned())
}

fn fault(pointer: &str, detail: String) -> Fault {
    Fault {
        pointer: pointer.to_owned(),
        detail,
    }
}

fn refuse_if_any(faults: Vec<Fault>) -> Result<(), GateError> {
    match faults.is_empty() {
        true => Ok(()),
        false => Err(GateError::Invalid(faults)),
    }
}
