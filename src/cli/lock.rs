//! Who is the gate of a home, and how it is reached. Whoever holds the lock is the gate; the address that
//! it writes is believed only while the very file that it stands in is held too, so that the address of a
//! gate that died, whose port may be somebody else's by now, fools nobody.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::config::Home;

/// The right to be the gate of a home. It ends when this is dropped, and with the process at the latest.
pub struct GateLock {
    /// Where the address stands; gone before the lock is.
    address: Address,
    _lock: File,
}

struct Address {
    path: PathBuf,
    held: Option<File>,
}

impl Drop for Address {
    fn drop(&mut self) {
        if self.held.is_some() {
            // A file that stays is not believed, so nothing depends on this.
            let _stays = std::fs::remove_file(&self.path);
        }
    }
}

impl GateLock {
    /// Takes the lock; nothing when somebody else holds it.
    pub fn take(home: &Home) -> io::Result<Option<Self>> {
        let lock = private().open(home.lock())?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Self {
                address: Address {
                    path: home.address(),
                    held: None,
                },
                _lock: lock,
            })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Says how the gate is reached. Readers see the whole address or none.
    pub fn publish(&mut self, address: &str) -> io::Result<()> {
        let unfinished = self.address.path.with_extension("url.new");
        let mut file = private().truncate(true).open(&unfinished)?;
        file.lock()?;
        writeln!(file, "{address}")?;
        std::fs::rename(&unfinished, &self.address.path)?;
        self.address.held = Some(file);
        Ok(())
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).mode(0o600);
    options
}

/// The address of the gate that holds the lock, once it has said so.
pub fn published(home: &Home) -> io::Result<Option<String>> {
    read_held(&home.address())
}

fn read_held(path: &Path) -> io::Result<Option<String>> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
        Err(TryLockError::WouldBlock) => {
            let mut address = String::new();
            file.read_to_string(&mut address)?;
            Ok(Some(address.trim().to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn home(directory: &tempfile::TempDir) -> Home {
        Home::at(directory.path()).unwrap()
    }

    #[test]
    fn one_holds_the_lock_and_the_next_gets_it_when_it_is_let_go() {
        let directory = tempfile::tempdir().unwrap();
        let home = home(&directory);
        let first = GateLock::take(&home).unwrap();
        assert!(first.is_some());
        assert!(GateLock::take(&home).unwrap().is_none());
        drop(first);
        assert!(GateLock::take(&home).unwrap().is_some());
    }

    #[test]
    fn an_address_is_believed_as_long_as_its_gate_lives() {
        let directory = tempfile::tempdir().unwrap();
        let home = home(&directory);
        let mut lock = GateLock::take(&home).unwrap().unwrap();
        assert_eq!(published(&home).unwrap(), None);
        lock.publish("http://127.0.0.1:7474").unwrap();
        let mode = std::fs::metadata(home.address())
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(
            published(&home).unwrap().as_deref(),
            Some("http://127.0.0.1:7474")
        );
        drop(lock);
        assert_eq!(published(&home).unwrap(), None);
        assert!(!home.address().exists());
    }

    #[test]
    fn the_address_of_a_gate_that_died_fools_nobody() {
        let directory = tempfile::tempdir().unwrap();
        let home = home(&directory);
        std::fs::write(home.address(), "http://127.0.0.1:1\n").unwrap();
        let _next = GateLock::take(&home).unwrap().unwrap();
        assert_eq!(published(&home).unwrap(), None);
    }
}
