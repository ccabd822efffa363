//! Requests: asking, listing, looking, deciding, running.

use std::time::Duration;

use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Shared;
use super::auth::{AParty, APerson, ARunner, AnAgent};
use super::body::{Answered, Nothing, Path, Strict, StrictQuery, Unread, created, ok};
use super::etag::{TaggedAs, tagged_as};
use super::paging;
use super::problem::Rejection;
use super::view::{self, Beside};
use crate::api::page::{MOST_FOUND, Page};
use crate::api::request::{
    Ask, Decide, Filter, OpenedRequest, ReportRun, Request, Retry, Reveal, RevealedValue,
    SettleRun, Snooze, StartedRun, Why,
};
use crate::domain::execution::Report;
use crate::domain::id::{PersonId, RequestId};
use crate::domain::json::Json;
use crate::domain::lifecycle::Status;
use crate::domain::people::Holder;
use crate::domain::recipient::Recipient;
use crate::gate::{Caller, Choice, Look, MeantFor, Once, Tag, Until};
use crate::store::{Audience, Cursor, Order, Payload, Query, Stored};

/// The longest wait in one call.
pub(super) const LONGEST_WAIT: u16 = 300;
/// The most words that a search looks for, and the longest of them.
const MOST_WORDS: usize = 8;
const LONGEST_WORD: usize = 64;

pub(super) async fn ask(
    State(shared): State<Shared>,
    AnAgent(caller): AnAgent,
    body: Strict<Ask>,
) -> Answered<Request, 201> {
    let params = body.tree.get("params").unwrap_or(&Json::Null);
    let stored = shared
        .gate
        .ask(&caller, body.value, params, body.once.as_ref())
        .await?;
    whole(&shared, &caller, stored).await.map(created)
}

/// How long to wait, and for what.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Wait {
    /// How many seconds to wait at most.
    #[schemars(range(max = LONGEST_WAIT))]
    wait: Option<u16>,
    /// What to wait for.
    until: Option<UntilWord>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum UntilWord {
    Decided,
    Done,
}

pub(super) async fn show(
    State(shared): State<Shared>,
    AParty(caller): AParty,
    Path(id): Path<RequestId>,
    meant_for: MeantFor,
    StrictQuery(wait): StrictQuery<Wait>,
) -> TaggedAs<Request> {
    let seconds = wait.wait.unwrap_or(0);
    if seconds > LONGEST_WAIT {
        return Err(Rejection::invalid(
            "/wait",
            format!("at most {LONGEST_WAIT} seconds; wait again after that"),
        ));
    }
    let until = match wait.until {
        Some(UntilWord::Done) => Until::Done,
        _ => Until::Decided,
    };
    let _waits = shared.waits(&caller, seconds)?;
    let waited = shared
        .gate
        .wait(&caller, id, until, Duration::from_secs(seconds.into()));
    let stored = tokio::select! {
        stored = waited => stored?,
        // A waiting caller is let go with what there is, so that it can find the next gate.
        () = shared.until_closing() => shared.gate.request(&caller, id).await?,
    };
    let tag = Tag::of_version(stored.standing.version);
    meant_for.check("request", &tag)?;
    let request = whole(&shared, &caller, stored).await?;
    Ok(tagged_as(ok(request), tag))
}

pub(super) async fn list(
    State(shared): State<Shared>,
    AParty(caller): AParty,
    StrictQuery(filter): StrictQuery<Filter>,
) -> Answered<Page<Request>> {
    // An agent finds what it is to review, and nothing else.
    if filter.reviewer.is_none() || !matches!(caller.holder, Holder::Agent(_)) {
        caller.person()?;
    }
    let listed = shared.gate.list(query(&shared, &caller, filter)?).await?;
    let items = listed.items.into_iter();
    Ok(ok(Page {
        items: items
            .map(|stored| view::request(&shared.gate, &caller, stored, None))
            .collect(),
        next_cursor: listed.next.map(|cursor| cursor.to_text()),
        total: listed.total,
        put_off: listed.put_off,
        found: listed.found,
    }))
}

