//! The half that reads. Point reads take some tens of microseconds and run where they are asked for;
//! lists and the log run on a thread that may block.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params_from_iter};

use super::rows::{REQUEST_COLUMNS, REQUEST_TABLES, find_claim, read_json, read_request};
use crate::domain::event::Fact;
use crate::domain::id::{AgentId, PersonId, RequestId};
use crate::domain::lifecycle::Status;
use crate::domain::people::Holder;
use crate::domain::raw::RawJson;
use crate::domain::time::At;
use crate::domain::workspace::Workspace;
use crate::store::{
    Audience, BadCursor, Claim, Cursor, Entry, Listed, Order, Payload, Query, Read, Reply,
    StoreError, Stored,
};

pub(super) struct Reader {
    connections: Arc<[Mutex<Connection>]>,
}

impl Reader {
    pub(super) fn new(connections: Vec<Connection>) -> Self {
        Self {
            connections: connections.into_iter().map(Mutex::new).collect(),
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

    fn workspace(&self) -> Reply<'_, Workspace> {
        self.aside(read_workspace)
    }

    fn request(&self, id: RequestId) -> Reply<'_, Option<Stored>> {
        self.here(|from| {
            let mut statement = from.prepare_cached(&format!(
                "SELECT {REQUEST_COLUMNS} FROM {REQUEST_TABLES} WHERE r.id = ?"
            ))?;
            let mut rows = statement.query([id.as_bytes()])?;
            rows.next()?.map(|row| read_request(from, row)).transpose()
        })
    }

    fn is_party<'a>(&'a self, id: RequestId, person: &'a PersonId) -> Reply<'a, bool> {
        self.here(|from| {
            let found = from
                .prepare_cached("SELECT 1 FROM parties WHERE request = ? AND person = ?")?
                .exists((id.as_bytes(), person.as_str()))?;
            Ok(found)
        })
    }

    fn payload(&self, id: RequestId) -> Reply<'_, Option<Payload>> {
        self.here(|from| {
            from.prepare_cached("SELECT params, checkpoint FROM payloads WHERE request = ?")?
                .query_row([id.as_bytes()], |row| {
                    Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?))
                })
                .optional()?
                .map(|(params, checkpoint)| {
                    Ok(Payload {
                        request: id,
                        params: raw(params)?,
                        checkpoint: checkpoint.map(raw).transpose()?,
                    })
                })
                .transpose()
        })
    }

    fn list(&self, query: Query) -> Reply<'_, Listed> {
        self.aside(move |from| list(from, &query))
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
                     WHERE r.id > ? AND r.status IN ('pending', 'approved') ORDER BY r.id LIMIT ?"
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

    fn claim<'a>(&'a self, holder: &'a Holder, key: &'a str) -> Reply<'a, Option<Claim>> {
        self.here(|from| find_claim(from, holder, key))
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
}

fn raw(text: String) -> Result<RawJson, StoreError> {
    RawJson::from_text(text).map_err(|error| StoreError::Damaged(error.to_string()))
}

fn select(from: &Connection, sql: &str, values: &[Value]) -> Result<Vec<Stored>, StoreError> {
    let mut statement = from.prepare_cached(sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read_request(from, row)?);
    }
    Ok(found)
}

fn read_workspace(from: &Connection) -> Result<Workspace, StoreError> {
    let transaction = from.unchecked_transaction()?;
    let mut workspace = Workspace::default();
    let mut statement = transaction.prepare("SELECT kind, body FROM records")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (kind, body): (String, String) = (row.get(0)?, row.get(1)?);
        let fact = match kind.as_str() {
            "person" => Fact::PersonSaved(read_json(&body)?),
            "agent" => Fact::AgentSaved(read_json(&body)?),
            "team" => Fact::TeamSaved(read_json(&body)?),
            "group" => Fact::GroupSaved(read_json(&body)?),
            "token" => Fact::TokenIssued(read_json(&body)?),
            "integration" => Fact::IntegrationSaved(read_json(&body)?),
            "action" => Fact::ActionSaved(read_json(&body)?),
            "opt_in" => Fact::OptedIn(read_json(&body)?),
            other => {
                return Err(StoreError::Damaged(format!(
                    "a record of unknown kind “{other}”"
                )));
            }
        };
        workspace.apply(&fact, At::from_millis(0));
    }
    workspace.revision =
        transaction.query_row("SELECT revision FROM head", [], |row| row.get(0))?;
    Ok(workspace)
}

