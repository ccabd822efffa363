//! The log as proof.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::raw::RawJson;

/// What the log is at this moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Head {
    /// How many entries it has.
    pub size: u64,
    /// The root hash of the tree over them (RFC 6962), in hexadecimal.
    pub root: String,
    /// Both, signed: a checkpoint as C2SP tlog-checkpoint has it.
    pub checkpoint: String,
}

/// What checkpoints are checked with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Key {
    /// As signed notes name it: `NAME+HASH+BASE64`.
    pub key: String,
}

/// What the log has about one request, with what shows that it is there: whoever has the key and a
/// checkpoint needs nothing else of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Proof {
    /// What the log was when it was looked through.
    pub head: Head,
    /// Every entry about the request up to there, in their order.
    pub entries: Vec<ProofEntry>,
}

/// An entry of the log, and the way from it to the root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProofEntry {
    pub position: u64,
    /// SHA-256 of a zero byte and the body as it stands here, byte for byte; in hexadecimal.
    pub leaf: String,
    pub body: RawJson,
    /// The audit path (RFC 6962, section 2.1.1) from the leaf, whose index is `position` − 1, to the root.
    pub path: Vec<String>,
}
