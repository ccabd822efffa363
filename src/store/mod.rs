//! What is remembered. The store takes a batch of [`Change`]s and gives one [`Outcome`] each, all in
//! one durable commit; it is not asked to create or update rows. A change says what it expects to
//! find and which events follow; the tables are projections of those events, written in the same
//! transaction, so folding the log always gives the tables.
//!
//! Two halves, made for two back-ends: [`Write`] belongs to the one thread that commits, [`Read`] is
//! shared. A read never waits for a commit.

mod audit;
mod batch;
mod encode;
mod list;
mod postgres;
mod project;
mod query;
mod recent;
mod rows;
mod sqlite;

use std::fmt;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::domain::digest::Digest;
use crate::domain::event::{BadEvent, Recorded};
use crate::domain::id::{ActionName, AgentId, PersonId, RequestId};
use crate::domain::lifecycle::Standing;
use crate::domain::merkle::{Frontier, Hash};
use crate::domain::people::Holder;
use crate::domain::raw::RawJson;
use crate::domain::request::{Asked, Resource};
use crate::domain::review::Reviewer;
use crate::domain::stats::{Took, Waiting};
use crate::domain::time::{At, Span};
use crate::domain::untrusted::Untrusted;
use crate::domain::workspace::Workspace;

pub use audit::{Examined, Finding, Findings};
pub use postgres::Address;
pub use query::{Audience, BadCursor, Cursor, Order, Query};

/// Which database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// A file that one gate has to itself.
    Sqlite(PathBuf),
    /// A server that any number of gates share.
    Postgres(Address),
}

/// A text that names no database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadDatabase {
    // What was given may hold a password, so only its beginning is said again.
    #[error(
        "“{0}…” is not a database; it should be like sqlite:/var/lib/signoff/signoff.db or \
         postgres://signoff@db.example/signoff"
    )]
    Unknown(String),
    #[error("not an address of a PostgreSQL database: {0}")]
    BadAddress(String),
}

impl FromStr for Database {
    type Err = BadDatabase;

    fn from_str(text: &str) -> Result<Self, BadDatabase> {
        match text.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => Ok(Database::Sqlite(path.into())),
            Some(("postgres" | "postgresql", _)) => text.parse().map(Database::Postgres),
            _ => Err(BadDatabase::Unknown(text.chars().take(12).collect())),
        }
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Database::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Database::Postgres(address) => address.fmt(f),
        }
    }
}

/// A database, open: one half to write with, one to read with.
pub struct Store {
    pub write: Box<dyn Write>,
    pub read: Arc<dyn Read>,
    /// Says that other gates have committed something; nothing where there can't be others.
    pub others: Option<mpsc::Receiver<()>>,
}

/// Opens a database, making and upgrading what it needs.
pub async fn open(database: &Database) -> Result<Store, StoreError> {
    match database {
        Database::Sqlite(path) => sqlite::open(path),
        Database::Postgres(address) => postgres::open(address).await,
    }
}

/// What can be seen of a database at a glance.
#[derive(Debug, Clone)]
pub struct Glance {
    /// How a file keeps its commits; a server has its own way.
    pub journal: Option<String>,
    /// When the newest entry of the log was written.
    pub newest: Option<At>,
    pub workspace: Workspace,
}

/// Looks at a database without opening it for work.
pub async fn glance(database: &Database) -> Result<Glance, StoreError> {
    match database {
        Database::Sqlite(path) => sqlite::glance(path),
        Database::Postgres(address) => postgres::glance(address).await,
    }
}

/// Copies a database, which may be in use, as it is at one moment, to a file that is there already, and
/// empty.
pub async fn copy(from: &Database, to: &Path) -> Result<(), StoreError> {
    match from {
        Database::Sqlite(from) => sqlite::copy(from, to),
        Database::Postgres(address) => {
            let copy = sqlite::make(to)?;
            postgres::copy_into(address, &copy).await?;
            sqlite::finish(copy, to)
        }
    }
}

