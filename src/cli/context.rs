//! What a command knows before it does anything: flags, environment, settings and places, with a flag
//! winning over the environment, the environment over the file, and the file over the defaults.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use super::exit::Exit;
use super::failure::{Failure, causes};
use super::look::{Terminal, When};
use super::out;
use super::own_keys;
use super::token_file;
use crate::config::{Config, Home};
use crate::domain::untrusted::safe;
use crate::store::Database;
use crate::tui::Keymap;

/// The rules of the zone that the machine is set to, where there is such a file.
const LOCAL_ZONE: &str = "/etc/localtime";

/// Flags that every command takes.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Global {
    /// The directory that holds everything of signoff's [env: SIGNOFF_HOME]
    #[arg(long, global = true, value_name = "DIR", help_heading = "Everywhere")]
    pub home: Option<PathBuf>,

    /// The gate to talk to; without it the one of this machine [env: SIGNOFF_URL]
    #[arg(long, global = true, value_name = "URL", help_heading = "Everywhere")]
    pub url: Option<String>,

    /// Colours of the inbox and of `watch` [default: as the settings, NO_COLOR and the terminal say]
    #[arg(long, global = true, value_name = "WHEN", help_heading = "Everywhere")]
    pub color: Option<When>,
}

/// What the environment says. A variable that is empty says nothing.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    pub home: Option<PathBuf>,
    pub url: Option<String>,
    pub token: Option<String>,
    /// The database of a gate in this home; where it has a password, settings are no place for it.
    pub database: Option<String>,
    pub terminal: Terminal,
    /// Whether it names a time zone.
    pub names_zone: bool,
}

impl Environment {
    /// Reads it; the only place that does.
    pub fn read() -> Result<Self, Failure> {
        let text = |name: &str| match variable(name).map(OsString::into_string) {
            None => Ok(None),
            Some(Ok(text)) => Ok(Some(text)),
            Some(Err(_)) => Err(Failure::usage(format!("{name} is not UTF-8 text"))),
        };
        Ok(Self {
            home: variable("SIGNOFF_HOME").map(PathBuf::from),
            url: text("SIGNOFF_URL")?,
            token: text("SIGNOFF_TOKEN")?,
            database: text("SIGNOFF_DATABASE")?,
            names_zone: variable("TZ").is_some(),
            terminal: Terminal {
                when: When::default(),
                no_color: variable("NO_COLOR").is_some(),
                colorterm: text("COLORTERM")?,
                term: text("TERM")?,
                locale: text("LC_ALL")?.or(text("LC_CTYPE")?).or(text("LANG")?),
            },
        })
    }
}

fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Whose word a command brings to the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    /// An agent, which asks: `SIGNOFF_TOKEN`, else the file of the agent `local`.
    Agent,
    /// A person: `SIGNOFF_TOKEN`, else the owner's file.
    Person,
    /// A worker: `SIGNOFF_TOKEN`, and no file.
    Worker,
}

/// What a command knows before it does anything.
#[derive(Debug, Clone)]
pub struct Context {
    pub home: Home,
    /// The directory that was named for it, if one was.
    pub home_named: Option<PathBuf>,
    pub config: Config,
    /// The keys of the inbox: as the settings have them where it is opened, else as shipped.
    pub keymap: Keymap,
    /// The gate that was named, if one was.
    pub url: Option<String>,
    pub terminal: Terminal,
    names_zone: bool,
    token: Option<String>,
    database: Option<Database>,
}

impl Context {
    /// Puts flags, environment and settings together. What the settings say about keys is left alone: a
    /// mistake there doesn't keep an agent from asking.
    pub fn new(global: &Global, environment: Environment) -> Result<Self, Failure> {
        let context = Self::without_settings(global, environment)?;
        let config = Config::read(&context.home.config(), |_| Ok(()))?.0;
        Ok(Self { config, ..context })
    }

    /// The same for what is told by keys.
    pub fn with_keys(global: &Global, environment: Environment) -> Result<Self, Failure> {
        let context = Self::without_settings(global, environment)?;
        let (config, keymap) = own_keys::read(&context.home.config())?;
        Ok(Self {
            config,
            keymap,
            ..context
        })
    }

    /// The same with the default settings, whatever the file says.
    pub fn without_settings(global: &Global, environment: Environment) -> Result<Self, Failure> {
        let home_named = global.home.clone().or(environment.home);
        let home = match &home_named {
            Some(directory) => Home::at(directory)?,
            None => Home::of_platform()?,
        };
        let database = environment.database.map(|text| text.parse()).transpose();
        let database = database
            .map_err(|error| Failure::usage(format!("SIGNOFF_DATABASE: {}", causes(&error))))?;
        Ok(Self {
            home_named,
            config: Config::default(),
            keymap: Keymap::shipped(),
            home,
            url: global.url.clone().or(environment.url),
            terminal: Terminal {
                when: global.color.unwrap_or_default(),
                ..environment.terminal
            },
            names_zone: environment.names_zone,
            token: environment.token,
            database,
        })
    }

    /// What a sample in this home knows: how the caller's terminal looks, and nothing of their gate.
    pub fn in_sample(&self, home: &Path) -> Result<Self, Failure> {
        let mut config = Config {
            tui: self.config.tui.clone(),
            ..Config::default()
        };
        // The usual port is for the caller's own gate.
        config.server.listen.set_port(0);
        Ok(Self {
            home: Home::at(home)?,
            home_named: Some(home.to_owned()),
            config,
            keymap: self.keymap.clone(),
            url: None,
            terminal: self.terminal.clone(),
            names_zone: self.names_zone,
            token: None,
            database: None,
        })
    }

