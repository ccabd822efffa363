//! Events into rows. Where a request stands is folded and written whole; the columns beside it follow
//! from that. What follows from no event (payloads, idempotency keys) is put beside it in `batch.rs`.

mod bells;
mod records;

use std::collections::BTreeMap;

use super::batch::Batch;
use super::encode::word;
use super::rows::{Begun, Kept, PartyRow, RecordKey, RequestRow, Rows, Source, Tally};
use super::{Change, Expect, PolicyVersion, StoreError};
use crate::domain::event::{Event, Fact, Opened, PolicySaved, Snoozed};
use crate::domain::id::{PersonId, RequestId};
use crate::domain::lifecycle::{Decision, Standing, State};
use crate::domain::request::Asked;
use crate::domain::review::{OptIn, Plan, Reviewer};
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;

type Written = Result<(), StoreError>;

/// Does to rows what an event changes. `position` is its place in the log.
pub(super) fn event<S: Source>(to: &mut Batch<'_, S>, position: u64, event: &Event) -> Written {
    changed(to, position, event)?;
    bells::ring(to, position, event)
}

fn changed<S: Source>(to: &mut Batch<'_, S>, position: u64, event: &Event) -> Written {
    let at = event.at;
    match (&event.fact, event.request) {
        (Fact::Asked(asked), _) => asked_request(to, position, asked, at),
        (fact, Some(id)) if fact.moves_request() => moved(to, id, fact, at),
        (Fact::Opened(opened), Some(id)) => seen(to, id, opened, at),
        (Fact::Claimed(claimed), Some(id)) => claimed_by(to, id, Some(&claimed.by), at),
        (Fact::Released(_), Some(id)) => claimed_by(to, id, None, at),
        (Fact::Snoozed(snoozed), Some(id)) => put_off(to, id, snoozed),
        // The bytes of a checkpoint are beside the log, and that a value was shown is in it.
        (Fact::CheckpointSaved(_) | Fact::Revealed(_), Some(_)) => Ok(()),
        (Fact::NotificationsSeen(seen), _) => bells::seen(to, seen),
        (Fact::PolicySaved(saved), _) => policy_saved(to, saved, at),
        (fact, _) if fact.changes_workspace() => records::write(to, fact),
        (fact, _) => Err(StoreError::Damaged(format!(
            "a {} event names no request",
            fact.kind()
        ))),
    }
}

/// The requests that a change reads, so that a database far away can be asked for all at once.
pub(super) fn reads_requests(change: &Change) -> impl Iterator<Item = RequestId> + '_ {
    let expected = change.expect.iter().filter_map(|expect| match expect {
        Expect::Request { id, .. } => Some(*id),
        Expect::Workspace { .. } => None,
    });
    let events = change.events.iter().map(|recorded| &recorded.event);
    let moved = events.filter(|event| !matches!(event.fact, Fact::Asked(_)));
    expected.chain(moved.filter_map(|event| event.request))
}

/// The people of whom a change reads what they have seen.
pub(super) fn reads_seen(change: &Change) -> impl Iterator<Item = &PersonId> + '_ {
    let facts = change.events.iter().map(|recorded| &recorded.event.fact);
    facts.filter_map(|fact| match fact {
        Fact::NotificationsSeen(seen) => Some(&seen.by),
        _ => None,
    })
}

/// The records that a change reads.
pub(super) fn reads_records(change: &Change) -> impl Iterator<Item = RecordKey> + '_ {
    let facts = change.events.iter().map(|recorded| &recorded.event.fact);
    facts.filter_map(records::reads)
}

fn asked_request<S: Source>(
    to: &mut Batch<'_, S>,
    position: u64,
    asked: &Asked,
    at: At,
) -> Written {
    let standing = Standing::new(asked, at);
    let state = standing.state;
    let raw = |text: &Untrusted| text.raw_for_execution().to_owned();
    let row = RequestRow {
        waiting: asked.waiting,
        standing,
        updated_at: at,
        decided_at: None,
        decided_by: None,
        told_at: None,
        claimed_by: None,
        claimed_at: None,
        begun: Some(Begun {
            asked: position,
            action: asked.action.to_string(),
            trigger: word(&asked.trigger)?,
            on_behalf_of: asked.on_behalf_of.as_ref().map(ToString::to_string),
            conversation: asked.conversation.as_ref().map(raw),
            node: asked.node.as_ref().map(raw),
            rule: asked.verdict.rule.as_ref().map(raw),
            created_at: at,
        }),
    };
    if to.rows.requests.insert(asked.id, Kept::new(row)).is_some() {
        return Err(StoreError::Damaged(format!("{} is asked twice", asked.id)));
    }
    to.rows.parties.insert(asked.id, Parties::default());
    for who in &asked.parties {
        party(to, asked.id, who.as_str())?;
    }
    spread(to, asked.id)?;
    match state {
        State::Pending => count_pending(to, asked.id, 1)?,
        _ => decided(to, asked.id, None, at)?,
    }
    save_recipients(to, asked.id, Vec::new())?;
    if let Some(resource) = &asked.resource
        && let Some(owner) = &resource.owner
    {
        let of = (raw(&resource.kind), raw(&resource.id), owner.to_string());
        to.rows.owners.insert(of, at);
    }
    if let Some(used) = &asked.pattern {
        records::pattern_used(to, &used.pattern, at)?;
    }
    match (&asked.opt_in, &asked.on_behalf_of) {
        (Some(scope), Some(person)) => records::opted_in(
            to,
            &OptIn {
                person: person.clone(),
                action: asked.action.clone(),
                scope: scope.clone(),
                since: at,
            },
        ),
        _ => Ok(()),
    }
}