/// How an order is walked: the key that pages continue after, and the table that has it.
struct Walk {
    from: &'static str,
    key: &'static str,
    after: &'static str,
    newest_first: bool,
}

fn walk(audience: &Audience, order: Order) -> Walk {
    let everybody = *audience == Audience::Everybody;
    match (order, everybody) {
        (Order::Urgency, true) => Walk {
            from: "requests r",
            key: "r.urgency",
            after: "r.urgency > ?",
            newest_first: false,
        },
        (Order::Urgency, false) => Walk {
            from: "parties p CROSS JOIN requests r ON r.id = p.request",
            key: "p.urgency",
            after: "p.urgency > ?",
            newest_first: false,
        },
        (Order::Decided, true) => Walk {
            from: "requests r",
            key: "r.decided_at, r.id",
            after: "(r.decided_at, r.id) < (?, ?)",
            newest_first: true,
        },
        (Order::Decided, false) => Walk {
            from: "parties p CROSS JOIN requests r ON r.id = p.request",
            key: "p.decided_at, p.request",
            after: "(p.decided_at, p.request) < (?, ?)",
            newest_first: true,
        },
        (Order::Asked, _) => Walk {
            from: if everybody {
                "requests r"
            } else {
                "requests r JOIN parties p ON p.request = r.id"
            },
            key: "r.id",
            after: "r.id < ?",
            newest_first: true,
        },
    }
}

/// Conditions joined by AND, with the values for their question marks.
#[derive(Default)]
struct Conditions {
    sql: Vec<String>,
    values: Vec<Value>,
}

impl Conditions {
    fn add(&mut self, sql: impl Into<String>, values: impl IntoIterator<Item = Value>) {
        self.sql.push(sql.into());
        self.values.extend(values);
    }

    fn equals(&mut self, column: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.add(format!("{column} = ?"), [Value::Text(value.to_owned())]);
        }
    }
}

fn list(from: &Connection, query: &Query) -> Result<Listed, StoreError> {
    let walk = walk(&query.audience, query.order);
    let mut conditions = scope(query);
    let total = match query.order {
        Order::Urgency => Some(count(from, &walk, &conditions)?),
        _ => None,
    };
    narrow(&mut conditions, query);
    if let Some(cursor) = &query.after {
        conditions.add(walk.after, cursor_values(cursor, query.order)?);
    }
    let direction = if walk.newest_first { " DESC" } else { "" };
    let order = walk.key.replace(", ", &format!("{direction}, ")) + direction;
    let sql = format!(
        "SELECT {REQUEST_COLUMNS} FROM {} JOIN log l ON l.position = r.asked LEFT JOIN executions e ON e.request = r.id
         WHERE {} ORDER BY {order} LIMIT ?",
        walk.from,
        conditions.sql.join(" AND ")
    );
    conditions
        .values
        .push(Value::Integer(i64::from(query.limit) + 1));
    let mut items = select(from, &sql, &conditions.values)?;
    let more = items.len() > query.limit as usize;
    items.truncate(query.limit as usize);
    let next = items
        .last()
        .filter(|_| more)
        .map(|last| cursor_of(last, query.order));
    Ok(Listed { items, next, total })
}

