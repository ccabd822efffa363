//! Settings and places: what `config.toml` says, and where signoff keeps its files.
//! A key that isn't known is an error, never ignored: it is usually a misspelt one that matters.

mod change;
mod error;
mod home;
mod keys;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use serde::{Deserialize, Deserializer, de};

use crate::store::Database;

pub use change::{ChangeError, set};
pub use error::{ConfigError, Misfit};
pub use home::{Home, HomeError};
pub use keys::Keys;

/// What `config.toml` says. Every key is optional; `config.example.toml` lists them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub server: Server,
    pub limits: Limits,
    pub tui: Tui,
}

/// How much one agent may ask of the gate; 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    pub asks_per_second: u32,
    /// How many may come at once after a pause.
    pub burst: u32,
    pub pending_per_agent: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            asks_per_second: 200,
            burst: 2_000,
            pending_per_agent: 10_000,
        }
    }
}

/// The gate that this machine runs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    pub listen: SocketAddr,
    /// A relative path lies in the home.
    #[serde(deserialize_with = "database")]
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

/// How the inbox looks, and what its keys do.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tui {
    pub theme: Theme,
    pub glyphs: Glyphs,
    /// Whether the inbox takes the mouse when it is opened.
    pub mouse: bool,
    /// Lines in place of a screen, for people who have it read out.
    pub plain: bool,
    /// Actions with keys of one's own.
    pub keys: Keys,
}

impl Default for Tui {
    fn default() -> Self {
        Self {
            theme: Theme::default(),
            glyphs: Glyphs::default(),
            mouse: true,
            plain: false,
            keys: Keys::default(),
        }
    }
}

/// The colours of the inbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Theme {
    /// As many colours as the terminal says it has; none where `NO_COLOR` is set.
    #[default]
    Auto,
    CalmDark,
    CalmLight,
    /// Blue and orange in place of green and red.
    ColourBlind,
    /// The same on a light background.
    ColourBlindLight,
    Sixteen,
    Mono,
}

/// The signs that the inbox draws with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Glyphs {
    /// ASCII where the locale isn't UTF-8, or is one that draws the others two columns wide.
    #[default]
    Auto,
    Unicode,
    Ascii,
}

fn database<'de, D: Deserializer<'de>>(from: D) -> Result<Database, D::Error> {
    String::deserialize(from)?
        .parse()
        .map_err(de::Error::custom)
}

impl Server {
    /// Where a gate in this home keeps what it knows.
    pub fn database_in(&self, home: &Home) -> Database {
        match &self.database {
            Database::Sqlite(path) => Database::Sqlite(home.data().join(path)),
            shared => shared.clone(),
        }
    }
}

impl Config {
    /// What the file says, and what `check` makes of it; the defaults where there is no file. What only
    /// others can judge is refused with its place too.
    pub fn read<T>(
        path: &Path,
        check: impl FnOnce(&Self) -> Result<T, Misfit>,
    ) -> Result<(Self, T), ConfigError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(cause) => {
                return Err(ConfigError::Unreadable {
                    path: path.to_owned(),
                    cause,
                });
            }
        };
        let config = Self::parse(&text, path)?;
        let checked = check(&config).map_err(|misfit| misfit.at(path, &text))?;
        Ok((config, checked))
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
        let keys: toml::Table = example.parse().unwrap();
        let named = |section: &str| -> Vec<&str> {
            keys[section]
                .as_table()
                .unwrap()
                .keys()
                .map(String::as_str)
                .collect()
        };
        assert_eq!(keys.keys().collect::<Vec<_>>(), ["limits", "server", "tui"]);
        assert_eq!(
            named("limits"),
            ["asks_per_second", "burst", "pending_per_agent"]
        );
        assert_eq!(named("server"), ["database", "hosts", "listen"]);
        assert_eq!(named("tui"), ["glyphs", "keys", "mouse", "plain", "theme"]);
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
        assert!(text.contains("it should be like sqlite:"), "{text}");
        let text = refused("[server]\nlisten = 7474\n");
        assert!(text.contains("line 2, column 10"), "{text}");
        let text = refused("[server\n");
        assert!(text.contains("line 1"), "{text}");
    }

    #[test]
    fn a_file_that_is_absent_means_the_defaults() {
        let nowhere = tempfile::tempdir().unwrap();
        let path = nowhere.path().join("config.toml");
        let (config, ()) = Config::read(&path, |_| Ok(())).unwrap();
        assert_eq!(config, Config::default());
    }

    #[test]
    fn a_relative_database_lies_in_the_home_and_an_absolute_one_stays() {
        let home = Home::at(Path::new("/home/ana")).unwrap();
        let of = |text: &str| {
            let server = Server {
                database: text.parse().unwrap(),
                ..Server::default()
            };
            server.database_in(&home).to_string()
        };
        assert_eq!(of("sqlite:signoff.db"), "sqlite:/home/ana/signoff.db");
        assert_eq!(of("sqlite:/srv/a.db"), "sqlite:/srv/a.db");
    }
}
