//! Running what was approved or allowed: taken once, by its agent or a worker, who says how it ended; and
//! what people do about a run that failed, or of which nobody knows how it ended.

use super::ask::check_node;
use super::bounds;
use super::{Caller, Gate, GateError, MeantFor, Move, Once, Snapshot};
use crate::domain::execution::{ExecutionState, Outcome, Report};
use crate::domain::id::RequestId;
use crate::domain::lifecycle::{Command, Refusal, Runner, Status};
use crate::domain::people::Holder;
use crate::domain::request::Asked;
use crate::domain::review::Reviewer;
use crate::domain::seal::Sealed;
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;
use crate::domain::workspace::Workspace;
use crate::store::{Payload, Stored};

impl Gate {
    /// Takes a request for running: the bytes that were approved, and nothing else.
    pub async fn start(
        &self,
        caller: &Caller,
        id: RequestId,
        once: Option<&Once>,
        meant_for: &MeantFor,
    ) -> Result<(Stored, Payload), GateError> {
        caller.agent()?;
        let own = self.own_request(caller, id).await?;
        // Before anything starts: what can't be given out isn't taken either.
        let payload = self.sealed_payload(&own).await?;
        let command = |stored: &Stored, snapshot: &Snapshot, _: At| {
            refuse_if_off(stored, &snapshot.workspace)?;
            refuse_if_other(stored, &payload)?;
            Ok(Command::Start { by: Runner::Agent })
        };
        let once = once.map(|once| (caller, once));
        let started = self
            .advance(Move::plain(id, &caller.actor(), once, command).meant_for(meant_for))
            .await?;
        Ok((started, payload))
    }

    /// The parameters of a request, which are those that its digest stands for: whoever can write to the
    /// database could have put others there, and nobody has seen those.
    pub(super) async fn sealed_payload(&self, stored: &Stored) -> Result<Payload, GateError> {
        let payload = self.payload(stored).await?;
        let payload = payload.ok_or_else(|| GateError::NotFound {
            what: "parameters of request",
            id: stored.asked.id.to_string(),
        })?;
        check_seal(stored, &payload)?;
        Ok(payload)
    }

    /// Refuses to show an agent parameters under a digest that isn't theirs while it may still run them.
    pub fn check_shown(
        &self,
        caller: &Caller,
        stored: &Stored,
        payload: &Payload,
    ) -> Result<(), GateError> {
        let own = caller.holder == Holder::Agent(stored.asked.agent.clone());
        let status = stored.standing.status();
        let may_run = matches!(
            status,
            Status::Allowed | Status::Approved | Status::Executing
        );
        match own && may_run {
            true => check_seal(stored, payload),
            false => Ok(()),
        }
    }

    /// Says how a run ended; without an epoch it is the run that is due.
    pub async fn report(
        &self,
        caller: &Caller,
        id: RequestId,
        report: Report,
        epoch: Option<u32>,
        once: Option<&Once>,
        meant_for: &MeantFor,
    ) -> Result<Stored, GateError> {
        bounds::text("/error", report.error.as_ref())?;
        bounds::json("/result", report.result.as_ref())?;
        if let Holder::Worker(_) = &caller.holder {
            return self
                .report_work(caller, id, &report, epoch, once, meant_for)
                .await;
        }
        self.own_request(caller, id).await?;
        let command = |stored: &Stored, snapshot: &Snapshot, _: At| {
            let execution = stored.standing.execution.as_ref();
            if execution.is_some_and(|execution| execution.state == ExecutionState::Ready) {
                refuse_if_off(stored, &snapshot.workspace)?;
            }
            Ok(Command::Report {
                by: Runner::Agent,
                report: report.clone(),
                epoch,
            })
        };
        let once = once.map(|once| (caller, once));
        self.advance(Move::plain(id, &caller.actor(), once, command).meant_for(meant_for))
            .await
    }

    /// Has a failed run, or one of which nobody knows how it ended, tried again.
    pub async fn retry(
        &self,
        caller: &Caller,
        id: RequestId,
        reason: &Untrusted,
        once: Option<&Once>,
        meant_for: &MeantFor,
    ) -> Result<Stored, GateError> {
        self.answers_for_run(caller, id, reason).await?;
        let command = |stored: &Stored, snapshot: &Snapshot, _: At| {
            refuse_if_off(stored, &snapshot.workspace)?;
            Ok(Command::Retry {
                reason: reason.clone(),
                use_within: snapshot.policy.use_within,
            })
        };
        let once = once.map(|once| (caller, once));
        self.advance(Move::plain(id, &caller.actor(), once, command).meant_for(meant_for))
            .await
    }

