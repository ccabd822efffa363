//! A look at a database without opening it for work.

use std::path::Path;

use rusqlite::{OpenFlags, OptionalExtension};

use super::audit::check_version;
use super::{connect, read};
use crate::domain::event::Event;
use crate::store::{Glance, StoreError};

pub(in crate::store) fn glance(path: &Path) -> Result<Glance, StoreError> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    check_version(&connection, path, "main")?;
    let journal = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    let newest: Option<String> = connection
        .query_row(
            "SELECT body FROM log ORDER BY position DESC LIMIT 1",
            [],
            |row| row.get(0),
        )
        .optional()?;
    let newest = newest.as_deref().map(Event::from_body).transpose()?;
    Ok(Glance {
        journal: Some(journal),
        newest: newest.map(|event| event.at),
        workspace: read::read_workspace(&connection)?.workspace,
    })
}