/// A fact moves a request on: where it stands, and all that follows from it.
fn moved<S: Source>(to: &mut Batch<'_, S>, id: RequestId, fact: &Fact, at: At) -> Written {
    let row = request(to, id)?;
    let reached = match fact {
        Fact::Edited(_) => recipients(&row.standing),
        _ => Vec::new(),
    };
    row.standing.apply(fact, at);
    row.updated_at = at;
    spread(to, id)?;
    match fact {
        Fact::Settled(settlement) => {
            decided(to, id, Some(settlement.by.to_string()), settlement.at)?;
            count_pending(to, id, -1)?;
            if settlement.decision == Decision::Approved {
                acquaint(to, id)?;
            }
            if settlement.notify_agent {
                note(to, id, true)?;
            }
            Ok(())
        }
        Fact::Edited(_) => save_recipients(to, id, reached),
        // Taken back before it ran: the agent that was told yes is told so too.
        Fact::Revoked(_) => {
            let row = request(to, id)?;
            match row
                .standing
                .settled
                .as_ref()
                .is_some_and(|s| s.notify_agent)
            {
                true => {
                    row.told_at = None;
                    note(to, id, true)
                }
                false => Ok(()),
            }
        }
        Fact::NoticeTaken(_) => {
            request(to, id)?.told_at = Some(at);
            note(to, id, false)
        }
        _ => Ok(()),
    }
}

/// The row of a request that there has to be, to change it.
fn request<'r, S: Source>(
    to: &'r mut Batch<'_, S>,
    id: RequestId,
) -> Result<&'r mut RequestRow, StoreError> {
    let found = to.find_request(id)?;
    found
        .map(Kept::change)
        .ok_or_else(|| StoreError::Damaged(format!("{id} was never asked")))
}

type Parties = BTreeMap<String, Kept<PartyRow>>;
type Tallies = BTreeMap<String, Tally>;

/// Those who have to do with a request.
fn parties<'r, S: Source>(
    to: &'r mut Batch<'_, S>,
    id: RequestId,
) -> Result<&'r mut Parties, StoreError> {
    if !to.rows.parties.contains_key(&id) {
        let read = to.source.parties(id)?.into_iter();
        let read = read.map(|(who, row)| (who, Kept::read(row))).collect();
        to.rows.parties.insert(id, read);
    }
    Ok(to.rows.parties.entry(id).or_default())
}

/// Somebody's part in a request, to change it; from now on they have one.
fn party<'r, S: Source>(
    to: &'r mut Batch<'_, S>,
    id: RequestId,
    who: &str,
) -> Result<&'r mut PartyRow, StoreError> {
    parties(to, id)?;
    let Rows {
        parties, tallies, ..
    } = &mut to.rows;
    Ok(part(parties.entry(id).or_default(), tallies, who).change())
}

/// Somebody's part in a request. Whoever has one has a tally, whatever it counts.
fn part<'r>(parties: &'r mut Parties, tallies: &mut Tallies, who: &str) -> &'r mut Kept<PartyRow> {
    parties.entry(who.to_owned()).or_insert_with(|| {
        tallies.entry(who.to_owned()).or_default();
        Kept::new(PartyRow::default())
    })
}

