//! Asking. A verdict is found against one snapshot of the workspace and stored only if that is still
//! the newest; a request that policy allows costs this one commit.

use super::bounds;
use super::{Caller, Gate, GateError, Once, TRIES, claim, record};
use crate::domain::digest::Digest;
use crate::domain::event::Fact;
use crate::domain::id::{ActionName, PersonId, RequestId};
use crate::domain::json::Json;
use crate::domain::people::{Action, Agent, Integration, Person};
use crate::domain::raw::RawJson;
use crate::domain::recipient::{self, Found};
use crate::domain::request::{Ask, Asked, Kind, OnTimeout};
use crate::domain::review::Reviewer;
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;
use crate::domain::verdict::Effect;
use crate::domain::workspace::Workspace;
use crate::policy::catalogue::Catalogue;
use crate::policy::ladder::{Question, Recipients, evaluate};
use crate::policy::{glob, reviewers, risk};
use crate::store::{Change, Expect, Outcome, Payload, Stored};

/// The most actions that one agent may teach the gate.
const TEACHES_AT_MOST: usize = 200;

impl Gate {
    /// Asks to perform an action. `params` is what `ask.params` says, parsed.
    pub async fn ask(
        &self,
        caller: &Caller,
        ask: Ask,
        params: &Json,
        once: Option<&Once>,
    ) -> Result<Stored, GateError> {
        let agent = caller.agent()?;
        if let Some(earlier) = self.earlier(caller, once).await? {
            return self.repeated(&earlier, once).await;
        }
        bounds::ask(&ask)?;
        if ask.callback_url.is_some() {
            return Err(GateError::Invalid(vec![super::references::no_callbacks()]));
        }
        let payload = |id| Payload {
            request: id,
            params: ask.params.clone(),
            checkpoint: ask.checkpoint.clone(),
        };
        for _ in 0..TRIES {
            let workspace = self.workspace();
            let now = self.now();
            check_node(caller, &ask, &workspace)?;
            let scene = Scene::set(agent, &ask, &workspace)?;
            let asked = self.judge(&scene, &ask, params, &workspace, now)?;
            let id = asked.id;
            let change = Change {
                expect: vec![Expect::Workspace {
                    revision: workspace.revision,
                }],
                events: [
                    record(now, &caller.actor(), None, scene.learnt()),
                    record(
                        now,
                        &caller.actor(),
                        Some(id),
                        [Fact::Asked(Box::new(asked))],
                    ),
                ]
                .concat(),
                payload: Some(payload(id)),
                claim: once.map(|once| claim(caller, once, id.to_string(), now)),
                notifies: None,
            };
            match self.commit(change).await? {
                Outcome::Done { .. } => return self.existing(id).await,
                Outcome::Lost => {}
                Outcome::Repeated(earlier) => return self.repeated(&earlier, once).await,
            }
        }
        Err(GateError::Busy)
    }

    fn judge(
        &self,
        scene: &Scene<'_>,
        ask: &Ask,
        params: &Json,
        workspace: &Workspace,
        now: At,
    ) -> Result<Asked, GateError> {
        let policy = self.policy();
        let recipients = recipients(&scene.action, ask, params)?;
        bounds::recipients(&recipients.normal)?;
        let context = ask.context.as_ref().map(RawJson::tree).transpose();
        let context = context.map_err(|error| GateError::invalid("/context", error.to_string()))?;
        let resource = ask
            .resource
            .as_ref()
            .map_or(Json::Null, |resource| resource.to_json());
        let digest = Digest::of_request(
            ask.action.as_str(),
            scene.agent.id.as_str(),
            params,
            &recipients.normal,
            &resource,
        );
        let risk = risk::assess(&scene.action, ask.risk.as_ref());
        let question = Question {
            agent: scene.agent,
            action: &scene.action,
            integration: &scene.integration,
            kind: ask.kind,
            on_behalf_of: scene.user,
            conversation: ask.conversation.as_ref(),
            node: ask.node.as_ref().map(Untrusted::raw_for_execution),
            trigger: ask.trigger,
            resource: ask.resource.as_ref(),
            recipients: &recipients,
            params,
            context: context.as_ref(),
            risk: risk.level,
            owner_contested: false,
        };
        let judgement = evaluate(&question, policy, workspace, now);
        let asks = judgement.verdict.effect == Effect::Ask;
        let review = judgement.review.as_ref();
        let plan = review.map(|review| reviewers::plan(&question, review, policy, workspace));
        let expires_in = reviewers::expiry(policy, ask.trigger, risk.level, ask.expires_in);
        let reviewers = plan.iter().flat_map(|plan| plan.reviewers());
        let reviewers = reviewers.filter_map(Reviewer::person);
        let mut parties: Vec<PersonId> = reviewers
            .chain(&scene.agent.owners)
            .chain(scene.user.map(|user| &user.id))
            .cloned()
            .collect();
        parties.sort_unstable();
        parties.dedup();
        Ok(Asked {
            id: RequestId::generate(),
            agent: scene.agent.id.clone(),
            action: ask.action.clone(),
            kind: ask.kind,
            digest,
            headline: Catalogue::shipped().headline(&ask.action, params),
            title: ask.title.clone(),
            reason: ask.reason.clone(),
            trigger: ask.trigger,
            conversation: ask.conversation.clone(),
            node: ask.node.clone(),
            on_behalf_of: ask.on_behalf_of.clone(),
            resource: ask.resource.clone(),
            recipients: recipients.normal.into_iter().map(Untrusted::from).collect(),
            recipients_claimed: recipients.claimed,
            context: ask.context.clone(),
            declared_risk: ask.risk.clone(),
            expires_in: ask.expires_in,
            waiting: ask.waiting,
            voice: ask.voice.clone(),
            executor: scene.action.executor,
            risk,
            verdict: judgement.verdict,
            trace: judgement.trace,
            opt_in: judgement.opt_in,
            parties,
            plan,
            expires_at: expires_in.filter(|_| asks).map(|span| now.plus(span)),
            on_timeout: OnTimeout::default(),
        })
    }
}

