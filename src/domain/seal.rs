//! Whether what is handed on about a request is still what its digest stands for.

use super::digest::Digest;
use super::id::{ActionName, AgentId};
use super::json::Json;
use super::request::Resource;
use super::untrusted::Untrusted;

/// What a digest covers of a request, as somebody else hands it on: nothing is taken for granted.
#[derive(Debug, Clone, Copy)]
pub struct Sealed<'a> {
    pub action: &'a ActionName,
    pub agent: &'a AgentId,
    pub params: &'a Json,
    pub recipients: &'a [Untrusted],
    pub resource: Option<&'a Resource>,
}

impl Sealed<'_> {
    /// Whether this digest is that of exactly this.
    pub fn has(&self, digest: Digest) -> bool {
        self.digest() == Some(digest)
    }

    /// The digest that stands for it, if one can.
    pub fn digest(&self) -> Option<Digest> {
        let recipients = self.recipients.iter().map(Untrusted::raw_for_execution);
        let recipients: Vec<String> = recipients.map(str::to_owned).collect();
        // The gate keeps them so; in any other order they can't be those that it made the digest of.
        if !recipients.is_sorted_by(|a, b| a < b) {
            return None;
        }
        let resource = self.resource.map_or(Json::Null, Resource::to_json);
        Some(Digest::of_request(
            self.action.as_str(),
            self.agent.as_str(),
            self.params,
            &recipients,
            &resource,
        ))
    }
}
