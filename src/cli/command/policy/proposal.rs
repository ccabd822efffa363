//! A document that is to become the policy: read, found to be one, held against the past, and saved if
//! nobody else was faster.

use std::io::Read;

use uuid::Uuid;

use crate::api::policy::{PolicyVersion, Remark, Replay, Replayed};
use crate::api::problem::ProblemKind;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::trial::{changes, counts, remark};
use crate::client::PolicyInForce;
use crate::domain::untrusted::safe;

/// Where a document is.
#[derive(Debug, clap::Args)]
pub struct Source {
    /// The document; - for standard input
    #[arg(value_name = "FILE")]
    file: String,
}

impl Source {
    /// A document in this file.
    pub fn new(file: String) -> Self {
        Self { file }
    }

    /// What it is called in messages.
    pub fn name(&self) -> String {
        match self.file.as_str() {
            "-" => "standard input".to_owned(),
            file => safe(file),
        }
    }

    /// Its text.
    pub fn read(&self) -> Result<String, Failure> {
        let mut bytes = Vec::new();
        let read = match self.file.as_str() {
            "-" => std::io::stdin().lock().read_to_end(&mut bytes).map(|_| ()),
            file => std::fs::read(file).map(|read| bytes = read),
        };
        let wrong = |error: &dyn std::fmt::Display| {
            Failure::usage(format!("could not read {}: {error}", self.name()))
        };
        read.map_err(|error| wrong(&error))?;
        String::from_utf8(bytes).map_err(|error| wrong(&error))
    }
}

/// What should be known before a document is saved.
pub struct Preview {
    warnings: Vec<Remark>,
    replayed: Replayed,
}

impl Preview {
    /// Checks the document and holds it against the past; what is wrong with it comes back instead.
    pub async fn of(session: &Session, text: &str) -> Result<Result<Self, Vec<Remark>>, Failure> {
        let checked = session.call(async |client| client.check_policy(text).await);
        let checked = checked.await?;
        if !checked.valid {
            return Ok(Err(checked.errors));
        }
        let trial = Replay {
            policy: Some(text.into()),
            ..Replay::default()
        };
        let replayed = session.call(async |client| client.replay(&trial).await);
        Ok(Ok(Self {
            warnings: checked.warnings,
            replayed: replayed.await?,
        }))
    }

    /// Counts, requests and warnings.
    pub fn shown(&self, width: Option<usize>) -> String {
        let mut text = counts(&self.replayed) + &changes(&self.replayed, width);
        for warning in &self.warnings {
            text.push_str(&format!("warning: {}\n", remark(warning, 0)));
        }
        text
    }
}

/// The failure that says everything that is wrong with a document.
pub fn faulty(name: &str, faults: &[Remark]) -> Failure {
    let mut message = format!("{name} is no policy:");
    for fault in faults {
        message.push_str(&format!("\n  {}", remark(fault, 0)));
    }
    Failure::usage(message)
}

/// One version that was saved.
pub async fn saved(session: &Session, version: u64) -> Result<PolicyVersion, Failure> {
    let found = session.call(async |client| client.policy_version(version).await);
    found
        .await
        .map_err(|failure| match failure.is(ProblemKind::NotFound) {
            true => failure.hint("`signoff policy versions` lists those that were saved"),
            false => failure,
        })
}

/// Saves the document as what follows the version that was seen.
pub async fn save(
    session: &Session,
    text: &str,
    seen: &PolicyInForce,
) -> Result<PolicyVersion, Failure> {
    let key = Uuid::now_v7().to_string();
    let saved = session.call(async |client| client.save_policy(text, &seen.tag, &key).await);
    match saved.await {
        Err(failure) if failure.is(ProblemKind::PreconditionFailed) => {
            Err(overtaken(session).await?)
        }
        saved => saved,
    }
}

/// Who was faster.
async fn overtaken(session: &Session) -> Result<Failure, Failure> {
    let now = session.call(async |client| client.policy().await).await?;
    let version = now.version().unwrap_or_default();
    let by = saved(session, version).await?.by;
    let by = by.map_or_else(|| "somebody".to_owned(), |by| by.to_string());
    Ok(Failure::new(
        Exit::Other,
        format!("not saved: {by} saved version {version} of the policy meanwhile"),
    )
    .hint("`signoff policy show` prints it; put your change into it, then apply that"))
}
