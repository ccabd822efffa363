//! Files that a command writes for somebody to keep: only their owner can read them, and nothing that
//! was there before is overwritten.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::exit::Exit;
use super::failure::Failure;
use crate::domain::untrusted::safe;

/// Makes the file.
pub fn create(path: &Path) -> Result<File, Failure> {
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    file.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            Failure::new(Exit::Other, format!("{} exists already", shown(path)))
                .hint("choose another name, or move it away")
        }
        _ => unwritten(path, &error),
    })
}

/// The failure to write it.
pub fn unwritten(path: &Path, error: &io::Error) -> Failure {
    Failure::because(format_args!("could not write {}", shown(path)), error)
}

/// A path, safe for a terminal.
pub fn shown(path: &Path) -> String {
    safe(&path.to_string_lossy())
}
