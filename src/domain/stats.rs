//! How the queue does: what waits, and how long decisions take.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::risk::Risk;
use super::time::{At, Span};

/// How far back decisions are counted.
pub const WINDOW: Span = Span::from_hours(24);
/// What expires within that long is about to.
pub const SOON: Span = Span::from_millis(15 * 60_000);
/// The most of what was decided that is looked through for one answer.
pub const LOOKED_THROUGH: u32 = 50_000;

const HOUR: Span = Span::from_hours(1);

/// How the queue does, as far as the caller may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stats {
    pub at: At,
    pub waiting: Waiting,
    pub decided: Decided,
}

/// What waits for a decision.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Waiting {
    pub low: u64,
    pub medium: u64,
    pub high: u64,
    pub critical: u64,
    /// When the oldest of them was asked.
    pub oldest: Option<At>,
    /// How many expire within a quarter of an hour.
    pub expiring: u64,
}

impl Waiting {
    /// How many wait at this risk.
    pub fn at_risk(&mut self, risk: Risk) -> &mut u64 {
        match risk {
            Risk::Low => &mut self.low,
            Risk::Medium => &mut self.medium,
            Risk::High => &mut self.high,
            Risk::Critical => &mut self.critical,
        }
    }

    /// How many wait in all.
    pub const fn total(&self) -> u64 {
        self.low + self.medium + self.high + self.critical
    }
}

/// What people decided of late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Decided {
    /// They are counted from here on: a day ago, or later where there were too many to count.
    pub since: At,
    pub total: u64,
    /// Half of them took no longer; nothing where there were none.
    pub median_seconds: Option<u64>,
    /// Hour by hour, the latest first, each counted back from now.
    pub hours: Vec<HourOfDecisions>,
}

/// What people decided within one hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HourOfDecisions {
    pub from: At,
    pub decisions: u64,
    pub median_seconds: Option<u64>,
}

/// One decision of a person: when, and how long after it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Took {
    pub at: At,
    pub after: Span,
}

impl Decided {
    /// Sums up decisions that were made between `since` and `now`.
    pub fn sum_up(decisions: &[Took], since: At, now: At) -> Self {
        let hours = (1..=WINDOW.millis() / HOUR.millis()).map(|back| {
            let from = At::from_millis(now.millis() - back * HOUR.millis());
            let end = from.plus(HOUR);
            // The present moment belongs to the hour that ends with it.
            let within = |took: &&Took| from < took.at && took.at <= end;
            let of_it: Vec<Took> = decisions.iter().filter(within).copied().collect();
            HourOfDecisions {
                from,
                decisions: of_it.len() as u64,
                median_seconds: median(&of_it),
            }
        });
        Self {
            since,
            total: decisions.len() as u64,
            median_seconds: median(decisions),
            hours: hours.collect(),
        }
    }
}

/// The lower one of the two in the middle, where two are.
fn median(decisions: &[Took]) -> Option<u64> {
    let mut spans: Vec<i64> = decisions.iter().map(|took| took.after.millis()).collect();
    spans.sort_unstable();
    let middle = spans.len().checked_sub(1)? / 2;
    Some(spans[middle].unsigned_abs() / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn took(at: i64, seconds: i64) -> Took {
        Took {
            at: At::from_millis(at),
            after: Span::from_secs(seconds),
        }
    }

    #[test]
    fn decisions_are_summed_up_by_the_hour_and_in_all() {
        let now = At::from_millis(100 * HOUR.millis());
        let decisions = [
            took(now.millis(), 10),
            took(now.millis() - 1, 30),
            took(now.millis() - HOUR.millis(), 20),
        ];
        let since = At::from_millis(now.millis() - WINDOW.millis());
        let decided = Decided::sum_up(&decisions, since, now);
        assert_eq!((decided.total, decided.median_seconds), (3, Some(20)));
        let hours: Vec<_> = decided.hours.iter().map(|hour| hour.decisions).collect();
        assert_eq!((hours.len(), &hours[..3]), (24, &[2, 1, 0][..]));
        assert_eq!(decided.hours[0].median_seconds, Some(10));
        assert_eq!(decided.hours[2].median_seconds, None);
    }
}
