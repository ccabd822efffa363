//! A file of what the history finds: asked for page by page, written as the pages come. Only its owner can
//! read it, nothing that was there is overwritten, and what isn't finished isn't kept.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::api::export::Export;
use crate::api::page::MAX_LIMIT;
use crate::client::Client;
use crate::tui::effect::{PageFetch, Part};
use crate::tui::state::export::ToExport;

use super::decided;

/// A file that goes away again unless it is finished.
struct Unfinished {
    path: PathBuf,
    file: File,
    kept: bool,
}

impl Unfinished {
    fn create(path: &Path) -> Result<Self, String> {
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path);
        match file {
            Ok(file) => Ok(Self {
                path: path.to_owned(),
                file,
                kept: false,
            }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err("there is such a file already; x asks for another name".to_owned())
            }
            Err(error) => Err(error.to_string()),
        }
    }

    fn write(mut self, text: &str) -> io::Result<Self> {
        self.file.write_all(text.as_bytes())?;
        Ok(self)
    }

    fn finish(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.kept {
            // Half a history is none; that it stays would be told by the next try.
            let _stays = fs::remove_file(&self.path);
        }
    }
}

/// Writes the file, says now and then how many requests are in it, and at last how many there are.
pub async fn export(client: &Client, to: &ToExport, so_far: impl Fn(u64)) -> Result<u64, String> {
    let path = to.path.clone();
    let mut file = aside(move || Unfinished::create(&path)).await??;
    let (mut export, mut text) = Export::begin(to.format);
    let mut fetch = PageFetch {
        part: Part::Top,
        query: to.query.clone(),
        cursor: None,
        limit: MAX_LIMIT,
    };
    let mut count = 0;
    loop {
        let page = client.requests(&decided(&fetch)).await;
        let page = page.map_err(|error| error.to_string())?;
        count += page.items.len() as u64;
        let items = export
            .page(&page.items)
            .map_err(|error| error.to_string())?;
        text.push_str(&items);
        let last = page.next_cursor.is_none();
        if last {
            text.push_str(&export.end(None));
        }
        let part = std::mem::take(&mut text);
        let said = |error: io::Error| error.to_string();
        file = aside(move || file.write(&part)).await?.map_err(said)?;
        if last {
            aside(move || file.finish()).await?.map_err(said)?;
            return Ok(count);
        }
        so_far(count);
        fetch.cursor = page.next_cursor;
    }
}

/// Something that may block, where it keeps nobody from drawing.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, String> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_is_finished_stays_private_and_what_is_not_goes() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("history.csv");
        let half = Unfinished::create(&path).unwrap().write("half").unwrap();
        assert!(path.exists());
        drop(half);
        assert!(!path.exists(), "nothing of it is kept");
        let whole = Unfinished::create(&path).unwrap().write("whole").unwrap();
        whole.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "whole");
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let why = Unfinished::create(&path).err().unwrap();
        assert!(why.contains("already"), "{why}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "whole");
    }
}
