//! Voting, editing, answering, and taking one's own word back.

use std::collections::BTreeSet;

use super::refusal::Refusal;
use super::standing::{Settlement, Standing};
use super::status::{Decision, State};
use crate::domain::actor::Actor;
use crate::domain::digest::Digest;
use crate::domain::event::{Edited, Fact, Revoked, VoteTakenBack};
use crate::domain::execution::{ExecutionState, Executor};
use crate::domain::id::{AgentId, PersonId};
use crate::domain::review::{Plan, Reviewer, Vote, Word};
use crate::domain::time::{At, Span};
use crate::domain::untrusted::Untrusted;

/// A vote as it was cast, before it is known to count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ballot {
    pub vote: Vote,
    /// The digest they name; required to approve.
    pub digest: Option<Digest>,
    /// The plan they name, if they do.
    pub plan: Option<u32>,
    /// Whether they may decide now, or why not.
    pub seat: Result<Seat, Untrusted>,
    /// What comes of their edit, if they changed the parameters.
    pub edit: Option<Edit>,
    /// Why their approval can't be remembered, where that is wanted.
    pub not_unlocked: Option<Untrusted>,
    /// What the agent gets instead of a run.
    pub answer: Option<Untrusted>,
    pub terms: Terms,
}

/// A reviewer's place under a plan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seat {
    /// The absent person whom they stand in for.
    pub stands_for: Option<PersonId>,
}

/// What becomes of an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// One that isn't used for that long lapses.
    pub use_within: Span,
    /// How long it can be taken back before anything runs.
    pub undo: Span,
}

/// What comes of an edit: the request as it would be asked with the new parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub edited: Edited,
    /// The editor's place under the plan that is in force then; without one their approval doesn't count.
    pub seat: Option<Seat>,
    /// Why policy denies it, if it does.
    pub denied: Option<Untrusted>,
}

pub(super) fn cast(standing: &Standing, ballot: &Ballot, now: At) -> Result<Vec<Fact>, Refusal> {
    if is_repeat(standing, ballot) {
        return Ok(Vec::new());
    }
    let vote = &ballot.vote;
    let pending = require_pending(standing, now);
    if let Some(mine) = standing.vote_of(&vote.by)
        && pending.is_ok()
        && (mine.word != vote.word || ballot.changes(standing))
    {
        return Err(Refusal::AlreadyVoted(mine.word));
    }
    pending.map_err(|refusal| taken_back(standing, refusal))?;
    let plan = standing
        .plan
        .as_ref()
        .ok_or_else(|| Refusal::NotAReviewer(Untrusted::from("nobody is asked")))?;
    let seat = ballot
        .seat
        .as_ref()
        .map_err(|why| Refusal::NotAReviewer(why.clone()))?;
    if ballot.digest.is_some_and(|seen| seen != standing.digest) {
        return Err(Refusal::StaleDigest(standing.digest));
    }
    if ballot
        .plan
        .is_some_and(|revision| revision != plan.revision)
    {
        return Err(Refusal::StalePlan(plan.revision));
    }
    if let Some(why) = &ballot.not_unlocked {
        return Err(Refusal::NotUnlocked(why.clone()));
    }
    if ballot.digest.is_none() && vote.word == Word::Approve {
        return Err(Refusal::NoDigest);
    }
    match &ballot.edit {
        Some(edit) if ballot.changes(standing) => match &edit.denied {
            Some(why) => Err(Refusal::EditDenied(why.clone())),
            None => Ok(edited(standing, ballot, plan, edit, now)),
        },
        _ => Ok(counted(standing, ballot, plan, seat, standing.digest, now)),
    }
}

/// A decision that no longer holds is not the last word on the request.
fn taken_back(standing: &Standing, refusal: Refusal) -> Refusal {
    let execution = standing.execution.as_ref();
    let revoked = execution.filter(|run| run.state == ExecutionState::Revoked);
    match (refusal, revoked) {
        (Refusal::AlreadyDecided(decision), Some(run)) => Refusal::TakenBack {
            decision,
            by: run.revoked_by.clone(),
        },
        (refusal, _) => refusal,
    }
}

