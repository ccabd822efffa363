//! Changing people, by an admin or by themselves. Whoever is deactivated loses their tokens and their
//! opt-ins in the same commit, for good. Only an owner touches an owner, and the last one stays.

use super::bounds;
use super::references::{
    away_faults, distinct, fault, manager_faults, missing_groups, missing_team, refuse_if_any,
};
use super::tokens::tokens_of;
use super::{Caller, Gate, GateError, MeantFor, Tag};
use crate::domain::event::{Fact, OptedOut};
use crate::domain::id::PersonId;
use crate::domain::people::{
    Away, Holder, Notifications, PatchMe, PatchNotifications, PatchPerson, Person, Quiet, Role,
};
use crate::domain::review::Reviewer;
use crate::domain::workspace::Workspace;

impl Gate {
    /// Changes a person.
    pub async fn change_person(
        &self,
        caller: &Caller,
        id: &PersonId,
        patch: &PatchPerson,
        meant_for: &MeantFor,
    ) -> Result<Person, GateError> {
        bounds::text("/name", patch.name.as_ref())?;
        bounds::text("/email", patch.email.as_ref().and_then(Option::as_ref))?;
        let before = self.workspace();
        self.change_workspace(&caller.actor(), None, |workspace| {
            let role = caller.manages_in(workspace)?;
            let old = known(id, workspace)?;
            meant_for.check("person", &Tag::of(old))?;
            let new = patched(old, patch);
            check_delegate(caller.person()?, old, &new)?;
            check_owners(role, old, &new, workspace)?;
            check_references(&new, patch, workspace)?;
            Ok(saved_and_ended(old, new, workspace))
        })
        .await?;
        self.changed_from(id, &before).await
    }

    /// Ends what a person may do. They stay known, because what they did does.
    pub async fn deactivate_person(
        &self,
        caller: &Caller,
        id: &PersonId,
        meant_for: &MeantFor,
    ) -> Result<Person, GateError> {
        let patch = PatchPerson {
            active: Some(false),
            ..PatchPerson::default()
        };
        self.change_person(caller, id, &patch, meant_for).await
    }

    /// Changes the calling person: when they are away, and how they are told.
    pub async fn change_me(
        &self,
        caller: &Caller,
        patch: &PatchMe,
        meant_for: &MeantFor,
    ) -> Result<Person, GateError> {
        let id = caller.person()?;
        let before = self.workspace();
        self.change_workspace(&caller.actor(), None, |workspace| {
            caller.speaks_in(workspace)?;
            let old = known(id, workspace)?;
            meant_for.check("person", &Tag::of(old))?;
            let new = Person {
                away: patch.away.clone().unwrap_or_else(|| old.away.clone()),
                notifications: match &patch.notifications {
                    Some(patch) => told(&old.notifications, patch)?,
                    None => old.notifications.clone(),
                },
                ..old.clone()
            };
            check_away(&new, patch.away.as_ref(), workspace)?;
            Ok(saved_and_ended(old, new, workspace))
        })
        .await?;
        self.changed_from(id, &before).await
    }

    /// A person as they are now; what waits for them has gone on where they can't decide it any more.
    async fn changed_from(&self, id: &PersonId, before: &Workspace) -> Result<Person, GateError> {
        let now = known(id, &self.workspace())?.clone();
        if known(id, before).is_ok_and(|before| !reviews_alike(before, &now)) {
            self.reroute_for(&Reviewer::Person(id.clone())).await?;
        }
        Ok(now)
    }
}

/// Whether somebody may decide about the same things as before.
fn reviews_alike(one: &Person, other: &Person) -> bool {
    let what = |person: &Person| {
        let Person {
            role,
            groups,
            active,
            away,
            ..
        } = person.clone();
        (role, groups, active, away)
    };
    what(one) == what(other)
}

fn known<'a>(id: &PersonId, workspace: &'a Workspace) -> Result<&'a Person, GateError> {
    workspace.people.get(id).ok_or_else(|| GateError::NotFound {
        what: "person",
        id: id.to_string(),
    })
}

fn patched(old: &Person, patch: &PatchPerson) -> Person {
    Person {
        id: old.id.clone(),
        name: patch.name.clone().unwrap_or_else(|| old.name.clone()),
        email: patch.email.clone().unwrap_or_else(|| old.email.clone()),
        role: patch.role.unwrap_or(old.role),
        manager: patch.manager.clone().unwrap_or_else(|| old.manager.clone()),
        groups: patch
            .groups
            .as_deref()
            .map_or_else(|| old.groups.clone(), distinct),
        team: patch.team.clone().unwrap_or_else(|| old.team.clone()),
        active: patch.active.unwrap_or(old.active),
        away: patch.away.clone().unwrap_or_else(|| old.away.clone()),
        notifications: old.notifications.clone(),
    }
}