pub(super) async fn why(
    State(shared): State<Shared>,
    APerson(caller): APerson,
    Path(id): Path<RequestId>,
) -> Answered<Why> {
    let asked = shared.gate.why(&caller, id).await?;
    Ok(ok(Why {
        rungs: asked.trace.clone(),
        verdict: asked.verdict.clone(),
        would_have_been: asked.would_have_been.clone(),
    }))
}

pub(super) async fn decide(
    State(shared): State<Shared>,
    AParty(caller): AParty,
    Path(id): Path<RequestId>,
    meant_for: MeantFor,
    body: Unread<Decide>,
) -> Answered<Request> {
    // Who may not decide, or not even see it, learns nothing about what they sent.
    let stored = shared.gate.request_to_decide(&caller, id).await?;
    let body = body.read(&shared).await?;
    let params = body.tree.get("params").cloned();
    let Decide {
        decision,
        digest,
        plan,
        reason,
        notify_agent,
        params: raw,
        text,
        remember,
    } = body.value;
    let choice = Choice {
        word: decision,
        digest,
        plan,
        reason,
        notify_agent,
        remember,
        params: raw.zip(params),
        text,
    };
    let stored = shared
        .gate
        .decide(&caller, &stored, &choice, body.once.as_ref(), &meant_for)
        .await?;
    whole(&shared, &caller, stored).await.map(ok)
}

pub(super) async fn take_back(
    State(shared): State<Shared>,
    AParty(caller): AParty,
    Path(id): Path<RequestId>,
    meant_for: MeantFor,
    body: Nothing,
) -> Answered<Request> {
    let stored = shared
        .gate
        .take_back(&caller, id, body.once.as_ref(), &meant_for)
        .await?;
    whole(&shared, &caller, stored).await.map(ok)
}

pub(super) async fn opened(
    State(shared): State<Shared>,
    APerson(caller): APerson,
    Path(id): Path<RequestId>,
    meant_for: MeantFor,
    body: Strict<OpenedRequest>,
) -> Answered<Request> {
    let seen = body.value.seen;
    if !(0.0..=1.0).contains(&seen) {
        return Err(Rejection::invalid(
            "/seen",
            "a part of the whole, from 0 to 1",
        ));
    }
    let look = Look::Open {
        digest: body.value.digest,
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and 1,000"
        )]
        seen: (seen * 1000.0).round() as u32,
    };
    looked(&shared, &caller, id, look, body.once.as_ref(), &meant_for).await
}

pub(super) async fn reveal(
    State(shared): State<Shared>,
    APerson(caller): APerson,
    Path(id): Path<RequestId>,
    body: Strict<Reveal>,
) -> Answered<RevealedValue> {
    let pointer = body.value.pointer;
    let value = shared
        .gate
        .reveal(&caller, id, &pointer, body.once.as_ref())
        .await?;
    Ok(ok(RevealedValue { pointer, value }))
}

pub(super) async fn claim(
    State(shared): State<Shared>,
    APerson(caller): APerson,
    Path(id): Path<RequestId>,
    meant_for: MeantFor,
    body: Nothing,
) -> Answered<Request> {
    looked(
        &shared,
        &caller,
        id,
        Look::Claim,
        body.once.as_ref(),
        &meant_for,
    )
    .await
}

pub(super) async fn release(
    State(shared): State<Shared>,
    APerson(caller): APerson,
    Path(id): Path<RequestId>,
    meant_for: MeantFor,
    body: Nothing,
) -> Answered<Request> {
    looked(
        &shared,
        &caller,
        id,
        Look::Release,
        body.once.as_ref(),
        &meant_for,
    )
    .await
}

pub(super) async fn snooze(
    State(shared): State<Shared>,
    APerson(caller): APerson,
    Path(id): Path<RequestId>,
    meant_for: MeantFor,
    body: Strict<Snooze>,
) -> Answered<Request> {
    let until = body.value.until;
    let look = Look::Snooze { until };
    looked(&shared, &caller, id, look, body.once.as_ref(), &meant_for).await
}

