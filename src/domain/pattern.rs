//! What is remembered about trusted patterns: how often each was used, and whether it is suspended.
//! The patterns themselves are part of the policy.

use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::id::PersonId;
use super::time::At;
use super::untrusted::Untrusted;

/// A trusted pattern by its name and its text: a changed text is another pattern.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PatternRef {
    pub name: Untrusted,
    /// The digest of its text.
    pub text: Digest,
}

/// What became of one pattern so far.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PatternState {
    /// Who saved the version of the policy that brought it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<PersonId>,
    pub uses: u64,
    pub last_use: Option<At>,
    /// Why it matches nothing until an admin resumes it.
    pub suspended: Option<Untrusted>,
}

impl PatternState {
    /// Counts one more request that it let through.
    pub fn note_use(&mut self, at: At) {
        self.uses += 1;
        self.last_use = Some(at);
    }
}
