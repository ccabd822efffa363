//! The file with the key that the gate signs its log with. Whoever has it can sign another log in this
//! one's name, so it is kept like the tokens.

use std::io;
use std::path::{Path, PathBuf};

use super::exit::Exit;
use super::failure::{Failure, causes};
use super::private_file::{self, Held};
use crate::config::Home;
use crate::domain::checkpoint::LogKey;
use crate::gate::new_log_key;

/// Why the file is of no use.
#[derive(Debug, thiserror::Error)]
pub enum LogKeyError {
    #[error("the log's key in {} can be read by others, so it is not used", .0.display())]
    NotPrivate(PathBuf),
    #[error("{} does not hold the key of a log", .0.display())]
    NotAKey(PathBuf),
    #[error("the log's key in {} can't be used", path.display())]
    Io {
        path: PathBuf,
        #[source]
        cause: io::Error,
    },
}

/// The key in this file; nothing when there is no such file.
pub fn read(path: &Path) -> Result<Option<LogKey>, LogKeyError> {
    match private_file::read(path).map_err(unusable(path))? {
        Held::Nothing => Ok(None),
        Held::Shared => Err(LogKeyError::NotPrivate(path.to_owned())),
        Held::Secret(text) => match text.parse() {
            Ok(key) => Ok(Some(key)),
            Err(_) => Err(LogKeyError::NotAKey(path.to_owned())),
        },
    }
}

/// The key of this home, which is made where there is none.
pub fn of_home(home: &Home) -> Result<LogKey, LogKeyError> {
    let path = home.log_key();
    if let Some(key) = read(&path)? {
        return Ok(key);
    }
    let key = new_log_key().map_err(unusable(&path))?;
    private_file::create(&path, &key.reveal()).map_err(unusable(&path))?;
    Ok(key)
}

fn unusable(path: &Path) -> impl FnOnce(io::Error) -> LogKeyError {
    move |cause| LogKeyError::Io {
        path: path.to_owned(),
        cause,
    }
}

impl From<LogKeyError> for Failure {
    fn from(error: LogKeyError) -> Self {
        let failure = Failure::new(Exit::NotPermitted, causes(&error));
        match error {
            LogKeyError::NotPrivate(path) => failure.hint(format!(
                "`chmod 600 {}`; if somebody may have copied it, move it away: the next gate makes a new one",
                path.display()
            )),
            LogKeyError::NotAKey(path) => failure.hint(format!(
                "put back the one that was there, or move {} away: the next gate makes a new one",
                path.display()
            )),
            LogKeyError::Io { .. } => failure,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_key_is_made_once_private_and_stays_the_same() {
        let directory = tempfile::tempdir().unwrap();
        let home = Home::at(directory.path()).unwrap();
        assert!(read(&home.log_key()).unwrap().is_none());
        let made = of_home(&home).unwrap();
        assert_eq!(of_home(&home).unwrap().public(), made.public());
        let permissions = std::fs::metadata(home.log_key()).unwrap().permissions();
        assert_eq!(permissions.mode() & 0o777, 0o600);
    }

    #[test]
    fn a_key_that_others_can_read_or_that_is_none_is_refused_with_what_to_do() {
        let directory = tempfile::tempdir().unwrap();
        let home = Home::at(directory.path()).unwrap();
        let secret = of_home(&home).unwrap().reveal();
        let shared = std::fs::Permissions::from_mode(0o640);
        std::fs::set_permissions(home.log_key(), shared).unwrap();
        let report = Failure::from(of_home(&home).unwrap_err()).report().unwrap();
        assert!(report.contains("hint: `chmod 600"), "{report}");
        assert!(!report.contains(&secret), "{report}");
        std::fs::remove_file(home.log_key()).unwrap();
        private_file::create(&home.log_key(), "hello").unwrap();
        let report = Failure::from(of_home(&home).unwrap_err()).report().unwrap();
        assert!(report.contains("does not hold the key"), "{report}");
    }
}
