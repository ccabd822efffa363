//! A text in the editor of whoever edits it. Invariant: the file stays until what was written in it has
//! come somewhere else, so nothing that somebody typed is lost.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use uuid::Uuid;

use super::exit::Exit;
use super::failure::Failure;
use super::new_file::{self, shown, unwritten};
use crate::domain::untrusted::safe;

/// Where there is no other.
const USUAL: &str = "vi";

/// A text that is being edited, in a file that only its owner can read.
pub struct Draft {
    path: PathBuf,
    editor: String,
}

impl Draft {
    /// A file with this text, and the editor that the environment names.
    pub fn new(name: &str, extension: &str, text: &str) -> Result<Self, Failure> {
        let named = ["VISUAL", "EDITOR"].into_iter().find_map(|name| {
            let value = std::env::var(name).ok()?;
            (!value.trim().is_empty()).then_some(value)
        });
        let id = Uuid::now_v7().simple();
        let path = std::env::temp_dir().join(format!("{name}-{id}.{extension}"));
        let mut file = new_file::create(&path)?;
        file.write_all(text.as_bytes())
            .map_err(|error| unwritten(&path, &error))?;
        Ok(Self {
            path,
            editor: named.unwrap_or_else(|| USUAL.to_owned()),
        })
    }

    /// Opens the editor, and gives the text once it has ended.
    pub async fn edit(&self) -> Result<String, Failure> {
        // As a shell reads it, so that the name of an editor may have arguments.
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg(format!("{} \"$1\"", self.editor))
            .arg("sh")
            .arg(&self.path);
        // Off this thread: it may be the one that the gate runs on.
        let ended = tokio::task::spawn_blocking(move || command.status());
        let editor = safe(&self.editor);
        let failed = |why: String| {
            Failure::new(Exit::Other, format!("the editor `{editor}` failed: {why}"))
                .hint("set VISUAL or EDITOR to one that works")
        };
        match ended.await {
            Ok(Ok(status)) if status.success() => self.text(),
            Ok(Ok(status)) => Err(failed(status.to_string())),
            Ok(Err(error)) => Err(failed(error.to_string())),
            Err(error) => Err(failed(error.to_string())),
        }
    }

    fn text(&self) -> Result<String, Failure> {
        let bytes = fs::read(&self.path).map_err(|error| {
            Failure::because(format_args!("could not read {}", shown(&self.path)), &error)
        })?;
        String::from_utf8(bytes)
            .map_err(|error| Failure::usage(format!("what was saved is not UTF-8 text: {error}")))
    }

    /// Puts another text in its place.
    pub fn replace(&self, text: &str) -> Result<(), Failure> {
        fs::write(&self.path, text).map_err(|error| unwritten(&self.path, &error))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Removes the file: its text is elsewhere, or was nobody's.
    pub fn discard(self) -> Result<(), Failure> {
        fs::remove_file(&self.path).map_err(|error| {
            Failure::because(
                format_args!("could not remove {}", shown(&self.path)),
                &error,
            )
        })
    }
}
