//! The sample's home: a directory of this user's alone that goes when it is dropped. One whose process was
//! killed goes with the next start; a lock in it tells it from one that is in use.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;

/// How the directory is named, before a number that nobody can guess.
const PREFIX: &str = "signoff-sample-";
/// Held by the process whose home it is.
const LOCK: &str = "sample.lock";

/// A home that goes when this is dropped.
pub struct TemporaryHome {
    path: PathBuf,
    _lock: File,
}

impl TemporaryHome {
    /// Makes one among the system's temporary files.
    pub fn make() -> io::Result<Self> {
        Self::make_in(&std::env::temp_dir())
    }

    fn make_in(place: &Path) -> io::Result<Self> {
        let mut number = [0; 8];
        getrandom::fill(&mut number).map_err(io::Error::other)?;
        let number = HEXLOWER.encode(&number);
        // It gets its name when it is held: nobody finds it before and takes it for one that was left.
        let unnamed = place.join(format!(".{PREFIX}{number}"));
        DirBuilder::new().mode(0o700).create(&unnamed)?;
        let path = place.join(format!("{PREFIX}{number}"));
        let named = hold(&unnamed).and_then(|lock| {
            fs::rename(&unnamed, &path)?;
            Ok(lock)
        });
        match named {
            Ok(lock) => Ok(Self { path, _lock: lock }),
            Err(error) => {
                // The first failure is the one to tell.
                let _stays = fs::remove_dir_all(&unnamed);
                Err(error)
            }
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for TemporaryHome {
    fn drop(&mut self) {
        // What can't be removed now is tried again by the next start.
        let _stays = fs::remove_dir_all(&self.path);
    }
}

fn hold(home: &Path) -> io::Result<File> {
    let lock = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(home.join(LOCK))?;
    lock.try_lock()?;
    Ok(lock)
}

/// Removes the homes of samples that were killed.
pub fn sweep() {
    sweep_in(&std::env::temp_dir());
}

fn sweep_in(place: &Path) {
    // A place that can't be looked through has nothing of ours that could be removed.
    let Ok(entries) = fs::read_dir(place) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let ours = name.to_str().is_some_and(|name| name.starts_with(PREFIX));
        if ours && is_left(&entry.path()) {
            // One that can't be removed is in nobody's way.
            let _stays = fs::remove_dir_all(entry.path());
        }
    }
}

/// Whether it is a directory of this user's in which nobody holds the lock.
fn is_left(path: &Path) -> bool {
    let own = fs::symlink_metadata(path).is_ok_and(|metadata| {
        metadata.is_dir() && metadata.uid() == rustix::process::geteuid().as_raw()
    });
    let lock = File::open(path.join(LOCK));
    own && lock.is_ok_and(|lock| lock.try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn it_is_private_and_leaves_nothing_behind() {
        let place = tempfile::tempdir().unwrap();
        let home = TemporaryHome::make_in(place.path()).unwrap();
        fs::write(home.path().join("signoff.db"), "x").unwrap();
        let mode = fs::metadata(home.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        drop(home);
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_a_killed_one_left_goes_and_nothing_else_does() {
        let place = tempfile::tempdir().unwrap();
        let in_use = TemporaryHome::make_in(place.path()).unwrap();
        let left = place.path().join("signoff-sample-dead");
        fs::create_dir(&left).unwrap();
        fs::write(left.join(LOCK), "").unwrap();
        fs::write(left.join("signoff.db"), "x").unwrap();
        let mine = place.path().join("mine");
        fs::create_dir(&mine).unwrap();
        fs::write(mine.join(LOCK), "").unwrap();
        symlink(&mine, place.path().join("signoff-sample-link")).unwrap();
        let unlocked = place.path().join("signoff-sample-notes");
        fs::create_dir(&unlocked).unwrap();
        sweep_in(place.path());
        assert!(!left.exists());
        assert!(in_use.path().exists() && mine.join(LOCK).exists() && unlocked.exists());
    }
}
