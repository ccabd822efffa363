//! Judging: what the gate makes of something that an agent wants, found against one snapshot. Asking,
//! editing, trying out and replaying all judge here.

use super::{Gate, GateError, Snapshot, bounds};
use crate::domain::digest::Digest;
use crate::domain::event::Fact;
use crate::domain::id::{ActionName, AgentId, PersonId};
use crate::domain::json::Json;
use crate::domain::people::{Action, Agent, Integration, Person};
use crate::domain::raw::RawJson;
use crate::domain::recipient::{self, Found};
use crate::domain::request::{Ask, Asked, Kind, Resource, Trigger};
use crate::domain::review::{Plan, Reviewer};
use crate::domain::risk::{Assessment, Declared};
use crate::domain::telling::own_keepers;
use crate::domain::time::{At, Span};
use crate::domain::tool::Definition;
use crate::domain::untrusted::Untrusted;
use crate::domain::workspace::Workspace;
use crate::policy::catalogue::Catalogue;
use crate::policy::document::Policy;
use crate::policy::ladder::{Judgement, Question, Recipients, evaluate};
use crate::policy::reviewers::{self, Matter};
use crate::policy::{mask, risk};

/// The most actions that one agent may teach the gate.
const TEACHES_AT_MOST: usize = 200;
/// How long another claimed owner of a resource is held against a claim.
const OWNER_CLAIMS_LAST: Span = Span::from_hours(90 * 24);

/// What is wanted, without its parameters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Proposal<'a> {
    pub(super) action: &'a ActionName,
    pub(super) kind: Kind,
    pub(super) trigger: Trigger,
    pub(super) conversation: Option<&'a Untrusted>,
    pub(super) node: Option<&'a Untrusted>,
    pub(super) on_behalf_of: Option<&'a PersonId>,
    pub(super) resource: Option<&'a Resource>,
    pub(super) context: Option<&'a RawJson>,
    pub(super) risk: Option<&'a Declared>,
    pub(super) expires_in: Option<Span>,
    pub(super) declared: Declares<'a>,
}

/// Whom the agent declares that it reaches.
#[derive(Debug, Clone, Copy)]
pub(super) enum Declares<'a> {
    Nobody,
    /// They have to be those that the parameters name, where these name any.
    These(&'a [Untrusted]),
    /// They stand only where the parameters name nobody: the reviewer who edits decides whom it reaches.
    Unless(&'a [Untrusted]),
}

impl<'a> From<&'a Ask> for Proposal<'a> {
    fn from(ask: &'a Ask) -> Self {
        Self {
            action: &ask.action,
            kind: ask.kind,
            trigger: ask.trigger,
            conversation: ask.conversation.as_ref(),
            node: ask.node.as_ref(),
            on_behalf_of: ask.on_behalf_of.as_ref(),
            resource: ask.resource.as_ref(),
            context: ask.context.as_ref(),
            risk: ask.risk.as_ref(),
            expires_in: ask.expires_in,
            declared: match &ask.recipients {
                None => Declares::Nobody,
                Some(declared) => Declares::These(declared),
            },
        }
    }
}

impl<'a> From<&'a Asked> for Proposal<'a> {
    fn from(asked: &'a Asked) -> Self {
        Self {
            action: &asked.action,
            kind: asked.kind,
            trigger: asked.trigger,
            conversation: asked.conversation.as_ref(),
            node: asked.node.as_ref(),
            on_behalf_of: asked.on_behalf_of.as_ref(),
            resource: asked.resource.as_ref(),
            context: asked.context.as_ref(),
            risk: asked.declared_risk.as_ref(),
            expires_in: asked.expires_in,
            declared: match asked.recipients_claimed {
                true => Declares::Unless(&asked.recipients),
                false => Declares::Nobody,
            },
        }
    }
}

/// Who and what a request is about, as the workspace knows them, or as it learns them just now.
pub(super) struct Scene<'a> {
    pub(super) agent: &'a Agent,
    pub(super) user: Option<&'a Person>,
    pub(super) action: Action,
    pub(super) integration: Integration,
    new_action: bool,
    new_integration: bool,
}

/// What the log says about those whom a request names.
#[derive(Debug, Clone, Default)]
pub(super) struct Background {
    /// Recipients to whom nothing was ever let through.
    strangers: Vec<String>,
    /// Somebody else was named as the owner of the same resource.
    owner_contested: bool,
}

/// What the gate makes of it.
pub(super) struct Judged {
    pub(super) recipients: Recipients,
    pub(super) digest: Digest,
    pub(super) headline: Untrusted,
    pub(super) risk: Assessment,
    pub(super) judgement: Judgement,
    pub(super) plan: Option<Plan>,
    /// Everybody who may decide.
    pub(super) watchers: Vec<PersonId>,
    pub(super) expires_at: Option<At>,
    pub(super) escalates_at: Option<At>,
    /// The tool that it names.
    pub(super) tool: Option<Definition>,
}

