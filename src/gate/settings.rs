//! Integrations, actions and each person's own choices. Unlocking an action changes nobody by itself;
//! locking it ends every opt-in for it at once, and unlocking it again brings none back.

use super::bounds;
use super::references::{missing_users, refuse_if_any};
use super::{Caller, Gate, GateError, MeantFor, Tag};
use crate::domain::event::{Fact, OptedOut};
use crate::domain::id::{ActionName, IntegrationName};
use crate::domain::people::{Action, Integration, PatchAction, PatchIntegration};
use crate::domain::review::{OptIn, OptInScope};

impl Gate {
    /// Changes an action.
    pub async fn change_action(
        &self,
        caller: &Caller,
        name: &ActionName,
        patch: &PatchAction,
        meant_for: &MeantFor,
    ) -> Result<Action, GateError> {
        self.change_workspace(&caller.actor(), None, |workspace| {
            caller.manages_in(workspace)?;
            let old = workspace
                .actions
                .get(name)
                .ok_or_else(|| unknown("action", name.as_str()))?;
            meant_for.check("action", &Tag::of(old))?;
            let new = patched_action(old, patch);
            Ok(changed(old, new)
                .map(Fact::ActionSaved)
                .into_iter()
                .collect())
        })
        .await?;
        if patch.enabled == Some(false) {
            self.stop_disabled(&caller.actor()).await?;
        }
        let workspace = self.workspace();
        workspace
            .actions
            .get(name)
            .cloned()
            .ok_or_else(|| unknown("action", name.as_str()))
    }

    /// Changes an integration.
    pub async fn change_integration(
        &self,
        caller: &Caller,
        name: &IntegrationName,
        patch: &PatchIntegration,
        meant_for: &MeantFor,
    ) -> Result<Integration, GateError> {
        self.change_workspace(&caller.actor(), None, |workspace| {
            caller.manages_in(workspace)?;
            let old = workspace
                .integrations
                .get(name)
                .ok_or_else(|| unknown("integration", name.as_str()))?;
            meant_for.check("integration", &Tag::of(old))?;
            let users = patch.users.as_deref().unwrap_or_default();
            refuse_if_any(missing_users(users, "/users", workspace))?;
            let new = Integration {
                name: old.name.clone(),
                enabled: patch.enabled.unwrap_or(old.enabled),
                users: patch.users.clone().unwrap_or_else(|| old.users.clone()),
                trust_read_only_hints: patch
                    .trust_read_only_hints
                    .unwrap_or(old.trust_read_only_hints),
            };
            Ok(changed(old, new)
                .map(Fact::IntegrationSaved)
                .into_iter()
                .collect())
        })
        .await?;
        if patch.enabled == Some(false) {
            self.stop_disabled(&caller.actor()).await?;
        }
        let workspace = self.workspace();
        workspace
            .integrations
            .get(name)
            .cloned()
            .ok_or_else(|| unknown("integration", name.as_str()))
    }

    /// The caller's opt-ins that hold now.
    pub fn opt_ins(&self, caller: &Caller) -> Result<Vec<OptIn>, GateError> {
        let person = caller.person()?;
        let now = self.now();
        let workspace = self.workspace();
        Ok(workspace
            .opt_ins_of(person)
            .filter(|opt_in| opt_in.scope.holds(opt_in.since, now))
            .collect())
    }

    /// Chooses for one action: to let it through within a scope, or to be asked every time.
    pub async fn choose(
        &self,
        caller: &Caller,
        action: &ActionName,
        scope: Option<&OptInScope>,
    ) -> Result<(), GateError> {
        let person = caller.person()?;
        if let Some(OptInScope::Conversation { conversation, .. }) = scope {
            bounds::text("/conversation", Some(conversation))?;
        }
        self.change_workspace(&caller.actor(), None, |workspace| {
            let known = workspace
                .actions
                .get(action)
                .ok_or_else(|| unknown("action", action.as_str()))?;
            let mine = workspace
                .opt_ins_of(person)
                .filter(|opt_in| opt_in.action == *action);
            let Some(scope) = scope else {
                let out = |opt_in: OptIn| OptedOut {
                    person: opt_in.person,
                    action: opt_in.action,
                    scope: opt_in.scope,
                };
                return Ok(mine.map(out).map(Fact::OptedOut).collect());
            };
            if !known.auto_approval_allowed {
                return Err(GateError::AutoApprovalNotAllowed(format!(
                    "no administrator has unlocked auto-approval for {action}"
                )));
            }
            if let OptInScope::Conversation { agent, .. } = scope
                && !workspace.agents.contains_key(agent)
            {
                return Err(GateError::invalid(
                    "/agent",
                    format!("there is no agent “{agent}”"),
                ));
            }
            Ok(vec![Fact::OptedIn(OptIn {
                person: person.clone(),
                action: action.clone(),
                scope: scope.clone(),
                since: self.now(),
            })])
        })
        .await
    }
}

pub(super) fn patched_action(old: &Action, patch: &PatchAction) -> Action {
    Action {
        name: old.name.clone(),
        enabled: patch.enabled.unwrap_or(old.enabled),
        read_only: patch.read_only.unwrap_or(old.read_only),
        needs_approval: patch.needs_approval.unwrap_or(old.needs_approval),
        auto_approval_allowed: patch
            .auto_approval_allowed
            .unwrap_or(old.auto_approval_allowed),
        default_risk: patch.default_risk.unwrap_or(old.default_risk),
        executor: patch.executor.unwrap_or(old.executor),
        idempotent: patch.idempotent.unwrap_or(old.idempotent),
        learnt_from: old.learnt_from.clone(),
        recipient_params: patch
            .recipient_params
            .clone()
            .unwrap_or_else(|| old.recipient_params.clone()),
    }
}

fn changed<T: PartialEq>(old: &T, new: T) -> Option<T> {
    (*old != new).then_some(new)
}

fn unknown(what: &'static str, id: &str) -> GateError {
    GateError::NotFound {
        what,
        id: id.to_owned(),
    }
}
