//! HTTP by hand: bodies and heads that the client would never send, and answers byte for byte.

use signoff::api::problem::Problem;
use signoff::api::request::Request;

/// Somebody who speaks to a gate with one token, or with none.
#[derive(Clone)]
pub struct Wire {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: String,
}

impl Wire {
    pub fn new(url: &str, token: Option<&str>) -> Self {
        // Whoever is first in the process chooses the cryptography, which plain HTTP never uses.
        drop(rustls::crypto::ring::default_provider().install_default());
        Self {
            http: reqwest::Client::builder()
                .no_proxy()
                .tls_certs_only([])
                .build()
                .unwrap(),
            url: url.to_owned(),
            token: token.map(str::to_owned),
        }
    }

    /// Whose token it speaks with.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Speaks to a gate at another address from now on.
    pub fn follow(&mut self, url: &str) {
        url.clone_into(&mut self.url);
    }

    /// A call with this method that has nothing but the token.
    pub fn call(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let call = self
            .http
            .request(method.parse().unwrap(), format!("{}{path}", self.url));
        match &self.token {
            Some(token) => call.bearer_auth(token),
            None => call,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.call("GET", path)).await
    }

    /// Posts these bytes as JSON.
    pub async fn post(&self, path: &str, body: impl Into<Vec<u8>>) -> Answer {
        let call = self.call("POST", path);
        Answer::of(
            call.header("content-type", "application/json")
                .body(body.into()),
        )
        .await
    }

    /// Changes something by these bytes as JSON.
    pub async fn patch(&self, path: &str, body: impl Into<Vec<u8>>) -> Answer {
        let call = self.call("PATCH", path);
        Answer::of(
            call.header("content-type", "application/json")
                .body(body.into()),
        )
        .await
    }

    /// Saves a policy in place of whatever is in force.
    pub async fn save_policy(&self, document: &str) -> Answer {
        let tag = self.get("/v1/policy").await.tag();
        let call = self.call("PUT", "/v1/policy").header("if-match", tag);
        let call = call.header("content-type", "application/toml");
        Answer::of(call.body(document.to_owned())).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Answer::of(self.call("DELETE", path)).await
    }

    /// Posts these bytes as JSON with an idempotency key.
    pub async fn post_once(&self, path: &str, key: &str, body: impl Into<Vec<u8>>) -> Answer {
        let call = self.call("POST", path).header("idempotency-key", key);
        Answer::of(
            call.header("content-type", "application/json")
                .body(body.into()),
        )
        .await
    }
}

impl Answer {
    /// Sends a call and reads all that comes back.
    pub async fn of(call: reqwest::RequestBuilder) -> Self {
        Self::read(call.send().await.unwrap()).await
    }

    /// Reads all of a response.
    pub async fn read(response: reqwest::Response) -> Self {
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.text().await.unwrap(),
        }
    }

    /// The tag of what it shows.
    pub fn tag(&self) -> String {
        let tag = self.headers.get("etag");
        let tag = tag.unwrap_or_else(|| panic!("no tag: {self:?}"));
        tag.to_str().unwrap().to_owned()
    }

    /// The answer as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// The answer as a request.
    pub fn request(&self) -> Request {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not a request: {self:?}"))
    }

    /// The answer as the problem that it has to be, in the form that problems have.
    #[track_caller]
    pub fn problem(&self) -> Problem {
        assert_eq!(
            self.headers.get("content-type").map(|kind| kind.as_bytes()),
            Some(&b"application/problem+json"[..]),
            "{self:?}"
        );
        let problem: Problem = serde_json::from_str(&self.body).unwrap();
        assert_eq!(problem.status, self.status, "{self:?}");
        assert!(problem.kind.starts_with("/problems/"), "{self:?}");
        problem
    }

    /// Holds the answer to this status and kind of problem.
    #[track_caller]
    pub fn refused(&self, status: u16, name: &str) -> Problem {
        let problem = self.problem();
        assert_eq!((self.status, problem.name()), (status, name), "{self:?}");
        problem
    }
}
