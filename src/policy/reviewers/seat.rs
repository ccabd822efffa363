//! Who may vote under a plan at this moment: those whom it asks, while they are still what it asked them as, and the
//! delegates of those who are away.

use std::collections::BTreeSet;

use super::availability::{Bench, why_no_agent};
use super::{Parties, named};
use crate::domain::actor::Actor;
use crate::domain::id::{AgentId, PersonId, TokenId};
use crate::domain::lifecycle::Seat;
use crate::domain::people::Person;
use crate::domain::request::Asked;
use crate::domain::review::{Plan, Resolver, Reviewer};
use crate::domain::risk::Risk;
use crate::domain::time::At;
use crate::domain::workspace::Workspace;

/// What is voted about, as far as it bears on who may vote.
#[derive(Debug, Clone, Copy)]
pub struct Matter<'a> {
    pub agent: &'a AgentId,
    pub on_behalf_of: Option<&'a PersonId>,
    /// As it is in force: an edit may have raised it.
    pub risk: Risk,
    pub asked_at: At,
    /// Who edited the parameters.
    pub edited_by: &'a [PersonId],
}

impl<'a> Matter<'a> {
    /// A request as it was asked, edited by these people since.
    pub fn of(asked: &'a Asked, asked_at: At, edited_by: &'a [PersonId]) -> Self {
        Self {
            agent: &asked.agent,
            on_behalf_of: asked.on_behalf_of.as_ref(),
            risk: asked.risk.level,
            asked_at,
            edited_by,
        }
    }

    fn parties<'b>(&'b self, workspace: &'b Workspace) -> Parties<'b> {
        let agent = workspace.agents.get(self.agent);
        Parties {
            agent: self.agent,
            owners: agent.map_or(&[], |agent| &agent.owners),
            team: agent.and_then(|agent| agent.team.as_ref()),
            user: self.on_behalf_of,
        }
    }
}

/// Why somebody may not vote, in words for them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoSeat(String);

/// Whether this one may vote now, with this token.
pub fn seat(
    plan: &Plan,
    voter: &Reviewer,
    token: &TokenId,
    matter: &Matter,
    workspace: &Workspace,
    now: At,
) -> Result<Seat, NoSeat> {
    let seat = place(plan, voter, matter, workspace, now)?;
    match plan.separate {
        true => token_is_theirs(plan, token, matter, workspace).map(|()| seat),
        false => Ok(seat),
    }
}

/// Whether this one may vote now with some token: what can be told of somebody who isn't calling.
pub fn place(
    plan: &Plan,
    voter: &Reviewer,
    matter: &Matter,
    workspace: &Workspace,
    now: At,
) -> Result<Seat, NoSeat> {
    match voter {
        Reviewer::Person(person) => of_person(plan, person, matter, workspace, now),
        Reviewer::Agent(agent) => of_agent(plan, agent, matter, workspace),
    }
}

/// The people who may decide now, the reviewers and the delegates of those who are away, in the order of the plan.
pub fn watchers(plan: &Plan, matter: &Matter, workspace: &Workspace, now: At) -> Vec<PersonId> {
    let mut watchers: Vec<PersonId> = Vec::new();
    for reviewer in plan.reviewers().into_iter().filter_map(Reviewer::person) {
        let person = workspace.people.get(reviewer);
        let away = person.and_then(|person| person.away_at(now));
        let delegate = away.and_then(|away| away.delegate.as_ref());
        for one in [Some(reviewer), delegate].into_iter().flatten() {
            let may = of_person(plan, one, matter, workspace, now).is_ok();
            if may && !watchers.contains(one) {
                watchers.push(one.clone());
            }
        }
    }
    watchers
}

/// Those whose votes don't count: nobody where the review isn't separate, else the user acted for, the agent's owners
/// then and now, and who edited the parameters.
pub(super) fn excluded(plan: &Plan, matter: &Matter, workspace: &Workspace) -> BTreeSet<PersonId> {
    if !plan.separate {
        return BTreeSet::new();
    }
    let mut excluded = matter.parties(workspace).themselves();
    excluded.extend(plan.excluded.iter().chain(matter.edited_by).cloned());
    excluded
}

/// What an agent that reviews under this plan is measured by.
pub(super) fn bench<'a>(
    plan: &Plan,
    matter: &'a Matter<'a>,
    workspace: &'a Workspace,
) -> Bench<'a> {
    Bench {
        parties: matter.parties(workspace),
        risk: matter.risk,
        max_risk: plan.agent_max_risk,
        needed: plan.needed,
    }
}