/// The same person saying the same thing again gets the same answer, however far the request has come.
fn is_repeat(standing: &Standing, ballot: &Ballot) -> bool {
    let vote = &ballot.vote;
    if ballot.changes(standing) {
        return false;
    }
    let mine = standing.vote_of(&vote.by);
    // Who has no place under the plan that the edit brought never had a vote: the edit is all there was.
    let was_all = ballot.seat.is_err() || mine.is_some_and(|mine| mine.word == Word::Approve);
    let edits_again = vote.word == Word::Approve
        && ballot.edit.is_some()
        && standing.edited_by.last() == vote.by.person()
        && was_all;
    if edits_again {
        return true;
    }
    mine.is_some_and(|mine| {
        mine.word == vote.word
            && match ballot.digest {
                Some(digest) => digest == mine.digest,
                None => vote.word != Word::Approve,
            }
    })
}

/// Votes under the plan in force, and settles the request if that was the last one needed.
fn counted(
    standing: &Standing,
    ballot: &Ballot,
    plan: &Plan,
    seat: &Seat,
    digest: Digest,
    now: At,
) -> Vec<Fact> {
    let vote = Vote {
        stands_for: seat.stands_for.clone(),
        digest,
        plan: plan.revision,
        at: now,
        ..ballot.vote.clone()
    };
    let decision = match vote.word {
        Word::Reject => Some(Decision::Rejected),
        Word::Respond => Some(Decision::Answered),
        Word::Approve => satisfied(plan, &standing.votes, &vote).then_some(Decision::Approved),
    };
    let settlement = decision.map(|decision| {
        let runs = standing.runs && decision == Decision::Approved;
        Settlement {
            decision,
            by: vote.by.actor(),
            at: now,
            reason: vote.reason.clone(),
            answer: ballot.answer.clone(),
            notify_agent: vote.notify_agent || standing.tells_agent,
            lapses_at: runs.then(|| now.plus(ballot.terms.use_within)),
            held_until: ballot.terms.held_until(now).filter(|_| runs),
        }
    });
    let mut facts = vec![Fact::Voted(vote)];
    facts.extend(settlement.map(Fact::Settled));
    facts
}

/// An edit brings new parameters and the plan that is in force for them; the editor's approval counts
/// where they have a place under that plan.
fn edited(standing: &Standing, ballot: &Ballot, plan: &Plan, edit: &Edit, now: At) -> Vec<Fact> {
    let mut edited = edit.edited.clone();
    // However it came to be, it is the next plan: an edit back to what was asked brings no earlier vote back.
    edited.plan.revision = plan.revision + 1;
    let vote = edit.seat.as_ref().map(|seat| {
        let (plan, digest) = (&edited.plan, edited.digest);
        counted(standing, ballot, plan, seat, digest, now)
    });
    let mut facts = vec![Fact::Edited(Box::new(edited))];
    facts.extend(vote.into_iter().flatten());
    facts
}

/// Whether there are as many distinct approvals as the plan needs once `new` is counted.
fn satisfied(plan: &Plan, votes: &[Vote], new: &Vote) -> bool {
    let counts = |vote: &&Vote| {
        vote.word == Word::Approve
            && vote.plan == plan.revision
            && vote.digest == new.digest
            && (plan.needed == 1 || vote.by.person().is_some())
    };
    let approvals = votes.iter().chain([new]).filter(counts);
    plan.needed > 0 && distinct(approvals) >= plan.needed as usize
}

/// How many of these votes are words of different people. A person and whoever stands in for them are one:
/// a vote that has anything to do with somebody who was counted before it counts for nothing.
fn distinct<'a>(votes: impl Iterator<Item = &'a Vote>) -> usize {
    let mut counted = BTreeSet::new();
    let mut count = 0;
    for vote in votes {
        let one = [vote.by.clone(), vote.principal()];
        if !one.iter().any(|reviewer| counted.contains(reviewer)) {
            counted.extend(one);
            count += 1;
        }
    }
    count
}

