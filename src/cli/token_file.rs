//! The two files that hold tokens: the owner's and that of the agent `local`.

use std::io;
use std::path::{Path, PathBuf};

use super::exit::Exit;
use super::failure::{Failure, causes};
use super::out;
use super::private_file::{self, Held};
use crate::config::Home;
use crate::gate::{FirstKeys, Secret};

/// Why a token file is of no use.
#[derive(Debug, thiserror::Error)]
pub enum TokenFileError {
    #[error("the token in {} can be read by others, so it is not used", .0.display())]
    NotPrivate(PathBuf),
    #[error("{} does not hold a token", .0.display())]
    NotAToken(PathBuf),
    #[error("the token file {} can't be used", path.display())]
    Io {
        path: PathBuf,
        #[source]
        cause: io::Error,
    },
}

/// The token in this file; nothing when there is no such file.
pub fn read(path: &Path) -> Result<Option<Secret>, TokenFileError> {
    match private_file::read(path).map_err(unusable(path))? {
        Held::Nothing => Ok(None),
        Held::Shared => Err(TokenFileError::NotPrivate(path.to_owned())),
        Held::Secret(text) => match text.parse() {
            Ok(secret) => Ok(Some(secret)),
            Err(_) => Err(TokenFileError::NotAToken(path.to_owned())),
        },
    }
}

/// The secrets of a new workspace, in their files before anything is known of them elsewhere. Where a
/// first start came no further than its files, the next one goes on with them.
pub fn first_keys(home: &Home) -> io::Result<FirstKeys> {
    keys(home, out::note)
}

/// Makes them where nobody needs to know where they are.
pub fn make_unsaid(home: &Home) -> io::Result<()> {
    keys(home, |_| ()).map(drop)
}

fn keys(home: &Home, say: fn(&str)) -> io::Result<FirstKeys> {
    let key = |path: PathBuf, whose: &str| match read(&path) {
        Ok(Some(secret)) => Ok(secret),
        Ok(None) => {
            let secret = Secret::generate()?;
            create(&path, &secret).map_err(io::Error::other)?;
            say(&format!("the token of {whose} is in {}", path.display()));
            Ok(secret)
        }
        Err(error) => Err(io::Error::other(error)),
    };
    Ok(FirstKeys {
        owner: key(home.token(), "the owner, who decides,")?,
        agent: key(home.agent_token(), "the agent `local`, which asks,")?,
    })
}

/// Writes a token to a file that does not exist yet, and sees to it that it stays there.
fn create(path: &Path, secret: &Secret) -> Result<(), TokenFileError> {
    private_file::create(path, secret.reveal()).map_err(unusable(path))
}

fn unusable(path: &Path) -> impl FnOnce(io::Error) -> TokenFileError {
    move |cause| TokenFileError::Io {
        path: path.to_owned(),
        cause,
    }
}

impl From<TokenFileError> for Failure {
    fn from(error: TokenFileError) -> Self {
        let failure = Failure::new(Exit::NotPermitted, causes(&error));
        match error {
            TokenFileError::NotPrivate(path) => failure.hint(format!(
                "`chmod 600 {}`; if somebody may have read it, make another with `signoff tokens add` and end this one with `signoff tokens revoke ID`",
                path.display()
            )),
            TokenFileError::NotAToken(_) => {
                failure.hint("a token file holds one line that begins with sgn_")
            }
            TokenFileError::Io { .. } => failure,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn the_first_keys_are_private_and_never_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let home = Home::at(directory.path()).unwrap();
        assert!(read(&home.token()).unwrap().is_none());
        let keys = first_keys(&home).unwrap();
        for (path, secret) in [
            (home.token(), &keys.owner),
            (home.agent_token(), &keys.agent),
        ] {
            assert_eq!(
                fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o600
            );
            assert_eq!(read(&path).unwrap().as_ref(), Some(secret));
            assert!(create(&path, &Secret::generate().unwrap()).is_err());
        }
        let again = first_keys(&home).unwrap();
        assert_eq!((again.owner, again.agent), (keys.owner, keys.agent));
    }

    #[test]
    fn a_token_that_others_can_read_is_refused_with_what_to_do() {
        let directory = tempfile::tempdir().unwrap();
        let home = Home::at(directory.path()).unwrap();
        let keys = first_keys(&home).unwrap();
        for mode in [0o640, 0o604, 0o620, 0o601] {
            set_mode(&home.token(), mode);
            let failure = Failure::from(read(&home.token()).unwrap_err());
            assert_eq!(failure.exit(), Exit::NotPermitted, "{mode:o}");
            let report = failure.report().unwrap();
            assert!(report.contains("hint: `chmod 600"), "{report}");
            assert!(!report.contains(keys.owner.reveal()), "{report}");
            assert!(first_keys(&home).is_err());
        }
    }

    #[test]
    fn a_file_that_holds_something_else_is_not_sent_anywhere() {
        let directory = tempfile::tempdir().unwrap();
        let home = Home::at(directory.path()).unwrap();
        fs::write(home.token(), "hello\n").unwrap();
        set_mode(&home.token(), 0o600);
        let report = Failure::from(read(&home.token()).unwrap_err()).report();
        assert!(report.unwrap().contains("does not hold a token"));
    }
}
