//! Integrations, actions and the caller's own choices.

use axum::extract::State;

use super::Shared;
use super::auth::{APerson, Manager};
use super::body::{Answered, Path, Strict, StrictQuery, ok};
use super::etag::{Tagged, TaggedAs, tagged, tagged_as};
use super::paging::Paging;
use super::people::found;
use super::problem::Rejection;
use crate::api::page::Page;
use crate::api::settings::{
    ActionView, Choice, Integration, OptedInCount, PatchAction, PatchIntegration, Preference,
};
use crate::domain::id::{ActionName, IntegrationName};
use crate::domain::people::Action;
use crate::domain::review::{OptIn, OptInScope};
use crate::domain::workspace::Workspace;
use crate::gate::{Caller, MeantFor, Tag};

pub(super) async fn integrations(
    State(shared): State<Shared>,
    _: APerson,
    StrictQuery(paging): StrictQuery<Paging>,
) -> Answered<Page<Integration>> {
    Ok(ok(
        paging.of(&shared.gate.workspace().integrations, Clone::clone)?
    ))
}

pub(super) async fn integration(
    State(shared): State<Shared>,
    _: APerson,
    Path(name): Path<IntegrationName>,
) -> TaggedAs<Integration> {
    let workspace = shared.gate.workspace();
    found("integration", &name, workspace.integrations.get(&name)).map(|one| tagged(ok(one)))
}

pub(super) async fn change_integration(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    Path(name): Path<IntegrationName>,
    meant_for: MeantFor,
    body: Strict<PatchIntegration>,
) -> TaggedAs<Integration> {
    let changed = shared
        .gate
        .change_integration(&caller, &name, &body.value, &meant_for)
        .await?;
    Ok(tagged(ok(changed)))
}

pub(super) async fn actions(
    State(shared): State<Shared>,
    _: APerson,
    StrictQuery(paging): StrictQuery<Paging>,
) -> Answered<Page<ActionView>> {
    let workspace = shared.gate.workspace();
    Ok(ok(paging.of(&workspace.actions, |action| {
        action_view(action, &workspace)
    })?))
}

pub(super) async fn action(
    State(shared): State<Shared>,
    _: APerson,
    Path(name): Path<ActionName>,
) -> TaggedAs<ActionView> {
    let workspace = shared.gate.workspace();
    let action = found("action", &name, workspace.actions.get(&name))?;
    Ok(tagged_action(&action, &workspace))
}

pub(super) async fn change_action(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    Path(name): Path<ActionName>,
    meant_for: MeantFor,
    body: Strict<PatchAction>,
) -> TaggedAs<ActionView> {
    let action = shared
        .gate
        .change_action(&caller, &name, &body.value, &meant_for)
        .await?;
    Ok(tagged_action(&action, &shared.gate.workspace()))
}

/// Who opts in or out is no change of the action, and leaves its tag as it is.
fn tagged_action(action: &Action, workspace: &Workspace) -> Tagged<ActionView> {
    tagged_as(ok(action_view(action, workspace)), Tag::of(action))
}

pub(super) async fn preferences(
    State(shared): State<Shared>,
    APerson(caller): APerson,
) -> Answered<Page<Preference>> {
    Ok(ok(chosen(&shared, &caller)?))
}

pub(super) async fn choose(
    State(shared): State<Shared>,
    APerson(caller): APerson,
    Path(action): Path<ActionName>,
    body: Strict<Choice>,
) -> Answered<Page<Preference>> {
    let scope = match body.value {
        Choice::Manual {} => None,
        Choice::Always {} => Some(OptInScope::Always),
        Choice::Conversation {
            agent,
            conversation,
        } => Some(OptInScope::Conversation {
            agent,
            conversation,
        }),
    };
    shared.gate.choose(&caller, &action, scope.as_ref()).await?;
    Ok(ok(chosen(&shared, &caller)?))
}

fn chosen(shared: &Shared, caller: &Caller) -> Result<Page<Preference>, Rejection> {
    let opt_ins = shared.gate.opt_ins(caller)?;
    Ok(Page::whole(opt_ins.into_iter().map(preference).collect()))
}

fn preference(opt_in: OptIn) -> Preference {
    let ends_at = opt_in.scope.ends_at(opt_in.since);
    Preference {
        action: opt_in.action,
        choice: match opt_in.scope {
            OptInScope::Always => Choice::Always {},
            OptInScope::Conversation {
                agent,
                conversation,
            } => Choice::Conversation {
                agent,
                conversation,
            },
        },
        last_used: opt_in.since,
        ends_at,
    }
}

fn action_view(action: &Action, workspace: &Workspace) -> ActionView {
    let opted_in = workspace.opted_in(&action.name);
    ActionView {
        name: action.name.clone(),
        integration: action.name.integration(),
        enabled: action.enabled,
        read_only: action.read_only,
        needs_approval: action.needs_approval,
        auto_approval_allowed: action.auto_approval_allowed,
        default_risk: action.default_risk,
        executor: action.executor,
        idempotent: action.idempotent,
        recipient_params: action.recipient_params.clone(),
        opted_in: OptedInCount {
            always: opted_in.always,
            conversation: opted_in.conversation,
        },
    }
}
