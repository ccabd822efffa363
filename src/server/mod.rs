//! HTTP: the API over the gate. Routing, who calls, strict bodies, problem details and the stream of
//! events; no rule of its own. A connection is HTTP/1 on a loop of our own, which keeps a waiting
//! caller down to a few kilobytes.

mod audit;
mod auth;
mod body;
mod etag;
mod events;
mod fence;
mod health;
mod me;
mod metrics;
mod notices;
mod notifications;
mod openapi;
mod paging;
mod people;
mod policy;
mod problem;
mod record;
mod requests;
mod settings;
mod stats;
mod tokens;
mod view;
mod waits;
mod work;

use std::future::Future;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::MethodRouter;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::api::problem::ProblemKind;
use crate::gate::Gate;
use fence::Hosts;

/// Connections that may be open at once; beyond this they queue in the kernel.
const CONNECTIONS: u64 = 16_384;
/// Files that the rest of the process needs open: the database, its log, a terminal.
const OTHER_FILES: u64 = 64;
/// How long a client may take to send its headers.
const HEADERS_WITHIN: Duration = Duration::from_secs(10);
/// The largest head of a request.
const LONGEST_HEAD: usize = 32 * 1024;
/// How long connections have to finish when the server stops.
const FAREWELL: Duration = Duration::from_secs(10);
/// How long to wait when the system has no file handles left.
const OUT_OF_HANDLES: Duration = Duration::from_millis(100);

/// How a server is set up.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Names that it goes by besides loopback and its address.
    pub hosts: Vec<String>,
}

/// Why a server ended before it was told to.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("can't tell which address is listened on: {0}")]
    Address(#[source] std::io::Error),
    #[error(
        "the store could not make a change durable; nothing is lost that was acknowledged. Look at the disk, then start again"
    )]
    StoreBroken,
}

/// What every handler has at hand: one for all of them, since each call takes it several times.
#[derive(Clone)]
struct Shared(Arc<AtHand>);

struct AtHand {
    gate: Gate,
    hosts: Hosts,
    closing: watch::Receiver<bool>,
    calls: metrics::Calls,
    waiters: waits::Waiters,
    /// Only this machine reaches it.
    on_loopback: bool,
}

impl Deref for Shared {
    type Target = AtHand;

    fn deref(&self) -> &AtHand {
        &self.0
    }
}

impl Shared {
    /// Resolves when the server stops, so that whoever waits can be let go.
    fn until_closing(&self) -> impl Future<Output = ()> {
        until_closing(self.closing.clone())
    }
}

async fn until_closing(mut closing: watch::Receiver<bool>) {
    // A sender that is gone means the same.
    drop(closing.wait_for(|closing| *closing).await);
}

/// Serves a gate until `stop` resolves, then finishes what was begun.
pub async fn serve(
    gate: Gate,
    listener: TcpListener,
    options: Options,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let address = listener.local_addr().map_err(ServeError::Address)?;
    let (close, closing) = watch::channel(false);
    let connections_at_most = room_for_connections();
    let shared = Shared(Arc::new(AtHand {
        gate: gate.clone(),
        hosts: Hosts::new(address, &options.hosts),
        closing: closing.clone(),
        calls: metrics::Calls::default(),
        waiters: waits::Waiters::among(connections_at_most),
        on_loopback: address.ip().is_loopback(),
    }));
    let service = TowerToHyperService::new(router(shared));
    let room = Arc::new(Semaphore::new(connections_at_most));
    let mut connections = JoinSet::new();
    let mut stop = std::pin::pin!(stop);
    let outcome = loop {
        tokio::select! {
            () = &mut stop => break Ok(()),
            () = gate.until_broken() => break Err(ServeError::StoreBroken),
            (stream, place) = accept(&listener, &room) => {
                let service = service.clone();
                let closing = closing.clone();
                connections.spawn(async move {
                    converse(stream, service, closing).await;
                    drop(place);
                });
            }
            Some(ended) = connections.join_next() => {
                if ended.is_err_and(|error| error.is_panic()) {
                    tracing::error!("a connection ended with a panic");
                }
            }
        }
    };
    drop(listener);
    close.send_replace(true);
    let farewell = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(FAREWELL, farewell).await.is_err() {
        tracing::warn!(
            open = connections.len(),
            "some connections did not end in time"
        );
    }
    outcome
}

/// As many connections as the system lets this process hold, so that holding them all open starves
/// nothing else. What it lets a process ask for is often far more than what it gives unasked.
fn room_for_connections() -> usize {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::debug!(%error, "no more files may be open than at the start");
    }
    let files = getrlimit(Resource::Nofile).current;
    let room = files
        .unwrap_or(u64::MAX)
        .saturating_sub(OTHER_FILES)
        .clamp(1, CONNECTIONS);
    usize::try_from(room).unwrap_or(usize::MAX)
}

