//! How long a command puts up with a gate that can't be reached: ten seconds from the first failure, in
//! pauses that grow, so that a gate which is just being restarted is found at once.

use std::time::Duration;

use tokio::time::Instant;

const LIMIT: Duration = Duration::from_secs(10);
/// What is put up with where somebody is only in the way for a moment.
const SHORT: Duration = Duration::from_secs(1);
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What is left of it.
pub struct Patience {
    limit: Duration,
    until: Option<Instant>,
    pause: Duration,
}

impl Patience {
    /// All of it: it begins to run out with the first failure.
    pub fn new() -> Self {
        Self {
            limit: LIMIT,
            until: None,
            pause: FIRST_PAUSE,
        }
    }

    /// A second's worth.
    pub fn short() -> Self {
        Self {
            limit: SHORT,
            ..Self::new()
        }
    }

    /// Waits before the next try; false when there is to be none.
    pub async fn pause(&mut self) -> bool {
        let until = *self
            .until
            .get_or_insert_with(|| Instant::now() + self.limit);
        if Instant::now() >= until {
            return false;
        }
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_runs_out_ten_seconds_after_the_first_failure() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut patience = Patience::new();
            patience.until = Some(Instant::now() + Duration::from_millis(1));
            assert!(patience.pause().await);
            assert!(!patience.pause().await);
            let mut fresh = Patience::new();
            assert!(fresh.pause().await);
            let left = fresh.until.unwrap() - Instant::now();
            assert!(left > LIMIT / 2 && left <= LIMIT, "{left:?}");
        });
    }
}