    /// Says what became of a run that failed or of which nobody knew how it ended.
    pub async fn settle_run(
        &self,
        caller: &Caller,
        id: RequestId,
        outcome: Outcome,
        reason: &Untrusted,
        once: Option<&Once>,
        meant_for: &MeantFor,
    ) -> Result<Stored, GateError> {
        self.answers_for_run(caller, id, reason).await?;
        if outcome == Outcome::Unknown {
            return Err(GateError::invalid(
                "/outcome",
                "a person says executed or failed; that it is unknown is known already",
            ));
        }
        let command = |_: &Stored, _: &Snapshot, _: At| {
            Ok(Command::SettleRun {
                outcome,
                reason: reason.clone(),
            })
        };
        let once = once.map(|once| (caller, once));
        self.advance(Move::plain(id, &caller.actor(), once, command).meant_for(meant_for))
            .await
    }

    /// Whether the caller answers for what became of a run: who manages the workspace, owns the agent, or
    /// was asked to review.
    async fn answers_for_run(
        &self,
        caller: &Caller,
        id: RequestId,
        reason: &Untrusted,
    ) -> Result<(), GateError> {
        let person = caller.person()?;
        let stored = self.request(caller, id).await?;
        let workspace = self.workspace();
        let agent = workspace.agents.get(&stored.asked.agent);
        let owns = agent.is_some_and(|agent| agent.owners.contains(person));
        let plan = stored.standing.plan.as_ref();
        let reviews = plan.is_some_and(|plan| plan.asks(&Reviewer::Person(person.clone())));
        if !(owns || reviews || caller.role.is_some_and(|role| role.manages())) {
            return Err(GateError::Forbidden(
                "only its reviewers, its agent's owners, admins and owners say what becomes of a run"
                    .to_owned(),
            ));
        }
        bounds::text("/reason", Some(reason))?;
        match reason.plain().trim().is_empty() {
            true => Err(GateError::invalid(
                "/reason",
                "say why: it is kept in the log",
            )),
            false => Ok(()),
        }
    }

    /// A request that the calling agent asked.
    pub(super) async fn own_request(
        &self,
        caller: &Caller,
        id: RequestId,
    ) -> Result<Stored, GateError> {
        let agent = caller.agent()?;
        let found = self.read().request(id).await?;
        let own = found
            .filter(|stored| stored.asked.agent == *agent)
            .ok_or_else(|| GateError::NotFound {
                what: "request",
                id: id.to_string(),
            })?;
        check_node(caller, own.asked.node.as_ref(), &self.workspace())?;
        Ok(own)
    }
}

/// Refuses parameters that aren't those that the digest of their request stands for.
fn check_seal(stored: &Stored, payload: &Payload) -> Result<(), GateError> {
    let sealed = payload.params.tree().is_ok_and(|params| {
        let kept = Sealed {
            action: &stored.asked.action,
            agent: &stored.asked.agent,
            params: &params,
            recipients: &stored.standing.recipients,
            resource: stored.asked.resource.as_ref(),
        };
        kept.has(stored.standing.digest)
    });
    if !sealed {
        let id = stored.asked.id;
        tracing::error!(%id, digest = %stored.standing.digest, "the parameters kept aren't those of the digest; they are not given out");
        return Err(GateError::BrokenSeal(id));
    }
    Ok(())
}

/// Somebody put other parameters in place of those that were read a moment ago.
pub(super) fn refuse_if_other(stored: &Stored, read: &Payload) -> Result<(), GateError> {
    match stored.standing.digest == read.digest {
        true => Ok(()),
        false => Err(GateError::Busy),
    }
}

/// What was disabled doesn't start any more.
pub(super) fn refuse_if_off(stored: &Stored, workspace: &Workspace) -> Result<(), GateError> {
    match is_off(&stored.asked, workspace) {
        true => Err(Refusal::Revoked(None).into()),
        false => Ok(()),
    }
}

/// Whether the agent, the integration or the action of a request is disabled.
pub(super) fn is_off(asked: &Asked, workspace: &Workspace) -> bool {
    let agent = workspace
        .agents
        .get(&asked.agent)
        .is_some_and(|agent| agent.enabled);
    let action = workspace
        .actions
        .get(&asked.action)
        .is_some_and(|action| action.enabled);
    let integration = workspace
        .integrations
        .get(&asked.action.integration())
        .is_some_and(|integration| integration.enabled);
    !(agent && action && integration)
}
