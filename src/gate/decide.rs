//! Deciding. The check of who may and the write that it guards are one commit: of any number of
//! reviewers, the clock and a cancel, one settles a request, and the others learn who it was.

use super::bounds;
use super::judge::{Background, Judged, Proposal, Scene, judge};
use super::{Caller, Gate, GateError, MeantFor, Move, Once, Snapshot};
use crate::domain::digest::Digest;
use crate::domain::event::{Edited, Fact, PatternSuspended};
use crate::domain::id::{PersonId, RequestId};
use crate::domain::json::Json;
use crate::domain::lifecycle::{Ballot, Command, Edit, Seat, Standing, State, Status, Terms, step};
use crate::domain::people::Holder;
use crate::domain::raw::RawJson;
use crate::domain::request::Asked;
use crate::domain::review::{OptIn, OptInScope, Plan, Remember, Reviewer, Vote, Word};
use crate::domain::risk::Risk;
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;
use crate::domain::verdict::Effect;
use crate::domain::workspace::Workspace;
use crate::policy::document::BatchApproval;
use crate::policy::ladder::Recipients;
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
    /// Other parameters than those that were asked, and what they say.
    pub params: Option<(RawJson, Json)>,
    /// What the agent gets instead of a run.
    pub text: Option<Untrusted>,
}

/// Why somebody may not decide about a request, in words for them.
pub type WhyNot = String;

/// What is known about edited parameters before they are judged.
struct Prepared<'a> {
    params: &'a Json,
    recipients: Recipients,
    background: Background,
}

impl Gate {
    /// Decides about what [`Gate::request_to_decide`] gave. Whatever fails, nothing is decided.
    pub async fn decide(
        &self,
        caller: &Caller,
        stored: &Stored,
        choice: &Choice,
        once: Option<&Once>,
        meant_for: &MeantFor,
    ) -> Result<Stored, GateError> {
        let id = stored.asked.id;
        // An edit is made to what is in force now, however long ago that was read.
        let now_in_force = match &choice.params {
            Some(_) => Some(self.request_to_decide(caller, id).await?),
            None => None,
        };
        let stored = now_in_force.as_ref().unwrap_or(stored);
        let reviewer = caller.reviewer_self()?;
        if choice.word == Word::Approve {
            // Nobody approves what was put in the place of what was asked.
            self.sealed_payload(stored).await?;
        }
        let choice = &self.with_hidden_values(stored, choice).await?;
        let prepared = self.prepare(stored, choice).await?;
        let command = |stored: &Stored, snapshot: &Snapshot, now: At| {
            let edit = prepared
                .as_ref()
                .map(|edit| edited(caller, &reviewer, stored, edit, snapshot, now))
                .transpose()?
                .flatten();
            Ok(Command::Vote(Box::new(Ballot {
                vote: vote(caller, &reviewer, stored, choice),
                digest: choice.digest,
                plan: choice.plan,
                seat: seat(caller, &reviewer, stored, &snapshot.workspace, now),
                edit,
                not_unlocked: not_unlocked(&reviewer, stored, &snapshot.workspace, choice),
                answer: choice.text.clone().filter(|_| choice.word == Word::Respond),
                terms: terms(stored, snapshot),
            })))
        };
        let more = |stored: &Stored, snapshot: &Snapshot, facts: &[Fact]| {
            let opted_in = remembered(&reviewer, stored, choice)?;
            check(&reviewer, choice)?;
            let since = self.now();
            let opted_in = opted_in.map(|(person, scope)| {
                Fact::OptedIn(OptIn {
                    person,
                    action: stored.asked.action.clone(),
                    scope,
                    since,
                })
            });
            let suspended = suspended(&reviewer, stored, facts, &snapshot.workspace);
            Ok(opted_in.into_iter().chain(suspended).collect())
        };
        self.advance(Move {
            id,
            actor: &caller.actor(),
            once: once.map(|once| (caller, once)),
            seen: Some(stored.clone()),
            meant_for,
            params: choice.params.as_ref().map(|(raw, _)| raw),
            command,
            more,
        })
        .await
    }

    /// Takes one's own decision back, while it is possible.
    pub async fn take_back(
        &self,
        caller: &Caller,
        id: RequestId,
        once: Option<&Once>,
        meant_for: &MeantFor,
    ) -> Result<Stored, GateError> {
        self.request_to_decide(caller, id).await?;
        let by = caller.reviewer_self()?;
        let command = |_: &_, _: &_, _| Ok(Command::TakeBack { by: by.clone() });
        let once = once.map(|once| (caller, once));
        self.advance(Move::plain(id, &caller.actor(), once, command).meant_for(meant_for))
            .await
    }

