//! The two files that hold secrets: the owner's token and that of the agent `local`. They are made once,
//! for their owner's eyes only, never overwritten, and not believed once others may read them.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use super::exit::Exit;
use super::failure::Failure;

/// The token in this file; nothing when there is no such file.
pub fn read(path: &Path) -> Result<Option<String>, Failure> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(path, &error)),
    };
    if metadata.permissions().mode() & 0o077 != 0 {
        let shown = path.display();
        return Err(Failure::new(
            Exit::NotPermitted,
            format!("the token in {shown} can be read by others, so it is not used"),
        )
        .hint(format!(
            "`chmod 600 {shown}`; if somebody may have read it, make a new one with `signoff tokens add`"
        )));
    }
    let text = fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    Ok(Some(text.trim().to_owned()))
}

/// Writes a token to a file that does not exist yet, and sees to it that it stays there.
pub fn create(path: &Path, token: &str) -> Result<(), Failure> {
    let write = || {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        writeln!(file, "{token}")?;
        file.sync_all()
    };
    write().map_err(|error: io::Error| {
        Failure::because(
            format_args!("could not write the token file {}", path.display()),
            &error,
        )
    })
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::because(
        format_args!("could not read the token file {}", path.display()),
        error,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_file_is_private_is_read_back_and_is_never_overwritten() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("token");
        assert_eq!(read(&path).unwrap(), None);
        create(&path, "sgn_first").unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(read(&path).unwrap().as_deref(), Some("sgn_first"));
        assert!(create(&path, "sgn_second").is_err());
        assert_eq!(read(&path).unwrap().as_deref(), Some("sgn_first"));
    }

    #[test]
    fn a_token_that_others_can_read_is_refused_with_what_to_do() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("token");
        create(&path, "sgn_secret").unwrap();
        for mode in [0o640, 0o604, 0o620, 0o601] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let failure = read(&path).unwrap_err();
            assert_eq!(failure.exit(), Exit::NotPermitted, "{mode:o}");
            let report = failure.report().unwrap();
            assert!(report.contains("hint: `chmod 600"), "{report}");
            assert!(!report.contains("sgn_secret"), "{report}");
        }
    }
}
