//! The half that reads. Point reads take some tens of microseconds and run where they are asked for;
//! lists and the log run on a thread that may block.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use super::rows::{REQUEST_COLUMNS, REQUEST_TABLES, find_claim, find_request, read_request};
use super::{aside, bell, stats, tree};
use crate::domain::digest::Digest;
use crate::domain::id::{ActionName, AgentId, PersonId, RequestId};
use crate::domain::merkle::Frontier;
use crate::domain::people::Holder;
use crate::domain::request::Resource;
use crate::domain::review::Reviewer;
use crate::domain::stats::Waiting;
use crate::domain::time::At;
use crate::domain::workspace::Workspace;
use crate::store::encode::{self, raw};
use crate::store::list::{self, Counts, Dialect, Select};
use crate::store::recent::Recent;
use crate::store::{
    AsOf, Audience, Bell, Beside, Checkpoint, Claim, Decisions, Entry, Hashed, Listed, Payload,
    PolicyVersion, Query, Read, Reply, StoreError, Stored,
};

pub(super) struct Reader {
    connections: Arc<[Mutex<Connection>]>,
    recent: Recent,
}

impl Reader {
    pub(super) fn new(connections: Vec<Connection>, recent: Recent) -> Self {
        Self {
            connections: connections.into_iter().map(Mutex::new).collect(),
            recent,
        }
    }

    /// A short read, done here and now.
    fn here<'a, T: Send + 'a>(
        &'a self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Reply<'a, T> {
        let answer = read(&borrow(&self.connections));
        Box::pin(std::future::ready(answer))
    }

    /// A longer read, done where blocking harms nobody.
    fn aside<'a, T: Send + 'static>(
        &'a self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Reply<'a, T> {
        let connections = Arc::clone(&self.connections);
        Box::pin(async move {
            tokio::task::spawn_blocking(move || read(&borrow(&connections)))
                .await
                .map_err(|stopped| StoreError::Failed(Arc::new(stopped)))?
        })
    }
}

/// A free connection, or the first one when all are busy. A panic while reading leaves nothing behind
/// that could harm the next reader.
fn borrow(connections: &[Mutex<Connection>]) -> MutexGuard<'_, Connection> {
    connections
        .iter()
        .find_map(|connection| connection.try_lock().ok())
        .unwrap_or_else(|| {
            connections[0]
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        })
}

impl Read for Reader {
    fn head(&self) -> Reply<'_, u64> {
        self.here(|from| {
            Ok(from
                .prepare_cached("SELECT position FROM head")?
                .query_row([], |row| row.get(0))?)
        })
    }

