//! Being the gate: the database, the first keys, a listener and the server, from opening to the end of
//! the last call that was taken on. It is the same in `signoff serve` and inside any other command.

use std::fs::OpenOptions;
use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{JoinError, JoinHandle};

use super::context::Context;
use super::exit::Exit;
use super::failure::{Failure, causes};
use super::lock::GateLock;
use super::log_key_file;
use super::token_file;
use crate::domain::untrusted::safe;
use crate::gate::{self, Gate, Limits, Setup};
use crate::server;
use crate::store::{self, Database};

/// A gate that runs in this process.
pub struct Serving {
    address: String,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<Result<(), Failure>>,
    /// Let go last, when nothing is served any more.
    lock: Option<GateLock>,
}

impl Serving {
    /// Opens the database and serves it. With a lock, the gate is published as that of the home.
    pub async fn start(
        context: &Context,
        database: &Database,
        listener: TcpListener,
        mut lock: Option<GateLock>,
    ) -> Result<Self, Failure> {
        let local = listener.local_addr();
        let local = local.map_err(|error| Failure::because("could not listen", &error))?;
        let gate = open(context, database).await?;
        let (stop, stopped) = oneshot::channel();
        let options = server::Options {
            hosts: context.config.server.hosts.clone(),
        };
        let server = tokio::spawn(serve(gate, listener, options, stopped));
        let address = reached_at(local);
        if let Some(lock) = &mut lock {
            let published = lock.publish(&address);
            published
                .map_err(|error| Failure::because("could not say where the gate is", &error))?;
        }
        Ok(Self {
            address,
            stop: Some(stop),
            server,
            lock,
        })
    }

    /// Where it is reached.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Whether it serves still.
    pub fn is_running(&self) -> bool {
        !self.server.is_finished()
    }

    /// Serves until this comes, or the gate gives up.
    pub async fn until(mut self, leave: impl Future<Output = ()>) -> Result<(), Failure> {
        tokio::select! {
            ended = &mut self.server => return flatten(ended),
            () = leave => {}
        }
        self.leave().await
    }

    /// Takes nothing more, and finishes what it acknowledged.
    pub async fn leave(mut self) -> Result<(), Failure> {
        drop(self.stop.take());
        let ended = flatten(self.server.await);
        drop(self.lock.take());
        ended
    }
}

/// A listener on loopback: at this port, or at any that is free when it is taken.
pub async fn listen_locally(port: u16) -> io::Result<TcpListener> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await
        }
        bound => bound,
    }
}

async fn open(context: &Context, database: &Database) -> Result<Gate, Failure> {
    let unopened = |error: &dyn std::error::Error| {
        Failure::new(
            Exit::Other,
            format!(
                "the gate can't open {}: {}",
                safe(&database.to_string()),
                causes(error)
            ),
        )
    };
    if let Database::Sqlite(path) = database {
        make_private(path).map_err(|error| unopened(&error))?;
    }
    let store = store::open(database).await;
    let store = store.map_err(|error| unopened(&error))?;
    let keys = || token_file::first_keys(&context.home);
    let log_key = log_key_file::of_home(&context.home)?;
    let limits = context.config.limits;
    let setup = Setup {
        clock: gate::wall_clock(),
        log_key,
        limits: Limits {
            asks_per_second: limits.asks_per_second,
            burst: limits.burst,
            pending_per_agent: limits.pending_per_agent,
        },
    };
    let gate = Gate::open(store, setup, keys).await;
    gate.map_err(|error| unopened(&error))
}

/// What agents sent is nobody else's business, whatever the directory permits.
fn make_private(database: &Path) -> io::Result<()> {
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(database);
    file.map(drop)
}

async fn serve(
    gate: Gate,
    listener: TcpListener,
    options: server::Options,
    stopped: oneshot::Receiver<()>,
) -> Result<(), Failure> {
    let stop = async {
        // The other end says so, or is gone; both mean the same.
        drop(stopped.await);
    };
    let served = server::serve(gate.clone(), listener, options, stop).await;
    gate.close().await;
    served.map_err(|error| Failure::because("the gate has ended", &error))
}

fn flatten(ended: Result<Result<(), Failure>, JoinError>) -> Result<(), Failure> {
    ended.unwrap_or_else(|error| Err(Failure::because("the gate has ended", &error)))
}

/// How callers on this machine reach a listener: one on every address is reached on loopback.
fn reached_at(local: SocketAddr) -> String {
    match local {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => {
            format!("http://{}:{}", Ipv4Addr::LOCALHOST, v4.port())
        }
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => {
            format!("http://[{}]:{}", Ipv6Addr::LOCALHOST, v6.port())
        }
        concrete => format!("http://{concrete}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_on_every_address_is_reached_on_loopback() {
        for (local, expected) in [
            ("127.0.0.1:7474", "http://127.0.0.1:7474"),
            ("0.0.0.0:80", "http://127.0.0.1:80"),
            ("[::]:80", "http://[::1]:80"),
            ("192.0.2.1:80", "http://192.0.2.1:80"),
        ] {
            assert_eq!(reached_at(local.parse().unwrap()), expected);
        }
    }
}
