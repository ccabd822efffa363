//! Changes that are meant for a thing as its caller saw it. Whoever names what they saw has it held
//! against the snapshot that the change is committed on, so nothing comes between.

use data_encoding::HEXLOWER;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::GateError;

/// What a thing is at one moment, as a short text: another one whenever something of it is another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag(String);

impl Tag {
    /// The tag of a thing that is kept.
    pub fn of(thing: &impl Serialize) -> Self {
        let text = serde_json::to_vec(thing).expect("what is kept always serialises");
        let digest = Sha256::digest(&text);
        Self(HEXLOWER.encode(&digest[..16]))
    }

    /// The tag of a thing that counts its changes.
    pub fn of_version(version: impl Into<u64>) -> Self {
        Self(version.into().to_string())
    }

    /// As HTTP writes it.
    pub fn quoted(&self) -> String {
        format!("\"{}\"", self.0)
    }
}

/// What a call is meant for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MeantFor {
    /// Whatever is there.
    Anything,
    /// A thing with one of these tags, quoted.
    Seen(Vec<String>),
}

impl MeantFor {
    /// Refuses what is not what was seen.
    pub fn check(&self, what: &'static str, now: &Tag) -> Result<(), GateError> {
        match self {
            MeantFor::Seen(tags) if !tags.contains(&now.quoted()) => Err(GateError::Changed(what)),
            _ => Ok(()),
        }
    }
}
