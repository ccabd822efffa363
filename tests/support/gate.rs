use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use signoff::client::Client;
use signoff::domain::checkpoint::LogKey;
use signoff::domain::time::{At, Span};
use signoff::gate::{Clock, FirstKeys, Gate, Limits, Secret, Setup};
use signoff::server::{self, Options};
use signoff::store::{self, Database};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{Wire, postgres};

/// A clock that stands still until it is moved.
#[derive(Clone)]
pub struct Hands(Arc<AtomicI64>);

impl Hands {
    fn clock(&self) -> Clock {
        let hands = Arc::clone(&self.0);
        Arc::new(move || At::from_millis(hands.load(Ordering::SeqCst)))
    }

    /// Sets the clock back.
    pub fn back(&self, span: Span) {
        self.0.fetch_sub(span.millis(), Ordering::SeqCst);
    }

    /// Moves the clock on.
    pub fn pass(&self, span: Span) {
        self.0.fetch_add(span.millis(), Ordering::SeqCst);
    }
}

/// A gate that serves on loopback, with a database in a directory of its own.
pub struct TestGate {
    pub gate: Gate,
    pub url: String,
    pub hands: Hands,
    keys: FirstKeys,
    home: TempDir,
    /// Where it keeps what it knows.
    pub database: Database,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), server::ServeError>>,
}

impl TestGate {
    /// A gate with a fresh workspace.
    pub async fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        let database = new_database(&home);
        Self::start_in(home, database).await
    }

    /// A gate with a fresh workspace in this database.
    pub async fn start_on(database: &str) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), database.parse().unwrap()).await
    }

    /// Another gate on the same database, with the same clock.
    pub async fn another(&self) -> Self {
        let (keys, hands) = (self.keys.clone(), self.hands.clone());
        let home = tempfile::tempdir().unwrap();
        Self::open(home, self.database.clone(), keys, hands).await
    }

    async fn start_in(home: TempDir, database: Database) -> Self {
        let keys = FirstKeys {
            owner: Secret::generate().unwrap(),
            agent: Secret::generate().unwrap(),
        };
        let start = "2026-11-20T09:00:00Z".parse::<At>().unwrap();
        let hands = Hands(Arc::new(AtomicI64::new(start.millis())));
        Self::open(home, database, keys, hands).await
    }

    async fn open(home: TempDir, database: Database, keys: FirstKeys, hands: Hands) -> Self {
        let store = store::open(&database).await.unwrap();
        let setup = Setup {
            clock: hands.clock(),
            log_key: log_key(),
            limits: Limits::default(),
        };
        let gate = Gate::open(store, setup, || Ok(keys.clone())).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn(server::serve(
            gate.clone(),
            listener,
            Options::default(),
            async {
                drop(stopped.await);
            },
        ));
        Self {
            gate,
            url,
            hands,
            keys,
            home,
            database,
            stop,
            served,
        }
    }

    /// Stops the gate and opens it again on the same database.
    pub async fn restart(self) -> Self {
        self.restart_after(|_| ()).await
    }

    /// Stops the gate, does something to its database, and opens it again.
    pub async fn restart_after(self, between: impl FnOnce(&Path)) -> Self {
        let Self {
            gate,
            hands,
            keys,
            home,
            database,
            stop,
            served,
            ..
        } = self;
        drop(stop);
        served.await.unwrap().unwrap();
        gate.close().await;
        between(&file(&home));
        Self::open(home, database, keys, hands).await
    }

    /// The first owner.
    pub fn owner(&self) -> Client {
        self.client(self.keys.owner.reveal())
    }

    /// The first agent, which belongs to the owner.
    pub fn agent(&self) -> Client {
        self.client(self.keys.agent.reveal())
    }

    /// Whoever holds this token.
    pub fn client(&self, token: &str) -> Client {
        Client::new(&self.url, token).unwrap()
    }

    /// The first owner's secret.
    pub fn owner_secret(&self) -> &str {
        self.keys.owner.reveal()
    }

    /// The first owner, by hand.
    pub fn owner_wire(&self) -> Wire {
        self.wire(self.keys.owner.reveal())
    }

    /// The first agent, by hand.
    pub fn agent_wire(&self) -> Wire {
        self.wire(self.keys.agent.reveal())
    }

    /// Whoever holds this token, by hand.
    pub fn wire(&self, token: &str) -> Wire {
        Wire::new(&self.url, Some(token))
    }

    /// A file with everything that the database has: the database itself, or a copy.
    pub async fn as_a_file(&self) -> PathBuf {
        as_a_file(&self.database, self.home.path()).await
    }

    /// A new person with a token.
    pub async fn person(&self, id: &str, role: &str) -> Client {
        let person = serde_json::json!({"id": id, "role": role});
        self.owner()
            .add_person(&serde_json::from_value(person).unwrap())
            .await
            .unwrap();
        self.client(&self.token(serde_json::json!({"person": id})).await)
    }

    /// A new agent of these owners and for these users, with a token.
    pub async fn agent_of(&self, id: &str, owners: &[&str], users: &[&str]) -> Client {
        let agent = serde_json::json!({"id": id, "owners": owners, "users": users});
        self.owner()
            .add_agent(&serde_json::from_value(agent).unwrap())
            .await
            .unwrap();
        self.client(&self.token(serde_json::json!({"agent": id})).await)
    }

    /// A new token, `{"person": ID}` or `{"agent": ID}`.
    pub async fn token(&self, holder: serde_json::Value) -> String {
        let issued = self
            .owner()
            .add_token(&serde_json::from_value(holder).unwrap())
            .await
            .unwrap();
        issued.token.unwrap()
    }
}

/// The key that every gate here signs its log with.
pub fn log_key() -> LogKey {
    LogKey::from_seed([7; 32])
}

fn file(home: &TempDir) -> PathBuf {
    home.path().join("signoff.db")
}

fn new_database(home: &TempDir) -> Database {
    match postgres::is_wanted() {
        false => Database::Sqlite(file(home)),
        true => postgres::wanted().database().parse().unwrap(),
    }
}

/// A file with everything that a database has: the database itself, or a copy in this directory.
pub async fn as_a_file(database: &Database, directory: &Path) -> PathBuf {
    match database {
        Database::Sqlite(path) => path.clone(),
        shared @ Database::Postgres(_) => {
            let copy = directory.join("copy.db");
            std::fs::write(&copy, "").unwrap();
            store::copy(shared, &copy).await.unwrap();
            copy
        }
    }
}
