//! Pages of requests: found by key along an index, never by counting rows. What is asked of a database is
//! the same for each but for a few words.

use super::encode::{urgency_key, word};
use super::{Audience, BadCursor, Cursor, Listed, MOST_FOUND, Order, Query, StoreError, Stored};
use crate::domain::lifecycle::Status;

/// A value for a question mark.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// What a stranger wrote of what is asked for.
fn texts(query: &Query) -> impl Iterator<Item = &String> {
    let single = [
        &query.recipient,
        &query.rule,
        &query.conversation,
        &query.node,
    ];
    single.into_iter().flatten().chain(&query.words)
}

/// How a database says what others say in other words.
pub(super) struct Dialect {
    /// Joins two tables so that the first one is walked.
    pub(super) join: &'static str,
    /// The title and the headline in the body of an entry `l` of the log.
    pub(super) title: &'static str,
    pub(super) headline: &'static str,
    /// The function that says where in its first argument its second one begins, from 1; 0 is nowhere.
    pub(super) place_of: &'static str,
    /// Whom a request `r` reaches, a row `c` each with its `value`.
    pub(super) reached: &'static str,
}

/// A statement with the values for its question marks.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Select {
    pub(super) sql: String,
    pub(super) values: Vec<Value>,
}

/// What to ask for a page.
pub(super) struct Page {
    /// How many there are in all, where that is wanted.
    pub(super) total: Option<Select>,
    /// How many more there would be, had the reviewer not put them off.
    pub(super) put_off: Option<Select>,
    /// How many of them the filters let through, where there are any.
    pub(super) found: Option<Select>,
    /// One more than the page holds.
    pub(super) items: Select,
}

/// How an order is walked: the key that pages continue after, and the table that has it.
struct Walk {
    from: &'static str,
    /// The other table that says which rows are whose.
    joined: Option<&'static str>,
    key: &'static str,
    after: &'static str,
    newest_first: bool,
}

fn walk(audience: &Audience, order: Order) -> Walk {
    let everybody = *audience == Audience::Everybody;
    match (order, everybody) {
        (Order::Urgency, true) => Walk {
            from: "requests r",
            joined: None,
            key: "r.urgency",
            after: "r.urgency > ?",
            newest_first: false,
        },
        (Order::Urgency, false) => Walk {
            from: "parties p",
            joined: Some("requests r ON r.id = p.request"),
            key: "p.urgency",
            after: "p.urgency > ?",
            newest_first: false,
        },
        (Order::Decided, true) => Walk {
            from: "requests r",
            joined: None,
            key: "r.decided_at, r.id",
            after: "(r.decided_at, r.id) < (?, ?)",
            newest_first: true,
        },
        (Order::Decided, false) => Walk {
            from: "parties p",
            joined: Some("requests r ON r.id = p.request"),
            key: "p.decided_at, p.request",
            after: "(p.decided_at, p.request) < (?, ?)",
            newest_first: true,
        },
        (Order::Asked, _) => Walk {
            from: "requests r",
            joined: (!everybody).then_some("parties p ON p.request = r.id"),
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

    fn joined(&self) -> String {
        self.sql.join(" AND ")
    }

    fn equals(&mut self, column: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.add(format!("{column} = ?"), [Value::Text(value.to_owned())]);
        }
    }
}

/// What to ask for a page of requests; `columns` are those that its rows are read from.
pub(super) fn page(query: &Query, columns: &str, dialect: &Dialect) -> Result<Page, StoreError> {
    let walk = walk(&query.audience, query.order);
    let mut conditions = scope(query);
    let join = match walk.joined {
        // Where the second table is walked, it is the first one's choice which rows those are.
        Some(joined) if walk.from.starts_with("parties") => format!(" {} {joined}", dialect.join),
        Some(joined) => format!(" JOIN {joined}"),
        None => String::new(),
    };
    let tables = format!("{}{join} JOIN log l ON l.position = r.asked", walk.from);
    let total = (query.order == Order::Urgency).then(|| waiting(query));
    let put_off = total.as_ref().and_then(|_| put_off(query));
    let scope = conditions.sql.len();
    narrow(&mut conditions, query, dialect)?;
    let narrowed =
        query.put_off || conditions.sql.len() > scope + usize::from(!query.statuses.is_empty());
    // A search reads every request that is left, so it ends at a bound.
    let found = (total.is_some() && narrowed && query.after.is_none()).then(|| Select {
        sql: format!(
            "SELECT count(*) FROM (SELECT 1 FROM {tables} WHERE {} LIMIT {MOST_FOUND}) AS found",
            conditions.joined()
        ),
        values: conditions.values.clone(),
    });
    if let Some(cursor) = &query.after {
        conditions.add(walk.after, cursor_values(cursor, query.order)?);
    }
    let direction = if walk.newest_first { " DESC" } else { "" };
    let order = walk.key.replace(", ", &format!("{direction}, ")) + direction;
    let sql = format!(
        "SELECT {columns} FROM {tables} WHERE {} ORDER BY {order} LIMIT ?",
        conditions.joined()
    );
    let mut values = conditions.values;
    values.push(Value::Integer(i64::from(query.limit) + 1));
    let items = Select { sql, values };
    Ok(Page {
        total,
        put_off,
        found,
        items,
    })
}

/// How many wait in all, which is known without counting them.
fn waiting(query: &Query) -> Select {
    let (sql, values) = match &query.audience {
        Audience::Everybody => (
            "SELECT CAST(coalesce(sum(pending), 0) AS BIGINT) FROM tallies",
            Vec::new(),
        ),
        Audience::Party(person) => (
            "SELECT coalesce((SELECT parties FROM tallies WHERE who = ?), 0)",
            vec![Value::Text(person.to_string())],
        ),
        Audience::Reviewer(reviewer) => (
            "SELECT coalesce((SELECT reviews FROM tallies WHERE who = ?), 0)",
            vec![Value::Text(reviewer.to_string())],
        ),
    };
    Select {
        sql: sql.to_owned(),
        values,
    }
}

/// How many of them a reviewer has put off, which are few.
fn put_off(query: &Query) -> Option<Select> {
    let Audience::Reviewer(reviewer) = &query.audience else {
        return None;
    };
    Some(Select {
        sql: "SELECT count(*) FROM parties p
              WHERE p.person = ? AND p.snoozed_until > ? AND p.urgency IS NOT NULL AND p.reviews"
            .to_owned(),
        values: vec![
            Value::Text(reviewer.to_string()),
            Value::Integer(query.now.millis()),
        ],
    })
}

/// What was counted of that.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) total: Option<u64>,
    pub(super) put_off: Option<u64>,
    pub(super) found: Option<u64>,
}

