//! The caller's side of the API: one method per operation, and the event stream.
//! Invariant: an answer is either the thing that was asked for or a [`ClientError`] that says whether
//! the gate refused, could not be reached, or answered something that is not signoff's.

mod body;
mod by_id;
mod events;
mod log;
mod policy;
mod review;
mod work;

use std::error::Error as _;
use std::time::Duration;

use reqwest::{Method, RequestBuilder, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::api::audit::{Head, Key, Proof};
use crate::api::notification::{Notifications, SeenThrough, Unseen};
use crate::api::page::{DEFAULT_LIMIT, MAX_LIMIT, Page};
use crate::api::people::{
    Agent, Group, Me, NewAgent, NewGroup, NewPerson, NewTeam, NewToken, Person, Team, TokenView,
};
use crate::api::problem::{Problem, ProblemKind};
use crate::api::request::{Ask, Decide, Filter, Notice, ReportRun, Request, StartedRun, Why};
use crate::api::settings::{
    ActionView, Choice, Integration, PatchAction, PatchIntegration, Preference,
};
use crate::api::stats::Stats;
use crate::domain::id::{ActionName, IntegrationName, RequestId, TokenId};
use crate::domain::time::At;
use crate::domain::untrusted::safe;

pub use events::{EventStream, Tick};
pub use log::LogLines;
pub use policy::PolicyInForce;

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an answer may take, when it isn't a long-poll and nobody says otherwise.
const PATIENCE: Duration = Duration::from_secs(30);
/// What a long-poll may take beyond the time that was asked for.
const WAIT_MARGIN: Duration = Duration::from_secs(15);

/// A gate, and the token to talk to it with.
#[derive(Clone)]
pub struct Client {
    base: Url,
    token: String,
    http: reqwest::Client,
    patience: Duration,
}

/// How long a wait goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Until somebody, or the clock, has decided.
    Decided,
    /// Until the execution has ended too.
    Done,
}

/// Why an operation gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("{}: {}", safe(&.0.title), .0.detail.plain_line())]
    Refused(Box<Problem>),
    #[error("the gate at {address} can't be reached: {why}")]
    Unreachable {
        address: String,
        why: String,
        /// Whether the gate may have seen the call all the same.
        sent: bool,
    },
    #[error("{address} answered {status}, but not as a signoff gate does; is the address right?")]
    NotAGate { address: String, status: u16 },
    #[error(
        "{address} answered with more than {} MiB, which no signoff gate does; is the address right?",
        .most >> 20
    )]
    TooLong { address: String, most: usize },
    #[error("“{address}” is not an address of a gate; it should be like http://127.0.0.1:7474")]
    BadAddress { address: String },
    #[error(
        "the token has characters that can't be in one; is it the whole line, and nothing else?"
    )]
    BadToken,
    #[error("could not set up HTTP: {0}")]
    Setup(#[source] reqwest::Error),
}

impl ClientError {
    /// The problem that the gate answered with, if it did.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            ClientError::Refused(problem) => Some(problem),
            _ => None,
        }
    }

    /// Whether the same call may work in a moment.
    pub fn is_unreachable(&self) -> bool {
        matches!(self, ClientError::Unreachable { .. })
    }

    /// Whether the same call may work in a moment, at this gate or at the one that follows it.
    pub fn is_passing(&self) -> bool {
        let busy = |problem: &Problem| problem.is(ProblemKind::Busy);
        self.is_unreachable() || self.problem().is_some_and(busy)
    }

    /// Whether the call failed before the gate can have seen it.
    pub fn was_not_sent(&self) -> bool {
        matches!(self, ClientError::Unreachable { sent: false, .. })
    }
}

type Result<T> = std::result::Result<T, ClientError>;

