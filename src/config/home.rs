//! Where signoff keeps its files: everything in one directory when there is one, else where the
//! platform wants settings, data and state. What is made here can be read by its owner alone.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use crate::domain::untrusted::safe;

/// The places of one user's signoff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    settings: PathBuf,
    data: PathBuf,
    state: PathBuf,
}

/// Why there is no place.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    #[error("the platform names no home directory for signoff's files")]
    NoPlace,
    #[error("the directory {} is somebody else's or can be written by others, so nothing in it can be believed", safe(&.0.to_string_lossy()))]
    NotPrivate(PathBuf),
    #[error("the directory {} can't be made", safe(&.path.to_string_lossy()))]
    NotMade {
        path: PathBuf,
        #[source]
        cause: io::Error,
    },
}

impl Home {
    /// One directory that holds everything.
    pub fn at(directory: &Path) -> Result<Self, HomeError> {
        let directory = std::path::absolute(directory).map_err(|cause| HomeError::NotMade {
            path: directory.to_owned(),
            cause,
        })?;
        Ok(Self {
            settings: directory.clone(),
            data: directory.clone(),
            state: directory,
        })
    }

    /// The directories that the platform has for such files.
    pub fn of_platform() -> Result<Self, HomeError> {
        let places = ProjectDirs::from("", "", "signoff").ok_or(HomeError::NoPlace)?;
        Ok(Self {
            settings: places.config_dir().to_owned(),
            data: places.data_dir().to_owned(),
            state: places.state_dir().unwrap_or(places.data_dir()).to_owned(),
        })
    }

    /// Makes the directories that a gate writes to. What stands in them is believed: tokens, and where
    /// the gate is; so nobody else may be able to put anything there.
    pub fn make(&self) -> Result<(), HomeError> {
        for path in [&self.data, &self.state] {
            let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
            let made = made.and_then(|()| std::fs::metadata(path));
            let made = made.map_err(|cause| HomeError::NotMade {
                path: path.clone(),
                cause,
            })?;
            let own = made.uid() == rustix::process::geteuid().as_raw();
            if !own || made.mode() & 0o022 != 0 {
                return Err(HomeError::NotPrivate(path.clone()));
            }
        }
        Ok(())
    }

    /// Where a database with a relative path lies.
    pub fn data(&self) -> &Path {
        &self.data
    }

    pub fn config(&self) -> PathBuf {
        self.settings.join("config.toml")
    }

    /// The owner's token.
    pub fn token(&self) -> PathBuf {
        self.data.join("token")
    }

    /// The token of the agent `local`.
    pub fn agent_token(&self) -> PathBuf {
        self.data.join("agent-token")
    }

    /// The key that the gate signs its log with.
    pub fn log_key(&self) -> PathBuf {
        self.data.join("log-key")
    }

    /// Whoever holds the lock on this file is the gate.
    pub fn lock(&self) -> PathBuf {
        self.state.join("gate.lock")
    }

    /// Where the gate says how it is reached.
    pub fn address(&self) -> PathBuf {
        self.state.join("gate.url")
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn one_directory_holds_everything_and_is_private() {
        let parent = tempfile::tempdir().unwrap();
        let directory = parent.path().join("deep").join("home");
        let home = Home::at(&directory).unwrap();
        home.make().unwrap();
        home.make().unwrap();
        for path in [
            home.config(),
            home.token(),
            home.agent_token(),
            home.log_key(),
            home.lock(),
            home.address(),
        ] {
            assert_eq!(path.parent(), Some(directory.as_path()));
        }
        let mode = std::fs::metadata(&directory).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    #[test]
    fn a_directory_that_others_can_write_to_is_not_believed() {
        let directory = tempfile::tempdir().unwrap();
        let home = Home::at(directory.path()).unwrap();
        std::fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o777)).unwrap();
        assert!(matches!(home.make(), Err(HomeError::NotPrivate(_))));
        std::fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o755)).unwrap();
        home.make().unwrap();
    }
}