pub(super) fn require_pending(standing: &Standing, now: At) -> Result<(), Refusal> {
    match (&standing.settled, standing.state) {
        (Some(settled), _) if settled.decision == Decision::Expired => {
            Err(Refusal::Expired(settled.at))
        }
        (Some(settled), _) => Err(Refusal::AlreadyDecided(Box::new(settled.clone()))),
        (None, State::Pending) => match standing.expires_at {
            Some(deadline) if now >= deadline => Err(Refusal::Expired(deadline)),
            _ => Ok(()),
        },
        (None, _) => Err(Refusal::NeverPending(standing.status())),
    }
}

/// Takes back a vote while others are still asked, or the approval that it gave until it is used.
pub(super) fn take_back(standing: &Standing, by: &Reviewer, now: At) -> Result<Vec<Fact>, Refusal> {
    let mine = standing.vote_of(by);
    let Some(execution) = &standing.execution else {
        return match (standing.state, mine) {
            (State::Pending, Some(_)) => {
                require_pending(standing, now)?;
                Ok(vec![Fact::VoteTakenBack(VoteTakenBack { by: by.clone() })])
            }
            (State::Rejected | State::Answered, Some(mine)) if mine.word != Word::Approve => {
                Err(Refusal::RejectionStands)
            }
            (State::Pending, None) => Err(Refusal::NothingToTakeBack),
            _ => require_pending(standing, now).and(Err(Refusal::NothingToTakeBack)),
        };
    };
    if !mine.is_some_and(|vote| vote.word == Word::Approve) {
        return Err(Refusal::NothingToTakeBack);
    }
    match (execution.state, execution.lapses_at) {
        (ExecutionState::Revoked, _) if execution.revoked_by.as_ref() == Some(&by.actor()) => {
            Ok(Vec::new())
        }
        (ExecutionState::Revoked, _) => Err(Refusal::Revoked(execution.revoked_by.clone())),
        (ExecutionState::Lapsed, Some(at)) => Err(Refusal::Lapsed(at)),
        (ExecutionState::Ready, Some(lapse)) if now >= lapse => Err(Refusal::Lapsed(lapse)),
        (ExecutionState::Ready, _) if execution.epoch == 0 => Ok(vec![Fact::Revoked(Revoked {
            by: Some(by.actor()),
        })]),
        _ => Err(Refusal::AlreadyStarted(execution.epoch)),
    }
}

pub(super) fn cancel(standing: &Standing, agent: &AgentId, now: At) -> Result<Vec<Fact>, Refusal> {
    let repeated = standing.settled.as_ref().is_some_and(|settled| {
        settled.decision == Decision::Cancelled && settled.by == Actor::Agent(agent.clone())
    });
    if repeated {
        return Ok(Vec::new());
    }
    require_pending(standing, now)?;
    Ok(vec![settle_without_reason(
        Decision::Cancelled,
        Actor::Agent(agent.clone()),
        now,
        false,
    )])
}

pub(super) fn settle_without_reason(
    decision: Decision,
    by: Actor,
    at: At,
    notify_agent: bool,
) -> Fact {
    Fact::Settled(Settlement {
        decision,
        by,
        at,
        reason: None,
        answer: None,
        notify_agent,
        lapses_at: None,
        held_until: None,
    })
}

impl Ballot {
    /// Whether it would put other parameters in force.
    fn changes(&self, standing: &Standing) -> bool {
        let edit = self.edit.as_ref();
        self.vote.word == Word::Approve
            && edit.is_some_and(|edit| edit.edited.digest != standing.digest)
    }
}

impl Terms {
    /// Until when an approval given now can be taken back before anything runs.
    pub(super) fn held_until(self, now: At) -> Option<At> {
        (self.undo > Span::from_millis(0)).then(|| now.plus(self.undo))
    }

    /// The hold where this executor runs the action: `server` for what isn't run by a waiting agent.
    pub fn new(executor: Executor, use_within: Span, server: Span, agent: Span) -> Self {
        Self {
            use_within,
            undo: match executor {
                Executor::Agent => agent,
                Executor::Queue => server,
            },
        }
    }
}
