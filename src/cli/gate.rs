//! Finding the gate, or becoming it. A gate that was named is just that. Otherwise it is on this machine:
//! whoever holds the lock of the home serves, in its own process, and everybody else is a client; when
//! the holder leaves, whoever still needs a gate takes the lock.

use tokio::sync::Mutex;

use super::context::Context;
use super::exit::Exit;
use super::failure::Failure;
use super::lock::{self, GateLock};
use super::patience::Patience;
use super::serving::{Serving, listen_locally};

/// Finds the gate, and keeps the one that this process has become.
pub struct Finder {
    context: Context,
    own: Mutex<Own>,
}

/// What this process is to the gate.
enum Own {
    Client,
    Gate(Serving),
    /// It is about to end, and becomes no gate any more.
    Leaving,
}

impl Finder {
    /// Nothing is looked for yet.
    pub fn new(context: &Context) -> Self {
        Self {
            context: context.clone(),
            own: Mutex::new(Own::Client),
        }
    }

    /// Where the gate is now.
    pub async fn address(&self, patience: &mut Patience) -> Result<String, Failure> {
        if let Some(named) = &self.context.url {
            return Ok(named.clone());
        }
        let mut own = self.own.lock().await;
        match std::mem::replace(&mut *own, Own::Client) {
            Own::Client => {}
            Own::Gate(serving) if serving.is_running() => {
                let address = serving.address().to_owned();
                *own = Own::Gate(serving);
                return Ok(address);
            }
            Own::Gate(broken) => broken.leave().await?,
            Own::Leaving => {
                *own = Own::Leaving;
                return Err(Failure::new(Exit::Unreachable, "this process is ending"));
            }
        }
        self.context.make_home()?;
        let home = &self.context.home;
        let unusable = |error| Failure::because("the files of the gate can't be used", &error);
        loop {
            if let Some(lock) = GateLock::take(home).map_err(unusable)? {
                let serving = self.become_gate(lock).await?;
                let address = serving.address().to_owned();
                *own = Own::Gate(serving);
                return Ok(address);
            }
            if let Some(address) = lock::published(home).map_err(unusable)? {
                return Ok(address);
            }
            if !patience.pause().await {
                return Err(Failure::new(
                    Exit::Unreachable,
                    format!(
                        "somebody holds {} but has not said where the gate is",
                        home.lock().display()
                    ),
                )
                .hint("a gate that can't start any more has to be ended; then try again"));
            }
        }
    }

    async fn become_gate(&self, lock: GateLock) -> Result<Serving, Failure> {
        let port = self.context.config.server.listen.port();
        let listener = listen_locally(port).await;
        let listener = listener.map_err(|error| Failure::because("could not listen", &error))?;
        Serving::start(
            &self.context,
            &self.context.database(),
            listener,
            Some(lock),
        )
        .await
    }

    /// Leaves the gate; if it is this process, it finishes what it acknowledged.
    pub async fn leave(&self) -> Result<(), Failure> {
        match std::mem::replace(&mut *self.own.lock().await, Own::Leaving) {
            Own::Gate(serving) => serving.leave().await,
            Own::Client | Own::Leaving => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::context::{Environment, Global};

    fn finder(home: &std::path::Path, url: Option<&str>) -> Finder {
        let environment = Environment {
            home: Some(home.into()),
            url: url.map(str::to_owned),
            ..Environment::default()
        };
        Finder::new(&Context::new(&Global::default(), environment).unwrap())
    }

    async fn address(finder: &Finder) -> String {
        finder.address(&mut Patience::new()).await.unwrap()
    }

    #[tokio::test]
    async fn the_first_is_the_gate_and_when_it_leaves_the_next_one_is() {
        let home = tempfile::tempdir().unwrap();
        let (first, second) = (finder(home.path(), None), finder(home.path(), None));
        let at_first = address(&first).await;
        assert_eq!(address(&first).await, at_first);
        assert_eq!(address(&second).await, at_first);
        first.leave().await.unwrap();
        assert!(matches!(*second.own.lock().await, Own::Client));
        let then = address(&second).await;
        assert!(matches!(*second.own.lock().await, Own::Gate(_)));
        assert!(first.address(&mut Patience::new()).await.is_err());
        assert_eq!(address(&finder(home.path(), None)).await, then);
        second.leave().await.unwrap();
    }

    #[tokio::test]
    async fn a_gate_that_was_named_is_just_that_and_nothing_is_made_here() {
        let home = tempfile::tempdir().unwrap();
        let named = finder(home.path(), Some("https://gate.example"));
        assert_eq!(address(&named).await, "https://gate.example");
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn whoever_asks_while_the_gate_starts_waits_for_its_address() {
        let home = tempfile::tempdir().unwrap();
        let asking = finder(home.path(), None);
        let mut starting = GateLock::take(&asking.context.home).unwrap().unwrap();
        let published = async {
            tokio::task::yield_now().await;
            starting.publish("http://127.0.0.1:1").unwrap();
        };
        let (found, ()) = tokio::join!(address(&asking), published);
        assert_eq!(found, "http://127.0.0.1:1");
    }
}
