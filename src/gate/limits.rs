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

/// What each agent has left: so many asks, and when that was. Agents whose burst is whole again are forgotten,
/// all at once whenever there are twice as many as were left the last time.
#[derive(Default)]
pub(super) struct Buckets(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    buckets: HashMap<AgentId, Bucket>,
    /// How many there may be before it is looked which can be forgotten.
    most: usize,
}

/// So few are kept in any case.
const FEW: usize = 64;

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
        let mut kept = lock(&self.0);
        let Kept { buckets, most } = &mut *kept;
        if buckets.len() > *most {
            buckets.retain(|_, bucket| refilled(bucket) < whole);
            *most = FEW.max(2 * buckets.len());
        }
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
    fn one_agent_takes_nothing_from_another() {
        let buckets = Buckets::default();
        let (bot, other) = ("bot".parse().unwrap(), "other".parse().unwrap());
        for _ in 0..3 {
            assert_eq!(buckets.take(&bot, LIMITS, at(0)), Ok(()));
        }
        assert!(buckets.take(&bot, LIMITS, at(0)).is_err());
        assert_eq!(buckets.take(&other, LIMITS, at(0)), Ok(()));
    }

    #[test]
    fn agents_that_rest_are_forgotten_and_one_that_has_to_wait_is_not() {
        let buckets = Buckets::default();
        let agent = |name: &str, nth: usize| format!("{name}{nth}").parse::<AgentId>().unwrap();
        for nth in 0..10 * FEW {
            assert_eq!(buckets.take(&agent("early", nth), LIMITS, at(0)), Ok(()));
        }
        let busy = agent("busy", 0);
        while buckets.take(&busy, LIMITS, at(60_000)).is_ok() {}
        for nth in 0..10 * FEW {
            assert_eq!(
                buckets.take(&agent("late", nth), LIMITS, at(60_000)),
                Ok(())
            );
        }
        let kept = lock(&buckets.0).buckets.len();
        assert!(kept <= 10 * FEW + FEW + 1, "{kept}");
        assert!(buckets.take(&busy, LIMITS, at(60_000)).is_err());
    }
}
