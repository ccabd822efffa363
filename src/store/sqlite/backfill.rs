//! Copying the write-ahead log back into the database while commits go on: at the end of a commit everybody
//! would wait for it. Only a commit can copy the last of it, so that the log begins anew: whoever copies beside
//! the commits catches up with them first, so that what is left is little.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::hooks::Wal;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{connect, make_safe};
use crate::store::StoreError;

/// So many more pages in the log are copied back beside the commits.
const BESIDE: i32 = 2_000;
/// Once it took no more than so many to catch up, a commit copies the rest.
const LITTLE: i32 = 100;
/// It is tried so often at a time: where commits write faster than they are copied, one of them has to wait.
const TRIES: usize = 8;
/// With so many more in it a commit copies the rest, however much that is.
const MOST: i32 = 8_000;

/// Whoever copies, until the connection that commits is closed.
pub(super) struct Backfill {
    thread: Option<JoinHandle<()>>,
}

impl Backfill {
    /// Begins to copy what this connection commits to the database at that path.
    pub(super) fn beside(writer: &mut Connection, path: &Path) -> Result<Self, StoreError> {
        let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        make_safe(&connection, path)?;
        let (wake, woken) = sync_channel(1);
        let caught_up = Arc::new(AtomicBool::new(false));
        let tell = caught_up.clone();
        let copy = move || {
            while woken.recv().is_ok() {
                note(catch_up(&connection));
                tell.store(true, Ordering::Release);
            }
        };
        let thread = std::thread::Builder::new().name("backfill".to_owned());
        let thread = thread.spawn(copy).map_err(|error| StoreError::Open {
            place: path.display().to_string(),
            why: error.to_string(),
        })?;
        writer.wal_hook(Some(after_commit(wake, caught_up)))?;
        Ok(Self {
            thread: Some(thread),
        })
    }
}

/// Copies what there is, and again what came meanwhile, until that was little. Somebody who still reads what
/// was so before, or a commit that copies itself, ends it sooner.
fn catch_up(connection: &Connection) -> rusqlite::Result<()> {
    let mut copied = 0;
    for _ in 0..TRIES {
        let now: i32 =
            connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get(2))?;
        if now - copied <= LITTLE {
            break;
        }
        copied = now;
    }
    Ok(())
}

/// What is done with so many pages in the log. A commit is one, whatever becomes of this.
fn after_commit(
    wake: SyncSender<()>,
    caught_up: Arc<AtomicBool>,
) -> impl FnMut(&mut Wal, i32) -> rusqlite::Result<()> {
    let (mut woken_at, mut copied_at) = (0, 0);
    move |log, pages| {
        // It has begun anew.
        (woken_at, copied_at) = (woken_at.min(pages), copied_at.min(pages));
        if caught_up.swap(false, Ordering::Acquire) || pages - copied_at >= MOST {
            note(log.checkpoint());
            (woken_at, copied_at) = (pages, pages);
        } else if pages - woken_at >= BESIDE {
            woken_at = pages;
            // One that is awake already copies this as well.
            wake.try_send(()).unwrap_or_default();
        }
        Ok(())
    }
}

/// What isn't copied stays in the log, and is copied the next time. One copies at a time.
fn note(copied: rusqlite::Result<()>) {
    if let Err(error) = copied
        && error.sqlite_error_code() != Some(ErrorCode::DatabaseBusy)
    {
        tracing::warn!(%error, "could not copy the write-ahead log into the database; trying again after the next commits");
    }
}

impl Drop for Backfill {
    fn drop(&mut self) {
        let ended = self.thread.take().map(JoinHandle::join);
        if let Some(Err(_)) = ended {
            tracing::error!("copying the write-ahead log ended with a panic");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However long it goes on, the log begins anew again and again, and everything is in the database.
    #[test]
    fn the_log_stays_short_while_commits_go_on() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("long.db");
        let access = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut writer = connect(&path, access).unwrap();
        make_safe(&writer, &path).unwrap();
        let backfill = Backfill::beside(&mut writer, &path).unwrap();
        writer
            .execute_batch("CREATE TABLE big (id INTEGER PRIMARY KEY, body BLOB NOT NULL)")
            .unwrap();
        let commits = 4 * MOST / 50;
        let body = vec![7; 50 * 4096];
        for _ in 0..commits {
            writer
                .execute("INSERT INTO big (body) VALUES (?)", [&body])
                .unwrap();
        }
        let log = std::fs::metadata(home.path().join("long.db-wal")).unwrap();
        let pages = log.len() / (4096 + 24);
        assert!(pages < 2 * MOST as u64, "{pages}");
        drop((writer, backfill));
        let kept = Connection::open(&path).unwrap();
        let sound: String = kept
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(sound, "ok");
        let (count, bytes): (i32, i64) = kept
            .query_row("SELECT count(*), sum(length(body)) FROM big", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .unwrap();
        assert_eq!((count, bytes), (commits, i64::from(commits) * 50 * 4096));
    }
}