impl<'a> Scene<'a> {
    /// As somebody asks for it now.
    pub(super) fn set(
        agent: &AgentId,
        proposal: &Proposal<'_>,
        workspace: &'a Workspace,
    ) -> Result<Self, GateError> {
        let agent = known_agent(agent, workspace)?;
        let catalogue = Catalogue::shipped();
        if proposal.kind == Kind::Step && !catalogue.is_step(proposal.action) {
            return Err(GateError::NotAStep(proposal.action.to_string()));
        }
        let user = user(agent, proposal.on_behalf_of, workspace)?;
        Self::of(agent, user, proposal.action, workspace)
    }

    /// As it was asked for, whoever has come or gone since.
    pub(super) fn again(
        agent: &AgentId,
        proposal: &Proposal<'_>,
        workspace: &'a Workspace,
    ) -> Result<Self, GateError> {
        let user = proposal
            .on_behalf_of
            .and_then(|id| workspace.people.get(id));
        Self::of(
            known_agent(agent, workspace)?,
            user,
            proposal.action,
            workspace,
        )
    }

    fn of(
        agent: &'a Agent,
        user: Option<&'a Person>,
        action: &ActionName,
        workspace: &'a Workspace,
    ) -> Result<Self, GateError> {
        let name = action.integration();
        let known_action = workspace.actions.get(action);
        let known_integration = workspace.integrations.get(&name);
        Ok(Self {
            agent,
            user,
            action: match known_action {
                Some(known) => known.clone(),
                None => learn(agent, action, workspace)?,
            },
            integration: known_integration
                .cloned()
                .unwrap_or_else(|| Catalogue::shipped().learn_integration(&name)),
            new_action: known_action.is_none(),
            new_integration: known_integration.is_none(),
        })
    }

    /// What the workspace learns by this request.
    pub(super) fn learnt(&self) -> Vec<Fact> {
        let integration = self
            .new_integration
            .then(|| Fact::IntegrationSaved(self.integration.clone()));
        let action = self
            .new_action
            .then(|| Fact::ActionSaved(self.action.clone()));
        integration.into_iter().chain(action).collect()
    }

    /// Whom it reaches: the recipients that the parameters name, where the action says that they do.
    /// Declared ones alone are the agent's claim, and marked as such.
    pub(super) fn recipients(
        &self,
        proposal: &Proposal<'_>,
        params: &Json,
    ) -> Result<Recipients, GateError> {
        let places: Vec<&str> = self
            .action
            .recipient_params
            .iter()
            .map(String::as_str)
            .collect();
        let found = recipient::found_in(params, &places);
        let normal = found.normal();
        let recipients = match (normal.is_empty(), proposal.declared) {
            (false, Declares::These(these)) if normalised(these) != normal => {
                return Err(mismatch(&found, &places));
            }
            (true, Declares::These(these) | Declares::Unless(these)) => Recipients {
                found,
                normal: normalised(these),
                claimed: true,
            },
            _ => Recipients {
                found,
                normal,
                claimed: false,
            },
        };
        bounds::recipients(&recipients.normal)?;
        Ok(recipients)
    }
}

fn known_agent<'a>(id: &AgentId, workspace: &'a Workspace) -> Result<&'a Agent, GateError> {
    workspace.agents.get(id).ok_or_else(|| GateError::NotFound {
        what: "agent",
        id: id.to_string(),
    })
}

/// An action that nobody has asked for before. One agent can teach only so many: each makes the
/// workspace larger, for everybody and for good.
fn learn(agent: &Agent, name: &ActionName, workspace: &Workspace) -> Result<Action, GateError> {
    let from_it = |action: &&Action| action.learnt_from.as_ref() == Some(&agent.id);
    if workspace.actions.values().filter(from_it).count() >= TEACHES_AT_MOST {
        return Err(GateError::TaughtEnough(TEACHES_AT_MOST));
    }
    Ok(Action {
        learnt_from: Some(agent.id.clone()),
        ..Catalogue::shipped().learn(name)
    })
}

fn user<'a>(
    agent: &Agent,
    on_behalf_of: Option<&PersonId>,
    workspace: &'a Workspace,
) -> Result<Option<&'a Person>, GateError> {
    let Some(id) = on_behalf_of else {
        return Ok(None);
    };
    let person = workspace.people.get(id).filter(|person| person.active);
    let person = person.ok_or_else(|| {
        GateError::invalid("/on_behalf_of", format!("there is no active person “{id}”"))
    })?;
    match workspace.may_act_for(agent, person) {
        true => Ok(Some(person)),
        false => Err(GateError::NotItsUser(id.to_string())),
    }
}

fn normalised(declared: &[Untrusted]) -> Vec<String> {
    let texts = declared.iter().map(Untrusted::raw_for_execution);
    let parsed: Vec<_> = texts.flat_map(recipient::parse_list).collect();
    recipient::normalise(&parsed)
}

