//! Running what was approved or allowed: its agent takes it, once, and says how it ended.

use super::bounds;
use super::{Caller, Gate, GateError, Once};
use crate::domain::execution::Report;
use crate::domain::id::RequestId;
use crate::domain::lifecycle::{Command, Refusal};
use crate::domain::request::Asked;
use crate::domain::workspace::Workspace;
use crate::store::{Payload, Stored};

impl Gate {
    /// Takes a request for running: the bytes that were approved, and nothing else.
    pub async fn start(
        &self,
        caller: &Caller,
        id: RequestId,
        once: Option<&Once>,
    ) -> Result<(Stored, Payload), GateError> {
        caller.agent()?;
        self.request(caller, id).await?;
        let command =
            |stored: &Stored, workspace: &Workspace| match is_off(&stored.asked, workspace) {
                true => Err(Refusal::Revoked.into()),
                false => Ok(Command::Start),
            };
        let once = once.map(|once| (caller, once));
        let started = self
            .advance(id, &caller.actor(), once, command, |_, _| Ok(Vec::new()))
            .await?;
        let payload = self
            .payload(&started)
            .await?
            .ok_or_else(|| GateError::NotFound {
                what: "parameters of request",
                id: id.to_string(),
            })?;
        Ok((started, payload))
    }

    /// Says how a run ended; without an epoch it is the run that is due.
    pub async fn report(
        &self,
        caller: &Caller,
        id: RequestId,
        report: Report,
        epoch: Option<u32>,
        once: Option<&Once>,
    ) -> Result<Stored, GateError> {
        caller.agent()?;
        bounds::text("/error", report.error.as_ref())?;
        bounds::json("/result", report.result.as_ref())?;
        self.request(caller, id).await?;
        let command = |stored: &Stored, workspace: &Workspace| {
            let not_started = stored
                .standing
                .execution
                .as_ref()
                .is_some_and(|execution| execution.epoch == 0);
            match not_started && is_off(&stored.asked, workspace) {
                true => Err(Refusal::Revoked.into()),
                false => Ok(Command::Report {
                    report: report.clone(),
                    epoch,
                }),
            }
        };
        let once = once.map(|once| (caller, once));
        self.advance(id, &caller.actor(), once, command, |_, _| Ok(Vec::new()))
            .await
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
