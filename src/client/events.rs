//! The event stream as the caller reads it: server-sent events, parsed as they arrive.

use std::collections::VecDeque;

use bytes::BytesMut;

use super::{ClientError, unreachable};
use crate::api::event::LogEvent;

/// More than the longest event there is; a line or an event that goes on beyond it is not from a gate.
const LONGEST_LINE: usize = 4 << 20;

/// What the stream brought.
#[derive(Debug, Clone, PartialEq)]
pub enum Tick {
    Event(Box<LogEvent>),
    /// The log is at this position; nothing that this reader may see came since the last event.
    Position(u64),
}

/// An open stream. When it ends or fails, open another one after [`EventStream::position`].
pub struct EventStream {
    response: reqwest::Response,
    address: String,
    unread: BytesMut,
    data: String,
    ready: VecDeque<Tick>,
    position: Option<u64>,
}

impl EventStream {
    pub(super) fn new(response: reqwest::Response, address: String) -> Self {
        Self {
            response,
            address,
            unread: BytesMut::new(),
            data: String::new(),
            ready: VecDeque::new(),
            position: None,
        }
    }

    /// The last position that was seen.
    pub fn position(&self) -> Option<u64> {
        self.position
    }

    /// What comes next; nothing when the gate ended the stream.
    pub async fn next(&mut self) -> Result<Option<Tick>, ClientError> {
        loop {
            if let Some(tick) = self.ready.pop_front() {
                self.position = Some(match &tick {
                    Tick::Event(event) => event.position,
                    Tick::Position(position) => *position,
                });
                return Ok(Some(tick));
            }
            let chunk = self.response.chunk().await;
            match chunk.map_err(|error| unreachable(&self.address, &error))? {
                Some(chunk) => self.unread.extend_from_slice(&chunk),
                None => return Ok(None),
            }
            self.read_lines()?;
        }
    }

    fn read_lines(&mut self) -> Result<(), ClientError> {
        while let Some(end) = self.unread.iter().position(|&byte| byte == b'\n') {
            let line = self.unread.split_to(end + 1);
            let line = String::from_utf8_lossy(&line[..end]).into_owned();
            self.read_line(line.trim_end_matches('\r'))?;
        }
        if self.unread.len() > LONGEST_LINE {
            return Err(self.not_a_gate());
        }
        Ok(())
    }

    fn read_line(&mut self, line: &str) -> Result<(), ClientError> {
        if let Some(data) = line.strip_prefix("data:") {
            self.data.push_str(data.trim_start());
            if self.data.len() > LONGEST_LINE {
                return Err(self.not_a_gate());
            }
        } else if let Some(position) = line.strip_prefix(": position ") {
            let position = position.trim().parse().map_err(|_| self.not_a_gate())?;
            self.ready.push_back(Tick::Position(position));
        } else if line.is_empty() && !self.data.is_empty() {
            let event = serde_json::from_str(&self.data).map_err(|_| self.not_a_gate())?;
            self.ready.push_back(Tick::Event(Box::new(event)));
            self.data.clear();
        }
        Ok(())
    }

    fn not_a_gate(&self) -> ClientError {
        ClientError::NotAGate {
            address: self.address.clone(),
            status: self.response.status().as_u16(),
        }
    }
}