    fn tree(&self) -> Reply<'_, Frontier> {
        self.here(tree::read)
    }

    fn workspace(&self) -> Reply<'_, AsOf> {
        self.aside(read_workspace)
    }

    fn request(&self, id: RequestId) -> Reply<'_, Option<Stored>> {
        // Nobody else writes to the file, so what is certain was so now.
        match self.recent.stored(id, 0) {
            Some(stored) => Box::pin(std::future::ready(Ok(Some(stored)))),
            None => self.here(|from| find_request(from, &self.recent, id)),
        }
    }

    fn request_since(&self, id: RequestId, _: Option<u64>) -> Reply<'_, Option<Stored>> {
        self.request(id)
    }

    fn is_party<'a>(&'a self, id: RequestId, person: &'a PersonId) -> Reply<'a, bool> {
        self.here(|from| {
            let found = from
                .prepare_cached("SELECT 1 FROM parties WHERE request = ? AND person = ?")?
                .exists((id.as_bytes(), person.as_str()))?;
            Ok(found)
        })
    }

    fn payload(&self, id: RequestId, digest: Digest) -> Reply<'_, Option<Payload>> {
        if let Some(payload) = self.recent.payload(id, digest) {
            return Box::pin(std::future::ready(Ok(Some(payload))));
        }
        self.here(|from| {
            from.prepare_cached("SELECT params FROM payloads WHERE request = ? AND digest = ?")?
                .query_row(params![id.as_bytes(), digest.to_string()], |row| {
                    row.get::<_, String>(0)
                })
                .optional()?
                .map(|params| {
                    Ok(Payload {
                        request: id,
                        digest,
                        params: raw(params)?,
                    })
                })
                .transpose()
        })
    }

    fn checkpoint(&self, id: RequestId) -> Reply<'_, Option<Checkpoint>> {
        self.here(|from| {
            Ok(from
                .prepare_cached("SELECT media, body FROM checkpoints WHERE request = ?")?
                .query_row([id.as_bytes()], |row| {
                    Ok(Checkpoint {
                        media: row.get(0)?,
                        bytes: row.get::<_, Vec<u8>>(1)?.into(),
                    })
                })
                .optional()?)
        })
    }

    fn pending_of<'a>(&'a self, agent: &'a AgentId) -> Reply<'a, u64> {
        self.here(|from| {
            let count = from
                .prepare_cached("SELECT pending FROM tallies WHERE who = ?")?
                .query_row([Reviewer::Agent(agent.clone()).to_string()], |row| {
                    row.get(0)
                })
                .optional()?;
            Ok(count.unwrap_or(0))
        })
    }

    fn beside(&self, stored: &Stored, with_checkpoint: bool) -> Reply<'_, Beside> {
        let (id, digest) = (stored.asked.id, stored.standing.digest);
        match self.recent.beside(id, digest, with_checkpoint, 0) {
            Some(beside) => Box::pin(std::future::ready(Ok(beside))),
            None => {
                self.here(|from| aside::beside(from, &self.recent, id, digest, with_checkpoint))
            }
        }
    }

    fn strangers<'a>(&'a self, recipients: &'a [String]) -> Reply<'a, Vec<String>> {
        let unknown = self.recent.unacquainted(recipients);
        if unknown.is_empty() {
            return Box::pin(std::future::ready(Ok(unknown)));
        }
        self.here(|from| {
            let strangers = aside::strangers(from, &unknown)?;
            let known = unknown.iter().filter(|who| !strangers.contains(who));
            self.recent.acquainted(known);
            Ok(strangers)
        })
    }

    fn other_owner<'a>(
        &'a self,
        resource: &'a Resource,
        owner: &'a PersonId,
        since: At,
    ) -> Reply<'a, bool> {
        self.here(|from| aside::other_owner(from, resource, owner, since))
    }

    fn waiting_for<'a>(
        &'a self,
        reviewer: &'a Reviewer,
        after: Option<RequestId>,
        limit: u32,
    ) -> Reply<'a, Vec<RequestId>> {
        self.here(|from| aside::waiting_for(from, reviewer, after, limit))
    }

    fn leasable(&self, actions: Vec<ActionName>, now: At, limit: u32) -> Reply<'_, Vec<RequestId>> {
        self.here(|from| aside::leasable(from, &actions, now, limit))
    }

    fn next_leasable(&self, actions: Vec<ActionName>, now: At) -> Reply<'_, Option<At>> {
        self.here(|from| aside::next_leasable(from, &actions, now))
    }

    fn policies(&self, before: Option<u64>, limit: u32) -> Reply<'_, Vec<PolicyVersion>> {
        self.here(|from| aside::policies(from, before.unwrap_or(u64::MAX), limit))
    }

    fn policy(&self, version: u64) -> Reply<'_, Option<PolicyVersion>> {
        self.here(|from| {
            Ok(aside::policies(from, version.saturating_add(1), 1)?
                .pop()
                .filter(|found| found.version == version))
        })
    }

    fn list(&self, query: Query) -> Reply<'_, Listed> {
        self.aside(move |from| page(from, &query))
    }

    fn due(&self, now: At, limit: u32) -> Reply<'_, Vec<RequestId>> {
        self.aside(move |from| {
            let mut statement = from.prepare_cached(
                "SELECT id FROM requests WHERE due IS NOT NULL AND due <= ? ORDER BY due LIMIT ?",
            )?;
            let ids = statement
                .query_map((now.millis(), limit), |row| {
                    row.get(0).map(RequestId::from_bytes)
                })?
                .collect::<Result<_, _>>()?;
            Ok(ids)
        })
    }

    fn next_due(&self) -> Reply<'_, Option<At>> {
        self.here(|from| {
            let due: Option<i64> = from
                .prepare_cached("SELECT min(due) FROM requests WHERE due IS NOT NULL")?
                .query_row([], |row| row.get(0))?;
            Ok(due.map(At::from_millis))
        })
    }

    fn open_requests(&self, after: Option<RequestId>, limit: u32) -> Reply<'_, Vec<Stored>> {
        self.aside(move |from| {
            let after = after.map_or(Vec::new(), |id| id.as_bytes().to_vec());
            select(
                from,
                &format!(
                    "SELECT {REQUEST_COLUMNS} FROM {REQUEST_TABLES}
                     WHERE r.id > ? AND (r.status IN ('pending', 'approved') OR r.leasable_at IS NOT NULL)
                     ORDER BY r.id LIMIT ?"
                ),
                &[Value::Blob(after), Value::Integer(limit.into())],
            )
        })
    }

    fn log(&self, after: u64, limit: u32) -> Reply<'_, Vec<Entry>> {
        self.aside(move |from| {
            let mut statement = from.prepare_cached(
                "SELECT position, body FROM log WHERE position > ? ORDER BY position LIMIT ?",
            )?;
            let mut rows = statement.query((after, limit))?;
            let mut entries = Vec::new();
            while let Some(row) = rows.next()? {
                entries.push(Entry {
                    position: row.get(0)?,
                    body: raw(row.get(1)?)?,
                });
            }
            Ok(entries)
        })
    }

    fn hashed_log(&self, after: u64, limit: u32) -> Reply<'_, Vec<Hashed>> {
        self.aside(move |from| {
            let mut statement = from.prepare_cached(
                "SELECT position, body, leaf FROM log WHERE position > ? ORDER BY position LIMIT ?",
            )?;
            let mut rows = statement.query((after, limit))?;
            let mut entries = Vec::new();
            while let Some(row) = rows.next()? {
                let entry = Entry {
                    position: row.get(0)?,
                    body: raw(row.get(1)?)?,
                };
                entries.push(Hashed {
                    entry,
                    leaf: row.get(2)?,
                });
            }
            Ok(entries)
        })
    }

    fn claim<'a>(&'a self, holder: &'a Holder, key: &'a str) -> Reply<'a, Option<Claim>> {
        self.here(|from| find_claim(from, holder, key))
    }

    fn waiting(&self, audience: Audience, now: At) -> Reply<'_, Waiting> {
        self.aside(move |from| stats::waiting(from, &audience, now))
    }

    fn decisions(&self, audience: Audience, since: At) -> Reply<'_, Decisions> {
        self.aside(move |from| stats::decisions(from, &audience, since))
    }

    fn notices<'a>(&'a self, agent: &'a AgentId, limit: u32) -> Reply<'a, Vec<Stored>> {
        self.here(|from| {
            select(
                from,
                &format!(
                    "SELECT {REQUEST_COLUMNS} FROM notices n CROSS JOIN {REQUEST_TABLES}
                     WHERE n.agent = ? AND r.id = n.request ORDER BY n.request LIMIT ?"
                ),
                &[Value::Text(agent.to_string()), Value::Integer(limit.into())],
            )
        })
    }

    fn bell<'a>(
        &'a self,
        person: &'a PersonId,
        only_unseen: bool,
        before: Option<u64>,
        limit: u32,
    ) -> Reply<'a, Bell> {
        self.here(|from| bell::read(from, person, only_unseen, before, limit))
    }
}

