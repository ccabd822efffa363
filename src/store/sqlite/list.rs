//! Pages of requests: found by key along an index, never by counting rows.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::read::select;
use super::rows::REQUEST_COLUMNS;
use crate::domain::lifecycle::Status;
use crate::store::encode::{urgency_key, word};
use crate::store::{Audience, BadCursor, Cursor, Listed, Order, Query, StoreError, Stored};

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

/// A page of requests.
pub(super) fn page(from: &Connection, query: &Query) -> Result<Listed, StoreError> {
    let walk = walk(&query.audience, query.order);
    let mut conditions = scope(query);
    let total = match query.order {
        Order::Urgency => Some(count(from, &walk, &conditions)?),
        _ => None,
    };
    narrow(&mut conditions, query)?;
    if let Some(cursor) = &query.after {
        conditions.add(walk.after, cursor_values(cursor, query.order)?);
    }
    let direction = if walk.newest_first { " DESC" } else { "" };
    let order = walk.key.replace(", ", &format!("{direction}, ")) + direction;
    let sql = format!(
        "SELECT {REQUEST_COLUMNS} FROM {} JOIN log l ON l.position = r.asked
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
        Audience::Party(person) => conditions.equals("p.person", Some(person.as_str())),
        Audience::Reviewer(reviewer) => {
            conditions.equals("p.person", Some(&reviewer.to_string()));
        }
    }
    if let Audience::Reviewer(_) = &query.audience {
        conditions.add(
            "p.reviews = 1 AND (p.snoozed_until IS NULL OR p.snoozed_until <= ?)",
            [Value::Integer(query.now.millis())],
        );
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

fn narrow(conditions: &mut Conditions, query: &Query) -> Result<(), StoreError> {
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
    conditions.equals("r.node", query.node.as_deref());
    conditions.equals("r.rule", query.rule.as_deref());
    if let Some(trigger) = query.trigger {
        conditions.equals("r.trigger", Some(&word(&trigger)?));
    }
    if let Some(recipient) = &query.recipient {
        conditions.add(
            "EXISTS (SELECT 1 FROM recipients c WHERE c.recipient = ? AND c.request = r.id)",
            [Value::Text(recipient.clone())],
        );
    }
    for word in &query.words {
        let word = || Value::Text(word.clone());
        let mut places = vec![
            "instr(lower(json_extract(l.body, '$.data.title')), lower(?))",
            "EXISTS (SELECT 1 FROM recipients c WHERE c.request = r.id AND instr(c.recipient, lower(?)))",
        ];
        if query.words_in_params {
            places.push(
                "EXISTS (SELECT 1 FROM payloads y WHERE y.request = r.id AND instr(lower(y.params), lower(?)))",
            );
        }
        let values: Vec<Value> = places.iter().map(|_| word()).collect();
        conditions.add(format!("({})", places.join(" OR ")), values);
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
    Ok(())
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
        Order::Urgency => urgency_key(last.asked.id, last.asked.waiting, &last.standing).to_vec(),
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
