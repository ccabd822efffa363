//! Text from agents and the only ways to show it.
use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Untrusted(String);
impl Untrusted {
    pub fn raw_for_execution(&self) -> &str {
        &self.0
    }
    pub fn plain(&self) -> String {
        safe(&self.0)
    }
    pub fn plain_line(&self) -> String {
        safe(&self.0)
    }
}
impl std::fmt::Debug for Untrusted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.plain_line())
    }
}
impl From<String> for Untrusted {
    fn from(text: String) -> Self {
        Self(text)
    }
}
impl From<&str> for Untrusted {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}
pub fn safe(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '?' } else { c })
        .collect()
}
