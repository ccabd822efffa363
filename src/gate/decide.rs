//! Deciding. The check of who may and the write that it guards are one commit: of any number of
//! reviewers, the clock and a cancel, one settles a request, and the others learn who it was.

use super::bounds;
use super::{Caller, Gate, GateError, Once};
use crate::domain::digest::Digest;
use crate::domain::event::Fact;
use crate::domain::id::{PersonId, RequestId};
use crate::domain::lifecycle::{Ballot, Command, State};
use crate::domain::review::{OptIn, OptInScope, Remember, Reviewer, Vote, Word};
use crate::domain::untrusted::Untrusted;
use crate::domain::workspace::Workspace;
use crate::policy::reviewers::{self, Matter};
use crate::store::Stored;

/// A reviewer's choice, with what they saw.
#[derive(Debug, Clone)]
pub struct Choice {
    pub word: Word,
    pub digest: Option<Digest>,
    pub plan: Option<u32>,
    pub reason: Option<Untrusted>,
    pub notify_agent: bool,
    pub remember: Remember,
}

/// Why somebody may not decide about a request, in words for them.
pub type WhyNot = String;

impl Gate {
    /// Decides. Whatever fails, nothing is decided.
    pub async fn decide(
        &self,
        caller: &Caller,
        id: RequestId,
        choice: &Choice,
        once: Option<&Once>,
    ) -> Result<Stored, GateError> {
        let person = caller.person()?;
        self.request(caller, id).await?;
        let command = |stored: &Stored, workspace: &Workspace| {
            let plan = stored.standing.plan.as_ref();
            Ok(Command::Vote {
                ballot: ballot(caller, person, stored, choice),
                eligible: plan.is_some_and(|plan| {
                    let matter = Matter::of(&stored.asked, stored.created_at, &[]);
                    let voter = Reviewer::Person(person.clone());
                    let now = self.now();
                    reviewers::seat(plan, &voter, &caller.token, &matter, workspace, now).is_ok()
                }),
                use_within: self.policy().use_within,
            })
        };
        let more = |stored: &Stored, workspace: &Workspace| {
            bounds::text("/reason", choice.reason.as_ref())?;
            let scope = remembered(person, stored, workspace, choice)?;
            let opted_in = scope.map(|scope| {
                Fact::OptedIn(OptIn {
                    person: person.clone(),
                    action: stored.asked.action.clone(),
                    scope,
                    since: self.now(),
                })
            });
            Ok(opted_in.into_iter().collect())
        };
        let once = once.map(|once| (caller, once));
        self.advance(id, &caller.actor(), once, command, more).await
    }

    /// Withdraws a request that its agent doesn't want any more.
    pub async fn cancel(
        &self,
        caller: &Caller,
        id: RequestId,
        once: Option<&Once>,
    ) -> Result<Stored, GateError> {
        let agent = caller.agent()?.clone();
        self.request(caller, id).await?;
        let command = |_: &_, _: &_| {
            Ok(Command::Cancel {
                agent: agent.clone(),
            })
        };
        let once = once.map(|once| (caller, once));
        self.advance(id, &caller.actor(), once, command, |_, _| Ok(Vec::new()))
            .await
    }

    /// Why this person may not decide about that request now; nothing if they may.
    pub fn why_not(&self, person: &PersonId, stored: &Stored) -> Option<WhyNot> {
        let workspace = self.workspace();
        let standing = &stored.standing;
        if standing.state != State::Pending {
            return Some(match &standing.settled {
                Some(settled) => format!("already {} by {}", settled.decision.word(), settled.by),
                None => format!("already {} by policy", standing.status().word()),
            });
        }
        let plan = standing.plan.as_ref()?;
        if let Some(mine) = standing
            .votes
            .iter()
            .find(|vote| vote.by.person() == Some(person))
        {
            return Some(format!(
                "you have {} it; others are still asked",
                mine.word.past()
            ));
        }
        let matter = Matter::of(&stored.asked, stored.created_at, &[]);
        let voter = Reviewer::Person(person.clone());
        let place = reviewers::place(plan, &voter, &matter, &workspace, self.now());
        place.err().map(|why| why.to_string())
    }

    /// For how long this person's approval of that request could be remembered.
    pub fn may_remember(&self, person: &PersonId, stored: &Stored) -> Vec<Remember> {
        let all = [Remember::Once, Remember::Conversation, Remember::Always];
        let workspace = self.workspace();
        if remember_refused(person, stored, &workspace).is_some() {
            return Vec::new();
        }
        let possible = |remember: &Remember| {
            *remember != Remember::Conversation || stored.asked.conversation.is_some()
        };
        all.into_iter().filter(possible).collect()
    }
}

fn ballot(caller: &Caller, person: &PersonId, stored: &Stored, choice: &Choice) -> Ballot {
    Ballot {
        vote: Vote {
            by: Reviewer::Person(person.clone()),
            stands_for: None,
            token: caller.token,
            word: choice.word,
            digest: choice.digest.unwrap_or(stored.standing.digest),
            plan: stored
                .standing
                .plan
                .as_ref()
                .map_or(0, |plan| plan.revision),
            reason: choice.reason.clone(),
            notify_agent: choice.notify_agent,
            remember: choice.remember,
            at: stored.created_at,
        },
        digest: choice.digest,
        plan: choice.plan,
    }
}

/// The opt-in that goes with an approval, if one was asked for and may be given.
fn remembered(
    person: &PersonId,
    stored: &Stored,
    workspace: &Workspace,
    choice: &Choice,
) -> Result<Option<OptInScope>, GateError> {
    if choice.remember == Remember::Once {
        return Ok(None);
    }
    if let Some(refusal) = remember_refused(person, stored, workspace) {
        return Err(GateError::AutoApprovalNotAllowed(refusal));
    }
    if choice.word != Word::Approve {
        return Err(GateError::invalid(
            "/remember",
            "only an approval can be remembered",
        ));
    }
    match (choice.remember, &stored.asked.conversation) {
        (Remember::Conversation, Some(conversation)) => Ok(Some(OptInScope::Conversation {
            agent: stored.asked.agent.clone(),
            conversation: conversation.clone(),
        })),
        (Remember::Conversation, None) => Err(GateError::invalid(
            "/remember",
            "the request belongs to no conversation that could be remembered",
        )),
        _ => Ok(Some(OptInScope::Always)),
    }
}

fn remember_refused(person: &PersonId, stored: &Stored, workspace: &Workspace) -> Option<String> {
    let action = &stored.asked.action;
    let unlocked = workspace
        .actions
        .get(action)
        .is_some_and(|action| action.auto_approval_allowed);
    if !unlocked {
        Some(format!(
            "no administrator has unlocked auto-approval for {action}"
        ))
    } else if stored.asked.on_behalf_of.as_ref() != Some(person) {
        Some("only the person on whose behalf the agent acts can waive their own review".to_owned())
    } else {
        None
    }
}