async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> (TcpStream, tokio::sync::OwnedSemaphorePermit) {
    let place = Arc::clone(room)
        .acquire_owned()
        .await
        .expect("the semaphore is never closed");
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "could not turn off Nagle's algorithm");
                }
                return (stream, place);
            }
            Err(error) => {
                tracing::warn!(%error, "could not accept a connection");
                tokio::time::sleep(OUT_OF_HANDLES).await;
            }
        }
    }
}

async fn converse(
    stream: TcpStream,
    service: TowerToHyperService<Router>,
    closing: watch::Receiver<bool>,
) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .max_buf_size(LONGEST_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = until_closing(closing) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke off");
    }
}

/// Makes the list of routes, the router and the description of the API from the one list below: method,
/// handler, a sentence, and the problems that only this operation has. The rest of the description is
/// read off the handler's signature; see `openapi/mod.rs`.
macro_rules! routes {
    ($($path:literal: $($method:ident $handler:path, $summary:literal $([$($problem:ident),+])?);+;)+) => {
        /// Every route there is: its method and its path.
        pub const ROUTES: &[(&str, &str)] = &[$($((stringify!($method), $path)),+),+];

        fn routes() -> Router<Shared> {
            Router::new()$(.route($path, MethodRouter::new()$(.$method($handler))+))+
        }

        fn described(schemas: &mut openapi::Schemas) -> Vec<openapi::Described> {
            vec![$($(openapi::Described::new(
                (stringify!($method), $path),
                (stringify!($handler), &$handler),
                $summary,
                &[$($(ProblemKind::$problem),+)?],
                schemas,
            )),+),+]
        }
    };
}

