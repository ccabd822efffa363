//! Tools behind actions: what an agent says that a tool is, pinned when it is seen first. One that is
//! another later may do another thing under the same name, so no standing trust covers it until an admin
//! has looked at it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::id::ActionName;
use super::json::{Json, canonical};
use super::time::At;
use super::untrusted::Untrusted;

/// What a tool is said to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Definition {
    pub server: Untrusted,
    /// Its true name, whatever the action is called.
    pub name: Untrusted,
    /// The digest of the definition's canonical text.
    pub hash: Digest,
    pub text: Untrusted,
    /// When it was seen first.
    pub since: At,
}

/// The tool behind an action: the definition that was seen first or accepted last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    pub action: ActionName,
    pub pinned: Definition,
    /// Another one that was seen since, and that nobody has accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<Definition>,
}

impl Definition {
    /// The tool that a request names in its context: `{"tool": {"server", "name", "definition"}}`.
    pub fn named_in(context: &Json, now: At) -> Option<Self> {
        let tool = context.get("tool")?;
        let text = canonical(tool.get("definition")?);
        Some(Self {
            server: Untrusted::from(tool.get("server")?.as_str()?),
            name: Untrusted::from(tool.get("name")?.as_str()?),
            hash: Digest::of_bytes(&text),
            text: Untrusted::from(String::from_utf8_lossy(&text).into_owned()),
            since: now,
        })
    }

    /// Whether both say the same, whenever they were seen.
    pub fn is_same(&self, other: &Self) -> bool {
        (&self.server, &self.name, self.hash) == (&other.server, &other.name, other.hash)
    }
}

impl Tool {
    /// Why standing trust doesn't cover a request that names this tool, or none.
    pub fn doubt(&self, named: Option<&Definition>) -> Option<String> {
        match named {
            Some(named) if self.pinned.is_same(named) => None,
            Some(_) => Some(format!(
                "its tool is defined otherwise than when it was pinned at {}, and no admin has accepted that",
                self.pinned.since
            )),
            None => Some(
                "it doesn't say which tool it calls, and its action has a pinned one".to_owned(),
            ),
        }
    }

    /// The other definition is the pinned one from now on, if it is this one.
    pub fn accept(&mut self, hash: Digest) {
        if let Some(changed) = self.changed.take_if(|changed| changed.hash == hash) {
            self.pinned = changed;
        }
    }

    /// Whether this definition is news: neither the pinned one nor the other that is known already.
    pub fn is_news(&self, named: &Definition) -> bool {
        let known = self
            .changed
            .as_ref()
            .is_some_and(|changed| changed.is_same(named));
        !known && !self.pinned.is_same(named)
    }
}