fn mismatch(found: &Found, places: &[&str]) -> GateError {
    let found = found.normal().join(", ");
    GateError::invalid(
        "/recipients",
        format!(
            "not the recipients that the parameters name ({}: {found})",
            places.join(", ")
        ),
    )
}

impl Gate {
    /// What the log says about those whom it names.
    pub(super) async fn background(
        &self,
        proposal: &Proposal<'_>,
        recipients: &Recipients,
        now: At,
    ) -> Result<Background, GateError> {
        let owner = proposal.resource.and_then(|r| Some((r, r.owner.as_ref()?)));
        let since = At::from_millis(now.millis() - OWNER_CLAIMS_LAST.millis());
        Ok(Background {
            strangers: match recipients.normal.is_empty() {
                true => Vec::new(),
                false => self.read().strangers(&recipients.normal).await?,
            },
            owner_contested: match owner {
                None => false,
                Some((resource, owner)) => self.read().other_owner(resource, owner, since).await?,
            },
        })
    }
}

/// Judges one proposal with these parameters.
pub(super) fn judge(
    scene: &Scene<'_>,
    proposal: &Proposal<'_>,
    params: &Json,
    recipients: Recipients,
    background: &Background,
    snapshot: &Snapshot,
    now: At,
) -> Result<Judged, GateError> {
    let (policy, workspace) = (&*snapshot.policy, &*snapshot.workspace);
    let context = proposal.context.map(RawJson::tree).transpose();
    let context = context.map_err(|error| GateError::invalid("/context", error.to_string()))?;
    let resource = proposal.resource.map_or(Json::Null, Resource::to_json);
    let digest = Digest::of_request(
        proposal.action.as_str(),
        scene.agent.id.as_str(),
        params,
        &recipients.normal,
        &resource,
    );
    let named = context
        .as_ref()
        .and_then(|context| Definition::named_in(context, now));
    let tool = workspace.tools.get(proposal.action);
    let tool_doubt = tool.and_then(|tool| tool.doubt(named.as_ref()));
    let mut question = Question {
        agent: scene.agent,
        action: &scene.action,
        integration: &scene.integration,
        kind: proposal.kind,
        on_behalf_of: scene.user,
        conversation: proposal.conversation,
        node: proposal.node.map(Untrusted::raw_for_execution),
        trigger: proposal.trigger,
        resource: proposal.resource,
        recipients: &recipients,
        params,
        context: context.as_ref(),
        risk: scene.action.default_risk,
        owner_contested: background.owner_contested,
        tool_doubt: tool_doubt.as_deref(),
    };
    let risk = risk::assess(&question, proposal.risk, &background.strangers, policy, now);
    question.risk = risk.level;
    let judgement = evaluate(&question, policy, workspace, now);
    let plan = judgement.review.as_ref().map(|review| {
        let (rule, wanted) = (judgement.verdict.rule.as_ref(), proposal.expires_in);
        reviewers::plan(&question, review, rule, wanted, policy, workspace, now)
    });
    let matter = Matter {
        agent: &scene.agent.id,
        on_behalf_of: proposal.on_behalf_of,
        risk: risk.level,
        asked_at: now,
        edited_by: &[],
    };
    let watchers = plan.as_ref().map_or_else(Vec::new, |plan| {
        reviewers::watchers(plan, &matter, workspace, now)
    });
    let after = |span: Option<Span>| span.map(|span| now.plus(span));
    Ok(Judged {
        digest,
        headline: headline(proposal.action, params, policy),
        risk,
        watchers,
        expires_at: after(plan.as_ref().and_then(|plan| plan.lasts)),
        escalates_at: plan
            .as_ref()
            .and_then(|plan| plan.escalates_at(plan.opened, now)),
        plan,
        judgement,
        recipients,
        tool: named,
    })
}

/// What a person reads of it; of what the policy hides, only that it is there.
fn headline(action: &ActionName, params: &Json, policy: &Policy) -> Untrusted {
    if policy.mask.is_empty() {
        return Catalogue::shipped().headline(action, params);
    }
    let mut shown = params.clone();
    mask::hide(&mut shown, &policy.mask, "params", &|_| "••••".to_owned());
    Catalogue::shipped().headline(action, &shown)
}

/// Whom a request concerns: the user acted for, whoever answers for the agent, the reviewers.
pub(super) fn parties(scene: &Scene<'_>, judged: &Judged, workspace: &Workspace) -> Vec<PersonId> {
    let reviewers = judged.plan.iter().flat_map(Plan::reviewers);
    let mut parties: Vec<PersonId> = reviewers
        .filter_map(Reviewer::person)
        .chain(&judged.watchers)
        .chain(own_keepers(scene.agent, workspace))
        .chain(scene.user.map(|user| &user.id))
        .cloned()
        .collect();
    parties.sort_unstable();
    parties.dedup();
    parties
}