    /// Withdraws a request that its agent doesn't want any more.
    pub async fn cancel(
        &self,
        caller: &Caller,
        id: RequestId,
        once: Option<&Once>,
        meant_for: &MeantFor,
    ) -> Result<Stored, GateError> {
        let agent = caller.agent()?.clone();
        self.own_request(caller, id).await?;
        let command = |_: &_, _: &_, _| {
            Ok(Command::Cancel {
                agent: agent.clone(),
            })
        };
        let once = once.map(|once| (caller, once));
        self.advance(Move::plain(id, &caller.actor(), once, command).meant_for(meant_for))
            .await
    }

    /// A request that the caller may see and might decide: a person's, or one that names the calling
    /// agent as its reviewer.
    pub async fn request_to_decide(
        &self,
        caller: &Caller,
        id: RequestId,
    ) -> Result<Stored, GateError> {
        if let Holder::Agent(agent) = &caller.holder {
            let asked = self.read().request(id).await?.filter(|stored| {
                let plan = stored.standing.plan.as_ref();
                plan.is_some_and(|plan| plan.asks(&Reviewer::Agent(agent.clone())))
            });
            // Whether there is such a request is none of its business.
            return match asked {
                Some(stored) => Ok(stored),
                None => caller.person().and(Err(GateError::Stopping)),
            };
        }
        caller.person()?;
        self.request(caller, id).await
    }

    /// The choice, with the hidden values that an edit left alone.
    async fn with_hidden_values(
        &self,
        stored: &Stored,
        choice: &Choice,
    ) -> Result<Choice, GateError> {
        let Some((raw, tree)) = choice.params.clone() else {
            return Ok(choice.clone());
        };
        let in_force = self.sealed_payload(stored).await?.params.tree();
        let in_force =
            in_force.map_err(|error| GateError::invalid("/params", error.to_string()))?;
        Ok(Choice {
            params: Some(self.unmasked(raw, tree, &in_force)),
            ..choice.clone()
        })
    }

    /// What is known about the parameters that somebody puts in place of those that were asked.
    async fn prepare<'a>(
        &self,
        stored: &Stored,
        choice: &'a Choice,
    ) -> Result<Option<Prepared<'a>>, GateError> {
        let Some((_, params)) = &choice.params else {
            return Ok(None);
        };
        let workspace = self.workspace();
        let proposal = Proposal::from(&*stored.asked);
        let scene = Scene::again(&stored.asked.agent, &proposal, &workspace)?;
        let recipients = scene.recipients(&proposal, params)?;
        let background = self.background(&proposal, &recipients, self.now()).await?;
        Ok(Some(Prepared {
            params,
            recipients,
            background,
        }))
    }

    /// Why this reviewer may not decide about that request now; nothing if they may.
    pub fn why_not(&self, caller: &Caller, stored: &Stored) -> Option<WhyNot> {
        let standing = &stored.standing;
        if standing.state != State::Pending {
            let revoked_by = standing
                .execution
                .as_ref()
                .and_then(|run| run.revoked_by.as_ref());
            return Some(match &standing.settled {
                Some(_) if standing.status() == Status::Revoked => match revoked_by {
                    Some(by) => format!("revoked: taken back by {by}"),
                    None => "revoked: taken back".to_owned(),
                },
                Some(settled) => format!("already {} by {}", settled.decision.word(), settled.by),
                None => format!("already {} by policy", standing.status().word()),
            });
        }
        let reviewer = caller.reviewer_self().ok()?;
        if let Some(mine) = standing.vote_of(&reviewer) {
            return Some(format!(
                "you have {} it; others are still asked",
                mine.word.past()
            ));
        }
        let seat = seat(caller, &reviewer, stored, &self.workspace(), self.now());
        seat.err().map(|why| why.plain_line())
    }

    /// Whether the caller's own decision about that request can be taken back now.
    pub fn may_take_back(&self, caller: &Caller, stored: &Stored) -> bool {
        let Ok(by) = caller.reviewer_self() else {
            return false;
        };
        let command = Command::TakeBack { by };
        step(&stored.standing, &command, self.now()).is_ok_and(|facts| !facts.is_empty())
    }

    /// Whether this may be approved together with others: where policy says so, and nothing grave.
    pub fn approves_together(&self, stored: &Stored) -> bool {
        let seen = self.snapshot().policy.batch_approval == BatchApproval::Seen;
        seen && stored.standing.risk.level < Risk::High
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

/// What becomes of an approval of this request.
pub(super) fn terms(stored: &Stored, snapshot: &Snapshot) -> Terms {
    let policy = &snapshot.policy;
    Terms::new(
        stored.asked.executor,
        policy.use_within,
        policy.undo.server,
        policy.undo.agent,
    )
}

/// The request as those who may decide see it.
pub(super) fn matter(stored: &Stored) -> Matter<'_> {
    Matter {
        agent: &stored.asked.agent,
        on_behalf_of: stored.asked.on_behalf_of.as_ref(),
        risk: stored.standing.risk.level,
        asked_at: stored.created_at,
        edited_by: &stored.standing.edited_by,
    }
}