/// Holds a database against itself without changing it; `then` is a number of entries at which the root
/// of its log is wanted.
pub async fn examine(database: &Database, then: Option<u64>) -> Result<Examined, StoreError> {
    match database {
        Database::Sqlite(path) => sqlite::examine(path, then),
        Database::Postgres(address) => {
            let aside = sqlite::Aside::new()?;
            let copy = sqlite::make(aside.path())?;
            postgres::copy_into(address, &copy).await?;
            drop(copy);
            sqlite::examine(aside.path(), then)
        }
    }
}

/// One thing that is to happen, wholly or not at all.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// What has to be so at the moment of the commit.
    pub expect: Vec<Expect>,
    pub events: Vec<Recorded>,
    /// The parameters of a request that one of the events asks or edits, kept beside the log.
    pub payload: Option<Payload>,
    /// What an agent leaves at the gate, kept beside the log.
    pub checkpoint: Option<(RequestId, Checkpoint)>,
    /// Makes the change happen once, however often it is sent.
    pub claim: Option<Claim>,
    /// The agent that finds a notice once the change is made.
    pub notifies: Option<AgentId>,
}

/// Parameters as they were sent, to be handed on as they came.
#[derive(Debug, Clone)]
pub struct Payload {
    pub request: RequestId,
    /// The digest that the request has with these parameters.
    pub digest: Digest,
    pub params: RawJson,
}

/// An agent's own state, for nobody but the agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// `application/json` or `application/octet-stream`.
    pub media: String,
    pub bytes: Bytes,
}

/// Something that has to be so for a change to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// The request has this version still.
    Request { id: RequestId, version: u32 },
    /// Nobody has changed who is who or what is allowed.
    Workspace { revision: u64 },
}

/// An idempotency key, the call that used it, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub holder: Holder,
    pub key: String,
    /// SHA-256 over the call: its method, path and body.
    pub fingerprint: [u8; 32],
    /// What the call made or changed.
    pub target: String,
    pub at: At,
}

impl Claim {
    /// A key lives as long as the request that it made or changed; elsewhere for a day.
    pub fn is_alive(&self, now: At) -> bool {
        self.target.starts_with(RequestId::PREFIX) || now.since(self.at) < Span::from_hours(24)
    }
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is made and durable; its events begin at this position.
    Done { position: u64 },
    /// What it expected was not so; nothing was changed.
    Lost,
    /// Its idempotency key had been used; nothing was changed.
    Repeated(Claim),
}

/// A request as the store gives it back.
#[derive(Debug, Clone)]
pub struct Stored {
    pub asked: Arc<Asked>,
    pub standing: Arc<Standing>,
    pub created_at: At,
    pub updated_at: At,
    /// When the agent took the outcome.
    pub told_at: Option<At>,
    /// Who took it on, if somebody did.
    pub claim: Option<Courtesy>,
    /// It was so at a moment when the log ended here, or later; nothing where nobody looked.
    pub as_of: Option<u64>,
}

impl Checkpoint {
    /// A state that came as JSON.
    pub fn json(state: &RawJson) -> Self {
        Self {
            media: "application/json".to_owned(),
            bytes: Bytes::copy_from_slice(state.text().as_bytes()),
        }
    }
}

/// A reviewer's claim on a request: a courtesy that others are warned of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Courtesy {
    pub by: PersonId,
    /// When the gate last heard of them.
    pub heard_at: At,
}

/// What one person has to do with a request besides deciding it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attention {
    pub person: PersonId,
    pub snoozed_until: Option<At>,
    pub opened: Option<Seen>,
}

/// What goes with a request that is read, and not only found.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    /// The parameters in force.
    pub payload: Option<Payload>,
    /// The agent's own state.
    pub checkpoint: Option<Checkpoint>,
    /// Who looked at it, and who put it off.
    pub attention: Vec<Attention>,
}

/// What somebody had on their screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub at: At,
    pub digest: Digest,
    /// In thousandths.
    pub seen: u32,
}

/// A saved version of the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyVersion {
    pub version: u64,
    pub at: At,
    pub by: PersonId,
    pub text: Untrusted,
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub position: u64,
    pub body: RawJson,
}

/// An entry of the log with the leaf that it is in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hashed {
    pub entry: Entry,
    pub leaf: Hash,
}