impl Client {
    /// A client of the gate at this address. Nothing is sent yet.
    pub fn new(address: &str, token: &str) -> Result<Self> {
        let bad_address = || ClientError::BadAddress {
            address: address.to_owned(),
        };
        let mut base = Url::parse(address).map_err(|_| bad_address())?;
        if !base.path().ends_with('/') {
            // A gate below a path stays there when the paths of the API are joined to it.
            base.set_path(&format!("{}/", base.path()));
        }
        if !matches!(base.scheme(), "http" | "https") || base.host().is_none() {
            return Err(bad_address());
        }
        if token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(ClientError::BadToken);
        }
        // The first of several clients in a process chooses the cryptography; the others find it chosen.
        drop(rustls::crypto::ring::default_provider().install_default());
        let builder = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .tcp_nodelay(true);
        // Certificates are read only for an address that needs them: it takes longer than all the rest.
        let builder = match base.scheme() {
            "https" => builder,
            _ => builder.no_proxy().tls_certs_only([]),
        };
        Ok(Self {
            base,
            token: token.to_owned(),
            http: builder.build().map_err(ClientError::Setup)?,
            patience: PATIENCE,
        })
    }

    /// The same client, for which an answer may take so long.
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Where the gate is.
    pub fn address(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// What time it is where the gate is, to the second, if it answers and says so.
    pub async fn health(&self) -> Result<Option<At>> {
        let call = self.call(Method::GET, "healthz")?.timeout(self.patience);
        let response = self.raw_answer(call).await?;
        let date = response.headers().get(reqwest::header::DATE);
        let date = date.and_then(|date| date.to_str().ok());
        let at = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok());
        let at = at.map(|at| At::from_millis(at.timestamp().as_millisecond()));
        let status = response.status();
        let body = body::whole(response, self.address(), body::LONGEST_PROBLEM).await?;
        let health = serde_json::from_slice::<serde_json::Value>(&body);
        match health.is_ok_and(|health| health["status"] == "ok") {
            true => Ok(at),
            false => Err(self.not_a_gate(status)),
        }
    }

    /// Who the caller is to the gate.
    pub async fn me(&self) -> Result<Me> {
        self.get("v1/me").await
    }

    /// How the queue does.
    pub async fn stats(&self) -> Result<Stats> {
        self.get("v1/stats").await
    }

    /// Asks. The same key and the same request give the same answer, however often it is sent.
    pub async fn ask(&self, ask: &Ask, idempotency_key: &str) -> Result<Request> {
        let call = self
            .call(Method::POST, "v1/requests")?
            .header("idempotency-key", idempotency_key)
            .json(ask);
        self.answer(call.timeout(self.patience)).await
    }

    /// One page of the requests that pass the filter, with fewer of them where what agents wrote makes it too long.
    pub async fn requests(&self, filter: &Filter) -> Result<Page<Request>> {
        let mut filter = filter.clone();
        loop {
            let call = self.call(Method::GET, "v1/requests")?.query(&filter);
            let page = self.answer(call.timeout(self.patience)).await;
            match (&page, fewer(filter.limit.unwrap_or(DEFAULT_LIMIT))) {
                (Err(ClientError::TooLong { .. }), Some(fewer)) => filter.limit = Some(fewer),
                _ => return page,
            }
        }
    }

    /// One request, with its parameters.
    pub async fn request(&self, id: RequestId) -> Result<Request> {
        self.get(&format!("v1/requests/{id}")).await
    }

    /// One request once it is decided (or done), or as it is after that many seconds.
    pub async fn wait(&self, id: RequestId, until: Until, seconds: u16) -> Result<Request> {
        let until = match until {
            Until::Decided => "decided",
            Until::Done => "done",
        };
        let call = self
            .call(Method::GET, &format!("v1/requests/{id}"))?
            .query(&[("wait", seconds.to_string().as_str()), ("until", until)])
            .timeout(Duration::from_secs(seconds.into()) + WAIT_MARGIN);
        self.answer(call).await
    }

    /// Why policy said what it said.
    pub async fn why(&self, id: RequestId) -> Result<Why> {
        self.get(&format!("v1/requests/{id}/why")).await
    }

    /// What the log has about a request, and what shows that it is there.
    pub async fn proof(&self, id: RequestId) -> Result<Proof> {
        self.get(&format!("v1/requests/{id}/proof")).await
    }

    /// Decides.
    pub async fn decide(&self, id: RequestId, decide: &Decide) -> Result<Request> {
        self.send(Method::POST, &format!("v1/requests/{id}/decision"), decide)
            .await
    }

    /// Withdraws a request of one's own.
    pub async fn cancel(&self, id: RequestId) -> Result<Request> {
        self.send(
            Method::POST,
            &format!("v1/requests/{id}/cancel"),
            &NoFields {},
        )
        .await
    }

    /// Takes an approved or allowed request for running. The same key gives the same run, however often
    /// it is sent; with any other key, what was started is somebody else's.
    pub async fn start(&self, id: RequestId, idempotency_key: &str) -> Result<StartedRun> {
        let call = self
            .call(Method::POST, &format!("v1/requests/{id}/start"))?
            .header("idempotency-key", idempotency_key)
            .json(&NoFields {});
        self.answer(call.timeout(self.patience)).await
    }

    /// Says how a run ended.
    pub async fn report(&self, id: RequestId, report: &ReportRun) -> Result<Request> {
        self.send(Method::POST, &format!("v1/requests/{id}/report"), report)
            .await
    }

    /// The outcomes that the calling agent is to be told, waiting up to that many seconds for one.
    pub async fn notices(&self, wait_seconds: u16) -> Result<Page<Notice>> {
        let call = self
            .call(Method::GET, "v1/notices")?
            .query(&[("wait", wait_seconds)])
            .timeout(Duration::from_secs(wait_seconds.into()) + WAIT_MARGIN);
        self.answer(call).await
    }

    /// Says that the calling agent has an outcome.
    pub async fn take_notice(&self, id: RequestId) -> Result<Notice> {
        self.send(Method::POST, &format!("v1/notices/{id}/ack"), &NoFields {})
            .await
    }

    /// What the caller's bell tells them, the newest first, from a cursor on.
    pub async fn notifications(
        &self,
        only_unseen: bool,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<Notifications> {
        let call = self
            .call(Method::GET, "v1/notifications")?
            .query(&[("unseen", only_unseen)])
            .query(&[("limit", limit)])
            .query(&cursor.map(|cursor| ("cursor", cursor)).as_slice());
        self.answer(call.timeout(self.patience)).await
    }

    /// Says that the caller has seen everything up to one of them.
    pub async fn notifications_seen(&self, through: u64) -> Result<Unseen> {
        let seen = SeenThrough { through };
        self.send(Method::POST, "v1/notifications/seen", &seen)
            .await
    }

    /// The log up to where it is now, after a position.
    pub async fn log(&self, after: u64) -> Result<LogLines> {
        let call = self.call(Method::GET, "v1/audit")?;
        let response = self.raw_answer(call.query(&[("after", after)])).await?;
        Ok(LogLines::new(response, self.address().to_owned()))
    }

    /// What the log is now, signed.
    pub async fn log_head(&self) -> Result<Head> {
        self.get("v1/audit/head").await
    }

    /// What checkpoints of the log are checked with.
    pub async fn log_key(&self) -> Result<Key> {
        self.get("v1/audit/key").await
    }

    /// Every integration.
    pub async fn integrations(&self) -> Result<Page<Integration>> {
        self.whole("v1/integrations").await
    }

    /// Changes an integration.
    pub async fn change_integration(
        &self,
        name: &IntegrationName,
        patch: &PatchIntegration,
    ) -> Result<Integration> {
        self.send(Method::PATCH, &format!("v1/integrations/{name}"), patch)
            .await
    }

    /// Every action.
    pub async fn actions(&self) -> Result<Page<ActionView>> {
        self.whole("v1/actions").await
    }

    /// Changes an action.
    pub async fn change_action(
        &self,
        name: &ActionName,
        patch: &PatchAction,
    ) -> Result<ActionView> {
        self.send(Method::PATCH, &format!("v1/actions/{name}"), patch)
            .await
    }

    /// The caller's own choices.
    pub async fn preferences(&self) -> Result<Page<Preference>> {
        self.get("v1/preferences").await
    }

    /// Chooses for one action.
    pub async fn choose(&self, action: &ActionName, choice: &Choice) -> Result<Page<Preference>> {
        self.send(Method::PUT, &format!("v1/preferences/{action}"), choice)
            .await
    }

    /// Everybody.
    pub async fn people(&self) -> Result<Page<Person>> {
        self.whole("v1/people").await
    }

    /// Adds a person.
    pub async fn add_person(&self, person: &NewPerson) -> Result<Person> {
        self.send(Method::POST, "v1/people", person).await
    }

    /// Every agent.
    pub async fn agents(&self) -> Result<Page<Agent>> {
        self.whole("v1/agents").await
    }

    /// Adds an agent.
    pub async fn add_agent(&self, agent: &NewAgent) -> Result<Agent> {
        self.send(Method::POST, "v1/agents", agent).await
    }

    /// Every team.
    pub async fn teams(&self) -> Result<Page<Team>> {
        self.whole("v1/teams").await
    }

    /// Adds a team.
    pub async fn add_team(&self, team: &NewTeam) -> Result<Team> {
        self.send(Method::POST, "v1/teams", team).await
    }

    /// Every group.
    pub async fn groups(&self) -> Result<Page<Group>> {
        self.whole("v1/groups").await
    }

    /// Adds a group.
    pub async fn add_group(&self, group: &NewGroup) -> Result<Group> {
        self.send(Method::POST, "v1/groups", group).await
    }

    /// Every token, without its secret.
    pub async fn tokens(&self) -> Result<Page<TokenView>> {
        self.whole("v1/tokens").await
    }

    /// Makes a token; the answer is the only one that has the secret.
    pub async fn add_token(&self, token: &NewToken) -> Result<TokenView> {
        self.send(Method::POST, "v1/tokens", token).await
    }

    /// Makes a token speak for nobody from now on.
    pub async fn revoke_token(&self, id: TokenId) -> Result<TokenView> {
        let call = self.call(Method::DELETE, &format!("v1/tokens/{id}"))?;
        self.answer(call.timeout(self.patience)).await
    }

    /// The log as it grows, from just after this position; without one, from now on.
    pub async fn events(&self, after: Option<u64>) -> Result<EventStream> {
        let mut call = self.call(Method::GET, "v1/events")?;
        if let Some(position) = after {
            call = call.query(&[("after", position)]);
        }
        let response = self.raw_answer(call).await?;
        Ok(EventStream::new(response, self.address().to_owned()))
    }

    /// A list that is short enough to be read whole, page by page.
    async fn whole<T: DeserializeOwned>(&self, path: &str) -> Result<Page<T>> {
        let mut items = Vec::new();
        let mut cursor = None::<String>;
        let mut limit = MAX_LIMIT;
        loop {
            let query = [
                ("limit", Some(limit.to_string())),
                ("cursor", cursor.clone()),
            ];
            let call = self.call(Method::GET, path)?.query(&query);
            let page: Result<Page<T>> = self.answer(call.timeout(self.patience)).await;
            if let (Err(ClientError::TooLong { .. }), Some(fewer)) = (&page, fewer(limit)) {
                limit = fewer;
                continue;
            }
            let page = page?;
            items.extend(page.items);
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(Page::whole(items));
            }
        }
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        let call = self.call(Method::GET, path)?;
        self.answer(call.timeout(self.patience)).await
    }

    async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T> {
        let call = self.call(method, path)?.json(body);
        self.answer(call.timeout(self.patience)).await
    }

    /// The same, counted once however often it is sent with this key.
    async fn send_once<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
        key: &str,
    ) -> Result<T> {
        let call = self.call(method, path)?;
        let call = call.header("idempotency-key", key).json(body);
        self.answer(call.timeout(self.patience)).await
    }

    fn call(&self, method: Method, path: &str) -> Result<RequestBuilder> {
        let url = self.base.join(path).map_err(|_| ClientError::BadAddress {
            address: self.address().to_owned(),
        })?;
        Ok(self.http.request(method, url).bearer_auth(&self.token))
    }

    async fn answer<T: DeserializeOwned>(&self, call: RequestBuilder) -> Result<T> {
        let response = self.raw_answer(call).await?;
        let status = response.status();
        let bytes = body::whole(response, self.address(), body::LONGEST_ANSWER).await?;
        serde_json::from_slice(&bytes).map_err(|_| self.not_a_gate(status))
    }

    async fn raw_answer(&self, call: RequestBuilder) -> Result<reqwest::Response> {
        let response = call
            .send()
            .await
            .map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let bytes = body::whole(response, self.address(), body::LONGEST_PROBLEM).await?;
        match serde_json::from_slice(&bytes) {
            Ok(problem) => Err(ClientError::Refused(problem)),
            Err(_) => Err(self.not_a_gate(status)),
        }
    }

    fn unreachable(&self, error: &reqwest::Error) -> ClientError {
        unreachable(self.address(), error)
    }

    fn not_a_gate(&self, status: StatusCode) -> ClientError {
        ClientError::NotAGate {
            address: self.address().to_owned(),
            status: status.as_u16(),
        }
    }
}

