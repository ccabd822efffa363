//! The policy: the document, its versions, what it would have changed; the patterns that it trusts; and
//! the verdict that a request would get.

use axum::extract::{FromRequestParts, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use schemars::{JsonSchema, json_schema};
use serde::Deserialize;

use super::Shared;
use super::auth::{AParty, APerson, Manager};
use super::body::{Answered, Document, Nothing, Optional, Path, Strict, StrictQuery, ok};
use super::etag::{TaggedAs, gives_tag, tagged_as};
use super::openapi::{Gives, Schemas, Sketch, Takes};
use super::paging::{self, Paging};
use super::problem::Rejection;
use super::view;
use crate::api::page::{MAX_LIMIT, Page};
use crate::api::policy::{
    AcceptTool, PatternView, PolicyCheck, PolicyVersion, Remark, Replay, Replayed, ReplayedRequest,
    ToolView, TriedOut, TryOut,
};
use crate::api::problem::ProblemKind;
use crate::domain::id::ActionName;
use crate::domain::json::Json;
use crate::domain::tool::Tool;
use crate::domain::untrusted::Untrusted;
use crate::gate::{Differs, MeantFor, PatternNow, PolicyNow, Trial, policy_tag};

pub(super) async fn document(State(shared): State<Shared>, _: APerson) -> PolicyText {
    PolicyText(shared.gate.policy_now())
}

/// The document itself, tagged with its version.
pub(super) struct PolicyText(PolicyNow);

impl IntoResponse for PolicyText {
    fn into_response(self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, "application/toml".to_owned()),
            (header::ETAG, policy_tag(self.0.version).quoted()),
        ];
        (headers, self.0.text.raw_for_execution().to_owned()).into_response()
    }
}

impl Gives for PolicyText {
    fn describe(sketch: &mut Sketch, _: &mut Schemas) {
        let text = json_schema!({"type": "string"});
        sketch.answers(200, "application/toml", text.to_value());
        gives_tag(sketch);
    }
}

/// What a change of the policy is meant for has to be said: it replaces the whole.
pub(super) struct MustBeMeantFor(MeantFor);

impl FromRequestParts<Shared> for MustBeMeantFor {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Rejection> {
        match MeantFor::from_request_parts(parts, shared).await? {
            MeantFor::Anything => Err(Rejection::new(
                ProblemKind::PreconditionRequired,
                "send If-Match with the ETag of the policy that this one is to follow",
            )),
            seen => Ok(Self(seen)),
        }
    }
}

impl Takes for MustBeMeantFor {
    fn describe(sketch: &mut Sketch, schemas: &mut Schemas) {
        MeantFor::describe(sketch, schemas);
        sketch.requires("If-Match");
        sketch.refuses(&[ProblemKind::PreconditionRequired]);
    }
}

pub(super) async fn save(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    MustBeMeantFor(meant_for): MustBeMeantFor,
    document: Document,
) -> TaggedAs<PolicyVersion> {
    let saved = shared
        .gate
        .save_policy(&caller, &document.text, &meant_for, document.once.as_ref())
        .await?;
    let checked = shared.gate.check_policy(&caller, &document.text)?;
    let tag = policy_tag(saved.version);
    let warnings = remarks(
        checked
            .warnings
            .iter()
            .map(|w| (w.place.line, w.place.column, &*w.text)),
    );
    Ok(tagged_as(ok(saved_version(saved, warnings)), tag))
}

fn saved_version(now: PolicyNow, warnings: Vec<Remark>) -> PolicyVersion {
    PolicyVersion {
        version: now.version,
        by: now.by,
        at: None,
        text: None,
        warnings,
    }
}

fn remarks<'a>(remarks: impl Iterator<Item = (usize, usize, &'a str)>) -> Vec<Remark> {
    remarks
        .map(|(line, column, text)| Remark {
            line,
            column,
            text: Untrusted::from(text),
        })
        .collect()
}

/// Which versions of the policy, and how many of them.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Versions {
    #[schemars(range(min = 1, max = MAX_LIMIT))]
    limit: Option<u32>,
    cursor: Option<u64>,
}

pub(super) async fn versions(
    State(shared): State<Shared>,
    APerson(caller): APerson,
    StrictQuery(query): StrictQuery<Versions>,
) -> Answered<Page<PolicyVersion>> {
    let limit = paging::limit(query.limit)?;
    let found = shared
        .gate
        .policy_versions(&caller, query.cursor, limit)
        .await?;
    let more = found.len() == limit as usize && found.last().is_some_and(|last| last.version > 1);
    let next_cursor = found
        .last()
        .filter(|_| more)
        .map(|last| last.version.to_string());
    let items = found.into_iter().map(|version| PolicyVersion {
        version: version.version,
        by: Some(version.by),
        at: Some(version.at),
        text: None,
        warnings: Vec::new(),
    });
    Ok(ok(Page {
        items: items.collect(),
        next_cursor,
        total: None,
        put_off: None,
        found: None,
    }))
}