/// Whether somebody is still what a stage asked them as.
pub(super) fn still_is(
    resolver: &Resolver,
    person: &Person,
    matter: &Matter,
    workspace: &Workspace,
) -> bool {
    match resolver {
        Resolver::Role(role) => named::has_role(person, *role),
        Resolver::Group(group) => person.groups.contains(group),
        Resolver::AutoAfter(_) => {
            let parties = matter.parties(workspace);
            named::people(resolver, &parties, None, workspace).contains(&person.id)
        }
        Resolver::RecordOwner => matter.risk < Risk::Critical,
        Resolver::Requester | Resolver::Person(_) | Resolver::Manager | Resolver::AgentOwner => {
            true
        }
        Resolver::Agent(_) => false,
    }
}

fn of_person(
    plan: &Plan,
    voter: &PersonId,
    matter: &Matter,
    workspace: &Workspace,
    now: At,
) -> Result<Seat, NoSeat> {
    let Some(person) = workspace.people.get(voter).filter(|person| person.active) else {
        return Err(NoSeat("you are not active in this workspace".to_owned()));
    };
    let excluded = excluded(plan, matter, workspace);
    if excluded.contains(voter) {
        return Err(NoSeat(why_excluded(voter, matter)));
    }
    let as_person = Reviewer::Person(voter.clone());
    let asked = |resolver: &&Resolver| still_is(resolver, person, matter, workspace);
    let stages = plan
        .open_stages()
        .filter(|stage| stage.reviewers.contains(&as_person));
    let mut asked_as = stages.map(|stage| &stage.resolver).peekable();
    let was_asked = asked_as.peek().map(ToString::to_string);
    let sits = asked_as.any(|resolver| asked(&resolver));

    // A delegate has a seat only in reviews addressed to persons; as one with the absent they count wherever both sit.
    let stages = plan
        .open_stages()
        .filter(|stage| sits || stage.resolver.is_personal());
    let mut addressed = stages.flat_map(|stage| {
        let people = stage.reviewers.iter().filter_map(Reviewer::person);
        people.map(|id| (&stage.resolver, id))
    });
    let absent = addressed.find(|(resolver, id)| {
        let absent = workspace.people.get(id).filter(|person| person.active);
        absent.is_some_and(|absent| {
            let delegate = absent.away_at(now).and_then(|away| away.delegate.as_ref());
            delegate == Some(voter)
                && *id != voter
                && !excluded.contains(id)
                && still_is(resolver, absent, matter, workspace)
        })
    });
    let stands_for = absent.map(|(_, id)| id.clone());
    match (sits || stands_for.is_some(), was_asked) {
        (true, _) => Ok(Seat { stands_for }),
        (false, Some(resolver)) => Err(NoSeat(format!(
            "you were asked as {resolver}, which you are no longer"
        ))),
        (false, None) => Err(NoSeat(only_others(plan))),
    }
}

fn why_excluded(voter: &PersonId, matter: &Matter) -> String {
    let what = if matter.on_behalf_of == Some(voter) {
        "it happens on your behalf"
    } else if matter.edited_by.contains(voter) {
        "you edited its parameters"
    } else {
        "you own the agent"
    };
    format!("{what}, and the review has to be somebody else's")
}

/// How many reviewers a refusal names.
const NAMES: usize = 5;

fn only_others(plan: &Plan) -> String {
    let asked = plan.reviewers();
    let names = asked.iter().take(NAMES).map(ToString::to_string);
    let names = names.collect::<Vec<String>>().join(", ");
    match asked.len() {
        0 => "nobody may decide it; it will expire".to_owned(),
        count if count > NAMES => {
            format!("only {names} and {} more may decide it", count - NAMES)
        }
        _ => format!("only {names} may decide it"),
    }
}

fn of_agent(
    plan: &Plan,
    agent: &AgentId,
    matter: &Matter,
    workspace: &Workspace,
) -> Result<Seat, NoSeat> {
    let voter = Reviewer::Agent(agent.clone());
    if !plan.asks(&voter) {
        return Err(NoSeat(only_others(plan)));
    }
    match why_no_agent(agent, &bench(plan, matter, workspace), workspace) {
        Some(why) => Err(NoSeat(why)),
        None => Ok(Seat { stands_for: None }),
    }
}

/// A separate vote isn't cast with a token that one of the excluded made while the request was there.
fn token_is_theirs(
    plan: &Plan,
    token: &TokenId,
    matter: &Matter,
    workspace: &Workspace,
) -> Result<(), NoSeat> {
    let Some(token) = workspace.tokens.get(token) else {
        return Err(NoSeat("nobody knows who issued your token".to_owned()));
    };
    match &token.issued_by {
        Actor::Person(issuer)
            if token.issued_at >= matter.asked_at
                && excluded(plan, matter, workspace).contains(issuer) =>
        {
            Err(NoSeat(format!(
                "{issuer} issued your token after the request was asked, and the review has to be somebody else's"
            )))
        }
        _ => Ok(()),
    }
}