/// Takes over to everybody's part where the request stands now.
fn spread<S: Source>(to: &mut Batch<'_, S>, id: RequestId) -> Written {
    let row = &*request(to, id)?;
    let urgency = row.urgency(id);
    let reviewers = match urgency {
        Some(_) => reviewers(&row.standing),
        None => Vec::new(),
    };
    parties(to, id)?;
    let Rows {
        parties, tallies, ..
    } = &mut to.rows;
    let parties = parties.entry(id).or_default();
    for who in &reviewers {
        part(parties, tallies, who);
    }
    for (who, kept) in parties {
        let reviews = reviewers.contains(who);
        if kept.row.urgency == urgency && kept.row.reviews == reviews {
            continue;
        }
        let before = Tally::of(&kept.row);
        let row = kept.change();
        (row.urgency, row.reviews) = (urgency, reviews);
        let after = Tally::of(row);
        if before != after {
            let tally = tallies.entry(who.clone()).or_default();
            tally.parties += after.parties - before.parties;
            tally.reviews += after.reviews - before.reviews;
        }
    }
    Ok(())
}

/// Everybody whose turn it is: people, and the agents that a plan names.
fn reviewers(standing: &Standing) -> Vec<String> {
    let asked = standing.plan.iter().flat_map(Plan::reviewers);
    let agents = asked.filter(|reviewer| reviewer.person().is_none());
    let people = standing.watchers.iter().map(ToString::to_string);
    people.chain(agents.map(ToString::to_string)).collect()
}

fn decided<S: Source>(to: &mut Batch<'_, S>, id: RequestId, by: Option<String>, at: At) -> Written {
    let row = request(to, id)?;
    (row.decided_at, row.decided_by) = (Some(at), by);
    for kept in parties(to, id)?.values_mut() {
        kept.change().decided_at = Some(at);
    }
    Ok(())
}

/// One more or one less of its agent's requests waits.
fn count_pending<S: Source>(to: &mut Batch<'_, S>, id: RequestId, more: i64) -> Written {
    let agent = &request(to, id)?.standing.agent;
    let who = Reviewer::Agent(agent.clone()).to_string();
    to.rows.tallies.entry(who).or_default().pending += more;
    Ok(())
}

/// Whom it reaches by the parameters in force, instead of those before.
fn save_recipients<S: Source>(
    to: &mut Batch<'_, S>,
    id: RequestId,
    before: Vec<String>,
) -> Written {
    let standing = &request(to, id)?.standing;
    let (now, state) = (recipients(standing), standing.state);
    let kept = to.rows.recipients.entry(id).or_default();
    kept.now = now;
    kept.before.extend(before);
    match state {
        State::Allowed | State::Approved => acquaint(to, id),
        _ => Ok(()),
    }
}

fn recipients(standing: &Standing) -> Vec<String> {
    let recipients = standing.recipients.iter();
    recipients
        .map(|recipient| recipient.raw_for_execution().to_owned())
        .collect()
}

/// Those whom it reaches are let through.
fn acquaint<S: Source>(to: &mut Batch<'_, S>, id: RequestId) -> Written {
    let let_through = recipients(&request(to, id)?.standing);
    to.rows.acquaintances.extend(let_through);
    Ok(())
}

/// Whether its agent finds a notice of it.
fn note<S: Source>(to: &mut Batch<'_, S>, id: RequestId, there: bool) -> Written {
    let agent = request(to, id)?.standing.agent.clone();
    to.rows.notices.insert((agent, id), there);
    Ok(())
}

fn seen<S: Source>(to: &mut Batch<'_, S>, id: RequestId, opened: &Opened, at: At) -> Written {
    let row = party(to, id, opened.by.as_str())?;
    let digest = Some(opened.digest.to_string());
    row.seen = match row.opened_digest == digest {
        true => row.seen.max(Some(opened.seen)),
        false => Some(opened.seen),
    };
    (row.opened_at, row.opened_digest) = (Some(at), digest);
    let courtesy = to.find_request(id)?.filter(|kept| {
        let by = kept.row.claimed_by.as_deref();
        by == Some(opened.by.as_str())
    });
    if let Some(kept) = courtesy {
        kept.change().claimed_at = Some(at);
    }
    Ok(())
}

fn claimed_by<S: Source>(
    to: &mut Batch<'_, S>,
    id: RequestId,
    by: Option<&PersonId>,
    at: At,
) -> Written {
    let row = request(to, id)?;
    row.claimed_by = by.map(ToString::to_string);
    row.claimed_at = by.map(|_| at);
    Ok(())
}

fn put_off<S: Source>(to: &mut Batch<'_, S>, id: RequestId, snoozed: &Snoozed) -> Written {
    party(to, id, snoozed.by.as_str())?.snoozed_until = Some(snoozed.until);
    Ok(())
}

fn policy_saved<S: Source>(to: &mut Batch<'_, S>, saved: &PolicySaved, at: At) -> Written {
    to.rows.policies.push(PolicyVersion {
        version: saved.version,
        at,
        by: saved.by.clone(),
        text: saved.text.clone(),
    });
    for pattern in &saved.brings {
        records::pattern_brought(to, pattern, &saved.by)?;
    }
    Ok(())
}
