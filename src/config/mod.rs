//! Settings and places: what `config.toml` says, and where signoff keeps its files.
//! A key that isn't known is an error, never ignored: it is usually a misspelt one that matters.

mod error;
mod home;

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::Deserialize;

pub use error::ConfigError;
pub use home::{Home, HomeError};

/// What `config.toml` says. Every key is optional; `config.example.toml` lists them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub server: Server,
}

/// The gate that this machine runs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    pub listen: SocketAddr,
    pub database: Database,
    /// Names that callers may use for it, besides loopback and the listen address.
    pub hosts: Vec<String>,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 7474)),
            database: Database::Sqlite("signoff.db".into()),
            hosts: Vec::new(),
        }
    }
}

/// Where the gate keeps what it knows: `sqlite:PATH`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Database {
    Sqlite(PathBuf),
}

/// A text that names no database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a database like sqlite:PATH")]
pub struct BadDatabase;

impl FromStr for Database {
    type Err = BadDatabase;

    fn from_str(text: &str) -> Result<Self, BadDatabase> {
        match text.strip_prefix("sqlite:") {
            Some(path) if !path.is_empty() => Ok(Database::Sqlite(path.into())),
            _ => Err(BadDatabase),
        }
    }
}

impl TryFrom<String> for Database {
    type Error = BadDatabase;

    fn try_from(text: String) -> Result<Self, BadDatabase> {
        text.parse()
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Database::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
        }
    }
}

impl Database {
    /// The same, with a relative path taken from `directory`.
    pub fn within(&self, directory: &Path) -> Self {
        match self {
            Database::Sqlite(path) => Database::Sqlite(directory.join(path)),
        }
    }
}

impl Config {
    /// What the file says; the defaults where there is no file.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text, path),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(cause) => Err(ConfigError::Unreadable {
                path: path.to_owned(),
                cause,
            }),
        }
    }

    fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        toml::from_str(text).map_err(|error| ConfigError::wrong(path, text, &error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Config::parse(text, Path::new("/home/ana/config.toml"))
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn the_example_lists_every_key_with_its_default() {
        let example = include_str!("../../config.example.toml");
        assert_eq!(
            Config::parse(example, Path::new("config.example.toml")).unwrap(),
            Config::default()
        );
        for key in ["[server]", "\nlisten =", "\ndatabase =", "\nhosts ="] {
            assert!(example.contains(key), "{key}");
        }
    }

    #[test]
    fn an_unknown_key_is_named_with_its_place() {
        let text = refused("[server]\nlisten = \"127.0.0.1:7474\"\nhost = []\n");
        assert_eq!(
            text,
            "/home/ana/config.toml, line 3, column 1: unknown field `host`, expected one of \
             `listen`, `database`, `hosts`\n\
             \x20 |\n\
             3 | host = []\n\
             \x20 | ^^^^"
        );
    }

    #[test]
    fn a_value_that_makes_no_sense_says_what_would() {
        let text = refused("[server]\ndatabase = \"mysql://x\"\n");
        assert!(text.contains("line 2, column 12"), "{text}");
        assert!(
            text.contains("expected a database like sqlite:PATH"),
            "{text}"
        );
        let text = refused("[server]\nlisten = 7474\n");
        assert!(text.contains("line 2, column 10"), "{text}");
        let text = refused("[server\n");
        assert!(text.contains("line 1"), "{text}");
    }

    #[test]
    fn a_file_that_is_absent_means_the_defaults() {
        let nowhere = tempfile::tempdir().unwrap();
        let config = Config::read(&nowhere.path().join("config.toml")).unwrap();
        assert_eq!(config, Config::default());
    }

    #[test]
    fn a_relative_database_lies_in_the_directory_and_an_absolute_one_stays() {
        let of = |text: &str| text.parse::<Database>().unwrap().within(Path::new("/data"));
        assert_eq!(
            of("sqlite:signoff.db").to_string(),
            "sqlite:/data/signoff.db"
        );
        assert_eq!(of("sqlite:/srv/a.db").to_string(), "sqlite:/srv/a.db");
        assert_eq!("sqlite:".parse::<Database>(), Err(BadDatabase));
    }
}
