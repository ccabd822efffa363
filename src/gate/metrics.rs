//! Figures about a running gate: counters, gauges and histograms, kept as they happen and read when
//! somebody asks. Labels are `&'static str`, so no text that an agent sent can become one.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::domain::event::{Fact, Recorded};
use crate::domain::verdict::Effect;

/// What the gate counts.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Requests by the effect of their verdict.
    pub asks: Counter<1>,
    /// Settled requests by the decision.
    pub decisions: Counter<1>,
    /// Requests that were found undecided past their deadline.
    pub overdue: Counter<0>,
    /// Changes in one commit.
    pub batch: Histogram<8>,
    /// Microseconds that one commit took.
    pub commit: Histogram<10>,
}

/// The upper bounds of [`Metrics::batch`], in changes.
pub const BATCH_BOUNDS: [u64; 8] = [1, 2, 4, 8, 16, 32, 64, 128];
/// The upper bounds of [`Metrics::commit`], in microseconds.
pub const COMMIT_BOUNDS: [u64; 10] = [
    250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 100_000, 500_000, 2_000_000,
];

impl Metrics {
    /// Counts a commit.
    pub(super) fn committed(&self, changes: usize, took: Duration) {
        self.batch.add(&BATCH_BOUNDS, changes as u64);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.commit.add(&COMMIT_BOUNDS, micros);
    }

    /// Counts what was made durable.
    pub(super) fn happened(&self, events: &[Recorded]) {
        for recorded in events {
            match &recorded.event.fact {
                Fact::Asked(asked) => self.asks.add([match asked.verdict.effect {
                    Effect::Allow => "allow",
                    Effect::Deny => "deny",
                    Effect::Ask => "ask",
                }]),
                Fact::Settled(settlement) => self.decisions.add([settlement.decision.word()]),
                _ => {}
            }
        }
    }
}

/// A number for each combination of labels that occurred; it only rises.
#[derive(Debug)]
pub struct Counter<const LABELS: usize>(Mutex<BTreeMap<[&'static str; LABELS], u64>>);

impl<const LABELS: usize> Default for Counter<LABELS> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<const LABELS: usize> Counter<LABELS> {
    /// One more with these labels.
    pub fn add(&self, labels: [&'static str; LABELS]) {
        self.add_some(labels, 1);
    }

    /// So many more with these labels.
    pub fn add_some(&self, labels: [&'static str; LABELS], count: u64) {
        *self.lock().entry(labels).or_default() += count;
    }

    /// Every combination with its number.
    pub fn all(&self) -> Vec<([&'static str; LABELS], u64)> {
        self.lock()
            .iter()
            .map(|(labels, count)| (*labels, *count))
            .collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<[&'static str; LABELS], u64>> {
        // A number is whole whatever panicked elsewhere.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many there are at this moment.
#[derive(Debug, Default)]
pub struct Gauge(AtomicI64);

/// One of them, for as long as it is held.
#[derive(Debug)]
pub struct Held(Arc<Gauge>);

impl Gauge {
    /// One more, until what is given back is dropped.
    pub fn hold(self: &Arc<Self>) -> Held {
        self.0.fetch_add(1, Ordering::Relaxed);
        Held(Arc::clone(self))
    }

    /// How many are held.
    pub fn now(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How often a value lay below each of some bounds.
#[derive(Debug)]
pub struct Histogram<const BOUNDS: usize> {
    below: [AtomicU64; BOUNDS],
    count: AtomicU64,
    sum: AtomicU64,
}

impl<const BOUNDS: usize> Default for Histogram<BOUNDS> {
    fn default() -> Self {
        Self {
            below: std::array::from_fn(|_| AtomicU64::new(0)),
            count: AtomicU64::new(0),
            sum: AtomicU64::new(0),
        }
    }
}

impl<const BOUNDS: usize> Histogram<BOUNDS> {
    fn add(&self, bounds: &[u64; BOUNDS], value: u64) {
        for (bound, below) in bounds.iter().zip(&self.below) {
            if value <= *bound {
                below.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.sum.fetch_add(value, Ordering::Relaxed);
        // Last, so that no bucket is ever seen above the count.
        self.count.fetch_add(1, Ordering::Release);
    }

    /// How many values there were, their sum, and how many lay at or below each bound.
    pub fn now(&self) -> (u64, u64, [u64; BOUNDS]) {
        let below = std::array::from_fn(|index| self.below[index].load(Ordering::Relaxed));
        let sum = self.sum.load(Ordering::Relaxed);
        (self.count.load(Ordering::Acquire), sum, below)
    }
}
