//! Whether a stage of a plan can decide: enough people who are there, or have somebody who answers for them.

use std::collections::BTreeSet;

use super::seat::{self, Matter};
use super::{Parties, count, named, needed};
use crate::domain::id::{AgentId, PersonId};
use crate::domain::people::Person;
use crate::domain::review::{Plan, Resolver, Reviewer, Stage, Vote, Word};
use crate::domain::risk::Risk;
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;
use crate::domain::workspace::Workspace;
use crate::policy::document::Review;
use crate::policy::ladder::Question;

/// What a stage is made for.
pub(super) struct Asked<'a> {
    pub(super) question: &'a Question<'a>,
    pub(super) review: &'a Review,
    pub(super) excluded: &'a [PersonId],
    pub(super) is_fallback: bool,
}

/// A resolver with the people whom it stands for at this moment, and why it is skipped, if it is.
pub(super) fn stage(resolver: &Resolver, asked: &Asked, workspace: &Workspace, now: At) -> Stage {
    let (reviewers, unable) = match resolver {
        Resolver::Agent(agent) => (
            vec![Reviewer::Agent(agent.clone())],
            why_no_agent(agent, &Bench::of(asked), workspace),
        ),
        _ => people(resolver, asked, workspace, now),
    };
    let skipped = unfit(resolver, asked).or(unable);
    Stage {
        resolver: resolver.clone(),
        reviewers,
        skipped: skipped.map(Untrusted::from),
    }
}

/// Why a resolver isn't one for such a request, whoever it stands for.
fn unfit(resolver: &Resolver, asked: &Asked) -> Option<String> {
    let question = asked.question;
    match resolver {
        Resolver::RecordOwner if question.risk >= Risk::Critical => {
            Some("an owner whom the agent names doesn't decide at critical risk".to_owned())
        }
        Resolver::RecordOwner if question.owner_contested => Some(
            "the agent's claim is contested: another owner was claimed for the same resource \
             within 90 days"
                .to_owned(),
        ),
        Resolver::RecordOwner => own_record(question),
        Resolver::AutoAfter(_) if question.risk >= Risk::High => Some(format!(
            "nothing is approved by itself at {} risk",
            question.risk.word()
        )),
        Resolver::AutoAfter(_) if asked.is_fallback => {
            Some("a fallback doesn't approve by itself".to_owned())
        }
        Resolver::AutoAfter(_) if asked.review.separate || needed(asked.review) > 1 => {
            Some("a delay is not the word of somebody else, and no more than one".to_owned())
        }
        Resolver::AutoAfter(_) => question
            .deception()
            .map(|what| format!("nothing is approved by itself that may deceive: {what}")),
        _ => None,
    }
}

/// The user acted for and the agent's owners don't count as record owner.
fn own_record(question: &Question) -> Option<String> {
    let owner = question
        .resource
        .and_then(|resource| resource.owner.as_ref())?;
    let parties = Parties::of(question);
    if parties.user == Some(owner) {
        Some(format!(
            "{owner}, whom the agent names as the owner, is whom it acts for"
        ))
    } else if parties.owners.contains(owner) {
        Some(format!(
            "{owner}, whom the agent names as the owner, owns the agent"
        ))
    } else {
        None
    }
}

/// The people of a stage, and why they can't decide, if they can't. Who is away is among them: they may come back.
fn people(
    resolver: &Resolver,
    asked: &Asked,
    workspace: &Workspace,
    now: At,
) -> (Vec<Reviewer>, Option<String>) {
    let question = asked.question;
    let named = named::people(
        resolver,
        &Parties::of(question),
        question.resource,
        workspace,
    );
    let excluded = asked.excluded.iter().cloned().collect();
    let (mut reviewers, mut able, mut reasons) = (Vec::new(), BTreeSet::new(), Vec::new());
    for id in &named {
        let Some(person) = workspace.people.get(id).filter(|person| person.active) else {
            reasons.push(format!("{id} is not active"));
            continue;
        };
        if asked.excluded.contains(id) {
            reasons.push(format!(
                "{id} is excluded, since it happens on their behalf"
            ));
            continue;
        }
        reviewers.push(Reviewer::Person(id.clone()));
        match acting(person, resolver, &excluded, workspace, now) {
            Some(actor) => drop(able.insert(actor)),
            None => reasons.push(format!("{id} is away and nobody answers for them")),
        }
    }
    let needed = needed(asked.review);
    let unable = (count(able.len()) < needed).then(|| match (named.is_empty(), needed) {
        (true, _) => "it stands for nobody".to_owned(),
        (false, 1) => reasons.join("; "),
        (false, _) => {
            let enough = format!("{} can decide where {needed} have to approve", able.len());
            reasons.insert(0, enough);
            reasons.join("; ")
        }
    });
    (reviewers, unable)
}

