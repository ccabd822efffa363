//! Holding a database against itself: every entry against its hash, all of them against the tree, and
//! every table against what the log gives when it is replayed into an empty database beside it. One
//! snapshot is read, and nothing is written, so a gate may go on meanwhile.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Transaction};

use super::{MIGRATIONS, compare, connect, follow, tree};
use crate::domain::event::{Event, Fact};
use crate::domain::merkle::{self, Frontier, Hash};
use crate::store::StoreError;
use crate::store::audit::{Examined, Findings};

/// Examines a database; `then` is a number of entries at which its root is wanted.
pub(in crate::store) fn examine(path: &Path, then: Option<u64>) -> Result<Examined, StoreError> {
    let mut connection = beside(path)?;
    check_version(&connection, path, "kept")?;
    let transaction = connection.transaction()?;
    let mut examination = Examination {
        to: &transaction,
        then,
        tree: Frontier::default(),
        root_then: None,
        last: 0,
        committed: 0,
        revision: 0,
        replaying: true,
        findings: Findings::default(),
    };
    if let Err(error) = examination.run() {
        let why = damage(&error).ok_or(error)?;
        let place = path.display().to_string();
        examination
            .findings
            .add(place, format!("the file is damaged: {why}"));
    }
    Ok(Examined {
        size: examination.tree.size(),
        root: examination.tree.root(),
        root_then: examination.root_then,
        replayed: examination.replaying,
        findings: examination.findings,
    })
}

/// An empty database with the one that is examined attached, to read only, as `kept`.
fn beside(path: &Path) -> Result<Connection, StoreError> {
    let cannot = |error: &dyn std::fmt::Display| StoreError::Open {
        place: path.display().to_string(),
        why: error.to_string(),
    };
    std::fs::metadata(path).map_err(|error| cannot(&error))?;
    let access = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_URI;
    let connection = connect(Path::new(""), access)?;
    connection.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA trusted_schema = OFF;",
    )?;
    for migration in &MIGRATIONS {
        connection.execute_batch(migration)?;
    }
    compare::prepare(&connection)?;
    connection
        .execute("ATTACH ? AS kept", [read_only(path)])
        .map_err(|error| cannot(&error))?;
    Ok(connection)
}

/// The URI of a file that is only read.
fn read_only(path: &Path) -> String {
    let mut uri = "file:".to_owned();
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' => uri.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(*byte)),
            byte => uri.push_str(&format!("%{byte:02x}")),
        }
    }
    uri + "?mode=ro"
}

/// How a stretch of the log is called.
fn entries(first: u64, last: u64) -> String {
    match first == last {
        true => format!("log/{first}"),
        false => format!("log/{first}–{last}"),
    }
}

/// Whether one of the databases that are open together is of this version.
pub(super) fn check_version(
    connection: &Connection,
    path: &Path,
    database: &str,
) -> Result<(), StoreError> {
    let known = MIGRATIONS.len() as u32;
    let found = connection.query_row(&format!("PRAGMA {database}.user_version"), [], |row| {
        row.get::<_, u32>(0)
    });
    match found {
        Ok(found) if found > known => Err(StoreError::Newer {
            place: path.display().to_string(),
            found,
            known,
        }),
        Ok(found) if found < known => Err(StoreError::Open {
            place: path.display().to_string(),
            why: "it is no database of signoff, or one of an older version; starting a gate on it \
                  once brings it up to date"
                .to_owned(),
        }),
        Ok(_) => Ok(()),
        Err(error) => Err(StoreError::Open {
            place: path.display().to_string(),
            why: error.to_string(),
        }),
    }
}

/// Why SQLite can't read a file, if the file is the reason.
fn damage(error: &StoreError) -> Option<String> {
    let StoreError::Failed(error) = error else {
        return None;
    };
    let error = error.downcast_ref::<rusqlite::Error>()?;
    let damaged = matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
    );
    damaged.then(|| error.to_string())
}

struct Examination<'a> {
    to: &'a Transaction<'a>,
    then: Option<u64>,
    tree: Frontier,
    root_then: Option<Hash>,
    /// The position of the entry that was looked at last.
    last: u64,
    /// How many entries there were with the last one that ended a commit.
    committed: u64,
    revision: u64,
    /// Whether every entry so far followed from those before it.
    replaying: bool,
    findings: Findings,
}

