//! The kept tables against those that a replay of the log gave, row by row; and what is kept beside the
//! log against the digests in it.

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, params_from_iter};

use crate::domain::digest::Digest;
use crate::domain::event::{Event, Fact};
use crate::domain::id::RequestId;
use crate::domain::json::{Json, Limits, parse};
use crate::domain::untrusted::{Untrusted, safe};
use crate::store::encode::{json, read_json};
use crate::store::{Findings, StoreError};

/// The tables that no event gives: the log itself and its head, and what is kept beside it. Every other
/// table has to be what a replay gives.
const BESIDE: [&str; 5] = ["log", "head", "payloads", "checkpoints", "claims"];

/// Rows of one table that are looked at; the others are no different.
const ROWS: u32 = 20;

/// The longest value that is shown.
const SHOWN: usize = 40;

/// Every table that follows from the log.
pub(super) fn tables(both: &Connection, findings: &mut Findings) -> Result<(), StoreError> {
    schema(both, findings)?;
    if !findings.is_empty() {
        return Ok(());
    }
    let names = texts(
        both,
        "SELECT name FROM main.sqlite_schema WHERE type = 'table' ORDER BY name",
    )?;
    for name in names {
        if !BESIDE.contains(&name.as_str()) {
            table(both, &name, findings)?;
        }
    }
    Ok(())
}

/// A trigger that was put in, or an index that was taken out, changes what the rows mean.
fn schema(both: &Connection, findings: &mut Findings) -> Result<(), StoreError> {
    let of = |database: &str| {
        format!(
            "SELECT name, sql FROM {database}.sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        )
    };
    let (kept, made) = (of("kept"), of("main"));
    let differ = format!(
        "SELECT DISTINCT name FROM (SELECT * FROM ({kept} EXCEPT {made}) UNION ALL SELECT * FROM ({made} EXCEPT {kept}))"
    );
    for name in texts(both, &differ)? {
        findings.add(
            format!("schema/{}", safe(&name)),
            "not as signoff makes it: a table, an index or a trigger was changed",
        );
    }
    Ok(())
}

fn texts(from: &Connection, sql: &str) -> Result<Vec<String>, StoreError> {
    let mut statement = from.prepare(sql)?;
    let names = statement.query_map([], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

struct Column {
    name: String,
    key: bool,
}

fn columns(of: &Connection, table: &str) -> Result<Vec<Column>, StoreError> {
    // Its position in the log says less of a request than its id.
    let key = (table == "requests").then_some("id");
    let mut statement = of.prepare("SELECT name, pk FROM pragma_table_info(?, 'main')")?;
    let columns = statement.query_map([table], |row| {
        let (name, nth): (String, u32) = (row.get(0)?, row.get(1)?);
        Ok(Column {
            key: key.map_or(nth > 0, |key| key == name),
            name,
        })
    })?;
    Ok(columns.collect::<Result<_, _>>()?)
}

/// The names come from our own migrations, so they can stand in SQL.
fn table(both: &Connection, name: &str, findings: &mut Findings) -> Result<(), StoreError> {
    let columns = columns(both, name)?;
    let keys: Vec<&str> = columns
        .iter()
        .filter(|column| column.key)
        .map(|column| column.name.as_str())
        .collect();
    let key = keys.join(", ");
    let less = |one: &str, other: &str| {
        format!(
            "SELECT {key} FROM (SELECT * FROM {one}.{name} EXCEPT SELECT * FROM {other}.{name})"
        )
    };
    let differ = format!(
        "{} UNION {} ORDER BY {key} LIMIT {ROWS}",
        less("kept", "main"),
        less("main", "kept")
    );
    let mut statement = both.prepare(&differ)?;
    let mut rows = statement.query([])?;
    let condition = keys.join(" = ? AND ") + " = ?";
    while let Some(row) = rows.next()? {
        let key: Vec<Value> = (0..keys.len())
            .map(|at| row.get(at))
            .collect::<Result<_, _>>()?;
        let find = |database: &str| {
            let sql = format!("SELECT * FROM {database}.{name} WHERE {condition}");
            one_row(both, &sql, &key, columns.len())
        };
        let what = match (find("kept")?, find("main")?) {
            (None, _) => "missing, though the log gives it".to_owned(),
            (Some(_), None) => "there, though no entry of the log gives it".to_owned(),
            (Some(kept), Some(made)) => differences(&columns, &kept, &made),
        };
        let key: Vec<String> = key.iter().map(|value| named(value.into())).collect();
        findings.add(format!("{name}/{}", key.join("/")), what);
    }
    Ok(())
}

fn one_row(
    from: &Connection,
    sql: &str,
    key: &[Value],
    width: usize,
) -> Result<Option<Vec<Value>>, StoreError> {
    let mut statement = from.prepare_cached(sql)?;
    let mut rows = statement.query(params_from_iter(key))?;
    let row = rows.next()?;
    let values = row.map(|row| (0..width).map(|at| row.get(at)).collect());
    Ok(values.transpose()?)
}

fn differences(columns: &[Column], kept: &[Value], made: &[Value]) -> String {
    let both = kept.iter().zip(made);
    let differ = columns
        .iter()
        .zip(both)
        .filter(|(_, (kept, made))| kept != made);
    let told = differ.map(|(column, (kept, made))| {
        let name = &column.name;
        match (shown(kept), shown(made)) {
            (Some(kept), Some(made)) => format!("{name} is {kept}, the log gives {made}"),
            _ => format!("{name} is not what the log gives"),
        }
    });
    told.collect::<Vec<_>>().join("; ")
}

/// A value that is short enough to be shown, safe for a terminal.
fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("nothing".to_owned()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Text(text) if text.len() <= SHOWN => Some(format!("“{}”", safe(text))),
        _ => None,
    }
}

/// A key as people know it.
fn named(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "nothing".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => safe(&String::from_utf8_lossy(text)),
        ValueRef::Blob(blob) => match blob.try_into() {
            Ok(id) => RequestId::from_bytes(id).to_string(),
            Err(_) => data_encoding::HEXLOWER.encode(blob),
        },
    }
}

/// Makes room for what the log says of things that are kept beside it.
pub(super) fn prepare(both: &Connection) -> Result<(), StoreError> {
    Ok(both.execute_batch(
        "CREATE TEMP TABLE meant_params (
             request BLOB NOT NULL, digest TEXT NOT NULL, recipients TEXT NOT NULL,
             PRIMARY KEY (request, digest)
         ) STRICT;
         CREATE TEMP TABLE meant_checkpoints (request BLOB PRIMARY KEY, digest TEXT NOT NULL) STRICT;",
    )?)
}