/// What was found, as a page.
pub(super) fn listed(query: &Query, mut items: Vec<Stored>, counts: Counts) -> Listed {
    let more = items.len() > query.limit as usize;
    items.truncate(query.limit as usize);
    let next = items
        .last()
        .filter(|_| more)
        .map(|last| cursor_of(last, query.order));
    Listed {
        items,
        next,
        total: counts
            .total
            .map(|total| total.saturating_sub(counts.put_off.unwrap_or(0))),
        put_off: counts.put_off,
        found: counts.found,
    }
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
        let which = match query.put_off {
            true => "p.reviews AND p.snoozed_until > ?",
            false => "p.reviews AND (p.snoozed_until IS NULL OR p.snoozed_until <= ?)",
        };
        conditions.add(which, [Value::Integer(query.now.millis())]);
    }
    match (query.order, &query.audience) {
        (Order::Urgency, Audience::Everybody) => conditions.add("r.urgency IS NOT NULL", []),
        (Order::Urgency, _) => conditions.add("p.urgency IS NOT NULL", []),
        (Order::Decided, Audience::Everybody) => conditions.add("r.decided_at IS NOT NULL", []),
        (Order::Decided, _) => conditions.add("p.decided_at IS NOT NULL", []),
        (Order::Asked, _) => conditions.add("1 = 1", []),
    }
    conditions
}

fn narrow(conditions: &mut Conditions, query: &Query, dialect: &Dialect) -> Result<(), StoreError> {
    // Nothing that is kept has U+0000, and not every database can be asked for it.
    if texts(query).any(|text| text.contains('\0')) {
        conditions.add("1 = 0", []);
        return Ok(());
    }
    if !query.statuses.is_empty() {
        let marks = vec!["?"; query.statuses.len()].join(", ");
        let words = query
            .statuses
            .iter()
            .map(|status: &Status| Value::Text(status.word().to_owned()));
        conditions.add(format!("r.status IN ({marks})"), words);
    }
    if let Some(risk) = query.risk {
        conditions.add("r.risk = ?", [Value::Integer(risk as i64)]);
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
        let Dialect {
            title,
            headline,
            place_of,
            reached,
            ..
        } = dialect;
        // What a list shows can be found. A headline has nothing that policy hides.
        let mut places = vec![
            format!("{place_of}(lower({title}), ?) > 0"),
            format!("{place_of}(lower({headline}), ?) > 0"),
            format!("{place_of}(r.action, ?) > 0"),
            format!("EXISTS (SELECT 1 FROM {reached} WHERE {place_of}(c.value, ?) > 0)"),
        ];
        if query.words_in_params {
            places.push(format!(
                "EXISTS (SELECT 1 FROM payloads y WHERE y.request = r.id AND {place_of}(lower(y.params), ?) > 0)"
            ));
        }
        let word = word.to_ascii_lowercase();
        let values: Vec<Value> = places.iter().map(|_| Value::Text(word.clone())).collect();
        conditions.add(format!("({})", places.join(" OR ")), values);
    }
    for (condition, moment) in [
        ("r.created_at >= ?", query.since),
        ("r.created_at < ?", query.until),
        ("r.decided_at >= ?", query.decided_since),
        ("r.decided_at < ?", query.decided_until),
    ] {
        if let Some(moment) = moment {
            conditions.add(condition, [Value::Integer(moment.millis())]);
        }
    }
    if let Some((first, last)) = &query.ids {
        let bounds = [first, last].map(|id| Value::Bytes(id.as_bytes().to_vec()));
        conditions.add("r.id BETWEEN ? AND ?", bounds);
    }
    Ok(())
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
        (Order::Urgency, 26) | (Order::Asked, 16) => Ok(vec![Value::Bytes(bytes.clone())]),
        (Order::Decided, 24) => {
            let (at, id) = bytes.split_at(8);
            let at = i64::from_be_bytes(at.try_into().expect("split at eight bytes"));
            Ok(vec![Value::Integer(at), Value::Bytes(id.to_vec())])
        }
        _ => Err(BadCursor.into()),
    }
}