/// The person as they are from now on and, where that is inactive, the end of what spoke for them.
fn saved_and_ended(old: &Person, new: Person, workspace: &Workspace) -> Vec<Fact> {
    let mut facts = Vec::new();
    if !new.active {
        let holder = Holder::Person(new.id.clone());
        facts.extend(tokens_of(&holder, workspace).map(Fact::TokenRevoked));
        facts.extend(workspace.opt_ins_of(&new.id).map(|opt_in| {
            Fact::OptedOut(OptedOut {
                person: opt_in.person,
                action: opt_in.action,
                scope: opt_in.scope,
            })
        }));
    }
    if *old != new {
        facts.insert(0, Fact::PersonSaved(new));
    }
    facts
}

/// Only what a change says is looked at: what it leaves alone was looked at when it was said.
fn check_references(
    new: &Person,
    patch: &PatchPerson,
    workspace: &Workspace,
) -> Result<(), GateError> {
    let mut faults = Vec::new();
    if patch.manager.is_some() {
        faults.extend(manager_faults(&new.id, new.manager.as_ref(), workspace));
    }
    if let Some(groups) = &patch.groups {
        faults.extend(missing_groups(groups, workspace));
    }
    if patch.team.is_some() {
        faults.extend(missing_team(new.team.as_ref(), workspace));
    }
    refuse_if_any(faults)?;
    check_away(new, patch.away.as_ref(), workspace)
}

fn check_away(
    person: &Person,
    said: Option<&Option<Away>>,
    workspace: &Workspace,
) -> Result<(), GateError> {
    match said {
        Some(Some(away)) => refuse_if_any(away_faults(&person.id, away, workspace)),
        _ => Ok(()),
    }
}

/// 01 §Delegation: a person names who answers for them. An admin may do that for somebody who left in a hurry, but
/// doesn't take their reviews for themselves.
fn check_delegate(caller: &PersonId, old: &Person, new: &Person) -> Result<(), GateError> {
    let named = new.away.as_ref().and_then(|away| away.delegate.as_ref());
    if named != Some(caller) || caller == &new.id || new.away == old.away {
        return Ok(());
    }
    Err(GateError::Forbidden(format!(
        "nobody makes themselves the delegate of somebody else; {} can name you, or you name a third person",
        new.id
    )))
}

/// Holds the promise that somebody can always manage the workspace.
fn check_owners(
    caller: Role,
    old: &Person,
    new: &Person,
    workspace: &Workspace,
) -> Result<(), GateError> {
    let concerns_owner = old.role == Role::Owner || new.role == Role::Owner;
    if concerns_owner && caller != Role::Owner {
        return Err(GateError::Forbidden(
            "only an owner makes, changes or unmakes an owner".to_owned(),
        ));
    }
    let is_owner = |person: &Person| person.active && person.role == Role::Owner;
    if !is_owner(old) || is_owner(new) {
        return Ok(());
    }
    let others = || {
        let others = workspace.people.values();
        others.filter(|person| person.id != old.id && is_owner(person))
    };
    if others().next().is_none() {
        return Err(GateError::LastOwner(format!(
            "{} is the last active owner; make somebody else an owner first",
            old.id
        )));
    }
    let speaks = |person: &Person| {
        let holder = Holder::Person(person.id.clone());
        tokens_of(&holder, workspace).next().is_some()
    };
    match others().any(speaks) {
        true => Ok(()),
        false => Err(GateError::LastOwner(format!(
            "{} is the last owner with a token; make one for another owner first",
            old.id
        ))),
    }
}

fn told(old: &Notifications, patch: &PatchNotifications) -> Result<Notifications, GateError> {
    if let Some(Some(quiet)) = &patch.quiet {
        check_quiet(quiet)?;
    }
    Ok(Notifications {
        email: patch.email.unwrap_or(old.email),
        slack: patch.slack.unwrap_or(old.slack),
        quiet: patch.quiet.clone().unwrap_or_else(|| old.quiet.clone()),
    })
}

/// Where the system has no database of zones, a name that could be one is believed.
fn check_quiet(quiet: &Quiet) -> Result<(), GateError> {
    let mut faults = Vec::new();
    if quiet.from == quiet.to {
        faults.push(fault(
            "/notifications/quiet/to",
            "it is the same as from; null ends quiet hours".to_owned(),
        ));
    }
    let zones = jiff::tz::db();
    if !zones.is_definitively_empty() && zones.get(quiet.zone.as_str()).is_err() {
        faults.push(fault(
            "/notifications/quiet/zone",
            format!(
                "there is no time zone “{}”; name one like Europe/Berlin",
                quiet.zone
            ),
        ));
    }
    refuse_if_any(faults)
}