async fn looked(
    shared: &Shared,
    caller: &Caller,
    id: RequestId,
    look: Look,
    once: Option<&Once>,
    meant_for: &MeantFor,
) -> Answered<Request> {
    let stored = shared.gate.look(caller, id, look, once, meant_for).await?;
    whole(shared, caller, stored).await.map(ok)
}

pub(super) async fn cancel(
    State(shared): State<Shared>,
    AnAgent(caller): AnAgent,
    Path(id): Path<RequestId>,
    meant_for: MeantFor,
    body: Nothing,
) -> Answered<Request> {
    let stored = shared
        .gate
        .cancel(&caller, id, body.once.as_ref(), &meant_for)
        .await?;
    whole(&shared, &caller, stored).await.map(ok)
}

pub(super) async fn start(
    State(shared): State<Shared>,
    AnAgent(caller): AnAgent,
    Path(id): Path<RequestId>,
    meant_for: MeantFor,
    body: Nothing,
) -> Answered<StartedRun> {
    let (stored, payload) = shared
        .gate
        .start(&caller, id, body.once.as_ref(), &meant_for)
        .await?;
    Ok(ok(StartedRun {
        id: stored.asked.id,
        status: stored.standing.status(),
        epoch: stored
            .standing
            .execution
            .as_ref()
            .map_or(0, |execution| execution.epoch),
        digest: stored.standing.digest,
        action: stored.asked.action.clone(),
        params: payload.params,
    }))
}

pub(super) async fn report(
    State(shared): State<Shared>,
    ARunner(caller): ARunner,
    Path(id): Path<RequestId>,
    meant_for: MeantFor,
    body: Strict<ReportRun>,
) -> Answered<Request> {
    let ReportRun {
        outcome,
        digest,
        epoch,
        result,
        error,
        observed,
    } = body.value;
    let report = Report {
        outcome,
        digest,
        epoch: 0,
        result,
        error,
        observed,
    };
    let stored = shared
        .gate
        .report(&caller, id, report, epoch, body.once.as_ref(), &meant_for)
        .await?;
    whole(&shared, &caller, stored).await.map(ok)
}

pub(super) async fn retry(
    State(shared): State<Shared>,
    APerson(caller): APerson,
    Path(id): Path<RequestId>,
    meant_for: MeantFor,
    body: Strict<Retry>,
) -> Answered<Request> {
    let stored = shared
        .gate
        .retry(
            &caller,
            id,
            &body.value.reason,
            body.once.as_ref(),
            &meant_for,
        )
        .await?;
    whole(&shared, &caller, stored).await.map(ok)
}

pub(super) async fn settle(
    State(shared): State<Shared>,
    APerson(caller): APerson,
    Path(id): Path<RequestId>,
    meant_for: MeantFor,
    body: Strict<SettleRun>,
) -> Answered<Request> {
    let SettleRun { outcome, reason } = &body.value;
    let stored = shared
        .gate
        .settle_run(
            &caller,
            id,
            *outcome,
            reason,
            body.once.as_ref(),
            &meant_for,
        )
        .await?;
    whole(&shared, &caller, stored).await.map(ok)
}

/// A request with everything that goes with it.
pub(super) async fn whole(
    shared: &Shared,
    caller: &Caller,
    stored: Stored,
) -> Result<Request, Rejection> {
    let gate = &shared.gate;
    let own = caller.holder == Holder::Agent(stored.asked.agent.clone());
    let found = gate.beside(&stored, own).await?;
    let edited = stored.asked.digest != stored.standing.digest;
    let shown = |payload: Payload| gate.shown(caller, &stored, payload.params);
    if let Some(payload) = &found.payload {
        gate.check_shown(caller, &stored, payload)?;
    }
    let beside = Beside {
        params: found.payload.map(shown),
        asked_params: match edited {
            true => gate.asked_payload(&stored).await?.map(shown),
            false => None,
        },
        checkpoint: found.checkpoint,
        attention: found.attention,
    };
    Ok(view::request(gate, caller, stored, Some(beside)))
}

// What the wire promises is what the store counts to.
const _: () = assert!(MOST_FOUND == crate::store::MOST_FOUND);