/// What the filters of a list let through is counted up to here.
pub const MOST_FOUND: u64 = 1_000;

/// One page of requests.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    pub items: Vec<Stored>,
    pub next: Option<Cursor>,
    /// How many wait in all; counted for lists of pending requests only.
    pub total: Option<u64>,
    /// How many more wait for a reviewer, who has put them off.
    pub put_off: Option<u64>,
    /// How many of those the filters let through, counted up to [`MOST_FOUND`] on the first page.
    pub found: Option<u64>,
}

/// What people decided, the latest first.
#[derive(Debug, Clone)]
pub struct Decisions {
    /// All since then are there.
    pub since: At,
    pub made: Vec<Took>,
}

/// Hears what other gates have committed, in the order of the log: a position, and the entry there.
pub type Hears<'a> = &'a mut dyn FnMut(u64, Recorded);

/// The half that one thread commits with.
pub trait Write: Send {
    /// Carries out a batch in one durable commit: one result for each change, in their order.
    /// A result that says [`Outcome::Done`] survives power loss. Whatever others have committed before
    /// is heard first, so a change that lost to theirs can be judged anew at once.
    fn commit(&mut self, batch: &[Change], hears: Hears<'_>) -> Vec<Result<Outcome, StoreError>>;

    /// Hears what others have committed since this half last committed or heard of them.
    fn catch_up(&mut self, hears: Hears<'_>) -> Result<(), StoreError>;
}

/// Who is who and what is allowed, as of a position of the log.
#[derive(Debug, Clone)]
pub struct AsOf {
    pub position: u64,
    pub workspace: Workspace,
}

/// An answer of the reading half.
pub type Reply<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// The half that everybody reads with.
pub trait Read: Send + Sync {
    /// The last position of the log.
    fn head(&self) -> Reply<'_, u64>;
    /// The tree over the log.
    fn tree(&self) -> Reply<'_, Frontier>;
    /// Who is who and what is allowed.
    fn workspace(&self) -> Reply<'_, AsOf>;
    /// One request, as it is now.
    fn request(&self, id: RequestId) -> Reply<'_, Option<Stored>>;
    /// One request as it was at some moment when the log ended at this position or later; without one, as it
    /// is now. Whoever knows where the log ended since their call began need not look once more.
    fn request_since(&self, id: RequestId, position: Option<u64>) -> Reply<'_, Option<Stored>>;
    /// Whether this person has a part in that request, and so may see it.
    fn is_party<'a>(&'a self, id: RequestId, person: &'a PersonId) -> Reply<'a, bool>;
    /// The parameters with which a request has this digest.
    fn payload(&self, id: RequestId, digest: Digest) -> Reply<'_, Option<Payload>>;
    /// The agent's own state.
    fn checkpoint(&self, id: RequestId) -> Reply<'_, Option<Checkpoint>>;
    /// How many requests of an agent wait.
    fn pending_of<'a>(&'a self, agent: &'a AgentId) -> Reply<'a, u64>;
    /// What goes with a request as it was read, then or later; the agent's own state only where that is
    /// wanted.
    fn beside(&self, stored: &Stored, with_checkpoint: bool) -> Reply<'_, Beside>;
    /// Those of these recipients to whom nothing was ever let through.
    fn strangers<'a>(&'a self, recipients: &'a [String]) -> Reply<'a, Vec<String>>;
    /// Whether somebody else was named as the owner of this resource since then.
    fn other_owner<'a>(
        &'a self,
        resource: &'a Resource,
        owner: &'a PersonId,
        since: At,
    ) -> Reply<'a, bool>;
    /// Up to `limit` requests that wait and that this one may decide, from one id on.
    fn waiting_for<'a>(
        &'a self,
        reviewer: &'a Reviewer,
        after: Option<RequestId>,
        limit: u32,
    ) -> Reply<'a, Vec<RequestId>>;
    /// Up to `limit` requests that a worker for these actions may take now, the oldest first.
    fn leasable(&self, actions: Vec<ActionName>, now: At, limit: u32) -> Reply<'_, Vec<RequestId>>;
    /// When the next one can be taken that can't be taken now.
    fn next_leasable(&self, actions: Vec<ActionName>, now: At) -> Reply<'_, Option<At>>;
    /// The saved versions of the policy before this one, the newest first.
    fn policies(&self, before: Option<u64>, limit: u32) -> Reply<'_, Vec<PolicyVersion>>;
    /// One saved version of the policy.
    fn policy(&self, version: u64) -> Reply<'_, Option<PolicyVersion>>;
    /// A page of requests.
    fn list(&self, query: Query) -> Reply<'_, Listed>;
    /// Up to `limit` requests for which the clock has something to do by `now`, the longest due first.
    fn due(&self, now: At, limit: u32) -> Reply<'_, Vec<RequestId>>;
    /// When the clock has something to do next.
    fn next_due(&self) -> Reply<'_, Option<At>>;
    /// Up to `limit` requests that stopping can still reach: pending, or let through and not started.
    fn open_requests(&self, after: Option<RequestId>, limit: u32) -> Reply<'_, Vec<Stored>>;
    /// Up to `limit` entries of the log after a position.
    fn log(&self, after: u64, limit: u32) -> Reply<'_, Vec<Entry>>;
    /// The same, with their leaves.
    fn hashed_log(&self, after: u64, limit: u32) -> Reply<'_, Vec<Hashed>>;
    /// What a key was used for.
    fn claim<'a>(&'a self, holder: &'a Holder, key: &'a str) -> Reply<'a, Option<Claim>>;
    /// What waits, as far as the audience may see it.
    fn waiting(&self, audience: Audience, now: At) -> Reply<'_, Waiting>;
    /// What people decided after a moment, the latest first, with a bound on what is looked through.
    fn decisions(&self, audience: Audience, since: At) -> Reply<'_, Decisions>;
    /// The settled requests whose outcome this agent is to be told.
    fn notices<'a>(&'a self, agent: &'a AgentId, limit: u32) -> Reply<'a, Vec<Stored>>;
    /// What this person's bell tells them, from before a position of the log.
    fn bell<'a>(
        &'a self,
        person: &'a PersonId,
        only_unseen: bool,
        before: Option<u64>,
        limit: u32,
    ) -> Reply<'a, Bell>;
}