/// How many items to ask for where these many were too long.
fn fewer(limit: u32) -> Option<u32> {
    const PART: u32 = 8;
    (limit > 1).then_some((limit / PART).max(1))
}

/// A body without fields, for operations that take none.
#[derive(Serialize)]
struct NoFields {}

fn unreachable(address: &str, error: &reqwest::Error) -> ClientError {
    let mut why = error.source();
    while let Some(deeper) = why.and_then(|cause| cause.source()) {
        why = Some(deeper);
    }
    let timed_out = if error.is_timeout() {
        "it took too long to answer".to_owned()
    } else {
        error.to_string()
    };
    ClientError::Unreachable {
        address: address.to_owned(),
        why: why.map_or(timed_out, ToString::to_string),
        sent: !error.is_connect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever answers at an address may be no gate at all.
    #[test]
    fn what_a_false_gate_calls_a_problem_reaches_no_terminal_as_a_command() {
        let mut problem = Problem::new(ProblemKind::Busy, "come\u{1b}[2Jback");
        problem.title = "Busy\u{1b}]0;owned\u{7}\u{202e}".to_owned();
        let said = ClientError::Refused(Box::new(problem)).to_string();
        assert!(said.starts_with("Busy") && said.contains("owned"), "{said}");
        let hidden = |c: char| c.is_control() || c == '\u{202e}';
        assert!(!said.contains(hidden), "{said:?}");
    }
}