/// Notes what an entry says of things that are kept beside the log.
pub(super) fn note(both: &Connection, event: &Event) -> Result<(), StoreError> {
    let params = |id: RequestId, digest: &Digest, recipients: &[Untrusted]| {
        both.prepare_cached("INSERT OR IGNORE INTO meant_params VALUES (?, ?, ?)")?
            .execute((id.as_bytes(), digest.to_string(), json(&recipients)?))?;
        Ok(())
    };
    match (&event.fact, event.request) {
        (Fact::Asked(asked), _) => params(asked.id, &asked.digest, &asked.recipients),
        (Fact::Edited(edited), Some(id)) => params(id, &edited.digest, &edited.recipients),
        (Fact::CheckpointSaved(saved), Some(id)) => {
            both.prepare_cached("INSERT OR REPLACE INTO meant_checkpoints VALUES (?, ?)")?
                .execute((id.as_bytes(), saved.digest.to_string()))?;
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The parameters that were asked for or edited, against their digests.
pub(super) fn payloads(both: &Connection, findings: &mut Findings) -> Result<(), StoreError> {
    let mut statement = both.prepare(
        "SELECT m.request, m.digest, m.recipients, l.body, p.params FROM meant_params m
         JOIN main.requests r ON r.id = m.request JOIN kept.log l ON l.position = r.asked
         LEFT JOIN kept.payloads p ON p.request = m.request AND p.digest = m.digest",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let place = format!("payloads/{}", RequestId::from_bytes(row.get(0)?));
        let (digest, recipients): (String, String) = (row.get(1)?, row.get(2)?);
        let asked: String = row.get(3)?;
        match row.get::<_, Option<String>>(4)? {
            None => findings.add(place, "missing: there are no parameters"),
            Some(params) if digest_of(&asked, &recipients, &params)?.as_ref() != Some(&digest) => {
                findings.add(
                    place,
                    "its parameters are not those that the log means: their digest is another",
                );
            }
            Some(_) => {}
        }
    }
    strays(
        both,
        "payloads",
        "SELECT p.request FROM kept.payloads p LEFT JOIN meant_params m
             ON p.request = m.request AND p.digest = m.digest WHERE m.request IS NULL",
        findings,
    )
}

/// The states that agents left, against theirs. One that came with its request has none.
pub(super) fn checkpoints(both: &Connection, findings: &mut Findings) -> Result<(), StoreError> {
    let mut statement = both.prepare(
        "SELECT m.request, m.digest, c.body FROM meant_checkpoints m
         LEFT JOIN kept.checkpoints c ON c.request = m.request",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let place = format!("checkpoints/{}", RequestId::from_bytes(row.get(0)?));
        let digest: String = row.get(1)?;
        match row.get::<_, Option<Vec<u8>>>(2)? {
            None => findings.add(place, "missing"),
            Some(body) if Digest::of_bytes(&body).to_string() != digest => findings.add(
                place,
                "not the state that the agent left: its digest is another",
            ),
            Some(_) => {}
        }
    }
    strays(
        both,
        "checkpoints",
        "SELECT request FROM kept.checkpoints WHERE request NOT IN (SELECT id FROM main.requests)",
        findings,
    )
}

/// Rows that belong to nothing in the log.
fn strays(
    both: &Connection,
    table: &str,
    sql: &str,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    let mut statement = both.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        findings.add(
            format!("{table}/{}", named(row.get_ref(0)?)),
            "there, though nothing in the log means it",
        );
    }
    Ok(())
}

/// The digest of a request that reaches these recipients with these parameters; nothing when they are no
/// JSON.
fn digest_of(asked: &str, recipients: &str, params: &str) -> Result<Option<String>, StoreError> {
    let Fact::Asked(asked) = Event::from_body(asked)?.fact else {
        return Ok(None);
    };
    let Ok(params) = parse(params.as_bytes(), Limits::default()) else {
        return Ok(None);
    };
    let recipients: Vec<Untrusted> = read_json(recipients)?;
    let recipients = recipients.iter().map(Untrusted::raw_for_execution);
    let recipients: Vec<String> = recipients.map(str::to_owned).collect();
    let resource = asked.resource.as_ref();
    let digest = Digest::of_request(
        asked.action.as_str(),
        asked.agent.as_str(),
        &params,
        &recipients,
        &resource.map_or(Json::Null, |resource| resource.to_json()),
    );
    Ok(Some(digest.to_string()))
}

/// The file itself: pages, and indices that lead elsewhere than their tables.
pub(super) fn file(both: &Connection, findings: &mut Findings) -> Result<(), StoreError> {
    for line in texts(both, "PRAGMA kept.integrity_check(20)")? {
        if line != "ok" {
            findings.add("the database file", safe(&line));
        }
    }
    Ok(())
}