fn seat(
    caller: &Caller,
    reviewer: &Reviewer,
    stored: &Stored,
    workspace: &Workspace,
    now: At,
) -> Result<Seat, Untrusted> {
    let plan = stored.standing.plan.as_ref();
    let plan = plan.ok_or_else(|| Untrusted::from("nobody is asked about this request"))?;
    reviewers::seat(
        plan,
        reviewer,
        &caller.token,
        &matter(stored),
        workspace,
        now,
    )
    .map_err(|why| Untrusted::from(why.to_string()))
}

fn vote(caller: &Caller, reviewer: &Reviewer, stored: &Stored, choice: &Choice) -> Vote {
    let plan = stored.standing.plan.as_ref();
    Vote {
        by: reviewer.clone(),
        stands_for: None,
        token: caller.token,
        word: choice.word,
        digest: choice.digest.unwrap_or(stored.standing.digest),
        plan: plan.map_or(0, |plan| plan.revision),
        reason: choice.reason.clone(),
        notify_agent: choice.notify_agent,
        remember: choice.remember,
        at: stored.created_at,
    }
}

/// What comes of an edit. Nothing, where the parameters mean what those in force mean.
fn edited(
    caller: &Caller,
    reviewer: &Reviewer,
    stored: &Stored,
    edit: &Prepared<'_>,
    snapshot: &Snapshot,
    now: At,
) -> Result<Option<Edit>, GateError> {
    let (Some(editor), Some(old)) = (reviewer.person(), &stored.standing.plan) else {
        return Ok(None);
    };
    let asked = &*stored.asked;
    let proposal = Proposal::from(asked);
    let scene = Scene::again(&asked.agent, &proposal, &snapshot.workspace)?;
    // Where recipients are found may have changed since they were looked up.
    if scene.recipients(&proposal, edit.params)? != edit.recipients {
        return Err(GateError::Busy);
    }
    let judged = judge(
        &scene,
        &proposal,
        edit.params,
        edit.recipients.clone(),
        &edit.background,
        snapshot,
        now,
    )?;
    let verdict = &judged.judgement.verdict;
    let denied = (verdict.effect == Effect::Deny).then(|| verdict.text.clone());
    let mut edited_by = stored.standing.edited_by.clone();
    edited_by.push(editor.clone());
    let matter = Matter {
        risk: judged.risk.level,
        edited_by: &edited_by,
        ..matter(stored)
    };
    let workspace = &snapshot.workspace;
    let (mut plan, expires_at, mut escalates_at) = plan_after_edit(old, &judged, &stored.standing);
    // Its editor may have been the last who could decide.
    if reviewers::is_stranded(&plan, &[], &matter, workspace, now) {
        let next = reviewers::next_opening(&plan, &matter, workspace, now);
        plan.opened = next.unwrap_or(u32::try_from(plan.stages.len()).unwrap_or(u32::MAX));
        escalates_at = plan.escalates_at(plan.opened, now);
    }
    let seat = reviewers::seat(&plan, reviewer, &caller.token, &matter, workspace, now).ok();
    Ok(Some(Edit {
        edited: Edited {
            by: editor.clone(),
            digest: judged.digest,
            headline: judged.headline,
            recipients: judged
                .recipients
                .normal
                .into_iter()
                .map(Untrusted::from)
                .collect(),
            recipients_claimed: judged.recipients.claimed,
            risk: judged.risk,
            watchers: reviewers::watchers(&plan, &matter, workspace, now),
            plan,
            expires_at,
            escalates_at,
        },
        seat,
        denied,
    }))
}

