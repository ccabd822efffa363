//! How many calls one caller may have that wait or go on, as streams do: each holds a connection, and those are
//! for everybody.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::Shared;
use super::problem::Rejection;
use crate::api::problem::ProblemKind;
use crate::domain::people::Holder;
use crate::gate::Caller;
use crate::gate::metrics::{Gauge, Held};

/// The most calls of one caller that wait or go on at once, by whatever token.
const MOST: usize = 1_000;
/// One caller's part of all connections, where there are fewer.
const PART: usize = 4;

/// Who waits, and with how many calls.
#[derive(Debug)]
pub(super) struct Waiters {
    most: usize,
    now: Arc<Mutex<HashMap<Holder, usize>>>,
}

/// A call that waits, until it is dropped.
#[derive(Debug)]
pub(super) struct Waits {
    of: Holder,
    now: Arc<Mutex<HashMap<Holder, usize>>>,
    /// It is counted among all of them, too.
    _all: Held,
}

impl Waiters {
    /// With so many connections in all.
    pub(super) fn among(connections: usize) -> Self {
        Self {
            most: MOST.min(connections / PART).max(1),
            now: Arc::default(),
        }
    }

    /// One more of this holder's, which is one of `all`; nothing where there is no room for it.
    fn hold(&self, of: &Holder, all: &Arc<Gauge>) -> Option<Waits> {
        let mut now = lock(&self.now);
        let count = now.entry(of.clone()).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Waits {
            of: of.clone(),
            now: Arc::clone(&self.now),
            _all: all.hold(),
        })
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        let mut now = lock(&self.now);
        if let Some(count) = now.get_mut(&self.of) {
            *count -= 1;
            if *count == 0 {
                now.remove(&self.of);
            }
        }
    }
}

fn lock(now: &Mutex<HashMap<Holder, usize>>) -> std::sync::MutexGuard<'_, HashMap<Holder, usize>> {
    // The numbers are whole whatever panicked elsewhere.
    now.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// Counts a call that waits for so many seconds, if its caller may have one more.
    pub(super) fn waits(&self, caller: &Caller, seconds: u16) -> Result<Option<Waits>, Rejection> {
        if seconds == 0 {
            return Ok(None);
        }
        let held = self.waiters.hold(&caller.holder, &self.calls.waits);
        held.map(Some)
            .ok_or_else(|| self.too_many("let one of them end, or ask without wait"))
    }

    /// Counts a stream for as long as it is read, if its caller may have one more.
    pub(super) fn streams(&self, caller: &Caller) -> Result<Waits, Rejection> {
        let held = self.waiters.hold(&caller.holder, &self.calls.streams);
        held.ok_or_else(|| self.too_many("let one of them end"))
    }

    fn too_many(&self, remedy: &str) -> Rejection {
        Rejection::new(
            ProblemKind::TooManyWaiting,
            format!(
                "{} calls of this caller wait or go on already; {remedy}",
                self.waiters.most
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_has_a_part_of_all_connections_and_takes_nothing_from_another() {
        let (waiters, all) = (Waiters::among(2 * PART), Arc::default());
        let agent = |id: &str| Holder::Agent(id.parse().unwrap());
        let held = [(); 2].map(|()| waiters.hold(&agent("bot"), &all).unwrap());
        assert!(waiters.hold(&agent("bot"), &all).is_none());
        let other = waiters.hold(&agent("other"), &all);
        assert!(other.is_some());
        assert_eq!(all.now(), 3);
        drop((held, other));
        assert_eq!(all.now(), 0);
        assert!(lock(&waiters.now).is_empty());
        assert!(waiters.hold(&agent("bot"), &all).is_some());
        assert_eq!(Waiters::among(usize::MAX).most, MOST);
    }
}
