//! How much one agent may ask of the gate, so that none floods the reviewers or starves the others.

use std::collections::HashMap;
use std::sync::Mutex;

use super::{Gate, GateError, lock};
use crate::domain::id::AgentId;
use crate::domain::time::{At, Span};

/// For each agent; 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub asks_per_second: u32,
    /// How many may come at once after a pause.
    pub burst: u32,
    pub pending_per_agent: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            asks_per_second: 200,
            burst: 2_000,
            pending_per_agent: 10_000,
        }
    }
}

/// What each agent has left: so many asks, and when that was. An agent whose burst is whole again is
/// forgotten.
#[derive(Default)]
pub(super) struct Buckets(Mutex<HashMap<AgentId, Bucket>>);

#[derive(Clone, Copy)]
struct Bucket {
    /// In thousandths of an ask.
    left: u64,
    at: At,
}

impl Buckets {
    /// Takes one ask; refuses with the time after which there is one again.
    fn take(&self, agent: &AgentId, limits: Limits, now: At) -> Result<(), Span> {
        let (rate, burst) = (
            u64::from(limits.asks_per_second),
            u64::from(limits.burst.max(1)),
        );
        let whole = burst * 1000;
        // A rate of so many a second is as many thousandths in a millisecond.
        let refilled = |bucket: &Bucket| {
            let passed = now.since(bucket.at).millis().unsigned_abs();
            whole.min(bucket.left.saturating_add(passed.saturating_mul(rate)))
        };
        let mut buckets = lock(&self.0);
        buckets.retain(|other, bucket| other == agent || refilled(bucket) < whole);
        let left = buckets.get(agent).map_or(whole, refilled);
        let taken = left.checked_sub(1000);
        let bucket = Bucket {
            left: taken.unwrap_or(left),
            at: now,
        };
        buckets.insert(agent.clone(), bucket);
        match taken {
            Some(_) => Ok(()),
            None => Err(Span::from_millis(
                (1000 - left).div_ceil(rate.max(1)).cast_signed(),
            )),
        }
    }
}

impl Gate {
    /// Refuses an agent that asks too fast, or has too much waiting already.
    pub(super) async fn within_limits(&self, agent: &AgentId, now: At) -> Result<(), GateError> {
        let limits = self.inner.limits;
        if limits.asks_per_second > 0 {
            let taken = self.inner.buckets.take(agent, limits, now);
            taken.map_err(|after| GateError::TooFast {
                most: limits.asks_per_second,
                after,
            })?;
        }
        let most = limits.pending_per_agent;
        if most > 0 && self.read().pending_of(agent).await? >= u64::from(most) {
            return Err(GateError::TooManyPending(most));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        asks_per_second: 2,
        burst: 3,
        pending_per_agent: 0,
    };

    fn at(millis: i64) -> At {
        At::from_millis(millis)
    }

    #[test]
    fn a_burst_passes_and_then_so_many_a_second() {
        let buckets = Buckets::default();
        let bot: AgentId = "bot".parse().unwrap();
        for _ in 0..3 {
            assert_eq!(buckets.take(&bot, LIMITS, at(0)), Ok(()));
        }
        assert_eq!(
            buckets.take(&bot, LIMITS, at(0)),
            Err(Span::from_millis(500))
        );
        assert_eq!(
            buckets.take(&bot, LIMITS, at(499)),
            Err(Span::from_millis(1))
        );
        assert_eq!(buckets.take(&bot, LIMITS, at(500)), Ok(()));
        assert!(buckets.take(&bot, LIMITS, at(500)).is_err());
    }

    #[test]
    fn one_agent_takes_nothing_from_another_and_a_rested_one_is_forgotten() {
        let buckets = Buckets::default();
        let (bot, other) = ("bot".parse().unwrap(), "other".parse().unwrap());
        for _ in 0..3 {
            assert_eq!(buckets.take(&bot, LIMITS, at(0)), Ok(()));
        }
        assert!(buckets.take(&bot, LIMITS, at(0)).is_err());
        assert_eq!(buckets.take(&other, LIMITS, at(0)), Ok(()));
        assert_eq!(buckets.take(&other, LIMITS, at(60_000)), Ok(()));
        assert_eq!(lock(&buckets.0).len(), 1);
    }
}
