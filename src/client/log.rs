//! The log as it is given out: lines of JSON, handed on as they come.

use bytes::Bytes;

use super::{ClientError, unreachable};

/// The rest of an answer that may be long.
pub struct LogLines {
    response: reqwest::Response,
    address: String,
}

impl LogLines {
    pub(super) fn new(response: reqwest::Response, address: String) -> Self {
        Self { response, address }
    }

    /// The next bytes of it, which may end inside a line; nothing at its end. An answer that broke off
    /// is an error, never an end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, ClientError> {
        let chunk = self.response.chunk().await;
        chunk.map_err(|error| unreachable(&self.address, &error))
    }
}
