//! The policy: the document, its versions, what it would change; and the verdict that a request would get.

use reqwest::header::{CONTENT_TYPE, ETAG, IF_MATCH};
use reqwest::{Method, RequestBuilder};

use super::{Client, Result, body};
use crate::api::page::Page;
use crate::api::policy::{
    AcceptTool, PatternView, PolicyCheck, PolicyVersion, Replay, Replayed, ToolView, TriedOut,
    TryOut,
};
use crate::domain::digest::Digest;
use crate::domain::id::ActionName;
use crate::domain::untrusted::Untrusted;

/// Judging many past requests again takes longer than an ordinary answer.
const REPLAY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(300);

/// The document in force, and the tag that names this version of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyInForce {
    pub text: Untrusted,
    pub tag: String,
}

impl PolicyInForce {
    /// The number of the version; 0 is the defaults, before anybody saved one.
    pub fn version(&self) -> Option<u64> {
        self.tag.trim_matches('"').parse().ok()
    }

    /// The text that editing begins with: the policy in force; before anybody saved one an example,
    /// commented out, so that nothing of it holds unless somebody means it.
    pub fn beginning(&self) -> String {
        let text = self.text.raw_for_execution();
        if self.version() != Some(0) {
            return text.to_owned();
        }
        let commented = text
            .lines()
            .map(|line| match line.is_empty() || line.starts_with('#') {
                true => format!("{line}\n"),
                false => format!("# {line}\n"),
            });
        commented.collect()
    }
}

impl Client {
    /// The document in force.
    pub async fn policy(&self) -> Result<PolicyInForce> {
        let call = self.call(Method::GET, "v1/policy")?.timeout(self.patience);
        let response = self.raw_answer(call).await?;
        let status = response.status();
        let tag = response.headers().get(ETAG);
        let tag = tag.and_then(|tag| tag.to_str().ok()).map(str::to_owned);
        let tag = tag.ok_or_else(|| self.not_a_gate(status))?;
        let text = body::whole(response, self.address(), body::LONGEST_ANSWER).await?;
        let text = String::from_utf8(text.into()).map_err(|_| self.not_a_gate(status))?;
        Ok(PolicyInForce {
            text: Untrusted::from(text),
            tag,
        })
    }

    /// Every version that was saved, the newest first.
    pub async fn policy_versions(&self) -> Result<Page<PolicyVersion>> {
        self.whole("v1/policy/versions").await
    }

    /// One version that was saved, with its text.
    pub async fn policy_version(&self, version: u64) -> Result<PolicyVersion> {
        self.get(&format!("v1/policy/versions/{version}")).await
    }

    /// What is wrong with a document, and what should be known about it.
    pub async fn check_policy(&self, text: &str) -> Result<PolicyCheck> {
        let call = self.call(Method::POST, "v1/policy/check")?;
        self.answer(document(call, text).timeout(self.patience))
            .await
    }

    /// What a trial would have changed.
    pub async fn replay(&self, replay: &Replay) -> Result<Replayed> {
        let call = self.call(Method::POST, "v1/policy/replay")?.json(replay);
        self.answer(call.timeout(REPLAY_TIMEOUT)).await
    }

    /// Saves the version that follows the one with this tag. The same key saves it once, however often it
    /// is sent.
    pub async fn save_policy(&self, text: &str, tag: &str, key: &str) -> Result<PolicyVersion> {
        let call = self
            .call(Method::PUT, "v1/policy")?
            .header(IF_MATCH, tag)
            .header("idempotency-key", key);
        self.answer(document(call, text).timeout(self.patience))
            .await
    }

    /// The trusted patterns of the policy in force.
    pub async fn patterns(&self) -> Result<Page<PatternView>> {
        self.get("v1/patterns").await
    }

    /// Lets a suspended pattern match again.
    pub async fn resume_pattern(&self, name: &str) -> Result<PatternView> {
        // A name may hold anything; as one segment of a path it is still one name.
        let mut url = self.base.clone();
        url.path_segments_mut()
            .expect("an address with a host has a path")
            .pop_if_empty()
            .extend(["v1", "patterns", name, "resume"]);
        let call = self.http.post(url).bearer_auth(&self.token);
        let call = call.json(&super::NoFields {});
        self.answer(call.timeout(self.patience)).await
    }

    /// The tools behind actions, as they were pinned.
    pub async fn tools(&self) -> Result<Page<ToolView>> {
        self.whole("v1/tools").await
    }

    /// Pins a tool as it is now, if that is what was seen.
    pub async fn accept_tool(&self, action: &ActionName, seen: Digest) -> Result<ToolView> {
        let path = format!("v1/tools/{action}/accept");
        let body = AcceptTool { hash: Some(seen) };
        self.send(Method::POST, &path, &body).await
    }

    /// The verdict that a request would get.
    pub async fn evaluate(&self, ask: &TryOut) -> Result<TriedOut> {
        self.send(Method::POST, "v1/evaluate", ask).await
    }
}

fn document(call: RequestBuilder, text: &str) -> RequestBuilder {
    call.header(CONTENT_TYPE, "application/toml")
        .body(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_saved_holds_nothing_until_somebody_means_it() {
        let seen = |tag: &str| PolicyInForce {
            text: "[defaults]\n\n# why\nmode = \"audit\"\n".into(),
            tag: tag.to_owned(),
        };
        let begun = seen("\"0\"").beginning();
        assert_eq!(begun, "# [defaults]\n\n# why\n# mode = \"audit\"\n");
        assert!(seen("\"1\"").beginning().starts_with("[defaults]"));
    }
}
