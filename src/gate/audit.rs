//! The log as proof: its entries with their leaves in the tree, the tree's head, and the signature under
//! it that others can hold the log to.

use serde::Deserialize;

use super::{Caller, Gate, GateError};
use crate::domain::checkpoint::{LogKey, PublicKey};
use crate::domain::id::RequestId;
use crate::domain::merkle::{Hash, Witness};
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

/// The entries about one request, each with its audit path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    pub head: TreeHead,
    pub entries: Vec<(Hashed, Vec<Hash>)>,
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

    /// What the log has about a request, and what shows that it is there. Reads the log once from its
    /// beginning, a page at a time.
    pub async fn prove(&self, caller: &Caller, id: RequestId) -> Result<Proof, GateError> {
        self.request(caller, id).await?;
        let head = self.tree_head().await?;
        let mut tree = Witness::default();
        let mut found = Vec::new();
        while tree.size() < head.size {
            let page = self.hashed_log(tree.size(), head.size - tree.size());
            let page = page.await?;
            if page.is_empty() {
                break;
            }
            for entry in page {
                let about = is_about(&entry, id);
                tree.push(entry.leaf, about);
                found.extend(about.then_some(entry));
            }
        }
        let (root, paths) = tree.finish();
        if root != head.root {
            // Whoever asks finds that the paths lead elsewhere.
            tracing::error!(
                "the log doesn't give the root of its tree; `signoff audit verify` says what is wrong"
            );
        }
        Ok(Proof {
            head,
            entries: found.into_iter().zip(paths).collect(),
        })
    }
}

/// Whether an entry is about this request.
fn is_about(entry: &Hashed, id: RequestId) -> bool {
    #[derive(Deserialize)]
    struct About {
        request: Option<RequestId>,
    }
    let body = entry.entry.body.text();
    // Most entries are about others, and don't even name it.
    body.contains(&id.to_string())
        && serde_json::from_str::<About>(body).is_ok_and(|about| about.request == Some(id))
}
