//! A command's conversation with the gate: found when it is first needed, found again when it went away.

use std::io::{self, IsTerminal};
use std::pin::pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::context::{Context, Speaker};
use super::failure::{Failure, causes};
use super::gate::Finder;
use super::out;
use super::patience::Patience;
use crate::client::{Client, ClientError};
use crate::domain::untrusted::safe;

/// After so long without an answer a person is told what is waited for.
const SILENCE: Duration = Duration::from_millis(500);

/// What a command talks to the gate through.
pub struct Session {
    pub context: Context,
    speaker: Speaker,
    finder: Finder,
    client: Mutex<Option<Client>>,
    told: Told,
}

/// Says that a gate is waited for, once, and once that it doesn't answer: to a person at a terminal, of a gate
/// that was named, and as long as it hasn't answered anything.
struct Told {
    wanted: bool,
    waits: AtomicBool,
    fails: AtomicBool,
}

impl Told {
    fn new(context: &Context) -> Self {
        Self {
            wanted: context.url.is_some() && io::stderr().is_terminal(),
            waits: AtomicBool::new(false),
            fails: AtomicBool::new(false),
        }
    }

    fn may_wait(&self) -> bool {
        self.wanted && !self.waits.load(Ordering::Relaxed)
    }

    fn waits(&self, url: &str) {
        self.waits.store(true, Ordering::Relaxed);
        out::note(&format!("connecting to {} …", safe(url)));
    }

    fn fails(&self, error: &ClientError) {
        if self.wanted && !self.fails.swap(true, Ordering::Relaxed) {
            let why = causes(error);
            out::note(&format!(
                "{why}\nit is tried again for ten seconds, ctrl-c stops that; `signoff serve` starts a gate, --url \
                 or SIGNOFF_URL name another"
            ));
        }
    }

    fn answers(&self) {
        self.waits.store(true, Ordering::Relaxed);
        self.fails.store(true, Ordering::Relaxed);
    }
}

impl Session {
    /// Nothing is looked for yet.
    pub fn new(context: Context, speaker: Speaker) -> Self {
        Self {
            finder: Finder::new(&context),
            speaker,
            client: Mutex::new(None),
            told: Told::new(&context),
            context,
        }
    }

    /// Carries out an operation that may be repeated: a gate that went away is found again, and an
    /// answer that was lost is asked for again.
    pub async fn call<T>(
        &self,
        operation: impl AsyncFn(&Client) -> Result<T, ClientError>,
    ) -> Result<T, Failure> {
        self.try_call(operation, ClientError::is_passing).await
    }

    /// Carries out an operation that would count twice if it were repeated: it is tried again only
    /// when the gate can't have seen it.
    pub async fn call_once<T>(
        &self,
        operation: impl AsyncFn(&Client) -> Result<T, ClientError>,
    ) -> Result<T, Failure> {
        self.try_call(operation, ClientError::was_not_sent).await
    }

    async fn try_call<T>(
        &self,
        operation: impl AsyncFn(&Client) -> Result<T, ClientError>,
        again: impl Fn(&ClientError) -> bool,
    ) -> Result<T, Failure> {
        let mut patience = Patience::new();
        loop {
            let client = self.client(&mut patience).await?;
            match self.spoken_of(operation(&client)).await {
                Err(error) if again(&error) => {
                    self.told.fails(&error);
                    if !patience.pause().await {
                        return Err(error.into());
                    }
                }
                answer => {
                    self.told.answers();
                    return Ok(answer?);
                }
            }
        }
    }

    /// Whoever waits at a gate that was named, and hasn't answered anything yet, is told what for.
    async fn spoken_of<T>(&self, operation: impl Future<Output = T>) -> T {
        let mut operation = pin!(operation);
        tokio::select! {
            biased;
            answer = &mut operation => return answer,
            () = tokio::time::sleep(SILENCE), if self.told.may_wait() => {}
        }
        self.told
            .waits(self.context.url.as_deref().unwrap_or_default());
        operation.await
    }

    /// A client of the gate, wherever it is now.
    pub async fn client(&self, patience: &mut Patience) -> Result<Client, Failure> {
        let address = self.finder.address(patience).await?;
        let known = self.known(&address);
        match known {
            Some(client) => Ok(client),
            None => {
                // Read now rather than earlier: the gate's first start makes the files.
                let token = self.context.token(self.speaker)?;
                let client = Client::new(&address, &token)?;
                *self
                    .client
                    .lock()
                    .unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(client.clone());
                Ok(client)
            }
        }
    }

    /// Where the gate is.
    pub async fn address(&self) -> Result<String, Failure> {
        self.finder.address(&mut Patience::new()).await
    }

    fn known(&self, address: &str) -> Option<Client> {
        let client = self
            .client
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        client
            .clone()
            .filter(|client| client.address() == address.trim_end_matches('/'))
    }

    /// Ends it; a gate in this process finishes what it acknowledged.
    pub async fn close(&self) -> Result<(), Failure> {
        self.finder.leave().await
    }
}
