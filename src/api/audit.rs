//! The log as proof.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
