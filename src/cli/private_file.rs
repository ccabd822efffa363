//! Files that hold a secret: made once, for their owner's eyes only, never overwritten, and not believed
//! once others may read them.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// What such a file holds.
pub enum Held {
    /// There is no such file.
    Nothing,
    /// Others may read it, so it is no secret.
    Shared,
    Secret(String),
}

/// Reads one, without the white space around it.
pub fn read(path: &Path) -> io::Result<Held> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Held::Nothing),
        Err(error) => return Err(error),
    };
    if metadata.permissions().mode() & 0o077 != 0 {
        return Ok(Held::Shared);
    }
    let text = fs::read_to_string(path)?;
    Ok(Held::Secret(text.trim().to_owned()))
}

/// Makes one that does not exist yet, and sees to it that it stays there.
pub fn create(path: &Path, secret: &str) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    writeln!(file, "{secret}")?;
    file.sync_all()
}
