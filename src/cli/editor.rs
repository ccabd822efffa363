//! A text in the editor of whoever edits it. Invariant: the file stays until what was written in it has
//! come somewhere else, so nothing that somebody typed is lost.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::exit::Exit;
use super::failure::Failure;
use super::new_file::{self, shown, unwritten};
use crate::tui::{ANOTHER, ShellEditor};

/// A text that is being edited, in a file that only its owner can read.
pub struct Draft {
    path: PathBuf,
    editor: ShellEditor,
}

impl Draft {
    /// A file with this text, and the editor that the environment names.
    pub fn new(name: &str, extension: &str, text: &str) -> Result<Self, Failure> {
        let id = Uuid::now_v7().simple();
        let path = std::env::temp_dir().join(format!("{name}-{id}.{extension}"));
        let mut file = new_file::create(&path)?;
        file.write_all(text.as_bytes())
            .map_err(|error| unwritten(&path, &error))?;
        Ok(Self {
            path,
            editor: ShellEditor::of_environment(),
        })
    }

    /// Opens the editor, and gives the text once it has ended.
    pub async fn edit(&self) -> Result<String, Failure> {
        let ended = self.editor.open(&self.path).await;
        ended.map_err(|why| Failure::new(Exit::Other, why).hint(ANOTHER))?;
        self.text()
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
