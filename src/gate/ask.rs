//! Asking. A verdict is found against one snapshot and stored only if that is still the newest; a request
//! that policy allows costs this one commit.

use super::bounds;
use super::judge::{self, Judged, Proposal, Scene, judge};
use super::tools;
use super::{Caller, Gate, GateError, Once, Snapshot, TRIES, claim, record};
use crate::domain::event::Fact;
use crate::domain::execution::Executor;
use crate::domain::id::RequestId;
use crate::domain::json::Json;
use crate::domain::request::{Ask, Asked, OnTimeout, PatternUse};
use crate::domain::telling::told;
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;
use crate::domain::verdict::Effect;
use crate::domain::workspace::Workspace;
use crate::policy::glob;
use crate::store::{Change, Checkpoint, Expect, Outcome, Payload, Stored};

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
        let actor = caller.actor();
        if let Some(earlier) = self.earlier(caller, once).await? {
            return self.repeated(caller, &earlier, once).await;
        }
        self.within_limits(agent, self.now()).await?;
        bounds::ask(&ask)?;
        if ask.callback_url.is_some() {
            return Err(GateError::Invalid(vec![super::references::no_callbacks()]));
        }
        let proposal = Proposal::from(&ask);
        let checkpoint = ask.checkpoint.as_ref().map(Checkpoint::json);
        for _ in 0..TRIES {
            let snapshot = self.snapshot();
            let workspace = &*snapshot.workspace;
            let now = self.now();
            check_node(caller, ask.node.as_ref(), workspace)?;
            let scene = Scene::set(agent, &proposal, workspace)?;
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
            let (id, digest) = (RequestId::generate(), judged.digest);
            let tool = judged.tool.clone();
            let tool = tools::noted(&ask.action, tool, &snapshot.policy, workspace);
            let mut asked = asked(id, &ask, &scene, judged, &snapshot, now);
            // What is hidden is not even in the log; it was judged by all the same.
            let hide = |context| self.masked(&snapshot.policy, "context", context);
            asked.context = ask.context.clone().map(hide);
            let tell = |fact: &Fact| told(fact, &actor, None, workspace);
            let learnt = scene.learnt().into_iter().chain(tool);
            let mut events = record(now, &actor, None, learnt, tell);
            let asks = [Fact::Asked(asked.into())];
            events.extend(record(now, &actor, Some(id), asks, tell));
            let change = Change {
                expect: vec![Expect::Workspace {
                    revision: workspace.revision,
                }],
                events,
                payload: Some(Payload {
                    request: id,
                    digest,
                    params: ask.params.clone(),
                }),
                checkpoint: checkpoint.clone().map(|state| (id, state)),
                claim: once.map(|once| claim(caller, once, id.to_string(), now)),
                notifies: None,
            };
            match self.commit(change).await? {
                Outcome::Done { position } => return self.existing_since(id, position).await,
                Outcome::Lost => {}
                Outcome::Repeated(earlier) => return self.repeated(caller, &earlier, once).await,
            }
        }
        Err(GateError::Busy)
    }
}

/// Everything that is settled about a request when it is asked.
fn asked(
    id: RequestId,
    ask: &Ask,
    scene: &Scene<'_>,
    judged: Judged,
    snapshot: &Snapshot,
    now: At,
) -> Asked {
    let policy = &snapshot.policy;
    let parties = judge::parties(scene, &judged, &snapshot.workspace);
    let Judged {
        recipients,
        digest,
        headline,
        risk,
        judgement,
        plan,
        watchers,
        expires_at,
        escalates_at,
        tool: _,
    } = judged;
    let limited = |pattern| {
        let mut patterns = policy.trusted.iter();
        patterns.any(|trusted| trusted.pattern == pattern && trusted.uses.is_some())
    };
    let allowed = judgement.verdict.effect == Effect::Allow;
    let leased = allowed && scene.action.executor == Executor::Queue;
    Asked {
        id,
        agent: scene.agent.id.clone(),
        action: ask.action.clone(),
        kind: ask.kind,
        digest,
        headline,
        title: ask.title.clone(),
        reason: ask.reason.clone(),
        trigger: ask.trigger,
        conversation: ask.conversation.clone(),
        node: ask.node.clone(),
        on_behalf_of: ask.on_behalf_of.clone(),
        resource: ask.resource.clone(),
        recipients: recipients.normal.into_iter().map(Untrusted::from).collect(),
        recipients_claimed: recipients.claimed,
        context: None,
        declared_risk: ask.risk.clone(),
        expires_in: ask.expires_in,
        waiting: ask.waiting,
        voice: ask.voice.clone(),
        executor: scene.action.executor,
        idempotent: scene.action.idempotent,
        risk,
        verdict: judgement.verdict,
        trace: judgement.trace,
        would_have_been: judgement.would_have_been,
        opt_in: judgement.opt_in,
        pattern: judgement.pattern.map(|pattern| PatternUse {
            limited: limited(pattern.clone()),
            pattern,
        }),
        passed_over: judgement.passed_over,
        parties,
        watchers,
        on_timeout: plan
            .as_ref()
            .map_or(OnTimeout::Reject, |plan| plan.on_timeout),
        plan,
        expires_at,
        escalates_at,
        lapses_at: leased.then(|| now.plus(policy.use_within)),
    }
}

/// A token that is bound to nodes asks from nowhere else, and acts on nothing that was asked elsewhere.
pub(super) fn check_node(
    caller: &Caller,
    node: Option<&Untrusted>,
    workspace: &Workspace,
) -> Result<(), GateError> {
    let bound = workspace
        .tokens
        .get(&caller.token)
        .map_or(&[][..], |token| &token.nodes);
    let node = node.map_or("", Untrusted::raw_for_execution);
    match bound.is_empty() || bound.iter().any(|pattern| glob::matches(pattern, node)) {
        true => Ok(()),
        false => Err(GateError::Forbidden(format!(
            "this token is bound to the nodes {}; use one that isn't, or that is bound to this node as well",
            bound.join(", ")
        ))),
    }
}
