//! Where a PostgreSQL database is, and as whom to go there. It may hold a password, which is never shown.

use std::ffi::OsString;
use std::fmt;
use std::net::IpAddr;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use data_encoding::HEXLOWER_PERMISSIVE;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config, Connection, Socket};

use super::session::lost;
use super::tls::{Encrypted, Encryption, Tls};
use crate::store::{BadDatabase, StoreError};

/// How long to try to reach a server.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a server may be silent before it counts as gone.
const SILENCE: Duration = Duration::from_secs(15);

/// The address of a PostgreSQL database, as `postgres://user:password@host:port/name`.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    config: Box<Config>,
    encryption: Encryption,
}

impl FromStr for Address {
    type Err = BadDatabase;

    fn from_str(text: &str) -> Result<Self, BadDatabase> {
        let bad = |why: &str| BadDatabase::BadAddress(why.to_owned());
        let Asked { text, mode, roots } = Asked::of(text);
        let config = text.parse::<Config>();
        let mut config = config.map_err(|error| BadDatabase::BadAddress(causes(&error)))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(bad(
                "it names no host; it should be like postgres://signoff@db.example/signoff",
            ));
        }
        let encryption = match (mode.as_deref(), roots) {
            (Some("disable"), Some(_)) => {
                return Err(bad("sslmode=disable and sslrootcert exclude each other"));
            }
            (Some("disable"), None) => Encryption::Open,
            (None, None) if is_local(&config) => Encryption::Open,
            (None | Some("require" | "verify-ca" | "verify-full"), roots) => {
                roots.map_or(Encryption::Trusted, Encryption::Rooted)
            }
            (Some(_), _) => {
                return Err(bad(
                    "sslmode is verify-full, which is what it is over a network anyway, or disable",
                ));
            }
        };
        config.ssl_mode(match encryption {
            Encryption::Open => SslMode::Disable,
            _ => SslMode::Require,
        });
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
            encryption,
        })
    }
}

/// An address, with what it asks for of encryption taken out.
struct Asked {
    text: String,
    mode: Option<String>,
    roots: Option<PathBuf>,
}

impl Asked {
    fn of(text: &str) -> Self {
        let (place, settings) = text.split_once('?').unwrap_or((text, ""));
        let mut asked = Self {
            text: place.to_owned(),
            mode: None,
            roots: None,
        };
        let mut others = Vec::new();
        for setting in settings.split('&').filter(|setting| !setting.is_empty()) {
            match setting.split_once('=') {
                Some(("sslmode", mode)) => asked.mode = Some(mode.to_owned()),
                Some(("sslrootcert", path)) => asked.roots = Some(unescaped(path)),
                _ => others.push(setting),
            }
        }
        if !others.is_empty() {
            asked.text = format!("{place}?{}", others.join("&"));
        }
        asked
    }
}

/// A path as an address has it.
fn unescaped(path: &str) -> PathBuf {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        let digits = more.get(..2).filter(|_| *first == b'%');
        let escaped = digits.and_then(|digits| HEXLOWER_PERMISSIVE.decode(digits).ok());
        match escaped {
            Some(byte) => {
                bytes.extend(byte);
                rest = &more[2..];
            }
            None => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    OsString::from_vec(bytes).into()
}

/// Whether nobody but this machine is on the way.
fn is_local(config: &Config) -> bool {
    let local = |host: &Host| match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        Host::Unix(_) => true,
    };
    let addresses = config.get_hostaddrs();
    config.get_hosts().iter().all(local) && addresses.iter().all(IpAddr::is_loopback)
}

impl Address {
    /// Connects. What is returned beside the client has to be driven, and nothing is sent before.
    pub(super) async fn connect(
        &self,
    ) -> Result<(Client, Connection<Socket, Encrypted<Socket>>), StoreError> {
        let tls = Tls::new(&self.encryption).map_err(|error| StoreError::Unsafe {
            place: self.to_string(),
            why: error.to_string(),
        })?;
        self.config.connect(tls).await.map_err(lost)
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
        let encryption = |text: &str| text.parse::<Address>().map(|address| address.encryption);
        for open in [
            "postgres://localhost/x",
            "postgres://127.0.0.1:5433/x",
            "postgres://localhost/x?connect_timeout=3",
            "postgres://db.example/x?sslmode=disable",
        ] {
            assert_eq!(encryption(open), Ok(Encryption::Open), "{open}");
        }
        for trusted in [
            "postgres://db.example/x",
            "postgres://localhost,db.example/x",
            "postgres://localhost/x?hostaddr=192.0.2.1",
            "postgres://localhost/x?sslmode=require",
            "postgres://db.example/x?sslmode=verify-full&connect_timeout=3",
        ] {
            assert_eq!(encryption(trusted), Ok(Encryption::Trusted), "{trusted}");
        }
        let rooted = encryption("postgres://db.example/x?sslrootcert=/etc/our%20ca.pem");
        assert_eq!(rooted, Ok(Encryption::Rooted("/etc/our ca.pem".into())));
        for (wrong, why) in [
            ("postgres://db.example/x?sslmode=prefer", "verify-full"),
            ("postgres://db.example/x?sslmode=allow", "verify-full"),
            (
                "postgres://db.example/x?sslmode=disable&sslrootcert=/a",
                "exclude each other",
            ),
        ] {
            let error = encryption(wrong).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
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
