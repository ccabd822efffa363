//! Where the log ends, looked at once for all who want to know it at the same time. Everything that any
//! gate commits moves that end, so whoever learns it after their call began knows of what is known here
//! whether it is as new as they may expect.

use std::sync::{Arc, Mutex as SyncMutex, PoisonError};

use futures_util::future::{BoxFuture, FutureExt, Shared};
use tokio::sync::Mutex;

use super::positive;
use super::session::Line;
use crate::store::StoreError;
use crate::store::recent::Recent;

type Look = Shared<BoxFuture<'static, Result<u64, StoreError>>>;

/// Looks at the end of the log, one after the other.
pub(super) struct Ends {
    from: Arc<Line>,
    recent: Recent,
    /// The look that hasn't begun; whoever wants one joins it.
    next: Arc<SyncMutex<Option<Look>>>,
    /// Whoever looks has it.
    turn: Arc<Mutex<()>>,
}

impl Ends {
    pub(super) fn new(from: Arc<Line>, recent: Recent) -> Self {
        Self {
            from,
            recent,
            next: Arc::default(),
            turn: Arc::default(),
        }
    }

    /// Where the log ends, at a moment after this is called.
    pub(super) async fn now(&self) -> Result<u64, StoreError> {
        let look = lock(&self.next).get_or_insert_with(|| self.look()).clone();
        look.await
    }

    fn look(&self) -> Look {
        let (from, recent) = (Arc::clone(&self.from), self.recent.clone());
        let (next, turn) = (Arc::clone(&self.next), Arc::clone(&self.turn));
        let look = async move {
            let _turn = turn.lock().await;
            // It begins: who comes from now on has to join another one.
            *lock(&next) = None;
            let before = recent.end();
            let row = from.query_one("SELECT position FROM head", &[]).await?;
            let end = positive(row.try_get(0)?)?;
            if end < before {
                // The log has lost entries that were in it: the database was put back to what it was.
                recent.forget();
            }
            Ok(end)
        };
        look.boxed().shared()
    }
}

/// What it holds is replaced whole.
fn lock(next: &SyncMutex<Option<Look>>) -> std::sync::MutexGuard<'_, Option<Look>> {
    next.lock().unwrap_or_else(PoisonError::into_inner)
}