/// The stricter of the two plans, with its deadline and when it is escalated. A ladder that would allow
/// changes nothing; the deadline isn't moved back.
fn plan_after_edit(
    old: &Plan,
    judged: &Judged,
    standing: &Standing,
) -> (Plan, Option<At>, Option<At>) {
    let revision = old.revision + 1;
    let new = judged.plan.as_ref();
    match new.and_then(|new| reviewers::replacement(old, new)) {
        Some(new) => {
            let deadlines = [standing.expires_at, judged.expires_at];
            let plan = Plan { revision, ..new };
            let sooner = deadlines.into_iter().flatten().min();
            (plan, sooner, judged.escalates_at)
        }
        None => {
            let plan = Plan {
                revision,
                ..old.clone()
            };
            (plan, standing.expires_at, standing.escalates_at)
        }
    }
}

/// What is wrong with the choice itself, said only to those who might have made it.
fn check(reviewer: &Reviewer, choice: &Choice) -> Result<(), GateError> {
    bounds::text("/reason", choice.reason.as_ref())?;
    bounds::text("/text", choice.text.as_ref())?;
    let edits = choice.params.is_some();
    let responds = choice.word == Word::Respond;
    let text = choice
        .text
        .as_ref()
        .filter(|text| !text.plain().trim().is_empty());
    if reviewer.person().is_none() && (edits || responds || choice.remember != Remember::Once) {
        return Err(GateError::Forbidden(
            "an agent that reviews approves or rejects; it can't edit, respond or remember"
                .to_owned(),
        ));
    }
    match choice {
        _ if edits && choice.word != Word::Approve => {
            Err(GateError::invalid("/params", "only an approval can edit"))
        }
        _ if edits && choice.remember != Remember::Once => Err(GateError::invalid(
            "/remember",
            "what was edited can't be remembered",
        )),
        _ if responds && text.is_none() => Err(GateError::invalid(
            "/text",
            "an answer says something: it is what the agent gets instead of a run",
        )),
        _ if !responds && choice.text.is_some() => {
            Err(GateError::invalid("/text", "goes with decision “respond”"))
        }
        _ => Ok(()),
    }
}

/// Patterns that would have let through, but for their limits, what a person rejects.
fn suspended(
    reviewer: &Reviewer,
    stored: &Stored,
    facts: &[Fact],
    workspace: &Workspace,
) -> Vec<Fact> {
    let rejects =
        |fact: &Fact| matches!(fact, Fact::Settled(s) if s.decision.state() == State::Rejected);
    if reviewer.person().is_none() || !facts.iter().any(rejects) {
        return Vec::new();
    }
    let Asked {
        id, passed_over, ..
    } = &*stored.asked;
    let active = passed_over.iter().filter(|pattern| {
        let state = workspace.patterns.get(*pattern);
        state.is_none_or(|state| state.suspended.is_none())
    });
    active
        .map(|pattern| {
            Fact::PatternSuspended(PatternSuspended {
                pattern: pattern.clone(),
                why: Untrusted::from(format!(
                    "{reviewer} rejected {id}, which it would have let through but for its limits"
                )),
            })
        })
        .collect()
}

/// The opt-in that goes with an approval, if one was asked for and may be given.
fn remembered(
    reviewer: &Reviewer,
    stored: &Stored,
    choice: &Choice,
) -> Result<Option<(PersonId, OptInScope)>, GateError> {
    let Some(person) = reviewer
        .person()
        .filter(|_| choice.remember != Remember::Once)
    else {
        return Ok(None);
    };
    if choice.word != Word::Approve {
        return Err(GateError::invalid(
            "/remember",
            "only an approval can be remembered",
        ));
    }
    let scope = match (choice.remember, &stored.asked.conversation) {
        (Remember::Conversation, Some(conversation)) => OptInScope::Conversation {
            agent: stored.asked.agent.clone(),
            conversation: conversation.clone(),
        },
        (Remember::Conversation, None) => {
            return Err(GateError::invalid(
                "/remember",
                "the request belongs to no conversation that could be remembered",
            ));
        }
        _ => OptInScope::Always,
    };
    Ok(Some((person.clone(), scope)))
}

/// Why an approval can't be remembered, where that is wanted.
fn not_unlocked(
    reviewer: &Reviewer,
    stored: &Stored,
    workspace: &Workspace,
    choice: &Choice,
) -> Option<Untrusted> {
    let wanted = choice.remember != Remember::Once;
    let person = reviewer.person().filter(|_| wanted)?;
    remember_refused(person, stored, workspace).map(Untrusted::from)
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