/// Who and what a request is about, as the workspace knows them, or as it learns them just now.
struct Scene<'a> {
    agent: &'a Agent,
    user: Option<&'a Person>,
    action: Action,
    integration: Integration,
    new_action: bool,
    new_integration: bool,
}

impl<'a> Scene<'a> {
    fn set(
        agent: &crate::domain::id::AgentId,
        ask: &Ask,
        workspace: &'a Workspace,
    ) -> Result<Self, GateError> {
        let agent = workspace
            .agents
            .get(agent)
            .ok_or_else(|| GateError::NotFound {
                what: "agent",
                id: agent.to_string(),
            })?;
        let catalogue = Catalogue::shipped();
        if ask.kind == Kind::Step && !catalogue.is_step(&ask.action) {
            return Err(GateError::NotAStep(ask.action.to_string()));
        }
        let known_action = workspace.actions.get(&ask.action);
        let name = ask.action.integration();
        let known_integration = workspace.integrations.get(&name);
        let user = user(agent, ask.on_behalf_of.as_ref(), workspace)?;
        let action = match known_action {
            Some(known) => known.clone(),
            None => learn(agent, &ask.action, workspace)?,
        };
        Ok(Self {
            agent,
            user,
            action,
            integration: known_integration
                .cloned()
                .unwrap_or_else(|| catalogue.learn_integration(&name)),
            new_action: known_action.is_none(),
            new_integration: known_integration.is_none(),
        })
    }

    /// What the workspace learns by this request.
    fn learnt(&self) -> Vec<Fact> {
        let integration = self
            .new_integration
            .then(|| Fact::IntegrationSaved(self.integration.clone()));
        let action = self
            .new_action
            .then(|| Fact::ActionSaved(self.action.clone()));
        integration.into_iter().chain(action).collect()
    }
}

/// A token that is bound to nodes asks from nowhere else.
fn check_node(caller: &Caller, ask: &Ask, workspace: &Workspace) -> Result<(), GateError> {
    let bound = workspace
        .tokens
        .get(&caller.token)
        .map_or(&[][..], |token| &token.nodes);
    let node = ask.node.as_ref().map_or("", Untrusted::raw_for_execution);
    match bound.is_empty() || bound.iter().any(|pattern| glob::matches(pattern, node)) {
        true => Ok(()),
        false => Err(GateError::Forbidden(format!(
            "this token may ask only from the nodes {}",
            bound.join(", ")
        ))),
    }
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

/// The recipients that the parameters name, where the action says that they do. Declared ones have to
/// be the same then; alone they are the agent's claim, and marked as such.
fn recipients(action: &Action, ask: &Ask, params: &Json) -> Result<Recipients, GateError> {
    let places: Vec<&str> = action.recipient_params.iter().map(String::as_str).collect();
    let found = recipient::found_in(params, &places);
    let declared = ask.recipients.as_ref().map(|declared| {
        let texts = declared.iter().map(Untrusted::raw_for_execution);
        let parsed: Vec<_> = texts.flat_map(recipient::parse_list).collect();
        recipient::normalise(&parsed)
    });
    let normal = found.normal();
    let (normal, claimed) = match (normal.is_empty(), declared) {
        (true, None) => (Vec::new(), false),
        (true, Some(claimed)) => (claimed, true),
        (false, Some(declared)) if declared != normal => return Err(mismatch(&found, &places)),
        (false, _) => (normal, false),
    };
    Ok(Recipients {
        found,
        normal,
        claimed,
    })
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
