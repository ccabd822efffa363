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
mod notices;
mod paging;
mod people;
mod policy;
mod problem;
mod requests;
mod settings;
mod tokens;
mod view;
mod work;

use std::future::Future;
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

/// What every handler has at hand.
#[derive(Clone)]
struct Shared {
    gate: Gate,
    hosts: Arc<Hosts>,
    closing: watch::Receiver<bool>,
}

impl Shared {
    /// Resolves when the server stops, so that whoever waits can be let go.
    async fn until_closing(&self) {
        until_closing(self.closing.clone()).await;
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
    let shared = Shared {
        gate: gate.clone(),
        hosts: Arc::new(Hosts::new(address, &options.hosts)),
        closing: closing.clone(),
    };
    let service = TowerToHyperService::new(router(shared));
    let room = Arc::new(Semaphore::new(room_for_connections()));
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
            Ok((stream, _)) => return (stream, place),
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
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "could not turn off Nagle's algorithm");
    }
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

/// Makes the list of routes and the router from the one list below.
macro_rules! routes {
    ($($path:literal: $($method:ident $handler:expr),+;)+) => {
        /// Every route there is: its method and its path.
        pub const ROUTES: &[(&str, &str)] = &[$($((stringify!($method), $path)),+),+];

        fn routes() -> Router<Shared> {
            Router::new()$(.route($path, MethodRouter::new()$(.$method($handler))+))+
        }
    };
}

routes! {
    "/v1/requests": post requests::ask, get requests::list;
    "/v1/requests/{id}": get requests::show;
    "/v1/requests/{id}/why": get requests::why;
    "/v1/requests/{id}/decision": post requests::decide, delete requests::take_back;
    "/v1/requests/{id}/opened": post requests::opened;
    "/v1/requests/{id}/reveal": post requests::reveal;
    "/v1/requests/{id}/claim": post requests::claim;
    "/v1/requests/{id}/release": post requests::release;
    "/v1/requests/{id}/snooze": post requests::snooze;
    "/v1/requests/{id}/cancel": post requests::cancel;
    "/v1/requests/{id}/start": post requests::start;
    "/v1/requests/{id}/report": post requests::report;
    "/v1/requests/{id}/retry": post requests::retry;
    "/v1/requests/{id}/settle": post requests::settle;
    "/v1/requests/{id}/checkpoint": put work::save_checkpoint, get work::checkpoint;
    "/v1/work/lease": post work::lease;
    "/v1/work/{id}/renew": post work::renew;
    "/v1/policy": get policy::document, put policy::save;
    "/v1/policy/versions": get policy::versions;
    "/v1/policy/versions/{n}": get policy::version;
    "/v1/policy/check": post policy::check;
    "/v1/policy/replay": post policy::replay;
    "/v1/patterns": get policy::patterns;
    "/v1/patterns/{name}/resume": post policy::resume;
    "/v1/evaluate": post policy::evaluate;
    "/v1/events": get events::stream;
    "/v1/notices": get notices::list;
    "/v1/notices/{id}/ack": post notices::take;
    "/v1/integrations": get settings::integrations;
    "/v1/integrations/{name}": get settings::integration, patch settings::change_integration;
    "/v1/actions": get settings::actions;
    "/v1/actions/{name}": get settings::action, patch settings::change_action;
    "/v1/preferences": get settings::preferences;
    "/v1/preferences/{action}": put settings::choose;
    "/v1/people": post people::add_person, get people::people;
    "/v1/people/{id}": get people::person, patch people::change_person, delete people::remove_person;
    "/v1/agents": post people::add_agent, get people::agents;
    "/v1/agents/{id}": get people::agent, patch people::change_agent, delete people::remove_agent;
    "/v1/teams": post people::add_team, get people::teams;
    "/v1/teams/{id}": get people::team, patch people::change_team, delete people::remove_team;
    "/v1/groups": post people::add_group, get people::groups;
    "/v1/groups/{id}": get people::group, patch people::change_group, delete people::remove_group;
    "/v1/tokens": post tokens::issue_token, get tokens::tokens;
    "/v1/tokens/{token}": delete tokens::revoke_token;
    "/v1/audit": get audit::entries;
    "/v1/audit/head": get audit::head;
    "/v1/audit/key": get audit::key;
    "/v1/me": get me::me, patch me::change_me;
    "/healthz": get health::alive;
    "/readyz": get health::ready;
}

fn router(shared: Shared) -> Router {
    routes()
        .fallback(problem::no_such_path)
        .method_not_allowed_fallback(problem::no_such_method)
        .layer(axum::middleware::from_fn_with_state(
            shared.clone(),
            fence::check,
        ))
        .with_state(shared)
}
