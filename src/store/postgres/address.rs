//! Where a PostgreSQL database is, and as whom to go there. It may hold a password, which is never shown.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use crate::store::{BadDatabase, StoreError};

/// How long to try to reach a server.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a server may be silent before it counts as gone.
const SILENCE: Duration = Duration::from_secs(15);

/// The address of a PostgreSQL database, as `postgres://user:password@host:port/name`.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    config: Box<Config>,
}

impl FromStr for Address {
    type Err = BadDatabase;

    fn from_str(text: &str) -> Result<Self, BadDatabase> {
        let config = text.parse::<Config>();
        let mut config = config.map_err(|error| BadDatabase::BadAddress(causes(&error)))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(BadDatabase::BadAddress(
                "it names no host; it should be like postgres://signoff@db.example/signoff"
                    .to_owned(),
            ));
        }
        config.application_name("signoff");
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(PATIENCE);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(SILENCE);
        }
        config.keepalives_idle(SILENCE);
        Ok(Self {
            config: Box::new(config),
        })
    }
}

impl Address {
    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    /// Nothing here speaks TLS, so what is sent is open to whoever is on the way: that is for the one
    /// who runs the gate to say, unless nobody is.
    pub(super) fn check_privacy(&self) -> Result<(), StoreError> {
        let mode = self.config.get_ssl_mode();
        let local = |host: &Host| match host {
            Host::Tcp(name) => {
                name == "localhost"
                    || name
                        .parse::<std::net::IpAddr>()
                        .is_ok_and(|ip| ip.is_loopback())
            }
            Host::Unix(_) => true,
        };
        let is_local = self.config.get_hosts().iter().all(local)
            && self
                .config
                .get_hostaddrs()
                .iter()
                .all(|ip| ip.is_loopback());
        let why = match mode {
            SslMode::Disable => return Ok(()),
            SslMode::Prefer if is_local => return Ok(()),
            SslMode::Prefer => {
                "the connection would not be encrypted. Where only machines that you trust are on the \
                 way, or a tunnel that encrypts is, add ?sslmode=disable to its address"
            }
            _ => {
                "signoff speaks no TLS with a database. Reach it through a tunnel that encrypts, and \
                 write ?sslmode=disable"
            }
        };
        Err(StoreError::Unsafe {
            place: self.to_string(),
            why: why.to_owned(),
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        if let Some(user) = self.config.get_user() {
            write!(f, "{user}@")?;
        }
        let ports = self.config.get_ports();
        let hosts = self.config.get_hosts();
        for (at, host) in hosts.iter().enumerate() {
            let comma = if at > 0 { "," } else { "" };
            match host {
                Host::Tcp(name) => write!(f, "{comma}{name}")?,
                Host::Unix(path) => write!(f, "{comma}{}", path.display())?,
            }
            // One port goes for every host.
            if let Some(port) = ports.get(at).or(ports.first()) {
                write!(f, ":{port}")?;
            }
        }
        let user = self.config.get_user();
        write!(f, "/{}", self.config.get_dbname().or(user).unwrap_or(""))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An error with what is behind it: on its own it only says that something failed.
pub(super) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.ends_with(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        let address: Address = "postgres://ana:secret@db.example:5433/gates"
            .parse()
            .unwrap();
        assert_eq!(address.to_string(), "postgres://ana@db.example:5433/gates");
        assert_eq!(format!("{address:?}"), address.to_string());
    }

    #[test]
    fn an_open_connection_over_a_network_has_to_be_asked_for() {
        let refused = |text: &str| {
            let address: Address = text.parse().unwrap();
            address.check_privacy().err().map(|error| error.to_string())
        };
        assert_eq!(refused("postgres://localhost/x"), None);
        assert_eq!(refused("postgres://127.0.0.1:5433/x"), None);
        assert_eq!(refused("postgres://db.example/x?sslmode=disable"), None);
        let open = refused("postgres://db.example/x").unwrap();
        assert!(open.contains("sslmode=disable"), "{open}");
        let tls = refused("postgres://localhost/x?sslmode=require").unwrap();
        assert!(tls.contains("no TLS"), "{tls}");
    }

    #[test]
    fn what_is_no_address_is_refused_without_saying_it_again() {
        for text in [
            "postgres://",
            "postgres://ana:secret@db.example:port/x",
            "postgres://ana:secret@/x",
        ] {
            let error = text.parse::<Address>().unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