/// What a filter asks for, as its caller may see it.
pub(super) fn query(shared: &Shared, caller: &Caller, filter: Filter) -> Result<Query, Rejection> {
    let statuses = statuses(filter.status.as_deref())?;
    let limit = paging::limit(filter.limit)?;
    let only_pending = statuses == [Status::Pending];
    let audience = match &filter.reviewer {
        None => caller.audience()?,
        Some(_) if !only_pending => {
            return Err(Rejection::invalid(
                "/reviewer",
                "goes with status=pending; use decided_by for what is over",
            ));
        }
        Some(reviewer) if reviewer.as_str() == "me" => Audience::Reviewer(caller.reviewer_self()?),
        Some(reviewer) => caller.reviewer(reviewer)?,
    };
    let put_off = filter.put_off.unwrap_or(false);
    if put_off && filter.reviewer.as_ref().map(PersonId::as_str) != Some("me") {
        return Err(Rejection::invalid(
            "/put_off",
            "goes with reviewer=me: what others put off is theirs to know",
        ));
    }
    let order = match statuses.as_slice() {
        _ if only_pending => Order::Urgency,
        [] => Order::Asked,
        some if some.contains(&Status::Pending) => Order::Asked,
        _ => Order::Decided,
    };
    let after = filter.cursor.as_deref().map(Cursor::from_text).transpose();
    Ok(Query {
        audience,
        order,
        statuses,
        agent: filter.agent,
        action: filter.action,
        risk: filter.risk,
        put_off,
        requested_by: filter
            .requested_by
            .map(|person| me_or(&person, caller))
            .transpose()?,
        decided_by: filter
            .decided_by
            .map(|person| me_or(&person, caller))
            .transpose()?,
        recipient: filter.recipient.as_deref().map(recipient),
        rule: filter.rule,
        trigger: filter.trigger,
        conversation: filter.conversation,
        node: filter.node,
        words: words(filter.q.as_deref())?,
        // Else a search would tell what is hidden, word by word.
        words_in_params: !shared.gate.hides_anything(),
        now: shared.gate.now(),
        since: filter.since,
        until: filter.until,
        decided_since: filter.decided_since,
        decided_until: filter.decided_until,
        ids: filter.id.as_deref().map(id_range).transpose()?,
        limit,
        after: after.map_err(|error| Rejection::invalid("/cursor", error.to_string()))?,
    })
}

/// The form in which recipients are kept.
fn recipient(text: &str) -> String {
    Recipient::parse(text).normal().to_owned()
}

/// What is looked for, word by word; a search reads every request that is left, so it has bounds.
fn words(text: Option<&str>) -> Result<Vec<String>, Rejection> {
    let words: Vec<String> = text
        .into_iter()
        .flat_map(str::split_whitespace)
        .map(str::to_owned)
        .collect();
    match words.len() <= MOST_WORDS && words.iter().all(|word| word.len() <= LONGEST_WORD) {
        true => Ok(words),
        false => Err(Rejection::invalid(
            "/q",
            format!("at most {MOST_WORDS} words of {LONGEST_WORD} bytes"),
        )),
    }
}

/// `me` is the caller; it is no person's id.
fn me_or(person: &PersonId, caller: &Caller) -> Result<PersonId, Rejection> {
    Ok(match person.as_str() {
        "me" => caller.person()?.clone(),
        _ => person.clone(),
    })
}

fn statuses(text: Option<&str>) -> Result<Vec<Status>, Rejection> {
    let words = text.into_iter().flat_map(|text| text.split(','));
    let status = |word: &str| {
        let found = Status::ALL.into_iter().find(|status| status.word() == word);
        found.ok_or_else(|| {
            let known: Vec<_> = Status::ALL.iter().map(|status| status.word()).collect();
            Rejection::invalid("/status", format!("expected some of {}", known.join(", ")))
        })
    };
    words.map(status).collect()
}

/// The ids that begin so.
fn id_range(prefix: &str) -> Result<(RequestId, RequestId), Rejection> {
    RequestId::range(prefix).ok_or_else(|| {
        Rejection::invalid(
            "/id",
            "expected the beginning of a request id, like req_01k3",
        )
    })
}
