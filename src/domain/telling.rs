//! Who is told of what happens, and in which words. It is settled when the event is written and stands in
//! it, so that every channel tells the same people from the log, at least once, under the same id.

use std::collections::BTreeSet;

use super::actor::Actor;
use super::event::{Event, Fact};
use super::id::{AgentId, PersonId};
use super::lifecycle::Standing;
use super::people::{Agent, Holder, Person, Role};
use super::request::{Asked, Trigger};
use super::review::Reviewer;
use super::untrusted::Untrusted;
use super::verdict::Effect;
use super::workspace::Workspace;

/// Who is told of a fact that `actor` brings about. `request` is the one that it is about, as it stood before;
/// what is asked only now says all of it itself.
pub fn told(
    fact: &Fact,
    actor: &Actor,
    request: Option<(&Asked, &Standing)>,
    workspace: &Workspace,
) -> Vec<PersonId> {
    let people: BTreeSet<&PersonId> = match (fact, request) {
        (Fact::Asked(asked), _) if asked.verdict.effect == Effect::Ask => {
            asked_of(asked, workspace)
        }
        (Fact::Routed(routed), Some((asked, before))) => newly(&routed.watchers, asked, before),
        (Fact::Edited(edited), Some((asked, before))) => newly(&edited.watchers, asked, before),
        (Fact::Reminded(_), Some((asked, before))) => still_to_vote(asked, before),
        (Fact::TokenIssued(token), _) => match &token.holder {
            Holder::Person(person) if token.issued_by != Actor::Person(person.clone()) => {
                with_role(workspace, |role| role == Role::Owner)
                    .chain([person])
                    .collect()
            }
            _ => BTreeSet::new(),
        },
        // What lets more through, and what waits for an admin to look at it.
        (Fact::ActionSaved(action), _) => {
            let before = workspace.actions.get(&action.name);
            let was = before.is_some_and(|before| before.auto_approval_allowed);
            match action.auto_approval_allowed && !was {
                true => admins(workspace).collect(),
                false => BTreeSet::new(),
            }
        }
        (Fact::PolicySaved(_) | Fact::PatternSuspended(_) | Fact::ToolChanged(_), _) => {
            admins(workspace).collect()
        }
        _ => BTreeSet::new(),
    };
    let active = |id: &PersonId| workspace.people.get(id).is_some_and(|person| person.active);
    people
        .into_iter()
        .filter(|id| active(id) && *actor != Actor::Person((*id).clone()))
        .cloned()
        .collect()
}

/// Of a chat, only reviewers who don't sit in it; of anything else, the reviewers and whoever answers for
/// the agent.
fn asked_of<'a>(asked: &'a Asked, workspace: &'a Workspace) -> BTreeSet<&'a PersonId> {
    let reviewers = asked.watchers.iter().filter(|id| !sits_in(asked, id));
    match asked.trigger {
        Trigger::Chat => reviewers.collect(),
        _ => reviewers.chain(keepers(&asked.agent, workspace)).collect(),
    }
}

/// Those who can decide now and couldn't before.
fn newly<'a>(now: &'a [PersonId], asked: &Asked, before: &Standing) -> BTreeSet<&'a PersonId> {
    now.iter()
        .filter(|id| !before.watchers.contains(id) && !sits_in(asked, id))
        .collect()
}

fn still_to_vote<'a>(asked: &Asked, standing: &'a Standing) -> BTreeSet<&'a PersonId> {
    let voted = |id: &PersonId| standing.vote_of(&Reviewer::Person(id.clone())).is_some();
    standing
        .watchers
        .iter()
        .filter(|id| !voted(id) && !sits_in(asked, id))
        .collect()
}

/// Whether it is their own conversation: they see the question there.
fn sits_in(asked: &Asked, id: &PersonId) -> bool {
    asked.trigger == Trigger::Chat && asked.on_behalf_of.as_ref() == Some(id)
}

/// Who answers for an agent: its owners; if it has none, its team's admins; if there are none, the
/// workspace's.
fn keepers<'a>(agent: &AgentId, workspace: &'a Workspace) -> Vec<&'a PersonId> {
    let agent = workspace.agents.get(agent);
    match agent.map_or(&[][..], |agent| own_keepers(agent, workspace)) {
        [] => admins(workspace).collect(),
        keepers => keepers.iter().collect(),
    }
}

/// The owners of an agent; if it has none, its team's admins.
pub fn own_keepers<'a>(agent: &'a Agent, workspace: &'a Workspace) -> &'a [PersonId] {
    let team = agent
        .team
        .as_ref()
        .and_then(|team| workspace.teams.get(team));
    match (agent.owners.as_slice(), team) {
        ([], Some(team)) => &team.admins,
        (owners, _) => owners,
    }
}

fn admins(workspace: &Workspace) -> impl Iterator<Item = &PersonId> {
    with_role(workspace, Role::manages)
}

fn with_role(workspace: &Workspace, has: impl Fn(Role) -> bool) -> impl Iterator<Item = &PersonId> {
    let people = workspace.people.values();
    people
        .filter(move |person| has(person.role))
        .map(|Person { id, .. }| id)
}

/// What is told of an event. `headline` is that of its request, as it stands.
pub fn text(event: &Event, headline: Option<&Untrusted>) -> Untrusted {
    let actor = &event.actor;
    let headline = headline.map_or("", Untrusted::raw_for_execution);
    Untrusted::from(match &event.fact {
        Fact::Asked(asked) => format!("{} asks: {headline}", asked.agent),
        Fact::Routed(_) => format!("now yours to review: {headline}"),
        Fact::Edited(edited) => format!(
            "changed by {}, and now yours to review: {headline}",
            edited.by
        ),
        Fact::Reminded(_) => format!("still waits for you: {headline}"),
        Fact::TokenIssued(token) => {
            format!(
                "{actor} made a token that speaks for {}",
                token.holder.actor()
            )
        }
        Fact::ActionSaved(action) => {
            format!(
                "{actor} allows people to let {} through unseen",
                action.name
            )
        }
        Fact::PolicySaved(saved) => {
            format!("{actor} saved version {} of the policy", saved.version)
        }
        Fact::PatternSuspended(suspended) => format!(
            "the trusted pattern “{}” is suspended: {}",
            suspended.pattern.name.raw_for_execution(),
            suspended.why.raw_for_execution()
        ),
        Fact::ToolChanged(changed) => format!(
            "the tool behind {} is not what was accepted; look at it and accept it, or leave it",
            changed.action
        ),
        other => format!("{}: {headline}", other.kind()),
    })
}
