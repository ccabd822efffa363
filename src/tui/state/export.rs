//! A file of what the history shows, while it is named and while it is written.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::api::export::Format;
use crate::domain::untrusted::safe;
use crate::tui::query::Query;

use super::{State, words};

/// Writing that takes longer than this is talked about.
const LONG: Duration = Duration::from_secs(1);

/// A file that is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToExport {
    pub path: PathBuf,
    pub format: Format,
    /// What is to be in it.
    pub query: Arc<Query>,
}

/// A file that is being written.
#[derive(Debug)]
pub struct Exporting {
    pub path: PathBuf,
    pub since: Duration,
    /// How many requests are in it.
    pub count: u64,
}

/// What came of it, or how far it is.
#[derive(Debug)]
pub enum Exported {
    SoFar(u64),
    Done(u64),
    /// Nothing was kept of it.
    Failed(String),
}

impl State {
    /// Why nothing can be written now. The key is dim then.
    pub fn why_not_export(&self) -> Option<String> {
        if self.folder.is_none() {
            return Some("files can't be written from here; signoff history --csv can".to_owned());
        }
        if let Some(exporting) = &self.exporting {
            let path = exporting.path.display().to_string();
            return Some(format!("{} is still being written", safe(&path)));
        }
        if !self.is_live() {
            return Some("not connected: the gate has the history".to_owned());
        }
        let none = self.history.list.rows.is_empty();
        none.then(|| "there is nothing to write".to_owned())
    }

    /// A name for the file, after the moment.
    pub fn export_name(&self, format: Format) -> String {
        let ending = format.ending();
        match Timestamp::from_millisecond(self.now.wall.millis()) {
            Ok(now) => {
                let now = now.to_zoned(self.zone.clone());
                let now = now.strftime("%Y%m%d-%H%M%S");
                format!("signoff-history-{now}.{ending}")
            }
            Err(_) => format!("signoff-history.{ending}"),
        }
    }

    /// The file that was named, or why it can't be.
    pub fn to_export(&self, name: &str) -> Result<ToExport, String> {
        let name = name.trim();
        let format = Format::ALL.into_iter().find(|format| {
            let stem = name.strip_suffix(format.ending());
            stem.and_then(|stem| stem.strip_suffix('.'))
                .is_some_and(|stem| !stem.is_empty() && !stem.ends_with('/'))
        });
        let format = format.ok_or("the name has to end in .csv or .json; tab offers one")?;
        let folder = self.folder.clone().unwrap_or_default();
        Ok(ToExport {
            // A name with a place of its own stays there.
            path: folder.join(name),
            format,
            query: Arc::clone(&self.history.list.query),
        })
    }

    /// How far the file is, once it takes long enough to be worth a word.
    pub fn export_progress(&self) -> Option<String> {
        let exporting = self.exporting.as_ref()?;
        let long = self.now.elapsed >= exporting.since + LONG;
        long.then(|| {
            let count = words::grouped(exporting.count);
            format!("writing a file: {count} so far; esc stops it")
        })
    }

    /// When it takes long enough to be worth a word.
    pub fn export_due(&self) -> Option<Duration> {
        let exporting = self.exporting.as_ref()?;
        let due = exporting.since + LONG;
        (self.now.elapsed < due).then_some(due)
    }
}
