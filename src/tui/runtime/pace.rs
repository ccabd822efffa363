//! How often news are drawn: at once as long as there are few, and no more than 30 times in any second.

use std::time::Duration;

use tokio::time::Instant;

/// Between two frames, on the average.
const FRAME: Duration = Duration::from_millis(40);
/// So many may come one after the other, after a pause: what a start or a decision brings comes in pieces.
const BURST: u32 = 5;

/// When the next frame may be drawn.
#[derive(Debug)]
pub struct Pace {
    /// When as many frames will have been due as were drawn.
    due: Instant,
}

impl Pace {
    pub const fn new(now: Instant) -> Self {
        Self { due: now }
    }

    /// The time of the next frame; it may be past.
    pub fn next(&self) -> Instant {
        self.due
            .checked_sub((BURST - 1) * FRAME)
            .unwrap_or(self.due)
    }

    /// One was drawn.
    pub fn drew(&mut self, now: Instant) {
        self.due = self.due.max(now) + FRAME;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_frames_are_drawn_at_once_and_no_second_has_more_than_thirty() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        // News all the time.
        let mut drawn = Vec::new();
        for millis in 0..5_000 {
            let now = start + Duration::from_millis(millis);
            while pace.next() <= now {
                pace.drew(now);
                drawn.push(now);
            }
        }
        assert!(drawn[4] == start && drawn[5] > start, "{drawn:?}");
        for (index, first) in drawn.iter().enumerate() {
            let second = drawn[index..].iter();
            let second = second.take_while(|at| **at < *first + Duration::from_secs(1));
            assert!(second.count() <= 30);
        }
        // And after a pause a few at once again.
        let later = start + Duration::from_secs(60);
        for _ in 0..BURST {
            assert!(pace.next() <= later);
            pace.drew(later);
        }
        assert!(pace.next() > later);
    }
}
