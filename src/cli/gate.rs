//! Where the gate is: at the address that was named, or else on this machine.

use super::context::Context;
use super::exit::Exit;
use super::failure::Failure;
use super::patience::Patience;

/// Finds the gate.
pub struct Finder {
    named: Option<String>,
    url_file: std::path::PathBuf,
}

impl Finder {
    pub fn new(context: &Context) -> Self {
        Self {
            named: context.url.clone(),
            url_file: context.home.address(),
        }
    }

    pub async fn address(&self, patience: &mut Patience) -> Result<String, Failure> {
        if let Some(url) = &self.named {
            return Ok(url.clone());
        }
        loop {
            if let Ok(url) = std::fs::read_to_string(&self.url_file) {
                return Ok(url.trim().to_owned());
            }
            if !patience.pause().await {
                return Err(Failure::new(
                    Exit::Unreachable,
                    "there is no gate to talk to",
                ));
            }
        }
    }

    pub async fn leave(self) -> Result<(), Failure> {
        Ok(())
    }
}