/// Whose list it is: what the total counts.
fn scope(query: &Query) -> Conditions {
    let mut conditions = Conditions::default();
    match &query.audience {
        Audience::Everybody => {}
        Audience::Party(person) | Audience::Reviewer(person) => {
            conditions.equals("p.person", Some(person.as_str()))
        }
    }
    if let Audience::Reviewer(_) = &query.audience {
        conditions.add("p.reviews = 1", []);
    }
    match (query.order, &query.audience) {
        (Order::Urgency, Audience::Everybody) => conditions.add("r.urgency IS NOT NULL", []),
        (Order::Urgency, _) => conditions.add("p.urgency IS NOT NULL", []),
        (Order::Decided, Audience::Everybody) => conditions.add("r.decided_at IS NOT NULL", []),
        (Order::Decided, _) => conditions.add("p.decided_at IS NOT NULL", []),
        (Order::Asked, _) => conditions.add("1", []),
    }
    conditions
}

fn narrow(conditions: &mut Conditions, query: &Query) {
    if !query.statuses.is_empty() {
        let marks = vec!["?"; query.statuses.len()].join(", ");
        let words = query
            .statuses
            .iter()
            .map(|status: &Status| Value::Text(status.word().to_owned()));
        conditions.add(format!("r.status IN ({marks})"), words);
    }
    conditions.equals("r.agent", query.agent.as_ref().map(|id| id.as_str()));
    conditions.equals("r.action", query.action.as_ref().map(|name| name.as_str()));
    conditions.equals(
        "r.on_behalf_of",
        query.requested_by.as_ref().map(|id| id.as_str()),
    );
    conditions.equals(
        "r.decided_by",
        query.decided_by.as_ref().map(|id| id.as_str()),
    );
    conditions.equals("r.conversation", query.conversation.as_deref());
    if let Some(risk) = query.risk {
        conditions.add("r.risk = ?", [Value::Integer(risk as i64)]);
    }
    if let Some(since) = query.since {
        conditions.add("r.created_at >= ?", [Value::Integer(since.millis())]);
    }
    if let Some(until) = query.until {
        conditions.add("r.created_at < ?", [Value::Integer(until.millis())]);
    }
    if let Some((first, last)) = &query.ids {
        let bounds = [first, last].map(|id| Value::Blob(id.as_bytes().to_vec()));
        conditions.add("r.id BETWEEN ? AND ?", bounds);
    }
}

fn count(from: &Connection, walk: &Walk, conditions: &Conditions) -> Result<u64, StoreError> {
    let table = walk.from.split(" CROSS JOIN ").next().unwrap_or(walk.from);
    let sql = format!(
        "SELECT count(*) FROM {table} WHERE {}",
        conditions.sql.join(" AND ")
    );
    Ok(from
        .prepare_cached(&sql)?
        .query_row(params_from_iter(&conditions.values), |row| row.get(0))?)
}

fn cursor_of(last: &Stored, order: Order) -> Cursor {
    let id = last.asked.id.as_bytes();
    Cursor(match order {
        Order::Urgency => super::rows::urgency_key(&last.asked).to_vec(),
        Order::Asked => id.to_vec(),
        Order::Decided => {
            let decided = last
                .standing
                .settled
                .as_ref()
                .map_or(last.created_at, |settled| settled.at);
            [&decided.millis().to_be_bytes()[..], id].concat()
        }
    })
}

fn cursor_values(cursor: &Cursor, order: Order) -> Result<Vec<Value>, StoreError> {
    let bytes = &cursor.0;
    match (order, bytes.len()) {
        (Order::Urgency, 26) | (Order::Asked, 16) => Ok(vec![Value::Blob(bytes.clone())]),
        (Order::Decided, 24) => {
            let (at, id) = bytes.split_at(8);
            let at = i64::from_be_bytes(at.try_into().expect("split at eight bytes"));
            Ok(vec![Value::Integer(at), Value::Blob(id.to_vec())])
        }
        _ => Err(BadCursor.into()),
    }
}
