//! What people do about a request besides deciding: taking back, claiming, putting off; and what they do
//! about a run that didn't end well.

use reqwest::Method;

use super::{Client, NoFields, Result};
use crate::api::request::{OpenedRequest, Request, Retry, SettleRun, Snooze};
use crate::domain::id::RequestId;

impl Client {
    /// Takes back the caller's own approval, while nothing has been started.
    pub async fn take_back(&self, id: RequestId) -> Result<Request> {
        let call = self.call(Method::DELETE, &format!("v1/requests/{id}/decision"))?;
        self.answer(call.timeout(self.patience)).await
    }

    /// Takes a request on; others are warned, not barred.
    pub async fn claim(&self, id: RequestId) -> Result<Request> {
        let path = format!("v1/requests/{id}/claim");
        self.send(Method::POST, &path, &NoFields {}).await
    }

    /// Says that the caller has it on their screen, and how much of it they have seen.
    pub async fn opened(&self, id: RequestId, opened: &OpenedRequest) -> Result<Request> {
        let path = format!("v1/requests/{id}/opened");
        self.send(Method::POST, &path, opened).await
    }

    /// Gives a claim back.
    pub async fn release(&self, id: RequestId) -> Result<Request> {
        let path = format!("v1/requests/{id}/release");
        self.send(Method::POST, &path, &NoFields {}).await
    }

    /// Puts a request off, for the caller alone.
    pub async fn snooze(&self, id: RequestId, snooze: &Snooze) -> Result<Request> {
        let path = format!("v1/requests/{id}/snooze");
        self.send(Method::POST, &path, snooze).await
    }

    /// Lets a failed or unknown run be tried again. The same key makes it ready once, however often it is
    /// sent.
    pub async fn retry(&self, id: RequestId, retry: &Retry, key: &str) -> Result<Request> {
        let path = format!("v1/requests/{id}/retry");
        self.send_once(Method::POST, &path, retry, key).await
    }

    /// Says what became of a run that nobody knows the end of.
    pub async fn settle(&self, id: RequestId, settle: &SettleRun, key: &str) -> Result<Request> {
        let path = format!("v1/requests/{id}/settle");
        self.send_once(Method::POST, &path, settle, key).await
    }
}
