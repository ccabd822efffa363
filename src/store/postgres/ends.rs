//! Where the log ends, looked at once for all who want to know it at the same time. Everything that any
//! gate commits moves that end, so whoever learns it after their call began knows of what is known here
//! whether it is as new as they may expect.

use std::sync::{Arc, Mutex as SyncMutex, MutexGuard, PoisonError};

use futures_util::future::{BoxFuture, FutureExt, Shared};
use tokio::sync::Mutex;

use super::positive;
use super::session::Line;
use crate::store::StoreError;
use crate::store::recent::Recent;

/// A look at the end of the log, which begins when it is first awaited.
type Look = BoxFuture<'static, Result<u64, StoreError>>;

/// Looks at the end of the log, one after the other.
pub(super) struct Ends {
    look: Arc<dyn Fn() -> Look + Send + Sync>,
    /// The look that hasn't begun; whoever wants one joins it.
    next: Arc<SyncMutex<Option<Shared<Look>>>>,
    /// Whoever looks has it.
    turn: Arc<Mutex<()>>,
}

impl Ends {
    /// Looks over this line.
    pub(super) fn over(line: &Arc<Line>, recent: &Recent) -> Self {
        let (line, recent) = (Arc::clone(line), recent.clone());
        Self::by(move || look(Arc::clone(&line), recent.clone()).boxed())
    }

    fn by(look: impl Fn() -> Look + Send + Sync + 'static) -> Self {
        Self {
            look: Arc::new(look),
            next: Arc::default(),
            turn: Arc::default(),
        }
    }

    /// Where the log ends, at a moment after this is called.
    pub(super) async fn now(&self) -> Result<u64, StoreError> {
        let look = lock(&self.next)
            .get_or_insert_with(|| self.in_turn().boxed().shared())
            .clone();
        look.await
    }

    fn in_turn(&self) -> impl Future<Output = Result<u64, StoreError>> + use<> {
        let look = Arc::clone(&self.look);
        let (next, turn) = (Arc::clone(&self.next), Arc::clone(&self.turn));
        async move {
            let _turn = turn.lock().await;
            // It begins: whoever comes from now on has to join another one.
            *lock(&next) = None;
            look().await
        }
    }
}

async fn look(line: Arc<Line>, recent: Recent) -> Result<u64, StoreError> {
    let before = recent.end();
    let row = line.query_one("SELECT position FROM head", &[]).await?;
    let end = positive(row.try_get(0)?)?;
    if end < before {
        // Entries are gone that were there: the database was put back to what it was.
        recent.forget();
    }
    Ok(end)
}

/// What it holds is replaced whole.
fn lock(next: &SyncMutex<Option<Shared<Look>>>) -> MutexGuard<'_, Option<Shared<Look>>> {
    next.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::poll;
    use tokio::sync::mpsc;

    use super::*;

    /// Looks that see what they are sent, and how many have begun.
    fn told() -> (Ends, mpsc::UnboundedSender<u64>, Arc<AtomicUsize>) {
        let (tell, told) = mpsc::unbounded_channel();
        let (told, begun) = (Arc::new(Mutex::new(told)), Arc::new(AtomicUsize::new(0)));
        let ends = Ends::by({
            let begun = Arc::clone(&begun);
            move || {
                begun.fetch_add(1, Ordering::SeqCst);
                let told = Arc::clone(&told);
                async move { Ok(told.lock().await.recv().await.unwrap()) }.boxed()
            }
        });
        (ends, tell, begun)
    }

    #[tokio::test]
    async fn whoever_comes_while_somebody_looks_joins_the_next_look() {
        let (ends, tell, begun) = told();
        let mut first = pin!(ends.now());
        assert!(poll!(&mut first).is_pending());
        let (mut second, mut third) = (pin!(ends.now()), pin!(ends.now()));
        assert!(poll!(&mut second).is_pending() && poll!(&mut third).is_pending());
        assert_eq!(begun.load(Ordering::SeqCst), 1);
        tell.send(5).unwrap();
        assert_eq!(first.await.unwrap(), 5);
        assert!(poll!(&mut second).is_pending() && poll!(&mut third).is_pending());
        assert_eq!(begun.load(Ordering::SeqCst), 2);
        tell.send(7).unwrap();
        assert_eq!((second.await.unwrap(), third.await.unwrap()), (7, 7));
        assert_eq!(begun.load(Ordering::SeqCst), 2, "they had one together");
    }

    #[tokio::test]
    async fn one_that_is_given_up_holds_nobody_up() {
        let (ends, tell, begun) = told();
        {
            let mut looking = pin!(ends.now());
            assert!(poll!(&mut looking).is_pending());
            let mut waiting = pin!(ends.now());
            assert!(poll!(&mut waiting).is_pending());
        }
        tell.send(5).unwrap();
        assert_eq!(ends.now().await.unwrap(), 5);
        assert_eq!(begun.load(Ordering::SeqCst), 2);
    }
}