/// What somebody's bell tells them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    pub entry: Entry,
    /// What its request says now, if it is about one.
    pub headline: Option<Untrusted>,
    pub seen: bool,
}

/// Some of what somebody's bell tells them, the newest first, and how many of all they haven't seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bell {
    pub items: Vec<Rung>,
    /// All up to this position they have seen.
    pub seen: u64,
    pub unseen: u64,
}

/// Why the store did nothing.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    #[error("can't open the database {place}: {why}")]
    Open { place: String, why: String },
    #[error("the database {place} can't be used safely: {why}")]
    Unsafe { place: String, why: String },
    #[error(
        "the database can't be reached ({why}); nothing was changed, and the gate goes on trying"
    )]
    Unreachable { why: String },
    #[error(
        "the connection to the database was lost during a commit ({why}), so nobody knows whether it was \
         made; look, or send the call again with the same Idempotency-Key"
    )]
    Uncertain { why: String },
    #[error(
        "the database {place} was made by a newer signoff (schema {found}, this one knows {known}); use that one"
    )]
    Newer {
        place: String,
        found: u32,
        known: u32,
    },
    #[error("the disk is full; nothing was changed. Make room and try again")]
    Full,
    #[error("the database could not make a change durable ({0}); the gate stops rather than guess")]
    Broken(Arc<dyn std::error::Error + Send + Sync>),
    #[error("the database refused: {0}")]
    Failed(Arc<dyn std::error::Error + Send + Sync>),
    #[error(transparent)]
    BadCursor(#[from] BadCursor),
    #[error("the database holds something that can't be read: {0}")]
    Damaged(String),
}

impl From<BadEvent> for StoreError {
    fn from(error: BadEvent) -> Self {
        StoreError::Damaged(error.to_string())
    }
}

impl StoreError {
    /// Whether nothing may be committed after it.
    pub fn is_fatal(&self) -> bool {
        matches!(self, StoreError::Broken(_))
    }
}
