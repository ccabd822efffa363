//! Trying out: the verdict that a request would get, and what another policy would have made of those of
//! the past. Nothing is stored.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::ask::check_node;
use super::judge::{Background, Judged, Proposal, Scene, judge};
use super::settings::patched_action;
use super::{Caller, Gate, GateError, Snapshot, bounds};
use crate::domain::id::{ActionName, AgentId};
use crate::domain::json::Json;
use crate::domain::people::{Holder, PatchAction};
use crate::domain::request::Ask;
use crate::domain::review::Plan;
use crate::domain::risk::Assessment;
use crate::domain::time::{At, Span};
use crate::domain::verdict::{Effect, Rung, Verdict};
use crate::policy::document::Policy;
use crate::store::{Audience, Order, Query, Stored};

/// How far back a replay looks unless it is told.
const LOOKS_BACK: Span = Span::from_hours(30 * 24);
/// The most requests that are judged again.
const MOST: usize = 10_000;
/// The most changes that are named; all are counted.
const MOST_NAMED: usize = 200;
/// How many are read at once.
const PAGE: u32 = 200;

/// The verdict that a request would get.
#[derive(Debug, Clone)]
pub struct Tried {
    pub verdict: Verdict,
    pub trace: Vec<Rung>,
    pub would_have_been: Option<Verdict>,
    pub risk: Assessment,
    pub plan: Option<Plan>,
}

/// What is tried against the past.
#[derive(Debug, Clone, Default)]
pub struct Trial {
    /// Another policy than the one in force.
    pub policy: Option<String>,
    /// Other settings of actions than those in force.
    pub actions: BTreeMap<ActionName, PatchAction>,
    pub since: Option<At>,
}

/// What a trial would have changed.
#[derive(Debug, Clone)]
pub struct Replayed {
    pub since: At,
    /// How many requests were judged again.
    pub looked_at: usize,
    /// There were more, older ones.
    pub more: bool,
    pub counts: Counts,
    /// Those that people rejected and the trial lets through come first.
    pub changes: Vec<Differs>,
}

/// How many requests would have got another verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Let through that weren't.
    pub allowed: usize,
    /// Asked about that weren't.
    pub asked: usize,
    /// Denied that weren't.
    pub denied: usize,
    /// Among those let through: those that people had rejected.
    pub rejected_but_would_pass: usize,
}

/// One request that would have got another verdict.
#[derive(Debug, Clone)]
pub struct Differs {
    pub stored: Stored,
    pub was: Verdict,
    pub would_be: Verdict,
    pub rejected: bool,
}

impl Gate {
    /// The verdict that a request would get. An agent tries its own, a person says for which agent.
    pub async fn try_out(
        &self,
        caller: &Caller,
        agent: Option<&AgentId>,
        ask: &Ask,
        params: &Json,
    ) -> Result<Tried, GateError> {
        let agent = match (&caller.holder, agent) {
            (Holder::Agent(own), None) => own,
            (Holder::Agent(own), Some(agent)) if own == agent => own,
            (Holder::Agent(_), Some(_)) => {
                return Err(GateError::Forbidden(
                    "an agent tries out what it would ask itself".to_owned(),
                ));
            }
            (_, None) => {
                caller.person()?;
                return Err(GateError::invalid("/agent", "say which agent would ask"));
            }
            (_, Some(agent)) => caller.person().and(Ok(agent))?,
        };
        bounds::ask(ask)?;
        let proposal = Proposal::from(ask);
        let snapshot = self.snapshot();
        check_node(caller, ask.node.as_ref(), &snapshot.workspace)?;
        let now = self.now();
        let scene = Scene::set(agent, &proposal, &snapshot.workspace)?;
        let recipients = scene.recipients(&proposal, params)?;
        let background = self.background(&proposal, &recipients, now).await?;
        let judged = judge(
            &scene,
            &proposal,
            params,
            recipients,
            &background,
            &snapshot,
            now,
        )?;
        let Judged {
            judgement,
            risk,
            plan,
            ..
        } = judged;
        Ok(Tried {
            verdict: judgement.verdict,
            trace: judgement.trace,
            would_have_been: judgement.would_have_been,
            risk,
            plan,
        })
    }