    /// What is to be said where a home was named that isn't there: it is made, and may have been mistyped.
    pub fn new_home(&self) -> Option<String> {
        let named = self.home_named.as_ref().filter(|named| !named.exists())?;
        let named = std::path::absolute(named).unwrap_or_else(|_| named.clone());
        Some(format!(
            "there was no {}: a new home is made there, with a gate of its own that knows nothing yet",
            safe(&named.to_string_lossy())
        ))
    }

    /// Makes the home; one that was named and is new is spoken of.
    pub fn make_home(&self) -> Result<(), Failure> {
        let new = self.new_home();
        self.home.make()?;
        if let Some(new) = new {
            out::note(&new);
        }
        Ok(())
    }

    /// Where a gate in this home keeps what it knows, unless a flag says otherwise.
    pub fn database(&self) -> Database {
        let named = self.database.clone();
        named.unwrap_or_else(|| self.config.server.database_in(&self.home))
    }

    /// The zone that times are shown in. The system's is read from its own file: looked up by its name, every
    /// zone that there is would be listed first, which takes longer than all the rest of a start.
    pub fn zone(&self) -> TimeZone {
        let file = (!self.names_zone).then(|| std::fs::read(LOCAL_ZONE));
        let zone = file
            .and_then(Result::ok)
            .and_then(|rules| TimeZone::tzif("Local", &rules).ok());
        zone.unwrap_or_else(TimeZone::system)
    }

    /// Whether the caller said themselves who they are, rather than leaving it to a file.
    pub fn token_was_given(&self) -> bool {
        self.token.is_some()
    }

    /// The token to speak with.
    pub fn token(&self, speaker: Speaker) -> Result<String, Failure> {
        if let Some(token) = &self.token {
            return Ok(token.clone());
        }
        let path = match speaker {
            Speaker::Agent => self.home.agent_token(),
            Speaker::Person => self.home.token(),
            Speaker::Worker => {
                return Err(Failure::new(
                    Exit::NotPermitted,
                    "no token: a worker speaks with SIGNOFF_TOKEN",
                )
                .hint(
                    "an admin makes one with `signoff tokens add --worker NAME --action ACTION`",
                ));
            }
        };
        let secret = token_file::read(&path)?;
        secret
            .map(|secret| secret.reveal().to_owned())
            .ok_or_else(|| {
                let shown = path.display();
                Failure::new(
                    Exit::NotPermitted,
                    format!("no token: there is no file {shown}"),
                )
                .hint("set SIGNOFF_TOKEN; an admin makes a token with `signoff tokens add`")
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(global: &Global, environment: Environment) -> Context {
        Context::new(global, environment).unwrap()
    }

    #[test]
    fn a_flag_wins_over_the_environment() {
        let (flag, variable) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let environment = Environment {
            home: Some(variable.path().into()),
            url: Some("http://variable.example".into()),
            ..Environment::default()
        };
        let global = Global {
            home: Some(flag.path().into()),
            url: Some("http://flag.example".into()),
            ..Global::default()
        };
        let both = context(&global, environment.clone());
        assert_eq!(both.home, Home::at(flag.path()).unwrap());
        assert_eq!(both.url.as_deref(), Some("http://flag.example"));
        let one = context(&Global::default(), environment);
        assert_eq!(one.home, Home::at(variable.path()).unwrap());
        assert_eq!(one.url.as_deref(), Some("http://variable.example"));
    }

    #[test]
    fn agents_and_people_have_their_own_files_and_a_given_token_wins_over_both() {
        let home = tempfile::tempdir().unwrap();
        let mut environment = Environment {
            home: Some(home.path().into()),
            ..Environment::default()
        };
        let files = context(&Global::default(), environment.clone());
        assert_eq!(
            files.token(Speaker::Person).unwrap_err().exit(),
            Exit::NotPermitted
        );
        let keys = token_file::first_keys(&files.home).unwrap();
        assert_eq!(files.token(Speaker::Person).unwrap(), keys.owner.reveal());
        assert_eq!(files.token(Speaker::Agent).unwrap(), keys.agent.reveal());
        assert!(!files.token_was_given());
        environment.token = Some("sgn_given".into());
        let given = context(&Global::default(), environment);
        assert_eq!(given.token(Speaker::Person).unwrap(), "sgn_given");
        assert_eq!(given.token(Speaker::Agent).unwrap(), "sgn_given");
        assert!(given.token_was_given());
    }

    #[test]
    fn a_home_that_was_named_and_is_new_is_spoken_of_once() {
        let parent = tempfile::tempdir().unwrap();
        let named = parent.path().join("mistyped");
        let global = Global {
            home: Some(named.clone()),
            ..Global::default()
        };
        let context = context(&global, Environment::default());
        let said = context.new_home().expect("it isn't there");
        assert!(
            said.starts_with(&format!("there was no {}: ", named.display())),
            "{said}"
        );
        context.make_home().unwrap();
        assert!(named.is_dir());
        assert_eq!(context.new_home(), None);
    }

    #[test]
    fn settings_that_are_wrong_stop_every_command() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("config.toml"), "[sever]\n").unwrap();
        let environment = Environment {
            home: Some(home.path().into()),
            ..Environment::default()
        };
        let failure = Context::new(&Global::default(), environment).unwrap_err();
        assert_eq!(failure.exit(), Exit::Usage);
        let report = failure.report().unwrap();
        assert!(
            report.contains("line 1, column 2: unknown field `sever`"),
            "{report}"
        );
    }
}