impl Examination<'_> {
    fn run(&mut self) -> Result<(), StoreError> {
        self.log()?;
        self.end_of_log()?;
        // Tables that follow from another log than the one that was written say nothing.
        if self.replaying && self.findings.is_empty() {
            compare::tables(self.to, &mut self.findings)?;
            compare::payloads(self.to, &mut self.findings)?;
            compare::checkpoints(self.to, &mut self.findings)?;
        }
        compare::file(self.to, &mut self.findings)
    }

    fn log(&mut self) -> Result<(), StoreError> {
        self.note_root();
        let mut rows = self
            .to
            .prepare("SELECT position, body, leaf, root FROM kept.log ORDER BY position")?;
        let mut rows = rows.query([])?;
        // The last entry up to which everything is as it was committed.
        let mut good = 0;
        while let Some(row) = rows.next()? {
            self.entry(row.get(0)?, row.get_ref(1)?, row.get_ref(2)?)?;
            let Some(root) = row.get::<_, Option<Vec<u8>>>(3)? else {
                continue;
            };
            self.committed = self.tree.size();
            if root == self.tree.root() {
                good = self.last;
            } else if self.findings.is_empty() {
                self.findings.add(
                    entries(good + 1, self.last),
                    "not what was committed here, in this order: something was rewritten, moved, \
                     taken out or put in",
                );
            }
        }
        Ok(())
    }

    fn entry(
        &mut self,
        position: i64,
        body: ValueRef<'_>,
        leaf: ValueRef<'_>,
    ) -> Result<(), StoreError> {
        let place = format!("log/{position}");
        let expected = self.last + 1;
        let Some(position) = u64::try_from(position).ok().filter(|p| *p >= expected) else {
            self.findings
                .add(place, "the log has no such position: an entry was put in");
            return Ok(());
        };
        if position > expected {
            self.findings
                .add(entries(expected, position - 1), "missing");
            self.replaying = false;
        }
        self.last = position;
        let text = body.as_bytes().ok().map(std::str::from_utf8);
        let bytes = body.as_bytes().unwrap_or_default();
        let hash = merkle::leaf(bytes);
        if leaf.as_bytes().ok() != Some(&hash[..]) {
            self.findings.add(
                place.clone(),
                "its body doesn't have the hash that it was written with: one of them was changed",
            );
        }
        self.tree.push(hash);
        self.note_root();
        match text {
            Some(Ok(text)) => self.replay(&place, position, text),
            _ => {
                self.findings.add(place, "its body is no text");
                self.replaying = false;
                Ok(())
            }
        }
    }

    fn note_root(&mut self) {
        if self.then == Some(self.tree.size()) {
            self.root_then = Some(self.tree.root());
        }
    }

    /// Does to the empty tables what the gate did to the kept ones.
    fn replay(&mut self, place: &str, position: u64, body: &str) -> Result<(), StoreError> {
        let event = match Event::from_body(body) {
            Ok(event) => event,
            Err(error) => {
                self.findings.add(place, format!("can't be read: {error}"));
                self.replaying = false;
                return Ok(());
            }
        };
        self.revision += u64::from(event.fact.changes_workspace());
        if !self.replaying {
            return Ok(());
        }
        if let Err(error) = self.follow(position, &event) {
            self.findings.add(
                place,
                format!("doesn't follow from the entries before it: {error}"),
            );
            self.replaying = false;
        }
        Ok(())
    }

    fn follow(&self, position: u64, event: &Event) -> Result<(), StoreError> {
        if let Fact::Asked(asked) = &event.fact
            && event.request != Some(asked.id)
        {
            return Err(StoreError::Damaged(format!(
                "it is said to be about something other than {}",
                asked.id
            )));
        }
        follow(self.to, position, event)?;
        compare::note(self.to, event)
    }

    /// The log against what its end is said to be.
    fn end_of_log(&mut self) -> Result<(), StoreError> {
        let head: Option<(u64, u64)> = self
            .to
            .query_row("SELECT position, revision FROM kept.head", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        let Some((position, revision)) = head else {
            self.findings.add("head", "is missing");
            return Ok(());
        };
        let kept = match tree::read_from(self.to, "kept") {
            Ok(kept) => kept,
            Err(error) if damage(&error).is_some() => return Err(error),
            Err(error) => {
                self.findings.add("tree", error.to_string());
                return Ok(());
            }
        };
        let ends = [
            ("head", position),
            ("tree", kept.size()),
            ("last commit", self.committed),
        ];
        // One that says what another has said adds nothing.
        let mut said = self.last;
        for (place, size) in ends {
            if size > self.last && size != said {
                self.findings.add(
                    entries(self.last + 1, size),
                    format!("missing: the log ends before its {place} does"),
                );
            } else if size < self.last && size != said {
                self.findings.add(
                    entries(size + 1, self.last),
                    format!("put in: by its {place} the log ends before"),
                );
            }
            said = size;
        }
        if self.findings.is_empty() && kept != self.tree {
            self.findings
                .add("tree", "is not the tree over the entries of the log");
        }
        if self.findings.is_empty() && self.replaying && revision != self.revision {
            self.findings.add(
                "head",
                format!(
                    "its revision is {revision}, the log gives {}",
                    self.revision
                ),
            );
        }
        Ok(())
    }
}
