//! The worker's side: work is leased, and the lease renewed while it goes on.

use std::time::Duration;

use reqwest::Method;

use super::{Client, Result, WAIT_MARGIN};
use crate::api::work::{LeaseWork, RenewLease, RenewedLease, Work};
use crate::domain::id::RequestId;

impl Client {
    /// Takes what there is to run, waiting as long as `lease` says for something.
    pub async fn lease(&self, lease: &LeaseWork) -> Result<Work> {
        let call = self.call(Method::POST, "v1/work/lease")?.json(lease);
        let patience = Duration::from_secs(lease.wait.into()) + WAIT_MARGIN;
        self.answer(call.timeout(patience)).await
    }

    /// Goes on with what was leased.
    pub async fn renew(&self, id: RequestId, renew: &RenewLease) -> Result<RenewedLease> {
        self.send(Method::POST, &format!("v1/work/{id}/renew"), renew)
            .await
    }
}