pub(super) async fn version(
    State(shared): State<Shared>,
    APerson(caller): APerson,
    Path(number): Path,
) -> Answered<PolicyVersion> {
    let number = number
        .parse()
        .map_err(|_| Rejection::new(ProblemKind::NotFound, "a version is a number, like 3"))?;
    let found = shared.gate.policy_version(&caller, number).await?;
    Ok(ok(PolicyVersion {
        version: found.version,
        by: Some(found.by),
        at: Some(found.at),
        text: Some(found.text),
        warnings: Vec::new(),
    }))
}

pub(super) async fn check(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    document: Document,
) -> Answered<PolicyCheck> {
    let checked = shared.gate.check_policy(&caller, &document.text)?;
    let faults = checked.faults.iter().flat_map(|bad| bad.faults());
    let errors = faults.map(|fault| Remark {
        line: fault.place.line,
        column: fault.place.column,
        text: Untrusted::from(fault.to_string()),
    });
    Ok(ok(PolicyCheck {
        valid: checked.faults.is_none(),
        errors: errors.collect(),
        warnings: remarks(
            checked
                .warnings
                .iter()
                .map(|w| (w.place.line, w.place.column, &*w.text)),
        ),
    }))
}

pub(super) async fn replay(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    body: Strict<Replay>,
) -> Answered<Replayed> {
    let Replay {
        policy,
        actions,
        since,
    } = body.value;
    let trial = Trial {
        policy: policy.map(|text| text.raw_for_execution().to_owned()),
        actions,
        since,
    };
    let replayed = shared.gate.replay(&caller, &trial).await?;
    Ok(ok(Replayed {
        since: replayed.since,
        looked_at: replayed.looked_at,
        more: replayed.more,
        would_allow: replayed.counts.allowed,
        would_ask: replayed.counts.asked,
        would_deny: replayed.counts.denied,
        rejected_but_would_pass: replayed.counts.rejected_but_would_pass,
        changes: replayed.changes.into_iter().map(differs).collect(),
    }))
}

fn differs(differs: Differs) -> ReplayedRequest {
    let Differs {
        stored,
        was,
        would_be,
        rejected,
    } = differs;
    ReplayedRequest {
        id: stored.asked.id,
        status: stored.standing.status(),
        created_at: stored.created_at,
        agent: stored.asked.agent.clone(),
        action: stored.asked.action.clone(),
        headline: stored.asked.headline.clone(),
        rejected,
        was: was.effect,
        would_be: would_be.effect,
        rung: would_be.rung,
        rule: would_be.rule,
        text: would_be.text,
    }
}

pub(super) async fn evaluate(
    State(shared): State<Shared>,
    AParty(caller): AParty,
    body: Strict<TryOut>,
) -> Answered<TriedOut> {
    let params = body.tree.get("params").unwrap_or(&Json::Null);
    let TryOut { agent, ask } = &body.value;
    let tried = shared
        .gate
        .try_out(&caller, agent.as_ref(), ask, params)
        .await?;
    Ok(ok(TriedOut {
        verdict: tried.verdict,
        rungs: tried.trace,
        would_have_been: tried.would_have_been,
        risk: tried.risk,
        review: tried.plan.as_ref().map(view::planned),
    }))
}

pub(super) async fn patterns(
    State(shared): State<Shared>,
    _: Manager,
) -> Answered<Page<PatternView>> {
    let patterns = shared.gate.patterns();
    Ok(ok(Page::whole(patterns.into_iter().map(pattern).collect())))
}

pub(super) async fn resume(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    Path(name): Path,
    Nothing { .. }: Nothing,
) -> Answered<PatternView> {
    let resumed = shared.gate.resume_pattern(&caller, &name).await?;
    Ok(ok(pattern(resumed)))
}

fn pattern(now: PatternNow) -> PatternView {
    let PatternNow { trusted, state } = now;
    let scope = trusted.scope;
    PatternView {
        name: trusted.pattern.name,
        agent: scope.agent.map(|glob| Untrusted::from(glob.as_str())),
        action: scope.action.map(|glob| Untrusted::from(glob.as_str())),
        resource: scope.resource,
        when: scope.when.map(|when| Untrusted::from(when.source())),
        max_risk: trusted.max_risk,
        author: state.author,
        uses: state.uses,
        uses_left: trusted.uses.map(|most| most.saturating_sub(state.uses)),
        last_use: state.last_use,
        until: trusted.until,
        suspended: state.suspended,
    }
}

pub(super) async fn tools(
    State(shared): State<Shared>,
    _: Manager,
    StrictQuery(paging): StrictQuery<Paging>,
) -> Answered<Page<ToolView>> {
    Ok(ok(paging.of(&shared.gate.workspace().tools, tool)?))
}

pub(super) async fn accept_tool(
    State(shared): State<Shared>,
    Manager(caller): Manager,
    Path(id): Path<ActionName>,
    Optional(AcceptTool { hash }): Optional<AcceptTool>,
) -> Answered<ToolView> {
    let accepted = shared.gate.accept_tool(&caller, &id, hash).await?;
    Ok(ok(tool(&accepted)))
}

fn tool(tool: &Tool) -> ToolView {
    ToolView {
        id: tool.action.clone(),
        pinned: tool.pinned.clone(),
        changed: tool.changed.clone(),
    }
}
