//! `signoff serve`: the gate, for as long as nobody ends it.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use super::Exit;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::lock::{self, GateLock};
use crate::cli::out;
use crate::cli::patience::Patience;
use crate::cli::serving::Serving;
use crate::cli::session::Session;
use crate::domain::untrusted::safe;
use crate::store::Database;

/// Serve the gate until it is ended.
///
/// Writes one line, `listening on http://HOST:PORT`, to standard output when it is ready, and its log to
/// standard error. SIGTERM and Ctrl-C end it, after it has finished what it acknowledged.
///
/// The first start makes a person, `owner`, and an agent, `local`, with a token file each. While it runs,
/// every other command in the same home finds it by itself; elsewhere SIGNOFF_URL and SIGNOFF_TOKEN lead
/// to it.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    /// Where to listen; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,

    /// Where to keep what it knows
    #[arg(long, value_name = "sqlite:PATH | postgres://…")]
    database: Option<Database>,

    /// What to log, as in `debug` or `signoff::gate=debug,info`
    #[arg(long, value_name = "FILTER", default_value = "info")]
    log: String,

    /// How to log it: a line of text, or a line of JSON, for each event
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    log_format: LogFormat,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

const EXAMPLE: &str = "\
Examples:
  signoff serve
  signoff serve --listen 127.0.0.1:0 --database sqlite:/srv/signoff/signoff.db --log debug";

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    let context = &session.context;
    log_to_stderr(&args.log, args.log_format)?;
    context.make_home()?;
    let ended = until_signal()?;
    let database = args.database.unwrap_or_else(|| context.database());
    let lock = match same(&database, &context.database()) {
        true => Some(take_lock(context).await?),
        false => None,
    };
    let listen = args.listen.unwrap_or(context.config.server.listen);
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|error| not_listening(listen, &error))?;
    let local = listener.local_addr();
    let local = local.map_err(|error| Failure::because("could not listen", &error))?;
    if !local.ip().is_loopback() {
        tracing::warn!(
            "tokens travel unencrypted to {local}; let only a proxy that speaks TLS reach it"
        );
    }
    let serving = Serving::start(context, &database, listener, lock).await?;
    let place = safe(&database.to_string());
    tracing::info!("the gate serves {place} at http://{local}");
    out::print(&format!("listening on http://{local}\n"))?;
    let stopping = async {
        ended.await;
        tracing::info!("the gate stops, after what it has acknowledged");
    };
    serving.until(stopping).await?;
    tracing::info!("the gate has stopped");
    Ok(Exit::Ok)
}

fn not_listening(listen: SocketAddr, error: &io::Error) -> Failure {
    let failure = Failure::because(format_args!("could not listen on {listen}"), error);
    failure.hint(match error.kind() {
        io::ErrorKind::AddrInUse => {
            "the gate of another home may hold it, an open inbox for one; --listen takes another \
             address, and port 0 picks a free port"
        }
        _ => "--listen takes another address; port 0 picks a free port",
    })
}

fn log_to_stderr(filter: &str, format: LogFormat) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(filter).map_err(|error| {
        Failure::usage(format!("--log {filter}: {error}"))
            .hint("a level, like debug, or places with levels, like signoff::gate=debug,info")
    })?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr);
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    Ok(())
}

/// Listens from now on, so that no signal is missed between here and the wait for it.
fn until_signal() -> Result<impl Future<Output = ()>, Failure> {
    let listen = |kind| {
        signal(kind).map_err(|error| Failure::because("could not listen for signals", &error))
    };
    let mut terminate = listen(SignalKind::terminate())?;
    let mut interrupt = listen(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Whether both are the same, however their paths are written and whether they exist yet or not.
fn same(one: &Database, other: &Database) -> bool {
    let place = |database: &Database| {
        let Database::Sqlite(path) = database else {
            return None;
        };
        let path = std::path::absolute(path).ok()?;
        let directory = path.parent()?.canonicalize().ok()?;
        Some(directory.join(path.file_name()?))
    };
    one == other || (place(one).is_some() && place(one) == place(other))
}

/// The lock of the home. A command that is the gate for a moment is waited for.
async fn take_lock(context: &Context) -> Result<GateLock, Failure> {
    let unusable = |error| Failure::because("the files of the gate can't be used", &error);
    let mut patience = Patience::short();
    loop {
        if let Some(lock) = GateLock::take(&context.home).map_err(unusable)? {
            return Ok(lock);
        }
        if !patience.pause().await {
            let address = lock::published(&context.home).map_err(unusable)?;
            let at = address.map_or(String::new(), |address| format!(" at {address}"));
            return Err(Failure::new(
                Exit::Other,
                format!("another gate serves this home already{at}"),
            )
            .hint("use that one, or give this one a home of its own with SIGNOFF_HOME"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_the_same_by_another_name() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("deep")).unwrap();
        let at = |path: &str| Database::Sqlite(directory.path().join(path));
        assert!(same(&at("signoff.db"), &at("deep/../signoff.db")));
        assert!(!same(&at("signoff.db"), &at("other.db")));
        assert!(!same(&at("nowhere/a.db"), &at("nowhere/../a.db")));
    }
}
