//! Settings, directories, and the files with secrets.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::Check;
use crate::cli::context::Context;
use crate::cli::failure::causes;
use crate::cli::log_key_file::{self, LogKeyError};
use crate::cli::new_file::shown;
use crate::cli::token_file::{self, TokenFileError};
use crate::config::ConfigError;
use crate::store::Database;

pub(super) fn settings(context: &Context, settings: Result<(), ConfigError>) -> Vec<Check> {
    let path = context.home.config();
    let place = shown(&path);
    let mut checks = vec![match settings {
        Err(error) => Check::problem(
            "settings",
            error.to_string(),
            "correct it; config.example.toml lists every key and its default",
        ),
        Ok(()) if path.exists() => Check::ok("settings", place.clone()),
        Ok(()) => Check::ok("settings", format!("the defaults: there is no {place}")),
    }];
    let own = context.config.tui.keys.bindings().len();
    if own > 0 {
        let of = if own == 1 {
            "action has"
        } else {
            "actions have"
        };
        let what = format!("{own} {of} keys of your own; the inbox lists them: Settings, Keys");
        checks.push(Check::ok("keys", what));
    }
    if let Ok(metadata) = fs::metadata(&path)
        && metadata.mode() & 0o022 != 0
    {
        checks.push(Check::problem(
            "settings",
            format!("{place} can be changed by others"),
            format!("`chmod go-w {place}`"),
        ));
    }
    checks
}

/// The directories of the home, and the database in them.
pub(super) fn home(context: &Context) -> Vec<Check> {
    let mut directories: Vec<PathBuf> = [context.home.token(), context.home.lock()]
        .iter()
        .filter_map(|path| path.parent().map(Path::to_owned))
        .collect();
    directories.dedup();
    let mut checks: Vec<Check> = directories.iter().map(|path| directory(path)).collect();
    let Database::Sqlite(database) = context.database() else {
        return checks;
    };
    for ending in ["", "-wal"] {
        let mut name = database.as_os_str().to_owned();
        name.push(ending);
        checks.extend(private(Path::new(&name)));
    }
    checks
}

fn directory(path: &Path) -> Check {
    let place = shown(path);
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Check::ok(
            "home",
            format!("{place} is not there yet; the first command that needs a gate makes it"),
        ),
        Err(error) => Check::problem(
            "home",
            format!("{place} can't be looked into: {error}"),
            "make it yours, or set SIGNOFF_HOME to a directory that is",
        ),
        Ok(metadata) if !is_own(&metadata) => Check::problem(
            "home",
            format!("{place} belongs to somebody else"),
            "set SIGNOFF_HOME to a directory of your own",
        ),
        Ok(metadata) if metadata.mode() & 0o022 != 0 => Check::problem(
            "home",
            format!("others can write to {place}, so nothing in it can be believed"),
            format!("`chmod go-w {place}`, after a look at what is in it"),
        ),
        Ok(_) => Check::ok("home", place),
    }
}

fn is_own(metadata: &Metadata) -> bool {
    metadata.uid() == rustix::process::geteuid().as_raw()
}

/// What agents sent stands in it.
fn private(database: &Path) -> Option<Check> {
    let metadata = fs::metadata(database).ok()?;
    let place = shown(database);
    (metadata.mode() & 0o077 != 0).then(|| {
        Check::problem(
            "home",
            format!("others can read {place}, and with it everything that agents sent"),
            format!("`chmod 600 {place}`"),
        )
    })
}

/// The two tokens and the key of the log. Whether the tokens are any good is for whoever knows them.
pub(super) fn secrets(context: &Context) -> Vec<Check> {
    let home = &context.home;
    let mut checks = Vec::new();
    for (about, path) in [
        ("owner's token", home.token()),
        ("agent's token", home.agent_token()),
    ] {
        if let Err(error) = token_file::read(&path) {
            checks.push(bad_token(about, &error));
        }
    }
    if let Err(error) = log_key_file::read(&home.log_key()) {
        let remedy = match &error {
            LogKeyError::NotPrivate(path) => format!("`chmod 600 {}`", shown(path)),
            LogKeyError::NotAKey(path) => {
                format!(
                    "put back the one that was there, or move {} away",
                    shown(path)
                )
            }
            LogKeyError::Io { .. } => "make the file yours".to_owned(),
        };
        checks.push(Check::problem("log's key", causes(&error), remedy));
    }
    checks
}

fn bad_token(about: &'static str, error: &TokenFileError) -> Check {
    let remedy = match error {
        TokenFileError::NotPrivate(path) => format!(
            "`chmod 600 {}`; if somebody may have read it, make another with `signoff tokens add` and \
             end this one with `signoff tokens revoke ID`",
            shown(path)
        ),
        TokenFileError::NotAToken(_) => {
            "put the token there, one line that begins with sgn_".to_owned()
        }
        TokenFileError::Io { .. } => "make the file yours".to_owned(),
    };
    Check::problem(about, causes(error), remedy)
}
