//! A command's conversation with the gate: found when it is first needed, found again when it went away.

use std::sync::Mutex;

use super::context::{Context, Speaker};
use super::failure::Failure;
use super::gate::Finder;
use super::patience::Patience;
use crate::client::{Client, ClientError};

/// What a command talks to the gate through.
pub struct Session {
    pub context: Context,
    speaker: Speaker,
    finder: Finder,
    client: Mutex<Option<Client>>,
}

impl Session {
    /// Nothing is looked for yet.
    pub fn new(context: Context, speaker: Speaker) -> Self {
        Self {
            finder: Finder::new(&context),
            context,
            speaker,
            client: Mutex::new(None),
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
            match operation(&client).await {
                Err(error) if again(&error) => {
                    if !patience.pause().await {
                        return Err(error.into());
                    }
                }
                answer => return Ok(answer?),
            }
        }
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