routes! {
    "/v1/requests":
        post requests::ask, "Asks to perform an action; answers with the verdict, whatever it is."
            [Forbidden, NotItsUser, NotAStep, TooManyActions, TooFast, TooManyPending];
        get requests::list, "Lists requests: what waits, the urgent first, or what is over, the newest first."
            [Forbidden];
    "/v1/requests/{id}":
        get requests::show, "Shows one request, or waits until it is decided or done."
            [TooManyWaiting];
    "/v1/requests/{id}/why":
        get requests::why, "Shows what each rung of the policy ladder said.";
    "/v1/requests/{id}/proof":
        get audit::proof, "Gives what the log has about a request, and the way from each entry to the signed root."
            [Forbidden];
    "/v1/requests/{id}/decision":
        post requests::decide, "Decides about what was seen."
            [Forbidden, AlreadyVoted, AlreadyDecided, Expired, NotAReviewer, StaleDigest, StalePlan,
             AutoApprovalNotAllowed, EditNotAllowed];
        delete requests::take_back, "Takes back the caller's own approval, until it is used."
            [Forbidden, NothingToTakeBack, AlreadyDecided, Expired, AlreadyStarted, Lapsed, Revoked];
    "/v1/requests/{id}/opened":
        post requests::opened, "Says that the caller has it on their screen."
            [AlreadyDecided, Expired, NotAReviewer, StaleDigest];
    "/v1/requests/{id}/reveal":
        post requests::reveal, "Shows one value that the policy hides." [Forbidden, NotAReviewer];
    "/v1/requests/{id}/claim":
        post requests::claim, "Takes it on: others are warned, not barred."
            [AlreadyDecided, Expired, NotAReviewer];
    "/v1/requests/{id}/release":
        post requests::release, "Gives it back." [AlreadyDecided, Expired, NotAReviewer];
    "/v1/requests/{id}/snooze":
        post requests::snooze, "Hides it from the caller for a while."
            [AlreadyDecided, Expired, NotAReviewer];
    "/v1/requests/{id}/cancel":
        post requests::cancel, "Withdraws a request while nobody has decided." [AlreadyDecided, Expired];
    "/v1/requests/{id}/start":
        post requests::start, "Takes an approved or allowed request for running."
            [NotReady, AlreadyStarted, Lapsed, Revoked, Held, OtherRunner];
    "/v1/requests/{id}/report":
        post requests::report, "Says how a run ended."
            [Forbidden, NotReady, AlreadyStarted, Lapsed, Revoked, Held, OtherRunner, OldEpoch, WrongDigest,
             AlreadyReported];
    "/v1/requests/{id}/retry":
        post requests::retry, "Lets a failed or unknown run be tried again."
            [Forbidden, NotFailed, NotReady, Revoked, Lapsed];
    "/v1/requests/{id}/settle":
        post requests::settle, "Says what became of an unknown run."
            [Forbidden, NotFailed, NotReady, Revoked, Lapsed];
    "/v1/requests/{id}/checkpoint":
        put work::save_checkpoint, "Keeps the agent's own state with its request.";
        get work::checkpoint, "Gives that state back as it came, or 204 where there is none.";
    "/v1/work/lease":
        post work::lease, "Leases approved requests to a worker, or waits for some."
            [Forbidden, TooManyWaiting];
    "/v1/work/{id}/renew":
        post work::renew, "Keeps a lease for longer."
            [Forbidden, NotReady, OldEpoch, OtherRunner, Revoked, Lapsed, AlreadyReported];
    "/v1/policy":
        get policy::document, "Gives the policy in force, as TOML.";
        put policy::save, "Saves a policy that is right as a whole.";
    "/v1/policy/versions":
        get policy::versions, "Lists the versions of the policy, the newest first.";
    "/v1/policy/versions/{n}":
        get policy::version, "Shows one version of the policy.";
    "/v1/policy/check":
        post policy::check, "Says what is wrong with a policy, and what should be known about it.";
    "/v1/policy/replay":
        post policy::replay, "Says what a change would have changed.";
    "/v1/patterns":
        get policy::patterns, "Lists the trusted patterns and their uses.";
    "/v1/patterns/{name}/resume":
        post policy::resume, "Lets a suspended pattern match again.";
    "/v1/tools":
        get policy::tools, "Lists the tools behind actions, as they were pinned.";
    "/v1/tools/{id}/accept":
        post policy::accept_tool, "Accepts what a tool is now said to be." [PreconditionFailed];
    "/v1/evaluate":
        post policy::evaluate, "Gives the verdict that a request would get; nothing is stored."
            [Forbidden, NotFound, NotItsUser, NotAStep, TooManyActions];
    "/v1/events":
        get events::stream, "Streams the log as server-sent events, from a position on; or what of it is about some requests."
            [TooManyWaiting];
    "/v1/notices":
        get notices::list, "Lists outcomes that the agent is to be told, or waits for one."
            [TooManyWaiting];
    "/v1/notices/{id}/ack":
        post notices::take, "Takes an outcome, so that it isn't listed again.";
    "/v1/notifications":
        get notifications::list, "Lists what the caller's bell tells them, the newest first.";
    "/v1/notifications/seen":
        post notifications::seen, "Says what the caller has seen of it.";
    "/v1/integrations":
        get settings::integrations, "Lists the systems that actions belong to.";
    "/v1/integrations/{name}":
        get settings::integration, "Shows one system.";
        patch settings::change_integration, "Changes who may act through a system.";
    "/v1/actions":
        get settings::actions, "Lists the actions that are known.";
    "/v1/actions/{name}":
        get settings::action, "Shows one action.";
        patch settings::change_action, "Changes what is held about an action.";
    "/v1/preferences":
        get settings::preferences, "Lists the caller's own choices.";
    "/v1/preferences/{action}":
        put settings::choose, "Chooses for one action: asked every time, or let through."
            [AutoApprovalNotAllowed];
    "/v1/people":
        post people::add_person, "Adds a person." [AlreadyExists];
        get people::people, "Lists the people.";
    "/v1/people/{id}":
        get people::person, "Shows one person.";
        patch people::change_person, "Changes a person." [LastOwner];
        delete people::remove_person, "Deactivates a person; their tokens and opt-ins end."
            [LastOwner];
    "/v1/agents":
        post people::add_agent, "Adds an agent." [AlreadyExists];
        get people::agents, "Lists the agents.";
    "/v1/agents/{id}":
        get people::agent, "Shows one agent.";
        patch people::change_agent, "Changes an agent, or stops it.";
        delete people::remove_agent, "Stops an agent; its tokens end.";
    "/v1/teams":
        post people::add_team, "Adds a team." [AlreadyExists];
        get people::teams, "Lists the teams.";
    "/v1/teams/{id}":
        get people::team, "Shows one team.";
        patch people::change_team, "Changes a team.";
        delete people::remove_team, "Removes a team that nothing refers to." [InUse];
    "/v1/groups":
        post people::add_group, "Adds a group." [AlreadyExists];
        get people::groups, "Lists the groups.";
    "/v1/groups/{id}":
        get people::group, "Shows one group.";
        patch people::change_group, "Changes a group.";
        delete people::remove_group, "Removes a group that nothing refers to." [InUse];
    "/v1/tokens":
        post tokens::issue_token, "Issues a token, which is shown once.";
        get tokens::tokens, "Lists the tokens, without their secrets.";
    "/v1/tokens/{token}":
        delete tokens::revoke_token, "Makes a token speak for nobody from now on." [LastOwner];
    "/v1/audit":
        get audit::entries, "Gives out the log with its hashes, a line for each entry." [Forbidden];
    "/v1/audit/head":
        get audit::head, "Gives the signed head of the log.";
    "/v1/audit/key":
        get audit::key, "Gives the key that checks the signature.";
    "/v1/stats":
        get stats::stats, "Says what waits, and how long people take to decide.";
    "/v1/me":
        get me::me, "Says who is calling.";
        patch me::change_me, "Changes what people say of themselves.";
    "/openapi.json":
        get openapi::describe, "Describes this API.";
    "/metrics":
        get metrics::metrics, "Gives figures for Prometheus, in its text format.";
    "/healthz":
        get health::alive, "Says that the process answers.";
    "/readyz":
        get health::ready, "Says that the store answers too.";
}

fn router(shared: Shared) -> Router {
    routes()
        .fallback(problem::no_such_path)
        .method_not_allowed_fallback(problem::no_such_method)
        .layer(axum::middleware::from_fn_with_state(
            shared.clone(),
            record::each,
        ))
        .with_state(shared)
}
