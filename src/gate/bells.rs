//! Wake-ups. A waiter listens first and looks afterwards, so a ring between the two is never missed;
//! a ring says only that something changed, never what. Nobody listens: nothing is kept.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// One bell for each key that somebody listens to.
pub(super) struct Bells<K> {
    hung: Arc<Mutex<HashMap<K, Arc<Notify>>>>,
}

/// Somebody who listens to one bell, until dropped.
pub(super) struct Listener<K: Eq + Hash> {
    key: K,
    bell: Arc<Notify>,
    hung: Arc<Mutex<HashMap<K, Arc<Notify>>>>,
}

impl<K: Eq + Hash + Clone> Bells<K> {
    pub(super) fn new() -> Self {
        Self {
            hung: Arc::default(),
        }
    }

    /// Wakes everybody who listens to this key.
    pub(super) fn ring(&self, key: &K) {
        if let Some(bell) = lock(&self.hung).get(key) {
            bell.notify_waiters();
        }
    }

    /// Wakes everybody.
    pub(super) fn ring_all(&self) {
        for bell in lock(&self.hung).values() {
            bell.notify_waiters();
        }
    }

    /// Starts to listen.
    pub(super) fn listen(&self, key: K) -> Listener<K> {
        let bell = Arc::clone(lock(&self.hung).entry(key.clone()).or_default());
        Listener {
            key,
            bell,
            hung: Arc::clone(&self.hung),
        }
    }
}

impl<K: Eq + Hash> Listener<K> {
    /// Resolves at the next ring after this call.
    pub(super) fn next_ring(&self) -> impl Future<Output = ()> + '_ {
        let mut ring = Box::pin(self.bell.notified());
        ring.as_mut().enable();
        ring
    }
}

impl<K: Eq + Hash> Drop for Listener<K> {
    fn drop(&mut self) {
        let mut hung = lock(&self.hung);
        // The map's own reference and this one: nobody else listens.
        if Arc::strong_count(&self.bell) == 2 {
            hung.remove(&self.key);
        }
    }
}

/// The map is whole after every operation, so a panic elsewhere can't have left it half changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_ring_between_listening_and_waiting_is_heard() {
        let bells = Bells::new();
        let listener = bells.listen(7);
        let ring = listener.next_ring();
        bells.ring(&7);
        ring.await;
    }

    #[tokio::test]
    async fn a_bell_nobody_listens_to_is_taken_down() {
        let bells: Bells<u8> = Bells::new();
        let first = bells.listen(7);
        let second = bells.listen(7);
        drop(first);
        assert_eq!(lock(&bells.hung).len(), 1);
        drop(second);
        assert!(lock(&bells.hung).is_empty());
    }
}