/// Who decides for a person now: they themselves, or while they are away their delegate, one step deep. Nobody is left
/// where the delegate is away as well, gone or excluded.
fn acting(
    person: &Person,
    resolver: &Resolver,
    excluded: &BTreeSet<PersonId>,
    workspace: &Workspace,
    now: At,
) -> Option<PersonId> {
    let Some(away) = person.away_at(now) else {
        return Some(person.id.clone());
    };
    let delegate = away.delegate.as_ref().filter(|_| resolver.is_personal())?;
    let delegate = workspace.people.get(delegate)?;
    let is_there = delegate.active && delegate.away_at(now).is_none();
    (is_there && !excluded.contains(&delegate.id)).then(|| delegate.id.clone())
}

/// What an agent that reviews is measured by.
pub(super) struct Bench<'a> {
    pub(super) parties: Parties<'a>,
    pub(super) risk: Risk,
    pub(super) max_risk: Risk,
    pub(super) needed: u32,
}

impl<'a> Bench<'a> {
    fn of(asked: &Asked<'a>) -> Self {
        Self {
            parties: Parties::of(asked.question),
            risk: asked.question.risk,
            max_risk: asked.review.agent_max_risk,
            needed: needed(asked.review),
        }
    }
}

/// Why an agent may not review this, if it may not.
pub(super) fn why_no_agent(
    agent: &AgentId,
    bench: &Bench,
    workspace: &Workspace,
) -> Option<String> {
    let max_risk = bench.max_risk.min(Risk::Medium);
    let parties = &bench.parties;
    let Some(reviewer) = workspace.agents.get(agent) else {
        return Some(format!("there is no agent {agent}"));
    };
    if !reviewer.enabled {
        Some(format!("agent {agent} is disabled"))
    } else if agent == parties.agent {
        Some(format!(
            "agent {agent} doesn't decide about its own requests"
        ))
    } else if let Some(owner) = reviewer.owners.iter().find(|o| parties.owners.contains(o)) {
        Some(format!(
            "{owner} owns both agent {agent} and the one that asks"
        ))
    } else if let Some(user) = parties.user.filter(|user| reviewer.owners.contains(user)) {
        Some(format!("{user}, for whom it happens, owns agent {agent}"))
    } else if bench.risk > max_risk {
        Some(format!(
            "agent {agent} decides up to {} risk, and this is {}",
            max_risk.word(),
            bench.risk.word()
        ))
    } else {
        let several = bench.needed > 1;
        several.then(|| "where several have to approve an agent counts for none".to_owned())
    }
}

/// The distinct people and agents who could cast the missing votes of a stage now.
fn able(
    stage: &Stage,
    plan: &Plan,
    matter: &Matter,
    workspace: &Workspace,
    now: At,
) -> BTreeSet<Reviewer> {
    let excluded = seat::excluded(plan, matter, workspace);
    let actor = |reviewer: &Reviewer| match reviewer {
        Reviewer::Agent(agent) => {
            let why_not = why_no_agent(agent, &seat::bench(plan, matter, workspace), workspace);
            why_not.is_none().then(|| reviewer.clone())
        }
        Reviewer::Person(id) => {
            let person = workspace.people.get(id).filter(|person| person.active)?;
            let sits = seat::still_is(&stage.resolver, person, matter, workspace);
            let counts = sits && !excluded.contains(id);
            let actor = acting(person, &stage.resolver, &excluded, workspace, now);
            actor.filter(|_| counts).map(Reviewer::Person)
        }
    };
    stage.reviewers.iter().filter_map(actor).collect()
}

/// Whether the open stages can't decide any more: those who are left, with the approvals that were given, are fewer
/// than have to approve. The request then moves to its next stage at once.
pub fn is_stranded(
    plan: &Plan,
    votes: &[Vote],
    matter: &Matter,
    workspace: &Workspace,
    now: At,
) -> bool {
    let given: Vec<&Vote> = votes
        .iter()
        .filter(|vote| vote.word == Word::Approve && vote.plan == plan.revision)
        .collect();
    let principals: BTreeSet<Reviewer> = given.iter().map(|vote| vote.principal()).collect();
    let has_voted =
        |who: &Reviewer| principals.contains(who) || given.iter().any(|vote| vote.by == *who);
    let stages = plan.open_stages();
    let able: BTreeSet<Reviewer> = stages
        .flat_map(|stage| able(stage, plan, matter, workspace, now))
        .filter(|who| !has_voted(who))
        .collect();
    count(principals.len() + able.len()) < plan.needed.max(1)
}

/// How many stages are open once the next one that can decide now is, if there is such a one.
pub fn next_opening(plan: &Plan, matter: &Matter, workspace: &Workspace, now: At) -> Option<u32> {
    let rest = plan.stages.iter().enumerate().skip(plan.opened as usize);
    let mut open = rest.filter(|(_, stage)| stage.skipped.is_none());
    let can = |stage: &Stage| {
        count(able(stage, plan, matter, workspace, now).len()) >= plan.needed.max(1)
    };
    open.find(|(_, stage)| can(stage))
        .map(|(index, _)| count(index + 1))
}
