//! A connection to the server, made safe before it is used, and made anew when it is lost.

use std::collections::HashMap;
use std::sync::{Arc, Mutex as SyncMutex, PoisonError};

use tokio::sync::Mutex;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Row, Statement};

use super::address::{Address, causes};
use super::migrate;
use crate::store::StoreError;
use crate::store::recent::Recent;

/// Statements that a session keeps prepared; lists are asked for in many ways.
const PREPARED: usize = 256;

/// What every session is set to. Plans are made when tables are small and kept while they grow, so
/// walking whole tables is ruled out where there is another way. A gate that stops in the middle of a
/// commit doesn't hold up the others for long.
const SETTINGS: &str = "SET search_path = signoff; SET jit = off; SET enable_seqscan = off; \
     SET plan_cache_mode = force_generic_plan; SET lock_timeout = '20s'; \
     SET idle_in_transaction_session_timeout = '10s'; SET client_min_messages = warning";

/// What is sent with a statement.
pub(super) type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

/// A connection that is in use.
pub(super) struct Session {
    pub(super) client: Client,
    prepared: SyncMutex<HashMap<String, Statement>>,
}

impl Session {
    /// Connects. The connection is driven by the runtime that this is called on.
    pub(super) async fn open(address: &Address) -> Result<Self, StoreError> {
        let (client, connection) = address.connect().await?;
        // How it ends is told to whoever waits for an answer at that time.
        tokio::spawn(async move { drop(connection.await) });
        client.batch_execute(SETTINGS).await?;
        check_safety(&client, address).await?;
        Ok(Self {
            client,
            prepared: SyncMutex::default(),
        })
    }

    pub(super) async fn prepared(&self, sql: &str) -> Result<Statement, tokio_postgres::Error> {
        let known = self.statements().get(sql).cloned();
        if let Some(statement) = known {
            return Ok(statement);
        }
        let statement = self.client.prepare(sql).await?;
        let mut statements = self.statements();
        if statements.len() >= PREPARED {
            statements.clear();
        }
        statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    fn statements(&self) -> std::sync::MutexGuard<'_, HashMap<String, Statement>> {
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn query(
        &self,
        sql: &str,
        params: Params<'_>,
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        let statement = self.prepared(sql).await?;
        self.client.query(&statement, params).await
    }
}

/// What a commit rests on, as the server has it now. It may have been started anew with other settings.
async fn check_safety(client: &Client, address: &Address) -> Result<(), StoreError> {
    let row = client
        .query_one(
            "SELECT current_setting('fsync'), current_setting('synchronous_commit'),
                 current_setting('server_encoding'), current_setting('transaction_read_only'),
                 current_setting('server_version_num')::int",
            &[],
        )
        .await?;
    let text = |at: usize| row.try_get::<_, &str>(at);
    let version: i32 = row.try_get(4)?;
    let why = if text(0)? != "on" {
        "its server runs with fsync off, so a power cut loses what was acknowledged. Set fsync = on in \
         postgresql.conf and reload"
    } else if text(1)? == "off" {
        "synchronous_commit is off for it, so a crash loses what was acknowledged. Set it to on, for \
         the server, the database or the user"
    } else if text(2)? != "UTF8" {
        "its encoding isn't UTF8. Make the database anew with ENCODING 'UTF8' TEMPLATE template0"
    } else if text(3)? != "off" {
        "it can only be read; it may be a replica. Give the address of the server that takes writes"
    } else if version < 120_000 {
        "its server is older than PostgreSQL 12. Use a newer one"
    } else {
        return Ok(());
    };
    Err(StoreError::Unsafe {
        place: address.to_string(),
        why: why.to_owned(),
    })
}

/// A place for a session, which is filled again when the session is lost.
pub(super) struct Line {
    address: Address,
    session: Mutex<Option<Arc<Session>>>,
    recent: Recent,
}

impl Line {
    pub(super) fn new(address: &Address, recent: Recent) -> Self {
        Self {
            address: address.clone(),
            session: Mutex::default(),
            recent,
        }
    }

    /// The session, or a new one.
    pub(super) async fn session(&self) -> Result<Arc<Session>, StoreError> {
        let mut place = self.session.lock().await;
        if let Some(session) = place.as_ref().filter(|s| !s.client.is_closed()) {
            return Ok(Arc::clone(session));
        }
        *place = None;
        let session = Arc::new(Session::open(&self.address).await?);
        migrate::check(&session.client, &self.address).await?;
        // It may have led to another server, or to a database that was restored meanwhile.
        self.recent.forget();
        *place = Some(Arc::clone(&session));
        Ok(session)
    }

    /// Reads. A session that turns out to be lost is replaced once.
    pub(super) async fn query(
        &self,
        sql: &str,
        params: Params<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        let session = self.session().await?;
        match session.query(sql, params).await {
            Err(error) if is_lost(&error) => {
                self.forget(&session).await;
                Ok(self.session().await?.query(sql, params).await?)
            }
            read => Ok(read?),
        }
    }

    /// The only row, if there is one.
    pub(super) async fn query_opt(
        &self,
        sql: &str,
        params: Params<'_>,
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.query(sql, params).await?.pop())
    }

    /// A row that there has to be.
    pub(super) async fn query_one(&self, sql: &str, params: Params<'_>) -> Result<Row, StoreError> {
        let found = self.query_opt(sql, params).await?;
        found.ok_or_else(|| StoreError::Damaged("a row is missing that is always there".to_owned()))
    }

    async fn forget(&self, lost: &Arc<Session>) {
        let mut place = self.session.lock().await;
        if place.as_ref().is_some_and(|now| Arc::ptr_eq(now, lost)) {
            *place = None;
        }
    }
}

/// Whether an error means that the connection is of no use any more.
pub(super) fn is_lost(error: &tokio_postgres::Error) -> bool {
    match error.as_db_error() {
        None => error.is_closed() || std::error::Error::source(error).is_some_and(is_io),
        Some(said) => [
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::DATABASE_DROPPED,
            SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
        ]
        .contains(said.code()),
    }
}

fn is_io(error: &(dyn std::error::Error + 'static)) -> bool {
    error.is::<std::io::Error>()
}

/// An error that kept a connection from being made, or ended it.
pub(super) fn lost(error: tokio_postgres::Error) -> StoreError {
    StoreError::Unreachable {
        why: causes(&error),
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        if is_lost(&error) {
            return lost(error);
        }
        match error.code() {
            Some(code) if *code == SqlState::DISK_FULL => StoreError::Full,
            _ => StoreError::Failed(Arc::new(Explained(error))),
        }
    }
}

/// An error that says itself what is behind it.
#[derive(Debug, thiserror::Error)]
#[error("{}", causes(.0))]
struct Explained(tokio_postgres::Error);
