//! The log as proof: its entries with their leaves in the tree, the tree's head, and the signature under
//! it that others can hold the log to.

use super::{Gate, GateError};
use crate::domain::checkpoint::{LogKey, PublicKey};
use crate::domain::merkle::Hash;
use crate::store::Hashed;

/// The most entries that are read at once.
const PAGE: u64 = 500;

/// What the log is at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeHead {
    pub size: u64,
    pub root: Hash,
    /// The same, signed.
    pub checkpoint: String,
}

/// A new key for a log, from the system's source of randomness.
pub fn new_log_key() -> std::io::Result<LogKey> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(std::io::Error::other)?;
    Ok(LogKey::from_seed(seed))
}

impl Gate {
    /// What checkpoints of this gate are checked with.
    pub fn log_key(&self) -> &PublicKey {
        self.inner.log_key.public()
    }

    /// What the log is, signed.
    pub async fn tree_head(&self) -> Result<TreeHead, GateError> {
        let tree = self.read().tree().await?;
        let (size, root) = (tree.size(), tree.root());
        Ok(TreeHead {
            size,
            root,
            checkpoint: self.inner.log_key.sign(size, root),
        })
    }

    /// The next entries after a position, up to so many and a page at most, with their leaves.
    pub async fn hashed_log(&self, after: u64, limit: u64) -> Result<Vec<Hashed>, GateError> {
        let limit = u32::try_from(limit.min(PAGE)).expect("a page is small");
        Ok(self.read().hashed_log(after, limit).await?)
    }
}
