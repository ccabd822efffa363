//! A text in the editor of whoever reviews. The screen is given up for it and taken back afterwards.

use std::fs::{self, OpenOptions};
use std::future::Future;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use tokio::process::Command;
use uuid::Uuid;

use crate::domain::untrusted::safe;

/// Where the environment names no other.
const USUAL: &str = "vi";
/// What helps against one that fails.
pub const ANOTHER: &str = "set VISUAL or EDITOR to one that works";

/// Has a text edited.
pub trait Editor: Send {
    /// Gives the text as it is when the editor has ended, or says why there is none. Its file has this
    /// ending.
    fn edit(
        &mut self,
        text: String,
        ending: &'static str,
    ) -> impl Future<Output = Result<String, String>> + Send;
}

/// An editor as a command of the shell, which gets the file as its last argument.
#[derive(Debug, Clone)]
pub struct ShellEditor {
    command: String,
}

impl ShellEditor {
    /// This command; it may have arguments.
    pub fn new(command: impl Into<String>) -> Self {
        Self {
            command: command.into(),
        }
    }

    /// What `VISUAL` or `EDITOR` name.
    pub fn of_environment() -> Self {
        let named = ["VISUAL", "EDITOR"].into_iter().find_map(|name| {
            let value = std::env::var(name).ok()?;
            (!value.trim().is_empty()).then_some(value)
        });
        Self::new(named.unwrap_or_else(|| USUAL.to_owned()))
    }

    /// Opens a file, until the editor has ended. Given up before that, it is left alone: it isn't waited for.
    pub async fn open(&self, path: &Path) -> Result<(), String> {
        // As a shell reads it, so that the name of an editor may have arguments.
        let status = Command::new("sh")
            .arg("-c")
            .arg(format!("{} \"$1\"", self.command))
            .arg("sh")
            .arg(path)
            .status()
            .await;
        let failed = |why: String| format!("the editor `{}` failed: {why}", safe(&self.command));
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(failed(status.to_string())),
            Err(error) => Err(failed(error.to_string())),
        }
    }
}

impl Editor for ShellEditor {
    async fn edit(&mut self, text: String, ending: &'static str) -> Result<String, String> {
        let path =
            std::env::temp_dir().join(format!("signoff-{}.{ending}", Uuid::now_v7().simple()));
        create(&path, &text).map_err(|why| format!("no file to edit could be written: {why}"))?;
        let file = Removed(path);
        let ended = self.open(&file.0).await;
        ended.map_err(|why| format!("{why}; {ANOTHER}"))?;
        let bytes = fs::read(&file.0);
        let bytes = bytes.map_err(|error| format!("what was saved can't be read: {error}"))?;
        String::from_utf8(bytes).map_err(|error| format!("what was saved is not UTF-8: {error}"))
    }
}

/// A new file that only its owner can read: parameters are nobody else's business.
fn create(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())
}

/// A file that goes when this does; what was written in it is kept in the inbox.
struct Removed(PathBuf);

impl Drop for Removed {
    fn drop(&mut self) {
        // An editor may have moved it away; then there is nothing to remove.
        drop(fs::remove_file(&self.0));
    }
}