    /// What another policy, or other settings of actions, would have made of the requests of the past.
    /// Both are judged by today's people, so that nothing but the trial makes a difference.
    pub async fn replay(&self, caller: &Caller, trial: &Trial) -> Result<Replayed, GateError> {
        caller.manager()?;
        let now = self.now();
        let since = trial
            .since
            .unwrap_or(At::from_millis(now.millis() - LOOKS_BACK.millis()));
        let today = self.snapshot();
        let other = trial_snapshot(&today, trial)?;
        let mut replayed = Replayed {
            since,
            looked_at: 0,
            more: false,
            counts: Counts::default(),
            changes: Vec::new(),
        };
        let mut after = None;
        loop {
            let listed = self.list(past(since, now, after.take())).await?;
            for stored in listed.items {
                replayed.looked_at += 1;
                let differs = self.differs(stored, &today, &other).await?;
                replayed
                    .changes
                    .extend(differs.inspect(|d| replayed.counts.add(d)));
            }
            // Judging is work; others get their turn between two pages.
            tokio::task::yield_now().await;
            after = listed.next;
            replayed.more = after.is_some() && replayed.looked_at >= MOST;
            if after.is_none() || replayed.more {
                break;
            }
        }
        replayed
            .changes
            .sort_by_key(|differs| !differs.passes_though_rejected());
        replayed.changes.truncate(MOST_NAMED);
        Ok(replayed)
    }

    async fn differs(
        &self,
        stored: Stored,
        today: &Snapshot,
        other: &Snapshot,
    ) -> Result<Option<Differs>, GateError> {
        let Some(payload) = self.asked_payload(&stored).await? else {
            return Ok(None);
        };
        let Ok(params) = payload.params.tree() else {
            return Ok(None);
        };
        let verdict = |snapshot: &Snapshot| {
            let proposal = Proposal::from(&*stored.asked);
            let scene = Scene::again(&stored.asked.agent, &proposal, &snapshot.workspace)?;
            let recipients = scene.recipients(&proposal, &params)?;
            let at = stored.created_at;
            let nothing = Background::default();
            judge(
                &scene, &proposal, &params, recipients, &nothing, snapshot, at,
            )
            .map(|judged| judged.judgement.verdict)
        };
        // What can't be judged any more, because its agent is gone, can't differ either.
        let (Ok(was), Ok(would_be)) = (verdict(today), verdict(other)) else {
            return Ok(None);
        };
        let differs = was.effect != would_be.effect;
        let settled = stored.standing.settled.as_ref();
        let rejected =
            settled.is_some_and(|s| s.decision == crate::domain::lifecycle::Decision::Rejected);
        Ok(differs.then_some(Differs {
            stored,
            was,
            would_be,
            rejected,
        }))
    }
}

impl Differs {
    fn passes_though_rejected(&self) -> bool {
        self.rejected && self.would_be.effect == Effect::Allow
    }
}

impl Counts {
    fn add(&mut self, differs: &Differs) {
        match differs.would_be.effect {
            Effect::Allow => self.allowed += 1,
            Effect::Ask => self.asked += 1,
            Effect::Deny => self.denied += 1,
        }
        self.rejected_but_would_pass += usize::from(differs.passes_though_rejected());
    }
}

fn trial_snapshot(today: &Snapshot, trial: &Trial) -> Result<Snapshot, GateError> {
    let policy = match &trial.policy {
        None => Arc::clone(&today.policy),
        Some(text) => {
            let policy = Policy::parse(text, today.policy.version + 1);
            Arc::new(policy.map_err(GateError::BadPolicy)?)
        }
    };
    let mut workspace = (*today.workspace).clone();
    for (name, patch) in &trial.actions {
        let action = workspace.actions.get_mut(name).ok_or_else(|| {
            GateError::invalid(
                format!("/actions/{name}"),
                format!("there is no action “{name}”"),
            )
        })?;
        *action = patched_action(action, patch);
        if !action.auto_approval_allowed {
            workspace.opt_ins.remove(name);
        }
    }
    Ok(Snapshot::new(workspace, policy))
}

fn past(since: At, now: At, after: Option<crate::store::Cursor>) -> Query {
    Query {
        since: Some(since),
        limit: PAGE,
        after,
        ..Query::new(Audience::Everybody, Order::Asked, now)
    }
}