pub(super) fn select(
    from: &Connection,
    sql: &str,
    values: &[Value],
) -> Result<Vec<Stored>, StoreError> {
    let mut statement = from.prepare_cached(sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read_request(row)?);
    }
    Ok(found)
}

/// The words of this database.
const SQLITE: Dialect = Dialect {
    join: "CROSS JOIN",
    title: "json_extract(l.body, '$.data.title')",
    headline: "json_extract(l.body, '$.data.headline')",
    place_of: "instr",
    reached: "json_each(r.standing, '$.recipients') c",
};

fn page(from: &Connection, query: &Query) -> Result<Listed, StoreError> {
    let page = list::page(query, REQUEST_COLUMNS, &SQLITE)?;
    let counts = Counts {
        total: count(from, page.total)?,
        put_off: count(from, page.put_off)?,
        found: count(from, page.found)?,
    };
    let values: Vec<Value> = page.items.values.into_iter().map(value).collect();
    let items = select(from, &page.items.sql, &values)?;
    Ok(list::listed(query, items, counts))
}

fn count(from: &Connection, select: Option<Select>) -> Result<Option<u64>, StoreError> {
    let Some(Select { sql, values }) = select else {
        return Ok(None);
    };
    let values = params_from_iter(values.into_iter().map(value));
    let mut statement = from.prepare_cached(&sql)?;
    Ok(Some(statement.query_row(values, |row| row.get(0))?))
}

fn value(value: list::Value) -> Value {
    match value {
        list::Value::Integer(number) => Value::Integer(number),
        list::Value::Text(text) => Value::Text(text),
        list::Value::Bytes(bytes) => Value::Blob(bytes),
    }
}

pub(super) fn read_workspace(from: &Connection) -> Result<AsOf, StoreError> {
    let transaction = from.unchecked_transaction()?;
    let mut workspace = Workspace::default();
    let mut statement = transaction.prepare("SELECT kind, body FROM records")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (kind, body): (String, String) = (row.get(0)?, row.get(1)?);
        encode::add_record(&mut workspace, &kind, &body)?;
    }
    let newest = aside::policies(&transaction, i64::MAX as u64, 1)?.pop();
    workspace.policy = newest.map(encode::in_force);
    let (position, revision) =
        transaction.query_row("SELECT position, revision FROM head", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    workspace.revision = revision;
    Ok(AsOf {
        position,
        workspace,
    })
}
